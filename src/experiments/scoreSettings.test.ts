import { describe, expect, it } from 'vitest';
import { estimateScores } from '../labelers/llm/cost';
import { PROBE_ITEM } from '../labelers/llm/scorePrompt';
import { DEFAULT_CONFIG } from '../core/config';
import { INITIAL_LLM } from './llmSettings';
import { estimateOfScores, missingForScores, scoreSpecOf, typicalResponses } from './scoreSettings';
import { runOfBundle } from './shownRun';
import { testBundle } from './testing/bundle';

const LLM = { ...INITIAL_LLM, model: 'gpt', priceInput: 1, priceOutput: 4 };

describe('a model set up to compare, asked for scores', () => {
  it('keeps model, detail and price; what is of comparisons stays behind', () => {
    const spec = scoreSpecOf({ ...LLM, kind: 'dialogue', detail: 'base', chainOfThought: true, preamble: 'Pick one.', exemplarsFrom: 'own' }, 'tldr');
    expect(spec).toMatchObject({ model: 'gpt', price: { input: 1, output: 4 }, prompt: { kind: 'summary', detail: 'base' } });
    expect(JSON.stringify(spec)).not.toContain('Pick one.');
    expect(scoreSpecOf({ ...LLM, kind: 'dialogue' }, 'file').prompt.kind).toBe('dialogue');
    expect(scoreSpecOf(LLM, 'helpful').prompt.kind).toBe('dialogue');
    // A score of one response is asked for as it is: nothing has to be turned round.
    for (const task of ['harmless', 'file'] as const) expect(scoreSpecOf({ ...LLM, kind: 'harmful' }, task).prompt.kind).toBe('harmless');
    expect(missingForScores({ ...LLM, exemplarsFrom: 'own' }, true)).toBeUndefined();
    expect(missingForScores(LLM, false)).toBe('OpenAI needs a key.');
  });

  it('is estimated to take what typical responses take, as many times as there are responses', () => {
    const typical = [PROBE_ITEM, { prompt: 'a longer post, '.repeat(9), response: 'short' }];
    const { prompt } = scoreSpecOf(LLM, 'tldr');
    const both = estimateScores(typical, { prompt, rung: 'structured', samples: 3 }, { input: 1, output: 4 });
    const estimate = estimateOfScores({ ...LLM, samples: 3 }, 'tldr', { responses: 1000, typical: [...typical, PROBE_ITEM], found: 'structured' });
    expect(estimate).toEqual({ calls: 3000, input: 500 * both.input, output: 500 * both.output, usd: expect.closeTo(500 * both.usd!, 9) as number });
    expect(estimateOfScores({ ...LLM, priceInput: undefined }, 'tldr', { responses: 10, typical, found: 'logprobs' })).not.toHaveProperty('usd');
  });

  it('goes by the responses of the shown run where it is of the same task', () => {
    const shown = runOfBundle(testBundle(), 'here');
    const answer = { words: ['so', 'short'], finished: true, check: { covered: [], invented: 0, stumbles: 0, words: 2, marks: [] }, gold: 0 };
    const run = { ...shown, prompts: [{ id: 'p', topic: '', words: ['a', 'post'], facts: [] }], samples: { sft: [], rlhf: [{ promptId: 'p', answer }] } };
    expect(typicalResponses(run, 'tldr')).toEqual([{ prompt: expect.stringMatching(/a post/i) as string, response: expect.stringMatching(/so short/i) as string }]);
    expect(typicalResponses(run, 'file')).toEqual([PROBE_ITEM]);
    expect(typicalResponses({ ...run, config: DEFAULT_CONFIG, samples: {} }, 'tldr')).toEqual([PROBE_ITEM]);
    expect(typicalResponses(undefined, 'tldr')).toEqual([PROBE_ITEM]);
  });
});
