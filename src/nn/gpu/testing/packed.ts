/** Batches for the tests of kernels: the tables on the device, and the same rows as plain lists to loop over. */
import { PURPOSE, Stream, streamKey } from '../../../core/rng';
import type { Batch, ForwardOptions } from '../../types';
import type { Meta, Slots } from '../kernels/operands';
import { metaLayout, neededCapacity, writeMeta } from '../meta';
import type { Dims } from '../program';
import type { Bench } from './run';

export interface TokenRow {
  readonly id: number;
  readonly position: number;
  readonly extra: number;
  /** Token row of the first token of its sequence. */
  readonly first: number;
}

/** An active row. Fields that it does not have are -1. */
export interface ActiveRow {
  /** Its token row. */
  readonly row: number;
  /** b * S + s of the outputs. */
  readonly cell: number;
  /** Id of the token after it. */
  readonly next: number;
  /** b, on the last token of sequence b. */
  readonly choice: number;
}

export interface Packed {
  readonly meta: Meta;
  readonly dims: Dims;
  readonly tokens: readonly TokenRow[];
  readonly active: readonly ActiveRow[];
  /** B * S. */
  readonly cells: number;
}

/** The tables with some room to spare, and the rows as the batch itself says they are. */
export function packBatch(bench: Bench, batch: Batch, options: ForwardOptions, vocab: number): Packed {
  const needed = neededCapacity(batch, options, vocab);
  const layout = metaLayout({ ...needed, tokens: needed.tokens + 3, active: needed.active + 5 });
  const words = new Int32Array(layout.size);
  const dims = writeMeta(batch, options, vocab, layout, words);
  const tokens: TokenRow[] = [];
  const active: ActiveRow[] = [];
  const wantsStates = options.outputs.some((name) => name !== 'choiceLogp');
  for (let b = 0; b < batch.rows; b++) {
    const first = tokens.length;
    for (let t = batch.start[b]!; t < batch.end[b]!; t++) {
      const last = t === batch.end[b]! - 1;
      const cell = t - batch.scoreFrom[b]!;
      const scored = cell >= 0 && cell < batch.scored;
      if (last || (wantsStates && cell >= 0)) {
        active.push({
          row: tokens.length,
          cell: scored ? b * batch.scored + cell : -1,
          next: scored && !last ? batch.tokens[b * batch.length + t + 1]! : -1,
          choice: last && options.outputs.includes('choiceLogp') ? b : -1,
        });
      }
      const at = b * batch.length + t;
      tokens.push({ id: batch.tokens[at]!, position: t - batch.start[b]!, extra: batch.extra?.[at] ?? 0, first });
    }
  }
  return { meta: { buffer: bench.buffer(words), layout }, dims, tokens, active, cells: batch.rows * batch.scored };
}

/** Sequences of given lengths, scored from given positions on, of ids in 0 .. vocab - 1, few of them often. */
export function batchOf(lengths: readonly number[], scoreFrom: readonly number[], vocab: number, seed: number): Batch {
  const stream = new Stream(streamKey(seed, PURPOSE.test, 31));
  const rows = lengths.length;
  const length = Math.max(...lengths);
  return {
    rows,
    length,
    tokens: Int32Array.from({ length: rows * length }, () => stream.int(1 + stream.int(vocab))),
    start: new Int32Array(rows),
    end: Int32Array.from(lengths),
    scoreFrom: Int32Array.from(scoreFrom),
    scored: length,
    extra: Float32Array.from({ length: rows * length }, () => stream.normal()),
  };
}

/** Standard normal numbers. */
export function normals(count: number, seed: number): Float32Array {
  const stream = new Stream(streamKey(seed, PURPOSE.test, 32));
  return Float32Array.from({ length: count }, () => stream.normal());
}

/** Slots that hold something already: kernels have to add to them. */
export function filledSlots(bench: Bench, count: number, size: number): { slots: Slots; before: Float32Array } {
  const before = normals(count * size, 33);
  return { slots: { buffer: bench.buffer(before), count, size }, before };
}

/** What was added to the slots, summed over them. [size] */
export async function addedToSlots(bench: Bench, slots: Slots, before: Float32Array): Promise<Float64Array> {
  const after = await bench.read(slots.buffer, before.length);
  const sums = new Float64Array(slots.size);
  after.forEach((value, i) => (sums[i % slots.size]! += value - before[i]!));
  return sums;
}
