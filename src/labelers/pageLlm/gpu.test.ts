import { describe, expect, it } from 'vitest';
import { findPageGpu } from './gpu';

const LIMITS = {
  maxBufferSize: 2 ** 31, maxStorageBufferBindingSize: 2 ** 31, maxComputeWorkgroupStorageSize: 2 ** 15,
  maxStorageBuffersPerShaderStage: 10,
};
const REAL = { vendor: 'nvidia', architecture: 'ampere', device: '', description: '' };

function gpuWith(limits: Partial<typeof LIMITS> = {}, features: readonly string[] = ['shader-f16'], info = REAL): GPU {
  const adapter = { limits: { ...LIMITS, ...limits }, features: new Set(features), info };
  return { requestAdapter: async () => adapter } as unknown as GPU;
}

describe('the GPU for a model in this page', () => {
  it('is what the library needs', async () => {
    expect(await findPageGpu(gpuWith())).toEqual({ f16: true, bufferBytes: 2 ** 30, software: false });
  });
  it('may lack 16-bit floats, or large bindings', async () => {
    expect(await findPageGpu(gpuWith({ maxStorageBufferBindingSize: 2 ** 28 }, []))).toEqual({
      // The library asks for a gibibyte or for WebGPU's default, nothing between.
      f16: false, bufferBytes: 2 ** 27, software: false,
    });
  });
  it('may be a CPU in disguise', async () => {
    const info = { vendor: 'google', architecture: 'swiftshader', device: '', description: '' };
    expect(await findPageGpu(gpuWith({}, [], info))).toMatchObject({ software: true });
  });
  it.each([
    ['no WebGPU', undefined, 'no WebGPU'],
    ['no adapter', { requestAdapter: async () => null } as unknown as GPU, 'finds no GPU'],
    ['a failure', { requestAdapter: async () => { throw new Error('blocked'); } } as unknown as GPU, 'blocked'],
    ['a weak one', gpuWith({ maxStorageBuffersPerShaderStage: 8 }), 'maxStorageBuffersPerShaderStage is 8, needed are 10'],
  ])('%s is said plainly', async (_, gpu, words) => {
    const found = await findPageGpu(gpu);
    expect('missing' in found && found.missing).toContain(words);
  });
});
