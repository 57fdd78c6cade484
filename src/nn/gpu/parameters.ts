/** Parameter sets and their gradients on the GPU. */
import type { Layout } from '../layout';
import type { ParameterSet } from '../types';
import { Arena, Bindings } from './buffers';
import { sumSlots } from './kernels/optimizer';
import type { ModelMemory } from './model';
import type { BoundCall } from './program';

/** Flat parameters of one model; the gradient buffer comes with the first `backward`. */
export class GpuParameters implements ParameterSet {
  readonly values: GPUBuffer;
  private gradients: GPUBuffer | undefined;
  private readonly arena: Arena;
  private readonly bindings: Bindings;
  private disposed = false;

  constructor(readonly memory: ModelMemory) {
    const { gpu, layout } = memory;
    this.arena = new Arena(gpu.device);
    this.values = this.arena.storage(layout.size);
    this.bindings = new Bindings(gpu.pipelines, gpu.noDims);
    memory.open();
  }

  get layout(): Layout {
    return this.memory.layout;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  /** Made, full of zeros, when first asked for. */
  gradientBuffer(): GPUBuffer {
    this.gradients ??= this.arena.storage(this.layout.size);
    return this.gradients;
  }

  /** The call that adds the partial gradients of a backward pass to the gradient buffer. */
  sumCalls(): Promise<readonly BoundCall[]> {
    return this.bindings.get('sum', () => [
      sumSlots({ slots: this.memory.slots, gradient: this.gradientBuffer() }),
    ]);
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.bindings.free();
    this.arena.free();
    this.memory.close();
  }
}
