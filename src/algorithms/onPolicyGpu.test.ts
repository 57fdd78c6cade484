// The tfjs operations of the on-policy methods on a real WebGPU backend: one iteration each, against the CPU engine.
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, expect, it } from 'vitest';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import type * as GpuEngine from '../nn/gpu/engine';
import { installDawn, removeDawn } from '../nn/testing/dawn';
import type { Engine } from '../nn/types';
import { grpo } from './grpo';
import { p3o } from './p3o';
import { ppo } from './ppo';
import { rloo } from './rloo';
import type { OnPolicyConfig, OnPolicyDeps } from './rollouts';
import { freshParameters, train, word } from './testing/toy';
import type { Algorithm } from './types';

// tfjs' WebGPU modules look for navigator.gpu when they are imported, so Dawn has to be there first.
const gpu = await installDawn();
const { createGpuEngine }: typeof GpuEngine = await import('../nn/gpu/engine');
afterAll(removeDawn);

const CONFIG: OnPolicyConfig = {
  iterations: 1, klCoef: 0.1, learningRate: 1e-3, temperature: 1, maxNewTokens: 4, measureEvery: 1, seed: 3,
};
const reuse = { epochs: 1, minibatches: 2, clipRange: 0.2 };
const METHODS: readonly ((deps: OnPolicyDeps) => Algorithm<void>)[] = [
  (deps) => rloo({ ...CONFIG, samplesPerPrompt: 2 }, deps),
  (deps) => grpo({ ...CONFIG, ...reuse, samplesPerPrompt: 2, scaleByDeviation: true, divideByLength: true }, deps),
  (deps) => p3o({ ...CONFIG, ...reuse, clipping: 'separate' }, deps),
  (deps) => p3o({ ...CONFIG, ...reuse, clipping: 'joint' }, deps),
  (deps) => ppo({
    ...CONFIG, ...reuse, valueLearningRate: 1e-2, gaeLambda: 0.95, valueClipRange: 0.2, whitenRewards: true,
    whitenAdvantages: true,
  }, deps),
];

/** The last point of each method, and the parameters that it ends with. */
async function run(engine: Engine): Promise<{ last: Record<string, number>; values: Float32Array }[]> {
  const [start, reference] = [freshParameters(engine, 1), freshParameters(engine, 2)];
  const ended = [];
  for (const method of METHODS) {
    const { policy, last } = await train(engine, start, (trained, optimizer, from) => method({
      engine, policy: trained, optimizer, from, reference, prompts: () => [[word(0)], [word(1), word(2)], [word(3)]],
      reward: async (rollouts) => Float32Array.from(rollouts, ({ response }) => response.length + Math.sin(response[0]!)),
    }));
    ended.push({ last, values: await engine.readParameters(policy) });
    policy.dispose();
  }
  start.dispose();
  reference.dispose();
  engine.dispose();
  return ended;
}

it('the methods compute the same on the GPU engine as on the CPU engine', async () => {
  const onCpu = await run(await loadCpuEngine());
  const onGpu = await run(await createGpuEngine({ allowSoftware: true, gpu }));
  onCpu.forEach(({ last, values }, method) => {
    const other = onGpu[method]!;
    expect(Object.keys(other.last)).toEqual(Object.keys(last));
    for (const [name, value] of Object.entries(last)) {
      expect(Math.abs(other.last[name]! - value), `method ${method}, ${name}`).toBeLessThan(1e-4 + 1e-3 * Math.abs(value));
    }
    const largest = values.reduce((most, value, i) => Math.max(most, Math.abs(other.values[i]! - value)), 0);
    expect(largest).toBeLessThan(5e-4);
  });
});
