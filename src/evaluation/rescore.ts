import type { Estimate, RunBundle, Sample, WinRate } from '../core/bundle';
import type { UtilityWeights } from '../tasks/types';
import { goldWeights, utility } from '../tasks/utility';
import { meanEstimate } from './estimate';
import type { Contest } from './verdicts';
import { winRateByGold } from './winRate';

/** Gold figures of a finished run under other weights. Post hoc: nothing was trained for them. */
export interface Rescored {
  /** The weights in force: the task's times the new factors. */
  readonly weights: UtilityWeights;
  readonly arms: readonly {
    readonly id: string;
    readonly goldUtility: Estimate;
    /** Gold utility of each stored sample, in the order of the arm's samples. */
    readonly gold: readonly number[];
    /** Absent for SFT itself. */
    readonly winRateVsSft?: WinRate;
  }[];
  readonly comparisons: readonly { readonly a: string; readonly b: string; readonly gold: WinRate }[];
}

/** Whether a run has what re-scoring takes: at least two samples of every arm. One that came by a link may have none. */
export function canRescore({ arms }: Pick<RunBundle, 'arms'>): boolean {
  return arms.every(({ samples }) => samples.length > 1);
}

/**
 * Judges the stored samples of a run by other gold weights, from what the checker found in them and the importance of
 * the posts' facts. Labels, reward models and policies stay as they were. n is the number of stored samples, which may
 * be fewer than the test posts of the run.
 * @param factors as `config.gold`: factors on the task's own weights, in place of the run's.
 * @throws Error where a sample's post is missing from the bundle. RangeError where an arm has under two samples.
 */
export function rescore(bundle: RunBundle, factors: UtilityWeights): Rescored {
  const weights = goldWeights(bundle.goldWeights, factors);
  const prompts = new Map(bundle.prompts.map((prompt) => [prompt.id, prompt]));
  const promptOf = ({ promptId }: Sample): RunBundle['prompts'][number] => {
    const prompt = prompts.get(promptId);
    if (!prompt) throw new Error(`the run has no post ${promptId}`);
    return prompt;
  };
  const samples = new Map(bundle.arms.map((arm) => [arm.id, arm.samples]));

  /** Both arms' samples of the posts that both answered, in A's order. */
  const contests = (a: string, b: string): Contest[] => {
    const byPost = new Map((samples.get(b) ?? []).map((sample) => [sample.promptId, sample.answer.check]));
    return (samples.get(a) ?? []).flatMap((sample) => {
      const other = byPost.get(sample.promptId);
      return other ? [{ id: sample.promptId, prompt: promptOf(sample), a: sample.answer.check, b: other }] : [];
    });
  };

  return {
    weights,
    arms: bundle.arms.map((arm) => {
      const gold = arm.samples.map((sample) => utility(promptOf(sample), sample.answer.check, weights));
      return {
        id: arm.id,
        goldUtility: meanEstimate(gold, 'posts'),
        gold,
        ...(arm.id === 'sft' || !samples.has('sft')
          ? {}
          : { winRateVsSft: winRateByGold(contests(arm.id, 'sft'), weights, arm.evaluation.winRateVsSft?.gold.circular) }),
      };
    }),
    comparisons: bundle.comparisons.map(({ a, b, gold }) => ({
      a,
      b,
      gold: winRateByGold(contests(a, b), weights, gold.circular),
    })),
  };
}
