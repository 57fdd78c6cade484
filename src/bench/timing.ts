import { sampleQuantile } from '../core/stats';

/** How long something is warmed up and measured. */
export interface TimeBudget {
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Fewest measured repeats, however long they take. */
  readonly leastRepeats: number;
}

/** Of the page and the command. */
export const FULL: TimeBudget = { warmUpMs: 500, measureMs: 2000, leastRepeats: 5 };
/** A first impression, for tests. */
export const QUICK: TimeBudget = { warmUpMs: 50, measureMs: 150, leastRepeats: 3 };

/** Middle value and quartiles. */
export interface Spread {
  readonly median: number;
  readonly quartiles: [low: number, high: number];
}

/** @throws RangeError on no values. */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('spread of no values');
  const sorted = [...values].sort((a, b) => a - b);
  const quantile = (p: number): number => sampleQuantile(sorted, p);
  return { median: quantile(0.5), quartiles: [quantile(0.25), quantile(0.75)] };
}

/**
 * Runs `once` until the warm-up is over, then until the measured time is, and at least `leastRepeats` times.
 * @param between called before each repeat, outside the clock, with the share of the time that has gone, 0..1.
 * @param now milliseconds.
 * @returns milliseconds of each measured repeat and what it resolved to.
 */
export async function timeRepeats<T>(
  once: () => Promise<T>,
  budget: TimeBudget,
  between: (share: number) => Promise<void> = async () => undefined,
  now: () => number = () => performance.now(),
): Promise<{ ms: number; result: T }[]> {
  const { warmUpMs, measureMs, leastRepeats } = budget;
  let warm = 0;
  do {
    await between(Math.min(warm, warmUpMs) / (warmUpMs + measureMs));
    const started = now();
    await once();
    warm += now() - started;
  } while (warm < warmUpMs);
  const repeats: { ms: number; result: T }[] = [];
  let measured = 0;
  while (repeats.length < leastRepeats || measured < measureMs) {
    await between((warmUpMs + Math.min(measured, measureMs)) / (warmUpMs + measureMs));
    const started = now();
    const result = await once();
    const ms = now() - started;
    measured += ms;
    repeats.push({ ms, result });
  }
  return repeats;
}
