import { afterAll, describe, expect, it } from 'vitest';
import { installDawn, removeDawn } from '../../testing/dawn';
import { Bench, openDevice } from '../testing/run';
import { makeCall, read, SHARE_WGSL, threadGroups, THREADS, usedShares, write } from './call';

const bench = new Bench(await openDevice(await installDawn()));
afterAll(removeDawn);

describe('threads', () => {
  it('are as many as asked for, in workgroups that WebGPU allows', () => {
    for (const count of [0, 1, 64, 65, 65_535 * 64, 65_535 * 64 + 1, 5e8]) {
      const [x, y] = threadGroups(count);
      expect(x * y * THREADS).toBeGreaterThanOrEqual(count);
      expect(Math.max(x, y)).toBeLessThanOrEqual(65_535);
    }
    expect(threadGroups(65)).toEqual([2, 1]);
  });

  it('are numbered beyond the workgroups that one axis of a dispatch takes', async () => {
    const groups = 65_540;
    const out = bench.buffer(new Uint32Array(groups + 1));
    const call = makeCall({
      name: 'numbers',
      constants: { groups },
      storage: { seen: write('i32', out) },
      code: `
        fn run(group : vec3u, lane : u32) {
          let here = thread(group, lane);
          if (here % ${THREADS}u == 0u && here / ${THREADS}u < constants.groups) {
            seen[foldedGroup(group)] += i32(here / ${THREADS}u) + 1;
          }
        }`,
      groups: () => threadGroups(groups * THREADS),
    });
    await bench.run([call]);
    const expected = Int32Array.from({ length: groups + 1 }, (_, i) => (i < groups ? i + 1 : 0));
    expect(await bench.readInts(out, groups + 1)).toEqual(expected);
  });
});

describe('shares', () => {
  it('are no more than there are, nor than are worth it', () => {
    expect(usedShares(0, 8)).toBe(0);
    expect(usedShares(3, 8)).toBe(1);
    expect(usedShares(65, 8)).toBe(5);
    expect(usedShares(3072, 8)).toBe(8);
    expect(usedShares(3072, 1)).toBe(1);
    for (let rows = 1; rows < 500; rows++) expect(usedShares(rows, 7)).toBeLessThanOrEqual(7);
  });

  it('have every row once, and those with rows come first', async () => {
    const cases = [[0, 8], [3, 8], [16, 8], [17, 8], [65, 8], [500, 7], [3072, 1], [131, 16]] as const;
    const most = 16;
    // Of each case the used shares, then the ends of all.
    const size = 1 + 2 * most;
    const given = bench.buffer(Uint32Array.from(cases.flat()));
    const out = bench.buffer(new Uint32Array(cases.length * size));
    const call = makeCall({
      name: 'shares',
      constants: { cases: cases.length },
      storage: { given: read('i32', given), out: write('i32', out) },
      code: `
        ${SHARE_WGSL}
        fn run(group : vec3u, lane : u32) {
          if (lane >= constants.cases) { return; }
          let rows = u32(given[2u * lane]);
          let shares = u32(given[2u * lane + 1u]);
          let at = ${size}u * lane;
          out[at] = i32(usedShares(rows, shares));
          for (var i = 0u; i < shares; i++) {
            let share = vec2i(shareOf(i, rows, shares));
            out[at + 1u + 2u * i] = share.x;
            out[at + 2u + 2u * i] = share.y;
          }
        }`,
      groups: () => [1],
    });
    await bench.run([call]);
    const got = await bench.readInts(out, cases.length * size);
    cases.forEach(([rows, shares], c) => {
      const [used, ...ends] = got.subarray(c * size, c * size + 1 + 2 * shares);
      const ranges = Array.from({ length: shares }, (_, i) => ({ from: ends[2 * i]!, to: ends[2 * i + 1]! }));
      expect(used).toBe(usedShares(rows, shares));
      expect(ranges.map(({ from, to }) => to > from)).toEqual(ranges.map((_, i) => i < used!));
      const covered = ranges.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
      expect(covered).toEqual(Array.from({ length: rows }, (_, i) => i));
    });
  });
});
