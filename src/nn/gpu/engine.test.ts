import '@tensorflow/tfjs-backend-cpu';
import { backend, memory, zeros, type Rank } from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { create } from 'webgpu';
import { afterAll, describe, expect, it } from 'vitest';
import { layoutOf, type ModelShape } from '../layout';
import { installDawn, removeDawn } from '../testing/dawn';
import {
  gradNormOf, largestDifference, pushBack, randomBatch, randomCotangents, randomParameters, readOutputs,
} from '../testing/engines';
import type { Engine, ForwardOptions, Optimizer } from '../types';
import type * as GpuEngine from './engine';

const SHAPE: ModelShape = { vocab: 45, width: 16, layers: 1, heads: 2, positions: 24, valueHeads: 2 };
const EVERYTHING: ForwardOptions = {
  outputs: ['logp', 'entropy', 'value', 'tokenWeight', 'choiceLogp'], choices: [7, 44],
};
const layout = layoutOf(SHAPE);
const values = randomParameters(layout, 1);

// tfjs' WebGPU modules look for navigator.gpu when they are imported, so Dawn has to be there first.
const gpu = await installDawn();
/** A device that computes nothing and opens at once, for what is refused before anything is computed. */
const nullGpu = create(['backend=null']);
const { createGpuEngine, GpuFailure, NoGpuError }: typeof GpuEngine = await import('./engine');

afterAll(removeDawn);

const openEngine = (on: GPU): Promise<Engine> => createGpuEngine({ allowSoftware: true, gpu: on });
/** The device of the engine that is open. */
const device = (): GPUDevice => (backend() as WebGPUBackend).device;

/** Bytes of the buffers that were made and not destroyed. */
let bytesAlive = 0;
const counted = new WeakSet<GPUBuffer>();
intercept(GPUDevice.prototype, 'createBuffer', (buffer: GPUBuffer) => {
  counted.add(buffer);
  bytesAlive += buffer.size;
});
intercept(GPUBuffer.prototype, 'destroy', (_, buffer) => {
  if (counted.delete(buffer)) bytesAlive -= buffer.size;
});

/** Tells of the calls of a method of one of Dawn's classes. */
function intercept<Class extends object, Result>(
  prototype: Class, method: keyof Class & string, tell: (result: Result, called: Class) => void,
): void {
  const original = prototype[method] as (...given: unknown[]) => Result;
  Object.defineProperty(prototype, method, {
    value(this: Class, ...given: unknown[]) {
      const result = original.apply(this, given);
      tell(result, this);
      return result;
    },
  });
}

/** A GPU whose adapter, or device, has other limits than it has. */
function withLimits(
  real: GPU, { ofAdapter = {}, ofDevice = {} }: Partial<Record<'ofAdapter' | 'ofDevice', Record<string, number>>>,
): GPU {
  const override = <T extends { limits: GPUSupportedLimits }>(object: T, limits: Record<string, number>): T => {
    const own = object.limits;
    const get = (_: object, name: string): number => limits[name] ?? own[name as keyof typeof own] as number;
    return Object.defineProperty(object, 'limits', { value: new Proxy({}, { get: get as ProxyHandler<object>['get'] & object }) });
  };
  return {
    requestAdapter: async () => {
      const adapter = (await real.requestAdapter())!;
      const request = adapter.requestDevice.bind(adapter);
      Object.defineProperty(adapter, 'requestDevice', {
        value: async (descriptor: GPUDeviceDescriptor) => override(await request(descriptor), ofDevice),
      });
      return override(adapter, ofAdapter);
    },
  } as unknown as GPU;
}

/** Outputs of everything for rows that do not fit the small buffers of a test below. */
async function outputsOf(engine: Engine): Promise<Record<string, Float32Array>> {
  const params = engine.createParameters(SHAPE, values);
  const forward = await engine.forward(params, LARGE, EVERYTHING);
  const outputs = await readOutputs(forward);
  forward.dispose();
  params.dispose();
  return outputs;
}
const LARGE = randomBatch(SHAPE, 2, 6, 24, true);

/** Steps `from` to `to` of a training. */
async function train(engine: Engine, optimizer: Optimizer, from: number, to: number): Promise<void> {
  for (let step = from; step < to; step++) {
    const batch = randomBatch(SHAPE, step, 2, 12);
    const forward = await engine.forward(optimizer.params, batch, { outputs: ['logp'], keep: true });
    await pushBack(engine, forward, randomCotangents(forward.outputs, step));
    forward.dispose();
    await gradNormOf(await engine.step(optimizer, { learningRate: 0.01 }));
  }
}

describe('on a software adapter', () => {
  let engine: Engine;
  let expected: { readonly outputs: Record<string, Float32Array>; readonly trained: Float32Array };

  it('says what it is, reports the kernels it compiles, and has the GPU to itself', async () => {
    const reports: [number, number][] = [];
    engine = await createGpuEngine({ allowSoftware: true, gpu, onCompile: (...report) => reports.push(report) });
    expect(engine.kind).toBe('gpu');
    expect(engine.description).toMatch(/^WebGPU, .+/);
    await expect(openEngine(gpu)).rejects.toThrow(/running already/);

    const outputs = await outputsOf(engine);
    const whole = engine.createOptimizer(engine.createParameters(SHAPE, values));
    await train(engine, whole, 0, 6);
    expected = { outputs, trained: await engine.readParameters(whole.params) };
    whole.dispose();
    whole.params.dispose();
    expect(reports.length).toBeGreaterThan(0);
    reports.forEach(([done, total], i) => {
      expect(done).toBe(i + 1);
      expect(total).toBeGreaterThanOrEqual(done);
    });
  });

  it('frees what it made: memory is flat over steps and generations', async () => {
    const before = bytesAlive;
    const params = engine.createParameters(SHAPE, values);
    const optimizer = engine.createOptimizer(params);
    const cycle = async (): Promise<[number, number, number]> => {
      const forward = await engine.forward(params, randomBatch(SHAPE, 3, 2, 12, true), { ...EVERYTHING, keep: true });
      await pushBack(engine, forward, randomCotangents(forward.outputs, 5));
      await gradNormOf(await engine.step(optimizer, { learningRate: 1e-3 }));
      forward.dispose();
      await engine.generate(params, [[3, 2]], { temperature: 1, maxNewTokens: 9, key: 1 });
      return [memory().numTensors, (backend() as WebGPUBackend).memory().numBytesInGPU, bytesAlive];
    };
    await cycle();
    const second = await cycle();
    for (let i = 0; i < 3; i++) expect(await cycle()).toEqual(second);
    optimizer.dispose();
    params.dispose();
    // Buffers of constants go a moment after the calls that they are bound to; tfjs keeps a few of its own.
    await new Promise((resolve) => setTimeout(resolve));
    expect(bytesAlive - before).toBeLessThan((second[2] - before) / 100);
  });

  it('rejects what waits when the device is lost; a new engine goes on as if nothing had been', async () => {
    const first = engine.createOptimizer(engine.createParameters(SHAPE, values));
    await train(engine, first, 0, 3);
    const [checkpoint, state] = [await engine.readParameters(first.params), await engine.readOptimizer(first)];
    const forward = await engine.forward(first.params, LARGE, { outputs: ['logp'], keep: true });
    const waiting = [
      engine.generate(first.params, [[3, 2]], { temperature: 1, maxNewTokens: 9, key: 1 }),
      engine.readParameters(first.params),
      train(engine, first, 3, 100),
    ];
    // As where a driver is restarted: it was not us.
    device().destroy();
    for (const work of waiting) await expect(work).rejects.toThrow(GpuFailure);
    await expect(readOutputs(forward)).rejects.toThrow(GpuFailure);
    await expect(engine.step(first, { learningRate: 0.01 })).rejects.toThrow(/The GPU was lost/);
    expect(() => engine.assertAlive()).toThrow(GpuFailure);
    engine.dispose();
    for (const one of [forward, first, first.params]) one.dispose();

    engine = await openEngine(gpu);
    const resumed = engine.createOptimizer(engine.createParameters(SHAPE, checkpoint), state);
    await train(engine, resumed, 3, 6);
    expect(largestDifference(await engine.readParameters(resumed.params), expected.trained)).toBe(0);
    engine.dispose();
  });

  it('cuts a batch that is too large for a buffer', async () => {
    // 50 rows of 4 * 16 floats, or the parameters, if these are more.
    const maxStorageBufferBindingSize = Math.max(50 * 256, layout.size * 4);
    engine = await openEngine(withLimits(gpu, { ofDevice: { maxStorageBufferBindingSize } }));
    expect(await outputsOf(engine)).toEqual(expected.outputs);
    engine.dispose();
  });
});

describe('what it refuses', () => {
  it('input out of bounds, and gradients that fit no pass', async () => {
    const engine = await openEngine(nullGpu);
    const params = engine.createParameters(SHAPE, values);
    const batch = randomBatch(SHAPE, 1, 2, 12);
    const outside = { ...batch, tokens: batch.tokens.map(() => 45) };
    await expect(engine.forward(params, outside, { outputs: ['logp'] })).rejects.toThrow(/token 45/);
    const choices = Array.from({ length: 17 }, (_, i) => i);
    await expect(engine.forward(params, batch, { outputs: ['choiceLogp'], choices })).rejects.toThrow(/at most 16/);
    await expect(engine.generate(params, [[1]], { temperature: 1, maxNewTokens: 24, key: 1 })).rejects.toThrow(/24 positions/);
    expect(() => engine.writeParameters(params, values.subarray(1))).toThrow(RangeError);

    const forward = await engine.forward(params, batch, { outputs: ['logp'], keep: true });
    const passing = await engine.forward(params, batch, { outputs: ['logp'] });
    const right = { logp: zeros<Rank.R2>([2, 11]) };
    await expect(engine.backward(passing, right)).rejects.toThrow(/keep: true/);
    await expect(engine.backward(forward, { logp: zeros<Rank.R2>([2, 10]) })).rejects.toThrow(/20 gradients for 22/);
    await expect(engine.backward(forward, { entropy: right.logp })).rejects.toThrow(/entropy.*did not compute/);
    forward.dispose();
    await expect(engine.backward(forward, right)).rejects.toThrow(/disposed/);
    params.dispose();
    await expect(engine.forward(params, batch, { outputs: ['logp'] })).rejects.toThrow(/disposed/);
    engine.dispose();
  });

  it('a pass to be kept that is too large for a buffer', async () => {
    const engine = await openEngine(withLimits(nullGpu, { ofDevice: { maxStorageBufferBindingSize: layout.size * 4 } }));
    const params = engine.createParameters(SHAPE, values);
    const large = randomBatch(SHAPE, 2, 20, 24);
    const kept = engine.forward(params, large, { ...EVERYTHING, keep: true });
    await expect(kept).rejects.toThrow(RangeError);
    await expect(kept).rejects.toThrow(/Lower the batch size/);
    await engine.forward(params, large, EVERYTHING);
    engine.dispose();
  });

  it('a missing adapter, a software adapter that was not asked for, and a weak one', async () => {
    const none = { requestAdapter: () => Promise.resolve(null) } as unknown as GPU;
    await expect(createGpuEngine({ gpu: none })).rejects.toThrow(/No GPU: WebGPU found no graphics adapter/);
    await expect(createGpuEngine({ gpu })).rejects.toThrow(NoGpuError);
    await expect(createGpuEngine({ gpu })).rejects.toThrow(/software adapter/);
    for (const limit of ['maxStorageBuffersPerShaderStage', 'maxComputeInvocationsPerWorkgroup']) {
      const weak = openEngine(withLimits(nullGpu, { ofAdapter: { [limit]: 4 } }));
      await expect(weak).rejects.toThrow(NoGpuError);
      await expect(weak).rejects.toThrow(new RegExp(`${limit} is 4`));
    }
  });

  it('a model that does not fit the device', async () => {
    const engine = await openEngine(withLimits(nullGpu, { ofDevice: { maxComputeWorkgroupStorageSize: 1000 } }));
    expect(() => engine.createParameters(SHAPE, values)).toThrow(NoGpuError);
    expect(() => engine.createParameters(SHAPE, values)).toThrow(/1000 are there/);
    engine.dispose();
  });

  it('to compute after an error that nobody caught', async () => {
    const engine = await openEngine(nullGpu);
    const params = engine.createParameters(SHAPE, values);
    engine.assertAlive();
    const reported = new Promise((resolve) => device().addEventListener('uncapturederror', resolve));
    device().createBuffer({ size: 4, usage: 0 });
    await reported;
    expect(() => engine.assertAlive()).toThrow(GpuFailure);
    expect(() => engine.assertAlive()).toThrow(/reported an error/);
    await expect(engine.forward(params, LARGE, { outputs: ['logp'] })).rejects.toThrow(GpuFailure);
    engine.dispose();
  });
});
