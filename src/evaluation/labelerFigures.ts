import type { Estimate } from '../core/bundle';
import type { HumanPair } from '../core/humanPairs';
import type { LabelerFigures, ReliabilityBin } from '../core/labReport';
import type { Label } from '../core/preferences';
import { bootstrapInterval } from '../core/stats';
import { countWords } from '../core/text';
import { positionBias, TIE } from './alignment';
import { meanEstimate, shareEstimate } from './estimate';

/** Labels of one labeler or of people, as far as their preferences go. */
type Opinion = Pick<Label, 'pairId' | 'pA' | 'parsed'>;

/** The side picked: 1 for the first response, 0 for the second, 1/2 for neither. */
export function pick(p: number): 0 | 0.5 | 1 {
  return Math.abs(p - 0.5) < TIE ? 0.5 : p > 0.5 ? 1 : 0;
}

/** A reply that could not be read is a tie. */
const opinion = ({ pA, parsed }: Pick<Label, 'pA' | 'parsed'>): number => (parsed ? pA : 0.5);

/** Whether two picks are the same: 1, 0, or 1/2 where either is a tie. */
function alike(a: number, b: number): number {
  return a * b + (1 - a) * (1 - b);
}

/**
 * Cohen's kappa (1960): (p_o - p_e) / (1 - p_e), p_o the mean of `alike`, p_e what two raters who pick the first response
 * as often as these would reach by chance. A tie is half a pick of each side. Undefined where p_e is 1.
 */
function kappaOf(rows: ArrayLike<number>, a: ArrayLike<number>, b: ArrayLike<number>): number | undefined {
  let [observed, firstA, firstB] = [0, 0, 0];
  for (let i = 0; i < rows.length; i++) {
    const [x, y] = [a[rows[i]!]!, b[rows[i]!]!];
    observed += alike(x, y);
    firstA += x;
    firstB += y;
  }
  const n = rows.length;
  const expected = alike(firstA / n, firstB / n);
  return 1 - expected < TIE ? undefined : (observed / n - expected) / (1 - expected);
}

/**
 * Cohen's kappa with a percentile bootstrap interval over pairs. @param a picks of one rater: 1, 0, or 1/2; `b` of the
 * other, of the same pairs in the same order. @returns undefined where it is not defined, or in too many resamples.
 */
export function cohensKappa(a: readonly number[], b: readonly number[]): Estimate | undefined {
  const value = kappaOf(a.map((_, i) => i), a, b);
  if (value === undefined) return undefined;
  const ci = bootstrapInterval(a.length, (rows) => kappaOf(rows, a, b));
  return ci && { value, ci, n: a.length, over: 'pairs' };
}

/** Confidence of a label, max(pA, 1 - pA), in ten bins from 0.5 to 1. */
const BINS = 10;

export interface Calibration {
  readonly reliability: ReliabilityBin[];
  readonly ece: number;
  readonly brier: Estimate;
}

/**
 * Calibration of soft labels against people: reliability bins, the expected calibration error (Guo et al. 2017, arXiv
 * 1706.04599), sum over bins of n_bin / n |agreement - confidence|, and the mean squared difference to people (Brier 1950).
 * By confidence rather than by pA, so that it does not matter which response stands first.
 * @param labels probabilities that the first response is better. @param people 1, 0, or 1/2, of the same pairs.
 * @throws RangeError on fewer than two.
 */
export function calibration(labels: readonly number[], people: readonly number[]): Calibration {
  const bins = Array.from({ length: BINS }, () => ({ confidences: [] as number[], agreements: [] as number[] }));
  labels.forEach((p, i) => {
    const side = pick(p);
    const confidence = Math.max(p, 1 - p);
    // The slack keeps a confidence such as 0.55, which is a rounding error below the edge, in the bin it is written in.
    const index = Math.min(BINS - 1, Math.floor((confidence - 0.5) * 2 * BINS + TIE));
    bins[index]!.confidences.push(confidence);
    bins[index]!.agreements.push(alike(side, people[i]!));
  });
  const reliability = bins.flatMap(({ confidences, agreements }, i) => agreements.length === 0 ? [] : [{
    from: 0.5 + i / (2 * BINS),
    to: 0.5 + (i + 1) / (2 * BINS),
    confidence: confidences.reduce((sum, confidence) => sum + confidence, 0) / confidences.length,
    agreement: shareEstimate(agreements, 'pairs'),
  }]);
  const ece = reliability.reduce((sum, { agreement, confidence }) => sum + agreement.n * Math.abs(agreement.value - confidence), 0);
  return {
    reliability,
    ece: ece / labels.length,
    brier: meanEstimate(labels.map((p, i) => (p - people[i]!) ** 2), 'pairs'),
  };
}

/**
 * Of decided pairs whose responses differ in a measure, such as words, the share in which the one with more is picked.
 * @param opinions probabilities that the first response is better. @param measures of both responses.
 * @returns undefined where there is no such pair.
 */
export function prefersMore(
  opinions: readonly number[],
  measures: readonly (readonly [number, number])[],
): Estimate | undefined {
  const picks = opinions.flatMap((p, i) => {
    const [first, second] = measures[i]!;
    const side = pick(p);
    return side === 0.5 || first === second ? [] : [Number((side === 1) === first > second)];
  });
  return picks.length === 0 ? undefined : shareEstimate(picks, 'pairs');
}

/** What depends on the order of presentation. */
export type SwapFigures = Pick<LabelerFigures, 'samePick' | 'samePosition' | 'prefersFirst'>;

/** Of the labels asked in both orders; empty where none was. */
export function swapFigures(labels: readonly Pick<Label, 'raw'>[]): SwapFigures {
  const both = labels.filter(({ raw }) => raw.length === 2);
  if (both.length === 0) return {};
  const samePick = shareEstimate(both.map(({ raw }) => alike(pick(raw[0]!), 1 - pick(raw[1]!))), 'pairs');
  const { samePosition, prefersFirst } = positionBias(both);
  if (!samePosition || prefersFirst === undefined) return { samePick, ...(samePosition ? { samePosition } : {}) };
  const stuck = Math.round(samePosition.value * samePosition.n);
  const first = Math.round(prefersFirst * stuck);
  return { samePick, samePosition, prefersFirst: shareEstimate(Array.from({ length: stuck }, (_, i) => Number(i < first)), 'pairs') };
}

/** Mean of those that are known, undefined where none is. */
export function meanOfKnown(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Drops what is undefined, so that a figure without an answer is absent. */
export function present<T extends object>(values: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** @throws RangeError on a label of no given pair, and on two of one pair. */
function byPair(pairs: readonly HumanPair[], labels: readonly Label[]): { pair: HumanPair; label: Label }[] {
  const pairOf = new Map(pairs.map((pair) => [pair.id, pair]));
  const seen = new Set<string>();
  return labels.map((label) => {
    const pair = pairOf.get(label.pairId);
    if (!pair) throw new RangeError(`a label is of pair ${label.pairId}, which is not among the pairs`);
    if (seen.has(label.pairId)) throw new RangeError(`two labels are of pair ${label.pairId}`);
    seen.add(label.pairId);
    return { pair, label };
  });
}

/**
 * The figures of one labeler, over the pairs that it labelled. Agreement, kappa and the picks are of the argmax on both
 * sides, ties half; calibration is of the soft label against the share of people. Definitions in docs/metrics.md.
 * @param pairs all pairs. @param labels of one labeler, in any order, one a pair at most.
 * @throws RangeError on fewer than two labels, on a label of no given pair, and on two of one pair.
 */
export function labelerFigures(pairs: readonly HumanPair[], labels: readonly Label[]): LabelerFigures {
  if (labels.length < 2) throw new RangeError('figures need two labels or more');
  const judged = byPair(pairs, labels);
  const people = judged.map(({ pair }) => pair.people);
  const opinions = labels.map(opinion);
  const lengths = judged.map(({ pair }) => [countWords(pair.responses[0]), countWords(pair.responses[1])] as const);
  const [own, theirs] = [opinions.map(pick), people.map(pick)];
  const cost = meanOfKnown(labels.map((label) => label.costUsd));
  const latency = meanOfKnown(labels.map((label) => label.latencyMs));
  return {
    n: labels.length,
    parsed: labels.filter((label) => label.parsed).length / labels.length,
    agreement: shareEstimate(own.map((side, i) => alike(side, theirs[i]!)), 'pairs'),
    ...swapFigures(labels),
    ...calibration(opinions, people),
    ...present({
      kappa: cohensKappa(own, theirs),
      prefersLonger: prefersMore(opinions, lengths),
      peoplePreferLonger: prefersMore(people, lengths),
      costPer1000: cost === undefined ? undefined : 1000 * cost,
      // A thousand times the mean of milliseconds is the same number of seconds.
      secondsPer1000: latency,
    }),
  };
}

/** One who judged, and their judgements. */
export interface Judge {
  /** A labeler's id, or `people`. */
  readonly id: string;
  readonly labels: readonly Opinion[];
}

/** What people said, as a judge among the others. */
export function peopleAsJudge(pairs: readonly HumanPair[]): Judge {
  return { id: 'people', labels: pairs.map(({ id, people }) => ({ pairId: id, pA: people, parsed: true })) };
}

export interface AgreementMatrix {
  /** Ids of the judges, in the order of rows and of columns. */
  readonly judges: readonly string[];
  /** Agreement over the pairs that both judged; undefined on the diagonal and where there are none. */
  readonly cells: readonly (readonly (Estimate | undefined)[])[];
}

/** How often each two judges pick the same response, ties half. */
export function agreementMatrix(judges: readonly Judge[]): AgreementMatrix {
  const picks = judges.map(({ labels }) => new Map(labels.map((label) => [label.pairId, pick(opinion(label))])));
  const between = (a: number, b: number): Estimate | undefined => {
    if (a === b) return undefined;
    const outcomes = [...picks[a]!].flatMap(([pairId, side]) => {
      const other = picks[b]!.get(pairId);
      return other === undefined ? [] : [alike(side, other)];
    });
    return outcomes.length === 0 ? undefined : shareEstimate(outcomes, 'pairs');
  };
  return { judges: judges.map(({ id }) => id), cells: judges.map((_, a) => judges.map((__, b) => between(a, b))) };
}

export interface Dispute {
  readonly pairId: string;
  /** Probability that two of the judges, drawn at random, pick differently, 0..1. */
  readonly disagreement: number;
  /** pA of each judge of the pair, by id. */
  readonly opinions: Readonly<Record<string, number>>;
}

/**
 * The pairs that divide the judges most, the most disputed first: over all couples of judges of a pair, the mean of
 * 1 - [p q + (1 - p)(1 - q)], p and q their soft labels. Pairs that fewer than two judged are left out; equally disputed
 * ones keep the order of the first judge's labels.
 */
export function mostDisputed(judges: readonly Judge[], count: number): Dispute[] {
  const opinions = new Map<string, Map<string, number>>();
  for (const { id, labels } of judges) {
    for (const label of labels) {
      const ofPair = opinions.get(label.pairId) ?? new Map<string, number>();
      opinions.set(label.pairId, ofPair.set(id, opinion(label)));
    }
  }
  const disputes = [...opinions].filter(([, ofPair]) => ofPair.size >= 2).map(([pairId, ofPair]) => {
    const values = [...ofPair.values()];
    let sum = 0;
    values.forEach((p, i) => values.slice(i + 1).forEach((q) => (sum += 1 - alike(p, q))));
    const couples = (values.length * (values.length - 1)) / 2;
    return { pairId, disagreement: sum / couples, opinions: Object.fromEntries(ofPair) };
  });
  return disputes.sort((a, b) => b.disagreement - a.disagreement).slice(0, count);
}
