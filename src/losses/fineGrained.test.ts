import '@tensorflow/tfjs-backend-cpu';
import {
  add, ready, reshape, setBackend, sum, tensor1d, tensor2d, tensor3d, tidy,
  type Scalar, type Tensor1D, type Tensor2D, type Tensor3D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import golden from './golden/fineGrained.json';
import {
  differentiate, discountedReturns, endMask, endRegressionLoss, fineGrainedLoss, klPenalisedRewards, lastTokenMask,
  responseMask, tokenBinaryLoss, tokenColumns, valueHead,
} from '.';
import { hold } from './testing/golden';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

const scalarOf = (tensor: Scalar): number => tensor.dataSync()[0]!;

describe('numbers of tokens', () => {
  it('lie at their tokens or at the states after them', () => {
    tidy(() => {
      expect(tokenColumns([[1, 2], [3]], 3, 'token').arraySync()).toEqual([[1, 2, 0], [3, 0, 0]]);
      expect(tokenColumns([[1, 2], [3]], 3, 'state').arraySync()).toEqual([[0, 1, 2], [0, 3, 0]]);
      expect(() => tokenColumns([[1, 2, 3]], 3, 'state')).toThrow(RangeError);
    });
  });
});

describe('fine-grained losses', () => {
  it('agree with PyTorch', () => {
    hold(golden.loss, (i, c) => fineGrainedLoss(i['value'] as Tensor3D, {
      tokens: [
        { targets: c['invented'] as Tensor2D, weights: c['inventedWeights'] as Tensor2D },
        { targets: c['stumble'] as Tensor2D, weights: c['stumbleWeights'] as Tensor2D },
      ],
      target: c['target'] as Tensor1D, end: c['end'] as Tensor2D, endCoefficient: golden.endCoefficient,
    }));
  });

  it('are cross-entropy and squared error by hand, and read each head where it belongs', () => {
    tidy(() => {
      const logits = tensor2d([[9, Math.log(3), -Math.log(4), 7]]);
      const [targets, weights] = [tensor2d([[0, 1, 1, 0]]), tensor2d([[0, 1, 2, 0]])];
      // sigma(log 3) = 3/4, sigma(-log 4) = 1/5.
      const wanted = (-Math.log(3 / 4) - 2 * Math.log(1 / 5)) / 3;
      expect(scalarOf(tokenBinaryLoss(logits, { targets, weights }))).toBeCloseTo(wanted, 6);
      const end = endMask([2, 1], 3);
      const value = tensor2d([[9, 9, 0.75], [9, 0.5, 9]]);
      const squared = (0.25 ** 2 + 0.4 ** 2) / 2;
      expect(scalarOf(endRegressionLoss(value, { target: tensor1d([1, 0.1]), end }))).toBeCloseTo(squared, 6);
      const heads = tensor3d([[[1, 2, 3], [4, 5, 6]]]);
      expect(valueHead(heads, 2).arraySync()).toEqual([[3, 6]]);
    });
  });

  it('have the gradients of finite differences, and stay finite for any logit', () => {
    tidy(() => {
      const draw = new Stream(streamKey(1, PURPOSE.test));
      const value = tensor3d(Float32Array.from({ length: 24 }, () => 2 * draw.normal()), [2, 4, 3]);
      const weights = tokenColumns([[1, 1, 1], [1, 2]], 4, 'state');
      const loss = (x: Tensor3D): Scalar => fineGrainedLoss(x, {
        tokens: [
          { targets: tokenColumns([[0, 1, 1], [1, 0]], 4, 'state'), weights },
          { targets: tokenColumns([[0.5, 0, 1], [0, 0.2]], 4, 'state'), weights },
        ],
        target: tensor1d([0.3, 0.9]), end: endMask([3, 2], 4), endCoefficient: 2,
      });
      const got = differentiate({ value }, ['value'], (o) => loss(o.value)).grads.value.dataSync();
      const step = 1e-2;
      const moved = (i: number, by: number): number => {
        const shift = Float32Array.from({ length: 24 }, (_, j) => (j === i ? by : 0));
        return scalarOf(loss(add<Tensor3D>(value, reshape(shift, [2, 4, 3]))));
      };
      got.forEach((gradient, i) => expect(gradient).toBeCloseTo((moved(i, step) - moved(i, -step)) / (2 * step), 3));
      for (const z of [500, -500]) {
        const far = differentiate({ z: tensor2d([[z, z]]) }, ['z'], (o) =>
          tokenBinaryLoss(o.z, { targets: tensor2d([[0, 1]]), weights: tensor2d([[1, 1]]) }));
        expect(scalarOf(far.value)).toBeCloseTo(250, 3);
        const wanted = z > 0 ? [0.5, 0] : [0, -0.5];
        far.grads.z.dataSync().forEach((gradient, i) => expect(gradient).toBeCloseTo(wanted[i]!, 6));
      }
    });
  });
});

describe('rewards of tokens', () => {
  const masks = (): { mask: Tensor2D; last: Tensor2D } =>
    ({ mask: responseMask([3, 1], 4), last: lastTokenMask([3, 1], 4) });
  const logp = (): Tensor2D => tensor2d([[-1, -2, -1, 0], [-3, 0, 0, 0]]);
  const referenceLogp = (): Tensor2D => tensor2d([[-2, -2, 1, 0], [-1, 0, 0, 0]]);

  it('are paid where they are due beside the KL penalty, and returned to the tokens before', () => {
    tidy(() => {
      const scores = tokenColumns([[2, -4, 6], [8]], 4, 'token');
      const rewards = klPenalisedRewards(scores, logp(), referenceLogp(), masks(), 0.5);
      expect(rewards.arraySync()).toEqual([[1 - 0.5, -2, 3 + 1, 0], [4 + 1, 0, 0, 0]]);
      expect(discountedReturns(rewards, 1).arraySync()).toEqual([[2.5, 2, 4, 0], [5, 0, 0, 0]]);
    });
  });

  it('add up to the objective of a response, and on the last token are its score', () => {
    tidy(() => {
      const [dense, plain] = [[[0.5, -1, 0.25], [2]], [[0, 0, -0.25], [2]]].map((scores) =>
        klPenalisedRewards(tokenColumns(scores, 4, 'token'), logp(), referenceLogp(), masks(), 0.25)) as [Tensor2D, Tensor2D];
      const holistic = klPenalisedRewards(tensor1d([-0.25, 2]), logp(), referenceLogp(), masks(), 0.25);
      expect(sum(dense, 1).arraySync()).toEqual(sum(holistic, 1).arraySync());
      // Without the sign of zero.
      expect(add(plain, 0).arraySync()).toEqual(add(holistic, 0).arraySync());
    });
  });
});
