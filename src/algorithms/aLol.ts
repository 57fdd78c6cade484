// A-LoL: advantage-leftover-lunch RL, policy gradient on responses that are there already, only those better than expected
//   gradient = E_D[ A w grad log pi(y | x) ],   A = r(x, y) - V_SFT(x) where that is positive, else 0
// with a weight w by variant (`aLolWeights`): the clipped ratio pi / pi_SFT of the response or of each token, 1, or 1 and a
// penalty on log(pi / pi_SFT).
// Baheti et al. 2023 (arXiv 2305.14718). V_SFT(x) is a value head on the frozen SFT policy, trained on rewards of its own
// responses; examples are drawn in proportion to their advantage, and weighed by it, as in the paper's code.
// Departures: the value head is linear and reads the separator's state, instead of attention over the prompt; AdamW with
// linear decay and no warm-up.

import { dispose, tensor1d, tensor2d, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { aLolWeights, headOf, responseMask, valueLoss, weightedLikelihoodLoss, type ALolVariant } from '../losses';
import type { Batch, Engine, ParameterSet } from '../nn/types';
import { epochBatch, epochSteps, responseBatch, type Completion } from './batches';
import { CHUNK, heldOutMeter, tokenLogps, type OfflineConfig, type OfflineDeps } from './offline';
import { linearDecay, MetricsReader, update } from './train';
import type { Algorithm } from './types';

/** An example is a response. An epoch draws as many as there are, most of them more than once or never. */
export interface ALolConfig extends OfflineConfig {
  readonly variant: ALolVariant;
  /** Ratios are clipped to 1 +- clip, 0..1; 0.9 in the paper. Variants `response` and `sequence`. */
  readonly clip: number;
  /** Weight of the penalty, >= 0, in units of reward a nat. Variant `kl`. */
  readonly beta: number;
  readonly valueEpochs: number;
  readonly valueLearningRate: number;
}

export interface RewardedResponse extends Completion {
  readonly reward: number;
}

export interface ALolDeps extends OfflineDeps {
  readonly examples: readonly RewardedResponse[];
  /** Rewards of the SFT policy's responses, from which its value is learned: the examples, where they are its own. */
  readonly baseline: readonly Pick<RewardedResponse, 'prompt' | 'reward'>[];
}

/**
 * Yields loss, advantages (mean of the batch), grad_norm and, before the first step and now and then, rewards/* and logps/*
 * (`heldOutMeter`; the reward is log(pi / pi_SFT)). Before the first step also loss/value_avg, the value's mean squared
 * error on the baseline, and advantages/positive, the share of examples that are better than expected.
 * @throws RangeError where none is.
 */
export async function* aLol(config: ALolConfig, deps: ALolDeps): Algorithm<void> {
  const { engine, policy, optimizer, from = 0, reference, heldOut } = deps;
  const { variant, clip, beta } = config;
  const total = epochSteps(config, deps.examples.length);
  const reader = new MetricsReader(engine, `Lower the learning rate (now ${config.learningRate}).`);
  try {
    // Advantages, and what is left of the examples
    const { values, meanSquare } = await referenceValues(config, deps);
    const better = deps.examples
      .map((example, i) => ({ ...example, advantage: example.reward - values[i]! }))
      .filter(({ advantage }) => advantage > 0);
    if (better.length === 0) throw new RangeError('A-LoL: no response is better than the SFT policy is expected to write');
    const referenceLogps = await tokenLogps(engine, reference, better);
    const examples = better.map((example, i) => ({ ...example, referenceLogps: referenceLogps[i]! }));
    const draw = inProportion(examples.map(({ advantage }) => advantage));

    const measure = await heldOutMeter(deps, (logp, referenceLogp) => logp - referenceLogp);
    if (from === 0) {
      reader.add(0, {}, {
        'loss/value_avg': meanSquare,
        'advantages/positive': better.length / deps.examples.length,
        ...(heldOut.length > 0 ? await measure() : {}),
      });
    }

    for (let step = from; step < total; step++) {
      const draws = new Stream(streamKey(config.seed, PURPOSE.select, step));
      const chosen = Array.from({ length: config.batch }, () => examples[draw(draws.unit())]!);
      const { batch, lengths } = responseBatch(chosen);
      const forward = await engine.forward(policy, batch, { outputs: ['logp'], keep: true });
      const weights = tidy(() => aLolWeights(variant, {
        advantage: tensor1d(chosen.map(({ advantage }) => advantage)),
        logp: forward.outputs.logp!,
        referenceLogp: padded(chosen.map((example) => example.referenceLogps), batch.scored),
        mask: responseMask(lengths, batch.scored),
        clip,
        beta,
      }));
      const { loss, gradNorm } = await update(
        engine, forward, ['logp'], ({ logp }) => weightedLikelihoodLoss(logp, weights), optimizer,
        { learningRate: linearDecay(step, total, config.learningRate), weightDecay: config.weightDecay },
      ).finally(() => weights.dispose());
      reader.add(step + 1, { loss, grad_norm: gradNorm }, { advantages: mean(chosen.map(({ advantage }) => advantage)) });

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
 * V_SFT(x) of each example, by a value head on the frozen SFT policy that is trained on the baseline, and its mean squared
 * error there.
 */
async function referenceValues(
  config: ALolConfig, { engine, reference, examples, baseline }: ALolDeps,
): Promise<{ values: number[]; meanSquare: number }> {
  const params = engine.copyParameters(reference);
  const optimizer = engine.createOptimizer(params);
  const passes = { ...config, epochs: config.valueEpochs };
  const steps = epochSteps(passes, baseline.length);
  try {
    for (let step = 0; step < steps; step++) {
      const chosen = epochBatch(passes, baseline, step);
      const forward = await engine.forward(params, promptEnds(chosen), { outputs: ['value'], keep: true, detachValue: true });
      const [rewards, mask] = [tensor2d(chosen.map(({ reward }) => [reward])), tensor2d(chosen.map(() => [1]))];
      const { loss, gradNorm } = await update(
        engine, forward, ['value'], ({ value }) => valueLoss(headOf(value), rewards, mask), optimizer,
        { learningRate: linearDecay(step, steps, config.valueLearningRate) },
      ).finally(() => dispose([rewards, mask]));
      dispose([loss, gradNorm]);
    }
    const fitted = await valuesOf(engine, params, baseline);
    return {
      values: await valuesOf(engine, params, examples),
      meanSquare: mean(baseline.map(({ reward }, i) => (reward - fitted[i]!) ** 2)),
    };
  } finally {
    optimizer.dispose();
    params.dispose();
  }
}

/** The first value head at the separator of each prompt. */
async function valuesOf(engine: Engine, params: ParameterSet, items: readonly Prompted[]): Promise<number[]> {
  const values: number[] = [];
  for (let from = 0; from < items.length; from += CHUNK) {
    const forward = await engine.forward(params, promptEnds(items.slice(from, from + CHUNK)), { outputs: ['value'] });
    const first = tidy(() => headOf(forward.outputs.value!));
    forward.dispose();
    values.push(...await first.data<'float32'>().finally(() => first.dispose()));
  }
  return values;
}

type Prompted = Pick<Completion, 'prompt'>;

/** Prompts with their separator, which alone is scored. */
function promptEnds(items: readonly Prompted[]): Batch {
  return responseBatch(items.map(({ prompt }) => ({ prompt, response: [] }))).batch;
}

/** Rows of different lengths as one tensor, filled up with zeros. [B, S] */
function padded(rows: readonly Float32Array[], columns: number): Tensor2D {
  const values = new Float32Array(rows.length * columns);
  rows.forEach((row, b) => values.set(row, b * columns));
  return tensor2d(values, [rows.length, columns]);
}

/** Draws an index in proportion to positive weights, by a number in [0, 1). */
function inProportion(weights: readonly number[]): (unit: number) => number {
  let sum = 0;
  const upTo = weights.map((weight) => (sum += weight));
  return (unit) => upTo.findIndex((bound) => unit * sum < bound);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
