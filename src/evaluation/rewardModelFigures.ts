import type { Estimate } from '../core/bundle';
import type { ReliabilityBin } from '../core/labReport';
import { mean } from '../core/stats';
import { agreement } from './alignment';
import { meanEstimate, shareEstimate } from './estimate';
import { calibration, pick, prefersMore, present, swapFigures, type SwapFigures } from './labelerFigures';
import type { Verdict } from './verdicts';

/** A held-out pair of responses a, b, as a reward model and others see it. */
export interface ScoredPair {
  /** r(a) - r(b), log odds of a under Bradley-Terry: not standardised. */
  readonly margin: number;
  /** P(a better) by the labeler whose labels the model was trained on, 0..1. */
  readonly label: number;
  readonly gold: Verdict;
  /** Words of a and of b. */
  readonly words: readonly [a: number, b: number];
  /** `copiedShare` of a and of b. */
  readonly copied: readonly [a: number, b: number];
  /**
   * Of a model that reads both responses at once: P(the response shown first is better), [0] with a first, [1] with b
   * first. Absent for a model that scores them one by one, which sees no order.
   */
  readonly raw?: readonly [number, number];
}

/** How often the response with more of something is preferred; each is absent where it decided no such pair. */
export interface Preferences {
  readonly rewardModel?: Estimate;
  /** The labels it was trained on, hardened. */
  readonly labels?: Estimate;
  readonly gold?: Estimate;
}

/** Position bias of a model of pairs. */
export interface PositionFigures extends SwapFigures {
  /** Mean P(the response shown first is better) over both orders; 1/2 is no bias. Sees what no argmax shows. */
  readonly meanFirst: Estimate;
}

/** What a reward model is worth on held-out pairs. Intervals are over pairs. */
export interface RewardModelFigures {
  /** Pairs scored. */
  readonly n: number;
  /** Share of pairs where the sign of the margin agrees with the label, ties of either half. */
  readonly accuracy: Estimate;
  /** The same with the verdict of gold utility. */
  readonly goldAccuracy: Estimate;
  /** Of P(a better) = sigmoid(margin) against the hardened labels, by confidence. */
  readonly reliability: ReliabilityBin[];
  /** Expected calibration error, 0..1. */
  readonly ece: number;
  /** Mean squared difference of sigmoid(margin) to the hardened label (Brier 1950). */
  readonly brier: Estimate;
  /** Mean of r(preferred) - r(other) over the pairs that the labels decide; absent, with its sd, where fewer than two. */
  readonly margin?: Estimate;
  /** Standard deviation of these, with n - 1. */
  readonly marginSd?: number;
  /** Of pairs whose responses differ in words, the share in which the longer is preferred. */
  readonly prefersLonger: Preferences;
  /** Of pairs whose responses differ in it, the share in which the one that copies more bigrams of the post is. */
  readonly prefersCopying: Preferences;
  /** Of the pairs with answers in both orders; absent where there are fewer than two. */
  readonly position?: PositionFigures;
}

function sampleDeviation(values: readonly number[]): number {
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}

function positionFigures(asked: readonly { readonly raw: readonly [number, number] }[]): PositionFigures | undefined {
  if (asked.length < 2) return undefined;
  return { ...swapFigures(asked), meanFirst: meanEstimate(asked.map(({ raw }) => mean(raw)), 'pairs') };
}

/**
 * What a reward model is worth on pairs it was not trained on: how often it agrees with its own labels and with gold,
 * how well P(a better) = sigmoid(r(a) - r(b)) (Bradley & Terry 1952) is calibrated to the labels (Guo et al. 2017, arXiv
 * 1706.04599), and which shortcuts it prefers, beside how often the labels and gold go the same way: a taste for length
 * that gold lacks and the labels share was inherited from them; one that both lack is the model's own.
 * @throws RangeError on fewer than two pairs, or a margin that is not finite.
 */
export function rewardModelFigures(pairs: readonly ScoredPair[]): RewardModelFigures {
  if (pairs.length < 2) throw new RangeError('figures of a reward model need two pairs or more');
  if (!pairs.every(({ margin }) => Number.isFinite(margin))) throw new RangeError('a margin is not finite');
  const probabilities = pairs.map(({ margin }) => 1 / (1 + Math.exp(-margin)));
  const labels = pairs.map(({ label }) => pick(label));
  const gold = pairs.map((pair) => pair.gold);
  const accuracy = (verdicts: readonly Verdict[]): Estimate =>
    shareEstimate(probabilities.map((pA, i) => agreement({ pA, parsed: true }, verdicts[i]!)), 'pairs');
  const towards = pairs.flatMap(({ margin }, i) => (labels[i] === 0.5 ? [] : [labels[i] === 1 ? margin : -margin]));
  const preferring = (measures: readonly (readonly [number, number])[]): Preferences => present({
    rewardModel: prefersMore(probabilities, measures),
    labels: prefersMore(labels, measures),
    gold: prefersMore(gold, measures),
  });
  return {
    n: pairs.length,
    accuracy: accuracy(labels),
    goldAccuracy: accuracy(gold),
    ...calibration(probabilities, labels),
    prefersLonger: preferring(pairs.map(({ words }) => words)),
    prefersCopying: preferring(pairs.map(({ copied }) => copied)),
    ...present({
      margin: towards.length < 2 ? undefined : meanEstimate(towards, 'pairs'),
      marginSd: towards.length < 2 ? undefined : sampleDeviation(towards),
      position: positionFigures(pairs.flatMap(({ raw }) => (raw ? [{ raw }] : []))),
    }),
  };
}
