import { describe, expect, it } from 'vitest';
import type { ComparedFigure } from '../../experiments/replay';
import { testBundle } from '../../experiments/testing/bundle';
import { replayWords } from './words';

const recorded = testBundle();
const figure = (agreement: ComparedFigure['agreement'], tolerance = 0): ComparedFigure => ({
  arm: 'rlhf', figure: 'win rate', agreement, tolerance,
  recorded: { value: 0.6134, ci: [0.58, 0.64], n: 9, over: 'posts' }, here: { value: 0.5, ci: [0.47, 0.53], n: 9, over: 'posts' },
});

describe('a run held against its record, in words', () => {
  it('names every figure that differs, with what was allowed', () => {
    const words = replayWords({ outcome: 'differs', sameBits: false, figures: [figure('within', 0.2), figure('outside', 0.04)] }, recorded);
    expect(words.title).toBe('Differs from the record.');
    expect(words.text).toMatch(/^Engine or build is another.* RLHF, win rate against SFT: 61\.3% recorded, 50\.0% here, where 4\.0% apart is within tolerance\.$/);
    expect(words.text.match(/RLHF/g)!.length).toBe(1);
    expect(replayWords({ outcome: 'differs', sameBits: true, figures: [figure('outside')] }, recorded).text).toMatch(/the same numbers were due\. RLHF.*50\.0% here\.$/);
    expect(replayWords({ outcome: 'differs', sameBits: true, figures: [figure('equal')] }, recorded).text).toMatch(/An arm of the record is missing here\.$/);
  });

  it.each([
    ['same', 'equal', 'Reproduced to the bit.'],
    ['within', 'within', 'Reproduced within tolerance.'],
    ['within', 'rounding', 'Reproduced, but for last digits.'],
    ['incomparable', 'equal', 'Not comparable with the record.'],
  ] as const)('%s with a figure that is %s: %s', (outcome, agreement, title) => {
    expect(replayWords({ outcome, sameBits: false, figures: [figure(agreement, 0.2)] }, recorded).title).toBe(title);
  });
});
