// Learning from ranked lists: k responses to each prompt, a score each, no reward model
//   PRO     Song et al. 2023 (arXiv 2306.17492): each response against all below it, by its log-probability per token, plus
//           the likelihood of the best; no reference
//   LiPO    Liu et al. 2024 (arXiv 2402.01878), LiPO-lambda: pairwise logistic loss on s = beta log(pi / pi_SFT), each pair
//           weighed by what swapping it would cost in discounted gain
// both described in `losses/rankedLists.ts`.
// Departures: lists are sorted by score here (PRO's data come sorted); log-probabilities of the reference are computed once,
// before training; AdamW with linear decay and no warm-up.

import { dispose, mul, reshape, sub, tensor2d, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import { lambdaWeights, lipoLoss, proLoss, responseMask, sequenceLogp } from '../losses';
import { epochBatch, epochSteps, responseBatch, type Completion } from './batches';
import { completionLogps, heldOutMeter, type OfflineConfig, type OfflineDeps } from './offline';
import { linearDecay, MetricsReader, update } from './train';
import type { Algorithm } from './types';

/** An example is a list. */
export interface RankedListsConfig extends OfflineConfig {
  readonly method: 'pro' | 'lipo';
  /** > 0. LiPO; 0.05 in the paper. */
  readonly beta: number;
  /** Weight of the likelihood of the best response, >= 0. PRO; 0.05 in its code. */
  readonly sftCoef: number;
}

export interface RankedList {
  readonly prompt: ArrayLike<number>;
  readonly responses: readonly ArrayLike<number>[];
  /** One a response. Their scale counts: PRO's temperatures are their differences, LiPO's gain is 2^score. */
  readonly scores: readonly number[];
}

export interface RankedListsDeps extends OfflineDeps {
  /** All of the same length, 2 at least. */
  readonly lists: readonly RankedList[];
}

/**
 * Yields loss, grad_norm and, before the first step and now and then, rewards/* and logps/* (`heldOutMeter`; the reward is
 * log pi per token for PRO, s for LiPO).
 * @throws RangeError where lists differ in length or have one response.
 */
export async function* rankedLists(config: RankedListsConfig, deps: RankedListsDeps): Algorithm<void> {
  const { engine, policy, optimizer, from = 0, reference, heldOut } = deps;
  const { method, beta, sftCoef } = config;
  const sorted = deps.lists.map(bestFirst);
  const k = sorted[0]!.scores.length;
  if (k < 2 || sorted.some(({ scores, responses }) => scores.length !== k || responses.length !== k)) {
    throw new RangeError('ranked lists: all must have the same number of responses, 2 at least, and as many scores');
  }
  const total = epochSteps(config, sorted.length);
  const reader = new MetricsReader(engine, `Lower the learning rate (now ${config.learningRate}).`);
  try {
    const referenceLogps = method === 'lipo' ? await completionLogps(engine, reference, sorted.flatMap(completionsOf)) : undefined;
    const lists = sorted.map((list, i) => ({
      ...list, referenceLogps: referenceLogps?.slice(i * k, (i + 1) * k) ?? list.scores.map(() => 0),
    }));
    const measure = await heldOutMeter(deps, method === 'pro'
      ? (logp, _, tokens) => logp / tokens
      : (logp, referenceLogp) => beta * (logp - referenceLogp));
    if (from === 0 && heldOut.length > 0) reader.add(0, {}, await measure());

    for (let step = from; step < total; step++) {
      const chosen = epochBatch(config, lists, step);
      const { batch, lengths } = responseBatch(chosen.flatMap(completionsOf));
      const forward = await engine.forward(policy, batch, { outputs: ['logp'], keep: true });
      const shape: [number, number] = [chosen.length, k];
      const mask = responseMask(lengths, batch.scored);
      const tokens = tensor2d(lengths, shape, 'float32');
      const scores = tensor2d(chosen.flatMap((list) => list.scores), shape);
      const referenceLogp = tensor2d(chosen.flatMap((list) => list.referenceLogps), shape);
      const inLists = (logp: Tensor2D): Tensor2D => reshape(sequenceLogp(logp, mask), shape);
      const implicit = (logp: Tensor2D): Tensor2D => mul(sub(inLists(logp), referenceLogp), beta);
      const weights = method === 'lipo' ? tidy(() => lambdaWeights(implicit(forward.outputs.logp!), scores)) : undefined;
      const { loss, gradNorm } = await update(
        engine, forward, ['logp'],
        ({ logp }) => (weights ? lipoLoss(implicit(logp), weights) : proLoss(inLists(logp), tokens, scores, sftCoef)),
        optimizer,
        { learningRate: linearDecay(step, total, config.learningRate), weightDecay: config.weightDecay },
      ).finally(() => dispose([mask, tokens, scores, referenceLogp, ...(weights ? [weights] : [])]));
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

/** The list by falling score; equal scores stay in order. */
function bestFirst(list: RankedList): RankedList {
  const order = list.scores.map((_, i) => i).sort((a, b) => list.scores[b]! - list.scores[a]!);
  return { prompt: list.prompt, responses: order.map((i) => list.responses[i]!), scores: order.map((i) => list.scores[i]!) };
}

function completionsOf({ prompt, responses }: RankedList): Completion[] {
  return responses.map((response) => ({ prompt, response }));
}
