import { describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { wilsonInterval } from '../core/stats';
import golden from './golden/armFigures.json';
import { headToHead, holm, signTest, type Opponents } from './headToHead';
import type { Verdict } from './verdicts';

const bouts = (wins: number, ties: number, losses: number): Opponents['bouts'] =>
  ([[wins, 1], [ties, 0.5], [losses, 0]] as const).flatMap(([count, outcome]) => Array.from({ length: count }, () => ({ outcome })));

describe('sign test', () => {
  it('is the exact binomial test (golden, scipy.stats.binomtest)', () => {
    for (const [wins, losses, p] of golden.signTests as [number, number, number][]) {
      expect(signTest(wins, losses) / p, `${wins}:${losses}`).toBeCloseTo(1, 9);
      expect(signTest(losses, wins)).toBe(signTest(wins, losses));
    }
  });

  it('has closed forms at its ends', () => {
    expect(signTest(10, 0)).toBeCloseTo(2 ** -9, 14);
    expect(signTest(7, 7)).toBe(1);
    expect(signTest(0, 0)).toBe(1);
    expect(signTest(2000, 0)).toBe(0);
  });

  it('refuses what is no count', () => {
    expect(() => signTest(1.5, 2)).toThrow(RangeError);
    expect(() => signTest(-1, 2)).toThrow(RangeError);
  });
});

describe('Holm', () => {
  it('by hand', () => {
    // Sorted .005 .01 .03 .04, times 4 3 2 1: .02 .03 .06 .04, and never below the one before: .02 .03 .06 .06.
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    [0.03, 0.06, 0.06, 0.02].forEach((p, i) => expect(adjusted[i]).toBeCloseTo(p, 12));
    expect(holm([0.6, 0.6])).toEqual([1, 1]);
    expect(holm([0.03])).toEqual([0.03]);
    expect(holm([])).toEqual([]);
  });

  it('rejects what the step-down procedure rejects', () => {
    const stream = new Stream(streamKey(6, PURPOSE.test));
    for (let trial = 0; trial < 200; trial++) {
      const pValues = Array.from({ length: 1 + stream.int(8) }, () => stream.unit() ** 3);
      const alpha = stream.unit() * 0.3;
      // Holm's own words: go up from the smallest p and stop at the first that is not under alpha / (m - i).
      const sorted = [...pValues].sort((a, b) => a - b);
      const stop = sorted.findIndex((p, i) => p >= alpha / (sorted.length - i));
      const rejected = new Set(stop < 0 ? sorted : sorted.slice(0, stop));
      expect(holm(pValues).map((p) => p < alpha)).toEqual(pValues.map((p) => rejected.has(p)));
    }
  });

  it('refuses what is no p-value', () => {
    expect(() => holm([0.5, 1.2])).toThrow(RangeError);
    expect(() => holm([NaN])).toThrow(RangeError);
  });
});

describe('head to head', () => {
  it('tests, adjusts and marks every comparison', () => {
    const { comparisons, count, alpha } = headToHead([
      { a: 'x', b: 'sft', bouts: bouts(30, 4, 10) },
      { a: 'y', b: 'sft', bouts: bouts(27, 0, 13) },
      { a: 'x', b: 'y', bouts: bouts(0, 5, 0) },
    ]);
    expect([count, alpha]).toEqual([3, 0.05]);
    const [first, second, third] = comparisons;
    expect(first).toMatchObject({ a: 'x', b: 'sft', decided: 40, significant: true });
    expect(first!.raw).toEqual({ value: 32 / 44, ci: wilsonInterval(32, 44), n: 44, over: 'posts' });
    expect(first!.p).toBe(signTest(30, 10));
    expect(first!.pAdjusted).toBeCloseTo(3 * first!.p, 12);
    // 27:13 alone is significant (p = .038); as one of three it is not.
    expect(second!.p).toBeLessThan(0.05);
    expect(second!.pAdjusted).toBeCloseTo(2 * second!.p, 12);
    expect(second!.significant).toBe(false);
    expect(third).toMatchObject({ decided: 0, p: 1, pAdjusted: 1, significant: false });
  });

  it('between equal arms rarely marks anything, where unadjusted tests often would', () => {
    let [marked, unadjusted] = [0, 0];
    const trials = 200;
    for (let trial = 0; trial < trials; trial++) {
      const stream = new Stream(streamKey(8, PURPOSE.test), trial);
      const { comparisons } = headToHead(Array.from({ length: 10 }, (_, i) => ({
        a: `a${i}`, b: 'b', bouts: Array.from({ length: 40 }, () => ({ outcome: stream.int(2) as Verdict })),
      })));
      marked += Number(comparisons.some(({ significant }) => significant));
      unadjusted += Number(comparisons.some(({ p }) => p < 0.05));
    }
    // At most 5% in expectation: 10, and three standard deviations of a binomial are 9.
    expect(marked).toBeLessThan(20);
    expect(unadjusted).toBeGreaterThan(40);
  });

  it('refuses comparisons that would count double or say nothing', () => {
    const some = bouts(3, 0, 1);
    expect(() => headToHead([{ a: 'x', b: 'y', bouts: some }, { a: 'y', b: 'x', bouts: some }])).toThrow(RangeError);
    expect(() => headToHead([{ a: 'x', b: 'x', bouts: some }])).toThrow(RangeError);
    expect(() => headToHead([{ a: 'x', b: 'y', bouts: [] }])).toThrow(RangeError);
  });
});
