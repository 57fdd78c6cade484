// Fine-grained reward model: which words are wrong, and how much is covered
//   L = BCE(invention_t) + BCE(stumble_t) + c mean (coverage - share of importance covered)^2
// Each token's answers are read from the state after it, coverage from the state after the last token.
// Wu et al. 2023 (arXiv 2306.01693), section 4.2: token classification for the two kinds of error, and a reward for the
// information that is there. How its answers become rewards: `fineGrainedRewards.ts`.
// Departures: one model with three value heads on a shared trunk, starting from the SFT policy (the paper trains three
// models apart); the model reads from left to right, so that a token's answer knows nothing of what follows (the paper's
// encoder reads both ways); every token is a training example, not each segment; coverage is regressed on a share that
// annotators state (the paper learns it from comparisons of completeness); annotations are simulated (the paper's are people's).

import { dispose, tensor1d } from '@tensorflow/tfjs-core';
import { correlation, sigmoid } from '../core/stats';
import { endMask, fineGrainedLoss, tokenColumns } from '../losses';
import { layoutOf, type ModelShape } from '../nn/layout';
import type { Engine, Optimizer, ParameterSet } from '../nn/types';
import { epochBatch, epochSteps, responseBatch, type Completion, type EpochConfig } from './batches';
import { segmentRewards, type FineGrainedReward, type SegmentEnds, type TokenJudgement } from './fineGrainedRewards';
import { linearDecay, MetricsReader, update } from './train';
import type { Algorithm } from './types';

/** A response and what an annotator marked in it. */
export interface AnnotatedResponse extends Completion {
  /** 1 on tokens of statements that the prompt does not support, else 0; one a response token. */
  readonly invented: ArrayLike<number>;
  /** 1 on tokens of stumbles, else 0; one a response token. */
  readonly stumble: ArrayLike<number>;
  /** Share of importance covered, 0..1. */
  readonly coverage: number;
}

/** An example is a response. */
export interface FineGrainedConfig extends EpochConfig {
  /** Peak; linear decay to a tenth. */
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Steps between two measurements on held-out responses. */
  readonly measureEvery: number;
}

export interface FineGrainedDeps {
  readonly engine: Engine;
  /** With `FINE_GRAINED_HEADS` value heads (`withValueHeads` of the SFT policy); trained in place. */
  readonly params: ParameterSet;
  /** Of `params`. */
  readonly optimizer: Optimizer;
  /** Steps taken already: parameters and optimizer stand after them. Default 0. */
  readonly from?: number;
  readonly examples: readonly AnnotatedResponse[];
  readonly heldOut: readonly AnnotatedResponse[];
}

/** Invention, stumble and coverage, in this order. */
export const FINE_GRAINED_HEADS = 3;

/** Brings the squared error of a share to the size of the cross-entropies: a Gaussian of deviation 0.25 about it. */
const COVERAGE_COEFFICIENT = 8;

export { epochSteps as fineGrainedSteps };

/**
 * Yields fg/loss, fg/labels (responses annotated), grad_norm and, now and then, of held-out responses fg/auc_invented and
 * fg/auc_stumble (over tokens) and fg/coverage_r (Pearson's); a figure that is not defined there is left out.
 */
export async function* fineGrained(config: FineGrainedConfig, deps: FineGrainedDeps): Algorithm<void> {
  const { engine, params, optimizer, from = 0, examples, heldOut } = deps;
  const total = epochSteps(config, examples.length);
  const reader = new MetricsReader(engine, `Lower the reward-model learning rate (now ${config.learningRate}).`);
  try {
    for (let step = from; step < total; step++) {
      const chosen = epochBatch(config, examples, step);
      const { batch, lengths } = responseBatch(chosen);
      const states = (values: readonly ArrayLike<number>[]): ReturnType<typeof tokenColumns> =>
        tokenColumns(values, batch.scored, 'state');
      const weights = states(lengths.map((length) => new Float32Array(length).fill(1)));
      const invented = states(chosen.map((example) => example.invented));
      const stumble = states(chosen.map((example) => example.stumble));
      const target = tensor1d(chosen.map(({ coverage }) => coverage));
      const end = endMask(lengths, batch.scored);
      const forward = await engine.forward(params, batch, { outputs: ['value'], keep: true });
      const { loss, gradNorm } = await update(
        engine, forward, ['value'],
        ({ value }) => fineGrainedLoss(value, {
          tokens: [{ targets: invented, weights }, { targets: stumble, weights }],
          target, end, endCoefficient: COVERAGE_COEFFICIENT,
        }),
        optimizer,
        { learningRate: linearDecay(step, total, config.learningRate), weightDecay: config.weightDecay },
      ).finally(() => dispose([weights, invented, stumble, target, end]));
      reader.add(
        step + 1,
        { 'fg/loss': loss, grad_norm: gradNorm },
        { 'fg/labels': Math.min(examples.length, (step + 1) * config.batch) },
      );
      const last = step === total - 1;
      const measure = heldOut.length > 0 && (last || (step + 1) % config.measureEvery === 0);
      if (!measure && !last && !reader.due) continue;
      yield* reader.flush(measure
        ? async () => ({ step: step + 1, values: await measureHeldOut(deps) })
        : undefined);
    }
  } finally {
    reader.dispose();
  }
}

/**
 * What the model says of each response.
 * @param chunk rows per forward pass.
 */
export async function judgeTokens(
  engine: Engine,
  params: ParameterSet,
  items: readonly Completion[],
  chunk = 64,
): Promise<TokenJudgement[]> {
  const judgements: TokenJudgement[] = [];
  for (let from = 0; from < items.length; from += chunk) {
    const { batch, lengths } = responseBatch(items.slice(from, from + chunk));
    const forward = await engine.forward(params, batch, { outputs: ['value'] });
    const value = await forward.outputs.value!.data().finally(() => forward.dispose());
    const at = (row: number, column: number, head: number): number =>
      value[(row * batch.scored + column) * FINE_GRAINED_HEADS + head]!;
    // The state after token t is in column t + 1.
    const probabilities = (row: number, length: number, head: number): Float32Array =>
      Float32Array.from({ length }, (_, t) => sigmoid(at(row, t + 1, head)));
    lengths.forEach((length, row) => judgements.push({
      invention: probabilities(row, length, 0), stumble: probabilities(row, length, 1), coverage: at(row, length, 2),
    }));
  }
  return judgements;
}

/** Rewards of responses of at least one token, before weighing (`weigh`). */
export async function fineGrainedRewards(
  engine: Engine,
  params: ParameterSet,
  items: readonly Completion[],
  segmentEnds: SegmentEnds,
): Promise<FineGrainedReward[]> {
  const judgements = await judgeTokens(engine, params, items);
  return judgements.map((judgement, i) => segmentRewards(judgement, segmentEnds(items[i]!.response)));
}

/** Parameters of the same model with another number of value heads, all new ones: 0, as initial ones are. */
export function withValueHeads(
  shape: ModelShape,
  values: Float32Array,
  valueHeads: number,
): { shape: ModelShape; values: Float32Array } {
  const layout = layoutOf(shape);
  const wider = layoutOf({ ...shape, valueHeads });
  const copy = new Float32Array(wider.size);
  for (const { name, offset } of wider.views) {
    if (name.startsWith('value_head.')) continue;
    const view = layout.view(name);
    copy.set(values.subarray(view.offset, view.offset + view.size), offset);
  }
  return { shape: wider.shape, values: copy };
}

/**
 * Area under the ROC curve: P(a positive scores above a negative), ties counting half (Mann and Whitney 1947). Undefined
 * where one of the classes is empty. @param targets positive where above 1/2.
 */
export function rocAuc(scores: ArrayLike<number>, targets: ArrayLike<number>): number | undefined {
  const order = Array.from(scores, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  const positives = order.filter((i) => targets[i]! > 0.5).length;
  const pairs = positives * (order.length - positives);
  if (pairs === 0) return undefined;
  let [wins, negativesBelow] = [0, 0];
  for (let from = 0, to = 0; from < order.length; from = to) {
    let tiedPositives = 0;
    for (; to < order.length && scores[order[to]!] === scores[order[from]!]; to++) {
      tiedPositives += Number(targets[order[to]!]! > 0.5);
    }
    const tiedNegatives = to - from - tiedPositives;
    wins += tiedPositives * (negativesBelow + tiedNegatives / 2);
    negativesBelow += tiedNegatives;
  }
  return wins / pairs;
}

async function measureHeldOut({ engine, params, heldOut }: FineGrainedDeps): Promise<Record<string, number>> {
  const judgements = await judgeTokens(engine, params, heldOut);
  const all = (values: readonly ArrayLike<number>[]): number[] => values.flatMap((own) => Array.from(own));
  const figures = {
    'fg/auc_invented': rocAuc(all(judgements.map((j) => j.invention)), all(heldOut.map((e) => e.invented))),
    'fg/auc_stumble': rocAuc(all(judgements.map((j) => j.stumble)), all(heldOut.map((e) => e.stumble))),
    'fg/coverage_r': correlation(judgements.map((j) => j.coverage), heldOut.map((e) => e.coverage)),
  };
  const known = Object.entries(figures).filter((entry): entry is [string, number] => entry[1] !== undefined);
  return Object.fromEntries(known);
}
