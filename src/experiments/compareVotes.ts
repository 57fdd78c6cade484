import type { Estimate } from '../core/bundle';
import type { HumanPair } from '../core/humanPairs';
import { wordsToText } from '../core/text';
import { z } from '../core/zod';
import { shareEstimate } from '../evaluation/estimate';
import type { Couple } from './compareMeasures';
import type { Column, CompareRow } from './comparePosts';
import { goldOutcome } from './compareSlices';
import { ballotOf, labelsOfVotes, voteSchema, type Ballot, type Vote } from './labVotes';

/**
 * The visitor's blind votes on two columns: questions, sides and votes as in the labeler lab, but no pair comes back, since
 * a vote here reveals whose responses they were.
 */

/** Names the couple whose votes count together; equal whichever of the two is called a. */
export function coupleKey(columns: readonly Column[], { a, b }: Couple): string {
  const name = (column: Column | undefined): string => (column ? `${column.run.identity} ${column.armId}` : '');
  return [name(columns[a]), name(columns[b])].sort().join(' | ');
}

/** A post's two responses as a pair of the ballot: the response of the column that comes first by name is the first. */
export interface ComparePair extends HumanPair {
  readonly row: CompareRow;
  /** Places of the columns of its responses. */
  readonly columns: readonly [number, number];
}

/** The pairs to vote on, a row a pair. Ids are of post and couple, so that sides are shuffled anew for other columns. */
export function comparePairs(rows: readonly CompareRow[], columns: readonly Column[], couple: Couple): ComparePair[] {
  const { a, b } = couple;
  const order = [a, b].sort((one, other) => {
    const [left, right] = [one, other].map((i) => `${columns[i]?.run.identity} ${columns[i]?.armId}`) as [string, string];
    return left < right ? -1 : left > right ? 1 : 0;
  }) as [number, number];
  const key = coupleKey(columns, couple);
  return rows.map((row) => ({
    row, columns: order,
    id: `${row.post.id} ${key}`,
    prompt: wordsToText(row.post.words),
    responses: [wordsToText(row.answers[order[0]]?.words ?? []), wordsToText(row.answers[order[1]]?.words ?? [])],
    people: goldOutcome(row, { a: order[0], b: order[1] }),
  }));
}

/** Where the visitor stands. */
export function compareBallot(pairs: readonly ComparePair[], votes: readonly Vote[]): Ballot {
  return ballotOf(pairs, votes, false);
}

export interface Tally {
  /** Votes on posts, without skipped ones. */
  readonly votes: number;
  readonly bothBad: number;
  /** Share of votes for column a, ties and both bad half, with its Wilson interval; absent before the first vote. */
  readonly winRate?: Estimate;
  /** Share of votes for the response with more gold utility, where neither the vote nor gold is a tie. */
  readonly gold?: Estimate;
}

/** What the votes on the pairs at hand say of column a. */
export function tallyOf(pairs: readonly ComparePair[], votes: readonly Vote[], { a }: Couple): Tally {
  const byId = new Map(pairs.map((pair) => [pair.id, pair]));
  const labels = labelsOfVotes(pairs, votes);
  const forA = labels.map(({ pairId, pA }) => (byId.get(pairId)?.columns[0] === a ? pA : 1 - pA));
  const agreed = labels.flatMap(({ pairId, pA }) => {
    const gold = byId.get(pairId)?.people ?? 0.5;
    return gold === 0.5 || pA === 0.5 ? [] : [Number(pA > 0.5 === gold > 0.5)];
  });
  return {
    votes: labels.length,
    bothBad: labels.filter(({ rationale }) => rationale !== undefined).length,
    ...(forA.length > 0 ? { winRate: shareEstimate(forA, 'posts') } : {}),
    ...(agreed.length > 0 ? { gold: shareEstimate(agreed, 'posts') } : {}),
  };
}

/** Most votes that are kept for a couple, and most couples. */
const MOST_VOTES = 4000;
const MOST_COUPLES = 30;

/** Votes by couple. */
export type KeptVotes = Readonly<Record<string, readonly Vote[]>>;

/** Ids are those of `comparePairs`. */
const keptSchema = z.record(z.string().max(400), z.array(voteSchema.extend({ pairId: z.string().min(1).max(500) })).max(MOST_VOTES));
const KEY = 'compare-votes';

/** The votes with those of one couple changed; where couples are too many, the one that began first is forgotten. */
export function withVotes(kept: KeptVotes, key: string, votes: readonly Vote[]): KeptVotes {
  const { [key]: _before, ...others } = kept;
  const entries = Object.entries(others).slice(-(MOST_COUPLES - 1));
  return Object.fromEntries(votes.length > 0 ? [...entries, [key, votes.slice(-MOST_VOTES)]] : entries);
}

/** The votes of this session. @param items of the session; votes count in memory alone where it gives none */
export function loadVotes(items: () => Pick<Storage, 'getItem'>): KeptVotes {
  try {
    const found = keptSchema.safeParse(JSON.parse(items().getItem(KEY) ?? '{}'));
    return found.success ? found.data : {};
  } catch {
    // No storage in this browser, or something else was left there: there are no votes.
    return {};
  }
}

/** @returns false where the browser keeps nothing */
export function saveVotes(items: () => Pick<Storage, 'setItem'>, kept: KeptVotes): boolean {
  try {
    items().setItem(KEY, JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}
