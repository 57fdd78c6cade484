import { describe, expect, it } from 'vitest';
import { meanInterval, wilsonInterval } from '../core/stats';
import { evaluateArm, importanceShare } from './evaluateArm';
import { response, testPrompt, testTask } from './testing/testTask';

const prompt = testPrompt('p');
const posts = ['f0 f1 f2 f3', 'f0 f7 f6', 'uh f3 uh', ''].map((text) => ({
  prompt,
  check: testTask.check(prompt, response(text)),
}));

describe('evaluateArm', () => {
  it('gives the figures worked out by hand', () => {
    const evaluation = evaluateArm(posts, testTask.goldWeights);
    // coverage - 2 * invented - stumbles - 0.05 * words
    const gold = [4.5 - 0.2, 2 - 4 - 0.15, 0.5 - 2 - 0.15, 0];
    expect(evaluation.goldUtility.value).toBeCloseTo(gold.reduce((sum, g) => sum + g) / 4, 12);
    const [low, high] = meanInterval(gold);
    expect(evaluation.goldUtility.ci).toEqual([expect.closeTo(low, 12), expect.closeTo(high, 12)]);
    expect(evaluation.coverage.value).toBeCloseTo((1 + 2 / 4.5 + 0.5 / 4.5 + 0) / 4, 12);
    expect(evaluation.hallucinationRate).toEqual({ value: 0.25, ci: wilsonInterval(1, 4), n: 4, over: 'posts' });
    expect(evaluation.disfluencyRate).toEqual({ value: 0.25, ci: wilsonInterval(1, 4), n: 4, over: 'posts' });
    expect(evaluation.length.value).toBe(10 / 4);
    expect(Object.keys(evaluation)).not.toContain('kl');
  });

  it('adds what only trained arms have', () => {
    const evaluation = evaluateArm(posts, testTask.goldWeights, {
      kl: Float32Array.of(1, 2, 3, -0.5),
      proxyReward: [0, 1, 0, 1],
    });
    expect(evaluation.kl?.value).toBe(1.375);
    expect(evaluation.proxyReward?.value).toBe(0.5);
    expect(() => evaluateArm(posts, testTask.goldWeights, { kl: [1] })).toThrow(/1 measurements of 4 posts/);
  });

  it('covers nothing of a post in which nothing matters', () => {
    expect(importanceShare({ facts: [] }, { covered: [] })).toBe(0);
  });
});
