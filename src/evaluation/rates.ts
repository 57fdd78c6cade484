import type { Evaluation } from '../core/bundle';
import { RATE_IDS, type RateId } from '../core/rates';
import type { Check, Prompt, Task } from '../tasks/types';
import { shareEstimate } from './estimate';

/** Of each rate of a task, 1 or 0 for every response to a prompt that it is about. */
export function rateOutcomes(
  { rates = {} }: Pick<Task, 'rates'>, posts: readonly { readonly prompt: Prompt; readonly check: Check }[],
): Partial<Record<RateId, number[]>> {
  return Object.fromEntries(RATE_IDS.flatMap((id) => {
    const counts = rates[id];
    if (!counts) return [];
    return [[id, posts.flatMap(({ prompt, check }) => {
      const counted = counts(prompt, check);
      return counted === undefined ? [] : [Number(counted)];
    })]];
  }));
}

/** The rates with Wilson intervals over posts; without those that none of the prompts is about. */
export function rateEstimates(...of: Parameters<typeof rateOutcomes>): NonNullable<Evaluation['rates']> {
  return Object.fromEntries(
    Object.entries(rateOutcomes(...of)).flatMap(([id, outcomes]) => (outcomes.length > 0 ? [[id, shareEstimate(outcomes, 'posts')]] : [])),
  );
}
