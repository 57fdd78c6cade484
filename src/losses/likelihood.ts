import { neg, tidy, type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';
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
