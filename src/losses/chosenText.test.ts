/** Losses for noisy labels and for chosen text against PyTorch (golden/chosenText.json) and what must hold of them. */
import '@tensorflow/tfjs-backend-cpu';
import { ready, setBackend, tensor1d, tensor2d, tidy, type Scalar, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import golden from './golden/chosenText.json';
import { bradleyTerryLoss, differentiate, negativeLogLikelihood, noisyBradleyTerryLoss, responseMask, superHfLoss } from '.';
import { hold } from './testing/golden';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

const number = (scalar: Scalar): number => scalar.dataSync()[0]!;

/** Central differences of a loss of one flat input, in steps of 1e-2. */
function differences(values: readonly number[], loss: (values: readonly number[]) => number): number[] {
  const step = 1e-2;
  const at = (i: number, by: number): number => loss(values.map((x, j) => (i === j ? x + by : x)));
  return values.map((_, i) => (at(i, step) - at(i, -step)) / (2 * step));
}

describe('the Bradley-Terry loss for noisy labels', () => {
  it('agrees with PyTorch', () => {
    const { labelSmoothing } = golden.noisyBradleyTerry;
    hold(golden.noisyBradleyTerry, (i, c) => noisyBradleyTerryLoss(
      i['first'] as Tensor1D, i['second'] as Tensor1D, c['pFirst'] as Tensor1D, { labelSmoothing, margin: c['margin'] as Tensor1D }));
  });

  it('has the gradient of its differences, at soft labels too', () => {
    tidy(() => {
      const second = tensor1d([0.5, -1, 2]);
      const pFirst = tensor1d([0.2, 0.7, 1]);
      const margin = tensor1d([0.3, 0, 1]);
      const at = (first: Tensor1D): Scalar => noisyBradleyTerryLoss(first, second, pFirst, { labelSmoothing: 0.1, margin });
      const values = [0.4, 1.2, 0.9];
      const { grads } = differentiate({ first: tensor1d(values) }, ['first'], ({ first }) => at(first));
      const expected = differences(values, (shifted) => number(at(tensor1d([...shifted]))));
      grads.first.dataSync().forEach((g, i) => expect(g).toBeCloseTo(expected[i]!, 3));
    });
  });

  it('is the plain loss without noise, and with smoothing the plain loss of the smoothed label', () => {
    tidy(() => {
      const [first, second, pFirst] = [tensor1d([3, -200, 0]), tensor1d([1, 300, 0]), tensor1d([0.9, 1, 0.3])];
      expect(number(noisyBradleyTerryLoss(first, second, pFirst, {}))).toBe(number(bradleyTerryLoss(first, second, pFirst)));
      const smoothed = tensor1d([0.9, 1, 0.3].map((p) => 0.8 * p + 0.2 * (1 - p)));
      expect(number(noisyBradleyTerryLoss(first, second, pFirst, { labelSmoothing: 0.2 })))
        .toBeCloseTo(number(bradleyTerryLoss(first, second, smoothed)), 3);
    });
  });

  it('wants a lead of the margin: as much loss there as the plain one has at none', () => {
    tidy(() => {
      const loss = noisyBradleyTerryLoss(tensor1d([2]), tensor1d([0]), tensor1d([1]), { margin: tensor1d([2]) });
      expect(number(loss)).toBeCloseTo(Math.LN2, 6);
    });
  });
});

describe('the SuperHF loss', () => {
  it('agrees with PyTorch', () => {
    hold(golden.superHf, (i, c) => superHfLoss(
      i['logp'] as Tensor2D, c['referenceLogp'] as Tensor2D, c['mask'] as Tensor2D, golden.superHf.klCoef));
  });

  it('is the likelihood without a penalty, and at the reference with any', () => {
    tidy(() => {
      const logp = tensor2d([[-1, -2, -3]]);
      const mask = responseMask([2], 3);
      const plain = number(negativeLogLikelihood(logp, mask));
      expect(number(superHfLoss(logp, tensor2d([[-4, -1, 0]]), mask, 0))).toBeCloseTo(plain, 6);
      expect(number(superHfLoss(logp, logp, mask, 9))).toBeCloseTo(plain, 6);
      expect(number(superHfLoss(logp, tensor2d([[-4, -1, 0]]), mask, 1))).toBeGreaterThan(plain + 0.1);
    });
  });

  it('stays finite far from the reference', () => {
    tidy(() => {
      const { value, grads } = differentiate({ logp: tensor2d([[-900, -1]]) }, ['logp'], ({ logp }) =>
        superHfLoss(logp, tensor2d([[-1, -900]]), responseMask([2], 2), 1));
      for (const x of [...value.dataSync(), ...grads.logp.dataSync()]) expect(Number.isFinite(x)).toBe(true);
    });
  });

  it('pulls, over samples of the policy, as KL(reference || policy) of the whole distribution does', () => {
    const logits = [0.2, -1, 0.9, 0];
    const reference = [0.4, 0.1, 0.2, 0.3];
    const policyOf = (at: readonly number[]): number[] => {
      const total = at.reduce((sum, x) => sum + Math.exp(x), 0);
      return at.map((x) => Math.exp(x) / total);
    };
    const policy = policyOf(logits);
    const expected = differences(logits, (at) => {
      const p = policyOf(at);
      return reference.reduce((sum, q, a) => sum + q * Math.log(q / p[a]!), 0);
    });
    // dL/dlogp of each action with the likelihood taken off, weighed by how often the policy takes it.
    const pull = tidy(() => {
      const of = (klCoef: number): Float32Array => {
        const outputs: { logp: Tensor2D } = { logp: tensor2d([policy.map(Math.log)]) };
        const { grads } = differentiate(outputs, ['logp'], ({ logp }) =>
          superHfLoss(logp, tensor2d([reference.map(Math.log)]), responseMask([4], 4), klCoef));
        return grads.logp.dataSync<'float32'>();
      };
      const [without, penalised] = [of(0), of(1)];
      return policy.map((p, a) => 4 * p * (penalised[a]! - without[a]!));
    });
    // Through log softmax: d log p_a / d logit_b = [a = b] - p_b.
    const total = pull.reduce((sum, g) => sum + g, 0);
    expected.forEach((g, b) => expect(pull[b]! - total * policy[b]!).toBeCloseTo(g, 3));
  });
});
