// Online DPO, direct alignment from online AI feedback
//   y1, y2 ~ pi(. | x), p = P(y1 beats y2 | x) from a labeler or a preference model
//   L = p L_DPO(y1, y2) + (1 - p) L_DPO(y2, y1),   L_DPO(w, l) = -log sigma(beta (Delta_w - Delta_l)),   Delta = log pi / pi_ref
// Guo et al. 2024 (arXiv 2402.04792); DPO: Rafailov et al. 2023 (arXiv 2305.18290). The pairs are the policy's own, judged as
// it learns, so that there is no labelled set to leave behind. No gradient passes through sampling or judging.
// Departures: a soft preference is used as it is (the paper and TRL take the likelier side; a caller who rounds p has that);
// log-probabilities are at the sampling temperature (as TRL's); the learning rate is constant.

import { add, dispose, mean, mul, reshape, sign, sub, tensor1d, tidy, unstack, type Scalar, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { DIRECT_LOSSES, directPreferenceLoss, maskedMean, meanSequenceKl, responseMask, sequenceLogp } from '../losses';
import type { Outputs } from '../nn/types';
import type { ResponsePair } from './preferenceModel';
import { collectRollouts, completionMetrics, type OnPolicyConfig, type OnPolicyDeps } from './rollouts';
import { MetricsReader, update } from './train';
import type { Algorithm } from './types';

export interface OnlineDpoConfig extends Omit<OnPolicyConfig, 'klCoef'> {
  /** > 0: how much the log-ratio counts as reward; the larger, the nearer the policy stays to the reference. */
  readonly beta: number;
}

export interface OnlineDpoDeps extends Omit<OnPolicyDeps, 'reward' | 'tokenRewards'> {
  /** P(responses[0] beats responses[1]) of each pair, 0..1, one pair for each prompt of the iteration, in order. */
  prefer(pairs: readonly ResponsePair[], iteration: number): Promise<Float32Array>;
}

/**
 * Yields, one point an iteration and before its step, TRL's rewards/chosen, rewards/rejected, rewards/margins,
 * rewards/accuracies (by the implicit reward beta Delta), logps/chosen, logps/rejected, objective/kl,
 * objective/non_score_reward and objective/entropy; completions/* and grad_norm; loss/policy_avg.
 */
export async function* onlineDpo(config: OnlineDpoConfig, deps: OnlineDpoDeps): Algorithm<void> {
  const { engine, policy, optimizer, from = 0, reference } = deps;
  const { temperature, beta, learningRate } = config;
  const settings = { ...DIRECT_LOSSES.dpo.defaults, beta };
  const reader = new MetricsReader(engine, `Lower the learning rate (now ${learningRate}) or raise beta (now ${beta}).`);
  try {
    for (let iteration = from; iteration < config.iterations; iteration++) {
      // Two responses to each prompt, side by side; the score of one is the probability that it beats the other
      const { rollouts, scores, lengths, batch } = await collectRollouts(config, {
        ...deps,
        reward: async (all) => {
          const pairs = Array.from({ length: all.length / 2 }, (_, i): ResponsePair =>
            ({ prompt: all[2 * i]!.prompt, responses: [all[2 * i]!.response, all[2 * i + 1]!.response] }));
          return Float32Array.from(Array.from(await deps.prefer(pairs, iteration)).flatMap((p) => [p, 1 - p]));
        },
      }, iteration, 2);

      // Log-probabilities under SFT and under the policy (kept for the update)
      const frozen = await engine.forward(reference, batch, { outputs: ['logp'], temperature });
      const forward = await engine.forward(policy, batch, {
        outputs: ['logp', 'entropy'], temperature, keep: true,
      }).catch((error: unknown) => {
        frozen.dispose();
        throw error;
      });
      const { pFirst, referenceLogp, mask, metrics } = tidy(() =>
        signals(scores, lengths, forward.outputs, frozen.outputs.logp!, beta));
      frozen.dispose();

      // Update
      const { loss, gradNorm } = await update(
        engine, forward, ['logp'],
        ({ logp }) => directPreferenceLoss('dpo', tidy(() => sub(sequenceLogp(logp, mask), referenceLogp)), pFirst, settings),
        optimizer, { learningRate },
      ).catch((error: unknown) => {
        dispose(Object.values(metrics));
        throw error;
      }).finally(() => dispose([pFirst, referenceLogp, mask]));

      reader.add(iteration + 1, { ...metrics, 'loss/policy_avg': loss, grad_norm: gradNorm }, completionMetrics(rollouts));
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
  { logp, entropy }: Outputs,
  referenceTokens: Tensor2D,
  beta: number,
): { pFirst: Tensor1D; referenceLogp: Tensor1D; mask: Tensor2D; metrics: Record<string, Scalar> } {
  const mask = responseMask(lengths, logp!.shape[1]);
  const pFirst = tensor1d(scores.filter((_, row) => row % 2 === 0));
  const policyLogp = sequenceLogp(logp!, mask);
  const referenceLogp = sequenceLogp(referenceTokens, mask);
  // 1 where the first response is preferred, -1 where the second is, 0 where neither is: it then counts half to each.
  const side = sign(sub(pFirst, 0.5));
  const split = (ofRows: Tensor1D): { chosen: Scalar; rejected: Scalar; margin: Tensor1D } => {
    const [first, second] = unstack(reshape(ofRows, [-1, 2]), 1) as [Tensor1D, Tensor1D];
    const margin: Tensor1D = mul(side, sub(first, second));
    const half = mul(mean(margin), 0.5);
    const centre = mean(ofRows);
    return { chosen: add(centre, half), rejected: sub(centre, half), margin };
  };
  const reward = split(mul(sub(policyLogp, referenceLogp), beta));
  const likelihood = split(policyLogp);
  const kl = meanSequenceKl(logp!, referenceTokens, mask);
  return {
    pFirst, referenceLogp, mask,
    metrics: {
      'rewards/chosen': reward.chosen,
      'rewards/rejected': reward.rejected,
      'rewards/margins': mean<Scalar>(reward.margin),
      'rewards/accuracies': mean<Scalar>(mul(add(sign(reward.margin), 1), 0.5)),
      'logps/chosen': likelihood.chosen,
      'logps/rejected': likelihood.rejected,
      'objective/kl': kl,
      'objective/non_score_reward': mul(kl, -beta),
      'objective/entropy': maskedMean(entropy!, mask),
    },
  };
}
