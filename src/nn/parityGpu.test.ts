/** The GPU engine against the reference on a software adapter: tiny shapes, since it takes a second a pass there. */
import '@tensorflow/tfjs-backend-cpu';
import { backend, memory } from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, streamKey } from '../core/rng';
import { installDawn, removeDawn } from './testing/dawn';
import type * as GpuEngine from './gpu/engine';
import { layoutOf, type ModelShape } from './layout';
import { createReferenceEngine } from './reference/engine';
import {
  expectSamePass, largestDifference, lossCurve, pushBack, randomBatch, randomCotangents, randomParameters,
  runPass, type Pass,
} from './testing/engines';
import type { Engine, ForwardOptions, Generation, OutputName } from './types';

const SHAPE: ModelShape = { vocab: 45, width: 32, layers: 1, heads: 2, positions: 16, valueHeads: 2 };
const EVERYTHING: OutputName[] = ['logp', 'entropy', 'value', 'tokenWeight', 'choiceLogp'];
const STEPS = 12;
const CASES: [string, ForwardOptions][] = [
  ['everything', { outputs: EVERYTHING, temperature: 0.7, choices: [7, 44] }],
  ['a detached value', { outputs: ['logp', 'value'], detachValue: true }],
];

const gpu = await installDawn();
const { createGpuEngine }: typeof GpuEngine = await import('./gpu/engine');
const values = randomParameters(layoutOf(SHAPE), 9);
const batch = randomBatch(SHAPE, 3, 2, 12, true);

interface Results {
  readonly passes: readonly Pass[];
  readonly curve: readonly number[];
  readonly texts: readonly Generation[];
}

async function resultsOf(engine: Engine): Promise<Results> {
  const passes: Pass[] = [];
  for (const [, options] of CASES) passes.push(await runPass(engine, SHAPE, values, batch, options));
  const curve = await lossCurve(engine, SHAPE, STEPS);
  const params = engine.createParameters(SHAPE, values);
  const texts = await engine.generate(params, [[41, 42, 2], [40, 2]], {
    temperature: 0.9, maxNewTokens: 9, samplesPerPrompt: 2, bannedIds: [0], key: streamKey(1, PURPOSE.rollout),
  });
  params.dispose();
  return { passes, curve, texts };
}

let expected: Results;
let got: Results;
let engine: Engine;
beforeAll(async () => {
  // One after the other: each engine's backend is the current one while it computes.
  const reference = await createReferenceEngine();
  expected = await resultsOf(reference);
  reference.dispose();
  engine = await createGpuEngine({ allowSoftware: true, gpu });
  got = await resultsOf(engine);
}, 120_000);
afterAll(() => {
  engine.dispose();
  removeDawn();
});

describe('GPU engine against the reference', () => {
  it.each(CASES.map(([name], i) => [name, i] as const))('%s', (_, i) => {
    expectSamePass(layoutOf(SHAPE), got.passes[i]!, expected.passes[i]!);
  });

  it(`follows the same loss curve for ${STEPS} steps`, () => {
    expect(expected.curve.at(-1)!).toBeLessThan(0.95 * expected.curve[0]!);
    got.curve.forEach((loss, i) => expect(Math.abs(loss / expected.curve[i]! - 1), `step ${i}`).toBeLessThan(0.01));
  });

  it('writes the same texts', () => {
    const tokensOf = (texts: readonly Generation[]) => texts.map(({ tokens }) => Array.from(tokens));
    expect(tokensOf(got.texts)).toEqual(tokensOf(expected.texts));
    got.texts.forEach(({ logp }, r) => expect(largestDifference(logp, expected.texts[r]!.logp)).toBeLessThan(1e-4));
  });
});

describe('memory', () => {
  it('is flat over steps and generations', async () => {
    const params = engine.createParameters(SHAPE, values);
    const optimizer = engine.createOptimizer(params);
    const cycle = async (): Promise<[number, number]> => {
      const forward = engine.forward(params, batch, { ...CASES[0]![1], keep: true });
      pushBack(engine, forward, randomCotangents(forward.outputs, 5));
      await engine.step(optimizer, { learningRate: 1e-3 });
      forward.dispose();
      await engine.generate(params, [[3, 2]], { temperature: 1, maxNewTokens: 9, key: 1 });
      return [memory().numTensors, (backend() as WebGPUBackend).memory().numBytesInGPU];
    };
    await cycle();
    const second = await cycle();
    expect(await cycle()).toEqual(second);
    optimizer.dispose();
    params.dispose();
  });
});
