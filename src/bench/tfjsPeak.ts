import { dispose, keep, matMul, slice, tensor2d, type Tensor2D } from '@tensorflow/tfjs-core';
import { PEAK, type PeakProbe } from '../nn/peak';

/** The matrix product of the current tfjs backend. */
export async function openTfjsPeak(): Promise<PeakProbe> {
  const { m, k, n } = PEAK;
  const ramp = (rows: number, columns: number): Tensor2D =>
    keep(tensor2d(Float32Array.from({ length: rows * columns }, (_, i) => (i % 17) / 17 - 0.5), [rows, columns]));
  const [a, b] = [ramp(m, k), ramp(k, n)];
  return {
    async run(times) {
      for (let i = 1; i < times; i++) matMul(a, b).dispose();
      const last = matMul(a, b);
      // One element is enough to know that the last product is there, and with it all before.
      const element = slice(last, [0, 0], [1, 1]);
      await element.data();
      dispose([last, element]);
    },
    dispose: () => dispose([a, b]),
  };
}
