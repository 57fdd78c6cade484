import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { mean } from '../core/stats';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import type { Engine } from '../nn/types';
import { bestOfEach, bestOfN, bestOfNKl, expectedBestOfN } from './bestOfN';
import { sample, type Rollout } from './rollouts';
import { freshParameters, word } from './testing/toy';

describe('the expected best of n', () => {
  const draw = new Stream(streamKey(1, PURPOSE.test));
  const gold = Array.from({ length: 7 }, () => draw.normal());
  // Two ties.
  const proxy = [0.3, 1, -2, 1, 0.5, 0.3, 4];

  /** The mean over every subset of n, each with its best by the proxy, ties to the first. */
  function byEnumeration(n: number): number {
    const subsets = Array.from({ length: 2 ** gold.length }, (_, bits) => gold.flatMap((_, i) => ((bits >> i) & 1 ? [i] : [])));
    return mean(subsets.filter((subset) => subset.length === n).map((subset) =>
      gold[subset.reduce((best, i) => (proxy[i]! > proxy[best]! ? i : best))]!));
  }

  it.each([1, 2, 3, 6, 7])('is the mean over all subsets, n = %i', (n) => {
    expect(expectedBestOfN(proxy, gold, n)).toBeCloseTo(byEnumeration(n), 12);
  });

  it('stays exact where the binomials overflow', () => {
    const many = Array.from({ length: 4000 }, (_, i) => i + 1);
    // The expected largest of n out of 1..N is n (N + 1) / (n + 1).
    expect(expectedBestOfN(many, many, 1500)).toBeCloseTo((1500 * 4001) / 1501, 6);
  });

  it('refuses an n outside 1..N and other numbers of gold scores', () => {
    expect(() => expectedBestOfN(proxy, gold, 8)).toThrow(RangeError);
    expect(() => expectedBestOfN(proxy, gold, 0)).toThrow(RangeError);
    expect(() => expectedBestOfN(proxy, gold.slice(1), 2)).toThrow(/7 samples with 6/);
  });
});

describe('the KL of best of n', () => {
  /** KL(best of n || uniform over M ordered outcomes). */
  function exact(n: number, outcomes: number): number {
    let kl = 0;
    for (let i = 1; i <= outcomes; i++) {
      const p = (i / outcomes) ** n - ((i - 1) / outcomes) ** n;
      if (p > 0) kl += p * Math.log(p * outcomes);
    }
    return kl;
  }

  it('is bounded by log n - (n - 1) / n, and close to it where outcomes are many', () => {
    expect(bestOfNKl(1)).toBe(0);
    for (const n of [2, 4, 16, 64]) {
      expect(exact(n, 20_000)).toBeLessThanOrEqual(bestOfNKl(n));
      expect(exact(n, 20_000)).toBeCloseTo(bestOfNKl(n), 2);
      expect(exact(n, 2)).toBeLessThan(0.7);
    }
  });
});

describe('best of n sampling', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await loadCpuEngine();
  });
  afterAll(() => engine.dispose());

  it('gives each prompt its best sample, the same in one call of the engine or several', async () => {
    const policy = freshParameters(engine, 1);
    const prompts = [0, 1, 2, 3, 4].map((n) => [word(n)]);
    // 200 samples a prompt: two prompts to a call.
    const options = { temperature: 1, maxNewTokens: 3, key: streamKey(1, PURPOSE.test) };
    const points = ({ response }: Rollout): number => response.filter((id) => id === word(5)).length + response[0]! / 1000;
    const seen: Rollout[] = [];
    const best = await bestOfN(engine, policy, prompts, { ...options, n: 200 }, (rollouts) => {
      seen.push(...rollouts);
      return Promise.resolve(Float32Array.from(rollouts, points));
    });
    const atOnce = await sample(engine, policy, prompts, { ...options, samplesPerPrompt: 200 });
    expect(seen.map(({ response }) => response)).toEqual(atOnce.map(({ tokens }) => tokens));
    best.forEach(({ prompt, score, meanScore, ...rollout }, i) => {
      const own = seen.slice(200 * i, 200 * (i + 1));
      expect(prompt).toEqual(prompts[i]);
      expect(score).toBeCloseTo(Math.max(...own.map(points)), 5);
      expect(meanScore).toBeCloseTo(mean(own.map(points)), 5);
      expect(points({ prompt, ...rollout })).toBeCloseTo(score, 5);
    });
    policy.dispose();
  });

  it('takes the first of equals', () => {
    const rollouts = [1, 2, 3, 4].map((n): Rollout => ({ prompt: [word(0)], response: Int32Array.of(word(n)), finished: false }));
    const best = bestOfEach(rollouts, Float32Array.of(0, 0, 1, 2), 2);
    expect(best.map(({ response }) => response[0])).toEqual([word(1), word(4)]);
    expect(best.map(({ meanScore }) => meanScore)).toEqual([0, 1.5]);
  });
});
