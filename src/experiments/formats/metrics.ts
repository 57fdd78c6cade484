import type { RunBundle } from '../../core/bundle';
import { toCsv } from '../../core/csv';
import { jsonLines, runName } from './names';

/**
 * What the steps of a metric count: steps of SFT, of the reward model, or iterations (steps, for methods that learn from a
 * fixed set) of the policy. The same number means another moment in each.
 */
export type StepsOf = 'sft' | 'reward model' | 'policy';

/** What the steps of a metric count. */
export function stepsOf(metric: string): StepsOf {
  if (metric.startsWith('sft/')) return 'sft';
  return /^(rm|fg)\//.test(metric) ? 'reward model' : 'policy';
}

const COLUMNS = ['run', 'seed', 'arm', 'steps_of', 'step', 'metric', 'value'];

/** Every point of every curve, one a row: run, seed, arm, steps_of, step, metric, value. */
export function metricsCsv(bundle: RunBundle): string {
  const run = runName(bundle);
  const { seed } = bundle.config.run;
  const rows = bundle.arms.flatMap(({ id, curves }) =>
    Object.entries(curves).flatMap(([metric, { step, value }]) =>
      step.map((at, i) => [run, seed, id, stepsOf(metric), at, metric, value[i] ?? ''])));
  return toCsv([COLUMNS, ...rows]);
}

/**
 * One object for each arm, kind of step and step, with what was measured there under TRL's keys. Arms in the run's order,
 * steps ascending.
 */
export function metricsJsonl(bundle: RunBundle): string {
  const run = runName(bundle);
  const { seed } = bundle.config.run;
  return jsonLines(bundle.arms.flatMap(({ id: arm, curves }) =>
    (['sft', 'reward model', 'policy'] as const).flatMap((kind) => {
      const rows = new Map<number, Record<string, number>>();
      for (const [metric, { step, value }] of Object.entries(curves)) {
        if (stepsOf(metric) !== kind) continue;
        step.forEach((at, i) => {
          const row = rows.get(at) ?? {};
          row[metric] = value[i]!;
          rows.set(at, row);
        });
      }
      return [...rows].sort(([a], [b]) => a - b).map(([step, values]) => ({ run, seed, arm, steps_of: kind, step, ...values }));
    })));
}
