import type { Curve } from '../../core/bundle';

/**
 * Debiased exponential moving average over steps, not over drawn points, so that a curve measured every fifth step is
 * smoothed over the same stretch as one measured at every step:
 *   y_n = sum_i a^(s_n - s_i) v_i / sum_i a^(s_n - s_i),  i <= n
 * A curve that never changes comes back as it is; non-finite values pass through and leave the average alone.
 *
 * @param smoothing a in [0, 1); 0 gives the raw values.
 * @returns one value a point of the curve.
 */
export function smooth(curve: Curve, smoothing: number): readonly number[] {
  if (!(smoothing >= 0 && smoothing < 1)) throw new RangeError(`smoothing ${smoothing} is outside [0, 1)`);
  const { step, value } = curve;
  if (smoothing === 0 || value.every((v) => v === value[0])) return value;
  let weighted = 0;
  let weights = 0;
  let last = step[0] ?? 0;
  return value.map((v, i) => {
    if (!Number.isFinite(v)) return v;
    const decay = smoothing ** Math.max(0, step[i]! - last);
    last = step[i]!;
    weighted = weighted * decay + v;
    weights = weights * decay + 1;
    return weighted / weights;
  });
}

/** Value of a curve (steps ascend) at a step: linear between its points, held beyond its ends; NaN without points. */
export function valueAt(curve: Curve, step: number): number {
  const { step: steps, value } = curve;
  if (steps.length === 0) return Number.NaN;
  let low = 0;
  let high = steps.length - 1;
  if (step <= steps[low]!) return value[low]!;
  if (step >= steps[high]!) return value[high]!;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (steps[middle]! <= step) low = middle;
    else high = middle;
  }
  const share = (step - steps[low]!) / (steps[high]! - steps[low]!);
  return value[low]! + share * (value[high]! - value[low]!);
}
