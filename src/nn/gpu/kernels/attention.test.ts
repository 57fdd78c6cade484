import { afterAll, describe, expect, it } from 'vitest';
import { installDawn, removeDawn } from '../../testing/dawn';
import { largestDifference, randomBatch } from '../../testing/engines';
import type { Batch, OutputName } from '../../types';
import { batchOf, normals, packBatch, type Packed } from '../testing/packed';
import { Bench, openDevice } from '../testing/run';
import { attention, attentionBackward } from './attention';
import type { Rows } from './operands';

const bench = new Bench(await openDevice(await installDawn()));
afterAll(removeDawn);

/** Token rows that are queries, in the order of the rows of `out`. */
function queryRows({ tokens, active }: Packed, rows: Rows): number[] {
  return rows === 'tokens' ? tokens.map((_, i) => i) : active.map(({ row }) => row);
}

interface Result {
  /** [queries, d] */
  readonly out: Float64Array;
  /** [queries, heads] */
  readonly lse: Float64Array;
  /** [N, 3d]: gradient of sum(out * dOut). */
  readonly dQkv: Float64Array;
}

/** Attention and its gradient from the whole matrix of attention weights, in float64. */
function reference(
  packed: Packed, queries: readonly number[], d: number, heads: number, qkv: ArrayLike<number>, dOut: ArrayLike<number>,
): Result {
  const size = d / heads;
  const scale = 1 / Math.sqrt(size);
  const out = new Float64Array(queries.length * d);
  const lse = new Float64Array(queries.length * heads);
  const dQkv = new Float64Array(packed.tokens.length * 3 * d);
  queries.forEach((row, r) => {
    const { first } = packed.tokens[row]!;
    for (let h = 0; h < heads; h++) {
      const [q, k, v] = [0, 1, 2].map((part) => part * d + h * size) as [number, number, number];
      const keys = Array.from({ length: row - first + 1 }, (_, i) => first + i);
      const scores = keys.map((j) => {
        let score = 0;
        for (let c = 0; c < size; c++) score += qkv[row * 3 * d + q + c]! * qkv[j * 3 * d + k + c]!;
        return scale * score;
      });
      const top = Math.max(...scores);
      const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0);
      lse[r * heads + h] = top + Math.log(total);
      const p = scores.map((score) => Math.exp(score - top) / total);
      const up = (c: number): number => dOut[r * d + h * size + c]!;
      const dP = keys.map((j, n) => {
        let sum = 0;
        for (let c = 0; c < size; c++) {
          out[r * d + h * size + c]! += p[n]! * qkv[j * 3 * d + v + c]!;
          dQkv[j * 3 * d + v + c]! += p[n]! * up(c);
          sum += up(c) * qkv[j * 3 * d + v + c]!;
        }
        return sum;
      });
      const mean = dP.reduce((sum, g, n) => sum + p[n]! * g, 0);
      keys.forEach((j, n) => {
        const g = scale * p[n]! * (dP[n]! - mean);
        for (let c = 0; c < size; c++) {
          dQkv[row * 3 * d + q + c]! += g * qkv[j * 3 * d + k + c]!;
          dQkv[j * 3 * d + k + c]! += g * qkv[row * 3 * d + q + c]!;
        }
      });
    }
  });
  return { out, lse, dQkv };
}

const small = { vocab: 45, width: 48, layers: 1, heads: 4, positions: 65, valueHeads: 1 };

const cases: [name: string, batch: Batch, rows: Rows, outputs: OutputName[], d: number, heads: number][] = [
  ['one token', batchOf([1], [0], 45, 1), 'tokens', ['logp'], 64, 1],
  ['one long sequence', batchOf([256], [0], 45, 1), 'tokens', ['logp'], 16, 4],
  ['one long sequence, some rows active', batchOf([256], [100], 45, 1), 'active', ['logp'], 16, 1],
  ['different lengths', batchOf([256, 1, 2, 63, 64, 65, 130], [0, 0, 0, 0, 0, 0, 0], 45, 2), 'tokens', ['logp'], 32, 4],
  [
    'different lengths, some rows active', batchOf([130, 1, 2, 63, 64, 65, 9], [129, 0, 1, 7, 200, 0, 8], 45, 2),
    'active', ['logp'], 64, 4,
  ],
  ['padded rows, large heads', randomBatch(small, 4, 9, 33), 'tokens', ['logp'], 64, 1],
  ['padded rows, all but the first rows active', randomBatch(small, 5, 9, 33), 'active', ['value'], 48, 4],
  ['last rows active only', randomBatch(small, 6, 70, 17), 'active', ['choiceLogp'], 48, 2],
];

describe.each(cases)('%s', (_, batch, rows, outputs, d, heads) => {
  const packed = packBatch(bench, batch, { outputs, keep: true }, 45);
  const queries = queryRows(packed, rows);
  const count = packed.tokens.length;
  const qkv = normals(count * 3 * d, 1).map((x) => 2 * x);
  const dOut = normals(queries.length * d, 2);
  const expected = reference(packed, queries, d, heads, qkv, dOut);

  it('matches float64, forward and backward', async () => {
    const { meta, dims } = packed;
    // Every operand lies behind something else, and rows of out and dOut apart.
    const [before, ld] = [8, d + 4];
    const spaced = (values: Float32Array): Float32Array => {
      const all = new Float32Array(before + queries.length * ld).fill(7);
      queries.forEach((_, r) => all.set(values.subarray(r * d, (r + 1) * d), before + r * ld));
      return all;
    };
    const behind = (values: Float32Array): Float32Array => Float32Array.from([...new Float32Array(before), ...values]);
    const operands = {
      rows, d, heads, meta,
      qkv: { buffer: bench.buffer(behind(qkv)), offset: before },
      out: { buffer: bench.buffer(spaced(new Float32Array(dOut.length))), offset: before, ld },
      lse: { buffer: bench.buffer(new Float32Array(3 + queries.length * heads)), offset: 3 },
    };
    const dQkv = bench.buffer(new Float32Array(before + count * 3 * d).fill(7));
    await bench.run([
      attention(operands),
      attentionBackward({
        ...operands,
        dOut: { buffer: bench.buffer(spaced(dOut)), offset: before, ld },
        dQkv: { buffer: dQkv, offset: before },
      }),
    ], dims);
    const out = await bench.read(operands.out.buffer, before + queries.length * ld);
    expect(largestDifference(out, spaced(Float32Array.from(expected.out)))).toBeLessThan(1e-5);
    const lse = await bench.read(operands.lse.buffer, 3 + queries.length * heads);
    expect(largestDifference(lse.subarray(3), expected.lse)).toBeLessThan(1e-5);
    const gradient = await bench.read(dQkv, before + count * 3 * d);
    expect(largestDifference(gradient.subarray(before), expected.dQkv)).toBeLessThan(1e-4);
    expect(Array.from(gradient.subarray(0, before))).toEqual(new Array(before).fill(7));
  });
});

it('has a reference whose gradient is that of finite differences', () => {
  const packed = packBatch(bench, batchOf([3, 1, 4], [1, 0, 2], 45, 3), { outputs: ['logp'] }, 45);
  const queries = queryRows(packed, 'active');
  const [d, heads, step] = [8, 2, 1e-5];
  const qkv = Float64Array.from(normals(packed.tokens.length * 3 * d, 4));
  const dOut = normals(queries.length * d, 5);
  const objective = (): number =>
    reference(packed, queries, d, heads, qkv, dOut).out.reduce((sum, x, i) => sum + x * dOut[i]!, 0);
  const { dQkv } = reference(packed, queries, d, heads, qkv, dOut);
  const differences = dQkv.map((_, i) => {
    const x = qkv[i]!;
    qkv[i] = x + step;
    const above = objective();
    qkv[i] = x - step;
    const below = objective();
    qkv[i] = x;
    return (above - below) / (2 * step);
  });
  expect(largestDifference(dQkv, differences)).toBeLessThan(1e-8);
});
