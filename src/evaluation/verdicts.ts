/**
 * Who is right about two responses to one post: a jury of fresh annotators, or gold utility. A verdict is 1 (a better),
 * 0 (b better) or 0.5 (tie), and one rule holds for all of them: whoever values both the same counts half for each. Two
 * equal texts are the plain case of it.
 */
import { PURPOSE, Stream, hashString, streamKey } from '../core/rng';
import type { Reader, Task, UtilityWeights } from '../tasks/types';
import { UTILITY_TIE, drawReaders, preference, utility, type Facts, type Findings } from '../tasks/utility';

export type Verdict = 0 | 0.5 | 1;

/** Two responses to one post. */
export interface Contest {
  /** Of the post or the pair; the jury's random numbers are keyed by it. */
  readonly id: string;
  readonly prompt: Facts;
  readonly a: Findings;
  readonly b: Findings;
}

/** Annotators who labelled nothing in the run. Who sits and how they vote depends on seed, size and contest alone. */
export interface Jury {
  readonly task: Pick<Task, 'reader'>;
  /** Annotators per contest. */
  readonly size: number;
  readonly seed: number;
  /** The visitor's factors, `config.gold`. */
  readonly factors: UtilityWeights;
}

/** Of two utilities: within the tolerance of rounding they are a tie. */
export function compare(a: number, b: number): Verdict {
  return Math.abs(a - b) < UTILITY_TIE ? 0.5 : a > b ? 1 : 0;
}

/** By gold utility. @param weights effective weights: the task's times the visitor's factors. */
export function goldVerdict({ prompt, a, b }: Contest, weights: UtilityWeights): Verdict {
  return compare(utility(prompt, a, weights), utility(prompt, b, weights));
}

/** By the majority of the jury's votes. */
export function juryVerdict(contest: Contest, jury: Jury): Verdict {
  return compare(juryVotes(contest, jury), jury.size / 2);
}

/** Votes for a, ties half; each is a draw from the annotator's Bradley-Terry preference. 0..size */
export function juryVotes(contest: Contest, jury: Jury): number {
  const stream = new Stream(streamKey(jury.seed, PURPOSE.evaluation, hashString(contest.id), jury.size));
  const readers = drawReaders(jury.task, 'fresh', jury.size, stream, jury.factors);
  return readers.reduce((sum, reader) => sum + vote(reader, contest, stream.unit()), 0);
}

function vote(reader: Reader, { prompt, a, b }: Contest, unit: number): Verdict {
  const probability = preference(reader, prompt, a, b);
  // A tie of utilities is a preference of 1/2, and nothing else is: a reader's scale is not 0.
  if (Math.abs(probability - 0.5) < UTILITY_TIE) return 0.5;
  return unit < probability ? 1 : 0;
}

/** Annotators drawn per pair to measure agreement: many, since the rate is an expectation over them. */
const AGREEMENT_READERS = 8;

/**
 * Probability that two different annotators, drawn at random, prefer the same response of a pair: the mean of
 * p_i p_j + (1 - p_i)(1 - p_j) over ordered couples of the drawn annotators. 1/2 where both are worth the same to them.
 */
export function agreementProbability({ id, prompt, a, b }: Contest, { task, seed, factors }: Omit<Jury, 'size'>): number {
  const stream = new Stream(streamKey(seed, PURPOSE.evaluation, hashString(id), 0));
  const readers = drawReaders(task, 'fresh', AGREEMENT_READERS, stream, factors);
  let [sum, squares] = [0, 0];
  for (const reader of readers) {
    const probability = preference(reader, prompt, a, b);
    sum += probability;
    squares += probability * probability;
  }
  const m = AGREEMENT_READERS;
  // sum over i != j of p_i p_j = sum^2 - squares; the same of 1 - p.
  const both = sum * sum - squares;
  const neither = (m - sum) ** 2 - (m - 2 * sum + squares);
  return (both + neither) / (m * (m - 1));
}
