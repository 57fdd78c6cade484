import {
  add, clipByValue, mean, minimum, mul, neg, reshape, slice, sub, tidy,
  type Rank, type Scalar, type Tensor1D,
} from '@tensorflow/tfjs-core';
import { clippedSurrogate, importanceRatio } from './ppo';
import { stopGradient } from './stopGradient';

/** Whether the two responses' ratios are clipped each for itself (P3O-V1) or their quotient as one (P3O-V2). */
export type PairClipping = 'separate' | 'joint';

export interface P3oConstants {
  /** [2N] log-probabilities of the responses under the policy that sampled. */
  readonly oldLogp: Tensor1D;
  /** [2N] rewards of the responses. */
  readonly rewards: Tensor1D;
  /** Eps of the ratio (separate) or of its logarithm (joint), > 0. */
  readonly clipRange: number;
  readonly clipping: PairClipping;
}

/**
 * Loss of pairwise proximal policy optimisation. Within the clip range its gradient is the pairwise policy gradient
 *   dL = -1/2 mean_pairs (R_1 - R_2) rho_1 rho_2 d log(pi(y_1) / pi(y_2)),   rho = pi / pi_old of a whole response
 * (Wu et al. 2023, arXiv 2310.00212, theorem 1), so that R -> R + c(x) changes nothing. Clipped as in PPO:
 *   separate: L = -1/2 mean sum_i min(A_i rho_i, A_i clip(rho_i, 1 - eps, 1 + eps)),  A_i = sg((R_i - R_j) rho_j)
 *   joint:    L = -1/2 mean min(A d, A clip(d, -eps, eps)),  A = sg((R_1 - R_2) rho_1 rho_2),  d = log(rho_1 / rho_2)
 * where j is the other of i.
 * @param logp [2N] log-probabilities of the responses: the two to one prompt lie side by side.
 */
export function p3oLoss(logp: Tensor1D, { oldLogp, rewards, clipRange, clipping }: P3oConstants): Scalar {
  return tidy(() => {
    const [logp1, logp2] = sides(logp);
    const [old1, old2] = sides(oldLogp);
    const [reward1, reward2] = sides(rewards);
    const [ratio1, ratio2] = [importanceRatio(logp1, old1), importanceRatio(logp2, old2)];
    const difference = sub(reward1, reward2);
    let surrogate: Tensor1D;
    if (clipping === 'separate') {
      const advantage1 = mul(difference, stopGradient(ratio2));
      const advantage2 = neg(mul(difference, stopGradient(ratio1)));
      surrogate = add(
        clippedSurrogate(ratio1, advantage1, clipRange),
        clippedSurrogate(ratio2, advantage2, clipRange),
      );
    } else {
      const advantage = stopGradient<Tensor1D>(mul(difference, mul(ratio1, ratio2)));
      const logQuotient: Tensor1D = sub(sub(logp1, old1), sub(logp2, old2));
      surrogate = minimum(
        mul(advantage, logQuotient),
        mul(advantage, clipByValue(logQuotient, -clipRange, clipRange)),
      );
    }
    return mul<Scalar>(mean(surrogate), -0.5);
  });
}

/** First and second responses of pairs that lie side by side: [2N] -> two [N]. */
function sides(values: Tensor1D): [Tensor1D, Tensor1D] {
  const count = values.shape[0] / 2;
  const pairs = reshape<Rank.R2>(values, [count, 2]);
  const side = (index: number): Tensor1D => reshape<Rank.R1>(slice(pairs, [0, index], [count, 1]), [count]);
  return [side(0), side(1)];
}
