import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  backend, dispose, engine as tfEngine, setBackend, tensor2d, type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { WebGPUBackend, WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';
import { PURPOSE, randomU32, Stream, streamKey } from '../../core/rng';
import { layoutOf, type ModelShape } from '../layout';
import { sampleOnHost, type Draw } from '../reference/sampler';
import { largestDifference, randomBatch, randomParameters } from '../testing/engines';
import type { Engine } from '../types';
import type * as Backend from './backend';
import { installDawn, removeDawn } from '../testing/dawn';
import type * as GpuEngine from './engine';
import type * as GpuSampler from './sampler';

const SHAPE: ModelShape = { vocab: 45, width: 32, layers: 1, heads: 2, positions: 16, valueHeads: 2 };

// tfjs' WebGPU modules look for navigator.gpu when they are imported, so Dawn has to be there first.
const gpu = await installDawn();
const { startGpuBackend, GPU_BACKEND, GpuFailure }: typeof Backend = await import('./backend');
const { createGpuEngine, NoGpuError }: typeof GpuEngine = await import('./engine');
const { RNG_WGSL, sampleOnGpu }: typeof GpuSampler = await import('./sampler');

afterAll(removeDawn);

describe('on a software adapter', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createGpuEngine({ allowSoftware: true, gpu });
  }, 60_000);
  afterAll(() => engine.dispose());

  it('says what it is', () => {
    expect(engine.kind).toBe('gpu');
    expect(engine.description).toMatch(/^WebGPU, .+/);
  });

  it('lets one engine use the GPU at a time', async () => {
    await expect(createGpuEngine({ allowSoftware: true, gpu })).rejects.toThrow(/running already/);
  });

  it('has the bits of core/rng in WGSL', async () => {
    class RngProgram implements WebGPUProgram {
      readonly variableNames = ['unused'];
      readonly uniforms = 'key : u32,';
      readonly workgroupSize: [number, number, number] = [64, 1, 1];
      readonly dispatchLayout = { x: [0, 1] };
      readonly dispatch: [number, number, number] = [64, 1, 1];
      readonly outputShape = [64, 64];
      shaderKey = 'rngTest';
      getUserCode = (): string => `
        ${RNG_WGSL}
        fn main(index : i32) {
          let zero = u32(unused[0]);
          result[index] = bitcast<i32>(randomU32(uniforms.key, u32(index / 64) * 77777777u, zero + u32(index % 64)));
        }
      `;
    }
    const unused = tensor2d([[0]]);
    for (const key of [0, 1, 0xffffffff, streamKey(7, PURPOSE.rollout)]) {
      const info = (backend() as WebGPUBackend).runWebGPUProgram(new RngProgram(), [unused], 'int32', [
        { type: 'uint32', data: [key] },
      ]);
      const bits = tfEngine().makeTensorFromTensorInfo(info);
      const drawn = await bits.data<'int32'>();
      const expected = Int32Array.from({ length: 4096 }, (_, i) =>
        randomU32(key, Math.imul(Math.floor(i / 64), 77777777), i % 64));
      expect(Array.from(drawn)).toEqual(Array.from(expected));
      bits.dispose();
    }
    unused.dispose();
  });

  it('draws the tokens that the host draws, greedy and with banned ids too', async () => {
    const rows = 40;
    const vocab = 45;
    const stream = new Stream(streamKey(3, PURPOSE.test));
    const values = Float32Array.from({ length: rows * vocab }, () => 2 * stream.normal());
    const draws: Draw[] = [
      { temperature: 1, bannedIds: [], key: 11, firstRow: 0, position: 0 },
      { temperature: 0.7, bannedIds: [0, 7, 44], key: 0xfffffff0, firstRow: 1000, position: 9 },
      { temperature: 0, bannedIds: [3], key: 11, firstRow: 0, position: 2 },
    ];
    for (const draw of draws) {
      const onGpu = await drawn(sampleOnGpu, draw);
      await setBackend('cpu');
      const onHost = await drawn(sampleOnHost, draw);
      await setBackend(GPU_BACKEND);
      expect(Array.from(onGpu.subarray(0, rows))).toEqual(Array.from(onHost.subarray(0, rows)));
      expect(largestDifference(onGpu, onHost)).toBeLessThan(1e-4);
      for (const id of draw.bannedIds) expect(onGpu.subarray(0, rows).indexOf(id)).toBe(-1);
    }

    async function drawn(sample: typeof sampleOnHost, draw: Draw): Promise<Float32Array> {
      const logits: Tensor2D = tensor2d(values, [rows, vocab]);
      const tokens = sample(logits, draw);
      const read = (await tokens.data<'float32'>()).slice();
      dispose([logits, tokens]);
      return read;
    }
  });
});

describe('failures', () => {
  it('name a software adapter that was not asked for, and a missing one', async () => {
    await expect(createGpuEngine({ gpu })).rejects.toThrow(NoGpuError);
    await expect(createGpuEngine({ gpu })).rejects.toThrow(/software adapter/);
    const none = { requestAdapter: () => Promise.resolve(null) } as unknown as GPU;
    await expect(createGpuEngine({ gpu: none })).rejects.toThrow(/No GPU: WebGPU found no graphics adapter/);
  });

  it('surface an error that nobody caught, then refuse to compute', async () => {
    const engine = await createGpuEngine({ allowSoftware: true, gpu });
    engine.assertAlive();
    const { device } = backend() as WebGPUBackend;
    const reported = new Promise((resolve) => device.addEventListener('uncapturederror', resolve));
    device.createBuffer({ size: 4, usage: 0 });
    await reported;
    expect(() => engine.assertAlive()).toThrow(GpuFailure);
    expect(() => engine.assertAlive()).toThrow(/Run on the CPU/);
    const params = engine.createParameters(SHAPE, randomParameters(layoutOf(SHAPE), 1));
    expect(() => engine.forward(params, randomBatch(SHAPE, 1, 2, 6), { outputs: ['logp'] })).toThrow(GpuFailure);
    params.dispose();
    engine.dispose();
  });

  it('surface a lost device, but not one that was given back', async () => {
    for (const reason of ['unknown', 'destroyed']) {
      const lost = Promise.resolve({ reason, message: 'the driver was updated' });
      const device = { lost, addEventListener: () => undefined, destroy: () => undefined };
      const adapter = {
        limits: {}, info: { vendor: '', architecture: '', device: '', description: 'test GPU' },
        requestDevice: () => Promise.resolve(device),
      } as unknown as GPUAdapter;
      const handle = await startGpuBackend(adapter);
      await lost;
      await Promise.resolve();
      if (reason === 'unknown') expect(() => handle.assertAlive()).toThrow(/lost \(the driver was updated\)/);
      else expect(() => handle.assertAlive()).not.toThrow();
      handle.dispose();
    }
  });
});
