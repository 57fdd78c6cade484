import type { Estimate, LabelerRecord } from '../core/bundle';
import type { ExperimentConfig } from '../core/config';
import type { Label } from '../core/preferences';
import type { JudgedPair, Task, UtilityWeights } from '../tasks/types';
import { goldWeights } from '../tasks/utility';
import { meanEstimate, shareEstimate } from './estimate';
import { agreementProbability, goldVerdict, juryVerdict, type Contest, type Jury, type Verdict } from './verdicts';

/** Probabilities closer to 1/2 than this are ties: the rest is rounding. */
export const TIE = 1e-9;

/**
 * Agreement of a label's argmax with a verdict: 1, 0, or 0.5 where either is a tie. A reply that could not be read
 * is a tie, so it stays in n.
 */
export function agreement({ pA, parsed }: Pick<Label, 'pA' | 'parsed'>, verdict: Verdict): number {
  if (!parsed || Math.abs(pA - 0.5) < TIE || verdict === 0.5) return 0.5;
  return Number(pA > 0.5 === (verdict === 1));
}

/** Both fields are absent together where no label was asked in both orders; `prefersFirst` also where no slot won. */
export interface PositionBias {
  readonly samePosition?: Estimate;
  readonly prefersFirst?: number;
}

/**
 * Position bias from the raw answers, [P(first shown better) in order 1, in order 2]: share of the pairs asked in both
 * orders where the same slot wins twice, and the share of those in which it is the first (Lee et al. 2023, section on
 * position bias). An answer of exactly 1/2 is a win of no slot.
 */
export function positionBias(labels: readonly Pick<Label, 'raw'>[]): PositionBias {
  const asked = labels.filter((label) => label.raw.length === 2);
  if (asked.length === 0) return {};
  const first = asked.filter(({ raw }) => raw.every((p) => p > 0.5 + TIE)).length;
  const second = asked.filter(({ raw }) => raw.every((p) => p < 0.5 - TIE)).length;
  const samePosition = shareEstimate(
    asked.map((_, i) => Number(i < first + second)),
    'pairs',
  );
  return first + second === 0 ? { samePosition } : { samePosition, prefersFirst: first / (first + second) };
}

/** The pair as a contest between its two responses. */
export function toContest(task: Pick<Task, 'check'>, { id, prompt, responses }: JudgedPair): Contest {
  return { id, prompt, a: task.check(prompt, responses[0]), b: task.check(prompt, responses[1]) };
}

/**
 * Agreement of labels with one fresh annotator (who is not among the majority), with the majority of the jury, and
 * with gold utility, over pairs.
 * @param labels one a contest, in their order. @param weights effective gold weights.
 */
export function alignment(
  labels: readonly Pick<Label, 'pA' | 'parsed'>[],
  contests: readonly Contest[],
  jury: Jury,
  weights: UtilityWeights,
): LabelerRecord['alignment'] {
  const against = (verdict: (contest: Contest) => Verdict): Estimate =>
    shareEstimate(labels.map((label, i) => agreement(label, verdict(contests[i]!))), 'pairs');
  return {
    annotator: against((contest) => juryVerdict(contest, { ...jury, size: 1 })),
    majority: against((contest) => juryVerdict(contest, jury)),
    gold: against((contest) => goldVerdict(contest, weights)),
  };
}

/** The settings that evaluation reads. */
export type EvaluationSettings = Pick<ExperimentConfig, 'run' | 'gold'> & {
  readonly evaluation: Pick<ExperimentConfig['evaluation'], 'annotators'>;
};

/** The jury that a config asks for. */
export function configuredJury(task: Pick<Task, 'reader'>, config: EvaluationSettings): Jury {
  return { task, size: config.evaluation.annotators, seed: config.run.seed, factors: config.gold };
}

/**
 * The record of a labeler and all it labelled in a run.
 * @param pairs as given to the labeler. @param labels one a pair, in order; fewer where it stopped early.
 * @throws RangeError on no labels, or labels of other pairs.
 */
export function labelerRecord(
  identity: Pick<LabelerRecord, 'id' | 'name' | 'kind' | 'parameters' | 'origin'>,
  task: Pick<Task, 'check' | 'reader' | 'goldWeights'>,
  pairs: readonly JudgedPair[],
  labels: readonly Label[],
  config: EvaluationSettings,
): LabelerRecord {
  if (labels.length === 0) throw new RangeError(`${identity.name} labelled nothing`);
  labels.forEach((label, i) => {
    if (label.pairId !== pairs[i]?.id) throw new RangeError(`label ${i} is of pair ${label.pairId}, not of pair ${i}`);
  });
  const contests = pairs.slice(0, labels.length).map((pair) => toContest(task, pair));
  return {
    id: identity.id,
    name: identity.name,
    kind: identity.kind,
    ...(identity.parameters === undefined ? {} : { parameters: identity.parameters }),
    origin: identity.origin,
    alignment: alignment(labels, contests, configuredJury(task, config), goldWeights(task.goldWeights, config.gold)),
    ...positionBias(labels),
    parsed: labels.filter((label) => label.parsed).length / labels.length,
    n: labels.length,
    costUsd: labels.reduce((sum, label) => sum + (label.costUsd ?? 0), 0),
    labels: labels.map((label) => label.pA),
  };
}

/**
 * How often two annotators agree: the mean over pairs of the probability that two fresh annotators drawn at random
 * vote alike. Their own disagreement and choice noise are in it; `people.noise` is not.
 * @throws RangeError on fewer than two pairs.
 */
export function annotatorAgreement(contests: readonly Contest[], jury: Omit<Jury, 'size'>): Estimate {
  return meanEstimate(contests.map((contest) => agreementProbability(contest, jury)), 'pairs');
}
