/**
 * Per-token estimates of KL(policy || reference) from log-probabilities of tokens that the policy sampled.
 * Names as in Schulman, "Approximating KL Divergence" (2020).
 */
import { expm1, sub, tidy, type Tensor2D } from '@tensorflow/tfjs-core';

/** k1 = log p - log q, nats. Unbiased, may be negative. [B, S] */
export function k1(logp: Tensor2D, referenceLogp: Tensor2D): Tensor2D {
  return sub(logp, referenceLogp);
}

/** k3 = q/p - 1 - log(q/p), nats. Unbiased, never negative, less variance while p is near q. [B, S] */
export function k3(logp: Tensor2D, referenceLogp: Tensor2D): Tensor2D {
  return tidy(() => {
    const logRatio = sub(referenceLogp, logp);
    return sub(expm1(logRatio), logRatio);
  });
}
