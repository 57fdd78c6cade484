/** AdamW of one parameter set: its moments, its step count, and what it did last. */
import type { Scalar } from '@tensorflow/tfjs-core';
import { settingsOfView } from '../adamw';
import type { AdamWOptions, Optimizer, OptimizerState } from '../types';
import { Arena, Bindings, recordPass, type Allocate } from './buffers';
import { NORM_AT, settingsOf, settingsSize, STATE_SIZE, STEPS_AT } from './kernels/optimizer';
import type { GpuParameters } from './parameters';
import { STORAGE_USAGE, type Dims } from './program';
import { stepCalls, type StepBuffers } from './step';

/** A step depends on no batch. */
const NO_DIMS: Dims = { tokens: 0, sequences: 0, active: 0, longest: 0, inverseTemperature: 1 };

export class GpuOptimizer implements Optimizer {
  private readonly buffers: StepBuffers;
  /** The norm of a step, from where it is copied into a tensor. */
  private readonly norm: GPUBuffer;
  private readonly arena: Arena;
  private readonly bindings: Bindings;
  /** Which word of the state holds the number of applied steps. */
  private parity: 0 | 1 = 0;
  private disposed = false;

  constructor(readonly params: GpuParameters, state?: OptimizerState) {
    const { gpu, layout } = params.memory;
    const { device } = gpu;
    this.arena = new Arena(device);
    const allocate: Allocate = this.arena.storage;
    this.buffers = {
      params: params.values,
      gradient: params.gradientBuffer(),
      first: allocate(layout.size),
      second: allocate(layout.size),
      settings: allocate(settingsSize(layout.views.length)),
      state: allocate(STATE_SIZE),
    };
    this.norm = this.arena.own(device.createBuffer({ size: 4, usage: STORAGE_USAGE }));
    this.bindings = new Bindings(gpu.pipelines, gpu.noDims);
    if (!state) return;
    device.queue.writeBuffer(this.buffers.first, 0, state.first as Float32Array<ArrayBuffer>);
    device.queue.writeBuffer(this.buffers.second, 0, state.second as Float32Array<ArrayBuffer>);
    device.queue.writeBuffer(this.buffers.state, 4 * STEPS_AT, Uint32Array.of(state.steps));
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  /** Clips, applies AdamW, clears the gradient; waits for nothing. @returns the gradient's norm, the caller's */
  async step(options: AdamWOptions): Promise<Scalar> {
    const { buffers, norm } = this;
    const { memory } = this.params;
    const { gpu, layout } = memory;
    const calls = await gpu.guard(this.bindings.get('step', () => stepCalls(layout, buffers, memory.viewOf)));
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, clipNorm = 1 } = options;
    const views = layout.views.map((view) => settingsOfView(view, options));
    gpu.device.queue.writeBuffer(
      buffers.settings, 0, settingsOf({ beta1, beta2, epsilon, clipNorm, parity: this.parity, views }),
    );
    gpu.submit((encoder) => {
      recordPass(encoder, calls, NO_DIMS);
      encoder.copyBufferToBuffer(buffers.state, NORM_AT * 4, norm, 0, 4);
    });
    this.parity = this.parity === 0 ? 1 : 0;
    return gpu.tensorFrom<Scalar>(norm, []);
  }

  async read(): Promise<OptimizerState> {
    const { gpu, layout } = this.params.memory;
    const { first, second, state } = this.buffers;
    const steps = STEPS_AT + this.parity;
    const bytes = layout.size * 4;
    const [m, v, words] = await gpu.read(
      { buffer: first, bytes }, { buffer: second, bytes }, { buffer: state, bytes: STATE_SIZE * 4 },
    );
    return { steps: new Uint32Array(words!)[steps]!, first: new Float32Array(m!), second: new Float32Array(v!) };
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.bindings.free();
    this.arena.free();
  }
}
