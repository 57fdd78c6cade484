/** What all parameter sets of one model shape share: memory that passes work in, and pipelines compiled ahead. */
import type { Layout } from '../layout';
import type { Batch } from '../types';
import { NoGpuError } from './adapter';
import type { Gpu } from './backend';
import { Arena, Pool, roundUp } from './buffers';
import { Decoder, decoderBuffers, type DecoderRoom } from './generate';
import { decodeFits, decodeWorkgroupBytes } from './kernels/decode';
import type { Slots } from './kernels/operands';
import { sumSlots } from './kernels/optimizer';
import { metaLayout } from './meta';
import type { Heads } from './outputs';
import type { Call } from './program';
import { stepCalls, viewOfGroups } from './step';
import { backwardBuffers, backwardCalls, forwardCalls, passBuffers, Scratch, Workspace, type Room } from './workspace';

/** Most bytes of a buffer where a batch can be cut instead: bounds the memory of passes that keep nothing. */
const COMFORTABLE_BYTES = 128 * 2 ** 20;

/** Memory for partial gradients, and most of their copies. */
const SLOT_BYTES = 32 * 2 ** 20;
const MAX_SLOTS = 16;

export class ModelMemory {
  /** Workspaces of passes with and without a way back. */
  readonly kept: Pool<keyof Room, Workspace>;
  readonly passing: Pool<keyof Room, Workspace>;
  readonly scratch: Pool<keyof Room, Scratch>;
  readonly decoders: Pool<keyof DecoderRoom, Decoder>;
  /** Most bytes of a buffer where a batch can be cut. */
  readonly comfortableBytes: number;
  /** Token rows of the largest pass that the device can keep. */
  private readonly mostTokens: number;
  private readonly arena: Arena;
  private partials: Slots | undefined;
  private views: GPUBuffer | undefined;
  private users = 0;

  /** @throws NoGpuError where the device cannot run models of this shape. */
  constructor(
    readonly gpu: Gpu,
    readonly layout: Layout,
    private readonly onUnused: () => void,
  ) {
    const { limits } = gpu.device;
    const bindable = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
    requireFit(layout, limits, bindable);
    this.comfortableBytes = Math.min(bindable, COMFORTABLE_BYTES);
    this.mostTokens = this.tokensIn(bindable);
    this.arena = new Arena(gpu.device);
    const flush = (): void => gpu.flush();
    this.kept = new Pool((room) => new Workspace(gpu, layout, room, true), flush);
    this.passing = new Pool((room) => new Workspace(gpu, layout, room, false), flush);
    this.scratch = new Pool((room) => new Scratch(gpu, layout.shape, room), flush);
    this.decoders = new Pool((room) => new Decoder(gpu, layout, room), flush);
    this.compileAhead();
  }

  /** Token rows whose widest matrix, the MLP's inner layer or the logits, has so many bytes. */
  private tokensIn(bytes: number): number {
    const { width, vocab } = this.layout.shape;
    return Math.floor(bytes / (4 * Math.max(4 * width, Math.ceil(vocab / 4) * 4)));
  }

  /**
   * Room for a batch in the steps of `roundUp`, so that batches of similar sizes need the same: of 256 tokens and cells,
   * 64 active rows and 16 sequences upwards, and no more rows than one buffer takes.
   * @throws RangeError where a pass to be kept is too large for the device
   */
  roomFor(needed: Room, keep: boolean): Room {
    const most = keep ? this.mostTokens : this.tokensIn(this.comfortableBytes);
    if (keep && needed.tokens > most) {
      throw new RangeError(
        `forward: ${needed.tokens} tokens in one pass; this GPU can train on ${most} at a time. Lower the batch size.`,
      );
    }
    // One sequence alone may exceed the comfortable size.
    const rows = (count: number, least: number): number => Math.max(count, Math.min(roundUp(count, least), most));
    return {
      tokens: rows(needed.tokens, 256),
      sequences: roundUp(needed.sequences, 16),
      active: rows(needed.active, 64),
      cells: roundUp(needed.cells, 256),
    };
  }

  /** Cuts a batch that nothing is kept of into runs of rows that take comfortable memory. */
  groupsOf(batch: Batch): Batch[] {
    const most = this.tokensIn(this.comfortableBytes);
    const groups: Batch[] = [];
    let begin = 0;
    let tokens = 0;
    for (let b = 0; b < batch.rows; b++) {
      const size = batch.end[b]! - batch.start[b]!;
      if (tokens > 0 && tokens + size > most) {
        groups.push(sliceRows(batch, begin, b));
        begin = b;
        tokens = 0;
      }
      tokens += size;
    }
    return begin === 0 ? [batch] : [...groups, sliceRows(batch, begin, batch.rows)];
  }

  /** Partial gradients, which every backward pass clears and uses up within one submit. */
  get slots(): Slots {
    const { size } = this.layout;
    const count = slotCount(size);
    this.partials ??= { buffer: this.arena.storage(count * size), count, size };
    return this.partials;
  }

  /** View of each group of four parameters, for the optimizer. */
  get viewOf(): GPUBuffer {
    if (!this.views) {
      const views = viewOfGroups(this.layout);
      this.views = this.arena.storage(views.length);
      this.gpu.device.queue.writeBuffer(this.views, 0, views);
    }
    return this.views;
  }

  /** A parameter set begins to use this memory. */
  open(): void {
    this.users++;
  }

  /** A parameter set is gone. With the last one goes all memory that is not in use. */
  close(): void {
    this.users--;
    if (this.users > 0) return;
    for (const pool of [this.kept, this.passing, this.scratch, this.decoders]) pool.close();
    this.arena.free();
    this.onUnused();
  }

  /**
   * Starts to compile what generation and training of this shape need, in the order of need, and waits for nothing.
   * The calls are made with one small buffer in the place of all: only their kernels count.
   */
  private compileAhead(): void {
    const { gpu, layout } = this;
    const arena = new Arena(gpu.device);
    const placeholder = arena.storage(4);
    const allocate = (): GPUBuffer => placeholder;
    const room: Room = { tokens: 1, sequences: 1, active: 1, cells: 1 };
    const meta = { buffer: placeholder, layout: metaLayout({ ...room, vocab: layout.shape.vocab }) };
    const slots: Slots = { buffer: placeholder, count: slotCount(layout.size), size: layout.size };
    const heads: Heads = { names: new Set(['logp']), choices: [], detachValue: false };
    const pass = passBuffers(layout, meta, room, true, allocate);
    const decoding = decoderBuffers(layout, meta, { tokens: 1, prompts: 1, cache: 1, state: 1, results: 1 }, allocate);
    const calls: Call[] = [
      ...decoding.prompts,
      decoding.decode,
      ...forwardCalls(pass, heads),
      ...backwardCalls(pass, backwardBuffers(layout.shape, room, allocate), slots, heads),
      sumSlots({ slots, gradient: placeholder }),
      ...stepCalls(layout, {
        params: placeholder, gradient: placeholder, first: placeholder, second: placeholder,
        settings: placeholder, state: placeholder,
      }, placeholder),
    ];
    // Whoever needs a kernel that fails to compile hears of it then.
    for (const { kernel } of calls) gpu.pipelines.compile(kernel).catch(() => undefined);
    arena.free();
  }
}

function slotCount(size: number): number {
  return Math.max(1, Math.min(MAX_SLOTS, Math.floor(SLOT_BYTES / (4 * size))));
}

/** Rows [begin, end) of a batch, in the same memory. */
function sliceRows(batch: Batch, begin: number, end: number): Batch {
  const { length, tokens, start, end: ends, scoreFrom, scored, extra } = batch;
  return {
    rows: end - begin,
    length,
    scored,
    tokens: tokens.subarray(begin * length, end * length),
    start: start.subarray(begin, end),
    end: ends.subarray(begin, end),
    scoreFrom: scoreFrom.subarray(begin, end),
    ...(extra ? { extra: extra.subarray(begin * length, end * length) } : {}),
  };
}

/** @throws NoGpuError where kernels or parameters are too large for the device. */
function requireFit({ shape, size }: Layout, limits: GPUSupportedLimits, bindable: number): void {
  const refuse = (reason: string): never => {
    throw new NoGpuError(`This GPU cannot run the model: ${reason}.`);
  };
  if (shape.width / shape.heads > 64) refuse(`its heads have ${shape.width / shape.heads} channels, at most 64 fit`);
  if (size * 4 > bindable) refuse(`its parameters take ${size * 4} bytes, a buffer takes ${bindable}`);
  if (!decodeFits(shape, limits)) {
    refuse(
      `sampling takes ${decodeWorkgroupBytes(shape)} bytes of workgroup memory, ${limits.maxComputeWorkgroupStorageSize} are there`,
    );
  }
}
