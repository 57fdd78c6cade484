import '@tensorflow/tfjs-backend-cpu';
import {
  add, mean, mul, ones, profile, ready, reshape, setBackend, sub, sum, tensor1d, tensor2d, tidy, zeros,
  type Rank, type Scalar, type Tensor, type Tensor1D, type Tensor2D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import golden from './golden/onPolicy.json';
import {
  approxKl, clipFraction, clippedPolicyLoss, clippedValueLoss, differentiate, discountedReturns, generalisedAdvantages,
  groupAdvantages, grpoLoss, importanceRatio, k3Estimate, leaveOneOutAdvantages, p3oLoss, policyGradientLoss, ppoLoss,
  responseMask, tokenWeights, whiten, type P3oConstants, type PpoConstants,
} from '.';
import { hold, type Tensors } from './testing/golden';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

const stream = new Stream(streamKey(1, PURPOSE.test));
const normal = (rows: number, columns: number): Tensor2D =>
  tensor2d(Float32Array.from({ length: rows * columns }, () => stream.normal()), [rows, columns]);
const scalarOf = (tensor: Scalar): number => tensor.dataSync()[0]!;

function near(got: ArrayLike<number>, wanted: ArrayLike<number>, digits = 5): void {
  expect(got.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) expect(got[i], `[${i}]`).toBeCloseTo(wanted[i]!, digits);
}

/** Central differences of a loss, to about 1e-3. */
function finiteDifferences<T extends Tensor>(at: T, loss: (x: T) => Scalar): number[] {
  const step = 1e-2;
  const values = at.dataSync();
  const moved = (i: number, by: number): number => tidy(() => {
    const shift = Float32Array.from(values, (_, j) => (j === i ? by : 0));
    return scalarOf(loss(add<T>(at, reshape(shift, at.shape))));
  });
  return Array.from(values, (_, i) => (moved(i, step) - moved(i, -step)) / (2 * step));
}

describe('on-policy losses agree with PyTorch', () => {
  const { clipRange, valueClipRange, valueCoefficient, klCoef } = golden;
  const constants = (c: Tensors): PpoConstants =>
    ({ ...c, clipRange, valueClipRange, valueCoefficient }) as unknown as PpoConstants;

  it('PPO', () => {
    hold(golden.policy, (i, c) => clippedPolicyLoss(i['logp'] as Tensor2D, constants(c)));
    hold(golden.value, (i, c) => clippedValueLoss(i['value'] as Tensor2D, constants(c)));
    hold(golden.both, (i, c) => ppoLoss(i['logp'] as Tensor2D, i['value'] as Tensor2D, constants(c)));
  });

  it('generalised advantages, whitening and group advantages', () => {
    tidy(() => {
      const { gae, whiten: white, groupAdvantages: groups } = golden;
      const advantage = generalisedAdvantages(tensor2d(gae.rewards), tensor2d(gae.value), tensor2d(gae.mask), gae.lambda);
      near(advantage.dataSync(), gae.advantage.flat());
      near(whiten(tensor2d(white.values), tensor2d(white.mask), true).dataSync(), white.whitened.flat());
      near(groupAdvantages(Float32Array.from(groups.scores), groups.groupSize, true), groups.advantages, 4);
    });
  });

  it('GRPO', () => {
    hold(golden.grpo, (i, c) => grpoLoss(i['logp'] as Tensor2D, {
      oldLogp: c['oldLogp'] as Tensor2D, referenceLogp: c['referenceLogp'] as Tensor2D,
      advantage: c['advantage'] as Tensor2D, weights: c['weights'] as Tensor2D, clipRange, klCoef,
    }));
  });

  it.each(['separate', 'joint'] as const)('P3O, %s clipping', (clipping) => {
    hold(clipping === 'joint' ? golden.p3oJoint : golden.p3oSeparate, (i, c) => p3oLoss(i['logp'] as Tensor1D, {
      oldLogp: c['oldLogp'] as Tensor1D, rewards: c['rewards'] as Tensor1D, clipRange, clipping,
    }));
  });
});

describe('PPO', () => {
  const constants = (): PpoConstants => ({
    oldLogp: normal(3, 4), advantage: normal(3, 4), oldValue: normal(3, 4), returns: normal(3, 4),
    mask: responseMask([4, 2, 1], 4), clipRange: 0.2, valueClipRange: 0.3, valueCoefficient: 0.7,
  });

  it('is the policy gradient at ratio 1', () => {
    tidy(() => {
      const { oldLogp, advantage, mask } = constants();
      // A tensor of its own: the tape knows tensors by identity.
      const inputs = { logp: oldLogp.clone() };
      const clipped = differentiate(inputs, ['logp'], ({ logp }) =>
        clippedPolicyLoss(logp, { oldLogp, advantage, mask, clipRange: 0.2 }));
      const plain = differentiate(inputs, ['logp'], ({ logp }) => policyGradientLoss(logp, advantage, mask));
      near(clipped.grads.logp.dataSync(), plain.grads.logp.dataSync());
      expect(scalarOf(clipped.value)).toBeCloseTo(-scalarOf(sum(mul(advantage, mask))) / 7, 5);
    });
  });

  it('has no gradient where a clipped ratio would go further out, and one where it would come back', () => {
    tidy(() => {
      const oldLogp = zeros<Rank.R2>([1, 4]);
      const inputs = { logp: tensor2d([[0.5, 0.5, -0.5, -0.5]]) };
      const advantage = tensor2d([[1, -1, 1, -1]]);
      const mask = ones<Rank.R2>([1, 4]);
      const { value, grads } = differentiate(inputs, ['logp'], ({ logp }) =>
        clippedPolicyLoss(logp, { oldLogp, advantage, mask, clipRange: 0.2 }));
      const [up, down] = [Math.exp(0.5), Math.exp(-0.5)];
      near(grads.logp.dataSync(), [0, up / 4, -down / 4, 0]);
      expect(scalarOf(value)).toBeCloseTo(-(1.2 - up + down - 0.8) / 4, 5);
      const ratio = importanceRatio(inputs.logp, oldLogp);
      expect(scalarOf(clipFraction(ratio, advantage, mask, 0.2))).toBeCloseTo(0.5, 6);
      expect(scalarOf(approxKl(inputs.logp, oldLogp, mask))).toBeCloseTo(0.125, 6);
    });
  });

  it('has the gradients of finite differences and is finite for any input', () => {
    tidy(() => {
      const c = constants();
      // Half-way between the bounds and away from them: no kink within a step.
      const outputs = { logp: add<Tensor2D>(c.oldLogp, 0.1), value: add<Tensor2D>(c.oldValue, -0.1) };
      const { grads } = differentiate(outputs, ['logp', 'value'], ({ logp, value }) => ppoLoss(logp, value, c));
      near(grads.logp.dataSync(), finiteDifferences(outputs.logp, (logp) => ppoLoss(logp, outputs.value, c)), 3);
      near(grads.value.dataSync(), finiteDifferences(outputs.value, (value) => ppoLoss(outputs.logp, value, c)), 3);
      for (const shift of [200, -200]) {
        const far = differentiate({ logp: add<Tensor2D>(c.oldLogp, shift), value: outputs.value }, ['logp', 'value'],
          ({ logp, value }) => ppoLoss(logp, value, c));
        expect(Number.isFinite(scalarOf(far.value))).toBe(true);
        expect(Array.from(far.grads.logp.dataSync()).every(Number.isFinite)).toBe(true);
      }
    });
  });

  it('fused has value and gradients of the readable losses, with fewer operations', async () => {
    const c = constants();
    const outputs = { logp: add<Tensor2D>(c.oldLogp, mul(normal(3, 4), 0.3)), value: normal(3, 4) };
    const readable = (): ReturnType<typeof differentiate<typeof outputs, 'logp' | 'value'>> =>
      differentiate(outputs, ['logp', 'value'], ({ logp, value }) => tidy(() =>
        add<Scalar>(clippedPolicyLoss(logp, c), mul(c.valueCoefficient, clippedValueLoss(value, c)))));
    const fused = (): ReturnType<typeof readable> =>
      differentiate(outputs, ['logp', 'value'], ({ logp, value }) => ppoLoss(logp, value, c));
    const [expected, got] = [readable(), fused()];
    expect(scalarOf(got.value)).toBeCloseTo(scalarOf(expected.value), 5);
    near(got.grads.logp.dataSync(), expected.grads.logp.dataSync());
    near(got.grads.value.dataSync(), expected.grads.value.dataSync());
    const operations = async (work: () => unknown): Promise<number> =>
      (await profile(() => tidy(() => void work()))).kernels.length;
    const [before, after] = [await operations(readable), await operations(fused)];
    expect(after).toBeLessThan(0.6 * before);
  });

  it('has the TD error at lambda 0 and return minus value at lambda 1', () => {
    tidy(() => {
      const mask = responseMask([3, 1], 3);
      const rewards = tensor2d([[1, 2, 4], [8, 0, 0]]);
      // Past the end of the second response the value is of no token: it must not count.
      const value = tensor2d([[0.5, 1.5, 2.5], [3, 99, 99]]);
      near(generalisedAdvantages(rewards, value, mask, 0).dataSync(), [1 + 1.5 - 0.5, 2 + 2.5 - 1.5, 4 - 2.5, 5, 0, 0]);
      const whole = sub(discountedReturns(rewards, 1), mul(value, mask));
      near(generalisedAdvantages(rewards, value, mask, 1).dataSync(), whole.dataSync());
    });
  });

  it('whitens to mean 0 and deviation 1, or keeps the mean', () => {
    tidy(() => {
      const [values, mask] = [add<Tensor2D>(mul(normal(3, 4), 5), 2), responseMask([4, 2, 1], 4)];
      const kept = Array.from(values.dataSync()).filter((_, i) => mask.dataSync()[i] === 1);
      const centre = kept.reduce((a, b) => a + b) / 7;
      const figures = (shiftMean: boolean): [number, number] => {
        const white = Array.from(whiten(values, mask, shiftMean).dataSync()).filter((_, i) => mask.dataSync()[i] === 1);
        const average = white.reduce((a, b) => a + b) / 7;
        return [average, white.reduce((a, b) => a + (b - average) ** 2, 0) / 7];
      };
      near(figures(true), [0, 1]);
      near(figures(false), [centre, 1], 4);
    });
  });
});

describe('groups', () => {
  it('leave-one-out advantages are each reward minus the mean of the others, and add to zero in a group', () => {
    tidy(() => {
      const advantages = leaveOneOutAdvantages(tensor1d([1, 2, 6, -3, 5, 4]), 3).dataSync();
      near(advantages, [1 - 4, 2 - 3.5, 6 - 1.5, -3 - 4.5, 5 - 0.5, 4 - 1]);
      expect(advantages[0]! + advantages[1]! + advantages[2]!).toBeCloseTo(0, 5);
      expect(advantages[3]! + advantages[4]! + advantages[5]!).toBeCloseTo(0, 5);
    });
  });

  it('are whitened each for itself, whatever their scale, and equal scores teach nothing', () => {
    const scores = Float32Array.from([1, 2, 3, 100, 300, 200, 5, 5, 5]);
    near(groupAdvantages(scores, 3, true), [-1, 0, 1, -1, 1, 0, 0, 0, 0], 3);
    near(groupAdvantages(scores, 3, false), [-1, 0, 1, -100, 100, 0, 0, 0, 0]);
  });

  it('weigh responses or tokens the same', () => {
    tidy(() => {
      near(tokenWeights([2, 1], 3).dataSync(), [0.5, 0.5, 0, 1, 0, 0]);
      near(tokenWeights([2, 1], 3, 4).dataSync(), [0.25, 0.25, 0, 0.25, 0, 0]);
    });
  });

  it('k3 is not negative, 0 where the policies agree, finite for any input, and the KL on average', () => {
    tidy(() => {
      const [p, q] = [[0.7, 0.2, 0.1], [0.3, 0.3, 0.4]];
      const logs = (x: number[]): Tensor2D => tensor2d([x.map(Math.log)]);
      const k3 = k3Estimate(logs(p), logs(q)).dataSync();
      expect(k3.every((x) => x >= 0)).toBe(true);
      near(k3Estimate(logs(p), logs(p)).dataSync(), [0, 0, 0], 6);
      const kl = p.reduce((total, x, i) => total + x * Math.log(x / q[i]!), 0);
      expect(p.reduce((total, x, i) => total + x * k3[i]!, 0)).toBeCloseTo(kl, 5);
      expect(Number.isFinite(k3Estimate(tensor2d([[-300]]), tensor2d([[0]])).dataSync()[0]!)).toBe(true);
    });
  });

  it('GRPO at beta 0 and ratio 1 is the policy gradient; its gradient is that of finite differences', () => {
    tidy(() => {
      const [oldLogp, referenceLogp] = [normal(4, 3), normal(4, 3)];
      const [advantage, mask] = [tensor2d([[1], [-1], [0.5], [-0.5]]), responseMask([3, 3, 3, 3], 3)];
      const weights = tokenWeights([3, 3, 3, 3], 3);
      const loss = (klCoef: number) => (logp: Tensor2D): Scalar =>
        grpoLoss(logp, { oldLogp, referenceLogp, advantage, weights, clipRange: 0.2, klCoef });
      const at = differentiate({ logp: oldLogp.clone() }, ['logp'], ({ logp }) => loss(0)(logp));
      const plain = differentiate({ logp: oldLogp }, ['logp'], ({ logp }) =>
        policyGradientLoss(logp, mul(advantage, mask), mask));
      near(at.grads.logp.dataSync(), plain.grads.logp.dataSync());
      const moved: Tensor2D = add(oldLogp, 0.1);
      const { grads } = differentiate({ logp: moved }, ['logp'], ({ logp }) => loss(0.3)(logp));
      near(grads.logp.dataSync(), finiteDifferences(moved, loss(0.3)), 3);
    });
  });
});

describe('P3O', () => {
  const oldLogp = [-3, -5, -4, -4.5];
  const rewards = [2, 1, -1, 0.5];
  const constants = (clipping: P3oConstants['clipping'], shift = 0): P3oConstants => ({
    oldLogp: tensor1d(oldLogp), rewards: tensor1d(rewards.map((r, i) => r + (i < 2 ? shift : -3 * shift))),
    clipRange: 0.2, clipping,
  });

  it.each(['separate', 'joint'] as const)('has the pairwise policy gradient inside the clip range (%s)', (clipping) => {
    tidy(() => {
      const logp = tensor1d(oldLogp.map((x, i) => x + [0.05, -0.1, 0.02, 0.1][i]!));
      const { grads } = differentiate({ logp }, ['logp'], (o) => p3oLoss(o.logp, constants(clipping)));
      const weight = (i: number): number => {
        const moved = logp.dataSync();
        const ratios = Math.exp(moved[2 * i]! - oldLogp[2 * i]! + moved[2 * i + 1]! - oldLogp[2 * i + 1]!);
        return (-0.5 * (rewards[2 * i]! - rewards[2 * i + 1]!) * ratios) / 2;
      };
      near(grads.logp.dataSync(), [weight(0), -weight(0), weight(1), -weight(1)]);
    });
  });

  it.each(['separate', 'joint'] as const)('does not see a reward that depends on the prompt alone (%s)', (clipping) => {
    tidy(() => {
      const logp = tensor1d(oldLogp.map((x, i) => x + 0.3 * Math.sin(i)));
      const gradient = (shift: number): ArrayLike<number> =>
        differentiate({ logp }, ['logp'], (o) => p3oLoss(o.logp, constants(clipping, shift))).grads.logp.dataSync();
      near(gradient(7), gradient(0));
    });
  });

  it.each(['separate', 'joint'] as const)('stops where the better response has gained enough (%s)', (clipping) => {
    tidy(() => {
      const logp = tensor1d([-3 + 0.5, -5 - 0.5, -4 + 0.5, -4.5 - 0.5]);
      const { grads } = differentiate({ logp }, ['logp'], (o) => p3oLoss(o.logp, constants(clipping)));
      const gradient = Array.from(grads.logp.dataSync());
      expect(gradient.slice(0, 2).map(Math.abs)).toEqual([0, 0]);
      // In the second pair the worse one has gained: it is taken back.
      expect(gradient[2]).toBeGreaterThan(0);
      expect(gradient[3]).toBeLessThan(0);
    });
  });

  it('has zero mean gradient where the two rewards are the same', () => {
    tidy(() => {
      const equal = { ...constants('joint'), rewards: ones<Rank.R1>([4]) };
      const { grads } = differentiate({ logp: tensor1d(oldLogp) }, ['logp'], (o) => p3oLoss(o.logp, equal));
      expect(scalarOf(mean(grads.logp))).toBeCloseTo(0, 7);
      expect(grads.logp.dataSync().every((g) => Math.abs(g) < 1e-7)).toBe(true);
    });
  });
});
