import type { Estimate } from '../core/bundle';
import { mean, meanInterval, wilsonInterval } from '../core/stats';

/** Mean with its 95% t interval. @throws RangeError on fewer than two values. */
export function meanEstimate(values: ArrayLike<number>, over: Estimate['over']): Estimate {
  return { value: mean(values), ci: meanInterval(values), n: values.length, over };
}

/**
 * Share with its 95% Wilson interval. @param outcomes 1, 0, or 0.5 for a tie.
 * @throws RangeError on none.
 */
export function shareEstimate(outcomes: readonly number[], over: Estimate['over']): Estimate {
  const successes = outcomes.reduce((sum, outcome) => sum + outcome, 0);
  const ci = wilsonInterval(successes, outcomes.length);
  return { value: successes / outcomes.length, ci, n: outcomes.length, over };
}
