/** Memory of the GPU engine: buffers that live together, sizes in steps, and pools of what is used again and again. */
import { record, STORAGE_USAGE, type BoundCall, type Call, type Dims, type Pipelines } from './program';

/** Gives a storage buffer of at least this many floats. */
export type Allocate = (floats: number) => GPUBuffer;

/** Buffers that are freed together. */
export class Arena {
  private readonly buffers: GPUBuffer[] = [];

  constructor(private readonly device: GPUDevice) {}

  /** A cleared buffer. */
  readonly storage: Allocate = (floats) => this.own(
    this.device.createBuffer({ size: Math.max(4, Math.ceil(floats / 4) * 4) * 4, usage: STORAGE_USAGE }),
  );

  /** Frees a buffer made elsewhere with the others. */
  own(buffer: GPUBuffer): GPUBuffer {
    this.buffers.push(buffer);
    return buffer;
  }

  free(): void {
    for (const buffer of this.buffers) buffer.destroy();
    this.buffers.length = 0;
  }
}

/**
 * The smallest of least * (1, 1.5, 2, 3, 4, 6, 8, 12, ...) that is `count` or more: batches of slightly different sizes
 * get buffers of one size, at most 1.5 times what they need.
 */
export function roundUp(count: number, least: number): number {
  let size = least;
  while (size < count) size *= 2;
  const between = (size / 4) * 3;
  return size > least && between >= count ? between : size;
}

/** Something with buffers for up to so many of each of some things. */
export interface Sized<Name extends string> {
  readonly capacity: Readonly<Record<Name, number>>;
  free(): void;
}

/**
 * What is taken, used and given back. Where nothing free is large enough, something free is replaced by a larger one, so
 * that a pool holds no more than were in use at one time, and soon makes nothing new.
 */
export class Pool<Name extends string, Item extends Sized<Name>> {
  private unused: Item[] = [];
  private closed = false;

  constructor(
    private readonly make: (capacity: Readonly<Record<Name, number>>) => Item,
    /** Called before buffers are freed: what reads them must be submitted first. */
    private readonly beforeFreeing: () => void,
  ) {}

  take(needed: Readonly<Record<Name, number>>): Item {
    const names = Object.keys(needed) as Name[];
    const fit = this.unused.findIndex(({ capacity }) => names.every((name) => capacity[name] >= needed[name]));
    if (fit >= 0) return this.unused.splice(fit, 1)[0]!;
    const small = this.unused.pop();
    if (!small) return this.make(needed);
    this.beforeFreeing();
    small.free();
    const grown = names.map((name) => [name, Math.max(needed[name], small.capacity[name])]);
    return this.make(Object.fromEntries(grown) as Record<Name, number>);
  }

  giveBack(item: Item): void {
    if (!this.closed) {
      this.unused.push(item);
      return;
    }
    this.beforeFreeing();
    item.free();
  }

  /** Frees what is not in use now, and the rest when it is given back. */
  close(): void {
    this.closed = true;
    if (this.unused.length > 0) this.beforeFreeing();
    for (const item of this.unused) item.free();
    this.unused = [];
  }
}

/** Lists of calls, each bound once: bind groups and pipelines are made when a list is first needed. */
export class Bindings {
  private readonly lists = new Map<string, ReturnType<Pipelines['bind']>>();

  constructor(
    private readonly pipelines: Pipelines,
    private readonly dims: GPUBuffer,
  ) {}

  /** @param name says everything that the list depends on. */
  async get(name: string, calls: () => readonly Call[]): Promise<readonly BoundCall[]> {
    let list = this.lists.get(name);
    if (!list) {
      list = this.pipelines.bind(calls(), this.dims);
      this.lists.set(name, list);
    }
    return (await list).calls;
  }

  free(): void {
    for (const list of this.lists.values()) void list.then(({ constants }) => constants.destroy(), () => undefined);
    this.lists.clear();
  }
}

/** Records calls as a pass of their own. */
export function recordPass(encoder: GPUCommandEncoder, calls: readonly BoundCall[], dims: Dims): void {
  const pass = encoder.beginComputePass();
  record(pass, calls, dims);
  pass.end();
}
