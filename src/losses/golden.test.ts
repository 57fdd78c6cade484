/** Losses and gradients against PyTorch's autograd in float64 (golden/losses.json, by scripts/golden/losses.py). */
import '@tensorflow/tfjs-backend-cpu';
import {
  ready, setBackend, sum, mul, type Scalar, type Tensor1D, type Tensor2D, type Tensor3D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import golden from './golden/losses.json';
import {
  bradleyTerryLoss, likelihoodAwareScore, negativeLogLikelihood, policyGradientLoss, valueLoss,
} from '.';
import { hold } from './testing/golden';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

describe('losses agree with PyTorch', () => {
  it('Bradley-Terry', () => {
    hold(golden.bradleyTerry, (i, c) =>
      bradleyTerryLoss(i['first'] as Tensor1D, i['second'] as Tensor1D, c['pFirst'] as Tensor1D));
  });

  it('negative log-likelihood', () => {
    hold(golden.negativeLogLikelihood, (i, c) => negativeLogLikelihood(i['logp'] as Tensor2D, c['mask'] as Tensor2D));
  });

  it('likelihood-aware score', () => {
    hold(golden.likelihoodAware, (i, c) => {
      const score = likelihoodAwareScore(
        i['value'] as Tensor3D, i['logp'] as Tensor2D, i['tokenWeight'] as Tensor2D, c['end'] as Tensor2D,
      );
      score.dataSync().forEach((x, b) => expect(x).toBeCloseTo(golden.likelihoodAware.perItem[b]!, 5));
      return sum<Scalar>(mul(score, c['cotangent']!));
    });
  });

  it('policy gradient', () => {
    hold(golden.policyGradient, (i, c) =>
      policyGradientLoss(i['logp'] as Tensor2D, c['advantage'] as Tensor2D, c['mask'] as Tensor2D));
  });

  it('value loss', () => {
    hold(golden.valueLoss, (i, c) =>
      valueLoss(i['value'] as Tensor2D, c['returns'] as Tensor2D, c['mask'] as Tensor2D));
  });
});
