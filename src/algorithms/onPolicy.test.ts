// The methods that learn from their own samples: each solves a bandit on three seeds, with controls that must fail.
import { memory } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { TOKEN } from '../core/tokens';
import { packBatch, promptAndResponse } from '../nn/batch';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import type { Engine, ParameterSet } from '../nn/types';
import { grpo } from './grpo';
import { p3o } from './p3o';
import { ppo } from './ppo';
import { rloo } from './rloo';
import type { OnPolicyConfig, OnPolicyDeps, Rollout } from './rollouts';
import { expectGoesOn, freshParameters, train, word } from './testing/toy';
import type { Algorithm } from './types';

const GOOD = word(4);

let engine: Engine;
beforeAll(async () => {
  engine = await loadCpuEngine();
});
afterAll(() => engine.dispose());

interface Method {
  /** As many as make 32 responses an iteration. */
  readonly prompts: number;
  /** As many as solve the bandit. */
  readonly iterations: number;
  /** Whether it follows the gradient of J, and of nothing else. */
  readonly exact: boolean;
  run(config: OnPolicyConfig, deps: OnPolicyDeps): Algorithm<void>;
}

const reuse = { epochs: 2, minibatches: 2 };
const METHODS: Readonly<Record<string, Method>> = {
  RLOO: { prompts: 8, iterations: 50, exact: true, run: (config, deps) => rloo({ ...config, samplesPerPrompt: 4 }, deps) },
  GRPO: {
    prompts: 8, iterations: 25, exact: false,
    run: (config, deps) => grpo(
      { ...config, ...reuse, samplesPerPrompt: 4, clipRange: 0.2, scaleByDeviation: true, divideByLength: true }, deps),
  },
  'Dr. GRPO': {
    prompts: 8, iterations: 25, exact: false,
    run: (config, deps) => grpo(
      { ...config, ...reuse, samplesPerPrompt: 4, clipRange: 0.2, scaleByDeviation: false, divideByLength: false }, deps),
  },
  PPO: {
    prompts: 32, iterations: 25, exact: true,
    run: (config, deps) => ppo({
      ...config, ...reuse, valueLearningRate: 5e-2, gaeLambda: 0.95, clipRange: 0.2, valueClipRange: 0.2,
      whitenRewards: false, whitenAdvantages: true,
    }, deps),
  },
  'P3O, separate': {
    prompts: 16, iterations: 25, exact: true,
    run: (config, deps) => p3o({ ...config, ...reuse, clipRange: 0.2, clipping: 'separate' }, deps),
  },
  'P3O, joint': {
    prompts: 16, iterations: 25, exact: true,
    run: (config, deps) => p3o({ ...config, ...reuse, clipRange: 0.2, clipping: 'joint' }, deps),
  },
};

const CONFIG: OnPolicyConfig = {
  iterations: 4, klCoef: 0.1, learningRate: 1e-2, temperature: 1, maxNewTokens: 4, measureEvery: 100, seed: 3,
};

/** Probability of the bandit's word among the answers that may be sampled. */
async function probabilityOfGood(policy: ParameterSet): Promise<number> {
  const answers = [TOKEN.eos, ...Array.from({ length: 8 }, (_, n) => word(n))];
  const batch = packBatch(answers.map((answer) => promptAndResponse([word(0)], [answer])));
  const forward = await engine.forward(policy, batch, { outputs: ['logp'] });
  const probabilities = (await forward.outputs.logp!.array()).map(([first]) => Math.exp(first!));
  forward.dispose();
  return probabilities[answers.indexOf(GOOD)]! / probabilities.reduce((sum, p) => sum + p, 0);
}

/** Runs a method to its end on a prompt that wants one word. */
async function bandit(
  method: Method, config: Partial<OnPolicyConfig>, pays: (rollout: Rollout) => number,
): Promise<{ last: Record<string, number>; before: number; after: number }> {
  const full = { ...CONFIG, iterations: method.iterations, klCoef: 0, maxNewTokens: 1, ...config };
  const reference = freshParameters(engine, full.seed);
  const prompts = Array.from({ length: method.prompts }, () => [word(0)]);
  const { policy, last } = await train(engine, reference, (trained, optimizer, from) => method.run(full, {
    engine, policy: trained, optimizer, from, reference, prompts: () => prompts,
    reward: async (rollouts) => Float32Array.from(rollouts, pays),
  }));
  const [before, after] = [await probabilityOfGood(reference), await probabilityOfGood(policy)];
  policy.dispose();
  reference.dispose();
  return { last, before, after };
}

const wanted = ({ response }: Rollout): number => Number(response[0] === GOOD);

describe.each(Object.entries(METHODS))('%s', (_, method) => {
  it.each([1, 2, 3])('solves a bandit, not one of noise, and not on a short KL leash (seed %i)', async (seed) => {
    const solved = await bandit(method, { seed }, wanted);
    expect(solved.after).toBeGreaterThan(0.9);
    expect(solved.last['objective/scores']).toBeGreaterThan(0.9);
    const noise = new Stream(streamKey(seed, PURPOSE.test, 5));
    expect((await bandit(method, { seed }, () => noise.unit())).after).toBeLessThan(0.5);
    expect((await bandit(method, { seed, klCoef: 0.95 }, wanted)).after).toBeLessThan(0.3);
  });

  it('goes on from a checkpoint with the bits of an uninterrupted run', async () => {
    const [start, reference] = [freshParameters(engine, 8), freshParameters(engine, 7)];
    await expectGoesOn(engine, start, (policy, optimizer, from) => method.run(CONFIG, {
      engine, policy, optimizer, from, reference,
      prompts: (iteration) => [[word(iteration)], [word(1), word(2)], [word(3)], [word(0)]],
      reward: async (rollouts) => Float32Array.from(rollouts, (rollout) => rollout.response.length + wanted(rollout)),
    }), 2);
    start.dispose();
    reference.dispose();
  });

  it('leaves no tensor behind where it fails', async () => {
    const before = memory().numTensors;
    const [policy, reference] = [freshParameters(engine, 1), freshParameters(engine, 1)];
    const optimizer = engine.createOptimizer(policy);
    const rarely = Object.create(engine, { readEvery: { value: 3 } }) as Engine;
    let asked = 0;
    const running = method.run({ ...CONFIG, iterations: 9 }, {
      engine: rarely, policy, optimizer, reference, prompts: () => [[word(0)], [word(1)]],
      reward: async (rollouts) => {
        if (++asked === 5) throw new Error('no reward');
        return new Float32Array(rollouts.length);
      },
    });
    expect((await running.next()).value!).toHaveLength(3);
    await expect(running.next()).rejects.toThrow('no reward');
    optimizer.dispose();
    policy.dispose();
    reference.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

it.each(Object.entries(METHODS).filter(([, { exact }]) => exact))(
  '%s reaches the optimum of J, pi_SFT exp((1 - beta) / beta r) / Z',
  async (_, method) => {
    const klCoef = 0.3;
    const { before, after } = await bandit(method, { seed: 1, klCoef, learningRate: 5e-3, iterations: 60 }, wanted);
    const odds = (before / (1 - before)) * Math.exp((1 - klCoef) / klCoef);
    // About 0.55; with 1 / beta in the exponent it would be about 0.77.
    expect(Math.abs(after - odds / (1 + odds))).toBeLessThan(0.08);
  },
);
