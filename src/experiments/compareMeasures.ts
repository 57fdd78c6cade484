import type { Answer } from '../core/bundle';
import { sameReward, type Column, type CompareRow } from './comparePosts';

/** What responses are compared by. */
export const MEASURES = ['gold', 'score', 'words'] as const;
export type Measure = (typeof MEASURES)[number];

/** Two columns that are compared, by their places. */
export interface Couple {
  readonly a: number;
  readonly b: number;
}

/** Gold utility; standardised reward of the arm's own reward; number of words. Undefined where there is no score. */
export function valueOf(answer: Answer, measure: Measure): number | undefined {
  switch (measure) {
    case 'gold':
      return answer.gold;
    case 'score':
      return answer.score;
    case 'words':
      return answer.check.words;
  }
}

/** Of column a minus column b on a post; undefined where one of them has no score. */
export function difference(row: CompareRow, { a, b }: Couple, measure: Measure): number | undefined {
  const [one, other] = [row.answers[a], row.answers[b]].map((answer) => answer && valueOf(answer, measure));
  // Sums of decimals: without rounding, equal gold would differ in its last digits. Adding 0 makes -0 a plain 0.
  return one === undefined || other === undefined ? undefined : Number((one - other).toFixed(9)) + 0;
}

/** Measures by which the two columns can be compared: scores only where the same reward gave them. */
export function measuresOf(columns: readonly Column[], { a, b }: Couple): readonly Measure[] {
  return MEASURES.filter((measure) => measure !== 'score' || sameReward(columns[a], columns[b]));
}

export const SORTS = ['order', 'disagreement', 'gold', 'score', 'words'] as const;
/** As drawn; by `disagreement`; by the difference of two columns in a measure. */
export type SortKey = (typeof SORTS)[number];

export interface Sort {
  readonly key: SortKey;
  /** The other way round: where b has more; the least disagreement; the last post first. */
  readonly reversed: boolean;
}

/**
 * How far the columns are apart on a post: their largest gold utility minus their smallest. The start policy counts only
 * where fewer than two trained arms are there.
 */
export function disagreement(row: CompareRow, columns: readonly Column[]): number {
  const trained = row.answers.filter((_, i) => columns[i]?.armId !== 'sft');
  const counted = (trained.length >= 2 ? trained : row.answers).map(({ gold }) => gold);
  return Math.max(...counted) - Math.min(...counted);
}

/** Equal rows keep their order; rows without the measure come last. */
export function sortRows(rows: readonly CompareRow[], columns: readonly Column[], couple: Couple, { key, reversed }: Sort): readonly CompareRow[] {
  const turn = reversed ? -1 : 1;
  if (key === 'order') return reversed ? [...rows].reverse() : rows;
  return rows
    .map((row) => ({ row, value: key === 'disagreement' ? disagreement(row, columns) : difference(row, couple, key) }))
    .sort((one, other) => {
      if (one.value === undefined || other.value === undefined) return Number(one.value === undefined) - Number(other.value === undefined);
      return turn * (other.value - one.value);
    })
    .map(({ row }) => row);
}
