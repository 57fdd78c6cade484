import { afterAll, expect, it } from 'vitest';
import { installDawn, removeDawn } from '../../testing/dawn';
import { Bench, openDevice } from '../testing/run';
import { makeCall, threadGroups, THREADS, write } from './call';

const bench = new Bench(await openDevice(await installDawn()));
afterAll(removeDawn);

it('numbers invocations beyond the workgroups that one axis of a dispatch takes', async () => {
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
