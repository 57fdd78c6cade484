// GRPO: PPO's clipped ratio with advantages from a group of responses instead of a value function
//   A_i = (r_i - mean r) / std r over the k responses to one prompt
//   L = -mean_i 1/|y_i| sum_t [ (1 - beta) min(rho_it A_i, clip(rho_it, 1 - eps, 1 + eps) A_i) - beta k3_it ]
//   k3 = q / p - log(q / p) - 1 with p = pi(y_t), q = pi_SFT(y_t)
// Shao et al. 2024 (arXiv 2402.03300), equations 3 and 4. With scaleByDeviation and divideByLength off it is Dr. GRPO (Liu
// et al. 2025, arXiv 2503.20783), whose two corrections they are.
// Departures: the weights 1 - beta and beta put the method on the axis of `reinforce` (the paper has 1 and beta), but
// dividing by the deviation takes the reward's scale away, so that only with scaleByDeviation off do they weigh rewards
// against nats. As in the paper the KL is a part of the loss, not of the reward; the gradient of k3 on samples of pi is that
// of KL(pi_SFT || pi), so that the same beta does not give the optimum of J. AdamW with a clipped gradient norm; sampling
// bans the reserved ids other than end-of-text, while log pi is normalised over all ids.

import { mul, tensor1d, tensor2d, type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';
import {
  approxKl, clipFraction, groupAdvantages, grpoLoss, importanceRatio, k3Estimate, maskedMean, responseMask, tokenWeights,
} from '../losses';
import type { Outputs } from '../nn/types';
import {
  collectRollouts, completionMetrics, divergenceAdvice, minibatchSteps, objectiveMetrics, underBoth, type OnPolicyConfig,
  type OnPolicyDeps, type ReuseConfig, type RolloutBatch,
} from './rollouts';
import { MetricsReader } from './train';
import type { Algorithm } from './types';

export interface GrpoConfig extends OnPolicyConfig, ReuseConfig {
  /** Responses k to each prompt, at least 2. */
  readonly samplesPerPrompt: number;
  /** Eps of the importance ratio, > 0. */
  readonly clipRange: number;
  /** Divide the advantages of a group by the deviation of its scores. */
  readonly scaleByDeviation: boolean;
  /** Each response counts the same; off: each token does, its loss divided by maxNewTokens. */
  readonly divideByLength: boolean;
}

/** One row a response, as they were when the rollouts were sampled. */
interface Experience extends Readonly<Record<string, Tensor2D>> {
  /** [B, S] */
  readonly oldLogp: Tensor2D;
  /** [B, S] */
  readonly referenceLogp: Tensor2D;
  /** [B, 1] */
  readonly advantage: Tensor2D;
  /** [B, S] */
  readonly weights: Tensor2D;
  /** [B, S] */
  readonly mask: Tensor2D;
}

/**
 * Yields TRL's objective/*, kl (mean k3 of a token, nats), policy/approxkl_avg, policy/clipfrac_avg, val/ratio,
 * loss/policy_avg (with its KL term), frac_reward_zero_std (share of prompts whose responses all scored the same, which
 * teach nothing), completions/* and grad_norm, one point an iteration; those of steps are means over its epochs and
 * minibatches.
 */
export async function* grpo(config: GrpoConfig, deps: OnPolicyDeps): Algorithm<void> {
  const { from = 0 } = deps;
  const { samplesPerPrompt, clipRange, klCoef } = config;
  const reader = new MetricsReader(deps.engine, divergenceAdvice(config));
  try {
    for (let iteration = from; iteration < config.iterations; iteration++) {
      // Rollout
      const rollouts = await collectRollouts(config, deps, iteration, samplesPerPrompt);

      // Advantages
      const { experience, figures } = await underBoth(
        deps, rollouts.batch, { outputs: ['logp', 'entropy'], temperature: config.temperature },
        (outputs, referenceLogp) => experienceOf(config, rollouts, outputs, referenceLogp),
      );

      // Updates
      const metrics = await minibatchSteps(deps, {
        rollouts, groupSize: samplesPerPrompt, constants: experience, metrics: figures, iteration, config,
        outputs: ['logp'],
        loss: ({ logp }, constants) => grpoLoss(logp, { ...constants, clipRange, klCoef }),
        measure: ({ logp }, constants) => {
          const { oldLogp, referenceLogp, advantage, mask } = constants;
          const ratio = importanceRatio(logp, oldLogp);
          return {
            kl: maskedMean(k3Estimate(logp, referenceLogp), mask),
            'policy/approxkl_avg': approxKl(logp, oldLogp, mask),
            'policy/clipfrac_avg': clipFraction(ratio, advantage, mask, clipRange),
            'val/ratio': maskedMean(ratio, mask),
            'loss/policy_avg': grpoLoss(logp, { ...constants, clipRange, klCoef }),
          };
        },
        options: { learningRate: config.learningRate },
      });

      reader.add(iteration + 1, metrics, {
        ...completionMetrics(rollouts.rollouts),
        frac_reward_zero_std: equalGroups(rollouts.scores, samplesPerPrompt),
      });
      const last = iteration === config.iterations - 1;
      if (last || reader.due || (iteration + 1) % config.measureEvery === 0) yield* reader.flush();
    }
  } finally {
    reader.dispose();
  }
}

/** What the updates hold constant, and the figures of the objective. Call inside `tidy`. */
function experienceOf(
  { klCoef, samplesPerPrompt, scaleByDeviation, divideByLength, maxNewTokens }: GrpoConfig,
  { scores, lengths }: RolloutBatch,
  outputs: Outputs,
  referenceLogp: Tensor2D,
): { experience: Experience; figures: Record<string, Scalar> } {
  const scored = referenceLogp.shape[1];
  const mask = responseMask(lengths, scored);
  return {
    experience: {
      oldLogp: mul(outputs.logp!, mask),
      referenceLogp: mul(referenceLogp, mask),
      advantage: tensor2d(groupAdvantages(scores, samplesPerPrompt, scaleByDeviation), [lengths.length, 1]),
      weights: tokenWeights(lengths, scored, divideByLength ? undefined : maxNewTokens),
      mask,
    },
    figures: objectiveMetrics(tensor1d(scores), outputs, referenceLogp, mask, klCoef),
  };
}

/** Share of groups whose scores are all the same. */
function equalGroups(scores: Float32Array, groupSize: number): number {
  const groups = scores.length / groupSize;
  let equal = 0;
  for (let group = 0; group < groups; group++) {
    const first = group * groupSize;
    if (scores.subarray(first, first + groupSize).every((score) => score === scores[first])) equal++;
  }
  return equal / groups;
}
