/** Several responses to one prompt, held against each other: leave-one-out and group-relative advantages. */
import {
  div, exp, mean, minimum, mul, reshape, sub, sum, tensor2d, tidy,
  type Rank, type Scalar, type Tensor1D, type Tensor2D,
} from '@tensorflow/tfjs-core';
import { clippedSurrogate, importanceRatio, LOG_RATIO_LIMIT } from './ppo';

/**
 * RLOO's advantages: A_i = R_i - mean_{j != i} R_j over the k responses to one prompt, which is k / (k - 1) (R_i - mean R).
 * They add to zero in a group. Kool et al. 2019; Ahmadian et al. 2024 (arXiv 2402.14740), section 2.4.
 * @param rewards [B] rewards of responses; those to one prompt lie side by side.
 * @param groupSize k >= 2, divides B.
 * @returns [B]
 */
export function leaveOneOutAdvantages(rewards: Tensor1D, groupSize: number): Tensor1D {
  return tidy(() => {
    const groups = reshape<Rank.R2>(rewards, [rewards.shape[0] / groupSize, groupSize]);
    const centred = sub(groups, mean(groups, 1, true));
    return reshape<Rank.R1>(mul(centred, groupSize / (groupSize - 1)), rewards.shape);
  });
}

/** Added to a group's deviation, so that equal scores give no advantage instead of a division by zero (TRL's value). */
const DEVIATION_FLOOR = 1e-4;

/**
 * GRPO's advantages: A_i = (r_i - mean r) / (std r + 1e-4) within each group, with the sample deviation (divided by k - 1).
 * Shao et al. 2024 (arXiv 2402.03300), section 4.1.2. Without the division: Liu et al. 2025 (arXiv 2503.20783), Dr. GRPO.
 * @param scores [B] of responses; those to one prompt lie side by side.
 * @param groupSize k >= 2, divides B.
 */
export function groupAdvantages(scores: Float32Array, groupSize: number, scaleByDeviation: boolean): Float32Array {
  const advantages = new Float32Array(scores.length);
  for (let first = 0; first < scores.length; first += groupSize) {
    const group = scores.subarray(first, first + groupSize);
    const centre = group.reduce((total, score) => total + score, 0) / groupSize;
    const squares = group.reduce((total, score) => total + (score - centre) ** 2, 0);
    const scale = scaleByDeviation ? Math.sqrt(squares / (groupSize - 1)) + DEVIATION_FLOOR : 1;
    group.forEach((score, i) => (advantages[first + i] = (score - centre) / scale));
  }
  return advantages;
}

/**
 * Weight of each token's loss in its response's, [B, S]: 1 / n_b on the n_b tokens of response b, so that each response
 * counts the same; or 1 / divisor, so that each token does. The caller disposes it.
 * Shao et al. 2024 (arXiv 2402.03300), equation 3; with a constant divisor Liu et al. 2025 (arXiv 2503.20783).
 * @param lengths [B] tokens of each response, at least 1.
 * @param divisor default: the response's own length.
 */
export function tokenWeights(lengths: readonly number[], scored: number, divisor?: number): Tensor2D {
  const weights = new Float32Array(lengths.length * scored);
  lengths.forEach((length, row) => weights.fill(1 / (divisor ?? length), row * scored, row * scored + length));
  return tensor2d(weights, [lengths.length, scored]);
}

/**
 * KL(pi || pi_ref) at each action from samples of pi: q / p - log(q / p) - 1 >= 0 with p = pi(a), q = pi_ref(a), nats.
 * Schulman 2020, "Approximating KL divergence", k3; Shao et al. 2024 (arXiv 2402.03300), equation 4. The ratio is held at
 * e^20. [B, S]
 */
export function k3Estimate(logp: Tensor2D, referenceLogp: Tensor2D): Tensor2D {
  return tidy(() => {
    const logRatio: Tensor2D = minimum(sub(referenceLogp, logp), LOG_RATIO_LIMIT);
    return sub(sub(exp(logRatio), logRatio), 1);
  });
}

export interface GrpoConstants {
  /** [B, S] log-probabilities under the policy that sampled. */
  readonly oldLogp: Tensor2D;
  /** [B, S] log-probabilities under the reference. */
  readonly referenceLogp: Tensor2D;
  /** [B, 1] A_i. */
  readonly advantage: Tensor2D;
  /** [B, S] weight of each token (`tokenWeights`). */
  readonly weights: Tensor2D;
  /** Eps of the ratio, > 0. */
  readonly clipRange: number;
  /** Beta, 0..1. */
  readonly klCoef: number;
}

/**
 * GRPO's loss: L = -1/B sum_it w_it [ (1 - beta) min(rho_it A_i, clip(rho_it, 1 - eps, 1 + eps) A_i) - beta k3_it ].
 * Shao et al. 2024 (arXiv 2402.03300), equation 3, with 1 - beta before the surrogate.
 * @param logp [B, S] log-probabilities of the actions at the sampling temperature.
 */
export function grpoLoss(
  logp: Tensor2D,
  { oldLogp, referenceLogp, advantage, weights, clipRange, klCoef }: GrpoConstants,
): Scalar {
  return tidy(() => {
    const surrogate = clippedSurrogate(importanceRatio(logp, oldLogp), advantage, clipRange);
    const objective = sub(mul(surrogate, 1 - klCoef), mul(k3Estimate(logp, referenceLogp), klCoef));
    return div<Scalar>(sum(mul(objective, weights)), -logp.shape[0]);
  });
}
