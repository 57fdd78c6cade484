/** Our own tfjs WebGPU backend: own device, own name, errors that are seen, and a GPU that is given back. */
import {
  copyRegisteredKernels, env, findBackend, registerBackend, removeBackend,
} from '@tensorflow/tfjs-core';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { adapterName } from './adapter';

export const GPU_BACKEND = 'playground-webgpu';

/** The GPU stopped working or computed something invalid: every tensor on it is dead. */
export class GpuFailure extends Error {
  override readonly name = 'GpuFailure';
}

/** tfjs' backend on our device, which it destroys with itself. */
class GpuBackend extends WebGPUBackend {
  override dispose(): void {
    super.dispose();
    this.device.destroy();
  }
}

export interface GpuBackendHandle {
  readonly description: string;
  /** @throws GpuFailure if the device was lost or reported an error since the start. */
  assertAlive(): void;
  /** Gives the GPU back. */
  dispose(): void;
}

let kernelsCopied = false;

/**
 * Registers the backend `GPU_BACKEND` on a device of this adapter.
 * @throws Error where such a backend is already there, or the adapter gives no device.
 */
export async function startGpuBackend(adapter: GPUAdapter): Promise<GpuBackendHandle> {
  if (findBackend(GPU_BACKEND)) throw new Error('a GPU engine is running already; dispose it first');
  const { limits } = adapter;
  const device = await adapter.requestDevice({
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
    },
  });

  let failure: GpuFailure | undefined;
  const fail = (message: string): void => {
    failure ??= new GpuFailure(message);
  };
  // tfjs looks at neither: without these a lost device shows up as nonsense numbers or an AbortError.
  void device.lost.then(({ reason, message }) => {
    if (reason === 'destroyed') return;
    fail(`The GPU was lost (${message || reason}). Reload the page, or run on the CPU.`);
  });
  device.addEventListener('uncapturederror', ({ error }) => {
    fail(`The GPU reported an error (${error.message}). Run on the CPU instead.`);
  });

  if (!kernelsCopied) {
    copyRegisteredKernels('webgpu', GPU_BACKEND);
    kernelsCopied = true;
  }
  // Matmul programs: only "packed" (3) is right for every transpose; the automatic choice uses split-K, which is not.
  env().set('WEBGPU_MATMUL_PROGRAM_TYPE', 3);
  // Small operations on the CPU would go on "working" after a device is lost.
  env().set('WEBGPU_CPU_FORWARD', false);
  env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', 128);
  registerBackend(GPU_BACKEND, () => new GpuBackend(device, adapter.info));

  return {
    description: adapterName(adapter.info),
    assertAlive() {
      if (failure) throw failure;
    },
    dispose() {
      removeBackend(GPU_BACKEND);
      // A backend that was never started has not taken over the device.
      device.destroy();
    },
  };
}
