import type { Rollout } from '../../algorithms/rollouts';
import { PURPOSE, streamKey } from '../../core/rng';
import { rateMetric, type RateId } from '../../core/rates';
import { correlation, mean } from '../../core/stats';
import { importanceShare } from '../../evaluation/evaluateArm';
import { rateOutcomes } from '../../evaluation/rates';
import type { ParameterSet } from '../../nn/types';
import type { Prompt } from '../../tasks/types';
import { goldWeights, utility } from '../../tasks/utility';
import type { CurveBook, Scope } from '../scope';
import { answersOn, likelihoodOf, toAnswer, toPromptRecord, type Answering } from './answers';

/** Seed of validation and test posts: the same posts in every run, so that runs compare. */
export const FIXED_POSTS = 0;
/** Validation posts that are shown live. */
const LIVE_SAMPLES = 24;

/** What a policy in training is measured against beside gold; absent for SFT itself. */
export interface Trained {
  readonly sft: ParameterSet;
  /** Where there is a reward. */
  readonly score?: ((rollouts: readonly Pick<Rollout, 'prompt' | 'response'>[]) => Promise<Float32Array>) | undefined;
  readonly answering?: Answering | undefined;
}

/** Live quality on validation posts, with common random numbers over steps and arms. */
export async function measure(
  scope: Scope,
  arm: string,
  policy: ParameterSet,
  step: number,
  curves: CurveBook,
  trained?: Trained,
): Promise<void> {
  const { config, task } = scope;
  const weights = goldWeights(task.goldWeights, config.gold);
  const prompts = eachOnce(task.prompts('validation', config.evaluation.validationPosts, FIXED_POSTS));
  const answers = await answersOn(scope, policy, prompts, streamKey(config.run.seed, PURPOSE.evaluation, 0), trained?.answering);
  const checks = answers.map(({ prompt, response }) => task.check(prompt, response));
  const scores = await trained?.score?.(answers.map(({ prompt, response }) => ({ prompt: prompt.tokens, response })));
  const gold = checks.map((check, i) => utility(prompts[i]!, check, weights));
  const rates = rateOutcomes(task, answers.map(({ prompt }, i) => ({ prompt, check: checks[i]! })));
  const agreement = scores && correlation(scores, gold);
  curves.add({
    step,
    values: {
      'eval/gold': mean(gold),
      'eval/invented_rate': mean(checks.map((check) => Number(check.invented > 0))),
      'eval/stumble_rate': mean(checks.map((check) => Number(check.stumbles > 0))),
      'eval/coverage': mean(checks.map((check, i) => importanceShare(prompts[i]!, check))),
      'eval/length': mean(checks.map((check) => check.words)),
      ...Object.fromEntries(Object.entries(rates).flatMap(([id, outcomes]) => (outcomes.length > 0 ? [[rateMetric(id as RateId), mean(outcomes)]] : []))),
      ...(scores ? { 'eval/scores': mean(scores) } : {}),
      ...(agreement === undefined ? {} : { 'eval/reward_gold_correlation': agreement }),
      ...(trained ? { 'eval/kl': mean((await likelihoodOf(scope, policy, trained.sft, answers, trained.answering)).kl) } : {}),
    },
  });
  const shown = answers.slice(0, LIVE_SAMPLES);
  scope.emit({
    type: 'samples', runId: scope.runId, arm, step,
    prompts: shown.map(({ prompt }) => toPromptRecord(task, prompt)),
    samples: shown.map((answer, i) => ({ promptId: answer.prompt.id, answer: toAnswer(task, answer, weights, scores?.[i]) })),
  });
}

/** Finite data starts over when it runs out; a post counted twice would make an interval too narrow. */
export function eachOnce(prompts: readonly Prompt[]): Prompt[] {
  return [...new Map(prompts.map((prompt) => [prompt.id, prompt])).values()];
}
