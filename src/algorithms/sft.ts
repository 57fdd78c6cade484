// SFT: supervised fine-tuning on reference responses
//   L = -mean over response tokens of log pi(y_t | x, y_<t)
// Stiennon et al. 2020 (arXiv 2009.01325), section 3.2: the policy that RLHF starts from.
// Departures: the policy is trained from scratch, not from a pretrained language model. Learning the prompts' own words
// too was tried (weight 0.1) and slowed it: validation loss .64 against .58 nats after 1,200 steps on the TL;DR task.

import { tensor2d } from '@tensorflow/tfjs-core';
import { negativeLogLikelihood, responseMaskArray } from '../losses';
import { packBatch, promptAndResponse } from '../nn/batch';
import type { Batch, Engine, ParameterSet } from '../nn/types';
import { update, warmupCosine } from './train';
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
  /** The documents of a step, `config.batch` of them. */
  readonly documents: (step: number) => readonly Document[];
  readonly validation: readonly Document[];
}

/** At most a tenth of the run. */
const WARMUP_STEPS = 50;

/** Yields sft/loss, grad_norm and, now and then, sft/val_loss (nats per response token). */
export async function* sft(config: SftConfig, { engine, policy, documents, validation }: SftDeps): Algorithm<void> {
  const optimizer = engine.createOptimizer(policy);
  try {
    for (let step = 0; step < config.steps; step++) {
      const { batch, mask: maskArray } = documentBatch(documents(step));
      const forward = engine.forward(policy, batch, { outputs: ['logp'], keep: true });
      const learningRate = warmupCosine(step, config.steps, config.learningRate, Math.min(WARMUP_STEPS, Math.ceil(config.steps / 10)));
      const mask = tensor2d(maskArray, [batch.rows, batch.scored]);
      const { loss, gradNorm } = await update(
        engine, forward, ['logp'], ({ logp }) => negativeLogLikelihood(logp, mask), optimizer,
        { learningRate, weightDecay: config.weightDecay },
        { step, advice: `Lower the SFT learning rate (now ${config.learningRate}).` },
      ).finally(() => mask.dispose());
      const last = step === config.steps - 1;
      const validate = validation.length > 0 && (last || (step + 1) % config.validateEvery === 0);
      yield {
        step: step + 1,
        values: {
          'sft/loss': loss,
          grad_norm: gradNorm,
          ...(validate ? { 'sft/val_loss': await responseLoss(engine, policy, validation) } : {}),
        },
      };
    }
  } finally {
    optimizer.dispose();
  }
}

/** Mean negative log-likelihood of response tokens, nats per token. */
export async function responseLoss(engine: Engine, policy: ParameterSet, documents: readonly Document[]): Promise<number> {
  const chunk = 32;
  let total = 0;
  let count = 0;
  for (let from = 0; from < documents.length; from += chunk) {
    const { batch, mask } = documentBatch(documents.slice(from, from + chunk));
    const forward = engine.forward(policy, batch, { outputs: ['logp'] });
    const logp = await forward.outputs.logp!.data();
    mask.forEach((w, i) => {
      total -= w * logp[i]!;
      count += w;
    });
    forward.dispose();
  }
  return total / count;
}

/** A batch scored at its response tokens, with the mask of those. */
function documentBatch(documents: readonly Document[]): { batch: Batch; mask: Float32Array } {
  const batch = packBatch(documents.map(({ prompt, response }) => promptAndResponse(prompt, response)));
  const lengths = documents.map(({ response }) => response.length);
  return { batch, mask: responseMaskArray(lengths, batch.scored) };
}
