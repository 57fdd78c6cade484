import { describe, expect, it } from 'vitest';
import type { HumanPair } from '../core/humanPairs';
import { LLM_DEFAULTS } from '../labelers/llm/labeler';
import { defaultPrompt } from '../labelers/llm/prompt';
import type { ModelInfo } from '../labelers/llm/types';
import {
  estimateOf, INITIAL_LLM, listedPrices, llmSettingsSchema, messagesShown, missingOf, modelChoice, planOf, promptOf, requestsShown,
  shownRung, type LlmSettings,
} from './llmSettings';

const pairs: HumanPair[] = Array.from({ length: 10 }, (_, i) => ({
  id: `p${i}`, prompt: `post ${i}`, responses: [`good ${i}`, `bad ${i}`], people: i === 4 ? 1 : 0.7,
}));
const ready: LlmSettings = { ...INITIAL_LLM, provider: 'custom', baseUrl: 'https://llm.example/v1', model: 'tiny' };
const example = { prompt: 'q', responses: ['yes', 'no'], preferred: 1, rationale: 'why' } as const;

describe('a plan', () => {
  it('has everything that was set', () => {
    const { spec } = planOf({
      ...ready, model: ' tiny ', samples: 4, temperature: 1.1, rung: 'structured', timeout: 90, extraBody: '{"top_p": 0.5}', bothOrders: false,
      priceInput: 1, priceOutput: 2, capUsd: 3,
    }, pairs);
    expect(spec).toMatchObject({
      model: 'tiny', samples: 4, temperature: 1.1, rung: 'structured', timeoutMs: 90_000, body: { top_p: 0.5 }, bothOrders: false,
      price: { input: 1, output: 2 }, capUsd: 3,
    });
  });

  it('is the labeler as it is by default where nothing was set', () => {
    const { spec, judged } = planOf(ready, pairs);
    expect(spec).toEqual({ ...LLM_DEFAULTS, provider: spec.provider, model: 'tiny', prompt: defaultPrompt('summary', 'detailed') });
    expect(judged).toEqual(pairs);
  });

  it('judges no pair that its prompt shows', () => {
    const { spec, judged } = planOf({ ...ready, exemplarsFrom: 'pairs', exemplarCount: 3 }, pairs);
    expect(spec.prompt.exemplars.map(({ prompt }) => prompt)).toEqual(['post 4', 'post 0', 'post 1']);
    expect(judged.map(({ id }) => id)).toEqual(['p2', 'p3', 'p5', 'p6', 'p7', 'p8', 'p9']);
  });

  it('refuses extra fields that are none', () => {
    expect(() => planOf({ ...ready, extraBody: '{"model": "x"}' }, pairs)).toThrow('"model"');
  });
});

it('has the visitor\'s own words where there are some, and the originals else', () => {
  const original = defaultPrompt('dialogue', 'base');
  const settings: LlmSettings = { ...ready, kind: 'dialogue', detail: 'base', chainOfThought: true };
  expect(promptOf(settings, [])).toEqual({ ...original, chainOfThought: true });
  for (const name of ['preamble', 'rationaleRequest', 'ending', 'structuredEnding'] as const) {
    expect(promptOf({ ...settings, [name]: 'mine' }, [])).toEqual({ ...original, chainOfThought: true, [name]: 'mine' });
  }
});

it('says what is missing', () => {
  expect(missingOf(ready, false)).toBeUndefined();
  expect(missingOf({ ...ready, exemplarsFrom: 'own' }, false)).toMatch(/Write an example/);
  const half = { ...example, responses: ['yes', ' '] } as const;
  expect(missingOf({ ...ready, exemplarsFrom: 'own', ownExemplars: [example, half] }, false)).toBe('Example 2 is not finished.');
  // Those that are not used may be unfinished.
  expect(missingOf({ ...ready, exemplarsFrom: 'none', ownExemplars: [half] }, false)).toBeUndefined();
  expect(missingOf({ ...ready, extraBody: '{' }, false)).toMatch(/not JSON/);
});

describe('the preview', () => {
  it('is of the rung that was set, else found, else likely', () => {
    expect(shownRung(ready, undefined)).toBe('logprobs');
    expect(shownRung({ ...ready, provider: 'anthropic' }, undefined)).toBe('structured');
    expect(shownRung(ready, 'choice')).toBe('choice');
    expect(shownRung({ ...ready, rung: 'structured' }, 'choice')).toBe('structured');
  });

  it('shows the messages of the first judged pair as they are sent', () => {
    const settings: LlmSettings = { ...ready, exemplarsFrom: 'own', ownExemplars: [example], chainOfThought: true, structuredEnding: 'Give JSON.' };
    const calls = messagesShown(settings, pairs, 'structured');
    const requests = requestsShown(settings, pairs, 'structured');
    expect(calls).toHaveLength(2);
    expect(calls[0]!.at(-1)!.content).toMatch(/^Example 1\.[^]*why[^]*post 0/);
    expect(calls[1]!.at(-1)!.content).toBe('Give JSON.');
    if (typeof requests === 'string') throw new Error(requests);
    expect(requests.map(({ body }) => (body as { messages: unknown }).messages)).toEqual(calls);
    const noneLeft: LlmSettings = { ...ready, exemplarsFrom: 'pairs', exemplarCount: 2 };
    expect(messagesShown(noneLeft, pairs.slice(0, 2), undefined)).toEqual([]);
    expect(requestsShown({ ...ready, baseUrl: 'nowhere' }, pairs, undefined)).toMatch(/must begin with https/);
  });
});

it('reckons with samples, both calls and the pairs that are left', () => {
  const calls = (changes: Partial<LlmSettings>, found?: 'choice'): number => estimateOf({ ...ready, ...changes }, pairs, found).calls;
  expect(calls({})).toBe(20);
  expect(calls({ samples: 4 })).toBe(20);
  expect(calls({ samples: 4 }, 'choice')).toBe(80);
  expect(calls({ samples: 4, chainOfThought: true, bothOrders: false })).toBe(80);
  expect(calls({ exemplarsFrom: 'pairs', exemplarCount: 2 })).toBe(16);
});

describe('listed prices', () => {
  const models: ModelInfo[] = [{ id: 'a', price: { input: 1, output: 2 } }, { id: 'b', price: { input: 3, output: 4 } }, { id: 'c' }];
  const chosen = (settings: LlmSettings, model: string): LlmSettings => ({ ...settings, ...modelChoice(settings, model, models) });

  it('come with a model and go with it, and what is typed stays with a model without a price', () => {
    const a = chosen(ready, 'a');
    expect(a).toMatchObject({ model: 'a', priceInput: 1, priceOutput: 2, pricesListed: true });
    expect(chosen(a, 'b')).toMatchObject({ priceInput: 3, priceOutput: 4, pricesListed: true });
    expect(chosen(a, 'c')).toMatchObject({ model: 'c', priceInput: undefined, priceOutput: undefined, pricesListed: false });
    const typed: LlmSettings = { ...a, priceInput: 9, pricesListed: false };
    expect(chosen(typed, 'c')).toMatchObject({ priceInput: 9, priceOutput: 2 });
  });

  it('come with the list for the model that is chosen already, unless prices were typed', () => {
    expect(listedPrices({ ...ready, model: 'b' }, models)).toMatchObject({ priceInput: 3, pricesListed: true });
    expect(listedPrices({ ...ready, model: 'b', priceInput: 9 }, models)).toEqual({});
  });
});

it('can be kept as text and read again', () => {
  const settings: LlmSettings = { ...ready, exemplarsFrom: 'own', ownExemplars: [example], editedExemplars: { p1: example }, ending: 'x' };
  expect(llmSettingsSchema.parse(JSON.parse(JSON.stringify(settings)))).toEqual(JSON.parse(JSON.stringify(settings)));
  expect(llmSettingsSchema.safeParse({ ...settings, samples: 17 }).success).toBe(false);
});
