import { mul, neg, square, sub, tidy, type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';
import { maskedMean } from './masked';

/**
 * Policy gradient with a baseline: L = -sum_t m_t log pi(a_t | x_t) A_t / sum_t m_t, with A_t = sg(Z_t - V(x_t)).
 *
 * REINFORCE (Williams 1992) as Lee et al. 2023 (arXiv 2309.00267, appendix on RL) use it, except that the sum over the
 * batch's tokens is divided by their number, which rescales a batch as a whole and favours no length within it.
 * @param logp [B, S] log-probabilities of the actions at the sampling temperature.
 * @param advantage [B, S] constants: the caller stops the gradient by computing them outside.
 * @param mask [B, S] 1 on actions.
 */
export function policyGradientLoss(logp: Tensor2D, advantage: Tensor2D, mask: Tensor2D): Scalar {
  return tidy(() => neg<Scalar>(maskedMean(mul(logp, advantage), mask)));
}

/**
 * Squared error of the value baseline: L = sum_t m_t (Z_t - V(x_t))^2 / sum_t m_t.
 * Lee et al. 2023 (arXiv 2309.00267), appendix on RL; no factor 1/2.
 * @param value [B, S] predictions.
 * @param returns [B, S] constants Z_t.
 * @param mask [B, S] 1 on actions.
 */
export function valueLoss(value: Tensor2D, returns: Tensor2D, mask: Tensor2D): Scalar {
  return tidy(() => maskedMean(square(sub(value, returns)), mask));
}
