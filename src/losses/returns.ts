/**
 * Rewards, returns and their scale. No gradient passes through them: they are computed from tensors of the device so
 * that nothing has to be read back, and given to the loss as constants.
 */
import {
  add, div, expandDims, matMul, mul, sqrt, square, sub, sum, tensor2d, tidy,
  type Scalar, type Tensor1D, type Tensor2D,
} from '@tensorflow/tfjs-core';
import { maskedMean } from './masked';

/**
 * Rewards of one token each, [B, S]: -beta * (log p - log q) on every response token, plus (1 - beta) * score on the
 * last. Their undiscounted sum over a response is the objective of Lee et al. 2023 (arXiv 2309.00267), with the k1
 * estimate: (1 - beta) r(x, y) - beta log(pi(y | x) / pi_SFT(y | x)). Scores of tokens are paid at their tokens instead, as
 * in Wu et al. 2023 (arXiv 2306.01693), section 3.2; r(x, y) is then their sum.
 * @param scores [B] reward of each response, or [B, S] reward of each token, 0 past the end.
 * @param mask [B, S] 1 on response tokens.
 * @param last [B, S] 1 on the last response token (`lastTokenMask`).
 */
export function klPenalisedRewards(
  scores: Tensor1D | Tensor2D,
  logp: Tensor2D,
  referenceLogp: Tensor2D,
  { mask, last }: { mask: Tensor2D; last: Tensor2D },
  beta: number,
): Tensor2D {
  return tidy(() => {
    const penalty = mul(mul(sub(logp, referenceLogp), mask), -beta);
    const paid = scores.rank === 1 ? mul(last, mul(expandDims(scores, 1), 1 - beta)) : mul(scores, 1 - beta);
    return add(penalty, paid);
  });
}

/** Z_t = sum_{u >= t} gamma^(u - t) R_u within each row. [B, S] rewards, 0 past the end -> [B, S] */
export function discountedReturns(rewards: Tensor2D, gamma: number): Tensor2D {
  const columns = rewards.shape[1];
  const discount = new Float32Array(columns * columns);
  for (let u = 0; u < columns; u++) {
    for (let t = 0; t <= u; t++) discount[u * columns + t] = gamma ** (u - t);
  }
  return tidy(() => matMul(rewards, tensor2d(discount, [columns, columns])));
}

/** x / (std + 1e-8) with the deviation over masked entries; the mean is not taken off. Entries outside become 0. */
export function divideByDeviation(values: Tensor2D, mask: Tensor2D): Tensor2D {
  return tidy(() => {
    const deviation: Scalar = sqrt(maskedMean(square(sub(values, maskedMean(values, mask))), mask));
    return div(mul(values, mask), add(deviation, 1e-8));
  });
}

/** Mean over responses of sum_t m_t (log p - log q): the k1 estimate of the sequence KL, nats. [B, S] -> scalar */
export function meanSequenceKl(logp: Tensor2D, referenceLogp: Tensor2D, mask: Tensor2D): Scalar {
  return tidy(() => div<Scalar>(sum(mul(sub(logp, referenceLogp), mask)), logp.shape[0]));
}

export interface Moments {
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
}

/** Mean and population standard deviation. NaN where there are no values. */
export function moments(values: ArrayLike<number>): Moments {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  const mean = total / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return { mean, std: Math.sqrt(squares / values.length) };
}

/** (x - mean) / (std + 1e-8) with given moments, so that one set of samples can standardise another. */
export function standardise(values: ArrayLike<number>, { mean, std }: Moments): Float32Array {
  return Float32Array.from(values, (x) => (x - mean) / (std + 1e-8));
}
