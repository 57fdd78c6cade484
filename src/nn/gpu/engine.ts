import { createReferenceEngine } from '../reference/engine';
import type { Engine } from '../types';
import { browserGpu, findAdapter, isSoftwareAdapter } from './adapter';
import { GPU_BACKEND, startGpuBackend } from './backend';
import { sampleOnGpu } from './sampler';

export interface GpuEngineOptions {
  /** Take an adapter that computes on the CPU (SwiftShader, llvmpipe). Slow; for tests. Default false. */
  readonly allowSoftware?: boolean;
  /** Default `navigator.gpu`. */
  readonly gpu?: GPU;
}

/** There is no GPU to run on. The message says why, and what to do. */
export class NoGpuError extends Error {
  override readonly name = 'NoGpuError';
}

/**
 * The GPU engine, first version: the reference's tfjs operations on our own WebGPU backend, with sampling on the GPU.
 * @throws NoGpuError where there is no adapter, or only a software one that was not asked for.
 */
export async function createGpuEngine({
  allowSoftware = false,
  gpu = browserGpu(),
}: GpuEngineOptions = {}): Promise<Engine> {
  const found = await findAdapter(gpu);
  if ('missing' in found) throw new NoGpuError(`No GPU: ${found.missing}. Run on the CPU instead.`);
  const { adapter } = found;
  if (isSoftwareAdapter(adapter.info) && !allowSoftware) {
    throw new NoGpuError('WebGPU offers only a software adapter here, on which the CPU engine is many times faster.');
  }
  const backend = await startGpuBackend(adapter);
  try {
    return await createReferenceEngine({
      kind: 'gpu',
      backendName: GPU_BACKEND,
      description: `WebGPU, ${backend.description}`,
      sample: sampleOnGpu,
      assertAlive: () => backend.assertAlive(),
      onDispose: () => backend.dispose(),
    });
  } catch (error) {
    backend.dispose();
    throw error;
  }
}
