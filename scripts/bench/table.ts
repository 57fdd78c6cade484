import type { WorkloadBench, WorkloadId } from '../../src/core/benchReport';
import type { BenchDims } from '../../src/bench/work';

/** One engine on one size. */
export interface Measured {
  readonly size: string;
  readonly dims: BenchDims;
  readonly engine: string;
  readonly description: string;
  readonly peakGflops: number;
  readonly workloads: readonly WorkloadBench[];
  /** Nothing was computed: only the time of the calls says anything. */
  readonly callsOnly?: true;
}

export const WORKLOAD_NAMES: Readonly<Record<WorkloadId, string>> = {
  sft: 'SFT step (tokens processed)',
  reward: 'reward-model step (tokens processed)',
  rollout: 'rollout (tokens written)',
  rl: 'RL iteration (tokens written)',
};

/** Rows of cells with columns as wide as they need to be; the first is left-aligned. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ').trimEnd(),
  );
}

const number = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 3 });

/** The engines side by side, one table for each workload, with ratios to those named in `yardsticks`. */
export function describeSize(measured: readonly Measured[], yardsticks: readonly string[]): string {
  const { size, dims } = measured[0]!;
  const lines = [
    `${size}: width ${dims.width}, ${dims.layers} layer${dims.layers === 1 ? '' : 's'}, vocabulary ${dims.vocab}; ` +
      `prompts of ${dims.prompt} and responses of ${dims.response} tokens`,
  ];
  const present = yardsticks.filter((name) => measured.some(({ engine }) => engine === name));
  for (const [id, name] of Object.entries(WORKLOAD_NAMES) as [WorkloadId, string][]) {
    const rows = measured.flatMap((one) => {
      const workload = one.workloads.find((candidate) => candidate.id === id);
      return workload ? [{ ...one, workload }] : [];
    });
    if (rows.length === 0) continue;
    const speedOf = (engine: string): number | undefined => rows.find((row) => row.engine === engine)?.workload.tokensPerSecond;
    const header = [
      name, 'batch', 'tokens/s', 'ms', 'quartiles', 'GFLOP/s', 'of peak', ...present.map((yardstick) => `x ${yardstick}`),
      'dispatches', 'JS ms',
    ];
    lines.push('', ...columns([header, ...rows.map(({ engine, dims: { batch }, peakGflops, workload, callsOnly }) => [
      `  ${engine}`,
      String(batch),
      callsOnly ? '-' : number(workload.tokensPerSecond),
      number(workload.ms),
      workload.quartiles.map(number).join(' .. '),
      callsOnly ? '-' : number(workload.gflops),
      callsOnly ? '-' : `${((100 * workload.gflops) / peakGflops).toFixed(0)}%`,
      ...present.map((yardstick) => {
        const base = speedOf(yardstick);
        return base === undefined || callsOnly ? '-' : number(workload.tokensPerSecond / base);
      }),
      workload.dispatches === undefined ? '-' : number(workload.dispatches),
      workload.javascriptMs === undefined ? '-' : number(workload.javascriptMs),
    ])]));
  }
  return lines.join('\n');
}
