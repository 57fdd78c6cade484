/** The CPU engine against the reference and PyTorch: engines differ in speed, never in meaning. */
import { beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, streamKey } from '../core/rng';
import { loadCpuEngine } from './cpu/loadNode';
import { layoutOf, type ModelShape } from './layout';
import { createReferenceEngine } from './reference/engine';
import {
  expectGoldenCurve, expectGoldenPass, expectSamePass, gradNormOf, largestDifference, lossCurve, pushBack, randomBatch,
  randomCotangents, randomParameters, runPass,
} from './testing/engines';
import type { AdamWOptions, Batch, Engine, ForwardOptions, OptimizerState, OutputName } from './types';

const SHAPE: ModelShape = { vocab: 45, width: 32, layers: 2, heads: 4, positions: 24, valueHeads: 2 };
/** Sizes that fill no vector register and no tile. */
const ODD: ModelShape = { vocab: 43, width: 12, layers: 1, heads: 1, positions: 24, valueHeads: 3 };
const EVERYTHING: OutputName[] = ['logp', 'entropy', 'value', 'tokenWeight', 'choiceLogp'];

let reference: Engine;
let engine: Engine;
beforeAll(async () => {
  reference = await createReferenceEngine();
  engine = await loadCpuEngine();
});

describe('golden values of PyTorch', () => {
  it('gives the same outputs and gradient norms', () => expectGoldenPass(engine));
  it('follows five clipped AdamW steps', () => expectGoldenCurve(engine));
});

describe('parameters and optimizer that were read', () => {
  interface Progress { readonly values: Float32Array; readonly state?: OptimizerState }

  it.each([['CPU', () => engine], ['reference', () => reference]])('go on as if never stopped, %s', async (_, get) => {
    const one = get();
    const train = async (from: Progress, steps: readonly number[]): Promise<Required<Progress>> => {
      const params = one.createParameters(SHAPE, from.values);
      const optimizer = one.createOptimizer(params, from.state);
      for (const step of steps) {
        const forward = await one.forward(params, randomBatch(SHAPE, step, 2, 8), { outputs: ['logp'], keep: true });
        await pushBack(one, forward, randomCotangents(forward.outputs, step));
        (await one.step(optimizer, { learningRate: 0.01, weightDecay: 0.1 })).gradNorm.dispose();
        forward.dispose();
      }
      const reached = { values: await one.readParameters(params), state: await one.readOptimizer(optimizer) };
      optimizer.dispose();
      params.dispose();
      return reached;
    };
    const start = { values: randomParameters(layoutOf(SHAPE), 9) };
    const whole = await train(start, [0, 1, 2, 3]);
    const half = await train(start, [0, 1]);
    expect(await train(half, [2, 3])).toEqual(whole);
    expect(whole.state.steps).toBe(4);
    // Each part of the state matters.
    const { first, second, steps } = half.state;
    const zeros = new Float32Array(first.length);
    const spoilt = [{ first: zeros, second, steps }, { first, second: zeros, steps }, { first, second, steps: 0 }];
    for (const state of spoilt) {
      const { values } = await train({ values: half.values, state }, [2, 3]);
      expect(largestDifference(values, whole.values)).toBeGreaterThan(1e-4);
    }
  });
});

describe('CPU engine against the reference', () => {
  const both = randomBatch(SHAPE, 1, 5, 20, true);
  const whole = { start: both.start.map(() => 0), end: both.end.map(() => 20), scoreFrom: both.scoreFrom };
  const tokens = both.tokens.map((id, i) => id || i % SHAPE.vocab);
  const ends = { end: Int32Array.of(20, 3, 12, 19, 2), scoreFrom: Int32Array.of(0, 1, 6, 18, 1) };
  const right: Batch = { ...both, ...whole, tokens, ...ends };
  const starts = { start: Int32Array.of(0, 17, 8, 1, 18), scoreFrom: Int32Array.of(4, 18, 8, 1, 18) };
  const left: Batch = { ...both, ...whole, tokens, ...starts };
  const cases: [string, ModelShape, Batch, ForwardOptions][] = [
    ['padding on both sides, extra, everything', SHAPE, both, { outputs: EVERYTHING, choices: [7, 8, 44] }],
    ['padding on the right', SHAPE, right, { outputs: EVERYTHING, choices: [0] }],
    ['padding on the left, a low temperature', SHAPE, left, { outputs: ['logp', 'entropy'], temperature: 0.5 }],
    ['a high temperature', SHAPE, left, { outputs: ['logp', 'choiceLogp'], temperature: 3, choices: [9, 10] }],
    ['value alone, detached', SHAPE, right, { outputs: ['value'], detachValue: true }],
    ['value detached beside the policy', SHAPE, both, { outputs: ['logp', 'value'], detachValue: true }],
    ['few scored positions', SHAPE, { ...both, scored: 3 }, { outputs: ['logp', 'tokenWeight', 'value'] }],
    ['odd sizes', ODD, randomBatch(ODD, 2, 3, 17, true), { outputs: EVERYTHING, temperature: 0.9, choices: [1] }],
    ['one row of two tokens', ODD, randomBatch(ODD, 2, 1, 2), { outputs: EVERYTHING, choices: [1] }],
  ];

  it.each(cases)('%s', async (_, shape, batch, options) => {
    const values = randomParameters(layoutOf(shape), 9);
    const expected = await runPass(reference, shape, values, batch, options);
    expectSamePass(layoutOf(shape), await runPass(engine, shape, values, batch, options), expected);
  });

  it('steps alike with groups, decay and clipping', async () => {
    const layout = layoutOf(SHAPE);
    const values = randomParameters(layout, 9);
    const options: AdamWOptions = {
      learningRate: 0.01, weightDecay: 0.1, clipNorm: 0.5, epsilon: 1e-4,
      groups: [
        { prefix: 'h.0.', frozen: true },
        { prefix: 'value_head', learningRate: 0.1 },
        { prefix: 'h.0.ln_1', learningRate: 0.001, frozen: false },
      ],
    };
    const run = async (one: Engine): Promise<{ norms: number[]; after: Float32Array }> => {
      const params = one.createParameters(SHAPE, values);
      const optimizer = one.createOptimizer(params);
      const norms: number[] = [];
      for (let step = 0; step < 4; step++) {
        const batch = randomBatch(SHAPE, step, 4, 16);
        const forward = await one.forward(params, batch, { outputs: ['logp', 'value'], keep: true });
        await pushBack(one, forward, randomCotangents(forward.outputs, step));
        norms.push(await gradNormOf(await one.step(optimizer, options)));
        forward.dispose();
      }
      const after = await one.readParameters(params);
      optimizer.dispose();
      params.dispose();
      return { norms, after };
    };
    const expected = await run(reference);
    const got = await run(engine);
    got.norms.forEach((norm, i) => expect(Math.abs(norm / expected.norms[i]! - 1)).toBeLessThan(1e-4));
    got.after.forEach((x, i) => expect(Math.abs(x - expected.after[i]!)).toBeLessThan(2e-4));
    const frozen = layout.view('h.0.mlp.c_fc.weight');
    const moved = layout.view('h.0.ln_1.weight');
    expect(got.after[frozen.offset]).toBe(values[frozen.offset]);
    expect(got.after[moved.offset]).not.toBe(values[moved.offset]);
  });

  it('follows the same loss curve for 50 steps', async () => {
    const expected = await lossCurve(reference, SHAPE, 50);
    const got = await lossCurve(engine, SHAPE, 50);
    expect(expected.at(-1)!).toBeLessThan(0.7 * expected[0]!);
    got.forEach((loss, i) => expect(Math.abs(loss / expected[i]! - 1), `step ${i}`).toBeLessThan(0.01));
  });

  it.each([0, 0.7, 1])('writes the same texts at temperature %s', async (temperature) => {
    const prompts = [[41, 42, 2], [40, 2], [43, 44, 41, 41, 42, 2]];
    const options = {
      temperature, maxNewTokens: 12, samplesPerPrompt: 3, bannedIds: [0, 2], firstRow: 5,
      key: streamKey(1, PURPOSE.rollout),
    };
    const values = randomParameters(layoutOf(SHAPE), 9);
    const write = async (one: Engine) => {
      const params = one.createParameters(SHAPE, values);
      const texts = await one.generate(params, prompts, options);
      params.dispose();
      return texts;
    };
    const expected = await write(reference);
    const got = await write(engine);
    expect(got.map(({ tokens }) => Array.from(tokens))).toEqual(expected.map(({ tokens }) => Array.from(tokens)));
    expect(got.map(({ finished }) => finished)).toEqual(expected.map(({ finished }) => finished));
    got.forEach(({ logp }, r) => expect(largestDifference(logp, expected[r]!.logp)).toBeLessThan(1e-4));
  });
});
