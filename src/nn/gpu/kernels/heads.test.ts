import { afterAll, describe, expect, it } from 'vitest';
import { installDawn, removeDawn } from '../../testing/dawn';
import { largestDifference, randomBatch } from '../../testing/engines';
import type { Batch, OutputName } from '../../types';
import { addedToSlots, batchOf, filledSlots, normals, packBatch, type ActiveRow } from '../testing/packed';
import { Bench, openDevice } from '../testing/run';
import { headBackward, headForward, tokenWeight, tokenWeightBackward, value, valueBackward } from './heads';

const bench = new Bench(await openDevice(await installDawn()));
afterAll(removeDawn);

/** What the cells hold before: those that no row speaks of must keep it. */
const UNTOUCHED = 7;
const untouched = (count: number): Float32Array => new Float32Array(count).fill(UNTOUCHED);

function softmax(z: readonly number[]): number[] {
  const top = Math.max(...z);
  const total = z.reduce((sum, x) => sum + Math.exp(x - top), 0);
  return z.map((x) => Math.exp(x - top) / total);
}

/** log p of an id, and entropy, of logits at a temperature. */
const logpOf = (logits: readonly number[], id: number, temperature: number): number =>
  Math.log(softmax(logits.map((x) => x / temperature))[id]!);
const entropyOf = (logits: readonly number[], temperature: number): number =>
  -softmax(logits.map((x) => x / temperature)).reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);

describe('logits', () => {
  const TEMPERATURE = 0.7;
  const shape = (vocab: number) => ({ vocab, width: 16, layers: 1, heads: 1, positions: 65, valueHeads: 1 });
  const cases: [outputs: OutputName[], vocab: number, batch: Batch, ids: number[]][] = [
    [['logp'], 45, randomBatch(shape(45), 1, 7, 21), []],
    [['entropy'], 44, batchOf([1], [0], 44, 1), []],
    [['entropy'], 1000, batchOf([3, 1], [0, 0], 1000, 1), []],
    [['logp', 'entropy'], 1000, batchOf([65, 1, 2], [63, 0, 0], 1000, 2), []],
    [['choiceLogp'], 45, randomBatch(shape(45), 3, 65, 9), [44, 0, 44]],
    [['logp', 'choiceLogp'], 45, batchOf([1, 12], [0, 40], 45, 4), [3]],
    [['entropy', 'choiceLogp'], 300, batchOf([5, 7], [0, 2], 300, 5), [299, 1]],
    [
      ['logp', 'entropy', 'choiceLogp'], 45, randomBatch(shape(45), 6, 7, 13),
      Array.from({ length: 16 }, (_, i) => 2 * i),
    ],
  ];

  it.each(cases)('%j over %i ids, forward and backward', async (outputs, vocab, batch, ids) => {
    const { meta, dims, active, cells } = packBatch(bench, batch, { outputs, temperature: TEMPERATURE }, vocab);
    const asked = (name: OutputName): boolean => outputs.includes(name);
    const [offset, ld] = [4, Math.ceil(vocab / 4) * 4];
    const values = normals(offset + active.length * ld, 7).map((x) => 5 * x);
    // What stands in the pad columns must not matter.
    active.forEach((_, r) => values.fill(1e9, offset + r * ld + vocab, offset + (r + 1) * ld));
    const rowsOfLogits = active.map((_, r) => Array.from(values.subarray(offset + r * ld, offset + r * ld + vocab)));
    const logits = { buffer: bench.buffer(values), offset, ld };
    const stats = { buffer: bench.buffer(new Float32Array(6 + 2 * active.length)), offset: 6 };
    const choices = batch.rows * ids.length;
    const out = {
      logp: bench.buffer(untouched(cells)),
      entropy: bench.buffer(untouched(cells)),
      choice: bench.buffer(untouched(choices)),
    };
    const up = { logp: normals(cells, 8), entropy: normals(cells, 9), choice: normals(choices, 10) };
    const dLogits = { buffer: bench.buffer(untouched(offset + active.length * ld)), offset, ld };
    const common = { vocab, meta, logits, stats };
    await bench.run([
      headForward({
        ...common,
        ...(asked('logp') ? { logp: out.logp } : {}),
        ...(asked('entropy') ? { entropy: out.entropy } : {}),
        ...(asked('choiceLogp') ? { choice: { out: out.choice, ids } } : {}),
      }),
      headBackward({
        ...common,
        ...(asked('logp') ? { dLogp: bench.buffer(up.logp) } : {}),
        ...(asked('entropy') ? { dEntropy: bench.buffer(up.entropy) } : {}),
        ...(asked('choiceLogp') ? { choice: { dOut: bench.buffer(up.choice), ids } } : {}),
        dLogits,
      }),
    ], dims);

    const expected = { logp: untouched(cells), entropy: untouched(cells), choice: untouched(choices) };
    const gradient = new Float64Array(active.length * ld);
    active.forEach(({ cell, next, choice }, r) => {
      const row = rowsOfLogits[r]!;
      const add = (upstream: number, objective: (logits: readonly number[]) => number): void =>
        differences(row, objective).forEach((g, j) => (gradient[r * ld + j]! += upstream * g));
      if (next >= 0) {
        if (asked('logp')) {
          expected.logp[cell] = logpOf(row, next, TEMPERATURE);
          add(up.logp[cell]!, (z) => logpOf(z, next, TEMPERATURE));
        }
        if (asked('entropy')) {
          expected.entropy[cell] = entropyOf(row, TEMPERATURE);
          add(up.entropy[cell]!, (z) => entropyOf(z, TEMPERATURE));
        }
      }
      if (choice >= 0) {
        ids.forEach((id, i) => {
          expected.choice[choice * ids.length + i] = logpOf(row, id, 1);
          add(up.choice[choice * ids.length + i]!, (z) => logpOf(z, id, 1));
        });
      }
    });
    expect(largestDifference(await bench.read(out.logp, cells), expected.logp)).toBeLessThan(2e-5);
    expect(largestDifference(await bench.read(out.entropy, cells), expected.entropy)).toBeLessThan(2e-5);
    expect(largestDifference(await bench.read(out.choice, choices), expected.choice)).toBeLessThan(2e-5);
    const got = await bench.read(dLogits.buffer, offset + active.length * ld);
    expect(Array.from(got.subarray(0, offset))).toEqual(new Array(offset).fill(UNTOUCHED));
    expect(largestDifference(got.subarray(offset), gradient)).toBeLessThan(3e-5);
  });

  /** Central differences. */
  function differences(row: readonly number[], objective: (logits: readonly number[]) => number): number[] {
    const z = [...row];
    return row.map((x, j) => {
      z[j] = x + 1e-4;
      const above = objective(z);
      z[j] = x - 1e-4;
      const below = objective(z);
      z[j] = x;
      return (above - below) / 2e-4;
    });
  }

  it('takes no more ids than it has room for', () => {
    const { meta } = packBatch(bench, batchOf([2], [0], 45, 1), { outputs: ['choiceLogp'] }, 45);
    const buffer = bench.buffer(new Float32Array(96));
    const choice = { out: buffer, ids: Array.from({ length: 17 }, (_, i) => i) };
    const logits = { buffer, offset: 0, ld: 48 };
    const stats = { buffer, offset: 0 };
    expect(() => headForward({ vocab: 45, meta, logits, stats, choice })).toThrow(RangeError);
  });
});

/** Rows with a cell, many and few, and last rows beyond the scored ones. */
const batches: [name: string, batch: Batch][] = [
  ['one token', batchOf([1], [0], 45, 1)],
  ['some rows active', batchOf([130, 1, 2, 40], [50, 0, 5, 0], 45, 2)],
  ['many rows', { ...batchOf(new Array<number>(70).fill(17), new Array<number>(70).fill(0), 45, 3), scored: 14 }],
];

describe.each(batches)('%s', (_, batch) => {
  const [vocab, d, biasAt] = [45, 48, 8];
  const options = { outputs: ['value', 'tokenWeight'] as const, keep: true };
  const { meta, dims, active, cells } = packBatch(bench, batch, options, vocab);

  it.each([[1, 1], [3, 20], [5, 4]])('%i values of a row, forward and backward', async (heads, slotCount) => {
    const weightAt = 16;
    const size = weightAt + heads * d + 4;
    const values = normals(size, 11);
    const [offset, ld] = [4, d + 4];
    const states = normals(offset + active.length * ld, 12);
    const up = normals(cells * heads, 13);
    const before = normals(offset + active.length * ld, 14);
    const out = bench.buffer(untouched(cells * heads));
    const common = {
      d, heads, meta, params: bench.buffer(values), weightAt, biasAt,
      hidden: { buffer: bench.buffer(states), offset, ld },
    };
    const dHidden = { buffer: bench.buffer(before), offset, ld };
    const [attached, detached] = [filledSlots(bench, slotCount, size), filledSlots(bench, slotCount, size)];
    const dOut = bench.buffer(up);
    await bench.run([
      value({ ...common, out }),
      valueBackward({ ...common, dOut, slots: attached.slots, dHidden }),
      valueBackward({ ...common, dOut, slots: detached.slots }),
    ], dims);

    const expected = untouched(cells * heads);
    const gradient = new Float64Array(size);
    const changed = Float64Array.from(before);
    active.forEach(({ cell }, r) => {
      if (cell < 0) return;
      for (let k = 0; k < heads; k++) {
        const g = up[cell * heads + k]!;
        let sum = values[biasAt + k]!;
        gradient[biasAt + k]! += g;
        for (let c = 0; c < d; c++) {
          sum += values[weightAt + k * d + c]! * states[offset + r * ld + c]!;
          gradient[weightAt + k * d + c]! += g * states[offset + r * ld + c]!;
          changed[offset + r * ld + c]! += g * values[weightAt + k * d + c]!;
        }
        expected[cell * heads + k] = sum;
      }
    });
    expect(largestDifference(await bench.read(out, expected.length), expected)).toBeLessThan(2e-5);
    expect(largestDifference(await addedToSlots(bench, attached.slots, attached.before), gradient)).toBeLessThan(1e-4);
    expect(largestDifference(await addedToSlots(bench, detached.slots, detached.before), gradient)).toBeLessThan(1e-4);
    expect(largestDifference(await bench.read(dHidden.buffer, before.length), changed)).toBeLessThan(1e-5);
  });

  it.each([1, 20])('weights of the next tokens, forward and backward with %i slots', async (slotCount) => {
    const weightAt = 16;
    const wteAt = weightAt + d;
    const size = wteAt + vocab * d;
    const values = normals(size, 15);
    const up = normals(cells, 16);
    const out = bench.buffer(untouched(cells));
    const common = { d, meta, params: bench.buffer(values), wteAt, weightAt, biasAt };
    const { slots, before } = filledSlots(bench, slotCount, size);
    await bench.run([
      tokenWeight({ ...common, out }), tokenWeightBackward({ ...common, vocab, dOut: bench.buffer(up), slots }),
    ], dims);

    const expected = untouched(cells);
    const gradient = new Float64Array(size);
    active.filter(({ next }: ActiveRow) => next >= 0).forEach(({ cell, next }) => {
      let sum = values[biasAt]!;
      gradient[biasAt]! += up[cell]!;
      for (let c = 0; c < d; c++) {
        sum += values[weightAt + c]! * values[wteAt + next * d + c]!;
        gradient[weightAt + c]! += up[cell]! * values[wteAt + next * d + c]!;
        gradient[wteAt + next * d + c]! += up[cell]! * values[weightAt + c]!;
      }
      expected[cell] = sum;
    });
    expect(largestDifference(await bench.read(out, cells), expected)).toBeLessThan(2e-5);
    expect(largestDifference(await addedToSlots(bench, slots, before), gradient)).toBeLessThan(1e-4);
  });
});
