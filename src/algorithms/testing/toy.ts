/** A model of one layer, for tests of methods that train in under a second. */
import { memory } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { PURPOSE, streamKey } from '../../core/rng';
import { TOKEN } from '../../core/tokens';
import { initialParameters } from '../../nn/init';
import { layoutOf, type ModelShape } from '../../nn/layout';
import type { Engine, Optimizer, ParameterSet } from '../../nn/types';
import { sample } from '../rollouts';
import type { Algorithm, Metrics } from '../types';

export const SHAPE: ModelShape = { vocab: TOKEN.firstWord + 8, width: 16, layers: 1, heads: 2, positions: 16, valueHeads: 1 };

/** Ids of the toy's eight words. */
export const word = (n: number): number => TOKEN.firstWord + n;

export function freshParameters(engine: Engine, seed: number): ParameterSet {
  return engine.createParameters(SHAPE, initialParameters(layoutOf(SHAPE), seed));
}

/**
 * Ten times the usual initial matrices. With the usual ones a model this narrow needs hundreds of steps before its attention
 * tells one token before the last from another.
 */
export function wideParameters(engine: Engine, seed: number): ParameterSet {
  const layout = layoutOf(SHAPE);
  const values = initialParameters(layout, seed);
  for (const { decays, offset, size } of layout.views) {
    if (decays) for (let i = offset; i < offset + size; i++) values[i]! *= 10;
  }
  return engine.createParameters(SHAPE, values);
}

/** Starts a method on a policy, from a step on. */
export type Start = (policy: ParameterSet, optimizer: Optimizer, from: number) => Algorithm<void>;

/** Trains a copy of `start` to the end, and holds the method to leave no tensor behind. The caller disposes the policy. */
export async function train(
  engine: Engine, start: ParameterSet, method: Start,
): Promise<{ policy: ParameterSet; points: Metrics[]; last: Record<string, number> }> {
  const policy = engine.copyParameters(start);
  const optimizer = engine.createOptimizer(policy);
  const before = memory().numTensors;
  const points: Metrics[] = [];
  for await (const some of method(policy, optimizer, 0)) points.push(...some);
  expect(memory().numTensors).toBe(before);
  optimizer.dispose();
  return { policy, points, last: Object.assign({}, ...points.map(({ values }) => values)) as Record<string, number> };
}

/** Holds a method to end with the same bits where it is stopped at a step and goes on from the parameters and optimizer. */
export async function expectGoesOn(engine: Engine, start: ParameterSet, method: Start, stopAt: number): Promise<void> {
  const run = async (
    from: number, to: number, values: Float32Array, state?: Parameters<Engine['createOptimizer']>[1],
  ): Promise<{ values: Float32Array; state: NonNullable<typeof state>; points: Metrics[] }> => {
    const policy = engine.createParameters(SHAPE, values);
    const optimizer = engine.createOptimizer(policy, state);
    const points: Metrics[] = [];
    for await (const some of method(policy, optimizer, from)) {
      points.push(...some);
      if (points.at(-1)!.step >= to) break;
    }
    const end = { values: await engine.readParameters(policy), state: await engine.readOptimizer(optimizer), points };
    optimizer.dispose();
    policy.dispose();
    return end;
  };
  const values = await engine.readParameters(start);
  const whole = await run(0, Infinity, values);
  const half = await run(0, stopAt, values);
  const rest = await run(stopAt, Infinity, half.values, half.state);
  expect([...half.points, ...rest.points]).toEqual(whole.points);
  expect(rest.points.length).toBeGreaterThan(0);
  expect(rest.values).toEqual(whole.values);
}

/** Share of one-word answers to a prompt that are this word. */
export async function shareOf(engine: Engine, policy: ParameterSet, prompt: readonly number[], id: number): Promise<number> {
  const answers = await sample(engine, policy, [prompt], {
    temperature: 1, maxNewTokens: 1, key: streamKey(9, PURPOSE.test), samplesPerPrompt: 300,
  });
  return answers.filter(({ tokens }) => tokens[0] === id).length / answers.length;
}
