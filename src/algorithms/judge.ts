// Judge: a small language model learns to answer which of two responses is better, and how good one is
//   L = L_compare + L_score
//   L_compare = -mean[ p log q("1" | post, first, second) + (1 - p) log q("2" | post, first, second) ]
//   L_score   = -mean[ log q(score | post, response) ]
// q is the softmax over the whole vocabulary, so the judge also learns that nothing else is an answer. p is what an
// annotator said about the order in which the two responses stand, the score from 1 to 10 what one gave to a single
// response. After Lee et al. 2023 (arXiv 2309.00267), sections 2.1 and 2.2, where a prompted language model is read in
// the same two ways.
// Departures: trained for the task instead of prompted.

import { add, mean, mul, neg, slice, sum, tensor2d, tidy, type Scalar } from '@tensorflow/tfjs-core';
import { SCORES } from '../core/tokens';
import { packBatch, type Sequence } from '../nn/batch';
import { CHOICE_IDS, chooseFirst, SCORE_IDS, scoreDistributions } from '../nn/choice';
import type { Engine, Optimizer, ParameterSet } from '../nn/types';
import { MetricsReader, update, warmupCosine } from './train';
import type { Algorithm } from './types';

/** Two responses and what an annotator said. */
export interface Comparison {
  readonly sequence: Sequence;
  /** Probability that the response shown first is better. */
  readonly pFirst: number;
}

/** One response and the score that an annotator gave. */
export interface Rating {
  readonly sequence: Sequence;
  /** 1 to 10, whole. */
  readonly score: number;
}

export interface JudgeExamples {
  readonly comparisons: readonly Comparison[];
  readonly ratings: readonly Rating[];
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
  /** Of each step: the same numbers of comparisons and ratings, at least one of both together. */
  readonly examples: (step: number) => JudgeExamples;
  readonly validation: JudgeExamples;
}

const WARMUP_STEPS = 100;
const ANSWER_IDS = [...CHOICE_IDS, ...SCORE_IDS];

/**
 * Yields judge/loss, grad_norm and, now and then, judge/val_loss and judge/val_accuracy (comparisons, one order asked)
 * and judge/val_score_loss.
 */
export async function* judge(config: JudgeConfig, deps: JudgeDeps): Algorithm<void> {
  const { engine, params, optimizer, examples, validation } = deps;
  const reader = new MetricsReader(engine, `Lower the judge's learning rate (now ${config.learningRate}).`);
  const validates = validation.comparisons.length + validation.ratings.length > 0;
  try {
    for (let step = 0; step < config.steps; step++) {
      const { comparisons, ratings } = examples(step);
      const batch = packBatch([...comparisons, ...ratings].map(({ sequence }) => sequence), { scored: 1 });
      const forward = await engine.forward(params, batch, { outputs: ['choiceLogp'], choices: ANSWER_IDS, keep: true });
      const target = tensor2d([...comparisons.map(comparisonTarget), ...ratings.map(ratingTarget)]);
      const { loss, gradNorm } = await update(
        engine, forward, ['choiceLogp'],
        ({ choiceLogp }) => tidy(() => {
          const crossEntropy = neg(sum(mul(target, choiceLogp), 1));
          const part = (from: number, count: number): Scalar[] => count === 0 ? [] : [mean<Scalar>(slice(crossEntropy, from, count))];
          return [...part(0, comparisons.length), ...part(comparisons.length, ratings.length)].reduce((a, b) => add(a, b));
        }),
        optimizer,
        { learningRate: warmupCosine(step, config.steps, config.learningRate, WARMUP_STEPS), weightDecay: config.weightDecay },
      ).finally(() => target.dispose());
      reader.add(step + 1, { 'judge/loss': loss, grad_norm: gradNorm });
      const last = step === config.steps - 1;
      const validate = validates && (last || (step + 1) % config.validateEvery === 0);
      if (!validate && !last && !reader.due) continue;
      yield* reader.flush(validate
        ? async () => ({ step: step + 1, values: await validationMetrics(engine, params, validation) })
        : undefined);
    }
  } finally {
    reader.dispose();
  }
}

/** Over `ANSWER_IDS`. */
function comparisonTarget({ pFirst }: Comparison): number[] {
  return [pFirst, 1 - pFirst, ...new Array<number>(SCORES).fill(0)];
}

/** Over `ANSWER_IDS`. */
function ratingTarget({ score }: Rating): number[] {
  return [0, 0, ...Array.from({ length: SCORES }, (_, i) => Number(i + 1 === score))];
}

const CHUNK = 64;
const chunks = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / CHUNK) }, (_, i) => items.slice(CHUNK * i, CHUNK * (i + 1)));

async function validationMetrics(
  engine: Engine,
  params: ParameterSet,
  { comparisons, ratings }: JudgeExamples,
): Promise<Record<string, number>> {
  const metrics: Record<string, number> = {};
  if (comparisons.length > 0) {
    let loss = 0;
    let hits = 0;
    for (const part of chunks(comparisons)) {
      const answers = await chooseFirst(engine, params, part.map(({ sequence }) => sequence));
      part.forEach(({ pFirst }, i) => {
        const p = Math.min(1 - 1e-7, Math.max(1e-7, answers[i]!));
        loss -= pFirst * Math.log(p) + (1 - pFirst) * Math.log(1 - p);
        hits += pFirst === 0.5 || p === 0.5 ? 0.5 : Number(p > 0.5 === pFirst > 0.5);
      });
    }
    metrics['judge/val_loss'] = loss / comparisons.length;
    metrics['judge/val_accuracy'] = hits / comparisons.length;
  }
  if (ratings.length > 0) {
    let loss = 0;
    for (const part of chunks(ratings)) {
      const answers = await scoreDistributions(engine, params, part.map(({ sequence }) => sequence));
      part.forEach(({ score }, i) => (loss -= Math.log(Math.max(1e-7, answers[i]![score - 1]!))));
    }
    metrics['judge/val_score_loss'] = loss / ratings.length;
  }
  return metrics;
}
