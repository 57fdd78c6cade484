import { estimateRun, type Estimate, type Price } from '../labelers/llm/cost';
import { LlmError } from '../labelers/llm/errors';
import type { HttpRequest } from '../labelers/llm/http';
import { browserDeps, createLlmLabeler, LLM_DEFAULTS, type LlmSpec } from '../labelers/llm/labeler';
import { defaultPrompt, messagesOf, type PromptDetail, type PromptKind, type PromptSpec } from '../labelers/llm/prompt';
import { customProvider, providerById, PROVIDERS as LLM_PROVIDERS, type Provider, type ProviderPreset } from '../labelers/llm/providers';
import type { ChatMessage, Rung } from '../labelers/llm/types';
import type { TextPair } from '../labelers/text';

/** A language model behind a URL as the visitor sets it up: everything but the key. */
export interface LlmSettings {
  /** Id of a preset, or `custom`. */
  readonly provider: string;
  readonly baseUrl: string;
  readonly model: string;
  /** What the pairs are: summaries of a post, or replies in a conversation. */
  readonly kind: PromptKind;
  readonly detail: PromptDetail;
  /** The visitor's own words; undefined for those that belong to kind and detail. */
  readonly preamble: string | undefined;
  readonly chainOfThought: boolean;
  readonly bothOrders: boolean;
  /** US dollars per million tokens; both or none. */
  readonly priceInput: number | undefined;
  readonly priceOutput: number | undefined;
  /** US dollars; needs prices. */
  readonly capUsd: number | undefined;
  /** Thousand millions of parameters, where the visitor knows. */
  readonly billions: number | undefined;
}

export { LLM_PROVIDERS };
export const CUSTOM = 'custom';

export const INITIAL_LLM: LlmSettings = {
  provider: 'openai',
  baseUrl: providerById('openai').baseUrl,
  model: '',
  kind: 'summary',
  detail: 'detailed',
  preamble: undefined,
  chainOfThought: false,
  bothOrders: true,
  priceInput: undefined,
  priceOutput: undefined,
  capUsd: undefined,
  billions: undefined,
};

/** Undefined for a server of the visitor's own. */
export function presetOf({ provider }: Pick<LlmSettings, 'provider'>): ProviderPreset | undefined {
  return LLM_PROVIDERS.find(({ id }) => id === provider);
}

export function providerOf(settings: LlmSettings): Provider {
  const preset = presetOf(settings);
  return preset ? { ...preset, baseUrl: settings.baseUrl } : customProvider(settings.baseUrl);
}

export function promptOf({ kind, detail, preamble, chainOfThought }: LlmSettings): PromptSpec {
  const prompt = defaultPrompt(kind, detail);
  return { ...prompt, chainOfThought, preamble: preamble ?? prompt.preamble };
}

export function priceOf({ priceInput: input, priceOutput: output }: LlmSettings): Price | undefined {
  return input === undefined || output === undefined ? undefined : { input, output };
}

export function specOf(settings: LlmSettings): LlmSpec {
  const price = priceOf(settings);
  const { capUsd } = settings;
  return {
    ...LLM_DEFAULTS,
    provider: providerOf(settings),
    model: settings.model.trim(),
    prompt: promptOf(settings),
    bothOrders: settings.bothOrders,
    ...(price && { price }),
    ...(capUsd !== undefined && { capUsd }),
  };
}

/** What is missing before the model can be asked; undefined where nothing is. */
export function missingOf(settings: LlmSettings, hasKey: boolean): string | undefined {
  const provider = providerOf(settings);
  if (settings.model.trim() === '') return 'Choose a model first.';
  if (provider.needsKey && !hasKey) return `${provider.name} needs a key.`;
  if ((settings.priceInput === undefined) !== (settings.priceOutput === undefined)) return 'Give both prices or neither.';
  if (settings.capUsd !== undefined && settings.priceInput === undefined) {
    return 'A cap needs the prices, or nobody knows what is spent.';
  }
  return undefined;
}

/** The rung shown before the model has been asked which it has. */
function likelyRung(settings: LlmSettings): Rung {
  return providerOf(settings).quirks.logprobs ? 'logprobs' : 'structured';
}

export interface PromptPreview {
  /** Of each call of one order: the messages, and the request as it would be sent, without the key. */
  readonly calls: readonly { readonly messages: readonly ChatMessage[]; readonly request: HttpRequest }[];
}

/** What would be sent for a pair. @returns the reason, in words, where nothing can be sent. */
export function previewOf(settings: LlmSettings, pair: TextPair): PromptPreview | string {
  try {
    const rung = likelyRung(settings);
    const prompt = promptOf(settings);
    // Shown as a placeholder wherever a key will be sent; no key comes near the preview.
    const deps = browserDeps(providerOf(settings).needsKey ? 'a key' : '');
    const requests = createLlmLabeler(specOf({ ...settings, capUsd: undefined }), deps).preview(pair, rung);
    const rationale = '(the rationale that the first call gives)';
    return {
      calls: requests.map((request, i) => ({
        request, messages: messagesOf(prompt, pair, 0, i === 0 ? { rung } : { rung, rationale }),
      })),
    };
  } catch (error) {
    if (error instanceof LlmError) return error.message;
    throw error;
  }
}

/** What labelling these pairs will take, by rule of thumb. */
export function estimateOf(settings: LlmSettings, pairs: readonly TextPair[]): Estimate {
  const { bothOrders } = settings;
  const shape = { prompt: promptOf(settings), rung: likelyRung(settings), bothOrders, samples: LLM_DEFAULTS.samples };
  return estimateRun(pairs, shape, priceOf(settings));
}
