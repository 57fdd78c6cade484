// Reward-model ensembles: one score from the scores of k reward models that differ in their seed only
//   mean     mean_i r_i
//   WCO      min_i r_i                              worst-case optimisation
//   UWO      mean_i r_i - lambda var_i r_i          uncertainty-weighted optimisation
// Coste et al. 2023 (arXiv 2310.02743), section 3. The variance is that of the k scores of one response, divided by k
// (the authors' code: np.var), not a standard deviation. The mean alone is not conservative; the other two are.
// The scores of the models have to be on one scale before: a reward model's zero and unit are its own.

import type { ExperimentConfig } from '../core/config';
import { mean } from '../core/stats';

/** Scores of N responses by k models: k arrays of N. At least one model. */
export type EnsembleScores = readonly ArrayLike<number>[];

/** How the scores of the models become one: the mean, WCO and UWO. */
export type Combination = ExperimentConfig['rewardModel']['combine'];

/**
 * One score of each response. [N]
 * @param lambda weight of the variance, 0 or more; `uncertainty` alone reads it.
 */
export function combine(combination: Combination, scores: EnsembleScores, lambda: number): Float32Array {
  switch (combination) {
    case 'mean':
      return meanScore(scores);
    case 'worst':
      return worstCaseScore(scores);
    case 'uncertainty':
      return uncertaintyWeightedScore(scores, lambda);
  }
}

/** Mean score of each response. [N] */
export function meanScore(scores: EnsembleScores): Float32Array {
  return eachResponse(scores, mean);
}

/** Lowest score of each response, WCO. [N] */
export function worstCaseScore(scores: EnsembleScores): Float32Array {
  return eachResponse(scores, (own) => Math.min(...own));
}

/**
 * Mean less lambda times the variance of each response's scores, UWO. [N]
 * @param lambda 0 or more; the paper's best-of-n takes 0.5, its PPO 0.1, for scores of unit variance.
 */
export function uncertaintyWeightedScore(scores: EnsembleScores, lambda: number): Float32Array {
  return eachResponse(scores, (own) => mean(own) - lambda * variance(own));
}

/** How far the models are apart on each response: the variance of its k scores, divided by k. [N] */
export function disagreement(scores: EnsembleScores): Float32Array {
  return eachResponse(scores, variance);
}

/** @throws RangeError without a model, or where the models scored different numbers of responses. */
function eachResponse(scores: EnsembleScores, summary: (own: readonly number[]) => number): Float32Array {
  const responses = scores[0]?.length;
  if (responses === undefined || scores.some((own) => own.length !== responses)) {
    throw new RangeError('an ensemble needs at least one model, and scores of the same responses from each');
  }
  return Float32Array.from({ length: responses }, (_, i) => summary(scores.map((own) => own[i]!)));
}

function variance(values: readonly number[]): number {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
}
