import { afterAll, expect, it } from 'vitest';
import { PURPOSE, randomU32, streamKey, unitFloat } from '../../../core/rng';
import { installDawn, removeDawn } from '../../testing/dawn';
import { floatBits, type Kernel } from '../program';
import { Bench, openDevice } from '../testing/run';
import { RANDOM_WGSL } from './random';

const bench = new Bench(await openDevice(await installDawn()));
afterAll(removeDawn);

/** Row i / 64 times an odd stride, so that rows of all magnitudes occur; position i % 64. */
const STRIDE = 77_777_777;
const COUNT = 4096;

const drawAll: Kernel = {
  name: 'draw all',
  access: ['write'],
  code: `
    ${RANDOM_WGSL}
    struct Constants { key : u32 }
    @group(0) @binding(0) var<uniform> constants : Constants;
    @group(0) @binding(2) var<storage, read_write> drawn : array<u32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id : vec3<u32>) {
      let bits = randomU32(constants.key, id.x / 64u * ${STRIDE}u, id.x % 64u);
      drawn[2u * id.x] = bits;
      drawn[2u * id.x + 1u] = bitcast<u32>(unitFloat(bits));
    }
  `,
};

it.each([0, 1, 0xffffffff, streamKey(7, PURPOSE.rollout)])('has the bits of core/rng, key %i', async (key) => {
  const out = bench.buffer(new Uint32Array(2 * COUNT));
  await bench.run([{ kernel: drawAll, constants: [key], buffers: [out], groups: () => [COUNT / 64] }]);
  const drawn = Array.from(await bench.readInts(out), (bits) => bits >>> 0);
  const expected = Array.from({ length: COUNT }, (_, i) => {
    const bits = randomU32(key, Math.imul(Math.floor(i / 64), STRIDE), i % 64);
    return [bits, floatBits(unitFloat(bits))];
  });
  expect(drawn).toEqual(expected.flat());
  out.destroy();
});
