import { sampleQuantile } from '../core/stats';

/**
 * The differences between two columns in bins of equal width, the middle one around zero: the neutral zone, in which neither
 * is ahead by half a bin or more. The outermost bins are open, so that a few large differences do not widen all.
 */

export interface Bin {
  /** 0 is the neutral zone; below it b is ahead, above it a. */
  readonly index: number;
  /**
   * Differences `[from, to)`, mirrored below zero; of the neutral zone, the open interval between them. Infinite where the bin
   * is open.
   */
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export interface Histogram {
  readonly width: number;
  /** From the lowest index to the highest, the empty ones between them too. */
  readonly bins: readonly Bin[];
  /** How many differences. */
  readonly n: number;
}

/** Most bins on each side of the neutral zone. */
const MOST_SIDE = 10;
/** Share of the differences that are nearer to zero than the open bins. */
const FITTING = 0.95;
/** Bin widths that read well, times a power of ten. */
const NICE = [1, 2, 2.5, 5, 10];

/** A width with which most differences lie in bins that are not open. @param differences finite ones */
export function binWidth(differences: readonly number[], least = 0): number {
  const sizes = differences.map(Math.abs).sort((one, other) => one - other);
  if ((sizes.at(-1) ?? 0) === 0) return Math.max(1, least);
  const fitting = sampleQuantile(sizes, FITTING);
  // Nearly all are equal: the few others are what there is to see.
  const most = fitting > 0 ? fitting : sizes.at(-1)!;
  const wanted = Math.max(least, most / (MOST_SIDE - 0.5));
  const power = 10 ** Math.floor(Math.log10(wanted));
  const nice = NICE.find((step) => step * power >= wanted * (1 - 1e-9)) ?? 10;
  return Number((nice * power).toPrecision(6));
}

/** The bin of a difference. */
export function binOf(difference: number, width: number): number {
  // Decimals are not exact in binary: what is a boundary in decimals counts as one.
  const steps = Math.min(MOST_SIDE, Math.floor(Math.abs(difference) / width + 0.5 + 1e-9));
  return steps === 0 ? 0 : Math.sign(difference) * steps;
}

/** Between which differences a bin lies. */
export function binRange(index: number, width: number): Pick<Bin, 'from' | 'to'> {
  const edge = (at: number): number => Number((at * width).toPrecision(9));
  return {
    from: index <= -MOST_SIDE ? -Infinity : edge(index - 0.5),
    to: index >= MOST_SIDE ? Infinity : edge(index + 0.5),
  };
}

export function histogramOf(differences: readonly number[], width: number): Histogram {
  const counts = new Map<number, number>();
  for (const value of differences) {
    const index = binOf(value, width);
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  const side = Math.max(0, ...[...counts.keys()].map(Math.abs));
  const bins = Array.from({ length: 2 * side + 1 }, (_, i): Bin => {
    const index = i - side;
    return { index, ...binRange(index, width), count: counts.get(index) ?? 0 };
  });
  return { width, bins, n: differences.length };
}
