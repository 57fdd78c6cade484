import '@tensorflow/tfjs-backend-cpu';
import {
  add, dispose, memory, mul, profile, ready, setBackend, sum, tensor1d, tensor2d, tensor3d, tidy,
  type Scalar, type Tensor2D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import {
  bradleyTerryLoss, differentiate, discountedReturns, divideByDeviation, endMask, headOf, klPenalisedRewards,
  lastTokenMask, lastTokenScore, likelihoodAwareScore, maskedMean, meanSequenceKl, moments, negativeLogLikelihood,
  policyGradientLoss, reinforceLoss, responseMask, splitPairs, standardise, valueLoss,
} from '.';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

function scalarOf(tensor: Scalar): number {
  return tensor.dataSync()[0]!;
}

describe('masks', () => {
  it('marks response tokens and the state after the last', () => {
    tidy(() => {
      expect(responseMask([2, 0], 3).arraySync()).toEqual([[1, 1, 0], [0, 0, 0]]);
      expect(endMask([2, 0], 3).arraySync()).toEqual([[0, 0, 1], [1, 0, 0]]);
      expect(lastTokenMask([2, 3], 3).arraySync()).toEqual([[0, 1, 0], [0, 0, 1]]);
      expect(() => endMask([3], 3)).toThrow(/its end needs more than 3 positions/);
    });
  });

  it('averages under a mask', () => {
    tidy(() => {
      const values = tensor2d([[1, 2, 30], [4, 50, 60]]);
      const mask = responseMask([2, 1], 3);
      expect(scalarOf(maskedMean(values, mask))).toBeCloseTo(7 / 3, 6);
      expect(scalarOf(negativeLogLikelihood(values, mask))).toBeCloseTo(-7 / 3, 6);
    });
  });
});

describe('Bradley-Terry loss', () => {
  it('is ln 2 at equal scores, whatever the label, with gradient (1/2 - p) / N', () => {
    tidy(() => {
      const outputs = { first: tensor1d([3, -1]), second: tensor1d([3, -1]) };
      const { value, grads } = differentiate(outputs, ['first', 'second'], ({ first, second }) =>
        bradleyTerryLoss(first, second, tensor1d([0.9, 0.2])),
      );
      expect(scalarOf(value)).toBeCloseTo(Math.LN2, 6);
      const first = grads.first.arraySync();
      expect(first[0]).toBeCloseTo(-0.4 / 2, 6);
      expect(first[1]).toBeCloseTo(0.3 / 2, 6);
      grads.second.arraySync().forEach((g, i) => expect(g).toBeCloseTo(-first[i]!, 6));
    });
  });

  it('is the entropy of the label where the model agrees with it, and smallest there', () => {
    tidy(() => {
      const p = 0.8;
      const logit = Math.log(p / (1 - p));
      const at = (margin: number): number =>
        scalarOf(bradleyTerryLoss(tensor1d([margin]), tensor1d([0]), tensor1d([p])));
      const entropy = -p * Math.log(p) - (1 - p) * Math.log(1 - p);
      expect(at(logit)).toBeCloseTo(entropy, 6);
      expect(at(logit + 0.3)).toBeGreaterThan(entropy + 1e-3);
      expect(at(logit - 0.3)).toBeGreaterThan(entropy + 1e-3);
    });
  });

  it('stays finite and linear at extreme margins', () => {
    tidy(() => {
      expect(scalarOf(bradleyTerryLoss(tensor1d([-500]), tensor1d([500]), tensor1d([1])))).toBeCloseTo(1000, 3);
      expect(scalarOf(bradleyTerryLoss(tensor1d([500]), tensor1d([-500]), tensor1d([1])))).toBeCloseTo(0, 6);
    });
  });

  it('splits a batch of pairs in halves', () => {
    tidy(() => {
      const [first, second] = splitPairs(tensor1d([1, 2, 3, 4]));
      expect(first.arraySync()).toEqual([1, 2]);
      expect(second.arraySync()).toEqual([3, 4]);
    });
  });
});

describe('reward scores', () => {
  it('reads the chosen head at the end', () => {
    tidy(() => {
      const value = tensor3d([[[1, 10], [2, 20], [3, 30]], [[4, 40], [5, 50], [6, 60]]]);
      const end = endMask([2, 0], 3);
      expect(lastTokenScore(value, end).arraySync()).toEqual([3, 4]);
      expect(headOf(value).arraySync()).toEqual([[1, 2, 3], [4, 5, 6]]);
    });
  });

  it('adds weighted, floored log-probabilities, and stops their gradient at the floor', () => {
    tidy(() => {
      const outputs = {
        value: tensor3d([[[0], [0], [0.5]]]),
        logp: tensor2d([[-1, -9, 0]]),
        tokenWeight: tensor2d([[0.1, 0.2, 0]]),
      };
      const end = endMask([2], 3);
      const { value, grads } = differentiate(outputs, ['value', 'logp', 'tokenWeight'], (o) =>
        sum<Scalar>(likelihoodAwareScore(o.value, o.logp, o.tokenWeight, end)),
      );
      expect(scalarOf(value)).toBeCloseTo(0.5 + 0.1 * -1 + 0.2 * -6, 6);
      expect(Array.from(grads.logp.dataSync())).toEqual([Math.fround(0.1), 0, 0]);
      expect(Array.from(grads.tokenWeight.dataSync())).toEqual([-1, -6, 0]);
      expect(Array.from(grads.value.dataSync())).toEqual([0, 0, 1]);
    });
  });
});

describe('policy gradient and value', () => {
  it('has gradient -A / n on the action and nothing on padding', () => {
    tidy(() => {
      const mask = responseMask([2, 1], 2);
      const advantage = tensor2d([[1, -2], [3, 99]]);
      const outputs: { logp: Tensor2D } = { logp: tensor2d([[-1, -2], [-3, -4]]) };
      const { value, grads } = differentiate(outputs, ['logp'], (o) => policyGradientLoss(o.logp, advantage, mask));
      expect(scalarOf(value)).toBeCloseTo(-(-1 + 4 - 9) / 3, 6);
      const expected = [-1 / 3, 2 / 3, -1, 0];
      grads.logp.dataSync().forEach((g, i) => expect(g).toBeCloseTo(expected[i]!, 6));
    });
  });

  it('is the mean square error with gradient 2 (V - Z) / n', () => {
    tidy(() => {
      const mask = responseMask([2], 3);
      const outputs = { value: tensor2d([[1, 2, 7]]) };
      const { value, grads } = differentiate(outputs, ['value'], (o) =>
        valueLoss(o.value, tensor2d([[0, 4, 0]]), mask),
      );
      expect(scalarOf(value)).toBeCloseTo(2.5, 6);
      expect(Array.from(grads.value.dataSync())).toEqual([1, -2, 0]);
    });
  });
});

describe('the fused REINFORCE loss', () => {
  const stream = new Stream(streamKey(1, PURPOSE.test));
  const random = (): Tensor2D => tensor2d(Float32Array.from({ length: 12 }, () => stream.normal()), [3, 4]);
  const coefficient = 0.3;

  it('has the value and the gradients of the readable ones, with fewer operations', async () => {
    const outputs = { logp: random(), value: random() };
    const constants = { advantage: random(), returns: random(), mask: responseMask([4, 2, 1], 4) };
    const readable = (): ReturnType<typeof differentiate<typeof outputs, 'logp' | 'value'>> =>
      differentiate(outputs, ['logp', 'value'], ({ logp, value }) =>
        tidy(() => add<Scalar>(
          policyGradientLoss(logp, constants.advantage, constants.mask),
          mul(coefficient, valueLoss(value, constants.returns, constants.mask)),
        )));
    const fused = (): ReturnType<typeof readable> =>
      differentiate(outputs, ['logp', 'value'], ({ logp, value }) =>
        reinforceLoss(logp, value, { ...constants, valueCoefficient: coefficient }));
    const [expected, got] = [readable(), fused()];
    expect(scalarOf(got.value)).toBeCloseTo(scalarOf(expected.value), 5);
    for (const name of ['logp', 'value'] as const) {
      const wanted = expected.grads[name].dataSync();
      got.grads[name].dataSync().forEach((g, i) => expect(g, `${name}[${i}]`).toBeCloseTo(wanted[i]!, 6));
    }
    const operations = async (work: () => unknown): Promise<number> =>
      (await profile(() => tidy(() => void work()))).kernels.length;
    const [before, after] = [await operations(readable), await operations(fused)];
    expect(after).toBeLessThan(0.7 * before);
  });
});

describe('returns', () => {
  it('puts the KL penalty on each token and the score on the last', () => {
    tidy(() => {
      const masks = { mask: responseMask([2, 1], 3), last: lastTokenMask([2, 1], 3) };
      const logp = tensor2d([[-1, -2, -9], [-3, -9, -9]]);
      const referenceLogp = tensor2d([[-2, -2, 0], [-1, 0, 0]]);
      const rewards = klPenalisedRewards(tensor1d([2, 4]), logp, referenceLogp, masks, 0.5);
      expect(rewards.arraySync()).toEqual([[-0.5, 1, 0], [3, 0, 0]]);
      expect(discountedReturns(rewards, 1).arraySync()).toEqual([[0.5, 1, 0], [3, 0, 0]]);
      expect(discountedReturns(rewards, 0.5).arraySync()).toEqual([[0, 1, 0], [3, 0, 0]]);
      // (1 - 0 + (-2)) over two responses, the padding left out.
      expect(scalarOf(meanSequenceKl(logp, referenceLogp, masks.mask))).toBeCloseTo((1 + 0 - 2) / 2, 6);
    });
  });

  it('are divided by their deviation under the mask', () => {
    tidy(() => {
      const scaled = divideByDeviation(tensor2d([[1, 3, 100]]), responseMask([2], 3)).dataSync();
      expect(scaled[0]).toBeCloseTo(1, 6);
      expect(scaled[1]).toBeCloseTo(3, 6);
      expect(scaled[2]).toBe(0);
    });
  });

  it('standardises with the moments of other samples', () => {
    expect(moments([1, 3])).toEqual({ mean: 2, std: 1 });
    const out = standardise([2, 5], moments([1, 3]));
    expect(out[0]).toBeCloseTo(0, 6);
    expect(out[1]).toBeCloseTo(3, 6);
  });
});

describe('differentiate', () => {
  it('leaks nothing but the value and the declared gradients', () => {
    const outputs = { logp: tensor2d([[-1, -2]]), entropy: tensor2d([[1, 1]]) };
    const mask = responseMask([2], 2);
    const before = memory().numTensors;
    for (let i = 0; i < 3; i++) {
      const { value, grads } = differentiate(outputs, ['logp'], ({ logp }) => negativeLogLikelihood(logp, mask));
      expect(memory().numTensors).toBe(before + 2);
      expect(Object.keys(grads)).toEqual(['logp']);
      dispose([value, grads.logp]);
      expect(memory().numTensors).toBe(before);
    }
    dispose([outputs.logp, outputs.entropy, mask]);
  });

  it('names a declared output that is missing', () => {
    const outputs: { logp?: Tensor2D } = {};
    expect(() => differentiate(outputs, ['logp'], ({ logp }) => sum<Scalar>(logp))).toThrow(/"logp"/);
  });
});
