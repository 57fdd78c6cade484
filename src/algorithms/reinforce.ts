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

import { add, dispose, mean, mul, sub, tensor1d, tidy, type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';
import { streamKey, PURPOSE } from '../core/rng';
import { TOKEN } from '../core/tokens';
import {
  discountedReturns, divideByDeviation, headOf, klPenalisedRewards, lastTokenMask, maskedMean, meanSequenceKl,
  policyGradientLoss, reinforceLoss, responseMask, valueLoss, type ReinforceConstants,
} from '../losses';
import { packBatch, promptAndResponse } from '../nn/batch';
import type { Engine, Generation, Optimizer, Outputs, ParameterSet } from '../nn/types';
import { MetricsReader, update } from './train';
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
  /** The caller measures the policy after multiples of this many iterations: a yield ends there. */
  readonly measureEvery: number;
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
  /** Of the policy. */
  readonly optimizer: Optimizer;
  /** Iterations done already: policy and optimizer stand after them. Default 0. */
  readonly from?: number;
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
  const { engine, policy, optimizer, from = 0, reference } = deps;
  const { temperature, klCoef } = config;
  const reader = new MetricsReader(
    engine,
    `Lower the RL learning rate (now ${config.learningRate}) or raise the KL coefficient (now ${klCoef}).`,
  );
  try {
    for (let iteration = from; iteration < config.iterations; iteration++) {
      // Rollout
      const prompts = deps.prompts(iteration);
      const generations = await sample(engine, policy, prompts, {
        temperature,
        maxNewTokens: config.maxNewTokens,
        key: streamKey(config.seed, PURPOSE.rollout, iteration),
      });
      const rollouts = generations.map((g, i) => ({ prompt: prompts[i]!, response: g.tokens, finished: g.finished }));
      const scores = await deps.reward(rollouts, iteration);

      // Log-probabilities under SFT and under the policy (kept for the update)
      const batch = packBatch(rollouts.map(({ prompt, response }) => promptAndResponse(prompt, response)));
      const lengths = rollouts.map(({ response }) => response.length);
      const frozen = await engine.forward(reference, batch, { outputs: ['logp'], temperature });
      const forward = await engine.forward(policy, batch, {
        outputs: ['logp', 'entropy', 'value'], temperature, keep: true, detachValue: true,
      }).catch((error: unknown) => {
        frozen.dispose();
        throw error;
      });

      // Returns and advantages
      const { advantage, returns, mask, metrics } = tidy(() =>
        signals(scores, lengths, frozen.outputs.logp!, forward.outputs, klCoef));
      frozen.dispose();

      // Update
      const constants: ReinforceConstants = { advantage, returns, mask, valueCoefficient: VALUE_COEFFICIENT };
      const { loss, gradNorm } = await update(
        engine, forward, ['logp', 'value'],
        ({ logp, value }) => reinforceLoss(logp, headOf(value), constants),
        optimizer,
        {
          learningRate: config.learningRate,
          groups: [{ prefix: 'value_head.', learningRate: config.valueLearningRate }],
        },
      ).catch((error: unknown) => {
        dispose(Object.values(metrics));
        throw error;
      }).finally(() => dispose([advantage, returns, mask]));
      loss.dispose();

      reader.add(iteration + 1, { ...metrics, grad_norm: gradNorm }, {
        'completions/mean_length': lengths.reduce((sum, n) => sum + n, 0) / lengths.length,
        'completions/clipped_ratio': rollouts.filter((r) => !r.finished).length / rollouts.length,
      });
      const last = iteration === config.iterations - 1;
      if (last || reader.due || (iteration + 1) % config.measureEvery === 0) yield* reader.flush();
    }
  } finally {
    reader.dispose();
  }
}

/** What the update needs, and what the charts show of it, all on the device. Call inside `tidy`. */
function signals(
  scores: Float32Array,
  lengths: readonly number[],
  referenceLogp: Tensor2D,
  outputs: Outputs,
  klCoef: number,
): { advantage: Tensor2D; returns: Tensor2D; mask: Tensor2D; metrics: Record<string, Scalar> } {
  const { logp, entropy } = outputs as Required<Outputs>;
  const scored = logp.shape[1];
  const [mask, last] = [responseMask(lengths, scored), lastTokenMask(lengths, scored)];
  const baseline = headOf(outputs.value!);
  const score = tensor1d(scores);
  const kl = meanSequenceKl(logp, referenceLogp, mask);
  const penalty: Scalar = mul(kl, -klCoef);
  const returns = discountedReturns(klPenalisedRewards(score, logp, referenceLogp, { mask, last }, klCoef), 1);
  const advantage = divideByDeviation(sub(returns, baseline), mask);
  return {
    advantage,
    returns,
    mask,
    metrics: {
      'objective/scores': mean<Scalar>(score),
      'objective/kl': kl,
      'objective/non_score_reward': penalty,
      'objective/rlhf_reward': add(mul(mean<Scalar>(score), 1 - klCoef), penalty),
      'objective/entropy': maskedMean(entropy, mask),
      'loss/policy_avg': policyGradientLoss(logp, advantage, mask),
      'loss/value_avg': valueLoss(baseline, returns, mask),
    },
  };
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
