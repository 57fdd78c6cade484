import { keep, ready, setBackend, type Tensor, tensor2d, tensor3d } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-cpu';
import { layoutOf, type ModelShape } from '../layout';
import type {
  AdamWOptions, Batch, Engine, Forward, ForwardOptions, GenerateOptions, Generation, Optimizer, OutputName, Outputs,
  ParameterSet, StepOutcome,
} from '../types';
import { checkAdamW, checkBatch, checkForward, checkGenerate } from './checks';
import { type Activations, type OutputArrays, outputSizes, runBackward, runForward } from './forward';
import { generateAll } from './generate';
import { createRuntime, type Runtime } from './kernels';
import { Scope } from './memory';
import { adamwStep } from './optimizer';
import { CpuOptimizer, CpuParameters, ownParameters } from './parameters';

/** Tokens that a pass without `keep` works on at a time: bounds its memory and stays in the cache. */
const GROUP_TOKENS = 2048;

/** The Engine with two figures about its memory, for tests and diagnostics. */
export interface CpuEngine extends Engine {
  /** WebAssembly memory: bytes reserved, and bytes in use now. */
  memoryUse(): { readonly reserved: number; readonly used: number };
}

/**
 * The model as WebAssembly SIMD kernels on one thread, with the tfjs 'cpu' backend for the small output tensors.
 * @param source `generated/kernels.wasm`, compiled or as bytes
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
  readonly description = 'CPU, WebAssembly SIMD';

  constructor(private readonly runtime: Runtime) {}

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

  forward(params: ParameterSet, batch: Batch, options: ForwardOptions): Forward {
    const own = ownParameters(this.runtime, params);
    const { shape } = own.layout;
    checkBatch(shape, batch);
    checkForward(shape, options);
    const sizes = outputSizes(own, batch, options);
    const asked = [...new Set(options.outputs)];
    const arrays: OutputArrays = Object.fromEntries(asked.map((name) => [name, new Float32Array(sizes[name])]));
    const askedSizes = Object.fromEntries(asked.map((name) => [name, sizes[name]]));

    let kept: { activations: Activations; scope: Scope } | undefined;
    for (const [begin, end] of options.keep ? [[0, batch.rows] as const] : groupsOf(batch)) {
      const scope = new Scope(this.runtime.memory);
      try {
        const activations = runForward(this.runtime, own, batch, begin, end, options, arrays, scope);
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

  backward(forward: Forward, grads: Outputs): void {
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

  createOptimizer(params: ParameterSet): Optimizer {
    return new CpuOptimizer(ownParameters(this.runtime, params));
  }

  async step(optimizer: Optimizer, options: AdamWOptions): Promise<StepOutcome> {
    if (!(optimizer instanceof CpuOptimizer)) throw new Error('optimizer of another engine');
    if (optimizer.isDisposed) throw new Error('optimizer is disposed');
    ownParameters(this.runtime, optimizer.params);
    checkAdamW(options);
    return adamwStep(optimizer, options);
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

/** Cuts a batch into runs of rows of about GROUP_TOKENS tokens. */
function groupsOf(batch: Batch): [begin: number, end: number][] {
  const groups: [number, number][] = [];
  let begin = 0;
  let tokens = 0;
  for (let b = 0; b < batch.rows; b++) {
    const size = batch.end[b]! - batch.start[b]!;
    if (tokens > 0 && tokens + size > GROUP_TOKENS) {
      groups.push([begin, b]);
      begin = b;
      tokens = 0;
    }
    tokens += size;
  }
  groups.push([begin, batch.rows]);
  return groups;
}
