// Direct preference optimisation: a policy learns from labelled pairs, with no reward model and no sampling
//   L = mean over pairs of p L(a, b) + (1 - p) L(b, a),   L(w, l) = f(s(x, y_w), s(x, y_l))
// where s is the log-ratio to the SFT policy or the log-probability, and f one of
//   dpo     Rafailov et al. 2023 (arXiv 2305.18290)    -log sigma(beta (s_w - s_l))
//   cdpo    Mitchell 2023 (a note)                     DPO under labels that are flipped with probability e
//   robust  Chowdhury et al. 2024 (arXiv 2403.00409)   DPO with the effect of such flips taken out
//   ipo     Azar et al. 2023 (arXiv 2310.12036)        (s_w - s_l - 1 / (2 tau))^2, per token as in TRL
//   slic    Zhao et al. 2023 (arXiv 2305.10425)        max(0, 1 - beta (s_w - s_l)) - lambda s_w, no reference
//   simpo   Meng et al. 2024 (arXiv 2405.14734)        -log sigma(beta (s_w - s_l) - gamma), per token, no reference
// each described in `losses/directPreference.ts`. p is the label as the labeler gave it: a soft one weighs both
// directions, which for DPO is cDPO with e = 1 - p.
// Departures: log-probabilities of the reference are computed once, before training (TRL's precompute_ref_log_probs);
// AdamW with linear decay and no warm-up, where DPO's authors use RMSprop with 150 steps of it.

import { dispose, tensor1d } from '@tensorflow/tfjs-core';
import {
  DIRECT_LOSSES, directPreferenceLoss, directScores, responseMask, sequenceLogp,
  type DirectLossName, type DirectSettings,
} from '../losses';
import { epochBatch, epochSteps, responseBatch } from './batches';
import { bothCompletions, completionLogps, heldOutMeter, type ImplicitReward, type OfflineConfig, type OfflineDeps } from './offline';
import type { LabelledPair } from './rewardModel';
import { linearDecay, MetricsReader, update } from './train';
import type { Algorithm } from './types';

/** An example is a pair. Defaults of the settings of a loss: `DIRECT_LOSSES`. */
export interface DirectPreferenceConfig extends OfflineConfig, DirectSettings {
  readonly loss: DirectLossName;
}

export interface DirectPreferenceDeps extends OfflineDeps {
  readonly pairs: readonly LabelledPair[];
}

/** Yields loss, grad_norm and, before the first step and now and then, rewards/* and logps/* (`heldOutMeter`). */
export async function* directPreference(config: DirectPreferenceConfig, deps: DirectPreferenceDeps): Algorithm<void> {
  const { engine, policy, optimizer, from = 0, reference, pairs, heldOut } = deps;
  const total = epochSteps(config, pairs.length);
  const reader = new MetricsReader(engine, `Lower the learning rate (now ${config.learningRate}).`);
  try {
    const referenceLogps = DIRECT_LOSSES[config.loss].reference
      ? await completionLogps(engine, reference, bothCompletions(pairs))
      : pairs.flatMap(() => [0, 0]);
    const examples = pairs.map((pair, i) => ({ ...pair, referenceLogps: referenceLogps.slice(2 * i, 2 * i + 2) }));
    const measure = await heldOutMeter(deps, implicitReward(config));
    if (from === 0 && heldOut.length > 0) reader.add(0, {}, await measure());

    for (let step = from; step < total; step++) {
      const chosen = epochBatch(config, examples, step);
      const { batch, lengths } = responseBatch(bothCompletions(chosen));
      const forward = await engine.forward(policy, batch, { outputs: ['logp'], keep: true });
      const mask = responseMask(lengths, batch.scored);
      const referenceLogp = tensor1d(chosen.flatMap((pair) => pair.referenceLogps));
      const tokens = tensor1d(lengths, 'float32');
      const pFirst = tensor1d(chosen.map((pair) => pair.pA));
      const { loss, gradNorm } = await update(
        engine, forward, ['logp'],
        ({ logp }) => {
          const scores = directScores(config.loss, sequenceLogp(logp, mask), referenceLogp, tokens);
          return directPreferenceLoss(config.loss, scores, pFirst, config);
        },
        optimizer,
        { learningRate: linearDecay(step, total, config.learningRate), weightDecay: config.weightDecay },
      ).finally(() => dispose([mask, referenceLogp, tokens, pFirst]));
      reader.add(step + 1, { loss, grad_norm: gradNorm });

      const last = step === total - 1;
      const measured = heldOut.length > 0 && (last || (step + 1) % config.measureEvery === 0);
      if (!measured && !last && !reader.due) continue;
      yield* reader.flush(measured ? async () => ({ step: step + 1, values: await measure() }) : undefined);
    }
  } finally {
    reader.dispose();
  }
}

/** beta s, as a number: what `directScores` computes on the device, in the units that TRL logs. */
function implicitReward({ loss, beta }: DirectPreferenceConfig): ImplicitReward {
  const { reference, perToken } = DIRECT_LOSSES[loss];
  return (logp, referenceLogp, tokens) => (beta * (logp - (reference ? referenceLogp : 0))) / (perToken ? tokens : 1);
}
