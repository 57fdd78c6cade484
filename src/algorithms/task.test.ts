// REINFORCE on each built-in task from its shipped SFT policy: gold utility as the reward raises gold utility, noise does not.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { mean } from '../core/stats';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import type { Engine, ParameterSet } from '../nn/types';
import { BUILT_IN } from '../tasks/builtIn';
import type { Task } from '../tasks/types';
import { utility } from '../tasks/utility';
import { loadShipped } from '../worker/shipped';
import { reinforce } from './reinforce';
import { sample } from './rollouts';

const ITERATIONS = 24;
const BATCH = 32;
const POSTS = 150;
/** Of the shipped policy's samples; the reward is standardised as in a run. */
const GOLD_DEVIATION = 2.3;

let engine: Engine;
beforeAll(async () => {
  engine = await loadCpuEngine();
});
afterAll(() => engine.dispose());

/** The policy that experiments start from. */
async function sftOf(task: Task): Promise<ParameterSet> {
  const { weights } = await loadShipped((file) => readFile(path.resolve('public', file)), task, 'sft');
  return engine.createParameters(weights.shape, weights.values);
}

async function goldOf(task: Task, policy: ParameterSet): Promise<number> {
  const posts = task.prompts('validation', POSTS, 0);
  const generations = await sample(engine, policy, posts.map((post) => post.tokens), {
    temperature: 0.9, maxNewTokens: task.maxResponseTokens, key: streamKey(1, PURPOSE.test),
  });
  return mean(posts.map((post, i) => utility(post, task.check(post, generations[i]!.tokens), task.goldWeights)));
}

async function gain(task: Task, seed: number, signal: 'gold' | 'noise'): Promise<number> {
  const reference = await sftOf(task);
  const policy = engine.copyParameters(reference);
  const posts = task.prompts('rl', ITERATIONS * BATCH, seed);
  const noise = new Stream(streamKey(seed, PURPOSE.test, 1));
  const optimizer = engine.createOptimizer(policy);
  const algorithm = reinforce(
    {
      iterations: ITERATIONS, klCoef: 0.05, learningRate: 5e-4, valueLearningRate: 1e-2, temperature: 0.9,
      maxNewTokens: task.maxResponseTokens, measureEvery: ITERATIONS, seed,
    },
    {
      engine, policy, optimizer, reference,
      prompts: (iteration) => posts.slice(iteration * BATCH, (iteration + 1) * BATCH).map((post) => post.tokens),
      reward: (rollouts, iteration) =>
        Promise.resolve(
          Float32Array.from(rollouts, ({ response }, i) => {
            const post = posts[iteration * BATCH + i]!;
            return signal === 'noise' ? noise.normal() : utility(post, task.check(post, response), task.goldWeights) / GOLD_DEVIATION;
          }),
        ),
    },
  );
  const before = await goldOf(task, policy);
  for await (const points of algorithm) {
    for (const { values } of points) expect(Number.isFinite(values['objective/kl'])).toBe(true);
  }
  const after = await goldOf(task, policy);
  optimizer.dispose();
  policy.dispose();
  reference.dispose();
  return after - before;
}

describe.each([...BUILT_IN.values()].map((task) => [task.id, task] as const))('REINFORCE on %s', (_id, task) => {
  it.each([1, 2, 3])('raises gold utility by more than 0.3 when it is the reward, and not when the reward is noise, seed %i', async (seed) => {
    expect(await gain(task, seed, 'gold')).toBeGreaterThan(0.3);
    expect(await gain(task, seed, 'noise')).toBeLessThan(0.2);
  });
});
