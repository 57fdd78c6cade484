import { describe, expect, it } from 'vitest';
import { disagreement, meanScore, uncertaintyWeightedScore, worstCaseScore } from './ensemble';

// Three models, two responses: the models agree on the second.
const SCORES = [[1, 2], [3, 2], [8, 2]];

describe('an ensemble of reward models', () => {
  it('scores by the mean, the worst, and the mean less lambda times the variance', () => {
    expect(Array.from(meanScore(SCORES))).toEqual([4, 2]);
    expect(Array.from(worstCaseScore(SCORES))).toEqual([1, 2]);
    // ((1-4)^2 + (3-4)^2 + (8-4)^2) / 3 = 26 / 3; its root would be 2.94.
    expect(disagreement(SCORES)[0]).toBeCloseTo(26 / 3, 5);
    expect(disagreement(SCORES)[1]).toBe(0);
    expect(uncertaintyWeightedScore(SCORES, 0.3)[0]).toBeCloseTo(4 - 0.3 * (26 / 3), 5);
    expect(uncertaintyWeightedScore(SCORES, 0.3)[1]).toBe(2);
    expect(uncertaintyWeightedScore(SCORES, 0)).toEqual(meanScore(SCORES));
  });

  it('takes a single model as it is', () => {
    for (const combine of [meanScore, worstCaseScore]) expect(Array.from(combine([[5, -1]]))).toEqual([5, -1]);
    expect(Array.from(uncertaintyWeightedScore([[5, -1]], 2))).toEqual([5, -1]);
  });

  it('refuses no model and models that scored different responses', () => {
    expect(() => meanScore([])).toThrow(RangeError);
    expect(() => worstCaseScore([[1, 2], [1]])).toThrow(/same responses/);
  });
});
