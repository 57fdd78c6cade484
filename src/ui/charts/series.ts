import type { Curve } from '../../core/bundle';
import { LABELS_USED, metric, STEP_NAMES, type ChartSpec, type MetricKey } from './metrics';
import { smooth, valueAt } from './smoothing';

/** A run among several that are drawn over each other. */
export interface RunMark {
  /** A letter or two. */
  readonly label: string;
  /** SVG `stroke-dasharray` of all its lines; empty for a solid line. */
  readonly dash: string;
  /** The record that the other run repeats, from the same start: drawn faintly behind it. */
  readonly record?: true;
}

/** One arm's curves, as the page passes them. */
export interface ArmCurves {
  readonly armId: string;
  readonly label: string;
  readonly curves: Readonly<Record<string, Curve>>;
  /** Where curves of several runs are drawn over each other. */
  readonly run?: RunMark | undefined;
}

export type XAxis = 'step' | 'kl' | 'labels';

export interface Point {
  readonly armId: string;
  readonly step: number;
  /** Position on the chosen x-axis. */
  readonly x: number;
  readonly raw: number;
  readonly smoothed: number;
}

/** One arm's line in a chart, points in the order of steps. */
export interface Line {
  readonly armId: string;
  readonly label: string;
  readonly key: MetricKey;
  readonly run?: RunMark | undefined;
  readonly faint: boolean;
  readonly points: readonly Point[];
  /** Points measured; more than `points` where lines are thinned for drawing. */
  readonly measured: number;
}

export interface ChartData {
  /** The axis in force: the one asked for where this metric has it, else steps. */
  readonly axis: XAxis;
  readonly xLabel: string;
  readonly lines: readonly Line[];
  /** Level of the start policy. */
  readonly baseline?: number;
}

/** The curve that maps a metric's steps to an axis; none where the metric has no such axis. */
export function axisCurve(key: MetricKey, axis: XAxis, curves: ArmCurves['curves']): Curve | undefined {
  if (axis === 'step' || !axisApplies(key, axis)) return undefined;
  if (axis === 'labels') return curves[LABELS_USED];
  const own = key.startsWith('eval/') ? undefined : curves['objective/kl'];
  // What learns from a fixed set has no rollouts to measure KL on.
  return own ?? curves['eval/kl'];
}

/** Whether a metric can be drawn over an axis at all. KL over KL says nothing. */
export function axisApplies(key: MetricKey, axis: XAxis): boolean {
  if (axis === 'step') return true;
  if (axis === 'labels') return metric(key).steps === 'rewardModel';
  return metric(key).steps === 'iteration' && !key.endsWith('/kl');
}

const finite = (curve: Curve | undefined): boolean => curve !== undefined && curve.value.some(Number.isFinite);

/**
 * At most `limit` points, evenly spread, first and last kept. Smoothing happens before, on all of them.
 */
export function thin<T>(points: readonly T[], limit: number): readonly T[] {
  if (points.length <= limit) return points;
  const stride = (points.length - 1) / (limit - 1);
  return Array.from({ length: limit }, (_, i) => points[Math.round(i * stride)]!);
}

/** More points than pixels cost time and show nothing. */
const DRAWN = 400;

function line(arm: ArmCurves, key: MetricKey, faint: boolean, axis: XAxis, smoothing: number): Line | undefined {
  const curve = arm.curves[key];
  if (!curve || !finite(curve)) return undefined;
  const mapping = axisCurve(key, axis, arm.curves);
  if (axis !== 'step' && !finite(mapping)) return undefined;
  // KL is an estimate from samples: smoothed like the curve itself, or the path would run to and fro.
  const over = mapping && axis === 'kl' ? { step: mapping.step, value: [...smooth(mapping, smoothing)] } : mapping;
  const smoothed = smooth(curve, smoothing);
  const measured = [...curve.value.keys()].filter((i) => Number.isFinite(curve.value[i]));
  const points = thin(measured, DRAWN)
    .map((i) => {
      const step = curve.step[i]!;
      const x = over ? valueAt(over, step) : step;
      return { armId: arm.armId, step, x, raw: curve.value[i]!, smoothed: smoothed[i]! };
    })
    .filter((point) => Number.isFinite(point.x));
  const { armId, run } = arm;
  const label = run ? `${arm.label} ${run.label}` : arm.label;
  return { armId, label, key, run, faint, points, measured: measured.length };
}

/** Tells a line from the others of its chart. */
export function lineId({ armId, key, run }: Pick<Line, 'armId' | 'key' | 'run'>): string {
  return `${run?.label ?? ''} ${armId} ${key}`;
}

/** The start policy's level: what the SFT arm measured, or where the arms stood before their first update. */
export function startLevel(arms: readonly ArmCurves[], key: MetricKey): number | undefined {
  const sft = arms.find((arm) => arm.armId === 'sft')?.curves[key]?.value.at(-1);
  if (sft !== undefined && Number.isFinite(sft)) return sft;
  const starts = arms
    .map((arm) => arm.curves[key])
    .filter((curve) => curve?.step[0] === 0)
    .map((curve) => curve!.value[0]!)
    .filter(Number.isFinite);
  return starts.length === 0 ? undefined : starts.reduce((sum, value) => sum + value, 0) / starts.length;
}

/** Everything a chart draws, from the arms' curves. */
export function chartData(spec: ChartSpec, arms: readonly ArmCurves[], wanted: XAxis, smoothing: number): ChartData {
  const axis = axisApplies(spec.key, wanted) ? wanted : 'step';
  const lines: Line[] = [];
  for (const faint of [true, false]) {
    const key = faint ? spec.companion : spec.key;
    if (!key) continue;
    for (const arm of arms) {
      // The start policy does not move: it is a rule in RL's charts, never a line of one point.
      if (arm.armId === 'sft' && metric(key).steps === 'iteration') continue;
      // Of a record, what is compared: its raw lines would hide those of the run.
      if (faint && arm.run?.record) continue;
      const made = line(arm, key, faint, axis, smoothing);
      if (made) lines.push(made);
    }
  }
  // Several runs may start from several policies: each line begins at its own.
  const oneStart = !arms.some(({ run }) => run !== undefined && !run.record);
  const baseline = spec.baseline && oneStart ? startLevel(arms, spec.key) : undefined;
  return {
    axis,
    xLabel: { step: STEP_NAMES[metric(spec.key).steps].axis, kl: 'KL from SFT (nats)', labels: 'labels used' }[axis],
    lines,
    ...(baseline === undefined ? {} : { baseline }),
  };
}

/** Curves that decide what a chart shows; the others may change without it. */
export function curvesOf(spec: ChartSpec, axis: XAxis): readonly string[] {
  return [
    spec.key,
    ...(spec.companion ? [spec.companion] : []),
    ...(axis === 'kl' ? ['eval/kl', 'objective/kl'] : axis === 'labels' ? [LABELS_USED] : []),
  ];
}

/** Whether any arm has measured what a chart shows. */
export function hasData(spec: ChartSpec, arms: readonly ArmCurves[]): boolean {
  const keys = [spec.key, ...(spec.companion ? [spec.companion] : [])];
  return arms.some((arm) => keys.some((key) => finite(arm.curves[key])));
}

/** Axes that at least one arm has data for. */
export function availableAxes(arms: readonly ArmCurves[]): readonly XAxis[] {
  const has = (...keys: string[]): boolean => arms.some((arm) => keys.some((key) => finite(arm.curves[key])));
  const axes: XAxis[] = ['step'];
  if (has('eval/kl', 'objective/kl')) axes.push('kl');
  if (has(LABELS_USED)) axes.push('labels');
  return axes;
}

/** What a reader sees at one place of the x-axis: one entry a line that has a point there. */
export interface Reading {
  /** Stays the same while a run adds points. */
  readonly id: string;
  readonly x: number;
  readonly entries: readonly { readonly line: Line; readonly point: Point }[];
}

/**
 * Places a pointer can stop at. Over steps and labels, all lines' points at one x together; where solid lines have
 * points, those of faint lines between them are passed over. Over KL, where arms never share an x, each point for
 * itself.
 */
export function readings(data: ChartData): readonly Reading[] {
  const byX = new Map<string, { id: string; x: number; entries: { line: Line; point: Point }[] }>();
  // Solid lines are read first.
  for (const line of [...data.lines].sort((a, b) => Number(a.faint) - Number(b.faint))) {
    for (const point of line.points) {
      const id = data.axis === 'kl' ? `${lineId(line)} ${point.step}` : String(point.x);
      const reading = byX.get(id) ?? { id, x: point.x, entries: [] };
      reading.entries.push({ line, point });
      byX.set(id, reading);
    }
  }
  const all = [...byX.values()].sort((a, b) => a.x - b.x);
  const isSolid = (reading: Reading): boolean => reading.entries.some(({ line }) => !line.faint);
  const solid = all.filter(isSolid);
  const [first, last] = [solid[0]?.x ?? Infinity, solid.at(-1)?.x ?? -Infinity];
  return all.filter((reading) => isSolid(reading) || reading.x < first || reading.x > last);
}

/** The reading with the point of least distance, if there is any. */
export function nearestReading(
  list: readonly Reading[],
  distance: (x: number, y: number) => number,
): Reading | undefined {
  let best: Reading | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const reading of list) {
    const d = Math.min(...reading.entries.map(({ point }) => distance(point.x, point.smoothed)));
    if (d < bestDistance) [best, bestDistance] = [reading, d];
  }
  return best;
}
