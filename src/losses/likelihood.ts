import { mul, neg, sum, tidy, type Scalar, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { maskedMean } from './masked';

/**
 * Negative log-likelihood per token, the loss of supervised fine-tuning:
 * L = -sum_bt m_bt log p(y_bt | x_b, y_b<t) / sum_bt m_bt, in nats.
 * @param logp [B, S] log-probabilities of the reference tokens.
 * @param mask [B, S] 1 on tokens that are learned.
 */
export function negativeLogLikelihood(logp: Tensor2D, mask: Tensor2D): Scalar {
  return tidy(() => neg<Scalar>(maskedMean(logp, mask)));
}

/**
 * Log-probability of each response, the sum over its tokens: log p(y_b | x_b) = sum_t m_bt log p(y_bt | x_b, y_b<t), nats.
 * @param logp [B, S] log-probabilities of the response tokens.
 * @param mask [B, S] 1 on response tokens (`responseMask`).
 * @returns [B]
 */
export function sequenceLogp(logp: Tensor2D, mask: Tensor2D): Tensor1D {
  return tidy(() => sum<Tensor1D>(mul(logp, mask), 1));
}
