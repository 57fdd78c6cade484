// Preference strength: what an ensemble of M reward models makes of the label of each pair
//   d_im = r_m(w) - r_m(l),   mu_i = mean_m d_im,   sigma_i = sqrt( mean_m (d_im - mu_i)^2 )
// w is the response that the label prefers, l the other. Wang et al. 2024, Secrets of RLHF part II (arXiv 2401.06080),
// section 2.2, equation 4 (M = 10, one set of pairs, each model in an order of its own). Pairs of mu < 0 are mostly
// mislabelled, pairs of mu near 0 ambiguous.
//   flip     the labels of the lowest share by mu are turned round                    section 2.4.1, share 0.2
//   drop     these pairs are left out
//   soft     every label becomes mean_m sigma(r_m(a) - r_m(b))
//   margin   every pair gets the margin max(0, mu_i): L = -log sigma(r_w - r_l - mu)  equation 6
// Departures: a margin is never below 0, where the paper's follows mu below it and so asks for less than no lead; `drop`
// is no method of theirs, but follows from their finding that models learn worse from these pairs; `soft` takes the
// ensemble's own belief for all pairs, where they smooth labels by a constant (`labelSmoothing` of the reward model).
//
// A model that trained on a pair has been pulled towards its label, and the more often it saw the pair the more: mu is
// then too high, most of all where the label is wrong. Few epochs keep this small. Cross-fitting avoids it: each model
// trains on some folds and judges the others only, and a row of margins is put together from the folds.

import type { ExperimentConfig } from '../core/config';
import { mean } from '../core/stats';
import type { LabelledPair } from './rewardModel';

export interface PreferenceStrength {
  /** mu: by how much the label's response leads, in units of the reward; below 0 where the models contradict the label. */
  readonly mean: number;
  /** sigma: how far the models are apart, in units of the reward; the variance is divided by M. */
  readonly deviation: number;
  /** Mean over the models of sigma(r_a - r_b): the ensemble's P(responses[0] is better), 0..1. */
  readonly pA: number;
}

/**
 * Strength of each pair's label. A label of exactly 1/2 prefers neither, and its mean is 0.
 * @param margins r_a - r_b of N pairs by M models (`scoreMargins`): M arrays of N. The models' units have to be alike,
 *   which those of one architecture that learned from the same pairs are about.
 * @param pA [N] the labels: probability that responses[0] is better.
 * @throws RangeError without a model, or where a model did not judge each of the pairs.
 */
export function preferenceStrength(margins: readonly ArrayLike<number>[], pA: ArrayLike<number>): PreferenceStrength[] {
  if (margins.length === 0 || margins.some((own) => own.length !== pA.length)) {
    throw new RangeError('preference strength needs at least one model, and a margin from each for every pair');
  }
  return Array.from(pA, (label, i) => {
    const own = margins.map((model) => model[i]!);
    const centre = mean(own);
    return {
      mean: label === 0.5 ? 0 : label > 0.5 ? centre : -centre,
      deviation: Math.sqrt(mean(own.map((margin) => (margin - centre) ** 2))),
      pA: mean(own.map((margin) => 1 / (1 + Math.exp(-margin)))),
    };
  });
}

/** What is done with weak pairs, see above. */
export type StrengthTreatment = ExperimentConfig['data']['strength'];

export interface StrengthOptions {
  readonly treatment: StrengthTreatment;
  /** Share of the pairs that count as weak, 0..1, to the nearest pair; `drop` and `flip` alone read it. */
  readonly share: number;
}

export interface TreatedPairs<Pair extends LabelledPair = LabelledPair> {
  /** In the order they came in. */
  readonly pairs: Pair[];
  /** Pairs that were dropped, or whose label or margin is another now. */
  readonly changed: number;
}

/**
 * Treats pairs by the strength of their labels, see above. Of pairs of the same strength the earlier counts as weaker.
 * @param strengths of the pairs, in their order.
 * @throws RangeError where there are not as many strengths as pairs.
 */
export function applyStrength<Pair extends LabelledPair>(
  pairs: readonly Pair[],
  strengths: readonly PreferenceStrength[],
  { treatment, share }: StrengthOptions,
): TreatedPairs<Pair> {
  if (strengths.length !== pairs.length) throw new RangeError(`${strengths.length} strengths for ${pairs.length} pairs`);
  if (treatment === 'keep') return { pairs: pairs.slice(), changed: 0 };
  const weak = weakest(strengths, share);
  if (treatment === 'drop') return { pairs: pairs.filter((_, i) => !weak.has(i)), changed: weak.size };
  const treated = pairs.map((pair, i): Pair => {
    switch (treatment) {
      case 'flip':
        return weak.has(i) ? { ...pair, pA: 1 - pair.pA } : pair;
      case 'soft':
        return { ...pair, pA: strengths[i]!.pA };
      case 'margin':
        return { ...pair, margin: Math.max(0, strengths[i]!.mean) };
    }
  });
  const differs = ({ pA, margin = 0 }: LabelledPair, i: number): boolean =>
    pA !== pairs[i]!.pA || margin !== (pairs[i]!.margin ?? 0);
  return { pairs: treated, changed: treated.filter(differs).length };
}

/** Indices of the share of lowest mean. */
function weakest(strengths: readonly PreferenceStrength[], share: number): ReadonlySet<number> {
  const order = strengths.map((_, i) => i).sort((a, b) => strengths[a]!.mean - strengths[b]!.mean);
  return new Set(order.slice(0, Math.round(share * strengths.length)));
}
