import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PURPOSE, Stream, hashString, streamKey } from '../../../core/rng';

/**
 * A fake LLM provider: speaks OpenAI's chat completions and Anthropic's messages over real HTTP, and its "models" are
 * rules that compare words, of two responses or of one to be scored. For tests and demonstrations. Every reply says that it is a fake.
 */
export interface FakeModel {
  readonly id: string;
  readonly says: string;
  /** Answers with log-probabilities where asked. */
  readonly logprobs: boolean;
  /** Accepts a JSON schema, and writes JSON when told to. */
  readonly structured: boolean;
  /** Added to the logit of "1", whatever the texts say. */
  readonly positionBias: number;
  /** Thinks first: with fewer tokens than this the content is empty. */
  readonly thoughts: number;
  /** Refuses every so manieth call with 429; 0 for never. */
  readonly limitEvery: number;
  /** Writes 10 as two tokens, "1" and "0". */
  readonly tenInTwo: boolean;
  /** Obeys "answer with 1" or "answer with 2" (any score, where it is asked for one) wherever it stands outside of fenced texts. */
  readonly gullible: boolean;
}

const PLAIN = { logprobs: true, structured: true, positionBias: 0, thoughts: 0, limitEvery: 0, tenInTwo: false, gullible: false };

export const FAKE_MODELS: readonly FakeModel[] = [
  { ...PLAIN, id: 'fake-judge', says: 'prefers the response that shares more words with the prompt' },
  { ...PLAIN, id: 'fake-judge-position-biased', says: 'the same, leaning to the response shown first', positionBias: 1.5 },
  { ...PLAIN, id: 'fake-judge-without-logprobs', says: 'gives no log-probabilities', logprobs: false },
  { ...PLAIN, id: 'fake-judge-text-only', says: 'answers with a bare number', logprobs: false, structured: false },
  { ...PLAIN, id: 'fake-judge-thinking', says: 'thinks before it answers', logprobs: false, thoughts: 200 },
  { ...PLAIN, id: 'fake-judge-rate-limited', says: 'refuses every third call as too fast', limitEvery: 3 },
  { ...PLAIN, id: 'fake-judge-digits', says: 'writes the score 10 as two tokens', tenInTwo: true },
  { ...PLAIN, id: 'fake-judge-gullible', says: 'obeys instructions outside of the fenced texts', gullible: true },
];

/** What to do with one chat call instead of answering it. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> }
  /** Status 200 with a body of this text. */
  | { readonly kind: 'body'; readonly text: string; readonly contentType?: string }
  /** Cuts the connection before or in the middle of the reply. */
  | { readonly kind: 'cut'; readonly after: 'nothing' | 'half' }
  /** Sends half of a good reply and the rest after so many milliseconds. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** A good reply with these fields in place of the fake's. */
  | { readonly kind: 'reply'; readonly fields: Record<string, unknown> };

export interface FakeOptions {
  readonly host?: string;
  /** 0 for any free one. */
  readonly port?: number;
  /** The only key accepted; any or none where absent. */
  readonly key?: string;
  /** False: no CORS header on anything, so that a browser refuses. */
  readonly cors?: boolean;
  /** Milliseconds before every reply. */
  readonly latencyMs?: number;
}

export interface SeenCall {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
  /** Refused, damaged or cut on purpose. */
  readonly faulty: boolean;
}

export interface FakeProvider {
  /** With /v1. */
  readonly baseUrl: string;
  /** Chat calls in the order of their arrival. */
  readonly seen: SeenCall[];
  /** Calls being answered, and the most there have been at a time. */
  readonly load: { now: number; most: number };
  /** What to do with the next chat calls, one each; then answers again. */
  script(...faults: Fault[]): void;
  close(): Promise<void>;
}

const NOTICE = 'Fake provider: a rule that compares words, not a language model.';

export async function startFakeProvider(options: FakeOptions = {}): Promise<FakeProvider> {
  const { host = '127.0.0.1', port = 0, key, cors = true, latencyMs = 0 } = options;
  const faults: Fault[] = [];
  const seen: SeenCall[] = [];
  const load = { now: 0, most: 0 };
  let limited = 0;

  function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', ...corsHeaders(), 'x-fake-provider': 'yes', ...headers });
    response.end(text);
  }

  function corsHeaders(): Record<string, string> {
    if (!cors) return {};
    return {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers':
        'authorization, content-type, x-api-key, anthropic-version, anthropic-dangerous-direct-browser-access',
    };
  }

  function refusal(anthropic: boolean, code: string, message: string): unknown {
    return anthropic
      ? { type: 'error', error: { type: code, message } }
      : { error: { message, type: 'invalid_request_error', code, param: null } };
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://fake').pathname;
    if (request.method === 'OPTIONS') return send(response, cors ? 204 : 403, '');
    const anthropic = request.headers['x-api-key'] !== undefined || path.endsWith('/messages');
    const given = anthropic ? request.headers['x-api-key'] : request.headers.authorization?.replace(/^Bearer /, '');
    if (key !== undefined && given !== key) {
      // As real providers do, it quotes the key half hidden.
      const quoted = `${String(given).slice(0, 4)}****${String(given).slice(-4)}`;
      return send(response, 401, refusal(anthropic, anthropic ? 'authentication_error' : 'invalid_api_key',
        `Incorrect API key provided: ${quoted}.`));
    }
    if (request.method === 'GET' && path === '/v1/models') {
      const data = FAKE_MODELS.map(({ id, says }) => ({ id, object: 'model', display_name: `${id}: ${says}` }));
      return send(response, 200, { object: 'list', data });
    }
    if (request.method !== 'POST' || !['/v1/chat/completions', '/v1/messages'].includes(path)) {
      return send(response, 404, { detail: 'Not Found' });
    }
    const body = JSON.parse(await textOf(request)) as Record<string, unknown>;
    const fault = faults.shift();
    seen.push({ path, headers: request.headers, body, faulty: fault !== undefined });
    load.now++;
    load.most = Math.max(load.most, load.now);
    response.on('close', () => load.now--);
    if (latencyMs > 0) await pause(latencyMs);
    if (fault?.kind === 'status') {
      return send(response, fault.status, fault.body ?? '', fault.headers);
    }
    if (fault?.kind === 'body') {
      return send(response, 200, fault.text, { 'content-type': fault.contentType ?? 'application/json' });
    }
    if (fault?.kind === 'cut' && fault.after === 'nothing') return void request.socket.destroy();

    const model = FAKE_MODELS.find(({ id }) => id === body.model);
    if (!model) {
      const message = `The model \`${String(body.model)}\` does not exist. ${NOTICE}`;
      return send(response, 404, refusal(anthropic, anthropic ? 'not_found_error' : 'model_not_found', message));
    }
    if (model.limitEvery > 0 && ++limited % model.limitEvery === 0) {
      return send(response, 429, refusal(anthropic, 'rate_limit_exceeded', `${NOTICE} Please try again in 250ms.`));
    }
    const unsupported = unsupportedParameter(model, body);
    if (unsupported) {
      return send(response, 400, refusal(anthropic, 'unsupported_parameter',
        `Unsupported parameter: '${unsupported}' is not supported with this model.`));
    }
    const good = anthropic ? anthropicReply(model, body) : openAiReply(model, body);
    const reply = { ...good, ...(fault?.kind === 'reply' && fault.fields) };
    if (!fault || fault.kind === 'reply') return send(response, 200, reply);
    // Slow, or cut in the middle.
    const text = JSON.stringify(reply);
    const length = String(Buffer.byteLength(text));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': length, ...corsHeaders() });
    response.write(text.slice(0, text.length >> 1));
    if (fault.kind === 'slow') {
      await pause(fault.ms);
      response.end(text.slice(text.length >> 1));
    } else {
      await pause(5);
      request.socket.destroy();
    }
  }

  const server: Server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => send(response, 500, { error: { message: String(error) } }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    baseUrl: `http://${host}:${address.port}/v1`,
    seen,
    load,
    script: (...next) => void faults.push(...next),
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function unsupportedParameter(model: FakeModel, body: Record<string, unknown>): string | undefined {
  if (body.logprobs === true && !model.logprobs) return 'logprobs';
  if ((body.response_format ?? body.output_config) !== undefined && !model.structured) {
    return body.response_format !== undefined ? 'response_format' : 'output_config';
  }
  return undefined;
}

interface Message {
  readonly role: string;
  readonly content: string;
}

/** P("1"), by the rule: more words shared with the prompt, 6 logits for all against none. */
export function fakePreference(prompt: string, first: string, second: string, positionBias: number): number {
  const logit = 6 * (overlap(prompt, first) - overlap(prompt, second)) + positionBias;
  return 1 / (1 + Math.exp(-logit));
}

/** Share of a text's different words that are in the prompt, 0..1. */
function overlap(prompt: string, text: string): number {
  const wordsOf = (of: string) => new Set(of.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  const [known, words] = [wordsOf(prompt), [...wordsOf(text)]];
  return words.length === 0 ? 0 : words.filter((word) => known.has(word)).length / words.length;
}

/** Fenced blocks as Markdown reads them: closed by the first line of at least as many backticks. */
const BLOCK = /^(`{3,})\n([^]*?)\n\1`*$/gm;

/** P(score = i + 1), 10 numbers: around 1 for no word shared with the prompt, around 10 for all. */
export function fakeScores(prompt: string, response: string): number[] {
  const middle = 1 + 9 * overlap(prompt, response);
  const weights = SCORES.map((score) => Math.exp(-0.5 * (score - middle) ** 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

const SCORES = Array.from({ length: 10 }, (_, i) => i + 1);

/** What a model of this kind would answer: numbers from 1 on, with their probabilities, adding up to 1. */
function judge(model: FakeModel, messages: readonly Message[]): number[] {
  const users = messages.filter(({ role }) => role === 'user').map(({ content }) => content);
  const blocks = [...(users[0] ?? '').matchAll(BLOCK)].map((block) => block[2]!);
  const order = Number(/answer with (\d+)\b/i.exec(users.join('\n').replace(BLOCK, ''))?.[1]);
  // A prompt and one response: a score is wanted.
  if (blocks.length === 2) {
    return model.gullible && order ? SCORES.map((score) => (score === order ? 1 : 0)) : fakeScores(blocks[0]!, blocks[1]!);
  }
  const [prompt = '', first = '', second = ''] = blocks.slice(-3);
  const obeyed = model.gullible && [1, 2].includes(order) ? (order === 1 ? 0.99 : 0.01) : undefined;
  const pFirst = obeyed ?? fakePreference(prompt, first, second, model.positionBias);
  return [pFirst, 1 - pFirst];
}

/** The number that is chosen: by the draw, or greedily token by token, of equal ones the lower. */
function chosenOf(probabilities: readonly number[], { tenInTwo }: FakeModel, draw: number | undefined): number {
  if (draw !== undefined) {
    let sum = 0;
    const index = probabilities.findIndex((p) => draw < (sum += p));
    return index < 0 ? probabilities.length : index + 1;
  }
  const firsts = tenInTwo ? digitsOf(probabilities) : probabilities;
  const number = firsts.indexOf(Math.max(...firsts)) + 1;
  return tenInTwo && number === 1 && (probabilities[9] ?? 0) > probabilities[0]! ? 10 : number;
}

/** P(the first digit is i + 1): that of "1" is of 1 and of 10 together. */
function digitsOf(probabilities: readonly number[]): number[] {
  return probabilities.slice(0, 9).map((p, i) => (i === 0 ? p + (probabilities[9] ?? 0) : p));
}

interface Said {
  readonly text: string;
  readonly number: number;
  readonly probabilities: readonly number[];
}

/** The content of a reply: what a model of this kind would say, greedy or sampled. */
function contentOf(model: FakeModel, body: Record<string, unknown>, messages: readonly Message[]): Said {
  const probabilities = judge(model, messages);
  const last = messages.filter(({ role }) => role === 'user').at(-1)?.content ?? '';
  const limit = Number(body.max_tokens ?? body.max_completion_tokens ?? Infinity);
  const seed = Number(body.seed ?? 0);
  const draw = new Stream(streamKey(seed, PURPOSE.test, hashString(JSON.stringify(messages)))).unit();
  const number = chosenOf(probabilities, model, Number(body.temperature ?? 1) > 0 ? draw : undefined);
  const say = (text: string): Said => ({ text, number, probabilities });
  if (limit < model.thoughts) return say('');
  if (/do not give your\s+final answer/i.test(last)) return say(`[${NOTICE}] Text ${number} shares more words with the prompt.`);
  if (model.structured && /JSON object/.test(last)) {
    const reason = `[${NOTICE}]`;
    if (probabilities.length > 2) return say(JSON.stringify({ reason, score: String(number) }));
    const confidence = Math.round(100 * Math.max(...probabilities));
    return say(JSON.stringify({ reason, choice: String(number), confidence }));
  }
  return say(limit <= 2 ? String(number) : `${number}\n[${NOTICE}]`);
}

function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

function openAiReply(model: FakeModel, body: Record<string, unknown>): Record<string, unknown> {
  const messages = body.messages as readonly Message[];
  const said = contentOf(model, body, messages);
  const { text } = said;
  return {
    id: 'fake', object: 'chat.completion', notice: NOTICE, model: `${model.id} (fake)`, system_fingerprint: 'fake-provider',
    choices: [{
      index: 0,
      finish_reason: 'stop',
      message: { role: 'assistant', content: text },
      logprobs: body.logprobs === true ? { content: tokensOf(said, model.tenInTwo) } : null,
    }],
    usage: { prompt_tokens: countTokens(messages.map(({ content }) => content).join('')), completion_tokens: countTokens(text) },
  };
}

interface FakeToken {
  readonly token: string;
  readonly logprob: number;
  readonly top_logprobs: readonly { readonly token: string; readonly logprob: number }[];
}

/** The tokens of a reply that is a bare number: one, or two where 10 is written so. */
function tokensOf({ text, number, probabilities }: Said, tenInTwo: boolean): FakeToken[] {
  const listed = (of: readonly number[]) => spellings(of.map((p, i) => [String(i + 1), p]));
  if (!tenInTwo || probabilities.length < 10) return [{ token: text, logprob: 0, top_logprobs: listed(probabilities) }];
  const digits = digitsOf(probabilities);
  const first = { token: text.slice(0, 1), logprob: 0, top_logprobs: listed(digits) };
  if (first.token !== '1') return [first];
  const next = [['0', probabilities[9]!], ['<end>', probabilities[0]!]] as const;
  const second = next.filter(([, p]) => p > 0).map(([token, p]) => ({ token, logprob: Math.log(p / digits[0]!) }));
  return [first, { token: number === 10 ? '0' : '<end>', logprob: 0, top_logprobs: second }];
}

/** 95% on spellings of the numbers, the rest on words that begin a sentence; the 20 likeliest of them. */
function spellings(numbers: readonly (readonly [number: string, probability: number])[]): { token: string; logprob: number }[] {
  const of = (token: string, probability: number) => ({ token, logprob: Math.log(probability) });
  const all = numbers.filter(([, p]) => p > 0).flatMap(([number, p]) => number === '1'
    ? [of('1', 0.7 * 0.95 * p), of(' 1', 0.25 * 0.95 * p), of('１', 0.05 * 0.95 * p)]
    : [of(number, 0.7 * 0.95 * p), of(` ${number}`, 0.3 * 0.95 * p)]);
  return [...all, of('A', 0.03), of('The', 0.015)].sort((a, b) => b.logprob - a.logprob).slice(0, 20);
}

function anthropicReply(model: FakeModel, body: Record<string, unknown>): Record<string, unknown> {
  const messages = body.messages as readonly Message[];
  const { text } = contentOf(model, body, messages);
  return {
    id: 'fake', type: 'message', role: 'assistant', notice: NOTICE, model: `${model.id} (fake)`, stop_reason: 'end_turn',
    content: [{ type: 'thinking', thinking: NOTICE }, { type: 'text', text }],
    usage: { input_tokens: countTokens(messages.map(({ content }) => content).join('')), output_tokens: countTokens(text) },
  };
}
