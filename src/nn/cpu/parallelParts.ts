// How batches and prompts are cut into parts that are computed apart from each other.
import type { Batch } from '../types';
import { promptGroups } from './prompts';

/**
 * Most parts of a training batch. The gradient is the sum of theirs in a fixed order, and floating-point sums depend on
 * the order: so the number is the same however many workers there are to compute them.
 */
export const SHARDS = 4;
/** Batches of fewer tokens are computed in one part. */
const SMALL_BATCH = 512;
/** Rows of generation that are worth a call to a helper. */
const SMALL_GENERATION = 8;

/** Rows of each gradient shard of a batch; depends on the batch alone. */
export function shardRows(batch: Batch): number[][] {
  return cutRows(batch, SHARDS);
}

/**
 * Cuts a batch into at most `most` parts of about the same number of tokens; rows with the same prompt stay together.
 * The largest groups are dealt first, each to the part that has the fewest tokens (Graham 1969, "Bounds on
 * multiprocessing timing anomalies"); ties go to the earlier group and the earlier part.
 * @returns the rows of each part, ascending.
 */
export function cutRows(batch: Batch, most: number): number[][] {
  const all = Array.from({ length: batch.rows }, (_, b) => b);
  const size = (b: number): number => batch.end[b]! - batch.start[b]!;
  if (most === 1 || all.reduce((sum, b) => sum + size(b), 0) < SMALL_BATCH) return [all];
  const groups = promptGroups(batch).map((rows) => {
    const prompt = batch.scoreFrom[rows[0]!]! - batch.start[rows[0]!]!;
    return { rows, tokens: prompt + rows.reduce((sum, b) => sum + size(b) - prompt, 0) };
  });
  const parts = Array.from({ length: Math.min(most, groups.length) }, () => ({ rows: [] as number[], tokens: 0 }));
  // Sorting is stable: groups of the same size stay in order.
  for (const { rows, tokens } of groups.sort((a, b) => b.tokens - a.tokens)) {
    const part = parts.reduce((least, other) => (other.tokens < least.tokens ? other : least));
    part.rows.push(...rows);
    part.tokens += tokens;
  }
  return parts.map(({ rows }) => rows.sort((a, b) => a - b));
}

/** Cuts prompts into at most `most` runs of about the same length. */
export function cutPrompts(prompts: number, samples: number, most: number): { readonly from: number; readonly to: number }[] {
  const parts = Math.max(1, Math.min(most, prompts, Math.floor((prompts * samples) / SMALL_GENERATION)));
  const bound = (i: number): number => Math.round((i * prompts) / parts);
  return Array.from({ length: parts }, (_, i) => ({ from: bound(i), to: bound(i + 1) }));
}
