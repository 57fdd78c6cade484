/**
 * Losses of the methods that learn from fixed responses: against PyTorch (golden/directPreference.json, by
 * scripts/golden/direct_preference.py), closed forms, finite differences and what must not change them.
 */
import '@tensorflow/tfjs-backend-cpu';
import {
  memory, mul, ready, reshape, scalar, setBackend, sub, tensor1d, tensor2d, tidy,
  type Scalar, type Tensor1D, type Tensor2D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import golden from './golden/directPreference.json';
import {
  aLolWeights, differentiate, DIRECT_LOSSES, directPreferenceLoss, directScores, ktoLoss, ktoReferencePoint, lambdaWeights,
  lipoLoss, proLoss, robustDpoLoss, sequenceLogp, weightedLikelihoodLoss,
  type ALolVariant, type DirectLossName, type DirectSettings,
} from '.';
import { hold } from './testing/golden';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

const NAMES = Object.keys(DIRECT_LOSSES) as DirectLossName[];
const VARIANTS: readonly ALolVariant[] = ['response', 'sequence', 'refFree', 'kl'];
const SETTINGS: DirectSettings = golden.settings;

function scalarOf(tensor: Scalar): number {
  return tensor.dataSync()[0]!;
}

/** A loss at scores given pair by pair. */
function lossAt(name: DirectLossName, scores: number[], pFirst: number[], settings: Partial<DirectSettings> = {}): number {
  return tidy(() => scalarOf(
    directPreferenceLoss(name, tensor1d(scores), tensor1d(pFirst), { ...SETTINGS, ...settings })));
}

/** log sigma(x), in doubles. */
function logSigmoid(x: number): number {
  return -Math.log1p(Math.exp(-x));
}

describe('agree with PyTorch', () => {
  it.each(NAMES)('%s', (name) => {
    const settings = name === 'ipo' ? { ...SETTINGS, beta: golden.settings.tau } : SETTINGS;
    hold(golden[name], (i, c) => directPreferenceLoss(
      name,
      directScores(name, i['logp'] as Tensor1D, c['referenceLogp'] as Tensor1D, c['tokens'] as Tensor1D),
      c['pFirst'] as Tensor1D, settings));
  });

  it('KTO', () => {
    hold(golden.kto, (i, c) => ktoLoss(
      sub(i['logp'] as Tensor1D, c['referenceLogp']!), c['pDesirable'] as Tensor1D,
      ktoReferencePoint(c['mismatched'] as Tensor1D, c['mismatchedReference'] as Tensor1D), golden.settings));
  });

  it.each(VARIANTS)('the gradient of A-LoL (%s)', (variant) => {
    hold(golden[`aLol_${variant}`], (i, c) => {
      const weights = aLolWeights(variant, {
        advantage: c['advantage'] as Tensor1D, referenceLogp: c['referenceLogp'] as Tensor2D, mask: c['mask'] as Tensor2D,
        logp: tensor2d(golden[`aLol_${variant}`].inputs.logp),
        clip: golden.settings.clip, beta: golden.settings.penalty,
      });
      return weightedLikelihoodLoss(i['logp'] as Tensor2D, weights);
    });
  });

  it('PRO', () => {
    hold(golden.pro, (i, c) =>
      proLoss(i['logp'] as Tensor2D, c['tokens'] as Tensor2D, c['rewards'] as Tensor2D, golden.settings.proSftCoef));
  });

  it('LiPO-lambda', () => {
    const score = (logp: Tensor2D, reference: Tensor2D): Tensor2D => mul(sub(logp, reference), golden.settings.beta);
    hold(golden.lipo, (i, c) => {
      const now = score(tensor2d(golden.lipo.inputs.logp), c['referenceLogp'] as Tensor2D);
      const weights = lambdaWeights(now, c['psi'] as Tensor2D);
      return lipoLoss(score(i['logp'] as Tensor2D, c['referenceLogp'] as Tensor2D), weights);
    });
  });
});

describe('direct preference losses', () => {
  const scores = [1.3, -0.4, -2, 0.7];

  it('have their closed forms on a hard label', () => {
    const [w, l] = [1.3, -0.4];
    const { beta, labelSmoothing: e, targetMargin, sftCoef } = SETTINGS;
    const m = beta * (w - l);
    const dpo = -logSigmoid(m);
    const flipped = -logSigmoid(-m);
    const expected: Record<DirectLossName, number> = {
      dpo,
      cdpo: (1 - e) * dpo + e * flipped,
      robust: ((1 - e) * dpo - e * flipped) / (1 - 2 * e),
      ipo: (w - l - 1 / (2 * beta)) ** 2,
      slic: Math.max(0, 1 - m) - sftCoef * w,
      simpo: -logSigmoid(m - targetMargin),
    };
    for (const name of NAMES) expect(lossAt(name, [w, l], [1]), name).toBeCloseTo(expected[name], 5);
    // Past the margin only the likelihood is left.
    expect(lossAt('slic', [9, 2], [1])).toBeCloseTo(-sftCoef * 9, 5);
  });

  it('are ln 2 where the policy is the reference, for DPO and cDPO', () => {
    for (const name of ['dpo', 'cdpo'] as const) expect(lossAt(name, [0, 0], [1])).toBeCloseTo(Math.LN2, 6);
  });

  it.each(NAMES)('%s is mirrored where the responses of each pair change places with the label', (name) => {
    expect(lossAt(name, [scores[1]!, scores[0]!, scores[3]!, scores[2]!], [0.1, 0.7]))
      .toBeCloseTo(lossAt(name, scores, [0.9, 0.3]), 5);
  });

  it('take a soft label as the expectation over hard ones, which for DPO is cDPO', () => {
    for (const name of NAMES) {
      const hard = [lossAt(name, [1.3, -0.4], [1]), lossAt(name, [1.3, -0.4], [0])] as const;
      expect(lossAt(name, [1.3, -0.4], [0.7]), name).toBeCloseTo(0.7 * hard[0] + 0.3 * hard[1], 5);
    }
    expect(lossAt('dpo', [1.3, -0.4], [0.7])).toBeCloseTo(lossAt('cdpo', [1.3, -0.4], [1], { labelSmoothing: 0.3 }), 5);
  });

  it('of robust DPO takes the flips out again: its mean over them is DPO on the true label', () => {
    const seen = (name: DirectLossName): number => lossAt(name, [1.3, -0.4], [1 - SETTINGS.labelSmoothing]);
    expect(seen('robust')).toBeCloseTo(lossAt('dpo', [1.3, -0.4], [1]), 5);
    expect(seen('dpo')).not.toBeCloseTo(lossAt('dpo', [1.3, -0.4], [1]), 2);
    expect(() => robustDpoLoss(tensor1d([0]), tensor1d([0]), 1, 0.5)).toThrow(/flip rate of 0.5/);
  });

  it.each(NAMES)('%s has the gradient that finite differences give', (name) => {
    const pFirst = [0.8, 1];
    const analytic = tidy(() => Array.from(
      differentiate({ scores: tensor1d(scores) }, ['scores'], (o) =>
        directPreferenceLoss(name, o.scores, tensor1d(pFirst), SETTINGS)).grads.scores.dataSync()));
    analytic.forEach((gradient, at) => {
      const moved = (step: number): number => lossAt(name, scores.map((s, i) => (i === at ? s + step : s)), pFirst);
      expect(gradient).toBeCloseTo((moved(1e-2) - moved(-1e-2)) / 2e-2, 3);
    });
  });

  it('stay finite at scores that no softmax would survive', () => {
    for (const name of NAMES) {
      for (const pFirst of [0, 0.3, 1]) expect(Number.isFinite(lossAt(name, [900, -900], [pFirst])), name).toBe(true);
    }
  });

  /** Descends on two logits under a uniform reference; the probability of the first arm. */
  function bandit(name: DirectLossName, pFirst: number, settings: Partial<DirectSettings>, steps: number): number {
    let logit = 0;
    for (let step = 0; step < steps; step++) {
      const slope = tidy(() => {
        const half = Math.log(0.5);
        const logps = tensor1d([logSigmoid(logit), logSigmoid(-logit)]);
        const reference = tensor1d([half, half]);
        const { grads } = differentiate({ scores: directScores(name, logps, reference, tensor1d([1, 1])) }, ['scores'], (o) =>
          directPreferenceLoss(name, o.scores, tensor1d([pFirst]), { ...SETTINGS, ...settings }));
        const [first, second] = grads.scores.dataSync();
        const p = 1 / (1 + Math.exp(-logit));
        return first! * (1 - p) - second! * p;
      });
      logit -= 0.5 * slope;
    }
    return 1 / (1 + Math.exp(-logit));
  }

  it('of IPO stop at sigma(0.5 / tau) on a two-armed bandit with one winner, where DPO goes on', () => {
    const tau = 0.4;
    const optimum = 1 / (1 + Math.exp(-0.5 / tau));
    expect(bandit('ipo', 1, { beta: tau }, 60)).toBeCloseTo(optimum, 3);
    expect(bandit('dpo', 1, { beta: 1 }, 60)).toBeGreaterThan(optimum + 0.1);
    // A soft label moves the target to (2p - 1) / (2 tau).
    expect(bandit('ipo', 0.7, { beta: tau }, 60)).toBeCloseTo(1 / (1 + Math.exp(-0.4 / (2 * tau))), 3);
  });

  it('of DPO on a soft label stop where the implicit reward has that preference', () => {
    // beta (log-odds) = logit(0.7)
    expect(bandit('dpo', 0.7, { beta: 1 }, 80)).toBeCloseTo(0.7, 3);
  });

  it('compare tokens where they say so, and the reference where they have one', () => {
    tidy(() => {
      const [logp, reference, tokens] = [tensor1d([-6, -9]), tensor1d([-4, -3]), tensor1d([2, 3])];
      const scoresOf = (name: DirectLossName): number[] => Array.from(directScores(name, logp, reference, tokens).dataSync());
      expect(scoresOf('dpo')).toEqual([-2, -6]);
      expect(scoresOf('ipo')).toEqual([-1, -2]);
      expect(scoresOf('slic')).toEqual([-6, -9]);
      expect(scoresOf('simpo')).toEqual([-3, -3]);
    });
  });
});

describe('KTO', () => {
  const settings = { beta: 0.5, desirableWeight: 1, undesirableWeight: 2 };

  it('is at half its weight at the reference point and falls towards what is wanted', () => {
    tidy(() => {
      const at = (delta: number, good: number): number => scalarOf(
        ktoLoss(tensor1d([delta]), tensor1d([good]), scalar(0.3), settings));
      expect(at(0.3, 1)).toBeCloseTo(0.5, 6);
      expect(at(0.3, 0)).toBeCloseTo(1, 6);
      expect(at(2.3, 1)).toBeCloseTo(1 / (1 + Math.E), 6);
      expect(at(2.3, 0)).toBeCloseTo(2 / (1 + 1 / Math.E), 6);
      expect(at(500, 1)).toBeCloseTo(0, 6);
      expect(at(-5000, 0)).toBeCloseTo(0, 6);
    });
  });

  it('takes no reference point below 0', () => {
    tidy(() => {
      expect(scalarOf(ktoReferencePoint(tensor1d([-1, -4]), tensor1d([-2, -4])))).toBeCloseTo(0.5, 6);
      expect(scalarOf(ktoReferencePoint(tensor1d([-3, -4]), tensor1d([-2, -4])))).toBe(0);
    });
  });
});

describe('A-LoL weights', () => {
  const constants = {
    advantage: [0.5, 2], mask: [[1, 1], [1, 0]], logp: [[-1, -2], [-3, 0]], referenceLogp: [[-1.2, -1.9], [-900, 0]],
    clip: 0.9, beta: 0.2,
  };
  const weights = (variant: ALolVariant, changes: Partial<typeof constants> = {}): number[] => tidy(() => {
    const { advantage, mask, logp, referenceLogp, clip, beta } = { ...constants, ...changes };
    return Array.from(aLolWeights(variant, {
      advantage: tensor1d(advantage), mask: tensor2d(mask), logp: tensor2d(logp), referenceLogp: tensor2d(referenceLogp), clip, beta,
    }).dataSync());
  });

  it('clip the ratio of the response or of each token, finite however large', () => {
    const response = 0.5 * Math.exp(0.1);
    const expected: Record<ALolVariant, number[]> = {
      response: [response, response, 2 * 1.9, 0],
      sequence: [0.5 * Math.exp(0.2), 0.5 * Math.exp(-0.1), 2 * 1.9, 0],
      refFree: [0.5, 0.5, 2, 0],
      kl: [0.3, 0.3, 1.8, 0],
    };
    for (const variant of VARIANTS) {
      weights(variant).forEach((w, i) => expect(w, `${variant} ${i}`).toBeCloseTo(expected[variant][i]!, 5));
    }
  });

  it('are those of the reference-free variant where the policy is the reference', () => {
    const same = { referenceLogp: constants.logp };
    for (const variant of ['response', 'sequence'] as const) {
      expect(weights(variant, same)).toEqual(weights('refFree', same));
    }
  });
});

describe('ranked lists', () => {
  it('PRO with two responses is the logistic loss on reward-heated log-probabilities', () => {
    tidy(() => {
      const loss = proLoss(tensor2d([[-6, -9]]), tensor2d([[3, 2]]), tensor2d([[1.5, 0.5]]), 0.2);
      // p = -2 and -4.5, both heated by 1.5 - 0.5; NLL of the best 6.
      expect(scalarOf(loss)).toBeCloseTo(-logSigmoid(2.5) + 0.2 * 6, 5);
    });
  });

  it('PRO learns no order from equal scores, and stays finite at extreme ones', () => {
    tidy(() => {
      const at = (rewards: number[][]): ReturnType<typeof differentiate<{ logp: Tensor2D }, 'logp'>> =>
        differentiate({ logp: tensor2d([[-6, -9, -200]]) }, ['logp'], (o) =>
          proLoss(o.logp, tensor2d([[1, 1, 1]]), tensor2d(rewards), 0));
      expect(Array.from(at([[2, 2, 2]]).grads.logp.dataSync())).toEqual([0, 0, 0]);
      expect(Number.isFinite(scalarOf(at([[50, 0, -50]]).value))).toBe(true);
    });
  });

  it('LiPO with two responses is DPO times what the swap costs', () => {
    tidy(() => {
      const score = tensor2d([[0.4, 1.1]]);
      const weights = lambdaWeights(score, tensor2d([[1, 0]]));
      const cost = 1 / Math.log(2) - 1 / Math.log(3);
      expect(scalarOf(lipoLoss(score, weights))).toBeCloseTo(cost * -logSigmoid(0.4 - 1.1), 5);
      const dpo = directPreferenceLoss('dpo', reshape(score, [2]), tensor1d([1]), { ...SETTINGS, beta: 1 });
      expect(scalarOf(lipoLoss(score, weights))).toBeCloseTo(cost * scalarOf(dpo), 5);
    });
  });

  it('LiPO weighs the top of the list most, and no pair that is tied', () => {
    tidy(() => {
      // Ranks by score: 2, 1, 3; ties would leave no rank apart, so the first of equals leads.
      const weights = lambdaWeights(tensor2d([[1, 5, 0], [0, 0, 0]]), tensor2d([[2, 1, 0], [1, 1, 0]])).arraySync();
      const discount = (rank: number): number => 1 / Math.log(1 + rank);
      const expected = [
        [[0, 2 * (discount(1) - discount(2)), 3 * (discount(2) - discount(3))], [0, 0, discount(1) - discount(3)], [0, 0, 0]],
        [[0, 0, discount(1) - discount(3)], [0, 0, discount(2) - discount(3)], [0, 0, 0]],
      ];
      weights.flat(2).forEach((w, at) => expect(w, String(at)).toBeCloseTo(expected.flat(2)[at]!, 5));
    });
  });

  it('do not change where the lists of a batch change places', () => {
    tidy(() => {
      const [logp, scores] = [[[-3, -5, -4], [-2, -8, -1]], [[3, 1, 0], [2, 1.5, 1]]];
      const ones = tensor2d([[1, 1, 1], [1, 1, 1]]);
      const pro = (a: number[][], b: number[][]): number => scalarOf(proLoss(tensor2d(a), ones, tensor2d(b), 0.05));
      const lipo = (a: number[][], b: number[][]): number =>
        scalarOf(lipoLoss(tensor2d(a), lambdaWeights(tensor2d(a), tensor2d(b))));
      const turned = (rows: number[][]): number[][] => rows.slice().reverse();
      expect(pro(turned(logp), turned(scores))).toBeCloseTo(pro(logp, scores), 5);
      expect(lipo(turned(logp), turned(scores))).toBeCloseTo(lipo(logp, scores), 5);
    });
  });
});

describe('sequence log-probability', () => {
  it('sums what the mask leaves, and nothing here leaks', () => {
    const before = memory().numTensors;
    tidy(() => {
      expect(Array.from(sequenceLogp(tensor2d([[-1, -2], [-3, -9]]), tensor2d([[1, 1], [1, 0]])).dataSync())).toEqual([-3, -3]);
    });
    expect(memory().numTensors).toBe(before);
    const [scores, p] = [tensor1d([1, 2]), tensor1d([1])];
    for (const name of NAMES) directPreferenceLoss(name, scores, p, SETTINGS).dispose();
    directScores('slic', scores, scores, scores).dispose();
    expect(memory().numTensors).toBe(before + 2);
    scores.dispose();
    p.dispose();
  });
});
