/** Memory and calls of one forward pass, and of one backward pass. */
import type { Layout, ModelShape } from '../layout';
import type { Batch, ForwardOptions } from '../types';
import type { Gpu } from './backend';
import { Arena, Bindings, type Allocate, type Sized } from './buffers';
import type { Meta, Slots } from './kernels/operands';
import { metaLayout, writeMeta, type Capacity } from './meta';
import {
  headsBackward, headsForward, headsKey, logitsOf, outputBuffers, reachesTrunk, type HeadGradients, type Heads,
  type Logits, type OutputBuffers,
} from './outputs';
import { DIMS_BYTES, dimsBytes, UNIFORM_USAGE, type BoundCall, type Call, type Dims } from './program';
import {
  keptActivations, matrix, passingActivations, trunkBackward, trunkForward, trunkGradients, type Model,
  type TrunkActivations, type TrunkGradients,
} from './trunk';

/** Room of a workspace: token rows, sequences, active rows, and cells of the outputs. */
export type Room = Readonly<Record<'tokens' | 'sequences' | 'active' | 'cells', number>>;

/** A batch on the GPU. */
export class BatchTables {
  readonly meta: Meta;
  readonly dims: GPUBuffer;
  private readonly words: Int32Array<ArrayBuffer>;

  constructor(
    private readonly gpu: Gpu,
    private readonly vocab: number,
    capacity: Omit<Capacity, 'vocab'>,
    arena: Arena,
  ) {
    const layout = metaLayout({ ...capacity, vocab });
    this.meta = { layout, buffer: arena.storage(layout.size) };
    this.words = new Int32Array(layout.size);
    this.dims = arena.own(gpu.device.createBuffer({ size: DIMS_BYTES, usage: UNIFORM_USAGE }));
  }

  /** Takes effect before what is submitted next. */
  write(batch: Batch, options: ForwardOptions): Dims {
    const dims = writeMeta(batch, options, this.vocab, this.meta.layout, this.words);
    const { queue } = this.gpu.device;
    queue.writeBuffer(this.meta.buffer, 0, this.words);
    queue.writeBuffer(this.dims, 0, dimsBytes(dims));
    return dims;
  }
}

/** What a forward pass works in. */
export interface PassBuffers {
  readonly model: Model;
  readonly activations: TrunkActivations;
  readonly logits: Logits;
  readonly outputs: OutputBuffers;
}

/** @param kept whether every layer has activations of its own, for a backward pass */
export function passBuffers(
  layout: Layout, meta: Meta, { tokens, sequences, active, cells }: Room, kept: boolean, allocate: Allocate,
): PassBuffers {
  const { shape } = layout;
  return {
    model: { layout, meta, params: allocate(layout.size) },
    activations: kept
      ? keptActivations(shape, tokens, active, allocate)
      : passingActivations(shape, tokens, allocate),
    logits: logitsOf(shape, active, allocate),
    outputs: outputBuffers(shape, sequences, cells, allocate),
  };
}

/** What a backward pass works in beside the forward pass. */
export interface BackwardBuffers {
  readonly heads: HeadGradients;
  readonly trunk: TrunkGradients;
}

export function backwardBuffers(
  shape: ModelShape, { tokens, sequences, active, cells }: Room, allocate: Allocate,
): BackwardBuffers {
  const trunk = trunkGradients(shape, tokens, active, allocate);
  return {
    trunk,
    heads: {
      outputs: outputBuffers(shape, sequences, cells, allocate),
      dLogits: matrix(allocate, active, Math.ceil(shape.vocab / 4) * 4),
      dHidden: trunk.dHidden,
    },
  };
}

/** The calls from token ids to outputs. */
export function forwardCalls({ model, activations, logits, outputs }: PassBuffers, heads: Heads): Call[] {
  return [...trunkForward(model, activations), ...headsForward(model, activations.hidden, logits, outputs, heads)];
}

/** The calls from gradients of outputs to slots. */
export function backwardCalls(
  { model, activations, logits }: PassBuffers, gradients: BackwardBuffers, slots: Slots, heads: Heads,
): Call[] {
  return [
    ...headsBackward(model, activations.hidden, logits, gradients.heads, slots, heads),
    ...(reachesTrunk(heads) ? trunkBackward(model, activations, gradients.trunk, slots) : []),
  ];
}

/** Scratch of a backward pass. One serves any workspace that has no more room. */
export class Scratch implements Sized<keyof Room> {
  readonly buffers: BackwardBuffers;
  private readonly arena: Arena;

  constructor(gpu: Gpu, shape: ModelShape, readonly capacity: Room) {
    this.arena = new Arena(gpu.device);
    this.buffers = backwardBuffers(shape, capacity, this.arena.storage);
  }

  free(): void {
    this.arena.free();
  }
}

/**
 * What one live forward pass occupies: tables, activations, outputs, and a copy of the parameters. With the copy a
 * backward pass sees the parameters as they were, and the calls are bound once, whichever parameter set they are for.
 */
export class Workspace implements Sized<keyof Room> {
  readonly tables: BatchTables;
  readonly buffers: PassBuffers;
  private readonly arena: Arena;
  private readonly forwards: Bindings;
  private backwards: { readonly scratch: Scratch; readonly bindings: Bindings } | undefined;

  constructor(
    private readonly gpu: Gpu,
    layout: Layout,
    readonly capacity: Room,
    kept: boolean,
  ) {
    this.arena = new Arena(gpu.device);
    this.tables = new BatchTables(gpu, layout.shape.vocab, capacity, this.arena);
    this.buffers = passBuffers(layout, this.tables.meta, capacity, kept, this.arena.storage);
    this.forwards = new Bindings(gpu.pipelines, this.tables.dims);
  }

  forwardCalls(heads: Heads): Promise<readonly BoundCall[]> {
    return this.forwards.get(headsKey(heads), () => forwardCalls(this.buffers, heads));
  }

  backwardCalls(heads: Heads, scratch: Scratch, slots: Slots): Promise<readonly BoundCall[]> {
    if (this.backwards?.scratch !== scratch) {
      this.backwards?.bindings.free();
      this.backwards = { scratch, bindings: new Bindings(this.gpu.pipelines, this.tables.dims) };
    }
    return this.backwards.bindings.get(
      headsKey(heads), () => backwardCalls(this.buffers, scratch.buffers, slots, heads),
    );
  }

  free(): void {
    this.forwards.free();
    this.backwards?.bindings.free();
    this.arena.free();
  }
}
