/** What the tests of several engines share: parameters, batches, comparisons and the golden values of PyTorch. */
import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { pcg, PURPOSE, Stream, streamKey } from '../../core/rng';
import golden from '../golden/model.json';
import { layoutOf, type Layout, type ModelShape } from '../layout';
import type { Batch, Engine, Forward, ForwardOptions, OutputName, Outputs, StepOutcome } from '../types';

/** Random parameters: normal with deviation `scale`, gains around 1, nothing zero. The layout's gaps stay zero. */
export function randomParameters(layout: Layout, seed: number, scale = 0.15): Float32Array {
  const values = new Float32Array(layout.size);
  layout.views.forEach((view, n) => {
    const stream = new Stream(streamKey(seed, PURPOSE.test, n));
    for (let i = 0; i < view.size; i++) values[view.offset + i] = gain(view.name) + scale * stream.normal();
  });
  return values;
}

function gain(name: string): number {
  return /ln_\w+\.weight$/.test(name) ? 1 : 0;
}

/** Random rows of different lengths, each padded on both sides by a different amount, with `extra` if asked. */
export function randomBatch(shape: ModelShape, seed: number, rows: number, length: number, withExtra = false): Batch {
  const stream = new Stream(streamKey(seed, PURPOSE.test, 77));
  const tokens = new Int32Array(rows * length);
  const start = new Int32Array(rows);
  const end = new Int32Array(rows);
  const scoreFrom = new Int32Array(rows);
  for (let b = 0; b < rows; b++) {
    start[b] = b % 3 === 0 ? 0 : stream.int(Math.floor(length / 3));
    end[b] = b % 3 === 1 ? length : length - stream.int(Math.floor(length / 3));
    scoreFrom[b] = start[b]! + stream.int(2);
    for (let t = start[b]!; t < end[b]!; t++) tokens[b * length + t] = stream.int(shape.vocab);
  }
  const extra = Float32Array.from({ length: rows * length }, () => stream.normal());
  return { rows, length, tokens, start, end, scoreFrom, scored: length - 1, ...(withExtra ? { extra } : {}) };
}

/** Fixed random numbers shaped like each output: d(objective) / d(output). */
export function randomCotangents(outputs: Outputs, seed: number): Record<string, Float32Array> {
  return Object.fromEntries(
    entries(outputs).map(([name, output], n) => {
      const stream = new Stream(streamKey(seed, PURPOSE.test, 200 + n));
      return [name, Float32Array.from({ length: output.size }, () => stream.normal())];
    }),
  );
}

export interface Pass {
  readonly outputs: Record<string, Float32Array>;
  readonly gradients: Float32Array;
}

/** One forward and backward pass with given or random cotangents, read back as plain arrays. */
export async function runPass(
  engine: Engine,
  shape: ModelShape,
  values: Float32Array,
  batch: Batch,
  options: ForwardOptions,
  cotangents?: Record<string, Float32Array>,
): Promise<Pass> {
  const params = engine.createParameters(shape, values);
  const forward = await engine.forward(params, batch, { ...options, keep: true });
  const outputs = await readOutputs(forward);
  await pushBack(engine, forward, cotangents ?? randomCotangents(forward.outputs, 5));
  const gradients = await engine.readGradients(params);
  forward.dispose();
  params.dispose();
  return { outputs, gradients };
}

/** Backward pass with cotangents given as plain arrays. */
export async function pushBack(
  engine: Engine,
  forward: Forward,
  cotangents: Record<string, Float32Array>,
): Promise<void> {
  const grads = Object.fromEntries(
    entries(forward.outputs).map(([name, output]) => [name, tensor(cotangents[name]!, output.shape)]),
  );
  await engine.backward(forward, grads);
  for (const grad of Object.values(grads)) grad.dispose();
}

/** Gradient norm of a step, whose outcome is disposed. */
export async function gradNormOf({ gradNorm }: StepOutcome): Promise<number> {
  const [norm] = await gradNorm.data<'float32'>();
  gradNorm.dispose();
  return norm!;
}

export async function readOutputs(forward: Forward): Promise<Record<string, Float32Array>> {
  const read: Record<string, Float32Array> = {};
  for (const [name, output] of entries(forward.outputs)) read[name] = (await output.data<'float32'>()).slice();
  return read;
}

function entries(outputs: Outputs): [OutputName, Tensor][] {
  return Object.entries(outputs as Record<string, Tensor>) as [OutputName, Tensor][];
}

/** Largest absolute difference. Infinite where one is not a number or the sizes differ. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Infinity : difference;
  }
  return largest;
}

/** |a - b| / |b| of each view of a flat buffer, Euclidean norms; views that are zero in both count as equal. */
export function relativeErrors(layout: Layout, a: Float32Array, b: Float32Array): Record<string, number> {
  return Object.fromEntries(
    layout.views.map(({ name, offset, size }) => {
      const x = a.subarray(offset, offset + size);
      const y = b.subarray(offset, offset + size);
      const difference = norm(x.map((value, i) => value - y[i]!));
      return [name, difference === 0 ? 0 : difference / norm(y)];
    }),
  );
}

export function norm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return Math.sqrt(sum);
}

/** Weights, batch and results of scripts/golden/model.py. */
function goldenCase(): {
  layout: Layout;
  values: Float32Array;
  batch: Batch;
  options: ForwardOptions;
  cotangents: Record<string, Float32Array>;
} {
  const layout = layoutOf(golden.shape);
  const values = new Float32Array(layout.size);
  layout.views.forEach((view, n) => {
    const key = pcg(100 + n);
    for (let i = 0; i < view.size; i++) {
      values[view.offset + i] = gain(view.name) + 0.5 * (pcg((key ^ i) >>> 0) / 2 ** 32 - 0.5);
    }
  });
  const { rows, length, scored } = golden.batch;
  const batch: Batch = {
    rows,
    length,
    scored,
    tokens: Int32Array.from(golden.batch.tokens),
    start: Int32Array.from(golden.batch.start),
    end: Int32Array.from(golden.batch.end),
    scoreFrom: Int32Array.from(golden.batch.scoreFrom),
    extra: Float32Array.from(golden.batch.extra),
  };
  const cotangents = Object.fromEntries(
    Object.entries(golden.cotangents).map(([name, x]) => [name, Float32Array.from((x as number[][][]).flat(2))]),
  );
  const outputs: OutputName[] = ['logp', 'entropy', 'value', 'tokenWeight', 'choiceLogp'];
  const options = { outputs, temperature: golden.temperature, choices: golden.choices };
  return { layout, values, batch, options, cotangents };
}

/** Outputs within 1e-4 absolute, gradients of every view within 1e-3 relative. */
export function expectSamePass(layout: Layout, got: Pass, expected: Pass): void {
  expect(Object.keys(got.outputs).sort()).toEqual(Object.keys(expected.outputs).sort());
  for (const [name, values] of Object.entries(expected.outputs)) {
    expect(largestDifference(got.outputs[name]!, values), name).toBeLessThan(1e-4);
  }
  for (const [name, error] of Object.entries(relativeErrors(layout, got.gradients, expected.gradients))) {
    expect(error, `gradient of ${name}`).toBeLessThan(1e-3);
  }
}

/** Holds one pass of an engine to PyTorch's outputs and gradient norms. */
export async function expectGoldenPass(engine: Engine): Promise<void> {
  const { layout, values, batch, options, cotangents } = goldenCase();
  const pass = await runPass(engine, golden.shape, values, batch, options, cotangents);
  for (const [name, expected] of Object.entries(golden.outputs)) {
    expect(largestDifference(pass.outputs[name]!, (expected as number[][][]).flat(2)), name).toBeLessThan(2e-5);
  }
  expectNorms(layout, pass.gradients, golden.gradNorms);
}

/** Holds five clipped AdamW steps of an engine to torch.optim.AdamW. */
export async function expectGoldenCurve(engine: Engine): Promise<void> {
  const { layout, values, batch, options, cotangents } = goldenCase();
  const params = engine.createParameters(golden.shape, values);
  const optimizer = engine.createOptimizer(params);
  for (const expected of golden.curve) {
    const forward = await engine.forward(params, batch, { ...options, keep: true });
    let objective = 0;
    for (const [name, output] of Object.entries(await readOutputs(forward))) {
      output.forEach((x, i) => (objective += x * cotangents[name]![i]!));
    }
    expect(objective).toBeCloseTo(expected.objective, 3);
    await pushBack(engine, forward, cotangents);
    const gradNorm = await gradNormOf(await engine.step(optimizer, golden.adamw));
    expect(Math.abs(gradNorm / expected.gradNorm - 1)).toBeLessThan(1e-4);
    forward.dispose();
  }
  expectNorms(layout, await engine.readParameters(params), golden.finalNorms);
  const forward = await engine.forward(params, batch, options);
  const outputs = await readOutputs(forward);
  for (const [name, expected] of Object.entries(golden.finalOutputs)) {
    expect(largestDifference(outputs[name]!, (expected as number[][][]).flat(2)), name).toBeLessThan(1e-3);
  }
  forward.dispose();
  optimizer.dispose();
  params.dispose();
}

function expectNorms(layout: Layout, flat: Float32Array, expected: Record<string, number>): void {
  for (const { name, offset, size } of layout.views) {
    expect(Math.abs(norm(flat.subarray(offset, offset + size)) / expected[name]! - 1), name).toBeLessThan(1e-4);
  }
}

/** Losses of some steps of supervised training (mean negative log-likelihood) on four batches of random rows. */
export async function lossCurve(engine: Engine, shape: ModelShape, steps: number): Promise<number[]> {
  const params = engine.createParameters(shape, randomParameters(layoutOf(shape), 21, 0.05));
  const optimizer = engine.createOptimizer(params);
  const batches = [0, 1, 2, 3].map((seed) => randomBatch(shape, 40 + seed, 2, Math.min(shape.positions, 12)));
  const curve: number[] = [];
  for (let step = 0; step < steps; step++) {
    const batch = batches[step % batches.length]!;
    const forward = await engine.forward(params, batch, { outputs: ['logp'], keep: true });
    const { logp } = await readOutputs(forward);
    const weights = tokenWeights(batch);
    curve.push(logp!.reduce((sum, x, i) => sum + x * weights[i]!, 0));
    await pushBack(engine, forward, { logp: weights });
    forward.dispose();
    (await engine.step(optimizer, { learningRate: 0.01, weightDecay: 0.01 })).gradNorm.dispose();
  }
  optimizer.dispose();
  params.dispose();
  return curve;
}

/** [B * S] -1 / n where a scored column has a next token, n such columns in all; else 0. */
function tokenWeights({ rows, scored, scoreFrom, end }: Batch): Float32Array {
  const mask = new Float32Array(rows * scored);
  let count = 0;
  for (let b = 0; b < rows; b++) {
    for (let s = 0; s < scored && scoreFrom[b]! + s + 1 < end[b]!; s++, count++) mask[b * scored + s] = 1;
  }
  return mask.map((x) => -x / count);
}
