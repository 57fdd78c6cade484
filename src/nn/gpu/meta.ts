/** A batch as the kernels read it: sequences laid end to end, and the tables that say where everything is. */
import type { Batch, ForwardOptions } from '../types';
import type { Dims } from './program';

/** Most of each kind that a workspace has room for. */
export interface Capacity {
  readonly tokens: number;
  readonly sequences: number;
  readonly active: number;
  readonly vocab: number;
}

/**
 * Word offsets of the tables in the meta buffer (`array<i32>`).
 *
 * A token row is a token's place among all tokens of all sequences, an active row its place among those with an output.
 */
export interface MetaLayout {
  /** [N, 2]: token id, position. */
  readonly tokens: number;
  /** [N]: `batch.extra` as float bits; 0 where absent. */
  readonly extra: number;
  /** [N]: active row of each token row, or -1. */
  readonly activeOf: number;
  /** [N]: sequence of each token row. */
  readonly sequenceOf: number;
  /** [B, 4]: first token row, length, position of the first active token, first active row. */
  readonly sequences: number;
  /** [M, 4]: token row; cell b * S + s of the outputs, or -1; id of the token after it, or -1; row b of choiceLogp, or -1. */
  readonly active: number;
  /** [V + 1], [N]: the token rows of id v are rows[start[v] .. start[v + 1] - 1], ascending. Filled where kept. */
  readonly rowsOfStart: number;
  readonly rowsOf: number;
  /** [V + 1], [M]: the same for the active rows whose next token is v. */
  readonly targetsOfStart: number;
  readonly targetsOf: number;
  /** Words in all. */
  readonly size: number;
}

export function metaLayout({ tokens, sequences, active, vocab }: Capacity): MetaLayout {
  let size = 0;
  const table = (words: number): number => {
    const at = size;
    size += Math.ceil(words / 4) * 4;
    return at;
  };
  return {
    tokens: table(2 * tokens),
    extra: table(tokens),
    activeOf: table(tokens),
    sequenceOf: table(tokens),
    sequences: table(4 * sequences),
    active: table(4 * active),
    rowsOfStart: table(vocab + 1),
    rowsOf: table(tokens),
    targetsOfStart: table(vocab + 1),
    targetsOf: table(active),
    size,
  };
}

/** Which positions of the batch go on after the last layer: from this one to the end of the row, per row. */
function firstActive(batch: Batch, b: number, options: ForwardOptions): number {
  const needsStates = options.outputs.some((name) => name !== 'choiceLogp');
  return needsStates ? Math.min(batch.scoreFrom[b]!, batch.end[b]! - 1) : batch.end[b]! - 1;
}

/** What a batch needs room for. */
export function neededCapacity(batch: Batch, options: ForwardOptions, vocab: number): Capacity {
  let tokens = 0;
  let active = 0;
  for (let b = 0; b < batch.rows; b++) {
    tokens += batch.end[b]! - batch.start[b]!;
    active += batch.end[b]! - firstActive(batch, b, options);
  }
  return { tokens, sequences: batch.rows, active, vocab };
}

/** Fills the tables of a checked batch. @param words [layout.size], overwritten */
export function writeMeta(
  batch: Batch, options: ForwardOptions, vocab: number, layout: MetaLayout, words: Int32Array,
): Dims {
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  const { rows, length, scored } = batch;
  const wantsChoice = options.outputs.includes('choiceLogp');
  let row = 0;
  let active = 0;
  let longest = 0;
  for (let b = 0; b < rows; b++) {
    const [start, end] = [batch.start[b]!, batch.end[b]!];
    const from = firstActive(batch, b, options);
    words.set([row, end - start, from - start, active], layout.sequences + 4 * b);
    longest = Math.max(longest, end - start);
    for (let t = start; t < end; t++, row++) {
      words[layout.tokens + 2 * row] = batch.tokens[b * length + t]!;
      words[layout.tokens + 2 * row + 1] = t - start;
      floats[layout.extra + row] = batch.extra ? batch.extra[b * length + t]! : 0;
      words[layout.sequenceOf + row] = b;
      words[layout.activeOf + row] = t < from ? -1 : active;
      if (t < from) continue;
      const s = t - batch.scoreFrom[b]!;
      const inside = s >= 0 && s < scored;
      const next = inside && t + 1 < end ? batch.tokens[b * length + t + 1]! : -1;
      const choice = wantsChoice && t === end - 1 ? b : -1;
      words.set([row, inside ? b * scored + s : -1, next, choice], layout.active + 4 * active);
      active++;
    }
  }
  if (options.keep) {
    group(row, (i) => words[layout.tokens + 2 * i]!, vocab, words, layout.rowsOfStart, layout.rowsOf);
    group(active, (i) => words[layout.active + 4 * i + 2]!, vocab, words, layout.targetsOfStart, layout.targetsOf);
  }
  return { tokens: row, sequences: rows, active, longest, inverseTemperature: 1 / (options.temperature ?? 1) };
}

/** Counting sort of 0 .. count - 1 by an id in 0 .. vocab - 1; those of id -1 are left out. */
function group(
  count: number, idOf: (i: number) => number, vocab: number, words: Int32Array, startAt: number, listAt: number,
): void {
  const next = new Int32Array(vocab + 1);
  for (let i = 0; i < count; i++) if (idOf(i) >= 0) next[idOf(i) + 1]!++;
  for (let v = 0; v < vocab; v++) next[v + 1]! += next[v]!;
  words.set(next, startAt);
  for (let i = 0; i < count; i++) {
    const id = idOf(i);
    if (id >= 0) words[listAt + next[id]!++] = i;
  }
}
