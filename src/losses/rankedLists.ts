/** Losses over lists of k responses to a prompt, each with a score: the policy learns to put them in that order. */
import {
  abs, add, cast, div, equal, exp, expandDims, greater, log1p, logSumExp, mul, neg, slice, softplus, sub, sum, tensor3d, tidy,
  type Scalar, type Tensor2D, type Tensor3D,
} from '@tensorflow/tfjs-core';

/** Stands for -infinity in a sum of exponentials: its exponential is 0, and it is finite. */
const LEFT_OUT = -1e9;

/**
 * PRO: mean over lists of -sum_i log [ e^(p_i T_i) / (e^(p_i T_i) + sum_{j > i} e^(p_j (r_i - r_j))) ]
 * + sftCoef (k - 1)^2 NLL(best), where p = log pi(y | x) per token and T_i = max_{j > i} (r_i - r_j); no reference.
 * Song et al. 2023 (arXiv 2306.17492); temperatures and the summed NLL as in its code.
 * @param logp [N, k] log pi(y | x) of the responses from best to worst, nats.
 * @param tokens [N, k] response tokens, at least 1 each.
 * @param rewards [N, k] r, falling along each row.
 * @param sftCoef weight of the likelihood of the best response, >= 0; 0.05 in the code.
 */
export function proLoss(logp: Tensor2D, tokens: Tensor2D, rewards: Tensor2D, sftCoef: number): Scalar {
  const [lists, k] = logp.shape;
  return tidy(() => {
    const perToken = div<Tensor2D>(logp, tokens);
    const ownHeat: Tensor2D = mul(perToken, sub(rewards, slice(rewards, [0, k - 1], [lists, 1])));
    const otherHeat = mul(expandDims(perToken, 1), differences(rewards));
    // Row i holds response i and those after it.
    const rows = add(
      add(mul(otherHeat, cells(k, (i, j) => Number(j > i))), mul(expandDims(ownHeat, 2), cells(k, (i, j) => Number(j === i)))),
      cells(k, (i, j) => (j < i ? LEFT_OUT : 0)),
    );
    const best = sum(slice(logp, [0, 0], [lists, 1]));
    const ranking = sub(sum(logSumExp(rows, 2)), sum(ownHeat));
    return div<Scalar>(sub(ranking, mul(best, sftCoef * (k - 1) ** 2)), lists);
  });
}

/**
 * LiPO-lambda: mean over lists of sum_{psi_i > psi_j} w_ij log(1 + e^-(s_i - s_j)), s = beta log(pi / pi_ref).
 * Liu et al. 2024 (arXiv 2402.01878). With two responses it is DPO times a constant.
 * @param score [N, k] s.
 * @param weights [N, k, k] of `lambdaWeights`, constants.
 */
export function lipoLoss(score: Tensor2D, weights: Tensor3D): Scalar {
  return tidy(() => div<Scalar>(sum(mul(weights, softplus(neg(differences(score))))), score.shape[0]));
}

/**
 * Weights of LiPO-lambda, what swapping two responses would cost in discounted gain: |G_i - G_j| |1/D(i) - 1/D(j)| where
 * psi_i > psi_j, else 0; gain G = 2^psi - 1, discount D(i) = log(1 + rank of s_i), the highest score having rank 1.
 * Constants: compute them outside the loss.
 *
 * Of equal scores the one that comes first in its list ranks higher: without such a rule all weights would be 0 where
 * the policy still is the reference.
 * @param score [N, k] s = beta log(pi / pi_ref).
 * @param psi [N, k] labels; 1 should be much, as the win probabilities of the paper are.
 * @returns [N, k, k]
 */
export function lambdaWeights(score: Tensor2D, psi: Tensor2D): Tensor3D {
  const k = score.shape[1];
  return tidy(() => {
    const [own, other] = [expandDims<Tensor3D>(score, 2), expandDims<Tensor3D>(score, 1)];
    const tiedBefore = mul(cast(equal(other, own), 'float32'), cells(k, (i, j) => Number(j < i)));
    const rank = add(sum<Tensor2D>(add(cast(greater(other, own), 'float32'), tiedBefore), 2), 1);
    const better = cast(greater(expandDims(psi, 2), expandDims(psi, 1)), 'float32');
    const gain: Tensor2D = exp(mul(psi, Math.LN2));
    const swap = mul(abs(differences(gain)), abs(differences(div(1, log1p(rank)))));
    return mul(better, swap);
  });
}

/** x_i - x_j. [N, k] -> [N, k, k] */
function differences(x: Tensor2D): Tensor3D {
  return sub(expandDims(x, 2), expandDims(x, 1));
}

/** A constant for every list, by row and column. [1, k, k] */
function cells(k: number, value: (i: number, j: number) => number): Tensor3D {
  return tensor3d(Float32Array.from({ length: k * k }, (_, at) => value(Math.floor(at / k), at % k)), [1, k, k]);
}
