import { z } from './zod';

/** What the bench measures of a machine, and the part of it that goes into the bundles of later runs. */

/** Models that are measured, by their settings; `default` has the size of the shipped checkpoint. */
export const BENCH_SIZES = {
  small: { width: 32, layers: 1 },
  default: { width: 64, layers: 2 },
  large: { width: 128, layers: 4 },
} as const;
export type BenchSize = keyof typeof BENCH_SIZES;

/** One SFT step, one reward-model step, one batch of responses, one REINFORCE iteration. */
export const WORKLOADS = ['sft', 'reward', 'rollout', 'rl'] as const;
export type WorkloadId = (typeof WORKLOADS)[number];

const measure = z.number().min(0).max(1e12);
const text = z.string().max(1000);
const engineKind = z.enum(['cpu', 'gpu', 'reference']);

const workloadBenchSchema = z.strictObject({
  id: z.enum(WORKLOADS),
  /** Milliseconds a step: median, and the quartiles of all repeats. */
  ms: measure,
  quartiles: z.tuple([measure, measure]),
  repeats: z.number().int().min(1).max(1_000_000),
  /** Tokens processed in training (sft, reward), tokens written where responses are sampled (rollout, rl). */
  tokensPerSecond: measure,
  /** Useful multiply-adds, each counted twice; formula in src/bench/work.ts. */
  gflops: measure,
  /** Of a GPU: dispatches a step, and the milliseconds of a step in which nothing was awaited from the GPU. */
  dispatches: measure.optional(),
  javascriptMs: measure.optional(),
});
export type WorkloadBench = z.infer<typeof workloadBenchSchema>;

const engineBenchSchema = z.strictObject({
  engine: engineKind,
  description: text,
  /** GFLOP/s of a bare matrix product [2048, 256] x [256, 256] on the same engine in the same run. */
  peakGflops: measure,
  workloads: z.array(workloadBenchSchema).max(WORKLOADS.length),
});
export type EngineBench = z.infer<typeof engineBenchSchema>;

export const benchReportSchema = z.strictObject({
  /** ISO 8601. */
  measuredAt: z.string().max(40),
  build: z.strictObject({ version: text, commit: text, date: text }),
  cores: z.number().min(0).max(100_000),
  size: z.enum(Object.keys(BENCH_SIZES) as [BenchSize, ...BenchSize[]]),
  /** Measured for a fraction of the usual time: a first impression. */
  quick: z.boolean(),
  /** The engine that runs would use here first; beside a GPU, the CPU engine. */
  engines: z.array(engineBenchSchema).min(1).max(4),
});
export type BenchReport = z.infer<typeof benchReportSchema>;

/** A few numbers of a report, kept with the device of a run. */
export const deviceBenchSchema = z.strictObject({
  measuredAt: z.string().max(40),
  size: benchReportSchema.shape.size,
  peakGflops: measure,
  tokensPerSecond: z.strictObject({ sft: measure, reward: measure, rollout: measure, rl: measure }),
});
export type DeviceBench = z.infer<typeof deviceBenchSchema>;

/** Share of the measured peak that a workload reached. */
export function shareOfPeak(workload: WorkloadBench, { peakGflops }: EngineBench): number {
  return workload.gflops / peakGflops;
}

/** What a report says of the engine of a run; undefined where it measured another. */
export function deviceBench(
  report: BenchReport, { engine, description }: Pick<EngineBench, 'engine' | 'description'>,
): DeviceBench | undefined {
  const measured = report.engines.find((one) => one.engine === engine && one.description === description);
  const speed = (id: WorkloadId): number | undefined => measured?.workloads.find((workload) => workload.id === id)?.tokensPerSecond;
  const [sft, reward, rollout, rl] = WORKLOADS.map(speed);
  if (!measured || sft === undefined || reward === undefined || rollout === undefined || rl === undefined) return undefined;
  const { measuredAt, size } = report;
  return { measuredAt, size, peakGflops: measured.peakGflops, tokensPerSecond: { sft, reward, rollout, rl } };
}
