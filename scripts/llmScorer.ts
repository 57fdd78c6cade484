import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { LabelCache } from '../src/labelers/llm/cache';
import { browserDeps, LLM_DEFAULTS } from '../src/labelers/llm/labeler';
import { customProvider, PROVIDERS, type Provider } from '../src/labelers/llm/providers';
import { createLlmScorer, type LlmScorer } from '../src/labelers/llm/scorer';
import { defaultScorePrompt, type ScoreKind } from '../src/labelers/llm/scorePrompt';

/** Name of the environment variable that holds the key: on a command line it would be for all to see. */
export const KEY_VARIABLE = 'LLM_API_KEY';

/** The language model of `npm run experiment`, as its command line gives it. */
export interface LlmFlags {
  /** `openai:gpt-5-mini`, with the id of a provider, or a model's name with `url`. */
  readonly model: string;
  /** Base address of a server that speaks OpenAI's protocol. */
  readonly url?: string | undefined;
  /** Dollars per million tokens: input and output, as in `0.25,2`. */
  readonly price?: string | undefined;
  /** Most to be spent, dollars. */
  readonly cap?: string | undefined;
}

/**
 * The scorer of d-RLAIF in Node. @param kind what the responses are. @param cache file of replies, one a line, which is added to.
 * @throws Error that says what is wrong with the flags or missing
 */
export function nodeScorer(flags: LlmFlags, kind: ScoreKind, cache: string, key = process.env[KEY_VARIABLE] ?? ''): LlmScorer {
  const { provider, model } = modelOf(flags);
  if (provider.needsKey && key === '') throw new Error(`${provider.name} needs a key: put it into the environment variable ${KEY_VARIABLE}.`);
  const price = priceOf(flags.price);
  const capUsd = flags.cap === undefined ? undefined : numberOf('--llm-cap', flags.cap);
  if (capUsd !== undefined && !price) throw new Error('--llm-cap needs --llm-price, or nobody knows what is spent.');
  const { bothOrders: _, rationaleTokens: __, ...defaults } = LLM_DEFAULTS;
  return createLlmScorer(
    { ...defaults, provider, model, prompt: defaultScorePrompt(kind), ...(price && { price }), ...(capUsd !== undefined && { capUsd }) },
    browserDeps(key, fileCache(cache)),
  );
}

function modelOf({ model, url }: LlmFlags): { provider: Provider; model: string } {
  if (url) return { provider: customProvider(url), model };
  const at = model.indexOf(':');
  const preset = PROVIDERS.find(({ id }) => id === model.slice(0, Math.max(0, at)));
  if (!preset) {
    throw new Error(`--llm ${model}: write provider:model, with one of ${PROVIDERS.map(({ id }) => id).join(', ')}, or give the server's address with --llm-url.`);
  }
  return { provider: preset, model: model.slice(at + 1) };
}

function priceOf(text: string | undefined): { input: number; output: number } | undefined {
  if (text === undefined) return undefined;
  const [input, output, ...rest] = text.split(',').map((part) => numberOf('--llm-price', part));
  if (input === undefined || output === undefined || rest.length > 0) throw new Error('--llm-price: write the dollars per million tokens of input and output, for example 0.25,2.');
  return { input, output };
}

function numberOf(flag: string, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= 0)) throw new Error(`${flag}: ${text} is not a number of 0 or more.`);
  return value;
}

/** Replies in a file of lines, so that none is paid for twice. A line that a stopped run left unfinished is passed over. */
function fileCache(file: string): LabelCache {
  const replies = new Map<string, unknown>();
  for (const line of existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []) {
    try {
      const { key, reply } = JSON.parse(line) as { key: string; reply: unknown };
      replies.set(key, reply);
    } catch {
      continue;
    }
  }
  return {
    get: async (key) => replies.get(key),
    async set(key, reply) {
      replies.set(key, reply);
      appendFileSync(file, `${JSON.stringify({ key, reply })}\n`);
    },
  };
}

/** What a run's scorer says of its work, for the console. */
export function describeScorer(scorer: LlmScorer): string {
  const { calls, cachedCalls, spentUsd, unparsed } = scorer.status();
  return `${scorer.identity.name}: ${calls} calls and ${cachedCalls} kept replies, $${spentUsd.toFixed(3)} spent, ${unparsed} replies could not be read`;
}
