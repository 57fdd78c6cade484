/**
 * Losses of a reward model that judges tokens: value heads read at the state after each response token, one more read at
 * the end. Wu et al. 2023 (arXiv 2306.01693), sections 3.1 and 4.2.
 */
import {
  add, mean, mul, neg, reshape, slice, softplus, square, sub, sum, tensor2d, tidy,
  type Rank, type Scalar, type Tensor1D, type Tensor2D, type Tensor3D,
} from '@tensorflow/tfjs-core';
import { maskedMean } from './masked';

/**
 * Numbers of response tokens as [B, S], 0 elsewhere: token t of row b lies at column t (`token`, where its log-probability
 * is) or t + 1 (`state`, where the state after it is). The caller disposes it.
 * @param values one number a response token, for each row.
 * @throws RangeError where a row has more tokens than there are columns.
 */
export function tokenColumns(values: readonly ArrayLike<number>[], scored: number, at: 'token' | 'state'): Tensor2D {
  const shift = at === 'state' ? 1 : 0;
  const grid = new Float32Array(values.length * scored);
  values.forEach((row, b) => {
    if (row.length + shift > scored) {
      throw new RangeError(`response ${b} of ${row.length} tokens needs more than ${scored} positions`);
    }
    grid.set(row, b * scored + shift);
  });
  return tensor2d(grid, [values.length, scored], 'float32');
}

/** Outputs of one value head, counted from 0: [B, S, K] -> [B, S]. */
export function valueHead(value: Tensor3D, head: number): Tensor2D {
  return tidy(() => {
    const [rows, scored] = value.shape;
    return reshape<Rank.R2>(slice(value, [0, 0, head], [rows, scored, 1]), [rows, scored]);
  });
}

export interface TokenTargets {
  /** [B, S] probability that the answer is yes, 0..1. */
  readonly targets: Tensor2D;
  /** [B, S] weight, 0 or more; 0 where nothing is judged. */
  readonly weights: Tensor2D;
}

/**
 * Weighted binary cross-entropy of judgements about tokens:
 * L = sum w [ -y log sigma(z) - (1 - y) log(1 - sigma(z)) ] / sum w.
 *
 * Written with softplus, -log sigma(z) = softplus(-z), which stays finite for any z.
 * @param logits [B, S] z.
 */
export function tokenBinaryLoss(logits: Tensor2D, { targets, weights }: TokenTargets): Scalar {
  return tidy(() => {
    const yes = mul(targets, softplus(neg(logits)));
    const no = mul(sub(1, targets), softplus(logits));
    return maskedMean(add<Tensor2D>(yes, no), weights);
  });
}

export interface EndTarget {
  /** [B] */
  readonly target: Tensor1D;
  /** [B, S] 1 on the column after the last token (`endMask`). */
  readonly end: Tensor2D;
}

/** Squared error of a number about each whole response: L = mean_b (v_b,end - target_b)^2. @param value [B, S] */
export function endRegressionLoss(value: Tensor2D, { target, end }: EndTarget): Scalar {
  return tidy(() => mean<Scalar>(square(sub(sum<Tensor1D>(mul(value, end), 1), target))));
}

export interface FineGrainedConstants extends EndTarget {
  /** Of the first heads, one each; the head after them is read at the end. */
  readonly tokens: readonly TokenTargets[];
  /** Weight of the squared error beside the cross-entropies. */
  readonly endCoefficient: number;
}

/** Sum of each token head's `tokenBinaryLoss` and endCoefficient * `endRegressionLoss`. @param value [B, S, K] */
export function fineGrainedLoss(value: Tensor3D, { tokens, endCoefficient, ...end }: FineGrainedConstants): Scalar {
  return tidy(() => tokens.reduce<Scalar>(
    (total, targets, head) => add(total, tokenBinaryLoss(valueHead(value, head), targets)),
    mul(endCoefficient, endRegressionLoss(valueHead(value, tokens.length), end)),
  ));
}
