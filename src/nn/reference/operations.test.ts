import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import {
  grad, matMul, mul, oneHot, ready, setBackend, slice, sum, tensor1d, tensor2d, tensor4d, tidy, zeros,
  type Rank, type Tensor, type Tensor2D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../../core/rng';
import { attention, embed, pickRows } from './operations';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

function random(size: number, salt: number): Float32Array {
  const stream = new Stream(streamKey(1, PURPOSE.test, salt));
  return Float32Array.from({ length: size }, () => stream.normal());
}

describe('gathers', () => {
  it('have the gradient of a one-hot matmul', () => {
    tidy(() => {
      const table = tensor2d(random(15, 1), [5, 3]);
      const dy = tensor2d(random(12, 2), [4, 3]);
      const ids = tensor1d([3, 0, 3, 4], 'int32');
      const gradient = (f: (x: Tensor2D) => Tensor): Float32Array =>
        grad((x: Tensor) => sum(mul(f(x as Tensor2D), dy)))(table).dataSync<'float32'>();
      const expected = gradient((x) => matMul(oneHot(ids, 5, 1, 0, 'float32') as Tensor2D, x));
      gradient((x) => embed(x, ids)).forEach((g, i) => expect(g).toBeCloseTo(expected[i]!, 6));

      const once = tensor1d([3, 0, 2, 4], 'int32');
      const inverse = tensor1d([1, 4, 2, 0, 3], 'int32');
      const picked = gradient((x) => matMul(oneHot(once, 5, 1, 0, 'float32') as Tensor2D, x));
      gradient((x) => pickRows(x, once, inverse)).forEach((g, i) => expect(g).toBeCloseTo(picked[i]!, 6));
    });
  });
});

describe('attention', () => {
  it('over more rows than one softmax may have is that of its parts', () => {
    tidy(() => {
      const queries = 65_600;
      const q = tensor4d(random(2 * queries, 3), [1, 1, queries, 2]);
      const k = tensor4d(random(6, 4), [1, 1, 3, 2]);
      const v = tensor4d(random(6, 5), [1, 1, 3, 2]);
      const mask = zeros<Rank.R4>([1, 1, 1, 3]);
      const whole = attention(q, k, v, mask);
      const end = attention(slice(q, [0, 0, queries - 100, 0], [1, 1, 100, 2]), k, v, mask);
      expect(Array.from(slice(whole, [queries - 100, 0], [100, 2]).dataSync())).toEqual(Array.from(end.dataSync()));
    });
  });
});
