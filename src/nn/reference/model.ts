/**
 * The model of `layout.ts`, written plainly in tfjs operations: what both engines are held to. Everything is flattened
 * to [tokens, features], since tfjs' matmul has no gradient for a broadcast batch dimension.
 */
import {
  add, exp, logSoftmax, matMul, mul, neg, oneHot, reshape, split, sum, tensor1d, tensor2d, tensor4d,
  type Rank, type Tensor, type Tensor1D, type Tensor2D, type Tensor4D,
} from '@tensorflow/tfjs-core';
import type { ModelShape } from '../layout';
import type { Batch, ForwardOptions, Outputs } from '../types';
import { attention, embed, gelu, layerNorm, linear, MASKED, pickRows, splitHeads, stopGradient } from './operations';

/** A parameter by its name in the layout. */
export type Weights = (name: string) => Tensor;

/** [N, 3d] of queries, keys and values -> [N, d] of attended values. */
export type Attend = (layer: number, qkv: Tensor2D) => Tensor2D;

/** wte[token] + wpe[position] + extra * extra_input. ids, positions [N]; extra [N, 1] -> [N, d] */
export function embedTokens(weights: Weights, ids: Tensor1D, positions: Tensor1D, extra?: Tensor2D): Tensor2D {
  const tokens = embed(weights('wte.weight') as Tensor2D, ids);
  const x: Tensor2D = add(tokens, embed(weights('wpe.weight') as Tensor2D, positions));
  return extra ? add(x, mul(extra, weights('extra_input.weight'))) : x;
}

/** All blocks and the final layer norm. [N, d] -> [N, d] */
export function transformer(weights: Weights, shape: ModelShape, embedded: Tensor2D, attend: Attend): Tensor2D {
  let x = embedded;
  for (let i = 0; i < shape.layers; i++) {
    const w = (name: string): Tensor => weights(`h.${i}.${name}`);
    const qkv = linear(layerNorm(x, w('ln_1.weight'), w('ln_1.bias')), w('attn.c_attn.weight'), w('attn.c_attn.bias'));
    x = add(x, linear(attend(i, qkv), w('attn.c_proj.weight'), w('attn.c_proj.bias')));
    const hidden = linear(layerNorm(x, w('ln_2.weight'), w('ln_2.bias')), w('mlp.c_fc.weight'), w('mlp.c_fc.bias'));
    x = add(x, linear(gelu(hidden), w('mlp.c_proj.weight'), w('mlp.c_proj.bias')));
  }
  return layerNorm(x, weights('ln_f.weight'), weights('ln_f.bias'));
}

/** Logits under the tied embedding. [N, d] -> [N, V] */
export function logitsOf(weights: Weights, hidden: Tensor2D): Tensor2D {
  return matMul(hidden, weights('wte.weight') as Tensor2D, false, true);
}

/** Queries, keys and values of a batch of `rows`, each [B, H, T, d / H]. */
export function splitQkv(qkv: Tensor2D, rows: number, heads: number): [Tensor4D, Tensor4D, Tensor4D] {
  const [q, k, v] = split<Tensor2D>(qkv, 3, 1).map((part) => splitHeads(part, rows, heads));
  return [q!, k!, v!];
}

/** Mask [B, 1, T, T]: key j is seen from query i where start <= j <= i. Keys past `end` only padding would see. */
export function causalMask(start: ArrayLike<number>, length: number): Tensor4D {
  const rows = start.length;
  const mask = new Float32Array(rows * length * length).fill(MASKED);
  for (let b = 0; b < rows; b++) {
    for (let i = start[b]!; i < length; i++) {
      const row = (b * length + i) * length;
      mask.fill(0, row + start[b]!, row + i + 1);
    }
  }
  return tensor4d(mask, [rows, 1, length, length]);
}

/** Ids (0 on padding) and positions (0 on padding) of a batch, [B * T]. */
export function idsAndPositions(batch: Pick<Batch, 'rows' | 'length' | 'tokens' | 'start' | 'end'>): {
  ids: Tensor1D;
  positions: Tensor1D;
} {
  const { rows, length, tokens } = batch;
  const ids = new Int32Array(rows * length);
  const positions = new Int32Array(rows * length);
  for (let b = 0; b < rows; b++) {
    const start = batch.start[b]!;
    for (let t = start; t < batch.end[b]!; t++) {
      ids[b * length + t] = tokens[b * length + t]!;
      positions[b * length + t] = t - start;
    }
  }
  return { ids: tensor1d(ids, 'int32'), positions: tensor1d(positions, 'int32') };
}

/** The whole forward pass. The batch has been checked. Call inside `tidy`. */
export function modelOutputs(weights: Weights, shape: ModelShape, batch: Batch, options: ForwardOptions): Outputs {
  const { rows, length, scored } = batch;
  const wanted = new Set(options.outputs);
  const { ids, positions } = idsAndPositions(batch);
  const extra = batch.extra ? tensor2d(insideOnly(batch, batch.extra), [rows * length, 1]) : undefined;
  const mask = causalMask(batch.start, length);
  const hidden = transformer(weights, shape, embedTokens(weights, ids, positions, extra), (_, qkv) => {
    const [q, k, v] = splitQkv(qkv, rows, shape.heads);
    return attention(q, k, v, mask);
  });

  const columns = scoredColumns(batch);
  const states = pickRows(hidden, tensor1d(columns.state, 'int32'), tensor1d(columns.inverse, 'int32'));
  const hasToken = tensor2d(columns.hasToken, [rows, scored]);
  const byRow = (x: Tensor): Tensor2D => reshape<Rank.R2>(x, [rows, scored]);
  const outputs: Outputs = {};

  if (wanted.has('logp') || wanted.has('entropy')) {
    const logProbabilities = logSoftmax(mul(logitsOf(weights, states), 1 / (options.temperature ?? 1)));
    if (wanted.has('logp')) {
      const next = oneHot(tensor1d(columns.next, 'int32'), shape.vocab, 1, 0, 'float32');
      outputs.logp = mul<Tensor2D>(byRow(sum(mul(logProbabilities, next), 1)), hasToken);
    }
    if (wanted.has('entropy')) {
      outputs.entropy = mul<Tensor2D>(byRow(neg(sum(mul(exp(logProbabilities), logProbabilities), 1))), hasToken);
    }
  }
  if (wanted.has('value')) {
    const trunk = options.detachValue ? stopGradient(states) : states;
    const heads = add(matMul(trunk, weights('value_head.weight') as Tensor2D, false, true), weights('value_head.bias'));
    const hasState = tensor2d(columns.hasState, [rows * scored, 1]);
    outputs.value = reshape<Rank.R3>(mul(heads, hasState), [rows, scored, shape.valueHeads]);
  }
  if (wanted.has('tokenWeight')) {
    const next = embed(weights('wte.weight') as Tensor2D, tensor1d(columns.next, 'int32'));
    const projection = reshape<Rank.R2>(weights('token_weight.weight'), [shape.width, 1]);
    outputs.tokenWeight = mul<Tensor2D>(byRow(add(matMul(next, projection), weights('token_weight.bias'))), hasToken);
  }
  if (wanted.has('choiceLogp')) {
    const { index, inverse } = lastStates(batch);
    const last = pickRows(hidden, tensor1d(index, 'int32'), tensor1d(inverse, 'int32'));
    const chosen = oneHot(tensor1d([...options.choices!], 'int32'), shape.vocab, 1, 0, 'float32') as Tensor2D;
    outputs.choiceLogp = matMul(logSoftmax(logitsOf(weights, last)), chosen, false, true);
  }
  return outputs;
}

/** Where each scored column reads its state and its next token, and which of them exist. */
function scoredColumns(batch: Batch): {
  state: Int32Array;
  inverse: Int32Array;
  next: Int32Array;
  hasToken: Float32Array;
  hasState: Float32Array;
} {
  const { rows, length, scored } = batch;
  const state = new Int32Array(rows * scored);
  const next = new Int32Array(rows * scored);
  const hasToken = new Float32Array(rows * scored);
  const hasState = new Float32Array(rows * scored);
  const inverse = new Int32Array(rows * length).fill(rows * scored);
  for (let b = 0; b < rows; b++) {
    for (let s = 0; s < scored; s++) {
      const i = b * scored + s;
      const column = batch.scoreFrom[b]! + s;
      if (column >= batch.end[b]!) continue;
      state[i] = b * length + column;
      inverse[b * length + column] = i;
      hasState[i] = 1;
      if (column + 1 >= batch.end[b]!) continue;
      next[i] = batch.tokens[b * length + column + 1]!;
      hasToken[i] = 1;
    }
  }
  return { state, inverse, next, hasToken, hasState };
}

function lastStates(batch: Batch): { index: Int32Array; inverse: Int32Array } {
  const inverse = new Int32Array(batch.rows * batch.length).fill(batch.rows);
  const index = batch.end.map((end, b) => b * batch.length + end - 1);
  index.forEach((row, b) => (inverse[row] = b));
  return { index, inverse };
}

function insideOnly(batch: Batch, values: Float32Array): Float32Array {
  return values.map((x, i) => {
    const b = Math.floor(i / batch.length);
    const t = i % batch.length;
    return t >= batch.start[b]! && t < batch.end[b]! ? x : 0;
  });
}
