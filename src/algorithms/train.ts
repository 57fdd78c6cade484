import { dispose, stack, tidy, type Scalar } from '@tensorflow/tfjs-core';
import { differentiate, type Declared } from '../losses';
import type { AdamWOptions, Engine, Forward, Optimizer, OutputName, Outputs } from '../nn/types';
import { DivergedError, type Metrics } from './types';

/** What an update leaves behind, on the device. The caller disposes both. */
export interface Updated {
  readonly loss: Scalar;
  /** Global gradient norm before clipping; not finite where the update was skipped. */
  readonly gradNorm: Scalar;
}

/** One optimizer step on a loss of a kept forward pass, which is disposed. Nothing is read back. */
export async function update<Name extends OutputName>(
  engine: Engine,
  forward: Forward,
  declared: readonly Name[],
  loss: (outputs: Declared<Outputs, Name>) => Scalar,
  optimizer: Optimizer,
  options: AdamWOptions,
): Promise<Updated> {
  try {
    const { value, grads } = differentiate(forward.outputs, declared, loss);
    try {
      await engine.backward(forward, grads);
      const { gradNorm } = await engine.step(optimizer, options);
      return { loss: value, gradNorm };
    } catch (error) {
      value.dispose();
      throw error;
    } finally {
      dispose(Object.values<Scalar>(grads as unknown as Record<string, Scalar>));
    }
  } finally {
    forward.dispose();
  }
}

/**
 * Metrics on their way from the device. A readback stalls a GPU, so they are read together, every `engine.readEvery`
 * steps or where the algorithm wants to yield.
 */
export class MetricsReader {
  private waiting: { step: number; tensors: Readonly<Record<string, Scalar>>; values: Readonly<Record<string, number>> }[] = [];

  /** @param advice what to change where training diverges; a sentence. */
  constructor(
    private readonly engine: Engine,
    private readonly advice: string,
  ) {}

  /** Takes over the tensors. @param values what is known on the host already. */
  add(step: number, tensors: Readonly<Record<string, Scalar>>, values: Readonly<Record<string, number>> = {}): void {
    this.waiting.push({ step, tensors, values });
  }

  /** Whether enough has come together for a read to pay. */
  get due(): boolean {
    return this.waiting.length >= this.engine.readEvery;
  }

  /**
   * Reads and yields the points since the last read, in order.
   * @param measure adds a point where the weights stand now.
   * @throws DivergedError after the points before the first value that is not finite.
   */
  async *flush(measure?: () => Promise<Metrics>): AsyncGenerator<readonly Metrics[], void> {
    const { points, diverged } = await this.read();
    if (measure && !diverged) points.push(await measure());
    if (points.length > 0) yield points;
    if (diverged) throw diverged;
  }

  private async read(): Promise<{ points: Metrics[]; diverged?: DivergedError }> {
    const waiting = this.waiting;
    const tensors = waiting.flatMap((point) => Object.values(point.tensors));
    const points: Metrics[] = [];
    if (tensors.length === 0) return { points };
    const packed = tidy(() => stack(tensors));
    this.dispose();
    const read = await packed.data<'float32'>().finally(() => packed.dispose());
    let next = 0;
    for (const { step, tensors: named, values } of waiting) {
      const measured = Object.fromEntries(Object.keys(named).map((key) => [key, read[next++]!]));
      const wrong = Object.keys(measured).find((key) => !Number.isFinite(measured[key]));
      if (wrong !== undefined) return { points, diverged: new DivergedError(step, wrong, this.advice) };
      points.push({ step, values: { ...measured, ...values } });
    }
    return { points };
  }

  /** Frees what was not read. */
  dispose(): void {
    for (const { tensors } of this.waiting) dispose(Object.values(tensors));
    this.waiting = [];
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
