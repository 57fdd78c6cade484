import {
  add, cast, logSoftmax, mul, multinomial, oneHot, reshape, stack, sum, tensor1d, type Rank, type Tensor1D, type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { Sampler } from '../../src/nn/reference/sampler';

/** Sampling as a user of tfjs would write it: for its speed only, since its draws are tfjs' own. */
export const sampleWithTfjs: Sampler = (logits, { temperature, bannedIds, key }) => {
  const [rows, vocab] = logits.shape;
  const banned = new Float32Array(vocab);
  for (const id of bannedIds) banned[id] = -1e9;
  const logp = logSoftmax<Tensor2D>(add(mul(logits, 1 / temperature), tensor1d(banned)));
  const ids = reshape<Rank.R1>(multinomial(logp, 1, key), [rows]);
  const chosen = sum<Tensor1D>(mul(oneHot(cast(ids, 'int32'), vocab), logp), 1);
  return stack([cast(ids, 'float32'), chosen]) as Tensor2D;
};
