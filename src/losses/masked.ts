/**
 * Masks over scored positions and reductions under them.
 *
 * A response of n tokens (end-of-text included) is scored at S columns: column s < n holds the log-probability of token
 * s, column n the hidden state after the last token (see `nn/types.ts`, Batch).
 */
import { div, mul, sum, tensor2d, tidy, type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';

/** [B * S] plain mask: 1 where column s holds a response token, that is s < lengths[b]. */
export function responseMaskArray(lengths: ArrayLike<number>, scored: number): Float32Array {
  return maskWhere(lengths, scored, (s, length) => s < length);
}

/**
 * [B, S] mask of the hidden state after the last response token: 1 where s = lengths[b], else 0. The caller disposes it.
 * @throws RangeError where a response leaves no such column (lengths[b] >= S).
 */
export function endMask(lengths: ArrayLike<number>, scored: number): Tensor2D {
  for (let b = 0; b < lengths.length; b++) {
    if (lengths[b]! >= scored) {
      throw new RangeError(`response ${b} of ${lengths[b]!} tokens: its end needs more than ${scored} positions`);
    }
  }
  return tensor2d(maskWhere(lengths, scored, (s, length) => s === length), [lengths.length, scored], 'float32');
}

/** [B, S] mask of the last response token: 1 where s = lengths[b] - 1, else 0. The caller disposes it. */
export function lastTokenMask(lengths: ArrayLike<number>, scored: number): Tensor2D {
  return tensor2d(maskWhere(lengths, scored, (s, length) => s === length - 1), [lengths.length, scored], 'float32');
}

/** [B, S] mask of the response tokens, as a tensor (`responseMaskArray`). The caller disposes it. */
export function responseMask(lengths: ArrayLike<number>, scored: number): Tensor2D {
  return tensor2d(responseMaskArray(lengths, scored), [lengths.length, scored], 'float32');
}

function maskWhere(
  lengths: ArrayLike<number>,
  scored: number,
  holds: (s: number, length: number) => boolean,
): Float32Array {
  const mask = new Float32Array(lengths.length * scored);
  for (let b = 0; b < lengths.length; b++) {
    for (let s = 0; s < scored; s++) if (holds(s, lengths[b]!)) mask[b * scored + s] = 1;
  }
  return mask;
}

/** sum(values * mask) / sum(mask). [B, S], [B, S] -> scalar. NaN where the mask is empty. */
export function maskedMean(values: Tensor2D, mask: Tensor2D): Scalar {
  return tidy(() => div<Scalar>(sum(mul(values, mask)), sum(mask)));
}
