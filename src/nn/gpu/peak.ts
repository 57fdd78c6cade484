import { backend } from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { PEAK, type PeakProbe } from '../peak';
import { matmul } from './kernels/matmul';
import { dimsBytes, DIMS_BYTES, Pipelines, record, STORAGE_USAGE, UNIFORM_USAGE, type Dims } from './program';

/** The GPU engine's own matrix product, on the device of the current tfjs backend. */
export async function openGpuPeak(): Promise<PeakProbe> {
  const { device } = backend() as WebGPUBackend;
  const { m, k, n } = PEAK;
  const owned: GPUBuffer[] = [];
  const allocate = (size: number, usage: number): GPUBuffer => {
    const buffer = device.createBuffer({ size, usage });
    owned.push(buffer);
    return buffer;
  };
  const ramp = (count: number): GPUBuffer => {
    const buffer = allocate(count * 4, STORAGE_USAGE);
    device.queue.writeBuffer(buffer, 0, Float32Array.from({ length: count }, (_, i) => (i % 17) / 17 - 0.5));
    return buffer;
  };
  const dims: Dims = { tokens: m, sequences: 1, active: m, longest: m, inverseTemperature: 1 };
  const uniform = allocate(DIMS_BYTES, UNIFORM_USAGE);
  device.queue.writeBuffer(uniform, 0, dimsBytes(dims));
  const call = matmul({
    form: 'nn', rows: 'tokens', k, n,
    x: { buffer: ramp(m * k), offset: 0, ld: k },
    w: { buffer: ramp(k * n), offset: 0 },
    y: { buffer: allocate(m * n * 4, STORAGE_USAGE), offset: 0, ld: n },
  });
  const bound = await new Pipelines(device).bind([call], uniform);
  owned.push(bound.constants);
  return {
    async run(times) {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (let i = 0; i < times; i++) record(pass, bound.calls, dims);
      pass.end();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
    },
    dispose: () => owned.forEach((buffer) => buffer.destroy()),
  };
}
