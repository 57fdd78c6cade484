import { describe, expect, it } from 'vitest';
import { combine, disagreement, meanScore, uncertaintyWeightedScore, worstCaseScore } from './ensemble';

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

  it('combines by name, from typed arrays too', () => {
    const scores = SCORES.map((own) => Float32Array.from(own));
    expect(combine('mean', scores, 0.3)).toEqual(meanScore(SCORES));
    expect(combine('worst', scores, 0.3)).toEqual(worstCaseScore(SCORES));
    expect(combine('uncertainty', scores, 0.3)).toEqual(uncertaintyWeightedScore(SCORES, 0.3));
  });

  it('takes a single model as it is', () => {
    for (const score of [meanScore, worstCaseScore]) expect(Array.from(score([[5, -1]]))).toEqual([5, -1]);
    expect(Array.from(uncertaintyWeightedScore([[5, -1]], 2))).toEqual([5, -1]);
  });

  it('refuses no model and models that scored different responses', () => {
    expect(() => meanScore([])).toThrow(RangeError);
    expect(() => worstCaseScore([[1, 2], [1]])).toThrow(/same responses/);
  });
});
