import type { Scope, Pointer } from './memory';

export interface PackedSequence {
  readonly tokens: ArrayLike<number>;
  /** First position whose hidden state is needed after the last layer. */
  readonly from: number;
  readonly extra?: ArrayLike<number>;
}

/**
 * Sequences laid end to end without padding: N rows, one a token. After the last layer's attention only the needed
 * suffix of each sequence goes on: M rows, the active ones.
 */
export interface Packing {
  readonly sequences: number;
  /** N. */
  readonly total: number;
  /** M. */
  readonly active: number;
  readonly tokens: Pointer;
  readonly positions: Pointer;
  /** 0 where no sequence has extra inputs. */
  readonly extra: Pointer;
  /** The row among N of each of the M active rows. */
  readonly activeRows: Pointer;
  /** Per sequence: index among M of its position `from`. */
  readonly activeStart: readonly number[];
  /** The attention kernels' tables (see assembly/attention.ts): all queries, and the needed suffix alone. */
  readonly allQueries: AttentionTable;
  readonly neededQueries: AttentionTable;
  readonly longest: number;
}

export interface AttentionTable {
  readonly at: Pointer;
  /** Size of the probabilities of one layer, in floats. */
  readonly probs: number;
}

const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;

export function packSequences(scope: Scope, heads: number, sequences: readonly PackedSequence[]): Packing {
  const total = sequences.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const tokens = new Int32Array(total);
  const positions = new Int32Array(total);
  const extra = sequences.some((sequence) => sequence.extra) ? new Float32Array(total) : undefined;
  const activeRows: number[] = [];
  const activeStart: number[] = [];
  const firstRows: number[] = [];
  let row = 0;
  for (const sequence of sequences) {
    firstRows.push(row);
    activeStart.push(activeRows.length);
    for (let t = 0; t < sequence.tokens.length; t++, row++) {
      tokens[row] = sequence.tokens[t]!;
      positions[row] = t;
      if (extra && sequence.extra) extra[row] = sequence.extra[t]!;
      if (t >= sequence.from) activeRows.push(row);
    }
  }

  const table = (from: readonly number[], outRows: readonly number[]): AttentionTable => {
    let probs = 0;
    const fields = sequences.flatMap((sequence, i) => {
      const { length } = sequence.tokens;
      const entry = [firstRows[i]!, length, from[i]!, outRows[i]!, probs];
      probs += heads * roundUp(length - from[i]!, 4) * roundUp(length, 8);
      return entry;
    });
    return { at: scope.ints(fields), probs };
  };

  return {
    sequences: sequences.length,
    total,
    active: activeRows.length,
    tokens: scope.ints(tokens),
    positions: scope.ints(positions),
    extra: extra ? scope.floats(extra) : 0,
    activeRows: scope.ints(activeRows),
    activeStart,
    allQueries: table(sequences.map(() => 0), firstRows),
    neededQueries: table(sequences.map((sequence) => sequence.from), activeStart),
    longest: sequences.reduce((longest, sequence) => Math.max(longest, sequence.tokens.length), 0),
  };
}
