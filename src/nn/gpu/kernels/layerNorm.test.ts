import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../../../core/rng';
import { installDawn, removeDawn } from '../../testing/dawn';
import { metaLayout } from '../meta';
import { Bench, openDevice } from '../testing/run';
import { layerNorm, layerNormBackward } from './layerNorm';

let bench: Bench;
beforeAll(async () => {
  bench = new Bench(await openDevice(await installDawn()));
});
afterAll(() => {
  bench.device.destroy();
  removeDawn();
});

const stream = new Stream(streamKey(1, PURPOSE.test, 2));
const normals = (length: number, mean = 0): Float32Array => Float32Array.from({ length }, () => mean + stream.normal());

const weightAt = 8;
const biasOf = (d: number): number => weightAt + d + 4;

/** Layer norm of one row in double precision. */
function normalized(x: ArrayLike<number>, params: ArrayLike<number>, d: number): Float64Array {
  let mean = 0;
  for (let j = 0; j < d; j++) mean += x[j]! / d;
  let variance = 0;
  for (let j = 0; j < d; j++) variance += (x[j]! - mean) ** 2 / d;
  return Float64Array.from({ length: d }, (_, j) =>
    ((x[j]! - mean) / Math.sqrt(variance + 1e-5)) * params[weightAt + j]! + params[biasOf(d) + j]!);
}

function largest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < b.length; i++) if (!(Math.abs(a[i]! - b[i]!) <= worst)) worst = Math.abs(a[i]! - b[i]!);
  return worst;
}

/** What both passes are tested on; matrices begin 4 floats into their buffers. */
function example(rows: number, d: number) {
  const params = normals(2 * d + 16, 0.5);
  const x = normals(4 + rows * d, 3);
  const stats = bench.buffer(new Float32Array(2 + 2 * rows));
  const matrix = (values: Float32Array) => ({ buffer: bench.buffer(values), offset: 4, ld: d });
  return {
    params, x, matrix,
    given: { d, x: matrix(x), params: bench.buffer(params), weightAt, biasAt: biasOf(d), stats: { buffer: stats, offset: 2 } },
    row: (values: Float32Array, r: number) => values.subarray(4 + r * d, 4 + (r + 1) * d),
  };
}

const SIZES = [[1, 16], [3, 48], [65, 64]] as const;

describe('layerNorm', () => {
  it.each(SIZES)('normalizes %d rows of %d', async (rows, d) => {
    const { params, x, matrix, given, row } = example(rows, d);
    const y = matrix(new Float32Array(4 + (rows + 1) * d).fill(7));
    await bench.run([layerNorm({ ...given, rows: 'active', y })], { active: rows, tokens: rows + 1 });
    const got = await bench.read(y.buffer);
    const stats = await bench.read(given.stats.buffer);
    for (let r = 0; r < rows; r++) {
      expect(largest(row(got, r), normalized(row(x, r), params, d))).toBeLessThan(1e-5);
      const mean = row(x, r).reduce((a, b) => a + b, 0) / d;
      const variance = row(x, r).reduce((a, b) => a + (b - mean) ** 2, 0) / d;
      expect(Math.abs(stats[2 + 2 * r]! - mean)).toBeLessThan(1e-5);
      expect(Math.abs(stats[3 + 2 * r]! * Math.sqrt(variance + 1e-5) - 1)).toBeLessThan(1e-5);
    }
    expect(row(got, rows).every((v) => v === 7)).toBe(true);
  });

  it('survives rows that do not vary', async () => {
    const { params, matrix, given } = example(1, 16);
    const y = matrix(new Float32Array(20));
    const x = matrix(new Float32Array(20).fill(100));
    await bench.run([layerNorm({ ...given, rows: 'tokens', x, y })], { tokens: 1 });
    expect(largest((await bench.read(y.buffer)).subarray(4), params.subarray(biasOf(16), biasOf(16) + 16))).toBe(0);
  });
});

describe('layerNormBackward', () => {
  it.each(SIZES.flatMap(([rows, d]) => (['no', 'a', 'a sparse'] as const).map((kind) => [rows, d, kind] as const)))(
    'is the slope of layerNorm, %d rows of %d with %s residual', async (rows, d, kind) => {
      const { params, x, matrix, given, row } = example(rows, d);
      const dy = normals(4 + rows * d);
      const residual = normals(4 + rows * d);
      const layout = metaLayout({ tokens: rows, sequences: 1, active: rows, vocab: 4 });
      const tables = new Int32Array(layout.size);
      // Every other token row is active; active rows in reverse, so that a row's own number is seldom right.
      const activeOf = (r: number): number => (r % 2 === 0 ? Math.floor((rows - 1 - r) / 2) : -1);
      for (let r = 0; r < rows; r++) tables[layout.activeOf + r] = activeOf(r);
      const count = 3;
      const size = params.length;
      const before = normals(count * size);
      const slots = { buffer: bench.buffer(before), count, size };
      const dx = matrix(new Float32Array(4 + (rows + 1) * d).fill(7));
      const dims = { tokens: rows, active: 0 };
      await bench.run([
        layerNorm({ ...given, rows: 'tokens', y: matrix(new Float32Array(4 + rows * d)) }),
        layerNormBackward({
          ...given, rows: 'tokens', dy: matrix(dy), slots, dx,
          ...(kind === 'no' ? {} : { residual: matrix(residual) }),
          ...(kind === 'a sparse' ? { residualOf: { buffer: bench.buffer(tables), layout } } : {}),
        }),
      ], dims);
      const got = await bench.read(dx.buffer);
      const after = await bench.read(slots.buffer);

      const expected = new Float64Array(size);
      const unit = Float64Array.from(params, (_, i) => (i >= biasOf(d) ? 0 : 1));
      for (let r = 0; r < rows; r++) {
        const loss = (input: ArrayLike<number>): number =>
          normalized(input, params, d).reduce((sum, y, j) => sum + y * row(dy, r)[j]!, 0);
        const source = kind === 'no' ? -1 : kind === 'a' ? r : activeOf(r);
        const slopes = Float64Array.from({ length: d }, (_, j) => {
          const [up, down] = [Float64Array.from(row(x, r)), Float64Array.from(row(x, r))];
          up[j]! += 1e-4;
          down[j]! -= 1e-4;
          return (loss(up) - loss(down)) / 2e-4 + (source < 0 ? 0 : row(residual, source)[j]!);
        });
        expect(largest(row(got, r), slopes)).toBeLessThan(2e-5);
        const h = normalized(row(x, r), unit, d);
        for (let j = 0; j < d; j++) {
          expected[weightAt + j]! += row(dy, r)[j]! * h[j]!;
          expected[biasOf(d) + j]! += row(dy, r)[j]!;
        }
      }
      const added = Float64Array.from({ length: size }, (_, i) => {
        let sum = 0;
        for (let s = 0; s < count; s++) sum += after[s * size + i]! - before[s * size + i]!;
        return sum;
      });
      expect(largest(added, expected)).toBeLessThan(2e-5);
      expect(row(got, rows).every((v) => v === 7)).toBe(true);
    });

  it('does nothing without rows', async () => {
    const { given, matrix } = example(1, 16);
    const before = normals(3 * 48);
    const slots = { buffer: bench.buffer(before), count: 3, size: 48 };
    const [dy, dx] = [matrix(normals(20)), matrix(new Float32Array(20).fill(7))];
    await bench.run([layerNormBackward({ ...given, rows: 'active', dy, slots, dx })], { tokens: 1, active: 0 });
    expect(await bench.read(slots.buffer)).toEqual(before);
    expect((await bench.read(dx.buffer)).every((v) => v === 7)).toBe(true);
  });
});
