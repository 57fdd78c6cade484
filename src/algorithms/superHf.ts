// SuperHF: supervised iterative learning from human feedback
//   y*(x) = argmax over n samples of r(x, y), y ~ pi;   L = mean_t [ -log pi(y*_t) + c KL(pi_ref || pi) ]
// Mukobi et al. 2023 (arXiv 2310.16763): RAFT with one step on each batch of samples, and a KL penalty on the text that is
// learned. There n = 16, one kept, c = 0.35, temperature 1.
// Departures: KL is estimated from the written tokens (`superHfLoss`), which are the best of n and not plain samples; the
// learning rate is constant; the validation reward model of the paper is the caller's to apply.

import { dispose, tidy } from '@tensorflow/tfjs-core';
import { mean } from '../core/stats';
import { k3Estimate, maskedMean, negativeLogLikelihood, responseMask, superHfLoss } from '../losses';
import { responseBatch } from './batches';
import { bestOfEach } from './bestOfN';
import { collectRollouts, completionMetrics, divergenceAdvice, type OnPolicyConfig, type OnPolicyDeps } from './rollouts';
import { MetricsReader, update } from './train';
import type { Algorithm } from './types';

export interface SuperHfConfig extends Omit<OnPolicyConfig, 'klCoef'> {
  /** Responses drawn for each prompt, of which the best is learned. */
  readonly n: number;
  /** Weight c of the KL penalty in the loss, 0 or more. */
  readonly klCoef: number;
}

/**
 * Yields, one point an iteration, objective/scores (mean reward of all samples), objective/scores_best (of those learned),
 * loss/nll_avg and loss/kl_avg (nats per learned token, before the step), completions/* and grad_norm.
 */
export async function* superHf(config: SuperHfConfig, deps: OnPolicyDeps): Algorithm<void> {
  const { engine, policy, optimizer, from = 0, reference } = deps;
  const { temperature, klCoef, learningRate } = config;
  const reader = new MetricsReader(engine, divergenceAdvice(config));
  try {
    for (let iteration = from; iteration < config.iterations; iteration++) {
      // The best of the samples of each prompt
      const { rollouts, scores } = await collectRollouts(config, deps, iteration, config.n);
      const best = bestOfEach(rollouts, scores, config.n);

      // One step on them
      const { batch, lengths } = responseBatch(best);
      const mask = responseMask(lengths, batch.scored);
      const frozen = await engine.forward(reference, batch, { outputs: ['logp'], temperature });
      const referenceLogp = frozen.outputs.logp!;
      try {
        const forward = await engine.forward(policy, batch, { outputs: ['logp'], temperature, keep: true });
        const metrics = tidy(() => ({
          'loss/nll_avg': negativeLogLikelihood(forward.outputs.logp!, mask),
          'loss/kl_avg': maskedMean(k3Estimate(forward.outputs.logp!, referenceLogp), mask),
        }));
        const { loss, gradNorm } = await update(
          engine, forward, ['logp'], ({ logp }) => superHfLoss(logp, referenceLogp, mask, klCoef), optimizer, { learningRate },
        ).catch((error: unknown) => {
          dispose(Object.values(metrics));
          throw error;
        });
        loss.dispose();
        reader.add(iteration + 1, { ...metrics, grad_norm: gradNorm }, {
          'objective/scores': mean(scores),
          'objective/scores_best': mean(best.map(({ score }) => score)),
          ...completionMetrics(rollouts),
        });
      } finally {
        frozen.dispose();
        mask.dispose();
      }

      const last = iteration === config.iterations - 1;
      if (last || reader.due || (iteration + 1) % config.measureEvery === 0) yield* reader.flush();
    }
  } finally {
    reader.dispose();
  }
}
