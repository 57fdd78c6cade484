import { add, mul, tidy, type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';
import { k3Estimate } from './groupRelative';
import { negativeLogLikelihood } from './likelihood';
import { maskedMean } from './masked';

/**
 * SuperHF: negative log-likelihood of the chosen responses plus a KL penalty on them,
 * L = mean over tokens of [ -log p + c k3 ],   k3 = q / p - log(q / p) - 1,   p = pi(y_t), q = pi_ref(y_t).
 *
 * Mukobi et al. 2023 (arXiv 2310.16763); their code adds c max(0, KL(pi_ref || pi)) of the whole next-token distributions,
 * of which an engine gives the written token alone. On samples of pi, k3 estimates KL(pi || pi_ref), is never negative, and
 * has the gradient of KL(pi_ref || pi) in expectation: E_pi[ (1 - q / p) grad log p ] = -E_q[ grad log p ].
 * @param logp [B, S] log-probabilities of the tokens.
 * @param referenceLogp [B, S] the same under the reference, constants.
 * @param mask [B, S] 1 on response tokens.
 * @param klCoef c, 0 or more.
 */
export function superHfLoss(logp: Tensor2D, referenceLogp: Tensor2D, mask: Tensor2D, klCoef: number): Scalar {
  return tidy(() =>
    add<Scalar>(negativeLogLikelihood(logp, mask), mul(maskedMean(k3Estimate(logp, referenceLogp), mask), klCoef)));
}
