import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOKEN } from '../core/tokens';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import type { Engine } from '../nn/types';
import { accuracy, preferredMargin, rewardModel, scoreMargins, type LabelledPair, type RewardModelConfig } from './rewardModel';
import { freshParameters, train, word } from './testing/toy';

describe('measures on held-out pairs', () => {
  it('count a tie of the label or of the rewards as half a hit', () => {
    expect(accuracy([1, -1, 2, 0], [0.9, 0.9, 0.5, 1])).toBe((1 + 0 + 0.5 + 0.5) / 4);
  });

  it('take the margin towards the preferred response, and none where the label prefers neither', () => {
    expect(preferredMargin([3, -1, 100, -100], [0.9, 0.2, 0.5, 0.5])).toBe((3 + 1) / 4);
  });
});

describe('one pair, learned by heart', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await loadCpuEngine();
  });
  afterAll(() => engine.dispose());

  const logit = (p: number): number => Math.log(p / (1 - p));

  async function learn(
    seed: number, label: Pick<LabelledPair, 'pA' | 'margin'>, own: Partial<RewardModelConfig> = {},
  ): Promise<{ margin: number; values: Float32Array }> {
    const pair: LabelledPair = { prompt: [word(0)], responses: [[word(1), TOKEN.eos], [word(2), TOKEN.eos]], ...label };
    const config = {
      head: 'last' as const, epochs: 60, batch: 1, learningRate: 0.03, weightDecay: 0, measureEvery: 1000, seed, ...own,
    };
    const start = freshParameters(engine, seed);
    const { policy } = await train(engine, start, (params, optimizer, from) =>
      rewardModel(config, { engine, params, optimizer, from, pairs: [pair], heldOut: [] }));
    const [margin] = await scoreMargins(engine, policy, config.head, [pair]);
    const values = await engine.readParameters(policy);
    start.dispose();
    policy.dispose();
    return { margin: margin!, values };
  }

  describe.each([1, 2, 3])('seed %i', (seed) => {
    it('ends at logit(1 - s) with label smoothing s, far beyond without', async () => {
      for (const head of ['last', 'likelihood'] as const) {
        expect((await learn(seed, { pA: 1 }, { head, labelSmoothing: 0.2 })).margin).toBeCloseTo(logit(0.8), 1);
      }
      expect((await learn(seed, { pA: 1 })).margin).toBeGreaterThan(logit(0.98));
    });

    it('ends where a margin moves the optimum of a soft label', async () => {
      // d/dr: q sigma(m - r) = (1 - q) sigma(m + r), a quadratic in e^r; without m it is r = logit(q).
      const q = 0.75;
      const m = 1;
      const spread = Math.exp(m) * (2 * q - 1);
      const optimum = Math.log((spread + Math.sqrt(spread ** 2 + 4 * q * (1 - q))) / (2 * (1 - q)));
      expect(optimum).toBeGreaterThan(logit(q) + 0.5);
      expect((await learn(seed, { pA: 1 - q, margin: m })).margin).toBeCloseTo(-optimum, 1);
      // The label q as a smoothed hard one.
      expect((await learn(seed, { pA: 1, margin: m }, { labelSmoothing: 1 - q })).margin).toBeCloseTo(optimum, 1);
    });
  });

  it('is the same bits where smoothing and margin are 0 as where they are left out', async () => {
    const plain = await learn(1, { pA: 0.8 }, { epochs: 4 });
    expect((await learn(1, { pA: 0.8, margin: 0 }, { epochs: 4, labelSmoothing: 0 })).values).toEqual(plain.values);
    expect((await learn(1, { pA: 0.8, margin: 0.1 }, { epochs: 4 })).values).not.toEqual(plain.values);
  });
});
