/** 2 GiB, the maximum that the kernels are built for. */
const MAXIMUM_PAGES = 32768;
const INITIAL_PAGES = 16;
const PAGE = 65536;
const GROW_PAGES = 64;
/** Every block starts on a cache line and is a whole number of them. */
const LINE = 64;

/** Byte address in the memory; 0 stands for "none". */
export type Pointer = number;

/**
 * The one memory of a CPU engine and its allocator: best fit over a list of free blocks, neighbours merged. What is
 * freed is used again, so a training loop stops growing once it has seen its largest step.
 */
export class EngineMemory {
  readonly wasm = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAXIMUM_PAGES });
  /** Sorted by address, never adjacent. */
  private readonly free: { at: Pointer; bytes: number }[] = [];
  private readonly used = new Map<Pointer, number>();
  private floats = new Float32Array(this.wasm.buffer);
  private ints = new Int32Array(this.wasm.buffer);

  /** Hands over the memory from byte `start` on to the allocator. Call once. */
  open(start: number): void {
    const at = Math.ceil(start / LINE) * LINE;
    const pages = Math.ceil((at + LINE) / PAGE) - INITIAL_PAGES;
    if (pages > 0) this.wasm.grow(pages);
    this.release(at, this.wasm.buffer.byteLength - at);
  }

  /** Bytes of the whole memory, used or not. */
  get size(): number {
    return this.wasm.buffer.byteLength;
  }

  /** Bytes handed out and not freed. */
  get inUse(): number {
    let sum = 0;
    for (const bytes of this.used.values()) sum += bytes;
    return sum;
  }

  /** Room for `count` 4-byte numbers; not cleared. @throws RangeError when the memory is full. */
  alloc(count: number): Pointer {
    const bytes = Math.max(1, Math.ceil((count * 4) / LINE)) * LINE;
    let best = this.bestFit(bytes);
    if (best < 0) {
      this.grow(bytes);
      best = this.bestFit(bytes);
    }
    const block = this.free[best]!;
    const { at } = block;
    block.at += bytes;
    block.bytes -= bytes;
    if (block.bytes === 0) this.free.splice(best, 1);
    this.used.set(at, bytes);
    return at;
  }

  /** @throws Error on an address that is not in use. */
  dispose(at: Pointer): void {
    const bytes = this.used.get(at);
    if (bytes === undefined) throw new Error(`engine memory: ${at} is not in use`);
    this.used.delete(at);
    this.release(at, bytes);
  }

  /** A view of `count` floats, good until the next allocation. */
  f32(at: Pointer, count: number): Float32Array {
    if (this.floats.buffer !== this.wasm.buffer) this.floats = new Float32Array(this.wasm.buffer);
    return this.floats.subarray(at / 4, at / 4 + count);
  }

  /** A view of `count` integers, good until the next allocation. */
  i32(at: Pointer, count: number): Int32Array {
    if (this.ints.buffer !== this.wasm.buffer) this.ints = new Int32Array(this.wasm.buffer);
    return this.ints.subarray(at / 4, at / 4 + count);
  }

  /** Copies `count` floats. */
  copy(from: Pointer, count: number, to: Pointer): void {
    this.f32(to, count).set(this.f32(from, count));
  }

  private bestFit(bytes: number): number {
    let best = -1;
    this.free.forEach((block, i) => {
      if (block.bytes >= bytes && (best < 0 || block.bytes < this.free[best]!.bytes)) best = i;
    });
    return best;
  }

  private grow(bytes: number): void {
    const end = this.wasm.buffer.byteLength;
    const pages = Math.max(GROW_PAGES, Math.ceil(bytes / PAGE));
    try {
      this.wasm.grow(pages);
    } catch {
      throw new RangeError(
        `out of memory: ${Math.round(end / 2 ** 20)} MiB held, ${Math.round(bytes / 2 ** 20)} MiB more asked for. ` +
          'A smaller batch, model or sequence length needs less.',
      );
    }
    this.release(end, pages * PAGE);
  }

  private release(at: Pointer, bytes: number): void {
    let i = this.free.findIndex((block) => block.at > at);
    if (i < 0) i = this.free.length;
    this.free.splice(i, 0, { at, bytes });
    this.mergeWithNext(i);
    if (i > 0) this.mergeWithNext(i - 1);
  }

  private mergeWithNext(i: number): void {
    const block = this.free[i]!;
    const next = this.free[i + 1];
    if (!next || block.at + block.bytes !== next.at) return;
    block.bytes += next.bytes;
    this.free.splice(i + 1, 1);
  }
}

/** Allocations that are freed together. */
export class Scope {
  private readonly blocks: Pointer[] = [];
  constructor(readonly memory: EngineMemory) {}

  /** Room for `count` floats or integers; not cleared. */
  alloc(count: number): Pointer {
    const at = this.memory.alloc(count);
    this.blocks.push(at);
    return at;
  }

  zeros(count: number): Pointer {
    const at = this.alloc(count);
    this.memory.f32(at, count).fill(0);
    return at;
  }

  floats(values: ArrayLike<number>): Pointer {
    const at = this.alloc(values.length);
    this.memory.f32(at, values.length).set(values);
    return at;
  }

  ints(values: ArrayLike<number>): Pointer {
    const at = this.alloc(values.length);
    this.memory.i32(at, values.length).set(values);
    return at;
  }

  free(): void {
    for (const at of this.blocks) this.memory.dispose(at);
    this.blocks.length = 0;
  }
}
