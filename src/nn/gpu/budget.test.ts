/**
 * What the GPU engine asks of WebGPU, counted from outside on Dawn's null device, which computes nothing. Calls are what
 * a small model costs: each takes some microseconds here and several times that in a browser.
 */
import '@tensorflow/tfjs-backend-cpu';
import { dispose, zeros, type Tensor } from '@tensorflow/tfjs-core';
import { create } from 'webgpu';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../../core/rng';
import { initialParameters } from '../init';
import { layoutOf, type ModelShape } from '../layout';
import { installDawn, removeDawn } from '../testing/dawn';
import type { Batch, Engine, Optimizer, ParameterSet } from '../types';
import type * as GpuEngine from './engine';

const SHAPE: ModelShape = { vocab: 965, width: 64, layers: 4, heads: 4, positions: 160, valueHeads: 1 };
const ROWS = 32;
const SCORED = 40;

// Dawn's classes are globals from here on; the GPU is another one.
await installDawn();
const gpu = create(['backend=null']);
const { createGpuEngine }: typeof GpuEngine = await import('./engine');

type Counted = 'dispatches' | 'readbacks' | 'buffers' | 'bindGroups' | 'pipelines' | 'submits';
const counts: Record<Counted, number> = {
  dispatches: 0, readbacks: 0, buffers: 0, bindGroups: 0, pipelines: 0, submits: 0,
};

/** Counts the calls of a method of one of Dawn's classes. */
function count<Class extends object>(prototype: Class, method: keyof Class & string, name: Counted): void {
  const original = prototype[method] as (...values: unknown[]) => unknown;
  Object.defineProperty(prototype, method, {
    value(this: Class, ...values: unknown[]) {
      counts[name]++;
      return original.apply(this, values);
    },
  });
}

/** What is counted while some work is done. */
async function counted(work: () => Promise<void>): Promise<Record<Counted, number>> {
  const before = { ...counts };
  await work();
  return Object.fromEntries(
    (Object.keys(counts) as Counted[]).map((name) => [name, counts[name] - before[name]]),
  ) as Record<Counted, number>;
}

const stream = new Stream(streamKey(8, PURPOSE.test));

/** Rows of 64 to 96 tokens, the last 40 of them scored. */
function randomRows(): Batch {
  const length = 96;
  const end = Int32Array.from({ length: ROWS }, () => 64 + stream.int(33));
  return {
    rows: ROWS, length, scored: SCORED, end, start: new Int32Array(ROWS),
    scoreFrom: end.map((stop) => stop - SCORED),
    tokens: Int32Array.from({ length: ROWS * length }, () => stream.int(SHAPE.vocab)),
  };
}

let engine: Engine;
let params: ParameterSet;
let optimizer: Optimizer;
let grad: Tensor;

beforeAll(async () => {
  count(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', 'dispatches');
  count(GPUBuffer.prototype, 'mapAsync', 'readbacks');
  count(GPUDevice.prototype, 'createBuffer', 'buffers');
  count(GPUDevice.prototype, 'createBindGroup', 'bindGroups');
  count(GPUDevice.prototype, 'createComputePipeline', 'pipelines');
  count(GPUDevice.prototype, 'createComputePipelineAsync', 'pipelines');
  count(GPUQueue.prototype, 'submit', 'submits');
  engine = await createGpuEngine({ allowSoftware: true, gpu });
  params = engine.createParameters(SHAPE, initialParameters(layoutOf(SHAPE), 1));
  optimizer = engine.createOptimizer(params);
  grad = zeros([ROWS, SCORED]);
});
afterAll(() => {
  dispose(grad);
  engine.dispose();
  removeDawn();
});

/** Forward pass, backward pass and step; the loss would come between the first two. */
async function train(): Promise<void> {
  const forward = await engine.forward(params, randomRows(), { outputs: ['logp', 'entropy', 'value'], keep: true });
  await engine.backward(forward, { logp: forward.outputs.logp!, value: forward.outputs.value!, entropy: forward.outputs.entropy! });
  forward.dispose();
  (await engine.step(optimizer, { learningRate: 1e-3 })).gradNorm.dispose();
}

async function rollOut(): Promise<void> {
  const prompts = Array.from({ length: ROWS }, () => Array.from({ length: 40 + stream.int(20) }, () => stream.int(SHAPE.vocab)));
  await engine.generate(params, prompts, { temperature: 1, maxNewTokens: 40, key: 1 });
}

it('makes everything in the first step and the first rollout of a shape', async () => {
  const first = await counted(async () => {
    await train();
    await rollOut();
  });
  expect(first.buffers).toBeGreaterThan(0);
  expect(first.bindGroups).toBeGreaterThan(0);
});

it('trains with few dispatches, makes nothing new and reads nothing, over 200 steps of varying lengths', async () => {
  const steps = 200;
  const all = await counted(async () => {
    for (let step = 0; step < steps; step++) await train();
  });
  expect(all.dispatches / steps).toBeLessThanOrEqual(130);
  expect(all.submits / steps).toBeLessThanOrEqual(8);
  expect(all).toMatchObject({ readbacks: 0, buffers: 0, bindGroups: 0, pipelines: 0 });
});

it('steps with few dispatches', async () => {
  const step = await counted(async () => {
    (await engine.step(optimizer, { learningRate: 1e-3 })).gradNorm.dispose();
  });
  expect(step.dispatches).toBeGreaterThan(0);
  expect(step.dispatches).toBeLessThanOrEqual(4);
});

it('reads a rollout back once, and makes nothing new', async () => {
  const rollout = await counted(rollOut);
  expect(rollout).toMatchObject({ readbacks: 1, buffers: 0, bindGroups: 0, pipelines: 0 });
  // Trunk over the prompts, then eight tokens a dispatch.
  expect(rollout.dispatches).toBeLessThanOrEqual(40);
});
