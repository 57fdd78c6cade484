import { describe, expect, it } from 'vitest';
import golden from './golden/stats.json';
import goldenT from './golden/tCdf.json';
import { PURPOSE, Stream, streamKey } from './rng';
import {
  bootstrapInterval,
  logisticRegression,
  mean,
  meanInterval,
  normalCdf,
  normalQuantile,
  sampleQuantile,
  tCdf,
  tQuantile,
  wilsonInterval,
} from './stats';

const stream = (row: number): Stream => new Stream(streamKey(11, PURPOSE.test), row);
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

describe('distributions', () => {
  it('match numerical integration (golden)', () => {
    for (const [z, p] of golden.normalCdf as [number, number][]) expect(normalCdf(z)).toBeCloseTo(p, 12);
    for (const [p, z] of golden.normalQuantile as [number, number][]) expect(normalQuantile(p)).toBeCloseTo(z, 9);
    for (const [p, degrees, t] of golden.tQuantile as [number, number, number][]) {
      const tolerance = degrees === 3 ? 2e-3 : degrees === 7 ? 1e-4 : 1e-6;
      expect(Math.abs(tQuantile(p, degrees) / t - 1), `t(${p}, ${degrees})`).toBeLessThan(tolerance);
    }
  });

  it('match scipy in the far tails of t too (golden)', () => {
    for (const [t, degrees, p] of goldenT.cdf as [number, number, number][]) {
      expect(Math.abs(tCdf(t, degrees) / p - 1), `P(T < ${t}), ${degrees} degrees`).toBeLessThan(degrees > 1000 ? 1e-9 : 1e-11);
    }
  });

  it('have the closed forms of t with 1 and 2 degrees, and the normal limit', () => {
    for (const t of [-40, -2.5, -0.3, 0, 1e-9, 0.7, 12]) {
      expect(tCdf(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 13);
      expect(tCdf(t, 2)).toBeCloseTo(0.5 + t / (2 * Math.sqrt(2 + t * t)), 13);
      expect(tCdf(t, 5) + tCdf(-t, 5)).toBeCloseTo(1, 14);
    }
    expect(tCdf(1.3, 1e7)).toBeCloseTo(normalCdf(1.3), 6);
    for (const degrees of [1, 2, 9, 60]) expect(tCdf(tQuantile(0.975, degrees), degrees)).toBeCloseTo(0.975, 5);
    expect([tCdf(-Infinity, 3), tCdf(0, 3), tCdf(Infinity, 3)]).toEqual([0, 0.5, 1]);
  });

  it('are inverse to each other and symmetric', () => {
    for (const p of [1e-6, 0.01, 0.5, 0.77, 1 - 1e-6]) {
      expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 12);
      expect(normalQuantile(1 - p)).toBeCloseTo(-normalQuantile(p), 6);
    }
  });

  it('refuse what has no quantile', () => {
    expect(() => normalQuantile(1)).toThrow(RangeError);
    expect(() => tQuantile(0.9, 0)).toThrow(RangeError);
    expect(() => tCdf(1, 0.5)).toThrow(RangeError);
    expect(() => tCdf(NaN, 3)).toThrow(RangeError);
  });
});

describe('means and shares', () => {
  it('give the mean and its t interval (golden)', () => {
    expect(mean(golden.mean.values)).toBeCloseTo(golden.mean.mean, 12);
    const [low, high] = meanInterval(golden.mean.values);
    expect(low).toBeCloseTo(golden.mean.ci[0]!, 4);
    expect(high).toBeCloseTo(golden.mean.ci[1]!, 4);
  });

  it('cover the true mean about 95 times in 100', () => {
    let covered = 0;
    for (let trial = 0; trial < 2000; trial++) {
      const s = stream(100 + trial);
      const [low, high] = meanInterval(Array.from({ length: 8 }, () => 3 + s.normal()));
      if (low <= 3 && 3 <= high) covered++;
    }
    // Binomial(2000, .95): four standard deviations are 39. A normal interval in place of t would cover 1820.
    expect(Math.abs(covered - 1900)).toBeLessThan(39);
  });

  it('give Wilson intervals by the closed form, also where nobody or everybody won', () => {
    // n = 10, z^2 = 3.8415: 0 of 10 gives [0, z^2 / (n + z^2)].
    const z2 = normalQuantile(0.975) ** 2;
    expect(wilsonInterval(0, 10)).toEqual([0, expect.closeTo(z2 / (10 + z2), 12)]);
    expect(wilsonInterval(10, 10)).toEqual([expect.closeTo(10 / (10 + z2), 12), 1]);
    // Both bounds solve (p - share)^2 = z^2 p (1 - p) / n.
    for (const bound of wilsonInterval(37.5, 50)) {
      expect((bound - 0.75) ** 2).toBeCloseTo((z2 * bound * (1 - bound)) / 50, 12);
    }
    expect(() => wilsonInterval(0, 0)).toThrow(RangeError);
    expect(() => wilsonInterval(3, 2)).toThrow(RangeError);
  });

  it('have no interval of one value, no mean of none', () => {
    expect(() => meanInterval([1])).toThrow(RangeError);
    expect(() => mean([])).toThrow(RangeError);
  });
});

describe('bootstrap', () => {
  it('interpolates quantiles as numpy does (golden)', () => {
    for (const [p, value] of golden.quantiles.at as [number, number][]) {
      expect(sampleQuantile(golden.quantiles.values, p)).toBeCloseTo(value, 12);
    }
  });

  it('of a mean agrees with the t interval and is the same every time', () => {
    const s = stream(1);
    const values = Array.from({ length: 400 }, () => 2 + s.normal());
    const statistic = (rows: Int32Array): number => mean(Array.from(rows, (row) => values[row]!));
    const [low, high] = bootstrapInterval(values.length, statistic)!;
    const [tLow, tHigh] = meanInterval(values);
    expect(Math.abs(low - tLow)).toBeLessThan(0.02);
    expect(Math.abs(high - tHigh)).toBeLessThan(0.02);
    expect(bootstrapInterval(values.length, statistic)).toEqual([low, high]);
  });

  it('is paired: what two arms share on a post drops out of their difference', () => {
    const s = stream(4);
    const posts = Array.from({ length: 300 }, () => {
      const difficulty = 5 * s.normal();
      return { a: difficulty + s.normal() + 1, b: difficulty + s.normal() };
    });
    const [low, high] = bootstrapInterval(posts.length, (rows) =>
      mean(Array.from(rows, (row) => posts[row]!.a - posts[row]!.b)),
    )!;
    // sqrt(2) / sqrt(300) * 3.92 = 0.32 paired; unpaired it would be 1.6.
    expect(high - low).toBeGreaterThan(0.25);
    expect(high - low).toBeLessThan(0.4);
    expect(low).toBeLessThan(1);
    expect(high).toBeGreaterThan(1);
  });

  it('leaves out a few resamples without a value, and has no answer where there are many', () => {
    let call = 0;
    const every = (k: number) => (): number | undefined => (call++ % k === 0 ? undefined : 1);
    expect(bootstrapInterval(5, every(100))).toEqual([1, 1]);
    expect(bootstrapInterval(5, every(10))).toBeUndefined();
  });
});

describe('logistic regression', () => {
  it('matches torch on the same likelihood (golden), ties included', () => {
    for (const { x, y, intercept, slope } of golden.regressions) {
      const fit = logisticRegression(x, y);
      expect(fit.ok && fit.intercept).toBeCloseTo(intercept, 5);
      expect(fit.ok && fit.slope).toBeCloseTo(slope, 5);
    }
  });

  it('has the closed form of a two-by-two table', () => {
    // 30 of 40 won at x = 0, 10 of 40 at x = 1: intercept log 3, slope -2 log 3.
    const x = Array.from({ length: 80 }, (_, i) => (i < 40 ? 0 : 1));
    const y = Array.from({ length: 80 }, (_, i) => (i < 30 || (i >= 40 && i < 50) ? 1 : 0));
    const fit = logisticRegression(x, y);
    expect(fit.ok && fit.intercept).toBeCloseTo(Math.log(3), 6);
    expect(fit.ok && fit.slope).toBeCloseTo(-2 * Math.log(3), 5);
  });

  it('counts a point as often as its weight says and does not depend on where it starts', () => {
    const { x, y } = golden.regressions[0]!;
    const weights = x.map((_, i) => i % 4);
    const weighted = logisticRegression(x, y, { weights });
    const repeated = x.flatMap((_, i) => Array.from({ length: i % 4 }, () => i));
    const copied = logisticRegression(repeated.map((i) => x[i]!), repeated.map((i) => y[i]!));
    expect(weighted.ok && copied.ok && Math.abs(weighted.intercept - copied.intercept)).toBeLessThan(1e-9);
    const far = logisticRegression(x, y, { weights, start: { intercept: -8, slope: 12 } });
    expect(far.ok && weighted.ok && Math.abs(far.intercept - weighted.intercept)).toBeLessThan(1e-9);
    expect(logisticRegression(x, y, { weights: x.map((_, i) => Number(i < 9)) })).toMatchObject({ ok: false });
  });

  it('recovers what data were drawn from', () => {
    const s = stream(3);
    const x = Array.from({ length: 20_000 }, () => s.normal());
    const fit = logisticRegression(x, x.map((xi) => (s.chance(sigmoid(0.5 - 1.2 * xi)) ? 1 : 0)));
    expect(fit.ok && fit.intercept).toBeCloseTo(0.5, 1);
    expect(fit.ok && fit.slope).toBeCloseTo(-1.2, 1);
  });

  it('says why it has no answer', () => {
    const x = Array.from({ length: 20 }, (_, i) => i);
    const reason = (xs: number[], ys: number[]): string => {
      const fit = logisticRegression(xs, ys);
      return fit.ok ? 'fit' : fit.reason;
    };
    expect(reason(x.slice(0, 5), [0, 1, 0, 1, 1])).toMatch(/too few/);
    expect(reason(x, x.map(() => 1))).toMatch(/same/);
    expect(reason(x.map(() => 2), x.map((i) => i % 2))).toMatch(/vary/);
    expect(reason(x, x.map((i) => (i < 9 ? 0 : 1)))).toMatch(/separates/);
    expect(reason(x, x.map((i) => (i < 9 ? 1 : 0)))).toMatch(/separates/);
    // Quasi-complete: both outcomes at one point only.
    expect(reason(x.map((i) => Math.max(i, 9)), x.map((i) => (i < 4 ? 0 : 1)))).toMatch(/separates/);
    // One point of overlap is enough.
    expect(reason(x, x.map((i) => (i < 9 || i === 12 ? 0 : 1)))).toBe('fit');
  });
});
