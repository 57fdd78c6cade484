import type { Estimate } from '../core/bundle';
import { sampleQuantile } from '../core/stats';
import { shareEstimate } from '../evaluation/estimate';
import { compare, type Verdict } from '../evaluation/verdicts';
import type { Couple } from './compareMeasures';
import type { CompareRow } from './comparePosts';

/** Win rates of one column over another on parts of the posts. */

export const DIMENSIONS = ['topic', 'facts', 'post', 'responses'] as const;
/** By topic; number of facts; length of the post; length of both responses, their mean: lengths in thirds. */
export type Dimension = (typeof DIMENSIONS)[number];

/** Posts that have something in common. */
export interface Group {
  /** Equal for the same group of the same posts. */
  readonly id: string;
  readonly label: string;
  readonly holds: (row: CompareRow) => boolean;
}

export interface Slice extends Group {
  /** Share of its posts that a wins by gold utility, ties half, with its Wilson interval; absent where it has no posts. */
  readonly winRate?: Estimate;
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
}

/** Who has the higher gold utility on a post: 1 is a. */
export function goldOutcome({ answers }: CompareRow, { a, b }: Couple): Verdict {
  return compare(answers[a]?.gold ?? 0, answers[b]?.gold ?? 0);
}

/** The groups that the posts fall into, each post into one. @param rows all posts in common: thirds are theirs */
export function groupsOf(rows: readonly CompareRow[], dimension: Dimension, { a, b }: Couple): Group[] {
  switch (dimension) {
    case 'topic': {
      const topics = [...new Set(rows.map(({ post }) => post.topic))].sort();
      return topics.map((topic) => ({ id: `topic ${topic}`, label: topic === '' ? '(no topic)' : topic, holds: ({ post }) => post.topic === topic }));
    }
    case 'facts': {
      const counts = [...new Set(rows.map(({ post }) => post.facts.length))].sort((one, other) => one - other);
      return counts.map((count) => ({
        id: `facts ${count}`, label: `${count} ${count === 1 ? 'fact' : 'facts'}`, holds: ({ post }) => post.facts.length === count,
      }));
    }
    case 'post':
      return thirds(rows, 'post', ({ post }) => post.words.length);
    case 'responses':
      return thirds(rows, 'responses', ({ answers }) => ((answers[a]?.check.words ?? 0) + (answers[b]?.check.words ?? 0)) / 2);
  }
}

/** Three groups about equally large; equal lengths stay together, so that a group may be larger, or empty and left out. */
function thirds(rows: readonly CompareRow[], name: string, lengthOf: (row: CompareRow) => number): Group[] {
  if (rows.length === 0) return [];
  const sorted = rows.map(lengthOf).sort((one, other) => one - other);
  const [low, high] = [sampleQuantile(sorted, 1 / 3), sampleQuantile(sorted, 2 / 3)];
  const thirdOf = (length: number): number => (length <= low ? 0 : length <= high ? 1 : 2);
  return ['short', 'middling', 'long'].flatMap((word, third) => {
    const lengths = sorted.filter((length) => thirdOf(length) === third);
    const [least, most] = [lengths[0], lengths.at(-1)];
    if (least === undefined || most === undefined) return [];
    const range = least === most ? `${least}` : `${least} to ${most}`;
    return [{ id: `${name} ${third} ${low} ${high}`, label: `${word}, ${range} words`, holds: (row: CompareRow) => thirdOf(lengthOf(row)) === third }];
  });
}

/** The win rate of a over b in each group. @param rows those that count; they may be fewer than the groups were made of */
export function slicesOf(rows: readonly CompareRow[], groups: readonly Group[], couple: Couple): Slice[] {
  return groups.map((group) => {
    const outcomes = rows.filter((row) => group.holds(row)).map((row) => goldOutcome(row, couple));
    const count = (verdict: Verdict): number => outcomes.filter((outcome) => outcome === verdict).length;
    return {
      ...group,
      ...(outcomes.length > 0 ? { winRate: shareEstimate(outcomes, 'posts') } : {}),
      wins: count(1), ties: count(0.5), losses: count(0),
    };
  });
}
