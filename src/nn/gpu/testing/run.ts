/** Runs single calls on a device, for the tests of kernels. */
import {
  dimsBytes, DIMS_BYTES, Pipelines, READ_USAGE, record, STORAGE_USAGE, UNIFORM_USAGE, type Call, type Dims,
} from '../program';

export class Bench {
  private readonly pipelines: Pipelines;
  constructor(readonly device: GPUDevice) {
    this.pipelines = new Pipelines(device);
  }

  /** A storage buffer that holds these numbers. */
  buffer(values: Float32Array | Int32Array | Uint32Array): GPUBuffer {
    const buffer = this.device.createBuffer({ size: Math.max(16, values.byteLength), usage: STORAGE_USAGE });
    this.device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
    return buffer;
  }

  /** Runs calls one after the other. @throws Error with the device's message where one is invalid. */
  async run(calls: readonly Call[], dims: Partial<Dims> = {}): Promise<void> {
    const all: Dims = { tokens: 0, sequences: 0, active: 0, longest: 0, inverseTemperature: 1, ...dims };
    const { device } = this;
    device.pushErrorScope('validation');
    const uniform = device.createBuffer({ size: DIMS_BYTES, usage: UNIFORM_USAGE });
    device.queue.writeBuffer(uniform, 0, dimsBytes(all));
    // Why a pipeline is invalid stands in the error scope only.
    const bound = await this.pipelines.bind(calls, uniform).catch(async (reason: unknown) => {
      throw new Error((await device.popErrorScope())?.message, { cause: reason });
    });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    record(pass, bound.calls, all);
    pass.end();
    device.queue.submit([encoder.finish()]);
    const error = await device.popErrorScope();
    uniform.destroy();
    bound.constants.destroy();
    if (error) throw new Error(error.message);
  }

  async read(buffer: GPUBuffer, count = buffer.size / 4): Promise<Float32Array> {
    return new Float32Array(await this.bytes(buffer, count));
  }

  async readInts(buffer: GPUBuffer, count = buffer.size / 4): Promise<Int32Array> {
    return new Int32Array(await this.bytes(buffer, count));
  }

  private async bytes(buffer: GPUBuffer, count: number): Promise<ArrayBuffer> {
    const size = count * 4;
    const staging = this.device.createBuffer({ size, usage: READ_USAGE });
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
    this.device.queue.submit([encoder.finish()]);
    await staging.mapAsync(1);
    const copy = staging.getMappedRange().slice(0);
    staging.destroy();
    return copy;
  }
}

/** A device of whatever adapter Dawn finds, with the limits every WebGPU device has. */
export async function openDevice(gpu: GPU): Promise<GPUDevice> {
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('no adapter');
  return adapter.requestDevice();
}
