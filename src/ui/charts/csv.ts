import type { Curve } from '../../core/bundle';
import { toCsv } from '../../core/csv';
import type { ChartSpec } from './metrics';
import { smooth } from './smoothing';
import { axisCurve, type ArmCurves } from './series';

function byStep(curve: Curve | undefined): ReadonlyMap<number, number> {
  return new Map(curve?.step.map((step, i) => [step, curve.value[i]!]));
}

/**
 * Every measured point of a chart, long form: arm, metric, step, value, smoothed, and KL or labels used at the step
 * where they were measured; before them the run, where there are several. Nothing is thinned.
 */
export function chartCsv(spec: ChartSpec, arms: readonly ArmCurves[], smoothing: number): string {
  const several = arms.some(({ run }) => run !== undefined);
  const rows: (string | number)[][] = [[...(several ? ['run'] : []), 'arm', 'metric', 'step', 'value', 'smoothed', 'kl', 'labels']];
  for (const key of [spec.key, spec.companion]) {
    if (!key) continue;
    for (const arm of arms) {
      const curve = arm.curves[key];
      if (!curve) continue;
      const smoothed = smooth(curve, smoothing);
      const klAt = byStep(axisCurve(key, 'kl', arm.curves));
      const labelsAt = byStep(axisCurve(key, 'labels', arm.curves));
      curve.step.forEach((step, i) => {
        const place = [klAt.get(step) ?? '', labelsAt.get(step) ?? ''];
        rows.push([...(several ? [arm.run?.label ?? ''] : []), arm.armId, key, step, curve.value[i]!, smoothed[i]!, ...place]);
      });
    }
  }
  return toCsv(rows);
}
