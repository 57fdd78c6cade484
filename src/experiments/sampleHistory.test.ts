import { describe, expect, it } from 'vitest';
import type { PromptRecord, Sample } from '../core/bundle';
import { checkpointAt, MOST_CHECKPOINTS, NO_HISTORY, stepsOf, withCheckpoint } from './sampleHistory';

const post = (id: string): PromptRecord => ({ id, topic: 'work', words: ['hi'], facts: [] });
const samples = (word: string): Sample[] => [{
  promptId: 'p', answer: { words: [word], finished: true, check: { covered: [], invented: 0, stumbles: 0, words: 1, marks: [] }, gold: 0 },
}];
const history = (steps: readonly number[]) =>
  steps.reduce((all, step) => withCheckpoint(all, 'rlhf', [post('p')], { step, samples: samples(`w${step}`) }), NO_HISTORY);

describe('the history of samples', () => {
  it('keeps each step once, in their order, and each post once', () => {
    const all = withCheckpoint(history([0, 10, 5]), 'rlhf', [post('p'), post('q')], { step: 5, samples: samples('again') });
    expect(all.arms.rlhf!.map(({ step }) => step)).toEqual([0, 5, 10]);
    expect(checkpointAt(all, 'rlhf', 5)!.samples[0]!.answer.words).toEqual(['again']);
    expect(all.prompts.map(({ id }) => id)).toEqual(['p', 'q']);
  });

  it('is bounded, keeps both ends and stays about even', () => {
    const last = 1000;
    const steps = history(Array.from({ length: last + 1 }, (_, step) => step)).arms.rlhf!.map(({ step }) => step);
    expect(steps).toHaveLength(MOST_CHECKPOINTS);
    expect([steps[0], steps.at(-1)]).toEqual([0, last]);
    const gaps = steps.slice(1).map((step, i) => step - steps[i]!);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(4 * (last / MOST_CHECKPOINTS));
  });

  it('finds the last checkpoint at or before a step', () => {
    const all = history([2, 6]);
    expect([0, 2, 5, 6, 99].map((step) => checkpointAt(all, 'rlhf', step)?.step)).toEqual([undefined, 2, 2, 6, 6]);
    expect(checkpointAt(all, 'rlaif', 5)).toBeUndefined();
    expect(stepsOf(withCheckpoint(all, 'rlaif', [], { step: 4, samples: [] }), ['rlhf', 'rlaif', 'none'])).toEqual([2, 4, 6]);
  });
});
