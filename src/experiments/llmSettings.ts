import type { HumanPair } from '../core/humanPairs';
import { z } from '../core/zod';
import { estimateRun, type Estimate, type Price } from '../labelers/llm/cost';
import { LlmError } from '../labelers/llm/errors';
import type { HttpRequest } from '../labelers/llm/http';
import { browserDeps, createLlmLabeler, LLM_DEFAULTS, type LlmSpec } from '../labelers/llm/labeler';
import { defaultPrompt, messagesOf, PROMPT_KINDS, type PromptSpec } from '../labelers/llm/prompt';
import { customProvider, providerById, PROVIDERS as LLM_PROVIDERS, type Provider, type ProviderPreset } from '../labelers/llm/providers';
import { RUNGS, type ChatMessage, type ModelInfo, type Rung } from '../labelers/llm/types';
import { exemplarSettingsSchema, exemplarsOf, judgedPairs } from './exemplars';
import { readExtraBody } from './extraBody';

/** Most replies asked for each order; Lee et al. 2023 went up to 16. */
export const MOST_SAMPLES = 16;
/** Highest sampling temperature, the most that OpenAI takes. */
export const MOST_TEMPERATURE = 2;
/** Seconds that a call may take. */
export const TIMEOUT = { min: 5, max: 900 } as const;

const words = z.string().max(20_000).optional();
const dollars = z.number().min(0).max(1e6).optional();

/** A language model as the visitor sets it up: everything but the key. */
export const llmSettingsSchema = exemplarSettingsSchema.extend({
  /** Id of a preset, or `custom`. */
  provider: z.string().max(40),
  baseUrl: z.string().max(2000),
  model: z.string().max(300),
  /** What the pairs are and what is asked of them. */
  kind: z.enum(PROMPT_KINDS),
  detail: z.enum(['base', 'detailed']),
  /** The visitor's own words; undefined for those that belong to kind and detail. */
  preamble: words,
  rationaleRequest: words,
  ending: words,
  structuredEnding: words,
  chainOfThought: z.boolean(),
  bothOrders: z.boolean(),
  /** Replies asked for each order and averaged. */
  samples: z.number().int().min(1).max(MOST_SAMPLES),
  /** Where there are several samples; a single reply is greedy. */
  temperature: z.number().min(0).max(MOST_TEMPERATURE),
  rung: z.enum(['auto', ...RUNGS]),
  /** Seconds that a call may take. */
  timeout: z.number().min(TIMEOUT.min).max(TIMEOUT.max),
  /** Fields for every request, as JSON; '' for none. */
  extraBody: z.string().max(10_000),
  /** US dollars per million tokens; both or none. */
  priceInput: dollars,
  priceOutput: dollars,
  /** Whether the prices are those of the provider's list. */
  pricesListed: z.boolean(),
  /** US dollars; needs prices. */
  capUsd: dollars,
  /** Thousand millions of parameters, where the visitor knows. */
  billions: z.number().min(0).max(1e6).optional(),
}).readonly();
export type LlmSettings = z.infer<typeof llmSettingsSchema>;

export { LLM_PROVIDERS };
export const CUSTOM = 'custom';

export const INITIAL_LLM: LlmSettings = {
  provider: 'openai',
  baseUrl: providerById('openai').baseUrl,
  model: '',
  kind: 'summary',
  detail: 'detailed',
  preamble: undefined,
  rationaleRequest: undefined,
  ending: undefined,
  structuredEnding: undefined,
  chainOfThought: false,
  exemplarsFrom: 'none',
  exemplarCount: 2,
  editedExemplars: {},
  ownExemplars: [],
  bothOrders: LLM_DEFAULTS.bothOrders,
  samples: LLM_DEFAULTS.samples,
  temperature: LLM_DEFAULTS.temperature,
  rung: LLM_DEFAULTS.rung,
  timeout: LLM_DEFAULTS.timeoutMs / 1000,
  extraBody: '',
  priceInput: undefined,
  priceOutput: undefined,
  pricesListed: false,
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

/** @param pairs those at hand, from which examples may be taken. */
export function promptOf(settings: LlmSettings, pairs: readonly HumanPair[]): PromptSpec {
  const { kind, detail, chainOfThought } = settings;
  const original = defaultPrompt(kind, detail);
  return {
    ...original,
    chainOfThought,
    preamble: settings.preamble ?? original.preamble,
    rationaleRequest: settings.rationaleRequest ?? original.rationaleRequest,
    ending: settings.ending ?? original.ending,
    structuredEnding: settings.structuredEnding ?? original.structuredEnding,
    exemplars: exemplarsOf(settings, pairs).map(({ exemplar }) => exemplar),
  };
}

export function priceOf({ priceInput: input, priceOutput: output }: LlmSettings): Price | undefined {
  return input === undefined || output === undefined ? undefined : { input, output };
}

/** @throws LlmError of kind `request` where the extra fields are none */
function specOf(settings: LlmSettings, pairs: readonly HumanPair[]): LlmSpec {
  const price = priceOf(settings);
  const { bothOrders, samples, temperature, rung, capUsd } = settings;
  const body = readExtraBody(settings.extraBody);
  if (typeof body === 'string') throw new LlmError('request', body);
  return {
    ...LLM_DEFAULTS,
    provider: providerOf(settings),
    model: settings.model.trim(),
    prompt: promptOf(settings, pairs),
    bothOrders,
    samples,
    temperature,
    rung,
    timeoutMs: 1000 * settings.timeout,
    ...(price && { price }),
    ...(capUsd !== undefined && { capUsd }),
    ...(Object.keys(body).length > 0 && { body }),
  };
}

/**
 * Whom to ask about which pairs. In one piece, because the prompt may show some of the pairs, and those are not judged.
 * @throws LlmError of kind `request` where the extra fields are none
 */
export function planOf<P extends HumanPair>(
  settings: LlmSettings, pairs: readonly P[],
): { readonly spec: LlmSpec; readonly judged: readonly P[] } {
  return { spec: specOf(settings, pairs), judged: judgedPairs(settings, pairs) };
}

/** What is missing in the prompt and the way of asking; undefined where nothing is. */
export function missingInPrompt({ exemplarsFrom, ownExemplars, extraBody }: LlmSettings): string | undefined {
  if (exemplarsFrom === 'own') {
    if (ownExemplars.length === 0) return 'Write an example, or choose none.';
    const unfinished = ownExemplars.findIndex(({ prompt, responses }) => [prompt, ...responses].some((one) => one.trim() === ''));
    if (unfinished >= 0) return `Example ${unfinished + 1} is not finished.`;
  }
  const body = readExtraBody(extraBody);
  return typeof body === 'string' ? body : undefined;
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
  return missingInPrompt(settings);
}

/** The rung shown and reckoned with: as set, else as found by asking, else the best one that the provider may have. */
export function shownRung(settings: LlmSettings, found: Rung | undefined): Rung {
  if (settings.rung !== 'auto') return settings.rung;
  return found ?? (providerOf(settings).quirks.logprobs ? 'logprobs' : 'structured');
}

const RATIONALE = '(the rationale that the first call gives)';

/** The messages of each call about the first pair that would be judged, shown in its own order. */
export function messagesShown(
  settings: LlmSettings, pairs: readonly HumanPair[], found: Rung | undefined,
): readonly (readonly ChatMessage[])[] {
  const [pair] = judgedPairs(settings, pairs);
  if (!pair) return [];
  const rung = shownRung(settings, found);
  const prompt = promptOf(settings, pairs);
  const first = messagesOf(prompt, pair, 0, { rung });
  return prompt.chainOfThought ? [first, messagesOf(prompt, pair, 0, { rung, rationale: RATIONALE })] : [first];
}

/** The requests with these messages, without the key. @returns the reason, in words, where nothing can be sent. */
export function requestsShown(
  settings: LlmSettings, pairs: readonly HumanPair[], found: Rung | undefined,
): readonly HttpRequest[] | string {
  try {
    const { spec, judged: [pair] } = planOf({ ...settings, capUsd: undefined }, pairs);
    if (!pair) return [];
    // Shown as a placeholder wherever a key will be sent; no key comes near the preview.
    const deps = browserDeps(spec.provider.needsKey ? 'a key' : '');
    return createLlmLabeler(spec, deps).preview(pair, shownRung(settings, found));
  } catch (error) {
    if (error instanceof LlmError) return error.message;
    throw error;
  }
}

/** What labelling these pairs will take, by rule of thumb. */
export function estimateOf(settings: LlmSettings, pairs: readonly HumanPair[], found: Rung | undefined): Estimate {
  const { bothOrders, samples } = settings;
  const shape = { prompt: promptOf(settings, pairs), rung: shownRung(settings, found), bothOrders, samples };
  return estimateRun(judgedPairs(settings, pairs), shape, priceOf(settings));
}

/** Without the prices of a list, which are of one model and one server; those that the visitor typed stay. */
export function withoutListedPrices(settings: LlmSettings): LlmSettings {
  return settings.pricesListed ? { ...settings, priceInput: undefined, priceOutput: undefined, pricesListed: false } : settings;
}

/** What choosing a model changes: the prices of a listed one come with it, and those of the one before do not stay. */
export function modelChoice(settings: LlmSettings, model: string, models: readonly ModelInfo[]): Partial<LlmSettings> {
  const price = models.find(({ id }) => id === model.trim())?.price;
  if (price) return { model, priceInput: price.input, priceOutput: price.output, pricesListed: true };
  const { priceInput, priceOutput, pricesListed } = withoutListedPrices(settings);
  return { model, priceInput, priceOutput, pricesListed };
}

/** What a list of models changes for the model that is chosen already: prices that the visitor typed stay. */
export function listedPrices(settings: LlmSettings, models: readonly ModelInfo[]): Partial<LlmSettings> {
  const typed = !settings.pricesListed && (settings.priceInput !== undefined || settings.priceOutput !== undefined);
  return typed ? {} : modelChoice(settings, settings.model, models);
}
