// RLOO: REINFORCE with a leave-one-out baseline
//   R_i = (1 - beta) r(x, y_i) - beta log(pi(y_i | x) / pi_SFT(y_i | x))
//   L = -mean_i [ sg(R_i - mean_{j != i} R_j) log pi(y_i | x) ],   k responses y_i to each prompt
// Ahmadian et al. 2024 (arXiv 2402.14740), section 2.4; Kool et al. 2019. A whole response is one action; no value function.
// Departures: the coefficients 1 - beta and beta put the method on the axis of `reinforce` (the paper has r - beta KL);
// the sum over the batch's tokens is divided by their number, not by that of responses, which rescales a batch as a whole;
// one step a batch of rollouts, as in the paper (TRL takes up to four, with a ratio); AdamW; sampling bans the reserved
// ids other than end-of-text, while log pi is normalised over all ids.

import {
  dispose, expandDims, mul, sum, tensor1d, tidy, type Scalar, type Tensor1D, type Tensor2D,
} from '@tensorflow/tfjs-core';
import { klPenalisedRewards, lastTokenMask, leaveOneOutAdvantages, policyGradientLoss, responseMask } from '../losses';
import type { Outputs } from '../nn/types';
import {
  collectRollouts, completionMetrics, divergenceAdvice, objectiveMetrics, type OnPolicyConfig, type OnPolicyDeps,
  type RolloutBatch,
} from './rollouts';
import { MetricsReader, update } from './train';
import type { Algorithm } from './types';

export interface RlooConfig extends OnPolicyConfig {
  /** Responses k to each prompt, at least 2. */
  readonly samplesPerPrompt: number;
}

/** Yields TRL's objective/*, loss/policy_avg, completions/* and grad_norm, one point an iteration. */
export async function* rloo(config: RlooConfig, deps: OnPolicyDeps): Algorithm<void> {
  const { engine, policy, optimizer, from = 0, reference } = deps;
  const { temperature, learningRate, samplesPerPrompt } = config;
  const reader = new MetricsReader(engine, divergenceAdvice(config));
  try {
    for (let iteration = from; iteration < config.iterations; iteration++) {
      // Rollout
      const rollouts = await collectRollouts(config, deps, iteration, samplesPerPrompt);

      // Log-probabilities under SFT and under the policy (kept for the update)
      const frozen = await engine.forward(reference, rollouts.batch, { outputs: ['logp'], temperature });
      const forward = await engine.forward(policy, rollouts.batch, {
        outputs: ['logp', 'entropy'], temperature, keep: true,
      }).catch((error: unknown) => {
        frozen.dispose();
        throw error;
      });

      // Rewards and advantages
      const { advantage, mask, metrics } = tidy(() => signals(config, rollouts, forward.outputs, frozen.outputs.logp!));
      frozen.dispose();

      // Update
      const { loss, gradNorm } = await update(
        engine, forward, ['logp'], ({ logp }) => policyGradientLoss(logp, advantage, mask), optimizer, { learningRate },
      ).catch((error: unknown) => {
        dispose(Object.values(metrics));
        throw error;
      }).finally(() => dispose([advantage, mask]));

      reader.add(
        iteration + 1,
        { ...metrics, 'loss/policy_avg': loss, grad_norm: gradNorm },
        completionMetrics(rollouts.rollouts),
      );
      const last = iteration === config.iterations - 1;
      if (last || reader.due || (iteration + 1) % config.measureEvery === 0) yield* reader.flush();
    }
  } finally {
    reader.dispose();
  }
}

/** Each response's advantage on every token of it, and the figures of the objective. Call inside `tidy`. */
function signals(
  { klCoef, samplesPerPrompt }: RlooConfig,
  { scores, lengths }: RolloutBatch,
  outputs: Outputs,
  referenceLogp: Tensor2D,
): { advantage: Tensor2D; mask: Tensor2D; metrics: Record<string, Scalar> } {
  const logp = outputs.logp!;
  const scored = logp.shape[1];
  const [mask, last] = [responseMask(lengths, scored), lastTokenMask(lengths, scored)];
  const score = tensor1d(scores);
  const rewards = sum<Tensor1D>(klPenalisedRewards(score, logp, referenceLogp, { mask, last }, klCoef), 1);
  return {
    advantage: mul(expandDims(leaveOneOutAdvantages(rewards, samplesPerPrompt), 1), mask),
    mask,
    metrics: objectiveMetrics(score, outputs, referenceLogp, mask, klCoef),
  };
}
