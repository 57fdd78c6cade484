import { describe, expect, it } from 'vitest';
import { chooseEngine, type OpenGpu } from './choose';
import { adapterName, isSoftwareAdapter, type AdapterIdentity } from './gpu/adapter';
import type { Engine } from './types';

const REAL: AdapterIdentity = { vendor: 'nvidia', architecture: 'ada', device: '', description: 'RTX 4060' };
const SWIFTSHADER: AdapterIdentity = {
  vendor: 'google', architecture: 'swiftshader', device: '', description: 'SwiftShader Device (Subzero)',
};

function gpuWith(info: AdapterIdentity | null): GPU {
  const adapter = info && { info };
  return { requestAdapter: () => Promise.resolve(adapter) } as unknown as GPU;
}

const cpu = { kind: 'cpu', description: 'CPU, WebAssembly SIMD' } as Engine;
const openCpu = (): Promise<Engine> => Promise.resolve(cpu);

function opener(asked: boolean[] = []): OpenGpu {
  return ({ allowSoftware = false }) => {
    asked.push(allowSoftware);
    return Promise.resolve({ kind: 'gpu', description: 'WebGPU, RTX 4060' } as Engine);
  };
}

describe('engine choice', () => {
  it('takes a real GPU', async () => {
    const asked: boolean[] = [];
    const { engine, reason } = await chooseEngine('auto', openCpu, { gpu: gpuWith(REAL), openGpu: opener(asked) });
    expect(engine.kind).toBe('gpu');
    expect(reason).toMatch(/RTX 4060.*backend=cpu/);
    expect(asked).toEqual([false]);
  });

  it('falls back to the CPU where a GPU cannot be opened, and says why', async () => {
    const openGpu: OpenGpu = () => Promise.reject(new Error('This GPU is too weak.'));
    const { engine, reason } = await chooseEngine('auto', openCpu, { gpu: gpuWith(REAL), openGpu });
    expect(engine).toBe(cpu);
    expect(reason).toMatch(/RTX 4060 could not be used \(This GPU is too weak/);
  });

  it.each([
    ['no WebGPU', {}, /has no WebGPU/],
    ['no adapter', { gpu: gpuWith(null) }, /no graphics adapter/],
    ['an adapter without a name', { gpu: { requestAdapter: () => Promise.resolve({}) } as unknown as GPU }, /too old/],
    ['a software adapter', { gpu: gpuWith(SWIFTSHADER) }, /software adapter/],
    ['a fallback adapter', { gpu: gpuWith({ ...REAL, isFallbackAdapter: true }) }, /software adapter/],
  ])('takes the CPU where there is %s, and says why', async (_, options, why) => {
    const { engine, reason } = await chooseEngine('auto', openCpu, { ...options, openGpu: opener() });
    expect(engine).toBe(cpu);
    expect(reason).toMatch(why);
  });

  it('obeys the override', async () => {
    const asked: boolean[] = [];
    const options = { gpu: gpuWith(SWIFTSHADER), openGpu: opener(asked) };
    expect((await chooseEngine('webgpu', openCpu, options)).engine.kind).toBe('gpu');
    expect(asked).toEqual([true]);
    expect((await chooseEngine('cpu', openCpu, { gpu: gpuWith(REAL), openGpu: opener() })).engine).toBe(cpu);
  });

  it('does not hide that the GPU asked for is missing', async () => {
    const openGpu: OpenGpu = () => Promise.reject(new Error('No GPU'));
    await expect(chooseEngine('webgpu', openCpu, { openGpu })).rejects.toThrow('No GPU');
  });
});

describe('adapters', () => {
  const named = (description: string): AdapterIdentity => ({ vendor: '', architecture: '', device: '', description });

  it.each(['llvmpipe (LLVM 15.0.6, 256 bits)', 'Microsoft Basic Render Driver', 'SwiftShader Device', 'Lavapipe'])(
    'knows %s for software',
    (description) => expect(isSoftwareAdapter(named(description))).toBe(true),
  );

  it.each(['NVIDIA GeForce RTX 4060', 'Apple M2', 'Intel(R) Iris(R) Xe Graphics', 'Adreno (TM) 740', ''])(
    'does not take "%s" for software',
    (description) => expect(isSoftwareAdapter(named(description))).toBe(false),
  );

  it('names what the browser reveals', () => {
    expect(adapterName(REAL)).toBe('RTX 4060');
    expect(adapterName({ ...REAL, description: '' })).toBe('nvidia ada');
    expect(adapterName(named(''))).toBe('unnamed GPU');
  });
});
