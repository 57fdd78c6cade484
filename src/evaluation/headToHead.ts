/**
 * Which arms differ, over all head-to-heads at once. Each is a two-sided sign test, paired by post: of the posts that are
 * not tied, the number won is Binomial(decided, 1/2) where the arms are equally good, and
 *
 *     p = min(1, 2 P(X >= max(wins, losses)))
 *
 * Of m tests at 5% one in twenty would be "significant" by luck, so the p-values are adjusted as in Holm 1979 (Scand. J.
 * Stat. 6(2)): sorted, p~_(i) = max over j <= i of min(1, (m - j + 1) p_(j)). Rejecting where p~ < alpha keeps the
 * probability of one false mark or more among all m under alpha, whatever the tests have to do with each other.
 *
 * Ties are left out of the test, while the win rate beside it counts them half. The posts are the sample: another seed's
 * training is another pair of policies, of which a p-value says nothing.
 */
import type { Estimate } from '../core/bundle';
import { shareEstimate } from './estimate';
import type { Verdict } from './verdicts';
import type { Bout } from './winRate';

/** Marks are set where the adjusted p-value is under this. */
export const SIGNIFICANCE = 0.05;

/** Two arms on the same posts. */
export interface Opponents {
  readonly a: string;
  readonly b: string;
  /** Of every post, the ties too. `outcome` is 1 where a won. */
  readonly bouts: readonly Pick<Bout, 'outcome'>[];
}

export interface HeadToHeadRow {
  readonly a: string;
  readonly b: string;
  /** Share of posts won by a, ties half; Wilson interval. */
  readonly raw: Estimate;
  /** Posts that were not tied: those the test is of. */
  readonly decided: number;
  /** Of "the win rate is 1/2", two-sided. */
  readonly p: number;
  /** The same, adjusted for all comparisons (Holm). */
  readonly pAdjusted: number;
  /** Whether the adjusted p-value is under `alpha`. */
  readonly significant: boolean;
}

/** All comparisons of a matrix. */
export interface HeadToHead {
  /** In the order given. */
  readonly comparisons: readonly HeadToHeadRow[];
  /** How many comparisons the p-values were adjusted for. */
  readonly count: number;
  readonly alpha: number;
}

/**
 * Two-sided exact binomial test of probability 1/2. 1 where nothing was decided.
 * @throws RangeError unless both are whole numbers of 0 or more.
 */
export function signTest(wins: number, losses: number): number {
  if (![wins, losses].every((count) => Number.isInteger(count) && count >= 0)) {
    throw new RangeError(`no counts: ${wins} wins, ${losses} losses`);
  }
  const [n, most] = [wins + losses, Math.max(wins, losses)];
  // P(X = most) in logarithms, since 2^-n underflows; the terms above it fall off from there by their ratios.
  let logTerm = -n * Math.LN2;
  for (let i = 1; i <= n - most; i++) logTerm += Math.log((most + i) / i);
  let [tail, ratio] = [0, 1];
  for (let k = most; k <= n; k++) {
    tail += ratio;
    ratio *= (n - k) / (k + 1);
  }
  return Math.min(1, 2 * Math.exp(logTerm) * tail);
}

/** Holm's adjusted p-values, in the order given. @throws RangeError outside 0..1. */
export function holm(pValues: readonly number[]): number[] {
  if (!pValues.every((p) => p >= 0 && p <= 1)) throw new RangeError('a p-value outside 0..1');
  const order = pValues.map((_, i) => i).sort((i, j) => pValues[i]! - pValues[j]!);
  const adjusted = new Array<number>(pValues.length);
  let highest = 0;
  order.forEach((index, rank) => {
    highest = Math.max(highest, Math.min(1, (pValues.length - rank) * pValues[index]!));
    adjusted[index] = highest;
  });
  return adjusted;
}

/**
 * Tests every comparison and adjusts for all of them.
 * @throws RangeError on a comparison without posts, of an arm with itself, or given twice, which would count double.
 */
export function headToHead(opponents: readonly Opponents[]): HeadToHead {
  const seen = new Set<string>();
  for (const { a, b } of opponents) {
    const couple = JSON.stringify([a, b].sort());
    if (a === b || seen.has(couple)) throw new RangeError(`${a} against ${b} is no new comparison`);
    seen.add(couple);
  }
  const tested = opponents.map(({ a, b, bouts }) => {
    const count = (verdict: Verdict): number => bouts.filter(({ outcome }) => outcome === verdict).length;
    const [wins, losses] = [count(1), count(0)];
    const raw = shareEstimate(bouts.map(({ outcome }) => outcome), 'posts');
    return { a, b, raw, decided: wins + losses, p: signTest(wins, losses) };
  });
  const adjusted = holm(tested.map(({ p }) => p));
  return {
    comparisons: tested.map((row, i) => ({ ...row, pAdjusted: adjusted[i]!, significant: adjusted[i]! < SIGNIFICANCE })),
    count: tested.length,
    alpha: SIGNIFICANCE,
  };
}
