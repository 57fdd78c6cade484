import type { Scope, Pointer } from './memory';

/** A stretch of tokens: a whole sequence, a prompt that several sequences share, or what follows on such a prompt. */
export interface Run {
  readonly tokens: ArrayLike<number>;
  /** First token of this run whose hidden state is needed after the last layer; tokens.length = none. */
  readonly from: number;
  readonly extra?: ArrayLike<number>;
  /** Index of the run that this one continues: an earlier one that continues none itself. */
  readonly prefix?: number;
}

/**
 * Runs laid end to end without padding: N rows, one a token. After the last layer's attention only the needed suffix of
 * each run goes on: M rows, the active ones.
 */
export interface Packing {
  readonly runs: number;
  /** N. */
  readonly total: number;
  /** M. */
  readonly active: number;
  readonly tokens: Pointer;
  readonly positions: Pointer;
  /** 0 where no run has extra inputs. */
  readonly extra: Pointer;
  /** The row among N of each of the M active rows. */
  readonly activeRows: Pointer;
  /** Per run: index among M of its token `from`. */
  readonly activeStart: readonly number[];
  /** The attention kernels' tables (see assembly/attention.ts): all queries, and the needed suffix alone. */
  readonly allQueries: AttentionTable;
  readonly neededQueries: AttentionTable;
  /** Most tokens of a sequence, prefix included. */
  readonly longest: number;
}

export interface AttentionTable {
  readonly at: Pointer;
  /** Size of the probabilities of one layer, in floats. */
  readonly probs: number;
}

const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;

export function packRuns(scope: Scope, heads: number, runs: readonly Run[]): Packing {
  const total = runs.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const tokens = new Int32Array(total);
  const positions = new Int32Array(total);
  const extra = runs.some((run) => run.extra) ? new Float32Array(total) : undefined;
  const activeRows: number[] = [];
  const activeStart: number[] = [];
  const firstRows: number[] = [];
  const prefixes = runs.map(({ prefix }) => (prefix === undefined ? 0 : runs[prefix]!.tokens.length));
  let row = 0;
  runs.forEach((run, i) => {
    firstRows.push(row);
    activeStart.push(activeRows.length);
    for (let t = 0; t < run.tokens.length; t++, row++) {
      tokens[row] = run.tokens[t]!;
      positions[row] = prefixes[i]! + t;
      if (extra && run.extra) extra[row] = run.extra[t]!;
      if (t >= run.from) activeRows.push(row);
    }
  });

  const table = (from: readonly number[], outRows: readonly number[]): AttentionTable => {
    let probs = 0;
    const fields = runs.flatMap(({ tokens: { length }, prefix }, i) => {
      const before = prefixes[i]!;
      const entry = [firstRows[i]!, length, from[i]!, outRows[i]!, probs, firstRows[prefix ?? i]!, before];
      probs += heads * roundUp(length - from[i]!, 4) * roundUp(before + length, 8);
      return entry;
    });
    return { at: scope.ints(fields), probs };
  };

  return {
    runs: runs.length,
    total,
    active: activeRows.length,
    tokens: scope.ints(tokens),
    positions: scope.ints(positions),
    extra: extra ? scope.floats(extra) : 0,
    activeRows: scope.ints(activeRows),
    activeStart,
    allQueries: table(runs.map(() => 0), firstRows),
    neededQueries: table(runs.map((run) => run.from), activeStart),
    longest: runs.reduce((longest, run, i) => Math.max(longest, prefixes[i]! + run.tokens.length), 0),
  };
}
