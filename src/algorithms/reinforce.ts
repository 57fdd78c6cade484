// REINFORCE with a learned value baseline, the RL of RLAIF
//   J(theta) = E[ (1 - beta) r(x, y) - beta KL(pi || pi_SFT) ]
//   L = -mean_t [ log pi(y_t | x, y_<t) * sg(Z_t - V_t) ] + mean_t (Z_t - V_t)^2,   gamma = 1
// Lee et al. 2023 (arXiv 2309.00267), section 2.2 and appendix on REINFORCE; Williams 1992.
// KL estimator: k1 on the sampled tokens, log pi - log pi_SFT (Schulman 2020), at the sampling temperature.
// Where tokens are scored one by one (Wu et al. 2023, arXiv 2306.01693) each is paid its own (1 - beta) r_t; r is their sum.
// Departures: the KL penalty is paid at the token that causes it, not all at the last token (same sum, less variance);
// advantages are divided by their standard deviation over the batch; the value is a linear head on the policy's own
// states, which it does not move, instead of a second network; AdamW instead of Adafactor; sampling bans the reserved ids
// other than end-of-text, while log pi is normalised over all ids (3.7e-5 nats a response apart for the shipped SFT, up
// to 0.066 for a barely trained policy).

import { dispose, sub, tensor1d, tidy, type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';
import {
  discountedReturns, divideByDeviation, headOf, klPenalisedRewards, lastTokenMask, policyGradientLoss, reinforceLoss,
  responseMask, valueLoss, type ReinforceConstants,
} from '../losses';
import type { Outputs } from '../nn/types';
import {
  collectRollouts, completionMetrics, divergenceAdvice, objectiveMetrics, paidRewards, VALUE_COEFFICIENT,
  type OnPolicyConfig, type OnPolicyDeps, type RolloutBatch,
} from './rollouts';
import { MetricsReader, update } from './train';
import type { Algorithm } from './types';

export interface ReinforceConfig extends OnPolicyConfig {
  readonly valueLearningRate: number;
}

/** Yields TRL's objective/*, loss/*, completions/* and grad_norm, one point an iteration. */
export async function* reinforce(config: ReinforceConfig, deps: OnPolicyDeps): Algorithm<void> {
  const { engine, policy, optimizer, from = 0, reference } = deps;
  const { temperature, klCoef } = config;
  const reader = new MetricsReader(engine, divergenceAdvice(config));
  try {
    for (let iteration = from; iteration < config.iterations; iteration++) {
      // Rollout
      const rollouts = await collectRollouts(config, deps, iteration);
      const { batch } = rollouts;

      // Log-probabilities under SFT and under the policy (kept for the update)
      const frozen = await engine.forward(reference, batch, { outputs: ['logp'], temperature });
      const forward = await engine.forward(policy, batch, {
        outputs: ['logp', 'entropy', 'value'], temperature, keep: true, detachValue: true,
      }).catch((error: unknown) => {
        frozen.dispose();
        throw error;
      });

      // Returns and advantages
      const { advantage, returns, mask, metrics } = tidy(() =>
        signals(rollouts, frozen.outputs.logp!, forward.outputs, klCoef));
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

      reader.add(iteration + 1, { ...metrics, grad_norm: gradNorm }, completionMetrics(rollouts.rollouts));
      const last = iteration === config.iterations - 1;
      if (last || reader.due || (iteration + 1) % config.measureEvery === 0) yield* reader.flush();
    }
  } finally {
    reader.dispose();
  }
}

/** What the update needs, and what the charts show of it, all on the device. Call inside `tidy`. */
function signals(
  rollouts: RolloutBatch,
  referenceLogp: Tensor2D,
  outputs: Outputs,
  klCoef: number,
): { advantage: Tensor2D; returns: Tensor2D; mask: Tensor2D; metrics: Record<string, Scalar> } {
  const { logp } = outputs as Required<Outputs>;
  const scored = logp.shape[1];
  const { scores, lengths } = rollouts;
  const [mask, last] = [responseMask(lengths, scored), lastTokenMask(lengths, scored)];
  const baseline = headOf(outputs.value!);
  const rewards = klPenalisedRewards(paidRewards(rollouts), logp, referenceLogp, { mask, last }, klCoef);
  const returns = discountedReturns(rewards, 1);
  const advantage = divideByDeviation(sub(returns, baseline), mask);
  return {
    advantage,
    returns,
    mask,
    metrics: {
      ...objectiveMetrics(tensor1d(scores), outputs, referenceLogp, mask, klCoef),
      'loss/policy_avg': policyGradientLoss(logp, advantage, mask),
      'loss/value_avg': valueLoss(baseline, returns, mask),
    },
  };
}
