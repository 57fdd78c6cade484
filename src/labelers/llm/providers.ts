/** What a provider does differently. Anything not listed here is found out by asking. */
export interface Quirks {
  readonly tokenLimit: 'max_tokens' | 'max_completion_tokens';
  /** False where it is known that chat completions give no alternatives to a token, so that asking is of no use. */
  readonly logprobs: boolean;
  /** Most alternatives to a token that can be asked for, where that is fewer than OpenAI's 20. */
  readonly topLogprobs?: number;
  /** Name of the seed parameter; absent where there is none or it is not documented. */
  readonly seed?: 'seed' | 'random_seed';
  /** Sent with every request. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Sent where log-probabilities are asked for. */
  readonly logprobsBody?: Readonly<Record<string, unknown>>;
}

export interface Provider {
  readonly id: string;
  readonly name: string;
  readonly protocol: 'openai' | 'anthropic';
  /** Without a slash at the end; `/chat/completions` or `/messages` and `/models` are added to it. */
  readonly baseUrl: string;
  readonly needsKey: boolean;
  readonly quirks: Quirks;
  /** Its list of models gives prices, in dollars per token. */
  readonly listsPrices?: boolean;
}

export interface ProviderPreset extends Provider {
  /** Where to get a key. */
  readonly keyUrl?: string;
  /**
   * What is known of calls from a page (CORS), second hand, with its date. Not re-tested by us, and providers change:
   * "test connection" is what counts.
   */
  readonly cors: { readonly text: string; readonly asOf: string; readonly retested: false };
  /** What a visitor should know, one sentence. */
  readonly note?: string;
}

const COMPATIBLE: Quirks = { tokenLimit: 'max_tokens', logprobs: true, seed: 'seed' };

function cors(text: string, asOf: string): ProviderPreset['cors'] {
  return { text, asOf, retested: false };
}

/** No preset sends `n`: some providers refuse other values than 1, and samples are calls of their own. */
export const PROVIDERS: readonly ProviderPreset[] = [
  {
    id: 'openai',
    name: 'OpenAI',
    protocol: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    needsKey: true,
    keyUrl: 'https://platform.openai.com/api-keys',
    quirks: { ...COMPATIBLE, tokenLimit: 'max_completion_tokens' },
    cors: cors('Accepts calls from any page; hides its rate-limit headers from scripts.', '2026-07'),
    note: 'Reasoning models give no log-probabilities, or only with reasoning effort "none".',
  },
  {
    id: 'openrouter',
    name: 'OpenRouter',
    protocol: 'openai',
    baseUrl: 'https://openrouter.ai/api/v1',
    needsKey: true,
    keyUrl: 'https://openrouter.ai/settings/keys',
    quirks: { ...COMPATIBLE, logprobsBody: { provider: { require_parameters: true } } },
    listsPrices: true,
    cors: cors('Accepts calls from any page.', '2026-07'),
    note: 'Log-probabilities depend on the model and on the host it is routed to.',
  },
  {
    id: 'groq',
    name: 'Groq',
    protocol: 'openai',
    baseUrl: 'https://api.groq.com/openai/v1',
    needsKey: true,
    keyUrl: 'https://console.groq.com/keys',
    quirks: { ...COMPATIBLE, logprobs: false },
    cors: cors('Accepts calls from any page.', '2026-07'),
    note: 'No log-probabilities.',
  },
  {
    id: 'mistral',
    name: 'Mistral',
    protocol: 'openai',
    baseUrl: 'https://api.mistral.ai/v1',
    needsKey: true,
    keyUrl: 'https://console.mistral.ai/api-keys',
    quirks: { ...COMPATIBLE, seed: 'random_seed' },
    cors: cors('Accepts calls that send the headers Authorization and Content-Type only, which is all we send.', '2026-07'),
  },
  {
    id: 'deepseek',
    name: 'DeepSeek',
    protocol: 'openai',
    baseUrl: 'https://api.deepseek.com/v1',
    needsKey: true,
    keyUrl: 'https://platform.deepseek.com/api_keys',
    quirks: { tokenLimit: 'max_tokens', logprobs: true, body: { thinking: { type: 'disabled' } } },
    cors: cors("Answers with the page's own address, so accepts any.", '2026-07'),
    note: 'Thinks by default, which is switched off here: a thinking model gives no log-probabilities.',
  },
  {
    id: 'together',
    name: 'Together',
    protocol: 'openai',
    baseUrl: 'https://api.together.xyz/v1',
    needsKey: true,
    keyUrl: 'https://api.together.ai/settings/api-keys',
    quirks: { ...COMPATIBLE, logprobs: false },
    cors: cors('Reported to accept calls from pages.', '2026-07'),
    note: 'Log-probabilities come in a form of its own, which is not read here.',
  },
  {
    id: 'gemini',
    name: 'Gemini (compatible endpoint)',
    protocol: 'openai',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    needsKey: true,
    keyUrl: 'https://aistudio.google.com/apikey',
    quirks: { tokenLimit: 'max_tokens', logprobs: true },
    cors: cors("Answers with the page's own address, so accepts any.", '2026-07'),
    note: 'Log-probabilities for some models only; thinking models need room for their thoughts in the token limit.',
  },
  {
    id: 'anthropic',
    name: 'Anthropic',
    protocol: 'anthropic',
    baseUrl: 'https://api.anthropic.com/v1',
    needsKey: true,
    keyUrl: 'https://console.anthropic.com/settings/keys',
    quirks: { tokenLimit: 'max_tokens', logprobs: false },
    cors: cors('Accepts calls from pages that send its header for it, unless the organisation forbids them.', '2026-07'),
    note: 'No log-probabilities.',
  },
  {
    id: 'ollama',
    name: 'Ollama (this computer)',
    protocol: 'openai',
    baseUrl: 'http://localhost:11434/v1',
    needsKey: false,
    quirks: COMPATIBLE,
    cors: cors('Refuses other pages (403) unless OLLAMA_ORIGINS names them; Chrome asks for the local network.', '2026-07'),
    note: 'Log-probabilities since version 0.12.11, not for its cloud models.',
  },
  {
    id: 'lmstudio',
    name: 'LM Studio (this computer)',
    protocol: 'openai',
    baseUrl: 'http://localhost:1234/v1',
    needsKey: false,
    quirks: { ...COMPATIBLE, logprobs: false },
    cors: cors('Off unless switched on: `lms server start --cors`.', '2026-07'),
    note: 'No log-probabilities on chat completions.',
  },
  {
    id: 'llamacpp',
    name: 'llama.cpp (this computer)',
    protocol: 'openai',
    baseUrl: 'http://localhost:8080/v1',
    needsKey: false,
    quirks: COMPATIBLE,
    cors: cors('Not known; Chrome asks for the local network.', '2026-07'),
  },
  {
    id: 'vllm',
    name: 'vLLM (this computer)',
    protocol: 'openai',
    baseUrl: 'http://localhost:8000/v1',
    needsKey: false,
    quirks: COMPATIBLE,
    cors: cors('Start it with `--allowed-origins \'["*"]\'`.', '2023 to 2026'),
  },
];

/** @throws TypeError if there is no such preset */
export function providerById(id: string): ProviderPreset {
  const found = PROVIDERS.find((provider) => provider.id === id);
  if (!found) throw new TypeError(`no provider ${id}`);
  return found;
}

/** Any server that speaks OpenAI's chat completions, by its address. */
export function customProvider(baseUrl: string, { needsKey = false } = {}): Provider {
  const name = URL.canParse(baseUrl) ? new URL(baseUrl).host : 'the server';
  return { id: 'custom', name, protocol: 'openai', baseUrl, needsKey, quirks: COMPATIBLE };
}

/** Whether an address is on this computer or in the local network, where browsers ask for a permission. */
export function isLocalAddress(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return (
    /^(?:localhost|.*\.local|.*\.localhost|\[::1\])$/.test(hostname) ||
    /^(?:127|10)\.|^192\.168\.|^172\.(?:1[6-9]|2\d|3[01])\./.test(hostname)
  );
}
