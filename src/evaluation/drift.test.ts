import { describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { drift, type ScoredSample } from './drift';
import golden from './golden/armFigures.json';

const sample = (promptId: string, proxy: number, gold: number): ScoredSample => ({ promptId, proxy, gold });

/** `perPost` samples of each of `posts` posts; proxy = weight * gold + noise. */
function simulated(posts: number, perPost: number, weight: number, seed: number): ScoredSample[] {
  const stream = new Stream(streamKey(seed, PURPOSE.test));
  return Array.from({ length: posts * perPost }, (_, i) => {
    const gold = stream.normal();
    return sample(`p${i % posts}`, weight * gold + stream.normal(), gold);
  });
}

describe('agreement on several samples a post', () => {
  it('by hand', () => {
    const figures = drift([
      // Couples: alike; tied by the proxy; against.
      sample('p', 1, 1), sample('p', 2, 2), sample('p', 2, 0.5),
      // Tied by gold.
      sample('q', 5, 3), sample('q', 1, 3),
      sample('r', -2, 0), sample('r', 4, 1),
    ]);
    // p: (1, 2) alike, (1, .5) against, (2, .5) tied; q: 1/2; r: alike. Sum 1 + 0 + 1/2 + 1/2 + 1 of 5.
    expect(figures).toMatchObject({ samples: 7, couples: 'samples of a post', goldTies: 1 / 5 });
    expect(figures.rankAgreement).toMatchObject({ value: 3 / 5, n: 3, over: 'posts' });
  });

  it('as scipy has it, where posts pull the other way (golden)', () => {
    const { promptIds, proxy, gold, ...expected } = golden.drift.several;
    const figures = drift(promptIds.map((id, i) => sample(`p${id}`, proxy[i]!, gold[i]!)));
    expect(figures.rankAgreement!.value).toBeCloseTo(expected.rankAgreement, 12);
    expect(figures.goldTies).toBeCloseTo(expected.goldTies, 12);
    expect(figures.correlation!.value).toBeCloseTo(expected.correlation, 12);
    // Within posts they agree, over all samples they do not.
    expect(figures.rankAgreement!.ci[0]).toBeGreaterThan(0.5);
    expect(figures.correlation!.value).toBeLessThan(0);
  });
});

describe('agreement on one sample a post', () => {
  it('over few posts is over all couples (golden, scipy.stats.kendalltau)', () => {
    const { proxy, gold, rankAgreement, correlation } = golden.drift.one;
    const figures = drift(proxy.map((score, i) => sample(`p${i}`, score, gold[i]!)));
    expect(figures.couples).toBe('posts');
    expect(figures.rankAgreement!.value).toBeCloseTo(rankAgreement, 12);
    expect(figures.correlation!.value).toBeCloseTo(correlation, 12);
  });

  it('over many is over random ones, and close to all', () => {
    // For jointly normal values of correlation rho the agreement is 1/2 + asin(rho) / pi; rho = 1 / sqrt 2 gives 3/4.
    for (const seed of [1, 2, 3]) {
      const { rankAgreement, correlation } = drift(simulated(200, 1, 1, seed));
      expect(Math.abs(rankAgreement!.value - 0.75)).toBeLessThan(0.06);
      expect(rankAgreement!.ci[0]).toBeLessThan(0.75);
      expect(rankAgreement!.ci[1]).toBeGreaterThan(0.75);
      expect(correlation!.ci[0]).toBeLessThan(Math.SQRT1_2);
      expect(correlation!.ci[1]).toBeGreaterThan(Math.SQRT1_2);
    }
  });
});

describe('what it tells apart', () => {
  it('a reward that follows gold, one that ignores it, and one that has turned against it', () => {
    for (const seed of [11, 12, 13]) {
      const [follows, ignores, against] = [1, 0, -1].map((weight) => drift(simulated(80, 4, weight, seed)));
      expect(follows!.rankAgreement!.ci[0]).toBeGreaterThan(0.6);
      expect(Math.abs(ignores!.rankAgreement!.value - 0.5)).toBeLessThan(0.1);
      expect(against!.rankAgreement!.ci[1]).toBeLessThan(0.4);
      expect(Math.abs(ignores!.correlation!.value)).toBeLessThan(0.2);
    }
  });

  it('the order and the unit of the scores do not matter', () => {
    const samples = simulated(30, 3, 1, 7);
    const figures = drift(samples);
    expect(drift(samples.map((one) => ({ ...one, proxy: 7 * one.proxy - 100 }))).rankAgreement).toEqual(figures.rankAgreement);
    expect(drift([...samples].reverse()).rankAgreement!.value).toBeCloseTo(figures.rankAgreement!.value, 12);
  });
});

it('leaves out a correlation with what does not vary, and refuses what cannot be measured', () => {
  const flat = drift(['p', 'q', 'r', 's', 't'].map((id, i) => sample(id, 1, i)));
  expect(flat.correlation).toBeUndefined();
  expect(flat.rankAgreement!.value).toBe(0.5);
  // A resample of two posts is the same post twice half of the time.
  expect(drift([sample('p', 1, 2), sample('q', 2, 3)]).rankAgreement).toBeUndefined();
  expect(() => drift([sample('p', 1, 2), sample('p', 2, 3)])).toThrow(RangeError);
  expect(() => drift([sample('p', 1, 2), sample('q', Infinity, 3)])).toThrow(RangeError);
});
