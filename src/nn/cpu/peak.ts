import { PEAK, type PeakProbe } from '../peak';
import { createRuntime } from './kernels';
import { multiply, pack } from './linear';
import { Scope } from './memory';

/**
 * The CPU engine's own matrix product, in a memory of its own.
 * @param source the kernels of the engine that is measured, compiled or as bytes.
 */
export async function openCpuPeak(source: WebAssembly.Module | BufferSource): Promise<PeakProbe> {
  const runtime = await createRuntime(source);
  const scope = new Scope(runtime.memory);
  const { m, k, n } = PEAK;
  const ramp = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => (i % 17) / 17 - 0.5);
  const x = scope.floats(ramp(m * k));
  const weights = pack(runtime, scope, scope.floats(ramp(k * n)), k, n);
  const y = scope.alloc(m * n);
  return {
    async run(times) {
      for (let i = 0; i < times; i++) multiply(runtime, x, m, weights, y);
    },
    dispose: () => scope.free(),
  };
}
