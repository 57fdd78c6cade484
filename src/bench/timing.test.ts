import { describe, expect, it } from 'vitest';
import { spread, timeRepeats } from './timing';

describe('spread', () => {
  it('is the median with the quartiles, in any order', () => {
    expect(spread([9, 1, 3, 5, 7])).toEqual({ median: 5, quartiles: [3, 7] });
    expect(spread([4, 2])).toEqual({ median: 3, quartiles: [2.5, 3.5] });
    expect(() => spread([])).toThrow(RangeError);
  });
  it('is not moved by one slow repeat', () => {
    expect(spread([1, 1, 1, 1, 1000])).toEqual({ median: 1, quartiles: [1, 1] });
  });
});

describe('timeRepeats', () => {
  /** A clock that only moves while work is done. */
  function clocked(ms: readonly number[]): { now: () => number; once: () => Promise<number>; calls: () => number } {
    let time = 0;
    let calls = 0;
    return {
      now: () => time,
      once: async () => {
        time += ms[Math.min(calls, ms.length - 1)]!;
        return calls++;
      },
      calls: () => calls,
    };
  }

  it('leaves the warm-up out and stops when the time is over', async () => {
    const { once, now } = clocked([500, 50, 10]);
    const repeats = await timeRepeats(once, { warmUpMs: 520, measureMs: 100, leastRepeats: 3 }, undefined, now);
    expect(repeats).toEqual(Array.from({ length: 10 }, (_, i) => ({ ms: 10, result: 2 + i })));
  });

  it('repeats what is slow as often as asked for', async () => {
    const { once, now, calls } = clocked([2000]);
    const repeats = await timeRepeats(once, { warmUpMs: 50, measureMs: 100, leastRepeats: 3 }, undefined, now);
    expect(repeats.map(({ ms }) => ms)).toEqual([2000, 2000, 2000]);
    expect(calls()).toBe(4);
  });

  it('reports progress from 0 up, never past 1, and ends where the report throws', async () => {
    const { once, now } = clocked([10]);
    const shares: number[] = [];
    await timeRepeats(once, { warmUpMs: 30, measureMs: 70, leastRepeats: 9 }, async (share) => void shares.push(share), now);
    expect(shares[0]).toBe(0);
    expect(shares.every((share, i) => i === 0 || share >= shares[i - 1]!)).toBe(true);
    expect(shares.at(-1)).toBeLessThanOrEqual(1);
    const stop = async (): Promise<void> => {
      throw new Error('stopped');
    };
    await expect(timeRepeats(once, { warmUpMs: 1, measureMs: 1, leastRepeats: 1 }, stop, now)).rejects.toThrow('stopped');
  });
});
