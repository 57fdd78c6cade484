// Chain of Hindsight
//   L = -mean over response tokens of log pi(y_t | x, marker, y_<t, what stands before)
// on labelled pairs written out in one of four orders, y+ the better response and y- the other:
//   x <good> <sep> y+      x <bad> <sep> y-      x <good> <sep> y+ <bad> y-      x <bad> <sep> y- <good> y+
// Liu et al. 2023 (arXiv 2302.02676). Markers are not learned, both responses are. The policy answers `goodPrompt(x)`.
// Departures: a reserved token stands for each of the paper's feedback sentences; the order of a pair is drawn anew in
// each epoch; a pair whose label is exactly 1/2 has no order and is left out, and a soft label counts as the side it is on;
// no random masking of past tokens and no pretraining text mixed in.

import { PURPOSE, Stream, streamKey } from '../core/rng';
import { TOKEN } from '../core/tokens';
import type { Engine, Optimizer, ParameterSet } from '../nn/types';
import { epochBatch, epochSteps, type EpochConfig } from './batches';
import { imitate, learnResponse, type Example } from './imitation';
import { markedPrompt, markerRewards } from './markers';
import { bothCompletions } from './offline';
import { accuracy, preferredMargin, type LabelledPair } from './rewardModel';
import type { Algorithm } from './types';

/** An example is a pair. */
export interface HindsightConfig extends EpochConfig {
  /** Peak; linear decay to a tenth. */
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Steps between two measurements on held-out pairs. */
  readonly measureEvery: number;
}

export interface HindsightDeps {
  readonly engine: Engine;
  /** Starts as a copy of the SFT policy; trained in place. Its positions hold a prompt, both responses and 3 more. */
  readonly policy: ParameterSet;
  /** Of the policy. */
  readonly optimizer: Optimizer;
  /** Steps taken already: policy and optimizer stand after them. Default 0. */
  readonly from?: number;
  readonly pairs: readonly LabelledPair[];
  readonly heldOut: readonly LabelledPair[];
}

/** What the trained policy is given to answer a prompt well; the separator follows as after any prompt. */
export function goodPrompt(prompt: ArrayLike<number>): number[] {
  return markedPrompt(prompt, TOKEN.good);
}

/** Pairs that the method learns from. */
export function orderedPairs(pairs: readonly LabelledPair[]): readonly LabelledPair[] {
  return pairs.filter(({ pA }) => pA !== 0.5);
}

/**
 * Yields loss/nll_avg, grad_norm and, now and then, on held-out pairs and with log pi(y | x, good) - log pi(y | x, bad) as
 * the reward of a response, rewards/accuracies and rewards/margins (nats).
 * @throws RangeError where no pair has an order.
 */
export async function* hindsight(config: HindsightConfig, deps: HindsightDeps): Algorithm<void> {
  const { engine, policy, optimizer, from = 0, heldOut } = deps;
  const pairs = orderedPairs(deps.pairs);
  if (pairs.length === 0) throw new RangeError('Chain of Hindsight: no pair has a better response');
  const total = epochSteps(config, pairs.length);
  yield* imitate({ ...config, from, to: total, total }, {
    engine, policy, optimizer,
    examples: (step) => {
      const orders = new Stream(streamKey(config.seed, PURPOSE.sample, step));
      return epochBatch(config, pairs, step).map((pair) => writtenOut(pair, orders.pick(ORDERS)));
    },
    ...(heldOut.length > 0 ? { measure: () => measureHeldOut(engine, policy, heldOut) } : {}),
  });
}

const ORDERS = ['good', 'bad', 'good, bad', 'bad, good'] as const;

/** A pair in one of the four orders. */
export function writtenOut({ prompt, responses, pA }: LabelledPair, order: (typeof ORDERS)[number]): Example {
  const [better, worse] = pA > 0.5 ? responses : [responses[1], responses[0]];
  const good = { marker: TOKEN.good, response: better };
  const bad = { marker: TOKEN.bad, response: worse };
  const [first, second] = order.startsWith('good') ? [good, bad] : [bad, good];
  const alone = learnResponse({ prompt: markedPrompt(prompt, first.marker), response: first.response });
  if (!order.includes(',')) return alone;
  return {
    sequence: {
      ...alone.sequence,
      tokens: [...Array.from(alone.sequence.tokens), second.marker, ...Array.from(second.response)],
    },
    learned: [...alone.learned, 0, ...new Array<number>(second.response.length).fill(1)],
  };
}

async function measureHeldOut(
  engine: Engine,
  policy: ParameterSet,
  heldOut: readonly LabelledPair[],
): Promise<Record<string, number>> {
  const rewards = await markerRewards(engine, policy, bothCompletions(heldOut), [TOKEN.good, TOKEN.bad]);
  const margins = heldOut.map((_, i) => rewards[2 * i]! - rewards[2 * i + 1]!);
  const labels = heldOut.map(({ pA }) => pA);
  return { 'rewards/accuracies': accuracy(margins, labels), 'rewards/margins': preferredMargin(margins, labels) };
}
