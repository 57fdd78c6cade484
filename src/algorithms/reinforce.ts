// REINFORCE with a learned value baseline, the RL of RLAIF
//   J(theta) = E[ (1 - beta) r(x, y) - beta KL(pi || pi_SFT) ]
//   L = -mean_t [ log pi(y_t | x, y_<t) * sg(Z_t - V_t) ] + mean_t (Z_t - V_t)^2,   gamma = 1
// Lee et al. 2023 (arXiv 2309.00267), section 2.2 and appendix on REINFORCE; Williams 1992.
// KL estimator: k1 on the sampled tokens, log pi - log pi_SFT (Schulman 2020), at the sampling temperature.
// Departures: the KL penalty is paid at the token that causes it, not all at the last token (same sum, less variance);
// advantages are divided by their standard deviation over the batch; the value is a linear head on the policy's own
// states, which it does not move, instead of a second network; AdamW instead of Adafactor; sampling bans the reserved ids
// other than end-of-text, while log pi is normalised over all ids (3.7e-5 nats a response apart for the shipped SFT, up
// to 0.066 for a barely trained policy).

import { add, dispose, mul, tensor2d, tidy, type Scalar } from '@tensorflow/tfjs-core';
import { streamKey, PURPOSE } from '../core/rng';
import { TOKEN } from '../core/tokens';
import {
  discountedReturns, divideByDeviation, headOf, klPenalisedRewards, moments, policyGradientLoss, responseMaskArray,
  valueLoss,
} from '../losses';
import { packBatch, promptAndResponse } from '../nn/batch';
import type { Engine, Generation, ParameterSet } from '../nn/types';
import { update } from './train';
import type { Algorithm } from './types';

export interface ReinforceConfig {
  readonly iterations: number;
  /** Beta, 0..1. */
  readonly klCoef: number;
  readonly learningRate: number;
  readonly valueLearningRate: number;
  readonly temperature: number;
  /** Most tokens of a response, end-of-text included. */
  readonly maxNewTokens: number;
  readonly seed: number;
}

export interface Rollout {
  readonly prompt: ArrayLike<number>;
  readonly response: Int32Array;
  readonly finished: boolean;
}

export interface ReinforceDeps {
  readonly engine: Engine;
  /** Trained in place. */
  readonly policy: ParameterSet;
  /** The frozen SFT policy. */
  readonly reference: ParameterSet;
  /** The prompts of an iteration, each answered once. */
  prompts(iteration: number): readonly ArrayLike<number>[];
  /** Reward of each response. */
  reward(rollouts: readonly Rollout[], iteration: number): Promise<Float32Array>;
}

/**
 * Weight of the value loss. AdamW makes the value head's own steps blind to it; it only keeps the head's gradient from
 * filling the global norm that the policy's gradient is clipped by.
 */
const VALUE_COEFFICIENT = 0.01;

/** Yields TRL's objective/*, loss/*, completions/* and grad_norm, one point an iteration. */
export async function* reinforce(config: ReinforceConfig, deps: ReinforceDeps): Algorithm<void> {
  const { engine, policy, reference } = deps;
  const { temperature, klCoef } = config;
  const optimizer = engine.createOptimizer(policy);
  try {
    for (let iteration = 0; iteration < config.iterations; iteration++) {
      // Rollout
      const prompts = deps.prompts(iteration);
      const generations = await sample(engine, policy, prompts, {
        temperature,
        maxNewTokens: config.maxNewTokens,
        key: streamKey(config.seed, PURPOSE.rollout, iteration),
      });
      const rollouts = generations.map((g, i) => ({ prompt: prompts[i]!, response: g.tokens, finished: g.finished }));
      const scores = await deps.reward(rollouts, iteration);

      // Log-probabilities under the policy (kept for the update) and under SFT
      const batch = packBatch(rollouts.map(({ prompt, response }) => promptAndResponse(prompt, response)));
      const lengths = rollouts.map(({ response }) => response.length);
      const mask = responseMaskArray(lengths, batch.scored);
      const frozen = engine.forward(reference, batch, { outputs: ['logp'], temperature });
      const referenceLogp = Float32Array.from(await frozen.outputs.logp!.data());
      frozen.dispose();
      const forward = engine.forward(policy, batch, {
        outputs: ['logp', 'entropy', 'value'], temperature, keep: true, detachValue: true,
      });
      const logp = Float32Array.from(await forward.outputs.logp!.data());
      const entropy = await forward.outputs.entropy!.data();
      const values = headOf(forward.outputs.value!);
      const baseline = await values.data();
      values.dispose();

      // Returns and advantages
      const rewards = klPenalisedRewards(scores, logp, referenceLogp, lengths, klCoef);
      const returns = discountedReturns(rewards, lengths, 1);
      const advantages = divideByDeviation(returns.map((z, i) => z - baseline[i]!), mask);

      // Update
      const shape: [number, number] = [batch.rows, batch.scored];
      const [maskT, advantageT, returnT] = [tensor2d(mask, shape), tensor2d(advantages, shape), tensor2d(returns, shape)];
      const losses = { policy: 0, value: 0 };
      const { gradNorm } = await update(
        engine, forward, ['logp', 'value'],
        ({ logp: actionLogp, value }) =>
          tidy(() =>
            add<Scalar>(
              policyGradientLoss(actionLogp, advantageT, maskT),
              mul(VALUE_COEFFICIENT, valueLoss(headOf(value), returnT, maskT)),
            ),
          ),
        optimizer,
        {
          learningRate: config.learningRate,
          groups: [{ prefix: 'value_head.', learningRate: config.valueLearningRate }],
        },
        {
          step: iteration,
          advice: `Lower the RL learning rate (now ${config.learningRate}) or raise the KL coefficient (now ${klCoef}).`,
        },
      ).finally(() => dispose([maskT, advantageT, returnT]));

      const tokens = lengths.reduce((sum, n) => sum + n, 0);
      let klSum = 0;
      for (let i = 0; i < mask.length; i++) {
        if (mask[i] === 0) continue;
        klSum += logp[i]! - referenceLogp[i]!;
        losses.policy -= (logp[i]! * advantages[i]!) / tokens;
        losses.value += (returns[i]! - baseline[i]!) ** 2 / tokens;
      }
      const score = moments(scores).mean;
      const kl = klSum / lengths.length;
      yield {
        step: iteration + 1,
        values: {
          'objective/scores': score,
          'objective/kl': kl,
          'objective/non_score_reward': -klCoef * kl,
          'objective/rlhf_reward': (1 - klCoef) * score - klCoef * kl,
          'objective/entropy': moments(entropy, mask).mean,
          'loss/policy_avg': losses.policy,
          'loss/value_avg': losses.value,
          'completions/mean_length': tokens / lengths.length,
          'completions/clipped_ratio': rollouts.filter((r) => !r.finished).length / rollouts.length,
          grad_norm: gradNorm,
        },
      };
    }
  } finally {
    optimizer.dispose();
  }
}

/** One response to each prompt; the separator is added here. */
export function sample(
  engine: Engine,
  policy: ParameterSet,
  prompts: readonly ArrayLike<number>[],
  options: { temperature: number; maxNewTokens: number; key: number; firstRow?: number; samplesPerPrompt?: number },
): Promise<Generation[]> {
  return engine.generate(policy, prompts.map((prompt) => [...Array.from(prompt), TOKEN.sep]), {
    ...options,
    bannedIds: RESERVED,
  });
}

/** A response is made of words: every reserved id but end-of-text is banned. */
const RESERVED: readonly number[] = Array.from({ length: TOKEN.firstWord }, (_, id) => id).filter((id) => id !== TOKEN.eos);
