/** Losses and gradients against PyTorch's autograd in float64 (golden/losses.json, by scripts/golden/losses.py). */
import '@tensorflow/tfjs-backend-cpu';
import {
  ready, setBackend, sum, mul, tensor, tidy,
  type Scalar, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import golden from './golden/losses.json';
import {
  bradleyTerryLoss, differentiate, likelihoodAwareScore, negativeLogLikelihood, policyGradientLoss, valueLoss,
} from '.';

type Nested = number | readonly Nested[];
interface Case {
  readonly inputs: Record<string, Nested>;
  readonly constants: Record<string, Nested>;
  readonly loss: number;
  readonly grads: Record<string, Nested>;
}

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

type Tensors = Record<string, Tensor>;

function tensors(values: Record<string, Nested>): Tensors {
  const entries = Object.entries(values);
  return Object.fromEntries(entries.map(([name, x]) => [name, tensor(x as number[], undefined, 'float32')]));
}

function hold(expected: Case, loss: (inputs: Tensors, constants: Tensors) => Scalar): void {
  tidy(() => {
    const inputs = tensors(expected.inputs);
    const constants = tensors(expected.constants);
    const { value, grads } = differentiate(inputs, Object.keys(inputs), (declared) => loss(declared, constants));
    expect(value.dataSync()[0]!).toBeCloseTo(expected.loss, 5);
    for (const [name, wanted] of Object.entries(tensors(expected.grads))) {
      const got = grads[name]!.dataSync();
      wanted.dataSync().forEach((x, i) => {
        expect(Math.abs(got[i]! - x), `${name}[${i}]`).toBeLessThan(2e-6 + 1e-5 * Math.abs(x));
      });
    }
  });
}

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
