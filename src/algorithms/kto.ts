// KTO: Kahneman-Tversky optimisation, from single responses that are desirable or not
//   L = mean of p lambda_D (1 - sigma(beta (Delta - z0))) + (1 - p) lambda_U (1 - sigma(beta (z0 - Delta)))
//   Delta = log pi(y | x) - log pi_SFT(y | x),   z0 = max(0, mean of Delta over mismatched responses), no gradient
// Ethayarajh et al. 2024 (arXiv 2402.01306).
// Departures: a response may be desirable with a probability p, so that a soft label is used as it is; the response that
// a prompt is mismatched with is drawn once for the whole run, as in TRL, so that its log-probability under the reference
// is computed once too; AdamW with linear decay and no warm-up.

import { dispose, sub, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { ktoLoss, ktoReferencePoint, responseMask, sequenceLogp, type KtoSettings } from '../losses';
import { epochBatch, epochSteps, responseBatch, type Completion } from './batches';
import { completionLogps, heldOutMeter, type OfflineConfig, type OfflineDeps } from './offline';
import type { LabelledPair } from './rewardModel';
import { linearDecay, MetricsReader, update } from './train';
import type { Algorithm } from './types';

/** An example is a response. */
export interface KtoConfig extends OfflineConfig, KtoSettings {}

export interface RatedResponse extends Completion {
  /** Probability that the response is desirable, 0..1. */
  readonly pDesirable: number;
}

export interface KtoDeps extends OfflineDeps {
  readonly examples: readonly RatedResponse[];
}

/** The responses of labelled pairs, each desirable with the probability that it is the better one. */
export function unpaired(pairs: readonly LabelledPair[]): RatedResponse[] {
  return pairs.flatMap(({ prompt, responses: [first, second], pA }) => [
    { prompt, response: first, pDesirable: pA },
    { prompt, response: second, pDesirable: 1 - pA },
  ]);
}

/**
 * Yields loss, kl (z0, nats), grad_norm and, before the first step and now and then, rewards/* and logps/*
 * (`heldOutMeter`).
 */
export async function* kto(config: KtoConfig, deps: KtoDeps): Algorithm<void> {
  const { engine, policy, optimizer, from = 0, reference, heldOut } = deps;
  const total = epochSteps(config, deps.examples.length);
  const reader = new MetricsReader(engine, `Lower the learning rate (now ${config.learningRate}).`);
  try {
    const other = mismatched(deps.examples, config.seed);
    const referenceLogps = await completionLogps(engine, reference, deps.examples);
    const otherReferenceLogps = await completionLogps(engine, reference, other);
    const examples = deps.examples.map((example, i) => ({
      ...example, referenceLogp: referenceLogps[i]!, other: other[i]!, otherReferenceLogp: otherReferenceLogps[i]!,
    }));
    const measure = await heldOutMeter(deps, (logp, referenceLogp) => config.beta * (logp - referenceLogp));
    if (from === 0 && heldOut.length > 0) reader.add(0, {}, await measure());

    for (let step = from; step < total; step++) {
      const chosen = epochBatch(config, examples, step);

      // The reference point
      const apart = responseBatch(chosen.map((example) => example.other));
      const mismatchedForward = await engine.forward(policy, apart.batch, { outputs: ['logp'] });
      const referencePoint = tidy(() => ktoReferencePoint(
        sequenceLogp(mismatchedForward.outputs.logp!, responseMask(apart.lengths, apart.batch.scored)),
        tensor1d(chosen.map((example) => example.otherReferenceLogp)),
      ));
      mismatchedForward.dispose();

      // Update
      const { batch, lengths } = responseBatch(chosen);
      const forward = await engine.forward(policy, batch, { outputs: ['logp'], keep: true }).catch((error: unknown) => {
        referencePoint.dispose();
        throw error;
      });
      const mask = responseMask(lengths, batch.scored);
      const referenceLogp = tensor1d(chosen.map((example) => example.referenceLogp));
      const pDesirable = tensor1d(chosen.map((example) => example.pDesirable));
      const { loss, gradNorm } = await update(
        engine, forward, ['logp'],
        ({ logp }) => tidy(() =>
          ktoLoss(sub(sequenceLogp(logp, mask), referenceLogp), pDesirable, referencePoint, config)),
        optimizer,
        { learningRate: linearDecay(step, total, config.learningRate), weightDecay: config.weightDecay },
      ).catch((error: unknown) => {
        referencePoint.dispose();
        throw error;
      }).finally(() => dispose([mask, referenceLogp, pDesirable]));
      reader.add(step + 1, { loss, kl: referencePoint, grad_norm: gradNorm });

      const last = step === total - 1;
      const measured = heldOut.length > 0 && (last || (step + 1) % config.measureEvery === 0);
      if (!measured && !last && !reader.due) continue;
      yield* reader.flush(measured ? async () => ({ step: step + 1, values: await measure() }) : undefined);
    }
  } finally {
    reader.dispose();
  }
}

/**
 * Each example's prompt with the response of another: the next one, in an order drawn once, that answers another prompt,
 * or where all answer the same, the next one.
 */
function mismatched(examples: readonly Completion[], seed: number): Completion[] {
  const order = new Stream(streamKey(seed, PURPOSE.select)).shuffle(examples.map((_, i) => i));
  const prompts = examples.map(({ prompt }) => Array.from(prompt).join(' '));
  const out: Completion[] = [];
  order.forEach((own, at) => {
    const next = (ahead: number): number => order[(at + ahead) % order.length]!;
    let ahead = 1;
    while (ahead < order.length && prompts[next(ahead)] === prompts[own]) ahead++;
    const from = ahead < order.length ? next(ahead) : next(1);
    out[own] = { prompt: examples[own]!.prompt, response: examples[from]!.response };
  });
  return out;
}
