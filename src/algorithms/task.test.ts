// REINFORCE on the TL;DR task from the shipped SFT policy: gold utility as the reward raises gold utility, noise does not.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { mean } from '../core/stats';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import type { Engine, ParameterSet } from '../nn/types';
import { tldr } from '../tasks/tldr';
import { utility } from '../tasks/utility';
import { loadShipped } from '../worker/shipped';
import { reinforce } from './reinforce';
import { sample } from './rollouts';

const ITERATIONS = 30;
const BATCH = 32;
const POSTS = 200;
/** Of the shipped policy's samples; the reward is standardised as in a run. */
const GOLD_DEVIATION = 2.3;

let engine: Engine;
let reference: ParameterSet;
beforeAll(async () => {
  engine = await loadCpuEngine();
  const { weights } = await loadShipped((file) => readFile(path.resolve('public', file)), tldr, 'sft');
  reference = engine.createParameters(weights.shape, weights.values);
});
afterAll(() => engine.dispose());

async function goldOf(policy: ParameterSet): Promise<number> {
  const posts = tldr.prompts('validation', POSTS, 0);
  const generations = await sample(engine, policy, posts.map((post) => post.tokens), {
    temperature: 0.9, maxNewTokens: tldr.maxResponseTokens, key: streamKey(1, PURPOSE.test),
  });
  return mean(posts.map((post, i) => utility(post, tldr.check(post, generations[i]!.tokens), tldr.goldWeights)));
}

async function gain(seed: number, signal: 'gold' | 'noise'): Promise<number> {
  const policy = engine.copyParameters(reference);
  const posts = tldr.prompts('rl', ITERATIONS * BATCH, seed);
  const noise = new Stream(streamKey(seed, PURPOSE.test, 1));
  const optimizer = engine.createOptimizer(policy);
  const algorithm = reinforce(
    {
      iterations: ITERATIONS, klCoef: 0.05, learningRate: 5e-4, valueLearningRate: 1e-2, temperature: 0.9,
      maxNewTokens: tldr.maxResponseTokens, measureEvery: ITERATIONS, seed,
    },
    {
      engine, policy, optimizer, reference,
      prompts: (iteration) => posts.slice(iteration * BATCH, (iteration + 1) * BATCH).map((post) => post.tokens),
      reward: (rollouts, iteration) =>
        Promise.resolve(
          Float32Array.from(rollouts, ({ response }, i) => {
            const post = posts[iteration * BATCH + i]!;
            return signal === 'noise' ? noise.normal() : utility(post, tldr.check(post, response), tldr.goldWeights) / GOLD_DEVIATION;
          }),
        ),
    },
  );
  const before = await goldOf(policy);
  for await (const points of algorithm) {
    for (const { values } of points) expect(Number.isFinite(values['objective/kl'])).toBe(true);
  }
  const after = await goldOf(policy);
  optimizer.dispose();
  policy.dispose();
  return after - before;
}

describe.each([1, 2, 3])('REINFORCE on posts, seed %i', (seed) => {
  it('raises gold utility by more than 0.3 when it is the reward, and not when the reward is noise', async () => {
    expect(await gain(seed, 'gold')).toBeGreaterThan(0.3);
    expect(await gain(seed, 'noise')).toBeLessThan(0.2);
  });
});
