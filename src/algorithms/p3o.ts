// P3O: pairwise proximal policy optimisation
//   R_i = (1 - beta) r(x, y_i) - beta log(pi_old(y_i | x) / pi_SFT(y_i | x)),   two responses y_1, y_2 to each prompt
//   dL = -1/2 mean_pairs (R_1 - R_2) rho_1 rho_2 d log(pi(y_1) / pi(y_2)),   rho_i = pi(y_i) / pi_old(y_i), then clipped
// Wu et al. 2023 (arXiv 2310.00212), theorem 1 and section 4.2: only the difference of rewards counts, as in the loss that
// trained the reward model, so that r -> r + c(x) changes nothing. A whole response is one action; no value function.
// Departures: the coefficients 1 - beta and beta put the method on the axis of `reinforce` (the paper has r - beta KL); the
// two ways of clipping are written from the theorem's gradient with PPO's clip put on the ratios (separate) or on the
// logarithm of their quotient (joint), which follows the paper's description and may differ from its formulas in detail;
// AdamW with a clipped gradient norm; sampling bans the reserved ids other than end-of-text, while log pi is normalised over
// all ids.

import { mean, mul, squeeze, sum, tensor1d, type Scalar, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import {
  approxKl, importanceRatio, klPenalisedRewards, lastTokenMask, p3oLoss, responseMask, type PairClipping,
} from '../losses';
import type { Outputs } from '../nn/types';
import {
  collectRollouts, completionMetrics, divergenceAdvice, minibatchSteps, objectiveMetrics, underBoth, type OnPolicyConfig,
  type OnPolicyDeps, type ReuseConfig, type RolloutBatch,
} from './rollouts';
import { MetricsReader } from './train';
import type { Algorithm } from './types';

export interface P3oConfig extends OnPolicyConfig, ReuseConfig {
  /** Eps of a response's importance ratio (separate) or of the logarithm of a pair's quotient (joint), > 0. */
  readonly clipRange: number;
  readonly clipping: PairClipping;
}

/** One row a response, as they were when the rollouts were sampled. */
interface Experience extends Readonly<Record<string, Tensor2D>> {
  /** [B, S] of each token. */
  readonly oldLogp: Tensor2D;
  /** [B, 1] R_i. */
  readonly rewards: Tensor2D;
  /** [B, S] */
  readonly mask: Tensor2D;
}

/** Responses to a prompt. */
const PAIR = 2;

/**
 * Yields TRL's objective/*, policy/approxkl_avg (of a token), val/ratio (of a response), loss/policy_avg, completions/* and
 * grad_norm, one point an iteration; those of steps are means over its epochs and minibatches.
 */
export async function* p3o(config: P3oConfig, deps: OnPolicyDeps): Algorithm<void> {
  const { from = 0 } = deps;
  const { clipRange, clipping } = config;
  const reader = new MetricsReader(deps.engine, divergenceAdvice(config));
  const loss = (logp: Tensor2D, { oldLogp, rewards, mask }: Experience): Scalar => p3oLoss(ofResponse(logp, mask), {
    oldLogp: ofResponse(oldLogp, mask), rewards: squeeze(rewards, [1]), clipRange, clipping,
  });
  try {
    for (let iteration = from; iteration < config.iterations; iteration++) {
      // Rollout
      const rollouts = await collectRollouts(config, deps, iteration, PAIR);

      // Rewards
      const { experience, figures } = await underBoth(
        deps, rollouts.batch, { outputs: ['logp', 'entropy'], temperature: config.temperature },
        (outputs, referenceLogp) => experienceOf(config, rollouts, outputs, referenceLogp),
      );

      // Updates
      const metrics = await minibatchSteps(deps, {
        rollouts, groupSize: PAIR, constants: experience, metrics: figures, iteration, config,
        outputs: ['logp'],
        loss: ({ logp }, constants) => loss(logp, constants),
        measure: ({ logp }, constants) => {
          const { oldLogp, mask } = constants;
          return {
            'policy/approxkl_avg': approxKl(logp, oldLogp, mask),
            'val/ratio': mean<Scalar>(importanceRatio(ofResponse(logp, mask), ofResponse(oldLogp, mask))),
            'loss/policy_avg': loss(logp, constants),
          };
        },
        options: { learningRate: config.learningRate },
      });

      reader.add(iteration + 1, metrics, completionMetrics(rollouts.rollouts));
      const last = iteration === config.iterations - 1;
      if (last || reader.due || (iteration + 1) % config.measureEvery === 0) yield* reader.flush();
    }
  } finally {
    reader.dispose();
  }
}

/** Log-probabilities of whole responses: [B, S] -> [B] */
function ofResponse(logp: Tensor2D, mask: Tensor2D): Tensor1D {
  return sum<Tensor1D>(mul(logp, mask), 1);
}

/** What the updates hold constant, and the figures of the objective. Call inside `tidy`. */
function experienceOf(
  { klCoef }: P3oConfig,
  { scores, lengths }: RolloutBatch,
  outputs: Outputs,
  referenceLogp: Tensor2D,
): { experience: Experience; figures: Record<string, Scalar> } {
  const scored = referenceLogp.shape[1];
  const [mask, last] = [responseMask(lengths, scored), lastTokenMask(lengths, scored)];
  const oldLogp: Tensor2D = mul(outputs.logp!, mask);
  const score = tensor1d(scores);
  return {
    experience: {
      oldLogp,
      rewards: sum<Tensor2D>(klPenalisedRewards(score, oldLogp, referenceLogp, { mask, last }, klCoef), 1, true),
      mask,
    },
    figures: objectiveMetrics(score, outputs, referenceLogp, mask, klCoef),
  };
}
