/** The GPU engine against the reference, the CPU engine and PyTorch, on a software adapter: tiny shapes. */
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { loadCpuEngine } from './cpu/loadNode';
import type * as GpuEngine from './gpu/engine';
import { layoutOf, type ModelShape } from './layout';
import { createReferenceEngine } from './reference/engine';
import {
  expectGoldenCurve, expectGoldenPass, expectSamePass, gradNormOf, largestDifference, lossCurve, pushBack, randomBatch,
  randomCotangents, randomParameters, readOutputs, relativeErrors, runPass, type Pass,
} from './testing/engines';
import { installDawn, removeDawn } from './testing/dawn';
import type { Batch, Engine, ForwardOptions, GenerateOptions, Generation, OutputName } from './types';

const SHAPE: ModelShape = { vocab: 45, width: 32, layers: 2, heads: 4, positions: 24, valueHeads: 2 };
/** Sizes that fill no tile. */
const ODD: ModelShape = { vocab: 43, width: 12, layers: 1, heads: 1, positions: 24, valueHeads: 3 };
const EVERYTHING: OutputName[] = ['logp', 'entropy', 'value', 'tokenWeight', 'choiceLogp'];
const CURVE_STEPS = 50;

const layout = layoutOf(SHAPE);
const values = randomParameters(layout, 9);
const batch = randomBatch(SHAPE, 1, 5, 20, true);
const PASSES: [string, ModelShape, Batch, ForwardOptions][] = [
  ['everything at once', SHAPE, batch, { outputs: EVERYTHING, temperature: 0.7, choices: [7, 8, 44] }],
  ['a detached value beside the policy', SHAPE, batch, { outputs: ['logp', 'value'], detachValue: true }],
  ['a detached value alone', SHAPE, batch, { outputs: ['value'], detachValue: true }],
  ['a value alone', SHAPE, batch, { outputs: ['value'] }],
  ['choices alone', SHAPE, batch, { outputs: ['choiceLogp'], choices: [9, 10] }],
  ['few scored positions', SHAPE, { ...batch, scored: 3 }, { outputs: ['entropy', 'tokenWeight'], temperature: 3 }],
  ['odd sizes', ODD, randomBatch(ODD, 2, 3, 17, true), { outputs: EVERYTHING, temperature: 0.9, choices: [1] }],
  ['one row of two tokens', ODD, randomBatch(ODD, 2, 1, 2), { outputs: EVERYTHING, choices: [1] }],
];

/** Gradients of a pass whose parameters were overwritten before its backward pass. */
async function withChangedParameters(engine: Engine): Promise<Float32Array> {
  const params = engine.createParameters(SHAPE, values);
  const forward = await engine.forward(params, batch, { outputs: ['logp', 'value'], keep: true });
  engine.writeParameters(params, randomParameters(layout, 10));
  await pushBack(engine, forward, randomCotangents(forward.outputs, 5));
  const gradients = await engine.readGradients(params);
  forward.dispose();
  params.dispose();
  return gradients;
}

/** Two kept passes and one that is not, all alive before the first backward; the gradients add up. */
async function severalAlive(engine: Engine): Promise<Pass> {
  const [params, others] = [engine.createParameters(SHAPE, values), engine.createParameters(SHAPE, randomParameters(layout, 4))];
  const first = await engine.forward(params, batch, { outputs: ['logp'], keep: true });
  const frozen = await engine.forward(others, batch, { outputs: ['logp'] });
  const second = await engine.forward(params, randomBatch(SHAPE, 3, 3, 12), { outputs: ['logp'], keep: true });
  await pushBack(engine, second, randomCotangents(second.outputs, 6));
  const outputs: Pass['outputs'] = {};
  for (const [name, forward] of Object.entries({ first, frozen, second })) {
    outputs[name] = (await readOutputs(forward))['logp']!;
  }
  await pushBack(engine, first, randomCotangents(first.outputs, 7));
  const gradients = await engine.readGradients(params);
  for (const one of [first, frozen, second, params, others]) one.dispose();
  return { outputs, gradients };
}

interface Trained {
  readonly norms: readonly number[];
  readonly values: Float32Array;
  readonly gradients: Float32Array;
  readonly steps: number;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** Six micro-batched steps with groups, decay and clipping, the fourth of them with a gradient that is not finite. */
async function trained(engine: Engine): Promise<Trained> {
  const params = engine.createParameters(SHAPE, values);
  const optimizer = engine.createOptimizer(params);
  const norms: number[] = [];
  for (let step = 0; step < 6; step++) {
    for (const seed of [2 * step, 2 * step + 1]) {
      const forward = await engine.forward(params, randomBatch(SHAPE, seed, 3, 16), { outputs: ['logp', 'value'], keep: true });
      const cotangents = randomCotangents(forward.outputs, seed);
      if (step === 3) cotangents['logp']![0] = Infinity;
      await pushBack(engine, forward, cotangents);
      forward.dispose();
    }
    norms.push(await gradNormOf(await engine.step(optimizer, {
      learningRate: 0.01, weightDecay: 0.1, clipNorm: 0.5, epsilon: 1e-4,
      groups: [
        { prefix: 'h.0.', frozen: true },
        { prefix: 'value_head', learningRate: 0.1 },
        { prefix: 'h.0.ln_1', learningRate: 0.001, frozen: false },
      ],
    })));
  }
  const result = {
    norms, values: await engine.readParameters(params), gradients: await engine.readGradients(params),
    ...await engine.readOptimizer(optimizer),
  };
  optimizer.dispose();
  params.dispose();
  return result;
}

const prompts = [[41, 42, 2], [40, 2], [43, 44, 41, 41, 42, 2]];
const stream = new Stream(streamKey(5, PURPOSE.test));
const ninety = Array.from({ length: 90 }, () => [...Array.from({ length: 1 + stream.int(8) }, () => 3 + stream.int(40)), 2]);
const SAMPLED: GenerateOptions = {
  temperature: 0.7, maxNewTokens: 12, samplesPerPrompt: 3, bannedIds: [0, 2], firstRow: 5, key: streamKey(1, PURPOSE.rollout),
};
const GENERATIONS: [string, readonly number[][], GenerateOptions][] = [
  ['sampled', prompts, SAMPLED],
  ['greedy', prompts, { ...SAMPLED, temperature: 0 }],
  ['in several groups of prompts', ninety, { ...SAMPLED, temperature: 1, maxNewTokens: 4 }],
  ['in several groups of samples', prompts.slice(0, 2), { ...SAMPLED, maxNewTokens: 2, samplesPerPrompt: 260 }],
];

async function texts(engine: Engine): Promise<Generation[][]> {
  const params = engine.createParameters(SHAPE, values);
  const written: Generation[][] = [];
  for (const [, given, options] of GENERATIONS) written.push(await engine.generate(params, given, options));
  params.dispose();
  return written;
}

async function passes(engine: Engine): Promise<Pass[]> {
  const all: Pass[] = [];
  for (const [, shape, rows, options] of PASSES) {
    all.push(await runPass(engine, shape, randomParameters(layoutOf(shape), 9), rows, options));
  }
  return all;
}

const gpu = await installDawn();
const { createGpuEngine }: typeof GpuEngine = await import('./gpu/engine');

// Each engine's tfjs backend is the current one from its creation on, so the GPU comes last.
const reference = await createReferenceEngine();
const expected = {
  passes: await passes(reference), changed: await withChangedParameters(reference),
  several: await severalAlive(reference), trained: await trained(reference),
};
const cpu = await loadCpuEngine();
const onCpu = { curve: await lossCurve(cpu, SHAPE, CURVE_STEPS), texts: await texts(cpu) };

let engine: Engine;
beforeAll(async () => {
  engine = await createGpuEngine({ allowSoftware: true, gpu });
});
afterAll(() => {
  engine.dispose();
  removeDawn();
});

describe('golden values of PyTorch', () => {
  it('gives the same outputs and gradient norms', () => expectGoldenPass(engine), 60_000);
  it('follows five clipped AdamW steps', () => expectGoldenCurve(engine), 60_000);
});

describe('GPU engine against the reference', () => {
  it('gives the same outputs and gradients', async () => {
    const got = await passes(engine);
    PASSES.forEach(([name, shape], i) => {
      try {
        expectSamePass(layoutOf(shape), got[i]!, expected.passes[i]!);
      } catch (error) {
        throw new Error(name, { cause: error });
      }
    });
  });

  it('goes back through the parameters as they were', async () => {
    const errors = relativeErrors(layout, await withChangedParameters(engine), expected.changed);
    for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-3);
  });

  it('keeps several passes apart and adds up their gradients', async () => {
    expectSamePass(layout, await severalAlive(engine), expected.several);
  });

  it('steps alike with groups, decay, clipping and a skipped step', async () => {
    const got = await trained(engine);
    expect(got.steps).toBe(5);
    expect(got.norms.map((norm) => Number.isFinite(norm))).toEqual([true, true, true, false, true, true]);
    got.norms.forEach((norm, i) => {
      if (i !== 3) expect(Math.abs(norm / expected.trained.norms[i]! - 1), `norm ${i}`).toBeLessThan(1e-4);
    });
    expect(largestDifference(got.values, expected.trained.values)).toBeLessThan(2e-4);
    expect(largestDifference(got.first, expected.trained.first)).toBeLessThan(1e-4);
    expect(largestDifference(got.second, expected.trained.second)).toBeLessThan(1e-5);
    expect(got.gradients.every((x) => x === 0)).toBe(true);
    const [frozen, moved] = [layout.view('h.0.mlp.c_fc.weight'), layout.view('h.0.ln_1.weight')];
    expect(got.values[frozen.offset]).toBe(values[frozen.offset]);
    expect(got.values[moved.offset]).not.toBe(values[moved.offset]);
  });
});

describe('GPU engine against the CPU engine', () => {
  it(`follows the same loss curve for ${CURVE_STEPS} steps`, async () => {
    const got = await lossCurve(engine, SHAPE, CURVE_STEPS);
    expect(onCpu.curve.at(-1)!).toBeLessThan(0.7 * onCpu.curve[0]!);
    got.forEach((loss, i) => expect(Math.abs(loss / onCpu.curve[i]! - 1), `step ${i}`).toBeLessThan(0.01));
  });

  it('writes the same texts', async () => {
    const got = await texts(engine);
    GENERATIONS.forEach(([name], g) => {
      const [mine, theirs] = [got[g]!, onCpu.texts[g]!];
      expect(mine.map(({ tokens }) => Array.from(tokens)), name).toEqual(theirs.map(({ tokens }) => Array.from(tokens)));
      expect(mine.map(({ finished }) => finished), name).toEqual(theirs.map(({ finished }) => finished));
      mine.forEach(({ logp }, r) => expect(largestDifference(logp, theirs[r]!.logp), name).toBeLessThan(1e-4));
    });
  });
});

it('gives the same bits again', async () => {
  const run = async (): Promise<[Trained, Generation[]]> => {
    const params = engine.createParameters(SHAPE, values);
    const written = await engine.generate(params, prompts, SAMPLED);
    params.dispose();
    return [await trained(engine), written];
  };
  expect(await run()).toEqual(await run());
});
