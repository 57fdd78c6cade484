// Data parallelism over idle workers, by messages: a page on a static host has no SharedArrayBuffer.
import { keep, tensor } from '@tensorflow/tfjs-core';
import { checkBatch, checkForward, checkGenerate } from '../checks';
import type { Layout, ModelShape } from '../layout';
import type {
  AdamWOptions, Batch, Engine, Forward, ForwardOptions, GenerateOptions, Generation, Optimizer, OptimizerState,
  OutputName, Outputs, ParameterSet, StepOutcome,
} from '../types';
import type { CpuEngine } from './engine';
import type { OutputArrays } from './forward';
import { type ComputeHelper, entriesOf, toArrays, toTensors } from './parallelHelper';
import { cutPrompts, cutRows, shardRows } from './parallelParts';
import { selectRows } from './prompts';

/** A CPU engine that others may help. Every number it gives is the same with any helpers, and with none. */
export interface ParallelEngine extends Engine {
  /** The engine of this thread alone: what other workers are helped with (`serveCompute`). */
  readonly local: CpuEngine;
  /** From the next call on, these and no others are given work. A lost one is passed over. */
  useHelpers(helpers: readonly ComputeHelper[]): void;
}

/**
 * Training passes are cut into a number of gradient shards that the batch alone decides, each with a gradient of its
 * own; these are added in order. Other passes and generation, whose rows do not depend on each other, are cut into as
 * many parts as there are workers. Parameters are stepped here; helpers get their values when they lag behind.
 */
export function createParallelEngine(local: CpuEngine): ParallelEngine {
  return new HelpedEngine(local);
}

export function isParallel(engine: Engine): engine is ParallelEngine {
  return engine instanceof HelpedEngine;
}

let lastNumber = 0;

/** A parameter set here, and which of its versions the helpers have. */
class HelpedParameters implements ParameterSet {
  readonly number = ++lastNumber;
  /** Rises when the values change. */
  version = 0;
  readonly sent = new Map<ComputeHelper, number>();

  constructor(readonly own: ParameterSet) {}

  get layout(): Layout {
    return this.own.layout;
  }

  dispose(): void {
    this.own.dispose();
    for (const helper of this.sent.keys()) tell(helper, 'freeSet', { set: this.number });
    this.sent.clear();
  }
}

class HelpedOptimizer implements Optimizer {
  constructor(
    readonly params: HelpedParameters,
    readonly own: Optimizer,
  ) {}

  dispose(): void {
    this.own.dispose();
  }
}

/** A part of some work: for a helper, or to be done here. */
interface Part {
  readonly helper: ComputeHelper | undefined;
}

/** Rows of a batch that are computed on one worker, where their activations stay if they are kept. */
interface Shard extends Part {
  readonly pass: number;
  readonly rows: readonly number[];
  readonly batch: Batch;
  /** The pass, where it was done here and kept. */
  kept?: Forward;
}

class ShardedForward implements Forward {
  private disposed = false;

  constructor(
    readonly params: HelpedParameters,
    /** Version of the parameters that it was computed with. */
    readonly version: number,
    readonly options: ForwardOptions,
    readonly outputs: Outputs,
    private readonly parts: readonly Shard[],
  ) {}

  /** @throws Error if their activations were not kept or are gone. */
  get shards(): readonly Shard[] {
    if (!this.options.keep) throw new Error('backward of a forward pass that did not keep its activations (keep: true)');
    if (this.disposed) throw new Error('backward of a forward pass that is disposed');
    return this.parts;
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    for (const [, output] of entriesOf(this.outputs)) output.dispose();
    if (this.options.keep) freeShards(this.parts);
  }
}

class HelpedEngine implements ParallelEngine {
  readonly kind = 'cpu';
  private helpers: readonly ComputeHelper[] = [];

  constructor(readonly local: CpuEngine) {}

  get backendName(): string {
    return this.local.backendName;
  }

  get description(): string {
    return this.local.description;
  }

  get readEvery(): number {
    return this.local.readEvery;
  }

  useHelpers(helpers: readonly ComputeHelper[]): void {
    this.helpers = helpers;
  }

  assertAlive(): void {
    this.local.assertAlive();
  }

  createParameters(shape: ModelShape, values: Float32Array): ParameterSet {
    return new HelpedParameters(this.local.createParameters(shape, values));
  }

  copyParameters(params: ParameterSet): ParameterSet {
    return new HelpedParameters(this.local.copyParameters(helped(params).own));
  }

  readParameters(params: ParameterSet): Promise<Float32Array> {
    return this.local.readParameters(helped(params).own);
  }

  writeParameters(params: ParameterSet, values: Float32Array): void {
    const set = helped(params);
    this.local.writeParameters(set.own, values);
    set.version++;
  }

  readGradients(params: ParameterSet): Promise<Float32Array> {
    return this.local.readGradients(helped(params).own);
  }

  async forward(params: ParameterSet, batch: Batch, options: ForwardOptions): Promise<Forward> {
    const set = helped(params);
    const { shape } = set.layout;
    checkBatch(shape, batch);
    checkForward(shape, options);
    const helpers = this.present();
    const cuts = options.keep ? shardRows(batch) : cutRows(batch, 1 + helpers.length);
    if (cuts.length === 1) return this.local.forward(set.own, batch, options);

    const shards = deal(cuts, helpers).map(
      ({ work: rows, helper }): Shard => ({ helper, rows, batch: selectRows(batch, rows), pass: ++lastNumber }),
    );
    await this.bring(set, shards);
    const { version } = set;
    try {
      const results = await shareOut(
        shards,
        (shard, helper) => helper.call('forward', { pass: shard.pass, set: set.number, batch: shard.batch, options }),
        async (shard) => {
          const forward = await this.local.forward(set.own, shard.batch, options);
          const outputs = toArrays(forward.outputs);
          if (options.keep) shard.kept = forward;
          else forward.dispose();
          return outputs;
        },
      );
      return new ShardedForward(set, version, options, assemble(shape, batch, options, shards, results), shards);
    } catch (error) {
      freeShards(shards);
      throw error;
    }
  }

  async backward(forward: Forward, grads: Outputs): Promise<void> {
    if (!(forward instanceof ShardedForward)) return this.local.backward(forward, grads);
    const { params: set, options, outputs, shards } = forward;
    const cut = cutGradients(outputs, grads, shards);
    await this.bring(set, shards);
    // The set's buffer serves one shard after the other; what it holds from earlier passes waits meanwhile.
    const before = this.local.takeGradients(set.own);
    const gradients = await shareOut(
      shards,
      (shard, helper) => helper.call('backward', { pass: shard.pass, set: set.number, grads: cut.get(shard)! }),
      async (shard) => {
        if (!shard.kept && set.version !== forward.version) {
          throw new Error('A helping worker is gone, and the parameters that its pass was computed with have changed since.');
        }
        shard.kept ??= await this.local.forward(set.own, shard.batch, options);
        const tensors = toTensors(shard.kept.outputs, cut.get(shard)!);
        await this.local.backward(shard.kept, tensors);
        for (const [, grad] of entriesOf(tensors)) grad.dispose();
        return this.local.takeGradients(set.own);
      },
    );
    for (const gradient of [before, ...gradients]) this.local.addGradients(set.own, gradient);
  }

  createOptimizer(params: ParameterSet, state?: OptimizerState): Optimizer {
    const set = helped(params);
    return new HelpedOptimizer(set, this.local.createOptimizer(set.own, state));
  }

  readOptimizer(optimizer: Optimizer): Promise<OptimizerState> {
    return this.local.readOptimizer(helpedOptimizer(optimizer).own);
  }

  async step(optimizer: Optimizer, options: AdamWOptions): Promise<StepOutcome> {
    const { own, params } = helpedOptimizer(optimizer);
    const outcome = await this.local.step(own, options);
    params.version++;
    return outcome;
  }

  async generate(
    params: ParameterSet, prompts: readonly ArrayLike<number>[], options: GenerateOptions,
  ): Promise<Generation[]> {
    const set = helped(params);
    checkGenerate(set.layout.shape, prompts, options);
    const { samplesPerPrompt = 1, firstRow = 0 } = options;
    const helpers = this.present();
    const parts = deal(cutPrompts(prompts.length, samplesPerPrompt, 1 + helpers.length), helpers);
    await this.bring(set, parts);
    const optionsOf = (from: number): GenerateOptions => ({ ...options, firstRow: firstRow + from * samplesPerPrompt });
    const results = await shareOut(
      parts,
      ({ work: { from, to } }, helper) => {
        const own = prompts.slice(from, to).map((prompt) => Int32Array.from(prompt));
        return helper.call('generate', { set: set.number, prompts: own, options: optionsOf(from) });
      },
      ({ work: { from, to } }) => this.local.generate(set.own, prompts.slice(from, to), optionsOf(from)),
    );
    return results.flat();
  }

  dispose(): void {
    this.local.dispose();
  }

  private present(): ComputeHelper[] {
    return this.helpers.filter((helper) => !helper.lost);
  }

  /** Sends the values of a set to those helpers of some parts that have none or older ones. */
  private async bring(set: HelpedParameters, parts: readonly Part[]): Promise<void> {
    const helpers = new Set(parts.flatMap(({ helper }) => (helper ? [helper] : [])));
    const behind = [...helpers].filter((helper) => set.sent.get(helper) !== set.version);
    if (behind.length === 0) return;
    const { version } = set;
    const values = await this.local.readParameters(set.own);
    for (const helper of behind) {
      set.sent.set(helper, version);
      tell(helper, 'values', { set: set.number, shape: set.layout.shape, values });
    }
  }
}

/** Deals parts to helpers in turn and then to this worker, which also has all the rest to do. */
function deal<Work>(
  works: readonly Work[], helpers: readonly ComputeHelper[],
): { readonly work: Work; readonly helper: ComputeHelper | undefined }[] {
  const used = helpers.slice(0, works.length - 1);
  return works.map((work, i) => ({ work, helper: used[i % (used.length + 1)] }));
}

/**
 * Does all parts. Helpers are asked first and compute while this worker does its own; what a lost helper leaves is
 * done here.
 * @returns the results in the order of the parts.
 */
async function shareOut<P extends Part, Result>(
  parts: readonly P[], ask: (part: P, helper: ComputeHelper) => Promise<Result>, doHere: (part: P) => Promise<Result>,
): Promise<Result[]> {
  const asked = parts.map((part) => part.helper && ask(part, part.helper).catch(() => undefined));
  const results = new Map<P, Result>();
  for (const part of parts) if (!part.helper) results.set(part, await doHere(part));
  for (const [i, part] of parts.entries()) {
    if (part.helper) results.set(part, (await asked[i]) ?? (await doHere(part)));
  }
  return parts.map((part) => results.get(part)!);
}

/** A call whose answer does not matter: if it fails, the helper is lost, which the next call sees. */
function tell(helper: ComputeHelper, ...call: Parameters<ComputeHelper['call']>): void {
  helper.call(...call).catch(() => undefined);
}

/** Frees what was kept of a pass, here and on helpers. */
function freeShards(shards: readonly Shard[]): void {
  for (const { kept, helper, pass } of shards) {
    kept?.dispose();
    if (helper) tell(helper, 'freePass', { pass });
  }
}

/** The outputs of all rows, in the batch's order, from those of the shards. */
function assemble(
  shape: ModelShape, { rows, scored }: Batch, options: ForwardOptions,
  shards: readonly Shard[], results: readonly OutputArrays[],
): Outputs {
  const cell: Record<OutputName, number[]> = {
    logp: [scored],
    entropy: [scored],
    value: [scored, shape.valueHeads],
    tokenWeight: [scored],
    choiceLogp: [options.choices?.length ?? 0],
  };
  return Object.fromEntries(
    [...new Set(options.outputs)].map((name) => {
      const width = cell[name].reduce((product, n) => product * n, 1);
      const all = new Float32Array(rows * width);
      shards.forEach((shard, i) => {
        const values = results[i]![name]!;
        shard.rows.forEach((b, j) => all.set(values.subarray(j * width, (j + 1) * width), b * width));
      });
      return [name, keep(tensor(all, [rows, ...cell[name]]))];
    }),
  );
}

/** @throws Error on a gradient of something that is no output, RangeError on one of another size. */
function cutGradients(outputs: Outputs, grads: Outputs, shards: readonly Shard[]): Map<Shard, OutputArrays> {
  const cut = new Map(shards.map((shard): [Shard, OutputArrays] => [shard, {}]));
  for (const [name, grad] of entriesOf(grads)) {
    const output = outputs[name];
    if (!output) throw new Error(`backward: gradient of ${name}, which the forward pass did not compute`);
    if (grad.size !== output.size) throw new RangeError(`backward: ${grad.size} gradients for ${output.size} values of ${name}`);
    const all = grad.dataSync<'float32'>();
    const width = output.size / output.shape[0];
    for (const [{ rows }, own] of cut) {
      const values = new Float32Array(rows.length * width);
      rows.forEach((b, j) => values.set(all.subarray(b * width, (b + 1) * width), j * width));
      own[name] = values;
    }
  }
  return cut;
}

function helped(params: ParameterSet): HelpedParameters {
  if (!(params instanceof HelpedParameters)) throw new Error('parameter set of another engine');
  return params;
}

function helpedOptimizer(optimizer: Optimizer): HelpedOptimizer {
  if (!(optimizer instanceof HelpedOptimizer)) throw new Error('optimizer of another engine');
  return optimizer;
}
