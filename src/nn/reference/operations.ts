/** The pieces of a GPT-2 block in tfjs operations, plus two gathers whose gradients need no atomics. */
import {
  add, concat, customGrad, gather, matMul, mean, mul, oneHot, reshape, rsqrt, softmax, split, square, sub, tanh,
  transpose, zeros, zerosLike,
  type Rank, type Tensor, type Tensor1D, type Tensor2D, type Tensor4D,
} from '@tensorflow/tfjs-core';
import { LAYER_NORM_EPSILON } from '../layout';

/** Finite stand-in for minus infinity: a row of infinities would make softmax NaN. */
export const MASKED = -1e9;

/** One workgroup a row, at most 65,535 of them: beyond that tfjs' WebGPU softmax corrupts its last row. */
const SOFTMAX_ROWS = 65_535;

/** Rows of a table, [V, d] by [N] -> [N, d]. The gradient is a one-hot matmul: the same bits on every run. */
export function embed(table: Tensor2D, ids: Tensor1D): Tensor2D {
  return withGradient(table, ids, (x) => gather(x, ids), (dy, kept) =>
    matMul(oneHot(kept, table.shape[0], 1, 0, 'float32') as Tensor2D, dy, true, false));
}

/**
 * Rows of x, [N, d] by index [M] -> [M, d].
 * @param inverse [N] the place in `index` of each row of x, M where it has none. Rows that occur more than once in
 * `index` must get no gradient but through the place named here.
 */
export function pickRows(x: Tensor2D, index: Tensor1D, inverse: Tensor1D): Tensor2D {
  return withGradient(x, inverse, (input) => gather(input, index), (dy, kept) =>
    gather(concat([dy, zeros<Rank.R2>([1, x.shape[1]])], 0), kept));
}

/** x, without a gradient. */
export function stopGradient(x: Tensor2D): Tensor2D {
  return withGradient(x, x, (input) => input.clone(), (dy) => zerosLike(dy));
}

/** forward(x) with a gradient of our own, for which `saved` is kept past the end of the forward scope. */
function withGradient<Saved extends Tensor>(
  x: Tensor2D,
  saved: Saved,
  forward: (x: Tensor2D) => Tensor2D,
  backward: (dy: Tensor2D, saved: Saved) => Tensor2D,
): Tensor2D {
  const op = customGrad<Tensor2D>((input, save) => {
    (save as (tensors: Tensor[]) => void)([saved]);
    return {
      value: forward(input as Tensor2D),
      gradFunc: (dy: Tensor, kept: Tensor[]) => backward(dy as Tensor2D, kept[0] as Saved),
    };
  });
  return op(x);
}

/** x . weight + bias. [N, in], [in, out], [out] -> [N, out] */
export function linear(x: Tensor2D, weight: Tensor, bias: Tensor): Tensor2D {
  return add(matMul(x, weight as Tensor2D), bias);
}

/** Layer norm over the last axis (Ba et al. 2016). [N, d] */
export function layerNorm(x: Tensor2D, weight: Tensor, bias: Tensor): Tensor2D {
  const centred = sub(x, mean(x, 1, true));
  const variance = mean(square(centred), 1, true);
  return add(mul(mul(centred, rsqrt(add(variance, LAYER_NORM_EPSILON))), weight), bias);
}

/** Gelu in its tanh form (Hendrycks & Gimpel 2016), as GPT-2 has it. */
export function gelu(x: Tensor2D): Tensor2D {
  const inner = mul(Math.sqrt(2 / Math.PI), add(x, mul(0.044715, mul(x, mul(x, x)))));
  return mul(mul(0.5, x), add(1, tanh(inner)));
}

/** Softmax over the last axis. */
function softmaxOf(scores: Tensor4D): Tensor4D {
  const [rows, heads, queries, keys] = scores.shape;
  const count = rows * heads * queries;
  if (count <= SOFTMAX_ROWS) return softmax(scores);
  const sizes: number[] = [];
  for (let done = 0; done < count; done += SOFTMAX_ROWS) sizes.push(Math.min(SOFTMAX_ROWS, count - done));
  const parts = split(reshape<Rank.R2>(scores, [count, keys]), sizes, 0);
  return reshape(concat(parts.map((part) => softmax(part)), 0), scores.shape);
}

/** [B * T, d] -> [B, H, T, d / H] */
export function splitHeads(x: Tensor2D, rows: number, heads: number): Tensor4D {
  const [count, width] = x.shape;
  return transpose(reshape<Rank.R4>(x, [rows, count / rows, heads, width / heads]), [0, 2, 1, 3]);
}

/**
 * Scaled dot-product attention (Vaswani et al. 2017).
 * @param mask broadcasts to [B, H, queries, keys]; 0 where a key is seen, `MASKED` (or below) where not.
 * @returns [B * queries, d], heads side by side.
 */
export function attention(q: Tensor4D, k: Tensor4D, v: Tensor4D, mask: Tensor): Tensor2D {
  const [rows, heads, queries, size] = q.shape;
  const scores = mul(matMul(q, k, false, true), 1 / Math.sqrt(size));
  const context = matMul(softmaxOf(add(scores, mask)), v);
  return reshape(transpose(context, [0, 2, 1, 3]), [rows * queries, heads * size]);
}
