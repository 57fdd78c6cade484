import { settingsOfView } from '../adamw';
import type { AdamWOptions } from '../types';
import type { CpuOptimizer } from './parameters';

/**
 * Clips by the global norm of the gradient, applies AdamW, clears the gradient. Frozen parameters are left out of the
 * norm and keep values and moments. A gradient that is not finite changes nothing but itself.
 * @returns the norm before clipping.
 */
export function adamwStep(optimizer: CpuOptimizer, options: AdamWOptions): number {
  const { params } = optimizer;
  const { kernels } = params.runtime;
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, clipNorm = 1 } = options;
  const gradients = params.gradientBuffer();

  const trained = params.layout.views.flatMap((view) => {
    const settings = settingsOfView(view, options);
    return settings ? [{ offset: view.offset * 4, padded: Math.ceil(view.size / 4) * 4, ...settings }] : [];
  });

  let squares = 0;
  for (const { offset, padded } of trained) squares += kernels.sumSquares(gradients + offset, padded);
  // Rounded, so that the tensor it is reported in is finite exactly where the step was applied.
  const gradNorm = Math.fround(Math.sqrt(squares));
  if (Number.isFinite(gradNorm)) {
    optimizer.steps++;
    const scale = gradNorm > clipNorm ? clipNorm / gradNorm : 1;
    const correction1 = 1 - beta1 ** optimizer.steps;
    const correction2 = 1 - beta2 ** optimizer.steps;
    for (const { offset, padded, learningRate, weightDecay } of trained) {
      kernels.adamw(
        params.values + offset, gradients + offset, optimizer.firstMoment + offset, optimizer.secondMoment + offset,
        padded, scale, beta1, beta2, epsilon,
        1 - learningRate * weightDecay, learningRate / correction1, 1 / Math.sqrt(correction2),
      );
    }
  }
  params.clearGradients();
  return gradNorm;
}
