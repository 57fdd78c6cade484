import { dispose, type Scalar } from '@tensorflow/tfjs-core';
import { differentiate, type Declared } from '../losses';
import type { AdamWOptions, Engine, Forward, Optimizer, OutputName, Outputs } from '../nn/types';
import { DivergedError } from './types';

export interface Updated {
  readonly loss: number;
  readonly gradNorm: number;
}

/**
 * One optimizer step on a loss of a kept forward pass, which is disposed.
 * @throws DivergedError where loss or gradient is not finite; the weights are then those of the step before.
 */
export async function update<Name extends OutputName>(
  engine: Engine,
  forward: Forward,
  declared: readonly Name[],
  loss: (outputs: Declared<Outputs, Name>) => Scalar,
  optimizer: Optimizer,
  options: AdamWOptions,
  { step, advice }: { step: number; advice: string },
): Promise<Updated> {
  try {
    const { value, grads } = differentiate(forward.outputs, declared, loss);
    try {
      const [lossValue] = await value.data();
      if (!Number.isFinite(lossValue)) throw new DivergedError(step, 'The loss', advice);
      engine.backward(forward, grads);
      const outcome = await engine.step(optimizer, options);
      if (outcome.skipped) throw new DivergedError(step, 'The gradient', advice);
      return { loss: lossValue!, gradNorm: outcome.gradNorm };
    } finally {
      dispose([value, ...Object.values<Scalar>(grads as unknown as Record<string, Scalar>)]);
    }
  } finally {
    forward.dispose();
  }
}

/** Linear warm-up over `warmup` steps, then cosine decay to `floor` of the peak at the last step. */
export function warmupCosine(step: number, total: number, peak: number, warmup: number, floor = 0.1): number {
  if (step < warmup) return (peak * (step + 1)) / warmup;
  const progress = Math.min(1, (step - warmup) / Math.max(1, total - warmup));
  return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}

/** Linear decay from the peak to `floor` of it at the last step. */
export function linearDecay(step: number, total: number, peak: number, floor = 0.1): number {
  return peak * (1 - (1 - floor) * (step / Math.max(1, total - 1)));
}
