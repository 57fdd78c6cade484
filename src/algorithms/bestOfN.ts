// Best of n: draw n responses to a prompt and answer with the one that the reward puts highest
//   KL(best of n || policy) <= log n - (n - 1) / n
// Nakano et al. 2021 (arXiv 2112.09332) and Stiennon et al. 2020 (arXiv 2009.01325) use it; the KL formula is in
// Stiennon's appendix G.3. Beirami et al. 2024 (arXiv 2401.01879) show that it is an upper bound, met where no two
// responses have the same score and each is improbable.
// No weights change: it spends computation on every answer instead.

import { mean } from '../core/stats';
import type { Engine, ParameterSet } from '../nn/types';
import { sample, type Rollout } from './rollouts';

export interface BestOfNOptions {
  /** Responses drawn for each prompt, 1 or more. */
  readonly n: number;
  readonly temperature: number;
  /** Most tokens of a response, end-of-text included. */
  readonly maxNewTokens: number;
  /** Stream key. */
  readonly key: number;
}

/** The best of the responses to one prompt. */
export interface Best extends Rollout {
  /** Its reward. */
  readonly score: number;
  /** Mean reward of all n. */
  readonly meanScore: number;
}

/** Rows of one call of the engine: bounds its memory, changes no number. */
const ROWS = 512;

/**
 * The best of n responses to each prompt, in the order of the prompts; of equal ones the first drawn.
 * @param reward of all responses at once, the n of a prompt side by side.
 */
export async function bestOfN(
  engine: Engine,
  policy: ParameterSet,
  prompts: readonly ArrayLike<number>[],
  { n, temperature, maxNewTokens, key }: BestOfNOptions,
  reward: (rollouts: readonly Rollout[]) => Promise<Float32Array>,
): Promise<Best[]> {
  const rollouts: Rollout[] = [];
  const perCall = Math.max(1, Math.floor(ROWS / n));
  for (let from = 0; from < prompts.length; from += perCall) {
    const part = prompts.slice(from, from + perCall);
    const generations = await sample(engine, policy, part, {
      temperature, maxNewTokens, key, samplesPerPrompt: n, firstRow: from * n,
    });
    generations.forEach(({ tokens, finished }, row) =>
      rollouts.push({ prompt: part[Math.floor(row / n)]!, response: tokens, finished }));
  }
  return bestOfEach(rollouts, await reward(rollouts), n);
}

/** The best of every n rollouts, which answer one prompt; of equal ones the first. */
export function bestOfEach(rollouts: readonly Rollout[], scores: Float32Array, n: number): Best[] {
  return Array.from({ length: rollouts.length / n }, (_, prompt) => {
    const own = scores.subarray(prompt * n, (prompt + 1) * n);
    const score = Math.max(...own);
    return { ...rollouts[prompt * n + own.indexOf(score)]!, score, meanScore: mean(own) };
  });
}

/** Upper bound of KL(best of n || policy), nats: log n - (n - 1) / n. */
export function bestOfNKl(n: number): number {
  return Math.log(n) - (n - 1) / n;
}

/**
 * Unbiased estimate of the gold score that the best of n by the proxy has, from N >= n samples of one prompt: the mean
 * over all subsets of n of the gold score of the subset's best. With the samples sorted by the proxy, lowest first,
 *   sum_{i=n}^{N} C(i-1, n-1) / C(N, n) gold_i.
 * Nakano et al. 2021 (arXiv 2112.09332), appendix I; used by Gao et al. 2022 (arXiv 2210.10760). One set of N samples
 * gives the whole curve over n.
 * @param proxy [N] what the best is chosen by; of equal ones the first counts as better.
 * @param gold [N]
 * @throws RangeError unless 1 <= n <= N and both have N values.
 */
export function expectedBestOfN(proxy: ArrayLike<number>, gold: ArrayLike<number>, n: number): number {
  const samples = proxy.length;
  if (gold.length !== samples || !Number.isInteger(n) || n < 1 || n > samples) {
    throw new RangeError(`best of ${n} from ${samples} samples with ${gold.length} gold scores`);
  }
  const bestFirst = Array.from({ length: samples }, (_, i) => i).sort((a, b) => proxy[b]! - proxy[a]! || a - b);
  // The weight of the best is C(N-1, n-1) / C(N, n) = n / N; each next follows from the one before, with no factorials.
  let weight = n / samples;
  let expected = 0;
  for (let rank = 0; rank <= samples - n; rank++) {
    expected += weight * gold[bestFirst[rank]!]!;
    const worse = samples - 1 - rank;
    weight *= (worse - n + 1) / worse;
  }
  return expected;
}
