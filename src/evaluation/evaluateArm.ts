import type { Evaluation } from '../core/bundle';
import type { UtilityWeights } from '../tasks/types';
import { utility, type Facts, type Findings } from '../tasks/utility';
import { meanEstimate, shareEstimate } from './estimate';

/** One test post and what the checker found in the arm's response to it. */
export interface CheckedPost {
  readonly prompt: Facts;
  readonly check: Findings;
}

export interface ArmMeasurements {
  /** In the order of the posts; absent for SFT itself. Sequence KL to SFT, nats. */
  readonly kl?: ArrayLike<number> | undefined;
  /** In the order of the posts; standardised reward of the arm's own reward model. */
  readonly proxyReward?: ArrayLike<number> | undefined;
  readonly winRateVsSft?: Evaluation['winRateVsSft'] | undefined;
  readonly diversity?: Evaluation['diversity'] | undefined;
  readonly entropy?: number | undefined;
  readonly drift?: Evaluation['drift'] | undefined;
  readonly rates?: Evaluation['rates'] | undefined;
}

/** Share of a post's importance that a response covers, 0..1; 0 where a post has nothing that matters. */
export function importanceShare({ facts }: Facts, check: Pick<Findings, 'covered'>): number {
  let [covered, total] = [0, 0];
  for (const { slot, importance } of facts) {
    total += importance;
    if (check.covered.includes(slot)) covered += importance;
  }
  return total > 0 ? covered / total : 0;
}

/**
 * What an arm's responses to the test posts are like. Means have t intervals, shares Wilson intervals, over posts.
 * @param weights effective gold weights: the task's times the visitor's factors.
 * @throws RangeError on fewer than two posts, or measurements of another number of posts.
 */
export function evaluateArm(
  posts: readonly CheckedPost[],
  weights: UtilityWeights,
  { kl, proxyReward, winRateVsSft, diversity, entropy, drift, rates }: ArmMeasurements = {},
): Evaluation {
  for (const values of [kl, proxyReward]) {
    if (values && values.length !== posts.length) {
      throw new RangeError(`${values.length} measurements of ${posts.length} posts`);
    }
  }
  const checks = posts.map((post) => post.check);
  return {
    goldUtility: meanEstimate(posts.map(({ prompt, check }) => utility(prompt, check, weights)), 'posts'),
    coverage: meanEstimate(posts.map(({ prompt, check }) => importanceShare(prompt, check)), 'posts'),
    hallucinationRate: shareEstimate(checks.map((check) => Number(check.invented > 0)), 'posts'),
    disfluencyRate: shareEstimate(checks.map((check) => Number(check.stumbles > 0)), 'posts'),
    length: meanEstimate(checks.map((check) => check.words), 'posts'),
    ...(kl ? { kl: meanEstimate(kl, 'posts') } : {}),
    ...(proxyReward ? { proxyReward: meanEstimate(proxyReward, 'posts') } : {}),
    ...(winRateVsSft ? { winRateVsSft } : {}),
    ...(diversity ? { diversity } : {}),
    ...(entropy === undefined ? {} : { entropy }),
    ...(drift ? { drift } : {}),
    ...(rates && Object.keys(rates).length > 0 ? { rates } : {}),
  };
}
