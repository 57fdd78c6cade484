import type { HumanPair } from '../core/humanPairs';
import type { LabelerInfo } from '../core/labReport';
import type { Label } from '../core/preferences';
import { hashString, PURPOSE, randomU32, streamKey } from '../core/rng';
import { z } from '../core/zod';

/** The visitor's own votes: which question comes next, and what the votes say as labels. */

const ANSWERS = ['first', 'second', 'tie', 'bad', 'skip'] as const;
/** The response shown first (on the left) or second is better; neither; both are bad; ask again at the end. */
export type VoteAnswer = (typeof ANSWERS)[number];

export const voteSchema = z.strictObject({
  /** Place in the record, over all pairs. */
  order: z.number().int().min(0),
  pairId: z.string().min(1).max(64),
  /** 0 where the pair was asked for the first time, 1 where it came back with its sides swapped. */
  showing: z.union([z.literal(0), z.literal(1)]),
  /** Index of the response that was shown first. */
  first: z.union([z.literal(0), z.literal(1)]),
  answer: z.enum(ANSWERS),
  /** Milliseconds from the question to the answer; absent where the reader was away. */
  latencyMs: z.number().min(0).max(1e9).optional(),
});
/** One answer of the visitor. */
export type Vote = z.infer<typeof voteSchema>;

/** One pair as it is shown. */
export interface Question {
  readonly pair: HumanPair;
  readonly showing: 0 | 1;
  /** Index of the response that is shown first. */
  readonly first: 0 | 1;
}

export interface Ballot {
  /** Undefined where there is nothing more to ask. */
  readonly question: Question | undefined;
  /** Questions answered, of all. */
  readonly answered: number;
  readonly total: number;
  /** Ids of pairs that will not be asked again: what others said of them can be shown. */
  readonly settled: ReadonlySet<string>;
}

export const YOU: LabelerInfo = {
  id: 'you',
  name: 'you',
  kind: 'you',
  origin: 'Votes given on this screen, blind and with shuffled sides; every eighth pair was asked again with its sides swapped.',
};
/** Fewest labels that are shown in the table: below, intervals are too wide to say anything. */
export const MIN_VOTED = 20;

/** Every so many pairs, one is asked again, after as many further pairs. */
const REPEAT_EVERY = 8;
/** Fewest answers between a pair and its repetition: right after, it would be remembered. */
const REPEAT_GAP = 4;
/** An answer that took longer was not thought about all the while. */
const AWAY_MS = 5 * 60_000;

const SIDES = streamKey(0, PURPOSE.shuffle, hashString('you'));

/** Which response is shown first: a coin flip keyed by the pair's id, the other one when the pair comes back. */
export function shownFirst(pairId: string, showing: 0 | 1): 0 | 1 {
  const coin = randomU32(SIDES, hashString(pairId), 0) & 1;
  return coin === showing ? 0 : 1;
}

const keyOf = (pairId: string, showing: 0 | 1): string => `${showing} ${pairId}`;

/** All questions in the order in which they are asked as long as none is skipped. */
function scheduleOf(pairs: readonly HumanPair[], repeats: boolean): Question[] {
  const ask = (pair: HumanPair, showing: 0 | 1): Question => ({ pair, showing, first: shownFirst(pair.id, showing) });
  const repeated = pairs.flatMap((pair, i) => (repeats && i % REPEAT_EVERY === 0 && i + REPEAT_GAP < pairs.length ? [{ pair, i }] : []));
  const questions = pairs.flatMap((pair, i) => [
    ask(pair, 0),
    ...repeated.filter((one) => one.i + REPEAT_EVERY === i).map((one) => ask(one.pair, 1)),
  ]);
  return [...questions, ...repeated.filter(({ i }) => i + REPEAT_EVERY >= pairs.length).map(({ pair }) => ask(pair, 1))];
}

/**
 * Where the visitor stands: a function of pairs and votes alone, so that leaving out the last vote undoes it. A skipped
 * question comes back at the end. @param votes of any pairs, in their order. @param repeats whether pairs come back with
 * their sides swapped: not where a vote reveals whose responses they were.
 */
export function ballotOf(pairs: readonly HumanPair[], votes: readonly Vote[], repeats = true): Ballot {
  const schedule = scheduleOf(pairs, repeats);
  const asked = new Set(schedule.map(({ pair, showing }) => keyOf(pair.id, showing)));
  const answeredAt = new Map<string, number>();
  const skippedAt = new Map<string, number>();
  votes.forEach(({ pairId, showing, answer }, i) => {
    const key = keyOf(pairId, showing);
    if (!asked.has(key)) return;
    if (answer === 'skip') skippedAt.set(key, i);
    else if (!answeredAt.has(key)) answeredAt.set(key, answeredAt.size);
  });
  const open = schedule.filter(({ pair, showing }) => {
    if (answeredAt.has(keyOf(pair.id, showing))) return false;
    if (showing === 0) return true;
    const before = answeredAt.get(keyOf(pair.id, 0));
    return before !== undefined && answeredAt.size - 1 - before >= REPEAT_GAP;
  });
  const skipped = ({ pair, showing }: Question): number => skippedAt.get(keyOf(pair.id, showing)) ?? -1;
  // Sorting is stable: what was never skipped stays in the order of the schedule, and comes first.
  const [question] = [...open].sort((a, b) => skipped(a) - skipped(b));
  const comesBack = (id: string): boolean =>
    question !== undefined && asked.has(keyOf(id, 1)) && !answeredAt.has(keyOf(id, 1));
  return {
    question,
    answered: answeredAt.size,
    total: schedule.length,
    settled: new Set(pairs.flatMap(({ id }) => (answeredAt.has(keyOf(id, 0)) && !comesBack(id) ? [id] : []))),
  };
}

/** The answer to a question, for the record. */
export function toVote({ pair, showing, first }: Question, answer: VoteAnswer, latencyMs: number, order: number): Vote {
  return {
    order, pairId: pair.id, showing, first, answer,
    ...(latencyMs <= AWAY_MS ? { latencyMs: Math.max(0, Math.round(latencyMs)) } : {}),
  };
}

/** Probability that the response shown first is better: neither and both bad are ties. */
const SHOWN_FIRST_BETTER = { first: 1, second: 0, tie: 0.5, bad: 0.5 } as const;

type Answered = Vote & { readonly answer: keyof typeof SHOWN_FIRST_BETTER };
const isAnswered = (vote: Vote): vote is Answered => vote.answer !== 'skip';

/**
 * Votes as labels, in the order of the pairs. A pair that was asked twice has both answers in `raw`, one an order, and
 * their mean in pA; its time is the mean of the two. "Both bad" is a tie whose rationale says so.
 */
export function labelsOfVotes(pairs: readonly HumanPair[], votes: readonly Vote[]): Label[] {
  const byPair = new Map<string, Answered[]>();
  for (const vote of votes.filter(isAnswered)) {
    const said = byPair.get(vote.pairId) ?? [];
    // Two windows may have asked the same question: the first answer counts.
    if (!said.some(({ showing }) => showing === vote.showing)) byPair.set(vote.pairId, [...said, vote]);
  }
  return pairs.flatMap(({ id }): Label[] => {
    const said = byPair.get(id);
    if (!said) return [];
    const firstBetter = ({ answer }: Answered): number => SHOWN_FIRST_BETTER[answer];
    const forA = said.map((vote) => (vote.first === 0 ? firstBetter(vote) : 1 - firstBetter(vote)));
    const pA = forA.reduce((sum, share) => sum + share, 0) / forA.length;
    const byOrder = ([0, 1] as const).flatMap((first) => said.filter((vote) => vote.first === first).map(firstBetter));
    const times = said.flatMap(({ latencyMs }) => (latencyMs === undefined ? [] : [latencyMs]));
    return [{
      pairId: id, labeler: YOU.id, pA, parsed: true,
      raw: said.length === 2 ? byOrder : [pA],
      ...(said.some(({ answer }) => answer === 'bad') ? { rationale: 'Both bad.' } : {}),
      ...(times.length > 0 ? { latencyMs: times.reduce((sum, time) => sum + time, 0) / times.length } : {}),
    }];
  });
}
