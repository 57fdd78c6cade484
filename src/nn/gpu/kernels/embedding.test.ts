import { afterAll, expect, it } from 'vitest';
import { installDawn, removeDawn } from '../../testing/dawn';
import { largestDifference, randomBatch } from '../../testing/engines';
import type { Batch } from '../../types';
import { addedToSlots, batchOf, filledSlots, normals, packBatch } from '../testing/packed';
import { Bench, openDevice } from '../testing/run';
import { embed, embedBackward } from './embedding';

const bench = new Bench(await openDevice(await installDawn()));
afterAll(removeDawn);

const POSITIONS = 256;
const shapeOf = (vocab: number, d: number) => ({
  vocab, width: d, layers: 1, heads: 1, positions: POSITIONS, valueHeads: 1,
});

/** Offsets of the three views, not from 0 on, and the size of the flat buffer. */
function viewsOf(vocab: number, d: number): { wteAt: number; wpeAt: number; extraAt: number; size: number } {
  const wpeAt = 8 + vocab * d;
  const extraAt = wpeAt + POSITIONS * d + 4;
  return { wteAt: 8, wpeAt, extraAt, size: extraAt + d + 4 };
}

const cases: [name: string, batch: Batch, vocab: number, d: number, slots: number][] = [
  ['a long sequence', batchOf([256], [0], 45, 1), 45, 16, 3],
  ['one token', batchOf([1], [0], 45, 1), 45, 48, 1],
  ['many sequences', randomBatch(shapeOf(45, 64), 1, 70, 21, true), 45, 64, 20],
  ['many ids, no extra', randomBatch(shapeOf(1000, 48), 2, 7, 65), 1000, 48, 4],
];

it.each(cases)('embeds %s', async (_, batch, vocab, d) => {
  const { size, ...views } = viewsOf(vocab, d);
  const { meta, dims, tokens } = packBatch(bench, batch, { outputs: ['logp'] }, vocab);
  const params = normals(size, 3);
  const [offset, ld] = [12, d + 8];
  const before = normals(offset + tokens.length * ld, 4);
  const x = { buffer: bench.buffer(before), offset, ld };
  await bench.run([embed({ d, meta, params: bench.buffer(params), ...views, x })], dims);
  const expected = Float64Array.from(before);
  tokens.forEach(({ id, position, extra }, r) => {
    for (let i = 0; i < d; i++) {
      expected[offset + r * ld + i] = params[views.wteAt + id * d + i]! + params[views.wpeAt + position * d + i]! +
        extra * params[views.extraAt + i]!;
    }
  });
  expect(largestDifference(await bench.read(x.buffer, before.length), expected)).toBeLessThan(2e-6);
});

it.each(cases)('finds the gradients of %s', async (_, batch, vocab, d, count) => {
  const { size, ...views } = viewsOf(vocab, d);
  const { meta, dims, tokens } = packBatch(bench, batch, { outputs: ['logp'], keep: true }, vocab);
  const [offset, ld] = [4, d + 4];
  const upstream = normals(offset + tokens.length * ld, 5);
  const { slots, before } = filledSlots(bench, count, size);
  const dx = { buffer: bench.buffer(upstream), offset, ld };
  await bench.run([embedBackward({ d, vocab, meta, dx, slots, ...views })], dims);
  const expected = new Float64Array(size);
  tokens.forEach(({ id, position, extra }, r) => {
    for (let i = 0; i < d; i++) {
      const g = upstream[offset + r * ld + i]!;
      expected[views.wteAt + id * d + i]! += g;
      expected[views.wpeAt + position * d + i]! += g;
      expected[views.extraAt + i]! += extra * g;
    }
  });
  expect(largestDifference(await addedToSlots(bench, slots, before), expected)).toBeLessThan(1e-4);
});
