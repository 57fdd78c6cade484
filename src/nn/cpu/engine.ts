import { keep, ready, scalar, setBackend, type Tensor, tensor2d, tensor3d } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-cpu';
import { checkAdamW, checkBatch, checkForward, checkGenerate } from '../checks';
import { layoutOf, type ModelShape } from '../layout';
import type {
  AdamWOptions, Batch, Engine, Forward, ForwardOptions, GenerateOptions, Generation, Optimizer, OptimizerState,
  OutputName, Outputs, ParameterSet, StepOutcome,
} from '../types';
import { type Activations, type OutputArrays, outputSizes, runBackward, runForward } from './forward';
import { generateAll } from './generate';
import { createRuntime, type Runtime } from './kernels';
import { Scope } from './memory';
import { adamwStep } from './optimizer';
import { CpuOptimizer, CpuParameters, ownParameters } from './parameters';
import { promptGroups } from './prompts';

/** Tokens that a pass without `keep` works on at a time: bounds its memory and stays in the cache. */
const PIECE_TOKENS = 2048;

/** The Engine with figures about its memory and a way in and out for gradients that are computed in parts. */
export interface CpuEngine extends Engine {
  /** WebAssembly memory: bytes reserved, and bytes in use now. */
  memoryUse(): { readonly reserved: number; readonly used: number };
  /** A copy of the gradient buffer, which is cleared. */
  takeGradients(params: ParameterSet): Float32Array;
  /** Adds values, flat like the parameters, to the gradient buffer. */
  addGradients(params: ParameterSet, values: Float32Array): void;
}

/**
 * The model as WebAssembly SIMD kernels on one thread, with the tfjs 'cpu' backend for the small output tensors.
 * @param source `generated/kernels.wasm` or `generated/kernels-relaxed.wasm`, compiled or as bytes
 * @throws Error where tfjs' cpu backend or WebAssembly SIMD is missing
 */
export async function createCpuEngine(source: WebAssembly.Module | BufferSource): Promise<CpuEngine> {
  const runtime = await createRuntime(source);
  if (!(await setBackend('cpu'))) throw new Error("tfjs' cpu backend did not start");
  await ready();
  return new WasmEngine(runtime);
}

class CpuForward implements Forward {
  private disposed = false;

  constructor(
    readonly params: CpuParameters,
    readonly outputs: Outputs,
    readonly sizes: Readonly<Partial<Record<OutputName, number>>>,
    private readonly kept: { readonly activations: Activations; readonly scope: Scope } | undefined,
  ) {}

  /** @throws Error if they were not kept or are gone. */
  get activations(): Activations {
    if (!this.kept) throw new Error('backward of a forward pass that did not keep its activations (keep: true)');
    if (this.disposed) throw new Error('backward of a forward pass that is disposed');
    return this.kept.activations;
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    for (const tensor of Object.values(this.outputs) as Tensor[]) tensor.dispose();
    this.kept?.scope.free();
  }
}

class WasmEngine implements CpuEngine {
  readonly kind = 'cpu';
  readonly backendName = 'cpu';
  readonly description: string;
  readonly readEvery = 1;

  constructor(private readonly runtime: Runtime) {
    this.description = runtime.kernels.isRelaxed() ? 'CPU, WebAssembly relaxed SIMD' : 'CPU, WebAssembly SIMD';
  }

  /** A CPU does not get lost. */
  assertAlive(): void {}

  memoryUse(): { readonly reserved: number; readonly used: number } {
    return { reserved: this.runtime.memory.size, used: this.runtime.memory.inUse };
  }

  createParameters(shape: ModelShape, values: Float32Array): ParameterSet {
    const layout = layoutOf(shape);
    checkSize(layout.size, values);
    const params = new CpuParameters(this.runtime, layout);
    this.runtime.memory.f32(params.values, layout.size).set(values);
    return params;
  }

  copyParameters(params: ParameterSet): ParameterSet {
    const from = ownParameters(this.runtime, params);
    const copy = new CpuParameters(this.runtime, from.layout);
    this.runtime.memory.copy(from.values, from.layout.size, copy.values);
    return copy;
  }

  async readParameters(params: ParameterSet): Promise<Float32Array> {
    const { values, layout } = ownParameters(this.runtime, params);
    return this.runtime.memory.f32(values, layout.size).slice();
  }

  writeParameters(params: ParameterSet, values: Float32Array): void {
    const own = ownParameters(this.runtime, params);
    checkSize(own.layout.size, values);
    this.runtime.memory.f32(own.values, own.layout.size).set(values);
  }

  async readGradients(params: ParameterSet): Promise<Float32Array> {
    const own = ownParameters(this.runtime, params);
    return this.runtime.memory.f32(own.gradientBuffer(), own.layout.size).slice();
  }

  takeGradients(params: ParameterSet): Float32Array {
    const own = ownParameters(this.runtime, params);
    const values = this.runtime.memory.f32(own.gradientBuffer(), own.layout.size).slice();
    own.clearGradients();
    return values;
  }

  addGradients(params: ParameterSet, values: Float32Array): void {
    const own = ownParameters(this.runtime, params);
    checkSize(own.layout.size, values);
    const gradients = own.gradientBuffer();
    const scope = new Scope(this.runtime.memory);
    this.runtime.kernels.addTo(scope.floats(values), values.length, gradients);
    scope.free();
  }

  async forward(params: ParameterSet, batch: Batch, options: ForwardOptions): Promise<Forward> {
    const own = ownParameters(this.runtime, params);
    const { shape } = own.layout;
    checkBatch(shape, batch);
    checkForward(shape, options);
    const sizes = outputSizes(own, batch, options);
    const asked = [...new Set(options.outputs)];
    const arrays: OutputArrays = Object.fromEntries(asked.map((name) => [name, new Float32Array(sizes[name])]));
    const askedSizes = Object.fromEntries(asked.map((name) => [name, sizes[name]]));

    let kept: { activations: Activations; scope: Scope } | undefined;
    const groups = promptGroups(batch);
    for (const piece of options.keep ? [groups] : piecesOf(batch, groups)) {
      const scope = new Scope(this.runtime.memory);
      try {
        const activations = runForward(this.runtime, own, batch, piece, options, arrays, scope);
        if (options.keep) kept = { activations, scope };
        else scope.free();
      } catch (error) {
        scope.free();
        throw error;
      }
    }

    const { rows, scored } = batch;
    const outputs: Outputs = {};
    if (arrays.logp) outputs.logp = keep(tensor2d(arrays.logp, [rows, scored]));
    if (arrays.entropy) outputs.entropy = keep(tensor2d(arrays.entropy, [rows, scored]));
    if (arrays.value) outputs.value = keep(tensor3d(arrays.value, [rows, scored, shape.valueHeads]));
    if (arrays.tokenWeight) outputs.tokenWeight = keep(tensor2d(arrays.tokenWeight, [rows, scored]));
    if (arrays.choiceLogp) outputs.choiceLogp = keep(tensor2d(arrays.choiceLogp, [rows, options.choices!.length]));
    return new CpuForward(own, outputs, askedSizes, kept);
  }

  async backward(forward: Forward, grads: Outputs): Promise<void> {
    if (!(forward instanceof CpuForward)) throw new Error('forward pass of another engine');
    const { activations } = forward;
    const params = ownParameters(this.runtime, forward.params);
    const arrays: OutputArrays = {};
    for (const [name, grad] of Object.entries(grads) as [OutputName, Tensor | undefined][]) {
      if (!grad) continue;
      const size = forward.sizes[name];
      if (size === undefined) throw new Error(`backward: gradient of ${name}, which the forward pass did not compute`);
      if (grad.size !== size) throw new RangeError(`backward: ${grad.size} gradients for ${size} values of ${name}`);
      // The cpu backend holds tensors in memory: this read waits for nothing.
      arrays[name] = grad.dataSync<'float32'>();
    }
    const scope = new Scope(this.runtime.memory);
    try {
      runBackward(this.runtime, params, activations, arrays, scope);
    } finally {
      scope.free();
    }
  }

  createOptimizer(params: ParameterSet, state?: OptimizerState): Optimizer {
    const own = ownParameters(this.runtime, params);
    if (state) for (const moments of [state.first, state.second]) checkSize(own.layout.size, moments);
    return new CpuOptimizer(own, state);
  }

  async readOptimizer(optimizer: Optimizer): Promise<OptimizerState> {
    return this.ownOptimizer(optimizer).read();
  }

  async step(optimizer: Optimizer, options: AdamWOptions): Promise<StepOutcome> {
    const adamw = this.ownOptimizer(optimizer);
    checkAdamW(options);
    return { gradNorm: scalar(adamwStep(adamw, options)) };
  }

  private ownOptimizer(optimizer: Optimizer): CpuOptimizer {
    if (!(optimizer instanceof CpuOptimizer)) throw new Error('optimizer of another engine');
    if (optimizer.isDisposed) throw new Error('optimizer is disposed');
    ownParameters(this.runtime, optimizer.params);
    return optimizer;
  }

  async generate(
    params: ParameterSet, prompts: readonly ArrayLike<number>[], options: GenerateOptions,
  ): Promise<Generation[]> {
    const own = ownParameters(this.runtime, params);
    checkGenerate(own.layout.shape, prompts, options);
    return generateAll(this.runtime, own, prompts, options);
  }

  /** The memory goes with the last reference to the engine: WebAssembly has no way to give it back earlier. */
  dispose(): void {}
}

function checkSize(expected: number, values: Float32Array): void {
  if (values.length !== expected) throw new RangeError(`${values.length} values for ${expected} parameters`);
}

/** Cuts groups of rows into pieces of about PIECE_TOKENS tokens to compute; a prompt counts once in a piece. */
function piecesOf(batch: Batch, groups: readonly (readonly number[])[]): number[][][] {
  const pieces: number[][][] = [[]];
  let tokens = 0;
  for (const group of groups) {
    let part: number[] = [];
    for (const b of group) {
      let size = batch.end[b]! - (part.length > 0 ? batch.scoreFrom[b]! : batch.start[b]!);
      if (tokens > 0 && tokens + size > PIECE_TOKENS) {
        pieces.push([]);
        part = [];
        tokens = 0;
        size = batch.end[b]! - batch.start[b]!;
      }
      if (part.length === 0) pieces.at(-1)!.push(part);
      part.push(b);
      tokens += size;
    }
  }
  return pieces;
}
