// PPO with a KL penalty on each token, the RL of the first RLHF papers
//   R_t = -beta log(pi_old(y_t) / pi_SFT(y_t)), plus (1 - beta) r(x, y) on the last token; A_t by GAE(lambda), gamma = 1
//   L = -mean_t min(rho_t A_t, clip(rho_t, 1 - eps, 1 + eps) A_t) + c 1/2 mean_t max((V_t - Z_t)^2, (clip(V_t) - Z_t)^2)
//   rho_t = pi(y_t) / pi_old(y_t),   Z_t = A_t + V_old,t,   clip(V_t) within eps_V of V_old,t
// Schulman et al. 2017 (arXiv 1707.06347), equation 7; Ziegler et al. 2019 (arXiv 1909.08593); Stiennon et al. 2020
// (arXiv 2009.01325); details after Huang et al. 2024 (arXiv 2403.17031). KL estimator: k1, at the sampling temperature.
// Where tokens are scored one by one (Wu et al. 2023, arXiv 2306.01693) each is paid its own (1 - beta) r_t; r is their sum.
// Departures: the coefficients 1 - beta and beta put the method on the axis of `reinforce` (the papers have r - beta KL);
// the value is a linear head on the policy's own states, which it does not move, instead of a second network; whitening
// divides by the population's deviation; no penalty for a response without end-of-text and no adaptive beta; AdamW with a
// clipped gradient norm; sampling bans the reserved ids other than end-of-text, while log pi is normalised over all ids.

import { add, mul, tensor1d, type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';
import {
  approxKl, clipFraction, clippedPolicyLoss, clippedValueLoss, generalisedAdvantages, headOf, importanceRatio,
  klPenalisedRewards, lastTokenMask, maskedMean, ppoLoss, responseMask, whiten,
} from '../losses';
import type { Outputs } from '../nn/types';
import {
  collectRollouts, completionMetrics, divergenceAdvice, minibatchSteps, objectiveMetrics, paidRewards, underBoth,
  VALUE_COEFFICIENT, type OnPolicyConfig, type OnPolicyDeps, type ReuseConfig, type RolloutBatch,
} from './rollouts';
import { MetricsReader } from './train';
import type { Algorithm } from './types';

export interface PpoConfig extends OnPolicyConfig, ReuseConfig {
  readonly valueLearningRate: number;
  /** Lambda of the advantages: 0 = TD error, 1 = return minus value. */
  readonly gaeLambda: number;
  /** Eps of the importance ratio, > 0. */
  readonly clipRange: number;
  /** Eps of the value, > 0, in units of the reward. */
  readonly valueClipRange: number;
  /** Divide the rewards of tokens by their deviation over the batch, the mean staying. */
  readonly whitenRewards: boolean;
  /** Bring the advantages of the batch to mean 0 and deviation 1. */
  readonly whitenAdvantages: boolean;
}

/** [B, S] each, as they were when the rollouts were sampled. */
interface Experience extends Readonly<Record<string, Tensor2D>> {
  readonly oldLogp: Tensor2D;
  readonly oldValue: Tensor2D;
  readonly advantage: Tensor2D;
  readonly returns: Tensor2D;
  readonly mask: Tensor2D;
}

/**
 * Yields TRL's objective/*, policy/approxkl_avg, policy/clipfrac_avg, val/ratio, loss/*, completions/* and grad_norm, one
 * point an iteration; those of steps are means over its epochs and minibatches.
 */
export async function* ppo(config: PpoConfig, deps: OnPolicyDeps): Algorithm<void> {
  const { from = 0 } = deps;
  const { clipRange, valueClipRange } = config;
  const reader = new MetricsReader(deps.engine, divergenceAdvice(config));
  try {
    for (let iteration = from; iteration < config.iterations; iteration++) {
      // Rollout
      const rollouts = await collectRollouts(config, deps, iteration);

      // Rewards, advantages and returns
      const { experience, figures } = await underBoth(
        deps, rollouts.batch, { outputs: ['logp', 'entropy', 'value'], temperature: config.temperature },
        (outputs, referenceLogp) => experienceOf(config, rollouts, outputs, referenceLogp),
      );

      // Updates
      const metrics = await minibatchSteps(deps, {
        rollouts, groupSize: 1, constants: experience, metrics: figures, iteration, config,
        outputs: ['logp', 'value'],
        loss: ({ logp, value }, constants) =>
          ppoLoss(logp, headOf(value), { ...constants, clipRange, valueClipRange, valueCoefficient: VALUE_COEFFICIENT }),
        measure: ({ logp, value }, constants) => {
          const { oldLogp, advantage, mask } = constants;
          const ratio = importanceRatio(logp, oldLogp);
          return {
            'policy/approxkl_avg': approxKl(logp, oldLogp, mask),
            'policy/clipfrac_avg': clipFraction(ratio, advantage, mask, clipRange),
            'val/ratio': maskedMean(ratio, mask),
            'loss/policy_avg': clippedPolicyLoss(logp, { ...constants, clipRange }),
            'loss/value_avg': clippedValueLoss(headOf(value), { ...constants, valueClipRange }),
          };
        },
        options: {
          learningRate: config.learningRate,
          groups: [{ prefix: 'value_head.', learningRate: config.valueLearningRate }],
        },
      });

      reader.add(iteration + 1, metrics, completionMetrics(rollouts.rollouts));
      const last = iteration === config.iterations - 1;
      if (last || reader.due || (iteration + 1) % config.measureEvery === 0) yield* reader.flush();
    }
  } finally {
    reader.dispose();
  }
}

/** What the updates hold constant, and the figures of the objective. Call inside `tidy`. */
function experienceOf(
  { klCoef, gaeLambda, whitenRewards, whitenAdvantages }: PpoConfig,
  rollouts: RolloutBatch,
  outputs: Outputs,
  referenceLogp: Tensor2D,
): { experience: Experience; figures: Record<string, Scalar> } {
  const { scores, lengths } = rollouts;
  const scored = referenceLogp.shape[1];
  const [mask, last] = [responseMask(lengths, scored), lastTokenMask(lengths, scored)];
  const oldLogp: Tensor2D = mul(outputs.logp!, mask);
  const oldValue: Tensor2D = mul(headOf(outputs.value!), mask);
  const raw = klPenalisedRewards(paidRewards(rollouts), oldLogp, referenceLogp, { mask, last }, klCoef);
  const rewards = whitenRewards ? whiten(raw, mask, false) : raw;
  const advantage = generalisedAdvantages(rewards, oldValue, mask, gaeLambda);
  return {
    experience: {
      oldLogp,
      oldValue,
      returns: add(advantage, oldValue),
      advantage: whitenAdvantages ? whiten(advantage, mask, true) : advantage,
      mask,
    },
    figures: objectiveMetrics(tensor1d(scores), outputs, referenceLogp, mask, klCoef),
  };
}
