import {
  clipByValue, div, expandDims, exp, mul, neg, sub, sum, tidy,
  type Scalar, type Tensor1D, type Tensor2D,
} from '@tensorflow/tfjs-core';
import { sequenceLogp } from './likelihood';

/**
 * What weighs the log-likelihood of a response beside its advantage A: the ratio of the whole response (`response`), of
 * each token (`sequence`), nothing (`refFree`), or nothing and a penalty on leaving the reference (`kl`).
 */
export type ALolVariant = 'response' | 'sequence' | 'refFree' | 'kl';

export interface ALolConstants {
  /** [B] A(x, y) = r(x, y) - V_ref(x), >= 0: the method drops the others. */
  readonly advantage: Tensor1D;
  /** [B, S] log-probabilities of the response tokens under the policy and the reference. */
  readonly logp: Tensor2D;
  readonly referenceLogp: Tensor2D;
  /** [B, S] 1 on response tokens. */
  readonly mask: Tensor2D;
  /** Ratios are clipped to 1 +- clip, 0..1. */
  readonly clip: number;
  /** Weight of the penalty, >= 0. */
  readonly beta: number;
}

/**
 * Weights of token log-likelihoods in A-LoL, constants: compute them outside the loss. [B, S]
 *   response  A clip(pi / pi_ref)                of the whole response
 *   sequence  A clip(pi / pi_ref)                of each token
 *   refFree   A
 *   kl        A - beta, from A log pi - beta log(pi / pi_ref)
 * Baheti et al. 2023 (arXiv 2305.14718); the penalty as in its code.
 */
export function aLolWeights(
  variant: ALolVariant, { advantage, logp, referenceLogp, mask, clip, beta }: ALolConstants,
): Tensor2D {
  return tidy(() => {
    const clippedRatio = <T extends Tensor1D | Tensor2D>(difference: T): T =>
      // The exponent is bounded so that no ratio overflows before it is clipped.
      clipByValue(exp(clipByValue(difference, -30, 30)), 1 - clip, 1 + clip);
    const each = expandDims<Tensor2D>(advantage, 1);
    switch (variant) {
      case 'response': {
        const ratio = clippedRatio(sub<Tensor1D>(sequenceLogp(logp, mask), sequenceLogp(referenceLogp, mask)));
        return mul<Tensor2D>(mask, expandDims(mul(advantage, ratio), 1));
      }
      case 'sequence':
        return mul<Tensor2D>(mask, mul(each, clippedRatio(sub<Tensor2D>(logp, referenceLogp))));
      case 'refFree':
        return mul<Tensor2D>(mask, each);
      case 'kl':
        return mul<Tensor2D>(mask, sub(each, beta));
    }
  });
}

/** Weighted likelihood: -sum_bt w_bt log pi(y_bt) / B, summed over tokens as in A-LoL's code. [B, S], [B, S] -> scalar */
export function weightedLikelihoodLoss(logp: Tensor2D, weights: Tensor2D): Scalar {
  return tidy(() => neg(div<Scalar>(sum(mul(logp, weights)), logp.shape[0])));
}
