/** The attention kernels against double loops in float64, with scratch that holds NaN wherever it was not written. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { createRuntime } from './kernels';
import { Scope } from './memory';
import { packRuns, type Run } from './packing';
import { largestDifference, randomValues } from './testing/models';

const HEADS = 2;
const SIZES = [4, 8, 12];
/** [tokens, from, prefix]: prompts whose queries are needed or not, what continues them from any token, runs alone. */
const RUNS: [number, number, number?][] = [
  [9, 9], [6, 2, 0], [1, 0, 0], [13, 5, 0], [7, 3], [6, 1], [11, 6, 5], [10, 0, 5], [5, 0],
];

const runs = RUNS.map(([length, from, prefix]): Run => (
  { tokens: new Int32Array(length), from, ...(prefix === undefined ? {} : { prefix }) }
));
const firstRows = runs.map((_, i) => runs.slice(0, i).reduce((sum, { tokens }) => sum + tokens.length, 0));

/** Output and gradients of all runs, from q[M, d], kv[N, 2d] and dOut[M, d]. */
function plainAttention(
  d: number, q: Float32Array, kv: Float32Array, dOut: Float32Array,
): Record<'out' | 'dQ' | 'dKv', Float64Array> {
  const size = d / HEADS;
  const out = new Float64Array(q.length);
  const dQ = new Float64Array(q.length);
  const dKv = new Float64Array(kv.length);
  let query = 0;
  runs.forEach(({ tokens, from, prefix }, r) => {
    const rowsOf = (run: number, count: number): number[] =>
      Array.from({ length: count }, (_, t) => firstRows[run]! + t);
    const shared = prefix === undefined ? [] : rowsOf(prefix, runs[prefix]!.tokens.length);
    for (let i = from; i < tokens.length; i++, query++) {
      const keys = [...shared, ...rowsOf(r, i + 1)];
      for (let head = 0; head < HEADS; head++) {
        const columns = Array.from({ length: size }, (_, c) => head * size + c);
        const dot = (a: Float32Array, at: number, row: number, part: number): number =>
          columns.reduce((sum, c) => sum + a[at * d + c]! * kv[row * 2 * d + part * d + c]!, 0);
        const weights = keys.map((row) => Math.exp(dot(q, query, row, 0) / Math.sqrt(size)));
        const total = weights.reduce((a, b) => a + b, 0);
        const probs = weights.map((w) => w / total);
        const slopes = keys.map((row) => dot(dOut, query, row, 1));
        const mean = probs.reduce((sum, p, j) => sum + p * slopes[j]!, 0);
        keys.forEach((row, j) => {
          const dScore = (probs[j]! * (slopes[j]! - mean)) / Math.sqrt(size);
          for (const c of columns) {
            out[query * d + c]! += probs[j]! * kv[row * 2 * d + d + c]!;
            dQ[query * d + c]! += dScore * kv[row * 2 * d + c]!;
            dKv[row * 2 * d + c]! += dScore * q[query * d + c]!;
            dKv[row * 2 * d + d + c]! += probs[j]! * dOut[query * d + c]!;
          }
        });
      }
    }
  });
  return { out, dQ, dKv };
}

it.each(SIZES)('attention over runs and prefixes, forward and backward, heads of %s floats', async (size) => {
  const { kernels, memory } = await createRuntime(await readFile(new URL('./generated/kernels.wasm', import.meta.url)));
  const scope = new Scope(memory);
  const d = HEADS * size;
  const packing = packRuns(scope, HEADS, runs);
  const { at: table, probs: probsSize } = packing.neededQueries;
  const [q, dOut] = [randomValues(packing.active * d, 1), randomValues(packing.active * d, 2)];
  const kv = randomValues(packing.total * 2 * d, 3);
  const unwritten = (count: number): number => scope.floats(new Float32Array(count).fill(NaN));
  const read = (at: number, count: number): Float32Array => memory.f32(at, count).slice();
  const [qAt, kvAt, dOutAt] = [scope.floats(q), scope.floats(kv), scope.floats(dOut)];
  const [probs, out, work] = [unwritten(probsSize), unwritten(q.length), unwritten(10_000)];
  const dQ = unwritten(q.length);
  // Zeros only where no query is computed, as the kernel asks for.
  const dKvBefore = new Float32Array(kv.length).fill(NaN);
  runs.forEach(({ tokens, from }, r) => {
    const [first, stop] = [firstRows[r]! * 2 * d, (firstRows[r]! + tokens.length) * 2 * d];
    if (from === tokens.length) dKvBefore.fill(0, first, stop);
  });
  const dKv = scope.floats(dKvBefore);
  kernels.attention(qAt, kvAt, table, packing.runs, d, HEADS, probs, out, work);
  memory.f32(work, 10_000).fill(NaN);
  kernels.attentionBackward(qAt, kvAt, table, packing.runs, d, HEADS, probs, dOutAt, dQ, dKv, work);
  const expected = plainAttention(d, q, kv, dOut);
  expect(largestDifference(read(out, q.length), expected.out)).toBeLessThan(2e-6);
  expect(largestDifference(read(dQ, q.length), expected.dQ)).toBeLessThan(5e-6);
  expect(largestDifference(read(dKv, kv.length), expected.dKv)).toBeLessThan(2e-5);
  scope.free();
});
