// Rewards of segments by hand, and rewards of tokens in RL: who is paid for what, on three seeds, with a control that fails.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOKEN } from '../core/tokens';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import type { Engine, ParameterSet } from '../nn/types';
import { segmentRewards, segmentsAt, weigh } from './fineGrainedRewards';
import { p3o } from './p3o';
import { ppo } from './ppo';
import { reinforce } from './reinforce';
import { rloo } from './rloo';
import { sample, type OnPolicyConfig, type OnPolicyDeps, type Rollout } from './rollouts';
import { freshParameters, train, word } from './testing/toy';
import type { Algorithm } from './types';

describe('segments', () => {
  const STOP = word(7);
  const ends = segmentsAt(new Set([STOP]));

  it('end at punctuation, and what follows of it or ends the text belongs to them', () => {
    expect(ends([word(0), STOP, word(1), word(2), STOP, TOKEN.eos])).toEqual([1, 5]);
    expect(ends([word(0), STOP, STOP, word(1), TOKEN.eos])).toEqual([2, 4]);
    expect(ends([word(0), word(1)])).toEqual([1]);
    expect(ends([word(0), STOP])).toEqual([1]);
    expect(ends([TOKEN.eos])).toEqual([0]);
  });

  it('cost at their last token what their worst token is likely to be faulty, and sound ones earn nothing', () => {
    const judgement = {
      invention: Float32Array.of(0.125, 0.625, 0.25, 0.375, 0.5), stumble: Float32Array.of(0, 0, 0, 0, 0.75), coverage: 0.25,
    };
    const rewards = segmentRewards(judgement, [1, 2, 4]);
    expect(Array.from(rewards.tokens.invention)).toEqual([0, -0.625, -0.25, 0, -0.5]);
    expect(Array.from(rewards.tokens.stumble).map((value) => value + 0)).toEqual([0, 0, 0, 0, -0.75]);
    const paid = weigh(rewards, { coverage: 8, invention: 0.5, stumble: 0.25 });
    expect(Array.from(paid).map((value) => value + 0)).toEqual([0, -0.3125, -0.125, 0, -0.25 - 0.1875 + 2]);
    const stumbles = Array.from(weigh(rewards, { coverage: 0, invention: 0, stumble: 1 }));
    expect(stumbles.map((value) => value + 0)).toEqual([0, 0, 0, 0, -0.75]);
    expect(() => segmentRewards(judgement, [1, 2])).toThrow(RangeError);
  });
});

let engine: Engine;
beforeAll(async () => {
  engine = await loadCpuEngine();
});
afterAll(() => engine.dispose());

type Run = (config: OnPolicyConfig, deps: OnPolicyDeps) => Algorithm<void>;
const reuse = { epochs: 2, minibatches: 2 };
const METHODS: Readonly<Record<'REINFORCE' | 'PPO' | 'RLOO' | 'P3O', Run>> = {
  REINFORCE: (config, deps) => reinforce({ ...config, valueLearningRate: 5e-2 }, deps),
  PPO: (config, deps) => ppo({
    ...config, ...reuse, valueLearningRate: 5e-2, gaeLambda: 0.95, clipRange: 0.2, valueClipRange: 0.2,
    whitenRewards: false, whitenAdvantages: true,
  }, deps),
  RLOO: (config, deps) => rloo({ ...config, samplesPerPrompt: 2 }, deps),
  P3O: (config, deps) => p3o({ ...config, ...reuse, clipRange: 0.2, clipping: 'separate' }, deps),
};
const CONFIG: OnPolicyConfig = {
  iterations: 3, klCoef: 0.1, learningRate: 1e-2, temperature: 1, maxNewTokens: 4, measureEvery: 100, seed: 3,
};

/** What a method makes of rewards, as parameters and points. */
async function learn(run: Run, rewards: Partial<OnPolicyDeps>): Promise<{ values: Float32Array; points: unknown }> {
  const reference = freshParameters(engine, 7);
  const { policy, points } = await train(engine, reference, (trained, optimizer, from) => run(CONFIG, {
    engine, policy: trained, optimizer, from, reference, prompts: () => [[word(1)], [word(2), word(3)], [word(4)], [word(0)]],
    reward: async () => { throw new Error('asked for rewards of responses'); }, ...rewards,
  }));
  const values = await engine.readParameters(policy);
  policy.dispose();
  reference.dispose();
  return { values, points };
}

const price = ({ response }: Rollout): number => response.length - 2.3 + Number(response[0] === word(4));
const onLast = (rollout: Rollout): Float32Array => {
  const rewards = new Float32Array(rollout.response.length);
  rewards[rewards.length - 1] = price(rollout);
  return rewards;
};

describe('rewards of tokens', () => {
  it.each(Object.entries(METHODS))('on the last token are the reward of the response to the bit (%s)', async (_, run) => {
    const plain = await learn(run, { reward: async (rollouts) => Float32Array.from(rollouts, price) });
    const dense = await learn(run, { tokenRewards: async (rollouts) => rollouts.map(onLast) });
    expect(dense.points).toEqual(plain.points);
    expect(dense.values).toEqual(plain.values);
  });

  it.each(Object.entries(METHODS))('on the first token change what %s learns where actions are tokens', async (name, run) => {
    const last = await learn(run, { tokenRewards: async (rollouts) => rollouts.map(onLast) });
    const first = await learn(run, { tokenRewards: async (rollouts) => rollouts.map((r) => onLast(r).reverse()) });
    if (name === 'RLOO' || name === 'P3O') expect(first.values).toEqual(last.values);
    else expect(first.values).not.toEqual(last.values);
  });

  it('are refused where they are not one a token', async () => {
    await expect(learn(METHODS.PPO, { tokenRewards: async (rollouts) => rollouts.map(() => new Float32Array(9)) }))
      .rejects.toThrow(RangeError);
  });

  /** Each right word is paid where it is written: word 4 first, then word 2. */
  const WANTED = [word(4), word(2)];
  const paid = ({ response }: Rollout): Float32Array => Float32Array.from(response, (id, t) => Number(id === WANTED[t]));

  /** Share of answers of two words with the right word in each place. */
  async function solved(policy: ParameterSet): Promise<[first: number, second: number]> {
    const answers = await sample(engine, policy, Array.from({ length: 200 }, () => [word(0)]), {
      temperature: 1, maxNewTokens: 2, key: 9,
    });
    const share = (t: 0 | 1): number => answers.filter(({ tokens }) => tokens[t] === WANTED[t]).length / answers.length;
    return [share(0), share(1)];
  }

  describe.each([1, 2, 3])('seed %i', (seed) => {
    it('teach REINFORCE both words of an answer, not where others are paid', async () => {
      const write = async (pay: (rollouts: readonly Rollout[]) => Float32Array[]): Promise<[number, number]> => {
        const reference = freshParameters(engine, seed);
        const prompts = Array.from({ length: 32 }, () => [word(0)]);
        const config = { ...CONFIG, iterations: 50, klCoef: 0, maxNewTokens: 2, seed };
        const { policy } = await train(engine, reference, (trained, optimizer, from) => METHODS.REINFORCE(config, {
          engine, policy: trained, optimizer, from, reference, prompts: () => prompts,
          reward: async () => { throw new Error('asked for rewards of responses'); },
          tokenRewards: async (rollouts) => pay(rollouts),
        }));
        const shares = await solved(policy);
        policy.dispose();
        reference.dispose();
        return shares;
      };
      for (const share of await write((rollouts) => rollouts.map(paid))) expect(share).toBeGreaterThan(0.9);
      // Each response gets what the next one earned, at the same places.
      const exchanged = await write((rollouts) => rollouts.map(({ response }, i) => {
        const other = paid(rollouts[(i + 1) % rollouts.length]!);
        return Float32Array.from(response, (_, t) => other[t] ?? 0);
      }));
      expect(Math.min(...exchanged)).toBeLessThan(0.5);
    });
  });
});
