// SFT: supervised fine-tuning on reference responses
//   L = -( sum_{t in response} log pi(y_t | x, y_<t) + c * sum_{t in prompt} log pi(x_t | x_<t) ) / (n_response + c * n_prompt)
// Stiennon et al. 2020 (arXiv 2009.01325), section 3.2: the policy that RLHF starts from.
// Departures: the policy is trained from scratch, not from a pretrained language model, so a little language modelling
// of the prompts (weight c) is mixed in.

import { tensor2d } from '@tensorflow/tfjs-core';
import { TOKEN } from '../core/tokens';
import { negativeLogLikelihood } from '../losses';
import { packBatch } from '../nn/batch';
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
  /** Weight c of a prompt token's loss, 0..1. */
  readonly promptWeight: number;
  readonly weightDecay: number;
  /** Steps between two validation losses. */
  readonly validateEvery: number;
}

export interface SftDeps {
  readonly engine: Engine;
  /** Trained in place. */
  readonly policy: ParameterSet;
  /** The documents of a step, `config.batch` of them. */
  documents(step: number): readonly Document[];
  readonly validation: readonly Document[];
}

const WARMUP_STEPS = 50;

/** Yields sft/loss, grad_norm and, now and then, sft/val_loss (nats per response token). */
export async function* sft(config: SftConfig, { engine, policy, documents, validation }: SftDeps): Algorithm<void> {
  const optimizer = engine.createOptimizer(policy);
  try {
    for (let step = 0; step < config.steps; step++) {
      const { batch, weights } = documentBatch(documents(step), config.promptWeight);
      const forward = engine.forward(policy, batch, { outputs: ['logp'], keep: true });
      const learningRate = warmupCosine(step, config.steps, config.learningRate, WARMUP_STEPS);
      const mask = tensor2d(weights, [batch.rows, batch.scored]);
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
    const { batch, weights } = documentBatch(documents.slice(from, from + chunk), 0);
    const forward = engine.forward(policy, batch, { outputs: ['logp'] });
    const logp = await forward.outputs.logp!.data();
    weights.forEach((w, i) => {
      total -= w * logp[i]!;
      count += w;
    });
    forward.dispose();
  }
  return total / count;
}

/** A batch of whole documents scored from their first token, with the weight of each scored token. */
function documentBatch(documents: readonly Document[], promptWeight: number): { batch: Batch; weights: Float32Array } {
  const batch = packBatch(
    documents.map(({ prompt, response }) => ({
      tokens: [...Array.from(prompt), TOKEN.sep, ...Array.from(response)],
      // Without prompt loss the prompt's positions are not scored at all, which saves their output layer.
      scoreFrom: promptWeight > 0 ? 0 : prompt.length,
    })),
  );
  const weights = new Float32Array(batch.rows * batch.scored);
  documents.forEach(({ prompt, response }, b) => {
    // Column s scores the token after position scoreFrom + s: the response starts after the separator.
    const first = promptWeight > 0 ? prompt.length : 0;
    weights.fill(promptWeight, b * batch.scored, b * batch.scored + first);
    weights.fill(1, b * batch.scored + first, b * batch.scored + first + response.length);
  });
  return { batch, weights };
}
