/**
 * Several runs of one experiment that differ in their seed: bands of curves, figures, and two arms side by side. Runs are
 * independent draws of pairs, labels and rollouts, so these intervals hold what the intervals of one run leave out. Test
 * posts are the same in every run: the luck of their choice is in the value and in no interval here.
 */
import type { Curve, Estimate } from '../core/bundle';
import { mean, tCdf, type Interval } from '../core/stats';
import { meanEstimate } from './estimate';

/** `std`: mean +- s, s with n - 1. `stderr`: mean +- s / sqrt(n). `min-max`: least and greatest. */
export type BandKind = 'std' | 'stderr' | 'min-max';

export interface BandPoint {
  readonly step: number;
  /** Over the runs that have a value at this step. */
  readonly mean: number;
  /** Absent where one run only has a value. */
  readonly band?: Interval;
  /** Runs with a value at this step; where it changes along the curve, so does what the mean is of. */
  readonly n: number;
}

/**
 * Curves of one arm, one a run, as one curve with a band. Every step that any run has is in it, ascending; a run counts at
 * the steps where it has a finite value, so one that ended early counts up to its end. Steps are not interpolated: curves
 * recorded at different steps do not mix. Of a step that a curve has twice, the later value counts.
 */
export function bandOverSeeds(curves: readonly Curve[], kind: BandKind): BandPoint[] {
  const at = new Map<number, number[]>();
  for (const { step, value } of curves) {
    const own = new Map(step.map((s, i) => [s, value[i]]));
    for (const [s, v] of own) if (v !== undefined && Number.isFinite(v)) at.set(s, [...(at.get(s) ?? []), v]);
  }
  return [...at].sort(([a], [b]) => a - b).map(([step, values]) => {
    const center = mean(values);
    return { step, mean: center, ...(values.length > 1 ? { band: bandOf(values, center, kind) } : {}), n: values.length };
  });
}

function bandOf(values: readonly number[], center: number, kind: BandKind): Interval {
  if (kind === 'min-max') return [Math.min(...values), Math.max(...values)];
  const half = deviation(values) / (kind === 'stderr' ? Math.sqrt(values.length) : 1);
  return [center - half, center + half];
}

/** Sample standard deviation, with n - 1. */
function deviation(values: readonly number[]): number {
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}

const ONE_SEED = 'one seed says nothing of spread';

export type SeedEstimate =
  | { readonly ok: true; readonly estimate: Estimate }
  /** One run: its figure, without an interval. */
  | { readonly ok: false; readonly value: number; readonly reason: string };

/**
 * One figure of several runs: mean and 95% t interval over seeds; `n` counts runs. With few runs the interval is wide: its
 * half is 9.0 s for two runs, 2.5 s for three, 1.2 s for five.
 * @param values one a run. @throws RangeError on none.
 */
export function estimateOverSeeds(values: readonly number[]): SeedEstimate {
  if (values.length === 1) return { ok: false, value: mean(values), reason: ONE_SEED };
  return { ok: true, estimate: meanEstimate(values, 'seeds') };
}

/** What two arms made of the same seed. */
export interface SeedDifference {
  readonly seed: number;
  /** Figure of a less that of b. */
  readonly difference: number;
}

interface Paired {
  /** One a seed that both arms have, seeds ascending. */
  readonly differences: readonly SeedDifference[];
  /** Seeds that one arm only has: they do not count. Ascending. */
  readonly unpaired: readonly number[];
}

export interface PairedComparison extends Paired {
  readonly ok: true;
  /** Mean difference with its 95% t interval; `n` counts seeds. */
  readonly estimate: Estimate;
  /** Seeds where a has more than b. */
  readonly aAbove: number;
  /** Seeds where both have the same. */
  readonly ties: number;
  /** Of the paired t-test, two-sided. Absent where all differences are the same but for rounding: t is then no number. */
  readonly p?: number;
}

export type AcrossSeeds = PairedComparison | (Paired & { readonly ok: false; readonly reason: string });

/** Relative to the figures: what rounding alone may spread their differences by. */
const ROUNDING = 1e-12;

/**
 * Two arms by one figure, paired by seed: both arms of a run start from the same pairs and random numbers, and what those
 * add to both drops out. t = mean / (s / sqrt(n)) with n - 1 degrees of freedom (Student 1908). It takes the differences for
 * normal, which a handful of seeds cannot show; `aAbove` takes nothing for granted. No correction for many comparisons.
 * @param a figure by seed. @param b the other arm's.
 * @returns on one shared seed its difference and why there is no more.
 */
export function compareOverSeeds(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): AcrossSeeds {
  const seeds = [...new Set([...a.keys(), ...b.keys()])].sort((x, y) => x - y);
  const differences: SeedDifference[] = [];
  const unpaired: number[] = [];
  let scale = 0;
  for (const seed of seeds) {
    const [ofA, ofB] = [a.get(seed), b.get(seed)];
    if (ofA === undefined || ofB === undefined) {
      unpaired.push(seed);
      continue;
    }
    differences.push({ seed, difference: ofA - ofB });
    scale = Math.max(scale, Math.abs(ofA), Math.abs(ofB));
  }
  const n = differences.length;
  if (n < 2) return { ok: false, reason: n === 0 ? 'the arms share no seed' : ONE_SEED, differences, unpaired };
  const values = differences.map(({ difference }) => difference);
  const estimate = meanEstimate(values, 'seeds');
  const s = deviation(values);
  return {
    ok: true,
    differences,
    unpaired,
    estimate,
    aAbove: values.filter((value) => value > 0).length,
    ties: values.filter((value) => value === 0).length,
    ...(s > ROUNDING * scale ? { p: 2 * tCdf(-Math.abs(estimate.value / (s / Math.sqrt(n))), n - 1) } : {}),
  };
}
