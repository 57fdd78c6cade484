import { describe, expect, it } from 'vitest';
import { mix, pcg, PURPOSE, randomU32, Stream, streamKey, unitFloat } from './rng';

/** Chi-square statistic of counts against equal expectation. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, n) => sum + n, 0) / counts.length;
  return counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
}

describe('the counter generator', () => {
  it('is PCG-RXS-M-XS 32, computed here again with big integers', () => {
    const word = 0xffffffffn;
    const reference = (value: bigint): bigint => {
      const state = (value * 747796405n + 2891336453n) & word;
      const mixed = (((state >> ((state >> 28n) + 4n)) ^ state) * 277803737n) & word;
      return (mixed >> 22n) ^ mixed;
    };
    for (const value of [0, 1, 2, 12345, 0x7fffffff, 0x80000000, 0xffffffff]) {
      expect(pcg(value)).toBe(Number(reference(BigInt(value))));
    }
  });

  it('gives each key its own numbers, whatever the order of draws', () => {
    const key = streamKey(7, PURPOSE.sample, 3);
    const forward = [0, 1, 2, 3].map((position) => randomU32(key, 5, position));
    const backward = [3, 2, 1, 0].map((position) => randomU32(key, 5, position)).reverse();
    expect(backward).toEqual(forward);
    const others = [
      streamKey(8, PURPOSE.sample, 3), streamKey(7, PURPOSE.vote, 3), streamKey(7, PURPOSE.sample, 4), streamKey(7, PURPOSE.sample),
    ];
    for (const other of others) expect(randomU32(other, 5, 0)).not.toBe(forward[0]);
    expect(mix(1, 2)).not.toBe(mix(2, 1));
  });

  it.each(['position', 'row'] as const)('is uniform and uncorrelated along the %s', (along) => {
    const key = streamKey(1, PURPOSE.test);
    const draw = (i: number): number => unitFloat(along === 'row' ? randomU32(key, i, 0) : randomU32(key, 0, i));
    const n = 64_000;
    const counts = new Array<number>(64).fill(0);
    const pairs = new Array<number>(64).fill(0);
    for (let i = 0; i < n; i++) {
      counts[Math.floor(draw(i) * 64)]!++;
      pairs[Math.floor(draw(i) * 8) * 8 + Math.floor(draw(i + 1) * 8)]!++;
    }
    // 63 degrees of freedom: the 99.99% quantile is 114. A generator stuck in one half gives 64,000.
    expect(chiSquare(counts)).toBeLessThan(114);
    expect(chiSquare(pairs)).toBeLessThan(114);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });

  it('makes floats in [0, 1) that float32 holds exactly', () => {
    for (const value of [0, 255, 256, 0xffffffff, 0x80000000]) {
      const unit = unitFloat(value);
      expect(unit).toBe(Math.fround(unit));
      expect(unit).toBeGreaterThanOrEqual(0);
      expect(unit).toBeLessThan(1);
    }
  });
});

describe('a stream', () => {
  it('shuffles fairly: every order of three comes up as often', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = new Stream(streamKey(2, PURPOSE.test), i).shuffle(['a', 'b', 'c']).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // 5 degrees of freedom, 99.99% quantile.
    expect(chiSquare([...counts.values()])).toBeLessThan(25.7);
  });

  it('draws normal deviates of mean 0 and deviation 1', () => {
    const stream = new Stream(streamKey(3, PURPOSE.test));
    const draws = Array.from({ length: 20_000 }, () => stream.normal());
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(draws.length));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / draws.length));
  });

  it('says so when asked to pick from nothing', () => {
    expect(() => new Stream(1).pick([])).toThrow(RangeError);
  });
});
