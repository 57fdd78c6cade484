/** What was asked of WebGPU since the watch began, or since the last `reset`. */
export interface GpuCalls {
  dispatches: number;
  /** Milliseconds in which at least one read-back was awaited. */
  awaitedMs: number;
}

export interface GpuWatch {
  readonly calls: GpuCalls;
  reset(): void;
  /** Puts WebGPU's own functions back. */
  end(): void;
}

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Prototype = Record<string, Method>;

/** Watches every dispatch and read-back of this thread; undefined where there is no WebGPU. */
export function watchGpu(now: () => number = () => performance.now()): GpuWatch | undefined {
  const scope = globalThis as unknown as Record<string, { prototype: Prototype } | undefined>;
  const pass = scope['GPUComputePassEncoder']?.prototype;
  const buffer = scope['GPUBuffer']?.prototype;
  if (!pass || !buffer) return undefined;
  const calls: GpuCalls = { dispatches: 0, awaitedMs: 0 };
  let awaited = 0;
  let since = 0;
  const undo: (() => void)[] = [];
  const wrap = (prototype: Prototype, name: string, wrapper: (original: Method) => Method): void => {
    const original = prototype[name]!;
    prototype[name] = wrapper(original);
    undo.push(() => (prototype[name] = original));
  };
  for (const name of ['dispatchWorkgroups', 'dispatchWorkgroupsIndirect']) {
    wrap(pass, name, (original) => function (...args) {
      calls.dispatches++;
      return original.apply(this, args);
    });
  }
  wrap(buffer, 'mapAsync', (original) => async function (...args) {
    if (awaited++ === 0) since = now();
    try {
      return await original.apply(this, args);
    } finally {
      if (--awaited === 0) calls.awaitedMs += now() - since;
    }
  });
  return {
    calls,
    reset: () => Object.assign(calls, { dispatches: 0, awaitedMs: 0 }),
    end: () => undo.forEach((step) => step()),
  };
}
