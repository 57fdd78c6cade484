// Expert iteration on best-of-n samples, and RAFT
//   in each round: y*(x) = argmax over n samples of r(x, y), y ~ pi;   then  L = -mean_t log pi(y*_t | x, y*_<t)
// One round from the SFT policy: expert iteration as in AlpacaFarm (Dubois et al. 2023, arXiv 2305.14387; there n = 16),
// after Anthony et al. 2017 (arXiv 1705.08439). Many rounds, each with samples of the policy as it then is: RAFT, reward
// ranked fine-tuning (Dong et al. 2023, arXiv 2304.06767), algorithm 1 with its ranking within each prompt.
// Nothing holds the policy near the SFT policy but the small number of samples: see the KL of `bestOfN`.
// Departures: RAFT's optional KL term inside the reward is left to `reward`; the learning rate falls over the whole run.

import { PURPOSE, streamKey } from '../core/rng';
import { mean } from '../core/stats';
import type { Engine, Optimizer, ParameterSet } from '../nn/types';
import { epochBatch, epochSteps } from './batches';
import { bestOfN, type Best } from './bestOfN';
import { imitate, learnResponse } from './imitation';
import type { Rollout } from './rollouts';
import type { Algorithm } from './types';

export interface ExpertIterationConfig {
  /** 1 is expert iteration, more is RAFT. */
  readonly rounds: number;
  /** Prompts of a round. */
  readonly prompts: number;
  /** Responses drawn for each prompt, of which the best is learned. */
  readonly n: number;
  /** Times a round goes through what it learns from. */
  readonly epochs: number;
  /** Responses per step. */
  readonly batch: number;
  /** Peak; linear decay to a tenth over all rounds. */
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly temperature: number;
  /** Most tokens of a response, end-of-text included. */
  readonly maxNewTokens: number;
  /** The caller measures the policy after multiples of this many steps: a yield ends there. */
  readonly measureEvery: number;
  readonly seed: number;
}

export interface ExpertIterationDeps {
  readonly engine: Engine;
  /** Starts as a copy of the SFT policy; trained in place. */
  readonly policy: ParameterSet;
  /** Of the policy. */
  readonly optimizer: Optimizer;
  /** Steps taken already: policy and optimizer stand after them. Default 0. */
  readonly from?: number;
  /**
   * What each round learns from. The method fills it in as a round begins; whoever goes on with `from` inside a round
   * hands back what it held, because the policy that drew it is gone.
   */
  readonly picked: Map<number, readonly Best[]>;
  /** The prompts of a round, `config.prompts` of them. */
  prompts(round: number): readonly ArrayLike<number>[];
  /** Reward of each response; those to one prompt lie side by side. */
  reward(rollouts: readonly Rollout[], round: number): Promise<Float32Array>;
}

/** Steps of the whole run. */
export function expertIterationSteps(config: Pick<ExpertIterationConfig, 'rounds' | 'prompts' | 'batch' | 'epochs'>): number {
  return config.rounds * epochSteps(config, config.prompts);
}

/**
 * Yields loss/nll_avg and grad_norm at each step and, at the first of a round, objective/scores (mean reward of all
 * samples) and objective/scores_best (of those learned).
 * @throws RangeError where `from` lies inside a round of which `picked` holds nothing.
 */
export async function* expertIteration(config: ExpertIterationConfig, deps: ExpertIterationDeps): Algorithm<void> {
  const { engine, policy, optimizer, from = 0, picked } = deps;
  const { n, temperature, maxNewTokens, seed } = config;
  const total = expertIterationSteps(config);
  const perRound = epochSteps(config, config.prompts);
  for (let round = Math.floor(from / perRound); round < config.rounds; round++) {
    const start = round * perRound;
    if (from > start && !picked.has(round)) {
      throw new RangeError(`step ${from} lies inside round ${round}, and what it learns from is not there`);
    }
    const best = picked.get(round) ?? await bestOfN(
      engine, policy, deps.prompts(round),
      { n, temperature, maxNewTokens, key: streamKey(seed, PURPOSE.rollout, round) },
      (rollouts) => deps.reward(rollouts, round),
    );
    picked.set(round, best);
    const order = { ...config, seed: streamKey(seed, PURPOSE.shuffle, round) };
    yield* imitate(
      { ...config, from: Math.max(from, start), to: start + perRound, total },
      {
        engine, policy, optimizer,
        examples: (step) => epochBatch(order, best, step - start).map(learnResponse),
        notes: (step) => (step > start ? {} : {
          'objective/scores': mean(best.map(({ meanScore }) => meanScore)),
          'objective/scores_best': mean(best.map(({ score }) => score)),
        }),
      },
    );
  }
}
