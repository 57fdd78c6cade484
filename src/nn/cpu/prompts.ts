// Rows of a batch that begin with the same prompt: what a pass needs to compute once only.
import type { Batch } from '../types';

/** Prompts shorter than this, in tokens, are not worth sharing: two rows break even at about 2 (width 64, 2 layers). */
export const SHORTEST_SHARED = 4;

/**
 * Rows of a batch in groups that begin with the same prompt: the tokens (and extras) from start to scoreFrom - 1 are
 * equal. Groups in the order of their first row, rows ascending. A row whose prompt is shorter than `SHORTEST_SHARED`
 * tokens, or equal to no other, is a group of its own.
 */
export function promptGroups(batch: Batch): readonly (readonly number[])[] {
  const groups: number[][] = [];
  const byPrompt = new Map<string, number[]>();
  for (let b = 0; b < batch.rows; b++) {
    if (batch.scoreFrom[b]! - batch.start[b]! < SHORTEST_SHARED) {
      groups.push([b]);
      continue;
    }
    const prompt = promptKey(batch, b);
    const group = byPrompt.get(prompt);
    if (group) {
      group.push(b);
    } else {
      const begun = [b];
      byPrompt.set(prompt, begun);
      groups.push(begun);
    }
  }
  return groups;
}

/** The rows of a batch as a batch of their own (same length, same scored). */
export function selectRows(batch: Batch, rows: readonly number[]): Batch {
  const { length, scored, extra } = batch;
  const tokens = new Int32Array(rows.length * length);
  const extras = new Float32Array(rows.length * length);
  rows.forEach((b, i) => {
    tokens.set(batch.tokens.subarray(b * length, (b + 1) * length), i * length);
    if (extra) extras.set(extra.subarray(b * length, (b + 1) * length), i * length);
  });
  return {
    rows: rows.length,
    length,
    tokens,
    start: Int32Array.from(rows, (b) => batch.start[b]!),
    end: Int32Array.from(rows, (b) => batch.end[b]!),
    scoreFrom: Int32Array.from(rows, (b) => batch.scoreFrom[b]!),
    scored,
    ...(extra ? { extra: extras } : {}),
  };
}

/** Equal for two rows exactly where the tokens and the bits of the extras before scoreFrom are. */
function promptKey({ tokens, extra, length, start, scoreFrom }: Batch, b: number): string {
  const [from, to] = [b * length + start[b]!, b * length + scoreFrom[b]!];
  const words = tokens.subarray(from, to).join();
  if (!extra) return words;
  const bits = new Int32Array(extra.slice(from, to).buffer);
  return `${words};${bits.join()}`;
}
