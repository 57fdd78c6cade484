import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../../../core/rng';
import { installDawn, removeDawn } from '../../testing/dawn';
import { metaLayout } from '../meta';
import { Bench, openDevice } from '../testing/run';
import { matmul, weightGradient, type Epilogue, type MatmulOptions } from './matmul';
import type { Matrix } from './operands';

let bench: Bench;
beforeAll(async () => {
  bench = new Bench(await openDevice(await installDawn()));
});
afterAll(() => {
  bench.device.destroy();
  removeDawn();
});

const stream = new Stream(streamKey(1, PURPOSE.test, 1));

/** A matrix amid floats that spoil every sum they get into, also between its rows. */
interface Filled extends Matrix {
  readonly values: Float32Array;
  at(row: number, column: number): number;
  place(row: number, column: number): number;
}

function filled(rows: number, columns: number, scale = 1): Filled {
  const ld = 4 * Math.ceil(columns / 4);
  const offset = 12;
  const values = new Float32Array(offset + rows * ld + 8).fill(NaN);
  const place = (row: number, column: number): number => offset + row * ld + column;
  for (let r = 0; r < rows; r++) for (let j = 0; j < columns; j++) values[place(r, j)] = scale * stream.normal();
  return { buffer: bench.buffer(values), offset, ld, values, place, at: (row, column) => values[place(row, column)]! };
}

const geluOf = (x: number): number => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
const slopeOf = (x: number): number => (geluOf(x + 1e-5) - geluOf(x - 1e-5)) / 2e-5;

/** Whether the matrix in the buffer is what `expected` says, and nothing around it was touched. */
async function check(matrix: Filled, rows: number, n: number, expected: (r: number, j: number) => number): Promise<void> {
  const got = await bench.read(matrix.buffer);
  let worst = 0;
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < n; j++) {
      const value = expected(r, j);
      const error = Math.abs(got[matrix.place(r, j)]! - value) / Math.max(1, Math.abs(value));
      if (!(error <= worst)) worst = error;
    }
  }
  expect(worst).toBeLessThan(5e-6);
  const around = [...got.subarray(0, matrix.offset), ...got.subarray(matrix.place(rows, 0))];
  expect(around.every(Number.isNaN)).toBe(true);
}

type Change = Pick<MatmulOptions, 'form' | 'rows'> & { bias?: boolean; epilogue?: Epilogue['kind']; gathers?: boolean };

async function checkMatmul({ form, rows: which, bias, epilogue: kind, gathers }: Change, rows: number, k: number, n: number) {
  const x = filled(rows, k);
  // The bias lies in the rows past the end of W.
  const w = form === 'nn' ? filled(k + 1, n, k ** -0.5) : filled(n + Math.ceil(n / k), k, k ** -0.5);
  const y = filled(rows, n);
  const biasAt = w.place(form === 'nn' ? k : n, 0);
  const source = gathers ? 2 * rows : rows;
  const beside = filled(source, n, kind === 'geluBackward' ? 8 : 1);
  const capacity = metaLayout({ tokens: source, sequences: 1, active: rows, vocab: 4 });
  const tables = new Int32Array(capacity.size);
  const tokenOf = (r: number): number => (gathers ? 2 * rows - 1 - 2 * r : r);
  for (let r = 0; r < rows; r++) tables[capacity.active + 4 * r] = tokenOf(r);
  const epilogues: Record<Epilogue['kind'], Epilogue> = {
    gelu: { kind: 'gelu', activated: beside },
    residual: { kind: 'residual', from: beside, ...(gathers ? { meta: { buffer: bench.buffer(tables), layout: capacity } } : {}) },
    geluBackward: { kind: 'geluBackward', inner: beside },
  };
  const call = matmul({
    form, rows: which, k, n, x, w, y,
    ...(bias ? { bias: biasAt } : {}), ...(kind ? { epilogue: epilogues[kind] } : {}),
  });
  await bench.run([call], which === 'tokens' ? { tokens: rows, active: 1 } : { tokens: 1, active: rows });
  const product = (r: number, j: number): number => {
    let sum = bias ? w.values[biasAt + j]! : 0;
    for (let p = 0; p < k; p++) sum += x.at(r, p) * (form === 'nn' ? w.at(p, j) : w.at(j, p));
    return sum;
  };
  await check(y, rows, n, (r, j) => {
    const plain = product(r, j);
    if (kind === 'residual') return plain + beside.at(tokenOf(r), j);
    if (kind === 'geluBackward') return plain * slopeOf(beside.at(r, j));
    return plain;
  });
  if (kind === 'gelu') await check(beside, rows, n, (r, j) => geluOf(product(r, j)));
}

describe('matmul', () => {
  it.each([
    [{ form: 'nn', rows: 'tokens' }],
    [{ form: 'nn', rows: 'active', bias: true }],
    [{ form: 'nn', rows: 'tokens', bias: true, epilogue: 'gelu' }],
    [{ form: 'nn', rows: 'tokens', bias: true, epilogue: 'residual' }],
    [{ form: 'nn', rows: 'active', bias: true, epilogue: 'residual', gathers: true }],
    [{ form: 'nn', rows: 'active', epilogue: 'geluBackward' }],
    [{ form: 'nt', rows: 'tokens' }],
    [{ form: 'nt', rows: 'tokens', epilogue: 'gelu' }],
    [{ form: 'nt', rows: 'tokens', bias: true, epilogue: 'residual' }],
    [{ form: 'nt', rows: 'active', epilogue: 'residual', gathers: true }],
    [{ form: 'nt', rows: 'active', epilogue: 'geluBackward' }],
  ] as [Change][])('is the sum of products, %j', async (change) => {
    for (const rows of [1, 3, 65]) await checkMatmul(change, rows, 16, 48);
    await checkMatmul(change, 13, 64, 16);
  });

  it('takes the vocabulary as k and as n', async () => {
    for (const vocab of [45, 46, 47, 1000]) {
      await checkMatmul({ form: 'nn', rows: 'active' }, 9, vocab, 16);
      await checkMatmul({ form: 'nt', rows: 'active' }, 9, 16, vocab);
    }
    await checkMatmul({ form: 'nn', rows: 'active' }, 65, 45, 64);
    await checkMatmul({ form: 'nt', rows: 'active', epilogue: 'gelu' }, 65, 64, 45);
  });

  it('writes finite pad columns where its operands are finite', async () => {
    const [x, w, y] = [filled(3, 16), filled(45, 16), filled(3, 45)];
    await bench.run([matmul({ form: 'nt', rows: 'active', k: 16, n: 45, x, w, y })], { active: 3 });
    const got = await bench.read(y.buffer);
    for (let r = 0; r < 3; r++) expect([45, 46, 47].every((j) => Number.isFinite(got[y.place(r, j)]!))).toBe(true);
  });

  it('does nothing without rows, and refuses rows of W that are not vectors', async () => {
    const [x, w, y] = [filled(1, 16), filled(16, 16), filled(1, 16)];
    await bench.run([matmul({ form: 'nn', rows: 'active', k: 16, n: 16, x, w, y })], { tokens: 1, active: 0 });
    expect(await bench.read(y.buffer)).toEqual(y.values);
    for (const options of [{ form: 'nn', k: 16, n: 45 }, { form: 'nt', k: 45, n: 16 }, { form: 'nt', k: 16, n: 45, bias: 4 }] as const) {
      expect(() => matmul({ rows: 'tokens', x, w, y, ...options })).toThrow(RangeError);
    }
  });
});

describe('weightGradient', () => {
  it.each([
    [1, 16, 16, 4], [3, 48, 16, 8], [65, 45, 16, 3], [65, 46, 16, 2], [65, 47, 16, 9], [65, 16, 48, 1], [131, 1000, 16, 5],
    [0, 16, 16, 3],
  ])('adds sums over %d rows of %d x %d products to %d slots', async (rows, m, n, count) => {
    for (const hasBias of [true, false]) {
      const [x, dy] = [filled(rows, m), filled(rows, n)];
      const at = 8;
      const biasAt = at + 4 * Math.ceil((m * n) / 4);
      const size = biasAt + n + 4;
      const before = Float32Array.from({ length: count * size }, () => stream.normal());
      const buffer = bench.buffer(before);
      await bench.run(
        [weightGradient({ rows: 'active', m, n, x, dy, slots: { buffer, count, size }, at, ...(hasBias ? { biasAt } : {}) })],
        { tokens: 1, active: rows },
      );
      const after = await bench.read(buffer, count * size);
      const expected = new Float64Array(size);
      for (let r = 0; r < rows; r++) {
        for (let j = 0; j < n; j++) {
          for (let i = 0; i < m; i++) expected[at + i * n + j]! += x.at(r, i) * dy.at(r, j);
          if (hasBias) expected[biasAt + j]! += dy.at(r, j);
        }
      }
      let worst = 0;
      for (let i = 0; i < size; i++) {
        let added = 0;
        for (let s = 0; s < count; s++) added += after[s * size + i]! - before[s * size + i]!;
        const error = Math.abs(added - expected[i]!);
        if (!(error <= worst)) worst = error;
      }
      expect(worst).toBeLessThan(3e-5);
      const outside = (i: number): boolean => i % size < at || i % size >= biasAt + (hasBias ? n : 0);
      expect(after.every((value, i) => !outside(i) || value === before[i])).toBe(true);
    }
  });

  it('spreads many rows over all slots, and gives the same bits again', async () => {
    const [x, dy] = [filled(400, 16), filled(400, 16)];
    const slots = (): { buffer: GPUBuffer; count: number; size: number } => ({
      buffer: bench.buffer(new Float32Array(6 * 256)), count: 6, size: 256,
    });
    const results: Float32Array[] = [];
    for (let again = 0; again < 2; again++) {
      const target = slots();
      await bench.run([weightGradient({ rows: 'tokens', m: 16, n: 16, x, dy, slots: target, at: 0 })], { tokens: 400 });
      results.push(await bench.read(target.buffer));
    }
    for (let s = 0; s < 6; s++) expect(results[0]!.subarray(s * 256, (s + 1) * 256).every((v) => v !== 0)).toBe(true);
    expect(results[1]).toEqual(results[0]);
  });

  it('refuses columns that are not vectors', () => {
    const [x, dy] = [filled(1, 16), filled(1, 45)];
    const slots = { buffer: dy.buffer, count: 1, size: 1024 };
    expect(() => weightGradient({ rows: 'tokens', m: 16, n: 45, x, dy, slots, at: 0 })).toThrow(RangeError);
  });
});
