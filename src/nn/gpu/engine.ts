import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { concat, dispose, keep, ready, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { checkAdamW, checkBatch, checkForward, checkGenerate } from '../checks';
import { layoutOf, type ModelShape } from '../layout';
import type {
  AdamWOptions, Batch, Engine, Forward, ForwardOptions, GenerateOptions, Generation, Optimizer, OptimizerState, OutputName,
  Outputs, ParameterSet, StepOutcome,
} from '../types';
import { browserGpu, findAdapter, isSoftwareAdapter, NoGpuError, requireLimits } from './adapter';
import { GPU_BACKEND, startGpu, type Gpu } from './backend';
import { recordPass } from './buffers';
import { generateAll } from './generate';
import { neededCapacity } from './meta';
import { ModelMemory } from './model';
import { GpuOptimizer } from './optimizer';
import { outputShapes, reachesTrunk, readsLogits, type Heads } from './outputs';
import { GpuParameters } from './parameters';
import type { Dims } from './program';
import type { Workspace } from './workspace';

export { NoGpuError } from './adapter';
export { GpuFailure } from './backend';

export interface GpuEngineOptions {
  /** Take an adapter that computes on the CPU (SwiftShader, llvmpipe). Slow; for tests. Default false. */
  readonly allowSoftware?: boolean;
  /** Default `navigator.gpu`. */
  readonly gpu?: GPU;
  /** Told of every kernel that is compiled: how many are, of how many that were asked for so far. */
  readonly onCompile?: (done: number, total: number) => void;
}

/**
 * The model as our own WebGPU kernels, on the device of a tfjs backend of our own: outputs are tensors there without a
 * copy. All commands of a call go out in one submit; only reads wait for the GPU.
 * @throws NoGpuError where there is no adapter, only a software one that was not asked for, or one that is too weak.
 */
export async function createGpuEngine({
  allowSoftware = false,
  gpu = browserGpu(),
  onCompile,
}: GpuEngineOptions = {}): Promise<Engine> {
  const found = await findAdapter(gpu);
  if ('missing' in found) throw new NoGpuError(`No GPU: ${found.missing}.`);
  const { adapter } = found;
  if (isSoftwareAdapter(adapter.info) && !allowSoftware) {
    throw new NoGpuError('WebGPU offers only a software adapter here, on which the CPU engine is many times faster.');
  }
  requireLimits(adapter.limits);
  const device = await startGpu(adapter, onCompile);
  try {
    if (!(await setBackend(GPU_BACKEND))) throw new Error(`tfjs' backend on ${device.description} did not start`);
    await ready();
  } catch (error) {
    device.dispose();
    throw error;
  }
  return new WebGpuEngine(device);
}

class GpuForward implements Forward {
  private disposed = false;

  constructor(
    readonly params: GpuParameters,
    readonly outputs: Outputs,
    readonly options: ForwardOptions,
    /** Where it was computed; none where the batch was cut into groups. */
    private readonly pass?: { readonly workspace: Workspace; readonly dims: Dims },
  ) {}

  /** @throws Error if the activations were not kept or are gone. */
  get kept(): { readonly workspace: Workspace; readonly dims: Dims } {
    if (!this.pass || !this.options.keep) {
      throw new Error('backward of a forward pass that did not keep its activations (keep: true)');
    }
    if (this.disposed) throw new Error('backward of a forward pass that is disposed');
    return this.pass;
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    dispose(Object.values(this.outputs as Record<string, Tensor>));
    if (!this.pass) return;
    const { kept, passing } = this.params.memory;
    (this.options.keep ? kept : passing).giveBack(this.pass.workspace);
  }
}

class WebGpuEngine implements Engine {
  readonly kind = 'gpu';
  readonly backendName = GPU_BACKEND;
  readonly description: string;
  /** A readback costs a GPU a round trip, in some browsers as much as a step. */
  readonly readEvery = 8;
  /** One for each model shape in use. */
  private readonly memories = new Map<string, ModelMemory>();

  constructor(private readonly gpu: Gpu) {
    this.description = `WebGPU, ${gpu.description}`;
  }

  assertAlive(): void {
    this.gpu.assertAlive();
  }

  createParameters(shape: ModelShape, values: Float32Array): ParameterSet {
    this.assertAlive();
    const layout = layoutOf(shape);
    checkSize(layout.size, values);
    const params = new GpuParameters(this.memoryOf(shape));
    this.gpu.device.queue.writeBuffer(params.values, 0, values as Float32Array<ArrayBuffer>);
    return params;
  }

  copyParameters(params: ParameterSet): ParameterSet {
    this.assertAlive();
    const from = this.own(params);
    const copy = new GpuParameters(from.memory);
    this.gpu.submit((encoder) => {
      encoder.copyBufferToBuffer(from.values, 0, copy.values, 0, from.layout.size * 4);
    });
    return copy;
  }

  async readParameters(params: ParameterSet): Promise<Float32Array> {
    this.assertAlive();
    const { values, layout } = this.own(params);
    const [bytes] = await this.gpu.read({ buffer: values, bytes: layout.size * 4 });
    return new Float32Array(bytes!);
  }

  writeParameters(params: ParameterSet, values: Float32Array): void {
    this.assertAlive();
    const own = this.own(params);
    checkSize(own.layout.size, values);
    this.gpu.device.queue.writeBuffer(own.values, 0, values as Float32Array<ArrayBuffer>);
  }

  async readGradients(params: ParameterSet): Promise<Float32Array> {
    this.assertAlive();
    const own = this.own(params);
    const [bytes] = await this.gpu.read({ buffer: own.gradientBuffer(), bytes: own.layout.size * 4 });
    return new Float32Array(bytes!);
  }

  async forward(params: ParameterSet, batch: Batch, options: ForwardOptions): Promise<Forward> {
    this.assertAlive();
    const own = this.own(params);
    const { shape } = own.layout;
    checkBatch(shape, batch);
    checkForward(shape, options);
    if (options.keep) return this.pass(own, batch, options);
    const groups = own.memory.groupsOf(batch);
    if (groups.length === 1) return this.pass(own, batch, options);
    const parts: Outputs[] = [];
    for (const group of groups) {
      const part = await this.pass(own, group, options);
      // The next group may be computed where this one was.
      parts.push(mapOutputs(part.outputs, (_, tensor) => this.gpu.tensorFrom(this.gpu.bufferOf(tensor), tensor.shape)));
      part.dispose();
    }
    const outputs = mapOutputs(parts[0]!, (name) => keep(concat(parts.map((part) => part[name] as Tensor))));
    for (const part of parts) dispose(Object.values(part as Record<string, Tensor>));
    return new GpuForward(own, outputs, options);
  }

  /** One pass over a checked batch. */
  private async pass(params: GpuParameters, batch: Batch, options: ForwardOptions): Promise<GpuForward> {
    const { gpu } = this;
    const { memory, layout } = params;
    const { keep: kept = false, choices = [], detachValue = false } = options;
    const shapes = outputShapes(layout.shape, batch, options);
    const heads: Heads = { names: new Set(Object.keys(shapes) as OutputName[]), choices, detachValue };
    const needed = neededCapacity(batch, options, layout.shape.vocab);
    const pool = kept ? memory.kept : memory.passing;
    const workspace = pool.take(memory.roomFor({ ...needed, cells: batch.rows * batch.scored }, kept));
    try {
      const calls = await gpu.guard(workspace.forwardCalls(heads));
      const { model, outputs } = workspace.buffers;
      gpu.flush();
      const dims = workspace.tables.write(batch, options);
      gpu.submit((encoder) => {
        encoder.copyBufferToBuffer(params.values, 0, model.params, 0, layout.size * 4);
        for (const [name, size] of Object.entries(shapes) as [OutputName, number[]][]) {
          encoder.clearBuffer(outputs[name], 0, bytesOf(size));
        }
        recordPass(encoder, calls, dims);
      });
      const tensors = Object.fromEntries(
        (Object.entries(shapes) as [OutputName, number[]][]).map(([name, size]) => [
          name, gpu.tensorOver(outputs[name], size),
        ]),
      ) as Outputs;
      return new GpuForward(params, tensors, options, { workspace, dims });
    } catch (error) {
      pool.giveBack(workspace);
      throw error;
    }
  }

  async backward(forward: Forward, grads: Outputs): Promise<void> {
    this.assertAlive();
    if (!(forward instanceof GpuForward)) throw new Error('forward pass of another engine');
    const { gpu } = this;
    const { workspace, dims } = forward.kept;
    const params = this.own(forward.params);
    const given = (Object.entries(grads) as [OutputName, Tensor | undefined][]).flatMap(([name, grad]) => {
      if (!grad) return [];
      const output = forward.outputs[name];
      if (!output) throw new Error(`backward: gradient of ${name}, which the forward pass did not compute`);
      if (grad.size !== output.size) {
        throw new RangeError(`backward: ${grad.size} gradients for ${output.size} values of ${name}`);
      }
      return [{ name, grad }];
    });
    if (given.length === 0) return;
    const { choices = [], detachValue = false } = forward.options;
    const heads: Heads = { names: new Set(given.map(({ name }) => name)), choices, detachValue };
    const { scratch: pool, slots } = params.memory;
    const scratch = pool.take(workspace.capacity);
    try {
      const [calls, sum] = await gpu.guard(Promise.all([
        workspace.backwardCalls(heads, scratch, slots), params.sumCalls(),
      ]));
      const { outputs, dHidden } = scratch.buffers.heads;
      const copies = given.map(({ name, grad }) => ({
        from: gpu.bufferOf(grad), to: outputs[name], bytes: bytesOf(grad.shape),
      }));
      gpu.flush();
      gpu.submit((encoder) => {
        for (const { from, to, bytes } of copies) encoder.copyBufferToBuffer(from, 0, to, 0, bytes);
        encoder.clearBuffer(slots.buffer);
        if (reachesTrunk(heads) && !readsLogits(heads)) encoder.clearBuffer(dHidden.buffer);
        recordPass(encoder, [...calls, ...sum], dims);
      });
    } finally {
      pool.giveBack(scratch);
    }
  }

  createOptimizer(params: ParameterSet, state?: OptimizerState): Optimizer {
    this.assertAlive();
    return new GpuOptimizer(this.own(params), state);
  }

  async readOptimizer(optimizer: Optimizer): Promise<OptimizerState> {
    this.assertAlive();
    return this.ownOptimizer(optimizer).read();
  }

  async step(optimizer: Optimizer, options: AdamWOptions): Promise<StepOutcome> {
    this.assertAlive();
    const own = this.ownOptimizer(optimizer);
    checkAdamW(options);
    return { gradNorm: await own.step(options) };
  }

  async generate(
    params: ParameterSet, prompts: readonly ArrayLike<number>[], options: GenerateOptions,
  ): Promise<Generation[]> {
    this.assertAlive();
    const { values, memory } = this.own(params);
    checkGenerate(memory.layout.shape, prompts, options);
    return generateAll(memory, values, prompts, options);
  }

  dispose(): void {
    this.gpu.dispose();
  }

  private memoryOf(shape: ModelShape): ModelMemory {
    const { vocab, width, layers, heads, positions, valueHeads } = shape;
    const key = [vocab, width, layers, heads, positions, valueHeads].join(' ');
    let memory = this.memories.get(key);
    if (!memory) {
      memory = new ModelMemory(this.gpu, layoutOf(shape), () => this.memories.delete(key));
      this.memories.set(key, memory);
    }
    return memory;
  }

  /** @throws Error on parameters of another engine, or disposed ones. */
  private own(params: ParameterSet): GpuParameters {
    if (!(params instanceof GpuParameters) || params.memory.gpu !== this.gpu) {
      throw new Error('parameter set of another engine');
    }
    if (params.isDisposed) throw new Error('parameter set is disposed');
    return params;
  }

  private ownOptimizer(optimizer: Optimizer): GpuOptimizer {
    if (!(optimizer instanceof GpuOptimizer)) throw new Error('optimizer of another engine');
    if (optimizer.isDisposed) throw new Error('optimizer is disposed');
    this.own(optimizer.params);
    return optimizer;
  }
}

function mapOutputs(outputs: Outputs, of: (name: OutputName, tensor: Tensor) => Tensor): Outputs {
  const entries = Object.entries(outputs as Record<string, Tensor>) as [OutputName, Tensor][];
  return Object.fromEntries(entries.map(([name, tensor]) => [name, of(name, tensor)]));
}

function bytesOf(shape: readonly number[]): number {
  return 4 * shape.reduce((size, n) => size * n, 1);
}

function checkSize(expected: number, values: Float32Array): void {
  if (values.length !== expected) throw new RangeError(`${values.length} values for ${expected} parameters`);
}
