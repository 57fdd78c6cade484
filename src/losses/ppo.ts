/** Proximal policy optimisation: importance ratios, clipping, advantages. Also the parts that GRPO and P3O share. */
import {
  add, cast, clipByValue, customGrad, div, exp, greater, greaterEqual, lessEqual, maximum, minimum, mul, neg, pad, slice,
  sqrt, square, sub, sum, tidy,
  type Scalar, type Tensor, type Tensor2D,
} from '@tensorflow/tfjs-core';
import { maskedMean } from './masked';
import { discountedReturns } from './returns';

/** Greatest log-ratio that counts: its exponential stays finite, also when multiplied. */
export const LOG_RATIO_LIMIT = 20;

/**
 * Importance ratio pi(a | s) / pi_old(a | s), at most e^20. Any shape, a token's or a whole response's log-probabilities.
 * Schulman et al. 2017 (arXiv 1707.06347), section 3.
 * @param logp log-probabilities under the policy that learns.
 * @param oldLogp the same under the policy that sampled, constants.
 */
export function importanceRatio<T extends Tensor>(logp: T, oldLogp: T): T {
  return tidy(() => exp(minimum<T>(sub<T>(logp, oldLogp), LOG_RATIO_LIMIT)));
}

/**
 * Clipped surrogate of each action, to be maximised: min(rho A, clip(rho, 1 - eps, 1 + eps) A). Any shape.
 * Schulman et al. 2017 (arXiv 1707.06347), equation 7.
 * @param ratio importance ratios (`importanceRatio`).
 * @param advantage constants, shaped like the ratio or broadcast to it.
 * @param clipRange eps > 0.
 */
export function clippedSurrogate<T extends Tensor>(ratio: T, advantage: Tensor, clipRange: number): T {
  return tidy(() => minimum<T>(
    mul<T>(ratio, advantage),
    mul<T>(clipByValue(ratio, 1 - clipRange, 1 + clipRange), advantage),
  ));
}

export interface PpoPolicyConstants {
  /** [B, S] log-probabilities of the actions under the policy that sampled. */
  readonly oldLogp: Tensor2D;
  /** [B, S] A_t. */
  readonly advantage: Tensor2D;
  /** [B, S] 1 on actions. */
  readonly mask: Tensor2D;
  /** Eps of the ratio, > 0. */
  readonly clipRange: number;
}

/**
 * PPO's policy loss: L = -sum_t m_t min(rho_t A_t, clip(rho_t, 1 - eps, 1 + eps) A_t) / sum_t m_t.
 * @param logp [B, S] log-probabilities of the actions at the sampling temperature.
 */
export function clippedPolicyLoss(logp: Tensor2D, { oldLogp, advantage, mask, clipRange }: PpoPolicyConstants): Scalar {
  return tidy(() =>
    neg<Scalar>(maskedMean(clippedSurrogate(importanceRatio(logp, oldLogp), advantage, clipRange), mask)));
}

export interface PpoValueConstants {
  /** [B, S] values predicted when the rollouts were sampled. */
  readonly oldValue: Tensor2D;
  /** [B, S] Z_t. */
  readonly returns: Tensor2D;
  /** [B, S] 1 on actions. */
  readonly mask: Tensor2D;
  /** Eps of the value, > 0, in units of the return. */
  readonly valueClipRange: number;
}

/**
 * PPO's value loss: L = 1/2 sum_t m_t max((V_t - Z_t)^2, (clip(V_t, V_old - eps, V_old + eps) - Z_t)^2) / sum_t m_t.
 * Huang et al. 2024 (arXiv 2403.17031), detail on value clipping, after the code of Ziegler et al. 2019.
 * @param value [B, S] predictions.
 */
export function clippedValueLoss(
  value: Tensor2D,
  { oldValue, returns, mask, valueClipRange }: PpoValueConstants,
): Scalar {
  return tidy(() => {
    const error = square(sub(value, returns));
    const clippedError = square(sub(clipAround(value, oldValue, valueClipRange), returns));
    return mul<Scalar>(0.5, maskedMean(maximum(error, clippedError), mask));
  });
}

/** x held within `range` of the centre. [B, S] */
function clipAround(x: Tensor2D, centre: Tensor2D, range: number): Tensor2D {
  return add(centre, clipByValue(sub(x, centre), -range, range));
}

export interface PpoConstants extends PpoPolicyConstants, PpoValueConstants {
  /** Weight of the value loss. */
  readonly valueCoefficient: number;
}

/**
 * clippedPolicyLoss(logp) + valueCoefficient * clippedValueLoss(value), with its gradient written down instead of traced:
 * dL/dlogp = -m rho A / n where the ratio is not the clipped one, dL/dV = c m (V - Z) / n where the value is not, n = sum m.
 * On a GPU every operation of a trace is a dispatch of its own.
 */
export function ppoLoss(
  logp: Tensor2D,
  value: Tensor2D,
  { oldLogp, advantage, oldValue, returns, mask, clipRange, valueClipRange, valueCoefficient }: PpoConstants,
): Scalar {
  const fused = customGrad<Scalar>((...inputs) => {
    const [actionLogp, prediction, save] = inputs as unknown as [Tensor2D, Tensor2D, (tensors: Tensor[]) => void];
    const share = div(mask, sum(mask));
    const ratio = importanceRatio(actionLogp, oldLogp);
    const gain = mul(ratio, advantage);
    const clippedGain = mul(clipByValue(ratio, 1 - clipRange, 1 + clipRange), advantage);
    const error = sub(prediction, returns);
    const clippedError = sub(clipAround(prediction, oldValue, valueClipRange), returns);
    const [squared, clippedSquared] = [square(error), square(clippedError)];
    const valueShare = mul(share, valueCoefficient);
    save([
      neg(mul(mul(gain, share), lessEqual(gain, clippedGain))),
      mul(mul(error, valueShare), greaterEqual(squared, clippedSquared)),
    ]);
    return {
      value: sum<Scalar>(sub(
        mul(mul(maximum(squared, clippedSquared), valueShare), 0.5),
        mul(minimum(gain, clippedGain), share),
      )),
      gradFunc: (dy: Tensor, saved: Tensor[]) => saved.map((gradient) => mul(gradient, dy)),
    };
  });
  return fused(logp, value);
}

/**
 * Estimate of KL(pi_old || pi) from actions of the policy that sampled: mean of 1/2 (log pi - log pi_old)^2, nats a token.
 * Schulman 2020, "Approximating KL divergence", k2; policy/approxkl_avg of TRL.
 */
export function approxKl(logp: Tensor2D, oldLogp: Tensor2D, mask: Tensor2D): Scalar {
  return tidy(() => mul<Scalar>(0.5, maskedMean(square(sub(logp, oldLogp)), mask)));
}

/** Share of actions whose surrogate is the clipped one, so that they have no gradient, 0..1. */
export function clipFraction(ratio: Tensor2D, advantage: Tensor2D, mask: Tensor2D, clipRange: number): Scalar {
  return tidy(() => {
    const clippedRatio = clipByValue(ratio, 1 - clipRange, 1 + clipRange);
    return maskedMean(cast(greater(mul(ratio, advantage), mul(clippedRatio, advantage)), 'float32'), mask);
  });
}

/**
 * Generalised advantage estimation: A_t = sum_{u >= t} lambda^(u - t) d_u with d_t = R_t + V_{t+1} - V_t and V = 0 after
 * the last action; gamma = 1. lambda = 0 is the TD error, lambda = 1 is Z_t - V_t.
 * Schulman et al. 2015 (arXiv 1506.02438), equation 16.
 * @param rewards [B, S] of each action, 0 past the end.
 * @param value [B, S] predictions, constants.
 * @param mask [B, S] 1 on actions.
 * @param lambda 0..1.
 * @returns [B, S], 0 past the end.
 */
export function generalisedAdvantages(rewards: Tensor2D, value: Tensor2D, mask: Tensor2D, lambda: number): Tensor2D {
  return tidy(() => {
    const [rows, columns] = value.shape;
    const present: Tensor2D = mul(value, mask);
    const next = slice(pad(present, [[0, 0], [0, 1]]), [0, 1], [rows, columns]);
    return discountedReturns(sub(add(rewards, next), present), lambda);
  });
}

/**
 * (x - mean) / std over masked entries, variance floored by 1e-8. Entries outside become 0.
 * Huang et al. 2024 (arXiv 2403.17031): advantages with the mean taken off, rewards without.
 * @param shiftMean false: only the scale changes about the mean, which stays.
 */
export function whiten(values: Tensor2D, mask: Tensor2D, shiftMean: boolean): Tensor2D {
  return tidy(() => {
    const centre = maskedMean(values, mask);
    const centred: Tensor2D = sub(values, centre);
    const variance = maskedMean(square(centred), mask);
    const deviation: Scalar = sqrt(add(variance, 1e-8));
    const white: Tensor2D = div(centred, deviation);
    const whitened: Tensor2D = shiftMean ? white : add(white, centre);
    return mul(whitened, mask);
  });
}
