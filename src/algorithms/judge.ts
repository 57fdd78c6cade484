// Judge: a small language model learns to answer "1" or "2"
//   L = -[ p log q("1" | post, first, second) + (1 - p) log q("2" | post, first, second) ]
// q is the softmax over the whole vocabulary, so the judge also learns that nothing else is an answer. p is what an
// annotator said about the order in which the two responses stand. After Lee et al. 2023 (arXiv 2309.00267), section
// 2.1, where a prompted language model is read the same way.
// Departures: trained for the task instead of prompted.

import { mean, mul, neg, sum, tensor2d, tidy, type Scalar } from '@tensorflow/tfjs-core';
import { packBatch, type Sequence } from '../nn/batch';
import { CHOICE_IDS, chooseFirst } from '../nn/choice';
import type { Engine, Optimizer, ParameterSet } from '../nn/types';
import { MetricsReader, update, warmupCosine } from './train';
import type { Algorithm } from './types';

export interface JudgeExample {
  readonly sequence: Sequence;
  /** Probability that the response shown first is better. */
  readonly pFirst: number;
}

export interface JudgeConfig {
  readonly steps: number;
  /** Peak; 100 steps of warm-up, then cosine decay to a tenth. */
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly validateEvery: number;
}

export interface JudgeDeps {
  readonly engine: Engine;
  /** Starts as a copy of the judge's language model; trained in place. */
  readonly params: ParameterSet;
  /** Of `params`. */
  readonly optimizer: Optimizer;
  readonly examples: (step: number) => Promise<readonly JudgeExample[]>;
  readonly validation: readonly JudgeExample[];
}

const WARMUP_STEPS = 100;

/** Yields judge/loss, grad_norm and, now and then, judge/val_loss and judge/val_accuracy (one order asked). */
export async function* judge(config: JudgeConfig, deps: JudgeDeps): Algorithm<void> {
  const { engine, params, optimizer, examples, validation } = deps;
  const reader = new MetricsReader(engine, `Lower the judge's learning rate (now ${config.learningRate}).`);
  try {
    for (let step = 0; step < config.steps; step++) {
      const chosen = await examples(step);
      const batch = packBatch(chosen.map((example) => example.sequence), { scored: 1 });
      const forward = await engine.forward(params, batch, { outputs: ['choiceLogp'], choices: CHOICE_IDS, keep: true });
      const target = tensor2d(chosen.map(({ pFirst }) => [pFirst, 1 - pFirst]));
      const { loss, gradNorm } = await update(
        engine, forward, ['choiceLogp'],
        ({ choiceLogp }) => tidy(() => neg<Scalar>(mean(sum(mul(target, choiceLogp), 1)))),
        optimizer,
        { learningRate: warmupCosine(step, config.steps, config.learningRate, WARMUP_STEPS), weightDecay: config.weightDecay },
      ).finally(() => target.dispose());
      reader.add(step + 1, { 'judge/loss': loss, grad_norm: gradNorm });
      const last = step === config.steps - 1;
      const validate = validation.length > 0 && (last || (step + 1) % config.validateEvery === 0);
      if (!validate && !last && !reader.due) continue;
      yield* reader.flush(validate
        ? async () => ({ step: step + 1, values: await validationMetrics(engine, params, validation) })
        : undefined);
    }
  } finally {
    reader.dispose();
  }
}

async function validationMetrics(
  engine: Engine,
  params: ParameterSet,
  validation: readonly JudgeExample[],
): Promise<Record<string, number>> {
  let loss = 0;
  let hits = 0;
  const chunk = 64;
  for (let from = 0; from < validation.length; from += chunk) {
    const part = validation.slice(from, from + chunk);
    const answers = await chooseFirst(engine, params, part.map((example) => example.sequence));
    part.forEach(({ pFirst }, i) => {
      const p = Math.min(1 - 1e-7, Math.max(1e-7, answers[i]!));
      loss -= pFirst * Math.log(p) + (1 - pFirst) * Math.log(1 - p);
      hits += pFirst === 0.5 || p === 0.5 ? 0.5 : Number(p > 0.5 === pFirst > 0.5);
    });
  }
  return { 'judge/val_loss': loss / validation.length, 'judge/val_accuracy': hits / validation.length };
}
