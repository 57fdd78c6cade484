// Reward model from soft preference labels
//   L = -[ p log sigma(r_a - r_b) + (1 - p) log sigma(r_b - r_a) ],  r = score of (prompt, response)
// Lee et al. 2023 (arXiv 2309.00267), section 2.2 and appendix: cross-entropy between the label and softmax(r_a, r_b).
// Two heads: `last` reads the state after the last token (Stiennon et al. 2020); `likelihood` adds a learned weight for
// each token's log-probability under the reward model's own language-model head (see `losses/preference.ts`).
// Label smoothing and a margin for each pair, where asked for: Wang et al. 2024 (arXiv 2401.06080), equations 5 and 6.
// Departures: starts from the SFT policy also where the paper starts from the pretrained model.

import { dispose, tensor1d, type Scalar, type Tensor1D } from '@tensorflow/tfjs-core';
import { bradleyTerryLoss, endMask, lastTokenScore, likelihoodAwareScore, noisyBradleyTerryLoss, splitPairs } from '../losses';
import type { Engine, Optimizer, Outputs, OutputName, ParameterSet } from '../nn/types';
import { epochBatch, epochSteps, responseBatch, type Completion, type EpochConfig } from './batches';
import { linearDecay, MetricsReader, update } from './train';
import type { Algorithm } from './types';

export type RewardHead = 'last' | 'likelihood';

export interface LabelledPair {
  readonly prompt: ArrayLike<number>;
  readonly responses: readonly [ArrayLike<number>, ArrayLike<number>];
  /** Probability that responses[0] is better. */
  readonly pA: number;
  /** By how much the better response should lead, in units of the reward, 0 or more. Only `rewardModel` reads it. Default 0. */
  readonly margin?: number;
}

/** An example is a pair. */
export interface RewardModelConfig extends EpochConfig {
  readonly head: RewardHead;
  /** Peak; linear decay to a tenth. */
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Share of labels taken to be turned round, from 0 to below 0.5. Default 0. */
  readonly labelSmoothing?: number;
  /** Steps between two measurements on held-out pairs. */
  readonly measureEvery: number;
}

export interface RewardModelDeps {
  readonly engine: Engine;
  /** Starts as a copy of the SFT policy; trained in place. */
  readonly params: ParameterSet;
  /** Of `params`. */
  readonly optimizer: Optimizer;
  /** Steps taken already: parameters and optimizer stand after them. Default 0. */
  readonly from?: number;
  readonly pairs: readonly LabelledPair[];
  readonly heldOut: readonly LabelledPair[];
  /** Further judgements of the held-out pairs by name, pA each: rm/accuracy_NAME is measured against them. */
  readonly judgements?: Readonly<Record<string, readonly number[]>>;
}

const OUTPUTS: Readonly<Record<RewardHead, readonly OutputName[]>> = {
  last: ['value'],
  likelihood: ['value', 'logp', 'tokenWeight'],
};

export { epochSteps as rewardModelSteps };

/** Yields rm/loss, rm/labels, grad_norm and, now and then, rm/accuracy, rm/margin and rm/accuracy_NAME. */
export async function* rewardModel(config: RewardModelConfig, deps: RewardModelDeps): Algorithm<void> {
  const { engine, params, optimizer, from = 0, pairs, heldOut } = deps;
  const { head, labelSmoothing = 0 } = config;
  const withMargins = pairs.some(({ margin = 0 }) => margin !== 0);
  const total = epochSteps(config, pairs.length);
  const reader = new MetricsReader(engine, `Lower the reward-model learning rate (now ${config.learningRate}).`);
  try {
    for (let step = from; step < total; step++) {
      const chosen = epochBatch(config, pairs, step);
      const { batch, lengths } = responseBatch([
        ...chosen.map(({ prompt, responses }) => ({ prompt, response: responses[0] })),
        ...chosen.map(({ prompt, responses }) => ({ prompt, response: responses[1] })),
      ]);
      const pFirst = tensor1d(chosen.map((pair) => pair.pA));
      const margin = withMargins ? tensor1d(chosen.map((pair) => pair.margin ?? 0)) : undefined;
      const noise = { labelSmoothing, ...(margin && { margin }) };
      const lossOf = (first: Tensor1D, second: Tensor1D): Scalar =>
        labelSmoothing > 0 || margin
          ? noisyBradleyTerryLoss(first, second, pFirst, noise)
          : bradleyTerryLoss(first, second, pFirst);
      const end = endMask(lengths, batch.scored);
      const forward = await engine.forward(params, batch, { outputs: OUTPUTS[head], keep: true });
      const { loss, gradNorm } = await update(
        engine, forward, OUTPUTS[head],
        (outputs) => lossOf(...splitPairs(score(head, outputs, end))),
        optimizer,
        { learningRate: linearDecay(step, total, config.learningRate), weightDecay: config.weightDecay },
      ).finally(() => dispose([pFirst, end, margin]));
      reader.add(
        step + 1,
        { 'rm/loss': loss, grad_norm: gradNorm },
        { 'rm/labels': Math.min(pairs.length, (step + 1) * config.batch) },
      );
      const last = step === total - 1;
      const measure = heldOut.length > 0 && (last || (step + 1) % config.measureEvery === 0);
      if (!measure && !last && !reader.due) continue;
      yield* reader.flush(measure
        ? async () => ({ step: step + 1, values: await measureHeldOut(head, deps) })
        : undefined);
    }
  } finally {
    reader.dispose();
  }
}

/**
 * Scores of responses, raw reward-model units. [N]
 * @param chunk rows per forward pass.
 */
export async function scoreResponses(
  engine: Engine,
  params: ParameterSet,
  head: RewardHead,
  items: readonly Completion[],
  chunk = 64,
): Promise<Float32Array> {
  const scores = new Float32Array(items.length);
  for (let from = 0; from < items.length; from += chunk) {
    const { batch, lengths } = responseBatch(items.slice(from, from + chunk));
    const forward = await engine.forward(params, batch, { outputs: OUTPUTS[head] });
    const end = endMask(lengths, batch.scored);
    const values = score(head, forward.outputs, end);
    scores.set(await values.data(), from);
    dispose([end, values]);
    forward.dispose();
  }
  return scores;
}

/** r_a - r_b of each pair. The responses of a pair lie side by side, so that an engine can share their prompt. */
export async function scoreMargins(
  engine: Engine,
  params: ParameterSet,
  head: RewardHead,
  pairs: readonly Pick<LabelledPair, 'prompt' | 'responses'>[],
): Promise<number[]> {
  const items = pairs.flatMap(({ prompt, responses }) => responses.map((response) => ({ prompt, response })));
  const scores = await scoreResponses(engine, params, head, items);
  return pairs.map((_, i) => scores[2 * i]! - scores[2 * i + 1]!);
}

function score(head: RewardHead, outputs: Outputs, end: ReturnType<typeof endMask>): Tensor1D {
  return head === 'last'
    ? lastTokenScore(outputs.value!, end)
    : likelihoodAwareScore(outputs.value!, outputs.logp!, outputs.tokenWeight!, end);
}

async function measureHeldOut(head: RewardHead, deps: RewardModelDeps): Promise<Record<string, number>> {
  const { engine, params, heldOut, judgements = {} } = deps;
  const margins = await scoreMargins(engine, params, head, heldOut);
  const own = heldOut.map((pair) => pair.pA);
  return {
    'rm/accuracy': accuracy(margins, own),
    'rm/margin': preferredMargin(margins, own),
    ...Object.fromEntries(Object.entries(judgements).map(([name, p]) => [`rm/accuracy_${name}`, accuracy(margins, p)])),
  };
}

/** Share of pairs on which the sign of the margin agrees with the label; a tie on either side counts half. */
export function accuracy(margins: readonly number[], pA: readonly number[]): number {
  const hits = margins.map((margin, i) => (margin === 0 || pA[i] === 0.5 ? 0.5 : Number(margin > 0 === pA[i]! > 0.5)));
  return hits.reduce((sum, hit) => sum + hit, 0) / hits.length;
}

/** Mean of r_preferred - r_other by the label; a label of exactly 1/2 prefers neither and adds 0. */
export function preferredMargin(margins: readonly number[], pA: readonly number[]): number {
  return margins.reduce((sum, margin, i) => sum + margin * Math.sign(pA[i]! - 0.5), 0) / margins.length;
}
