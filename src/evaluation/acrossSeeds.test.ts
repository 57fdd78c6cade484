import { describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { bandOverSeeds, compareOverSeeds, estimateOverSeeds, type PairedComparison } from './acrossSeeds';
import golden from './golden/acrossSeeds.json';

const bySeed = (values: readonly number[]): Map<number, number> => new Map(values.map((value, i) => [i + 1, value]));

function compared(a: readonly number[], b: readonly number[]): PairedComparison {
  const comparison = compareOverSeeds(bySeed(a), bySeed(b));
  if (!comparison.ok) throw new Error(comparison.reason);
  return comparison;
}

describe('a band over seeds', () => {
  const step = golden.mean.map((_, i) => 10 * i);
  const curves = golden.curves.map((value) => ({ step, value }));

  it('matches numpy and scipy (golden)', () => {
    for (const kind of ['std', 'stderr'] as const) {
      bandOverSeeds(curves, kind).forEach((point, i) => {
        expect(point).toMatchObject({ step: 10 * i, n: 4, mean: expect.closeTo(golden.mean[i]!, 12) as number });
        expect(point.band![0]).toBeCloseTo(golden.mean[i]! - golden[kind][i]!, 12);
        expect(point.band![1]).toBeCloseTo(golden.mean[i]! + golden[kind][i]!, 12);
      });
    }
    bandOverSeeds(curves, 'min-max').forEach(({ band }, i) => {
      const column = golden.curves.map((value) => value[i]!).sort((x, y) => x - y);
      expect(band).toEqual([column[0], column[3]]);
    });
  });

  it('counts a run where it has values, and tells how many have', () => {
    const band = bandOverSeeds([
      { step: [1, 2, 3], value: [1, 2, 3] },
      { step: [1, 2], value: [3, NaN] },
      { step: [3, 1], value: [5, 8] },
      { step: [4], value: [] },
    ], 'min-max');
    expect(band).toEqual([
      { step: 1, mean: 4, band: [1, 8], n: 3 },
      { step: 2, mean: 2, n: 1 },
      { step: 3, mean: 4, band: [3, 5], n: 2 },
    ]);
  });

  it('counts a run once where it has a step twice', () => {
    expect(bandOverSeeds([{ step: [1, 1], value: [9, 2] }], 'std')).toEqual([{ step: 1, mean: 2, n: 1 }]);
  });

  it('of no curves is empty, of one has no band', () => {
    expect(bandOverSeeds([], 'std')).toEqual([]);
    expect(bandOverSeeds([{ step: [1, 2], value: [4, 5] }], 'stderr')).toEqual([{ step: 1, mean: 4, n: 1 }, { step: 2, mean: 5, n: 1 }]);
  });
});

describe('a figure over seeds', () => {
  it('has the interval that is got by hand', () => {
    // s = 1, t(.975, 2) = 4.302653: half = 4.302653 / sqrt(3) = 2.484138.
    const over = estimateOverSeeds([1, 2, 3]);
    expect(over).toMatchObject({ ok: true, estimate: { value: 2, n: 3, over: 'seeds' } });
    if (over.ok) expect(over.estimate.ci[1]).toBeCloseTo(4.484138, 5);
  });

  it('of one run is its value and no interval; of none there is none', () => {
    expect(estimateOverSeeds([0.7])).toEqual({ ok: false, value: 0.7, reason: 'one seed says nothing of spread' });
    expect(() => estimateOverSeeds([])).toThrow(RangeError);
  });
});

describe('two arms over seeds', () => {
  it('match scipy.stats.ttest_rel (golden)', () => {
    for (const { a, b, mean, ci, p } of golden.paired) {
      const comparison = compared(a, b);
      expect(comparison.estimate).toMatchObject({ value: expect.closeTo(mean, 12) as number, n: a.length, over: 'seeds' });
      // The interval is as exact as tQuantile: 0.2% of its half width for 3 degrees.
      const half = (ci[1]! - ci[0]!) / 2;
      expect(Math.abs((comparison.estimate.ci[1] - comparison.estimate.ci[0]) / 2 / half - 1)).toBeLessThan(2e-3);
      expect(comparison.p).toBeCloseTo(p, 10);
      expect(comparison.aAbove).toBe(a.filter((value, i) => value > b[i]!).length);
    }
  });

  it('turn round when a and b do', () => {
    const { a, b } = golden.paired[2]!;
    const [there, back] = [compared(a, b), compared(b, a)];
    expect(back.p).toBeCloseTo(there.p!, 14);
    expect(back.estimate.value).toBeCloseTo(-there.estimate.value, 14);
    expect(back.aAbove).toBe(a.length - there.aAbove - there.ties);
  });

  it('are told apart by chance 5 times in 100, and more often when they differ', () => {
    const key = streamKey(9, PURPOSE.test);
    const found = (gap: number): number => {
      let count = 0;
      for (let trial = 0; trial < 1000; trial++) {
        const s = new Stream(key, trial);
        const start = Array.from({ length: 5 }, () => 3 * s.normal());
        if (compared(start.map((x) => x + gap + s.normal()), start.map((x) => x + s.normal())).p! < 0.05) count++;
      }
      return count;
    };
    // Binomial(1000, .05): four standard deviations are 28.
    expect(Math.abs(found(0) - 50)).toBeLessThan(28);
    expect(found(3)).toBeGreaterThan(700);
  });

  it('are paired by seed, and seeds of one arm only are named', () => {
    const comparison = compareOverSeeds(new Map([[7, 1], [3, 5], [2, 2]]), new Map([[2, 2], [7, 0], [10, 4]]));
    expect(comparison).toMatchObject({
      ok: true, differences: [{ seed: 2, difference: 0 }, { seed: 7, difference: 1 }], unpaired: [3, 10], aAbove: 1, ties: 1,
    });
  });

  it('with one seed or none in common say why there is no more', () => {
    expect(compareOverSeeds(new Map([[1, 3]]), new Map([[1, 1]]))).toEqual({
      ok: false, reason: 'one seed says nothing of spread', differences: [{ seed: 1, difference: 2 }], unpaired: [],
    });
    expect(compareOverSeeds(new Map([[1, 3]]), new Map([[2, 1]]))).toEqual({
      ok: false, reason: 'the arms share no seed', differences: [], unpaired: [1, 2],
    });
  });

  it('that differ by the same everywhere have no p value', () => {
    // .3 - .2 and .4 - .3 differ in their last digit.
    const comparison = compared([0.3, 0.4], [0.2, 0.3]);
    expect(comparison.p).toBeUndefined();
    expect(comparison.aAbove).toBe(2);
    expect(compared([1, 2, 3], [1, 2, 3])).toMatchObject({ aAbove: 0, ties: 3, estimate: { value: 0, ci: [0, 0] } });
    expect(compared([1, 2, 3], [1, 2, 3]).p).toBeUndefined();
  });
});
