import { WORKLOADS, type EngineBench, type WorkloadBench, type WorkloadId } from '../core/benchReport';
import { PEAK_FLOPS, type PeakProbe } from '../nn/peak';
import type { Engine } from '../nn/types';
import { watchGpu, type GpuWatch } from './gpuCalls';
import { spread, timeRepeats, type TimeBudget } from './timing';
import type { BenchDims } from './work';
import { openWorkload } from './workloads';

/** What of the bench is under way. */
export interface BenchProgress {
  readonly part: 'peak' | WorkloadId;
  /** Share of the whole bench that is done, 0..1. */
  readonly share: number;
}

export interface BenchOptions {
  readonly engine: Engine;
  readonly dims: BenchDims;
  readonly budget: TimeBudget;
  readonly openPeak: () => Promise<PeakProbe>;
  /** Default: all. */
  readonly workloads?: readonly WorkloadId[];
  /** Called between repeats, outside the clock; what it throws ends the bench. */
  readonly onProgress?: (progress: BenchProgress) => Promise<void>;
}

/** Steps whose calls to the GPU are counted. */
const WATCHED_REPEATS = 3;

/** Measures an engine: the matrix product first, then one workload after the other. */
export async function benchEngine({
  engine, dims, budget, openPeak, workloads = WORKLOADS, onProgress = async () => undefined,
}: BenchOptions): Promise<EngineBench> {
  const parts = workloads.length + 1;
  const peak = await openPeak();
  let peakGflops: number;
  try {
    peakGflops = await measurePeak(peak, budget, (share) => onProgress({ part: 'peak', share: share / parts }));
  } finally {
    peak.dispose();
  }
  const measured: WorkloadBench[] = [];
  for (const [i, id] of workloads.entries()) {
    measured.push(await measureWorkload(id, engine, dims, budget, (share) => onProgress({ part: id, share: (1 + i + share) / parts })));
  }
  return { engine: engine.kind, description: engine.description, peakGflops, workloads: measured };
}

/** GFLOP/s of the bare product. A repeat is as many products as take ten milliseconds, so that a read-back weighs little. */
async function measurePeak(probe: PeakProbe, budget: TimeBudget, between: (share: number) => Promise<void>): Promise<number> {
  await probe.run(1);
  const started = performance.now();
  await probe.run(1);
  const times = Math.max(1, Math.min(1000, Math.ceil(10 / (performance.now() - started))));
  const repeats = await timeRepeats(() => probe.run(times), budget, between);
  return (times * PEAK_FLOPS) / spread(repeats.map(({ ms }) => ms)).median / 1e6;
}

async function measureWorkload(
  id: WorkloadId, engine: Engine, dims: BenchDims, budget: TimeBudget, between: (share: number) => Promise<void>,
): Promise<WorkloadBench> {
  const workload = openWorkload(id, engine, dims);
  try {
    const repeats = await timeRepeats(() => workload.once(), budget, between);
    const { median: ms, quartiles } = spread(repeats.map((repeat) => repeat.ms / repeat.result.steps));
    const perStep = (of: (repeat: (typeof repeats)[number]) => number): number =>
      repeats.reduce((sum, repeat) => sum + of(repeat), 0) / repeats.length;
    const watch = engine.kind === 'gpu' ? watchGpu() : undefined;
    return {
      id,
      ms,
      quartiles,
      repeats: repeats.length,
      tokensPerSecond: (1000 * perStep(({ result }) => result.work.tokens)) / ms,
      gflops: perStep(({ result }) => result.work.flops) / ms / 1e6,
      ...(watch ? await countCalls(watch, () => workload.once()) : {}),
    };
  } finally {
    await workload.dispose();
  }
}

async function countCalls(
  watch: GpuWatch, once: () => Promise<{ readonly steps: number }>,
): Promise<{ dispatches: number; javascriptMs: number }> {
  const dispatches: number[] = [];
  const javascript: number[] = [];
  try {
    for (let i = 0; i < WATCHED_REPEATS; i++) {
      watch.reset();
      const started = performance.now();
      const { steps } = await once();
      javascript.push((performance.now() - started - watch.calls.awaitedMs) / steps);
      dispatches.push(watch.calls.dispatches / steps);
    }
  } finally {
    watch.end();
  }
  return { dispatches: spread(dispatches).median, javascriptMs: spread(javascript).median };
}
