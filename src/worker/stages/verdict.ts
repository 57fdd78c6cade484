import type { ArmRecord, Comparison, Evaluation, StageRecord } from '../../core/bundle';
import { PURPOSE, streamKey } from '../../core/rng';
import { annotatorAgreement, configuredJury, toContest } from '../../evaluation/alignment';
import { evaluateArm } from '../../evaluation/evaluateArm';
import type { Contest } from '../../evaluation/verdicts';
import { winRateByGold, winRateByJury } from '../../evaluation/winRate';
import type { Check, Prompt } from '../../tasks/types';
import { goldWeights } from '../../tasks/utility';
import type { ArmOutcome, Prepared, Verdict } from '../protocol';
import { StageClock, type Scope } from '../scope';
import { answersOn, toAnswer, toPromptRecord, type Written } from './answers';
import { judgedPairs, testPrompts } from './arm';

/** Test posts whose texts go into the bundle; the numbers are over all of them. */
const KEPT_SAMPLES = 200;

/** Judges every arm against SFT and the arms against each other, on the same test posts. */
export async function conclude(scope: Scope, prepared: Prepared, outcomes: readonly ArmOutcome[]): Promise<Verdict> {
  const { config, task, engine } = scope;
  const clock = new StageClock(scope, 'verdict');
  const stages: StageRecord[] = [];
  const prompts = testPrompts(scope);
  const weights = goldWeights(task.goldWeights, config.gold);
  const jury = configuredJury(task, config);
  // The noise-controlled labeler reads gold utility: gold as a judge of what it taught is circular.
  const circular = outcomes.some((outcome) => outcome.labeler.kind === 'noisy');

  await clock.progress(0, outcomes.length + 1, 'SFT answers the test posts');
  const policy = engine.createParameters(prepared.sft.shape, prepared.sft.values);
  const sft = await answersOn(scope, policy, prompts, streamKey(config.run.seed, PURPOSE.evaluation, 1))
    .then((written) => checked(scope, written))
    .finally(() => policy.dispose());

  const contests = (a: readonly Check[], b: readonly Check[]): Contest[] =>
    prompts.map((prompt, i) => ({ id: prompt.id, prompt, a: a[i]!, b: b[i]! }));
  const arms: ArmRecord[] = [
    { ...record(scope, 'sft', 'SFT', sft.written, evaluateArm(posts(prompts, sft.checks), weights)), curves: { ...prepared.sftCurves }, ended: 'the start of every arm' },
  ];
  const checks: Check[][] = [];
  for (const [index, outcome] of outcomes.entries()) {
    await clock.progress(index + 1, outcomes.length + 1, `judging ${outcome.armId}`);
    const written = prompts.map((prompt, i): Written => ({
      prompt, response: outcome.test[i]!.tokens, finished: outcome.test[i]!.finished,
    }));
    const own = checked(scope, written);
    const against = contests(own.checks, sft.checks);
    const scores = outcome.test.map((answer) => answer.score);
    const evaluation = evaluateArm(posts(prompts, own.checks), weights, {
      kl: outcome.test.map((answer) => answer.kl),
      proxyReward: scores,
      winRateVsSft: { majority: winRateByJury(against, jury), gold: winRateByGold(against, weights, circular) },
    });
    const label = config.arms.find((arm) => arm.id === outcome.armId)!.label;
    arms.push({ ...record(scope, outcome.armId, label, written, evaluation, scores), curves: { ...outcome.curves }, ended: outcome.ended });
    checks.push(own.checks);
  }

  const comparisons: Comparison[] = [];
  for (let a = 1; a < outcomes.length; a++) {
    for (let b = 0; b < a; b++) {
      const against = contests(checks[a]!, checks[b]!);
      comparisons.push({
        a: outcomes[a]!.armId,
        b: outcomes[b]!.armId,
        majority: winRateByJury(against, jury),
        gold: winRateByGold(against, weights, circular),
      });
    }
  }
  const agreement = annotatorAgreement(judgedPairs(scope, prepared).map((pair) => toContest(task, pair)), jury);
  await clock.progress(outcomes.length + 1, outcomes.length + 1);
  stages.push(clock.end(`${prompts.length.toLocaleString('en')} test posts, ${jury.size} fresh annotators each`));
  return {
    arms,
    prompts: prompts.slice(0, KEPT_SAMPLES).map((prompt) => toPromptRecord(task, prompt)),
    slots: task.slots,
    goldWeights: task.goldWeights,
    notes: task.notes,
    comparisons,
    annotatorAgreement: agreement,
    stages,
  };
}

function checked(scope: Scope, written: readonly Written[]): { written: readonly Written[]; checks: Check[] } {
  return { written, checks: written.map(({ prompt, response }) => scope.task.check(prompt, response)) };
}

function posts(prompts: readonly Prompt[], checks: readonly Check[]): { prompt: Prompt; check: Check }[] {
  return prompts.map((prompt, i) => ({ prompt, check: checks[i]! }));
}

function record(
  scope: Scope,
  id: string,
  label: string,
  written: readonly Written[],
  evaluation: Evaluation,
  scores?: readonly number[],
): Pick<ArmRecord, 'id' | 'label' | 'samples' | 'evaluation'> {
  const weights = goldWeights(scope.task.goldWeights, scope.config.gold);
  return {
    id,
    label,
    samples: written.slice(0, KEPT_SAMPLES).map((answer, i) => ({
      promptId: answer.prompt.id,
      answer: toAnswer(scope.task, answer, weights, scores?.[i]),
    })),
    evaluation,
  };
}
