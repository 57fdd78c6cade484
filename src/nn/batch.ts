import { TOKEN } from '../core/tokens';
import type { Batch } from './types';

export interface Sequence {
  readonly tokens: ArrayLike<number>;
  /** Index of the first hidden state that is scored: the last prompt token, so that the first response token is. */
  readonly scoreFrom: number;
  readonly extra?: ArrayLike<number>;
}

/**
 * Packs sequences into a padded batch.
 * @param scored number S of scored positions; default: up to and including the last token of the longest row.
 */
export function packBatch(
  sequences: readonly Sequence[],
  { side = 'right', scored }: { side?: 'left' | 'right'; scored?: number } = {},
): Batch {
  const rows = sequences.length;
  const length = Math.max(...sequences.map((s) => s.tokens.length));
  const tokens = new Int32Array(rows * length).fill(TOKEN.pad);
  const start = new Int32Array(rows);
  const end = new Int32Array(rows);
  const scoreFrom = new Int32Array(rows);
  const extra = sequences.some((s) => s.extra) ? new Float32Array(rows * length) : undefined;
  let longest = 1;
  sequences.forEach((sequence, b) => {
    const size = sequence.tokens.length;
    const first = side === 'left' ? length - size : 0;
    start[b] = first;
    end[b] = first + size;
    scoreFrom[b] = first + sequence.scoreFrom;
    longest = Math.max(longest, size - sequence.scoreFrom);
    for (let t = 0; t < size; t++) {
      tokens[b * length + first + t] = sequence.tokens[t]!;
      if (extra && sequence.extra) extra[b * length + first + t] = sequence.extra[t]!;
    }
  });
  return { rows, length, tokens, start, end, scoreFrom, scored: scored ?? longest, ...(extra ? { extra } : {}) };
}

/** Prompt, separator, response: scored from the separator on. */
export function promptAndResponse(prompt: ArrayLike<number>, response: ArrayLike<number>): Sequence {
  return { tokens: [...Array.from(prompt), TOKEN.sep, ...Array.from(response)], scoreFrom: prompt.length };
}
