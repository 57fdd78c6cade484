import type { Layout } from '../layout';
import type { Optimizer, OptimizerState, ParameterSet } from '../types';
import type { Runtime } from './kernels';
import type { Pointer } from './memory';

/** Parameters of one model in the engine's memory; the gradient buffer comes with the first `backward`. */
export class CpuParameters implements ParameterSet {
  readonly values: Pointer;
  private gradients: Pointer = 0;
  private disposed = false;

  constructor(
    readonly runtime: Runtime,
    readonly layout: Layout,
  ) {
    this.values = runtime.memory.alloc(layout.size);
  }

  /** Address of a parameter. */
  at(name: string): Pointer {
    return this.values + this.layout.view(name).offset * 4;
  }

  /** Address of a parameter's gradient. */
  gradientAt(name: string): Pointer {
    return this.gradientBuffer() + this.layout.view(name).offset * 4;
  }

  gradientBuffer(): Pointer {
    if (this.gradients === 0) {
      this.gradients = this.runtime.memory.alloc(this.layout.size);
      this.clearGradients();
    }
    return this.gradients;
  }

  clearGradients(): void {
    this.runtime.memory.f32(this.gradientBuffer(), this.layout.size).fill(0);
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.runtime.memory.dispose(this.values);
    if (this.gradients !== 0) this.runtime.memory.dispose(this.gradients);
  }

  get isDisposed(): boolean {
    return this.disposed;
  }
}

/** The parameters as this engine's own. @throws Error on those of another engine or already disposed. */
export function ownParameters(runtime: Runtime, params: ParameterSet): CpuParameters {
  if (!(params instanceof CpuParameters) || params.runtime !== runtime) {
    throw new Error('parameter set of another engine');
  }
  if (params.isDisposed) throw new Error('parameter set is disposed');
  return params;
}

/** Moments of AdamW and the number of steps taken. */
export class CpuOptimizer implements Optimizer {
  readonly firstMoment: Pointer;
  readonly secondMoment: Pointer;
  /** Steps that were applied; skipped ones do not count. */
  steps: number;
  private disposed = false;

  constructor(readonly params: CpuParameters, state?: OptimizerState) {
    const { memory } = params.runtime;
    const { size } = params.layout;
    const moment = (values: Float32Array): Pointer => {
      const at = memory.alloc(size);
      memory.f32(at, size).set(values);
      return at;
    };
    this.firstMoment = moment(state?.first ?? new Float32Array(size));
    this.secondMoment = moment(state?.second ?? new Float32Array(size));
    this.steps = state?.steps ?? 0;
  }

  read(): OptimizerState {
    const { memory } = this.params.runtime;
    const { size } = this.params.layout;
    return {
      steps: this.steps,
      first: memory.f32(this.firstMoment, size).slice(),
      second: memory.f32(this.secondMoment, size).slice(),
    };
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.params.runtime.memory.dispose(this.firstMoment);
    this.params.runtime.memory.dispose(this.secondMoment);
  }
}
