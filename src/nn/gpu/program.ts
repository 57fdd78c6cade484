/** What a kernel is, how it is called, and the pipelines made of kernels. */

/** A compute shader and the storage buffers it is bound to. */
export interface Kernel {
  /** Unique for its code: the pipeline's name in the cache. */
  readonly name: string;
  /**
   * WGSL with the entry point `main`. Binding 0 of group 0 is the call's constants (`var<uniform>`), binding 1 the
   * batch's `Dims` (`DIMS_WGSL`), bindings 2 and on are storage buffers.
   */
  readonly code: string;
  /** Of each storage buffer, in the order of the bindings. */
  readonly access: readonly ('read' | 'write')[];
}

/** What is known of a batch only when it is there. Kernels read it at binding 1 as `dims.<name>`. */
export interface Dims {
  /** Tokens of all sequences, laid end to end: rows N of the residual stream. */
  readonly tokens: number;
  /** Sequences B. */
  readonly sequences: number;
  /** Rows M that go on after the last layer's attention: those with an output. */
  readonly active: number;
  /** Tokens of the longest sequence. */
  readonly longest: number;
  /** 1 / temperature of `logp` and `entropy`. */
  readonly inverseTemperature: number;
}

/** `Dims` in WGSL, at binding 1; `active` is a reserved word there. */
export const DIMS_WGSL = `
  struct Dims {
    tokens : u32,
    sequences : u32,
    activeRows : u32,
    longest : u32,
    inverseTemperature : f32,
  }
  @group(0) @binding(1) var<uniform> dims : Dims;
`;

/** Bytes of `Dims` in a uniform buffer. */
export const DIMS_BYTES = 32;

/** Dims as they lie in the uniform buffer. */
export function dimsBytes({ tokens, sequences, active, longest, inverseTemperature }: Dims): ArrayBuffer {
  const bytes = new ArrayBuffer(DIMS_BYTES);
  new Uint32Array(bytes, 0, 4).set([tokens, sequences, active, longest]);
  new Float32Array(bytes, 16, 1)[0] = inverseTemperature;
  return bytes;
}

/** One dispatch of a plan: everything but the batch's dims is fixed when the plan is made. */
export interface Call {
  readonly kernel: Kernel;
  /** Words of the struct at binding 0, at least one; floats through `floatBits`. */
  readonly constants: readonly number[];
  /** Buffers at bindings 2 and on. */
  readonly buffers: readonly GPUBuffer[];
  /** Workgroups along x, y, z for a batch; a 0 skips the dispatch. */
  readonly groups: (dims: Dims) => readonly [x: number, y?: number, z?: number];
}

/** The bits of a 32-bit float as an unsigned integer. */
export function floatBits(value: number): number {
  const scratch = new DataView(new ArrayBuffer(4));
  scratch.setFloat32(0, value);
  return scratch.getUint32(0);
}

/** A call that can be recorded: pipeline, bind group and workgroups. */
export interface BoundCall {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly groups: Call['groups'];
}

/** The pipelines of one device. Compiles without blocking, each kernel once. */
export class Pipelines {
  private readonly byName = new Map<string, Promise<GPUComputePipeline>>();
  private done = 0;

  constructor(
    readonly device: GPUDevice,
    private readonly onCompiled: (done: number, total: number) => void = () => undefined,
  ) {}

  /** Starts to compile a kernel unless it is compiled already. @throws Error (rejects) where its code is invalid. */
  compile(kernel: Kernel): Promise<GPUComputePipeline> {
    const known = this.byName.get(kernel.name);
    if (known) return known;
    const { device } = this;
    const storage = kernel.access.map((access, i): GPUBindGroupLayoutEntry => ({
      binding: i + 2,
      visibility: COMPUTE_STAGE,
      buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
    }));
    const uniforms = [0, 1].map((binding): GPUBindGroupLayoutEntry => ({
      binding, visibility: COMPUTE_STAGE, buffer: { type: 'uniform' },
    }));
    const layout = device.createPipelineLayout({
      bindGroupLayouts: [device.createBindGroupLayout({ label: kernel.name, entries: [...uniforms, ...storage] })],
    });
    const module = device.createShaderModule({ label: kernel.name, code: kernel.code });
    const pipeline = device
      .createComputePipelineAsync({ label: kernel.name, layout, compute: { module, entryPoint: 'main' } })
      .then((compiled) => {
        this.done++;
        this.onCompiled(this.done, this.byName.size);
        return compiled;
      });
    this.byName.set(kernel.name, pipeline);
    return pipeline;
  }

  /**
   * Compiles what a list of calls needs and binds it, once for as long as its buffers live. The constants go into one
   * uniform buffer, which the caller destroys with them.
   */
  async bind(calls: readonly Call[], dims: GPUBuffer): Promise<{ calls: BoundCall[]; constants: GPUBuffer }> {
    const { device } = this;
    const pipelines = await Promise.all(calls.map(({ kernel }) => this.compile(kernel)));
    const step = device.limits.minUniformBufferOffsetAlignment;
    const sizes = calls.map(({ constants }) => Math.ceil(Math.max(1, constants.length) / 4) * 16);
    const offsets: number[] = [];
    let size = 0;
    for (const bytes of sizes) {
      offsets.push(size);
      size += Math.ceil(bytes / step) * step;
    }
    const buffer = device.createBuffer({ size: Math.max(16, size), usage: UNIFORM_USAGE });
    const words = new Uint32Array(Math.max(16, size) / 4);
    calls.forEach(({ constants }, i) => words.set(constants, offsets[i]! / 4));
    device.queue.writeBuffer(buffer, 0, words);
    return {
      constants: buffer,
      calls: calls.map((call, i) => ({
        pipeline: pipelines[i]!,
        groups: call.groups,
        group: device.createBindGroup({
          label: call.kernel.name,
          layout: pipelines[i]!.getBindGroupLayout(0),
          entries: [
            { binding: 0, resource: { buffer, offset: offsets[i]!, size: sizes[i]! } },
            { binding: 1, resource: { buffer: dims } },
            ...call.buffers.map((storage, b) => ({ binding: b + 2, resource: { buffer: storage } })),
          ],
        }),
      })),
    };
  }
}

/** Records calls into a pass, in order: each sees what the ones before it wrote. */
export function record(pass: GPUComputePassEncoder, calls: readonly BoundCall[], dims: Dims): void {
  for (const { pipeline, group, groups } of calls) {
    const [x, y = 1, z = 1] = groups(dims);
    if (x * y * z === 0) continue;
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(x, y, z);
  }
}

// The constants of the WebGPU standard; as globals they exist only where WebGPU does.
const COMPUTE_STAGE = 0x4;
/** UNIFORM | COPY_DST */
export const UNIFORM_USAGE = 0x40 | 0x8;
/** STORAGE | COPY_SRC | COPY_DST */
export const STORAGE_USAGE = 0x80 | 0x4 | 0x8;
/** MAP_READ | COPY_DST */
export const READ_USAGE = 0x1 | 0x8;
