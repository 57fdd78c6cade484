import { describe, expect, it } from 'vitest';
import type { HumanPair } from '../core/humanPairs';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { messagesOf } from '../labelers/llm/prompt';
import { exemplarsOf, judgedPairs, type ShownExemplar } from './exemplars';
import { INITIAL_LLM, promptOf, type LlmSettings } from './llmSettings';

const pair = (i: number, people: number): HumanPair => ({
  id: `p${i}`, prompt: `post ${i}`, responses: [`first of ${i}`, `second of ${i}`], people,
});
const take = (count: number): LlmSettings => ({ ...INITIAL_LLM, exemplarsFrom: 'pairs', exemplarCount: count });

describe('examples from pairs', () => {
  const pairs = [pair(0, 0.6), pair(1, 0.1), pair(2, 0.5), pair(3, 0.9), pair(4, 1), pair(5, 0.5)];

  it('are the first that people are surest about, without ties', () => {
    const ids = (count: number): (string | undefined)[] => exemplarsOf(take(count), pairs).map(({ pairId }) => pairId);
    expect(ids(1)).toEqual(['p4']);
    // 0.1 and 0.9 are as sure; the first comes first.
    expect(ids(3)).toEqual(['p4', 'p1', 'p3']);
    expect(ids(8)).toEqual(['p4', 'p1', 'p3', 'p0']);
  });

  it('show the preferred response on alternating sides', () => {
    const shown = exemplarsOf(take(4), pairs).map(({ exemplar }) => [exemplar.preferred, exemplar.responses[exemplar.preferred - 1]]);
    expect(shown).toEqual([[1, 'first of 4'], [2, 'second of 1'], [1, 'first of 3'], [2, 'first of 0']]);
  });

  it('keep what the visitor made of them, and stay out of the judged pairs all the same', () => {
    const edited: ShownExemplar = { prompt: 'shorter', responses: ['a', 'b'], preferred: 2, rationale: 'because' };
    const settings = { ...take(2), editedExemplars: { p1: edited, p5: edited } };
    expect(exemplarsOf(settings, pairs)[1]).toEqual({ pairId: 'p1', exemplar: edited });
    expect(judgedPairs(settings, pairs).map(({ id }) => id)).toEqual(['p0', 'p2', 'p3', 'p5']);
  });
});

describe('the judged pairs', () => {
  const stream = new Stream(streamKey(0, PURPOSE.test, 7));
  /** Few different texts, so that pairs share some and come again under other ids with their sides swapped. */
  const drawPairs = (): HumanPair[] => Array.from({ length: 40 }, (_, i) => ({
    id: `d${i}`, prompt: `post ${stream.int(4)}`, responses: [`r${stream.int(4)}`, `r${stream.int(4)}`], people: stream.int(5) / 4,
  }));
  const same = (a: Pick<HumanPair, 'prompt' | 'responses'>, b: Pick<HumanPair, 'prompt' | 'responses'>): boolean => {
    const [x, y] = a.responses;
    const [u, v] = b.responses;
    return a.prompt === b.prompt && ((x === u && y === v) || (x === v && y === u));
  };

  it('are all but those in the prompt, wherever its examples come from', () => {
    for (let trial = 0; trial < 60; trial++) {
      const pairs = drawPairs();
      const own = pairs.slice(0, 3).map(({ prompt, responses: [a, b] }): ShownExemplar => ({ prompt: ` ${prompt}\n`, responses: [b, `${a} `], preferred: 1, rationale: '' }));
      const settings = trial % 2 === 0 ? take(1 + (trial % 8)) : { ...INITIAL_LLM, exemplarsFrom: 'own' as const, ownExemplars: own };
      const prompt = promptOf(settings, pairs);
      const inPrompt = (one: HumanPair): boolean =>
        prompt.exemplars.some((example) => same(one, { prompt: example.prompt.trim(), responses: [example.responses[0].trim(), example.responses[1].trim()] }));
      const judged = judgedPairs(settings, pairs);
      expect(judged).toEqual(pairs.filter((one) => !inPrompt(one)));
      expect(judged.length).toBeLessThan(pairs.length);
      // The prompt does show the examples, so that leaving nothing out would have been noticed.
      const text = messagesOf(prompt, pairs[0]!, 0)[1]!.content;
      expect(text.match(/Example \d/g)).toHaveLength(prompt.exemplars.length);
    }
  });

  it('are all pairs where there are no examples', () => {
    const pairs = drawPairs();
    expect(judgedPairs(INITIAL_LLM, pairs)).toEqual(pairs);
  });
});
