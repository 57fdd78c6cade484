// Preference model: P(y beats y' | x), from pairs, for the methods that need no reward
//   L = -mean[ p log q("1" | x, y, y') + (1 - p) log q("2" | x, y, y') ] over both orders of each pair
//   P(y beats y' | x) = ( p(y, y') + 1 - p(y', y) ) / 2,   p = q("1") / (q("1") + q("2"))
// A language model reads the prompt and both responses and answers which is better, as in Munos et al. 2023 (arXiv
// 2312.00886), section 3, and SLiC-HF (Zhao et al. 2023, arXiv 2305.10425). Other than differences of a reward, its
// preferences may go in a circle. Reading both orders takes out what depends on the place alone: P(y, y') + P(y', y) = 1.
// Departures: q is the softmax over the whole vocabulary, so that the model also learns that nothing else is an answer (as
// in `judge.ts`); it starts from the SFT policy.

import { mean, mul, neg, sum, tensor2d, tidy, type Scalar } from '@tensorflow/tfjs-core';
import { TOKEN } from '../core/tokens';
import { packBatch, type Sequence } from '../nn/batch';
import { CHOICE_IDS, chooseFirst } from '../nn/choice';
import type { Engine, Optimizer, ParameterSet } from '../nn/types';
import { epochBatch, epochSteps, type EpochConfig } from './batches';
import { accuracy, preferredMargin, type LabelledPair } from './rewardModel';
import { linearDecay, MetricsReader, update } from './train';
import type { Algorithm } from './types';

/** An example is a pair. */
export interface PreferenceModelConfig extends EpochConfig {
  /** Peak; linear decay to a tenth. */
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Steps between two measurements on held-out pairs. */
  readonly measureEvery: number;
}

export interface PreferenceModelDeps {
  readonly engine: Engine;
  /** Starts as a copy of the SFT policy; trained in place. Its positions hold a prompt, both responses and 3 more. */
  readonly params: ParameterSet;
  /** Of `params`. */
  readonly optimizer: Optimizer;
  /** Steps taken already: parameters and optimizer stand after them. Default 0. */
  readonly from?: number;
  readonly pairs: readonly LabelledPair[];
  readonly heldOut: readonly LabelledPair[];
  /** Further judgements of the held-out pairs by name, pA each: pm/accuracy_NAME is measured against them. */
  readonly judgements?: Readonly<Record<string, readonly number[]>>;
}

/** Two responses to one prompt. */
export type ResponsePair = Pick<LabelledPair, 'prompt' | 'responses'>;

/**
 * Yields pm/loss, pm/labels, grad_norm and, now and then, pm/accuracy, pm/margin (mean of P - 1/2 towards the preferred
 * response, -1/2..1/2) and pm/accuracy_NAME.
 */
export async function* preferenceModel(config: PreferenceModelConfig, deps: PreferenceModelDeps): Algorithm<void> {
  const { engine, params, optimizer, from = 0, pairs, heldOut } = deps;
  const total = epochSteps(config, pairs.length);
  const reader = new MetricsReader(engine, `Lower the preference-model learning rate (now ${config.learningRate}).`);
  try {
    for (let step = from; step < total; step++) {
      const chosen = epochBatch(config, pairs, step);
      const batch = packBatch(chosen.flatMap(bothOrders), { scored: 1 });
      const target = tensor2d(chosen.flatMap(({ pA }) => [[pA, 1 - pA], [1 - pA, pA]]));
      const forward = await engine.forward(params, batch, { outputs: ['choiceLogp'], choices: CHOICE_IDS, keep: true });
      const { loss, gradNorm } = await update(
        engine, forward, ['choiceLogp'],
        ({ choiceLogp }) => tidy(() => mean<Scalar>(neg(sum(mul(target, choiceLogp), 1)))),
        optimizer,
        { learningRate: linearDecay(step, total, config.learningRate), weightDecay: config.weightDecay },
      ).finally(() => target.dispose());
      reader.add(
        step + 1,
        { 'pm/loss': loss, grad_norm: gradNorm },
        { 'pm/labels': Math.min(pairs.length, (step + 1) * config.batch) },
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

/** What the model reads, in both orders: x <first> y <second> y' <choose>, and y and y' changed over. */
function bothOrders({ prompt, responses: [a, b] }: ResponsePair): Sequence[] {
  return [[a, b], [b, a]].map(([first, second]) => ({
    tokens: [
      ...Array.from(prompt), TOKEN.first, ...Array.from(first!), TOKEN.second, ...Array.from(second!), TOKEN.choose,
    ],
    // Only the answer is scored; named so that an engine can share the prompt between the orders.
    scoreFrom: prompt.length,
  }));
}

/** Pairs of one forward pass: two sequences each. */
const CHUNK = 32;

/** P(responses[0] beats responses[1] | prompt) of each pair, 0..1; what is left to 1 is that of the pair changed over. */
export async function preferences(
  engine: Engine,
  params: ParameterSet,
  pairs: readonly ResponsePair[],
): Promise<Float32Array> {
  const first = await firstPreferred(engine, params, pairs);
  return Float32Array.from(pairs, (_, i) => (first[2 * i]! + 1 - first[2 * i + 1]!) / 2);
}

/** P(the response shown first is better), 0..1, of each pair as it is and changed over, side by side. [2N] */
export async function firstPreferred(
  engine: Engine,
  params: ParameterSet,
  pairs: readonly ResponsePair[],
): Promise<Float32Array> {
  const probabilities = new Float32Array(2 * pairs.length);
  for (let from = 0; from < pairs.length; from += CHUNK) {
    const chunk = pairs.slice(from, from + CHUNK);
    probabilities.set(await chooseFirst(engine, params, chunk.flatMap(bothOrders)), 2 * from);
  }
  return probabilities;
}

async function measureHeldOut({ engine, params, heldOut, judgements = {} }: PreferenceModelDeps): Promise<Record<string, number>> {
  const margins = Array.from(await preferences(engine, params, heldOut), (p) => p - 0.5);
  const own = heldOut.map(({ pA }) => pA);
  return {
    'pm/accuracy': accuracy(margins, own),
    'pm/margin': preferredMargin(margins, own),
    ...Object.fromEntries(Object.entries(judgements).map(([name, p]) => [`pm/accuracy_${name}`, accuracy(margins, p)])),
  };
}
