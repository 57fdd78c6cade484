import type { WinRate } from '../core/bundle';
import type { Label } from '../core/preferences';
import { bootstrapInterval, logisticRegression, sigmoid } from '../core/stats';
import type { UtilityWeights } from '../tasks/types';
import { shareEstimate } from './estimate';
import { goldVerdict, juryVerdict, type Contest, type Jury, type Verdict } from './verdicts';

/** A post that A won (1), lost (0) or tied (0.5), with the lengths of both responses. */
export interface Bout {
  readonly outcome: Verdict;
  readonly wordsA: number;
  readonly wordsB: number;
}

/** Win rate of A over B by the majority of fresh annotators, paired by post. @throws RangeError on no posts. */
export function winRateByJury(contests: readonly Contest[], jury: Jury, circular = false): WinRate {
  const judge = jury.size === 1 ? 'one fresh annotator' : `majority of ${jury.size} fresh annotators`;
  return winRate(boutsByJury(contests, jury), judge, circular);
}

/** Win rate of A over B by gold utility, paired by post. @throws RangeError on no posts. */
export function winRateByGold(contests: readonly Contest[], weights: UtilityWeights, circular = false): WinRate {
  return winRate(contests.map((contest) => toBout(contest, goldVerdict(contest, weights))), 'gold utility', circular);
}

/**
 * Win rate of A over B by a model's labels of the same contests: its pick by P(a is better), 1/2 and what could not be read
 * counting half. @throws RangeError on no posts.
 */
export function winRateByLabels(
  contests: readonly Contest[], labels: readonly Pick<Label, 'pA' | 'parsed'>[], judge: string, circular: boolean,
): WinRate {
  return winRate(contests.map((contest, i) => toBout(contest, pickOf(labels[i]!))), judge, circular);
}

function pickOf({ pA, parsed }: Pick<Label, 'pA' | 'parsed'>): Verdict {
  if (!parsed || pA === 0.5) return 0.5;
  return pA > 0.5 ? 1 : 0;
}

/** The outcomes of contests by the majority of fresh annotators. */
export function boutsByJury(contests: readonly Contest[], jury: Jury): Bout[] {
  return contests.map((contest) => toBout(contest, juryVerdict(contest, jury)));
}

function toBout({ a, b }: Contest, outcome: Verdict): Bout {
  return { outcome, wordsA: a.words, wordsB: b.words };
}

/**
 * Raw and length-controlled win rate. Raw: share of posts won, ties count half, Wilson interval. Length-controlled, as
 * in Lee et al. 2023 (arXiv 2309.00267), appendix on length: logistic regression of the outcome on length A / length B,
 * read off at a ratio of 1; percentile bootstrap over posts. Departure: length in words, not characters.
 */
export function winRate(bouts: readonly Bout[], judge: string, circular: boolean): WinRate {
  const raw = shareEstimate(bouts.map((bout) => bout.outcome), 'posts');
  const controlled = atEqualLength(bouts);
  return {
    raw,
    ...(controlled.ok
      ? { lengthControlled: { value: controlled.value, ci: controlled.ci, n: bouts.length, over: 'posts' as const } }
      : { note: `No win rate at equal length: ${controlled.reason}.` }),
    judge,
    circular,
  };
}

type AtEqualLength =
  | { readonly ok: true; readonly value: number; readonly ci: [number, number] }
  | { readonly ok: false; readonly reason: string };

function atEqualLength(bouts: readonly Bout[]): AtEqualLength {
  // Lengths are small whole numbers, so many bouts are alike: the regression runs over kinds of bouts with counts.
  const kinds = new Map<string, { readonly excess: number; readonly outcome: Verdict; readonly index: number }>();
  const kindOf = bouts.map(({ outcome, wordsA, wordsB }) => {
    // Ratio minus 1, so that the intercept is the answer. An empty response counts as one word.
    const excess = Math.max(1, wordsA) / Math.max(1, wordsB) - 1;
    const key = `${excess} ${outcome}`;
    const kind = kinds.get(key) ?? { excess, outcome, index: kinds.size };
    kinds.set(key, kind);
    return kind.index;
  });
  const excess = Float64Array.from(kinds.values(), (kind) => kind.excess);
  const outcomes = Float64Array.from(kinds.values(), (kind) => kind.outcome);
  const weights = new Float64Array(kinds.size);
  for (const kind of kindOf) weights[kind]!++;

  const fit = logisticRegression(excess, outcomes, { weights });
  if (!fit.ok) return { ok: false, reason: fit.reason };
  if (excess.every((x) => x > 0)) return { ok: false, reason: 'every response of the first arm is longer' };
  if (excess.every((x) => x < 0)) return { ok: false, reason: 'every response of the first arm is shorter' };
  const ci = bootstrapInterval(bouts.length, (rows) => {
    weights.fill(0);
    for (const row of rows) weights[kindOf[row]!]!++;
    const refit = logisticRegression(excess, outcomes, { weights, start: fit });
    return refit.ok ? sigmoid(refit.intercept) : undefined;
  });
  if (!ci) return { ok: false, reason: 'too many bootstrap resamples have no fit' };
  return { ok: true, value: sigmoid(fit.intercept), ci };
}
