/** A GPU device with our own tfjs WebGPU backend on it: own name, errors that are seen, and a GPU that is given back. */
import {
  copyRegisteredKernels, env, findBackend, keep, registerBackend, removeBackend, type Tensor, util,
} from '@tensorflow/tfjs-core';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { adapterName } from './adapter';
import { DIMS_BYTES, Pipelines, READ_USAGE, UNIFORM_USAGE } from './program';

export const GPU_BACKEND = 'playground-webgpu';

/** The GPU stopped working or computed something invalid: every tensor and every parameter set on it is dead. */
export class GpuFailure extends Error {
  override readonly name = 'GpuFailure';
}

/** tfjs' backend on our device. */
class GpuBackend extends WebGPUBackend {
  constructor(
    device: GPUDevice,
    info: GPUAdapterInfo,
    private readonly guard: Gpu['guard'],
  ) {
    super(device, info);
  }

  /** As tfjs reads, but of a tensor in a larger buffer only what is the tensor's, and never waiting for a lost GPU. */
  override async read(dataId: object): ReturnType<WebGPUBackend['read']> {
    const size = util.sizeFromShape(this.tensorMap.get(dataId).shape);
    const values = await this.guard(super.read(dataId));
    return values.length > size ? values.slice(0, size) : values;
  }
}

/** Part of a buffer to read back. */
export interface ReadRequest {
  readonly buffer: GPUBuffer;
  readonly bytes: number;
}

/** The device and what everything on it shares. */
export class Gpu {
  readonly description: string;
  readonly pipelines: Pipelines;
  /** `Dims` for calls that depend on no batch. */
  readonly noDims: GPUBuffer;
  private readonly backend: GpuBackend;
  private failure: GpuFailure | undefined;
  private disposed = false;
  /** How to reject what is waited for now. */
  private readonly waiting = new Set<(reason: GpuFailure) => void>();

  constructor(
    readonly device: GPUDevice,
    info: GPUAdapterInfo,
    onCompiled?: (done: number, total: number) => void,
  ) {
    this.description = adapterName(info);
    this.pipelines = new Pipelines(device, onCompiled);
    this.backend = new GpuBackend(device, info, (work) => this.guard(work));
    // tfjs looks at neither: without these a lost device shows up as nonsense numbers or an AbortError.
    void device.lost.then(({ reason, message }) => {
      this.fail(`The GPU was lost (${message || reason}).`);
    });
    device.addEventListener('uncapturederror', ({ error }) => {
      this.fail(`The GPU reported an error (${error.message}).`);
    });
    this.noDims = device.createBuffer({ size: DIMS_BYTES, usage: UNIFORM_USAGE });
    registerBackend(GPU_BACKEND, () => this.backend);
  }

  /** @throws GpuFailure if the device was lost or reported an error since the start, or was given back. */
  assertAlive(): void {
    if (this.failure) throw this.failure;
  }

  /**
   * The result of work of the GPU. Rejects with GpuFailure where the work fails, and when the device is lost; a RangeError
   * is ours and passes as it is.
   */
  guard<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.failure) reject(this.failure);
      this.waiting.add(reject);
      work.then(resolve, (error: unknown) => {
        if (error instanceof RangeError) {
          reject(error);
          return;
        }
        const message = error instanceof Error ? error.message : String(error);
        reject(this.fail(`The GPU failed (${message}).`));
      }).finally(() => this.waiting.delete(reject));
    });
  }

  /** Notes the first failure, and passes it on to everyone who waits. */
  private fail(message: string): GpuFailure {
    this.failure ??= new GpuFailure(message);
    for (const reject of this.waiting) reject(this.failure);
    return this.failure;
  }

  /** Records commands and submits them. */
  submit(encode: (encoder: GPUCommandEncoder) => void): void {
    const encoder = this.device.createCommandEncoder();
    encode(encoder);
    this.device.queue.submit([encoder.finish()]);
  }

  /**
   * Submits what tfjs has recorded and not yet submitted, so that it runs before what we submit next: it may write what
   * we read, and read what we overwrite.
   */
  flush(): void {
    this.backend.ensureCommandEncoderReady();
    this.backend.endComputePassEncoder();
    this.backend.submitQueue();
  }

  /** A tensor over the beginning of a buffer. Disposing it leaves the buffer alone. */
  tensorOver<T extends Tensor>(buffer: GPUBuffer, shape: number[]): T {
    return keep(this.backend.createTensorFromGPUData({ buffer, zeroCopy: true }, shape, 'float32')) as T;
  }

  /** A tensor with a copy of the beginning of a buffer, in memory that tfjs lends and takes back. */
  tensorFrom<T extends Tensor>(buffer: GPUBuffer, shape: number[]): T {
    return this.backend.createTensorFromGPUData({ buffer }, shape, 'float32') as T;
  }

  /** The buffer that begins with a tensor's values; `flush` before commands that use it are submitted. */
  bufferOf({ dataId }: Tensor): GPUBuffer {
    this.backend.uploadToGPU(dataId);
    return this.backend.tensorMap.get(dataId).resource as GPUBuffer;
  }

  /** Reads buffers back, together. */
  async read(...requests: ReadRequest[]): Promise<ArrayBuffer[]> {
    const size = requests.reduce((sum, { bytes }) => sum + bytes, 0);
    const staging = this.device.createBuffer({ size, usage: READ_USAGE });
    this.submit((encoder) => {
      let at = 0;
      for (const { buffer, bytes } of requests) {
        encoder.copyBufferToBuffer(buffer, 0, staging, at, bytes);
        at += bytes;
      }
    });
    try {
      await this.guard(staging.mapAsync(MAP_READ));
      const all = staging.getMappedRange();
      let at = 0;
      return requests.map(({ bytes }) => all.slice(at, (at += bytes)));
    } finally {
      staging.destroy();
    }
  }

  /** Gives the GPU back, with everything on it. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.fail('The GPU was given back: the engine is disposed.');
    removeBackend(GPU_BACKEND);
    // tfjs leaves the backend alone if it was never the current one.
    this.backend.dispose();
    this.device.destroy();
  }
}

/** GPUMapMode.READ, which as a global exists only where WebGPU does. */
export const MAP_READ = 1;

let kernelsCopied = false;

/**
 * Opens a device of this adapter and registers the backend `GPU_BACKEND` on it.
 * @throws Error where such a backend is already there, or the adapter gives no device.
 */
export async function startGpu(
  adapter: GPUAdapter, onCompiled?: (done: number, total: number) => void,
): Promise<Gpu> {
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
  if (!kernelsCopied) {
    copyRegisteredKernels('webgpu', GPU_BACKEND);
    kernelsCopied = true;
  }
  // Matmul programs: only "packed" (3) is right for every transpose; the automatic choice uses split-K, which is not.
  env().set('WEBGPU_MATMUL_PROGRAM_TYPE', 3);
  // Small operations on the CPU would go on "working" after a device is lost.
  env().set('WEBGPU_CPU_FORWARD', false);
  env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', 128);
  return new Gpu(device, adapter.info, onCompiled);
}
