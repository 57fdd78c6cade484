import { bestOfNKl, expectedBestOfN } from '../../algorithms/bestOfN';
import { DivergedError } from '../../algorithms/types';
import type { BestOfNCurve } from '../../core/bundle';
import { configOfArm, type ArmConfig } from '../../core/config';
import { methodOf } from '../../core/methods';
import { PURPOSE, streamKey } from '../../core/rng';
import { mean } from '../../core/stats';
import { goldVerdict } from '../../evaluation/verdicts';
import { toContest } from '../../evaluation/alignment';
import type { ParameterSet } from '../../nn/types';
import type { Prompt } from '../../tasks/types';
import { goldWeights, utility } from '../../tasks/utility';
import type { FineTurn } from '../fineDial';
import type { ArmOutcome, LabelledSet, Prepared, TrainedReward } from '../protocol';
import { CurveBook, StageClock, type Scope } from '../scope';
import { answersOn, likelihoodOf, type Answering } from './answers';
import { judgedPairs } from './pairs';
import { eachOnce, FIXED_POSTS, measure } from './measure';
import { trainingOf } from './policyMethods';
import { examplesOf } from './rewardModels';
import { openReward, PromptBook, type Reward } from './rewards';
import { runTraining } from './training';

/** The arm of that id. @throws Error where there is none. */
export function armOf({ config }: Pick<Scope, 'config'>, armId: string): ArmConfig {
  const arm = config.arms.find((candidate) => candidate.id === armId);
  if (!arm) throw new Error(`The config has no arm "${armId}".`);
  return arm;
}

/** The policy of one arm, trained as its settings say, and its responses to the test posts. */
export async function runArm(
  experiment: Scope, arm: ArmConfig, prepared: Prepared, labelled: LabelledSet, trained?: Pick<TrainedReward, 'model' | 'curves'>,
): Promise<ArmOutcome> {
  const scope: Scope = { ...experiment, config: configOfArm(experiment.config, arm) };
  const { engine, config, task } = scope;
  const clock = new StageClock(scope, 'rl', arm.id);
  const curves = new CurveBook(scope, arm.id);
  if (trained) curves.restore(trained.curves);
  const pairs = judgedPairs(scope, prepared);
  const { train, heldOut } = examplesOf(pairs, labelled);
  const weights = goldWeights(task.goldWeights, config.gold);
  const judgements = { gold: labelled.examples.heldOut.map(({ pair }) => goldVerdict(toContest(task, pairs[pair]!), weights)) };
  const prompts = new PromptBook();
  prompts.tokensOf(pairs.map(({ prompt }) => prompt));

  const owned: { dispose(): void }[] = [];
  const own = <T extends { dispose(): void }>(thing: T): T => {
    owned.push(thing);
    return thing;
  };
  try {
    const sft = own(engine.createParameters(prepared.sft.shape, prepared.sft.values));
    const policy = own(engine.copyParameters(sft));
    const learnsFrom = methodOf(config.rl.method).learnsFrom;
    const reward = learnsFrom === 'labels' ? undefined : own(await openReward(scope, arm, trained?.model, pairs, prompts));
    // A model that compares two responses scores none alone, and scores from outside are bought for learning only: then there
    // is no proxy reward to show.
    const score = trained?.model.kind === 'preference' || scope.outside ? undefined : reward?.score;
    const training = await trainingOf({ scope, policy, sft, train, heldOut, judgements, reward, prompts });
    const { total, unit, answering } = training;
    const { every } = config.evaluation;
    const look = async (step: number): Promise<void> => {
      await measure(scope, arm.id, policy, step, curves, { sft, score, answering });
      if (reward?.begin && scope.fineDial && scope.fineDial.turns.length > 0) {
        const { coverage, invention, stumble } = scope.fineDial.current;
        curves.add({ step, values: { 'fine/coverage': coverage, 'fine/invention': invention, 'fine/stumble': stumble } });
      }
    };
    let ended = total === 0 ? 'trains nothing: it chooses among its samples' : `ran its ${total} ${unit}`;
    if (total === 0) await look(0);
    else {
      try {
        await runTraining(scope, {
          key: `${arm.id} policy`, params: policy, total, clock, curves, begin: training.begin,
          measure: async (step) => {
            if (step % every === 0 || step === total) await look(step);
          },
        });
      } catch (error) {
        // The last finite weights are good: the arm is judged on them, and the page says why it ended early.
        if (!(error instanceof DivergedError)) throw error;
        ended = error.message;
      }
    }
    await clock.progress(Math.max(1, total), Math.max(1, total), 'answering the test posts');
    const judged = await answerTest(scope, { sft, policy, score, answering });
    return {
      armId: arm.id,
      policy: { shape: prepared.sft.shape, values: await engine.readParameters(policy) },
      curves: curves.all,
      ...judged,
      bestOfN: score && await bestOfNCurve(scope, sft, score, clock),
      stage: clock.end(ended),
      ended,
      notes: turnNotes(arm, scope.fineDial?.turns ?? []),
    };
  } finally {
    for (const thing of owned) thing.dispose();
  }
}

function turnNotes({ label }: ArmConfig, turns: readonly FineTurn[]): string[] {
  if (turns.length === 0) return [];
  const steps = turns.map(({ iteration, weights: { coverage, invention, stumble } }) =>
    `from iteration ${iteration} coverage ${coverage}, inventions ${invention}, stumbles ${stumble}`);
  return [`${label}: the weights of its rewards were turned while it ran: ${steps.join('; ')}. Its settings alone do not repeat it.`];
}

/** The posts of the verdict, each once: a small file may have fewer than the config asks for. */
export function testPrompts({ task, config: { evaluation } }: Pick<Scope, 'task' | 'config'>): Prompt[] {
  return eachOnce(task.prompts(evaluation.split, evaluation.testPosts, FIXED_POSTS));
}

interface Answerer {
  readonly sft: ParameterSet;
  readonly policy: ParameterSet;
  readonly score: Reward['score'] | undefined;
  readonly answering?: Answering | undefined;
}

/** Responses to the test posts, drawn with the same random numbers for every arm. */
export async function answerTest(
  scope: Scope, { sft, policy, score, answering }: Answerer,
): Promise<Pick<ArmOutcome, 'test' | 'repeated' | 'entropy'>> {
  const { run, evaluation } = scope.config;
  const prompts = testPrompts(scope);
  const answers = await answersOn(scope, policy, prompts, streamKey(run.seed, PURPOSE.evaluation, 1), answering);
  const { kl, entropy } = await likelihoodOf(scope, policy, sft, answers, answering);
  const scores = await score?.(answers.map(({ prompt, response }) => ({ prompt: prompt.tokens, response })));

  const several = prompts.slice(0, evaluation.diversityPosts);
  const { diversitySamples } = evaluation;
  const again = await answersOn(scope, policy, several, streamKey(run.seed, PURPOSE.evaluation, 3), answering, diversitySamples);
  const againScores = await score?.(again.map(({ prompt, response }) => ({ prompt: prompt.tokens, response })));
  return {
    test: answers.map(({ response, finished }, i) => ({ tokens: response, finished, kl: kl[i]!, ...(scores ? { score: scores[i]! } : {}) })),
    repeated: several.map((_, post) =>
      again.slice(post * diversitySamples, (post + 1) * diversitySamples).map(({ response }, i) => ({
        tokens: response, ...(againScores ? { score: againScores[post * diversitySamples + i]! } : {}),
      }))),
    entropy,
  };
}

/** Powers of two up to the samples there are. */
function upTo(samples: number): number[] {
  return Array.from({ length: Math.floor(Math.log2(samples)) + 1 }, (_, i) => 2 ** i);
}

/** What the best of n SFT samples by a reward is worth, for n up to the samples asked for; undefined where none are. */
async function bestOfNCurve(scope: Scope, sft: ParameterSet, score: Reward['score'], clock: StageClock): Promise<BestOfNCurve | undefined> {
  const { task, config } = scope;
  const { bestOfN: samples, diversityPosts } = config.evaluation;
  if (samples < 1) return undefined;
  await clock.progress(1, 1, `best of up to ${samples}`);
  const posts = eachOnce(task.prompts('validation', diversityPosts, FIXED_POSTS));
  const written = await answersOn(scope, sft, posts, streamKey(config.run.seed, PURPOSE.evaluation, 4), {}, samples);
  const proxy = await score(written.map(({ prompt, response }) => ({ prompt: prompt.tokens, response })));
  const weights = goldWeights(task.goldWeights, config.gold);
  const gold = written.map(({ prompt, response }) => utility(prompt, task.check(prompt, response), weights));
  const n = upTo(samples);
  const expected = (values: ArrayLike<number>): number[] => n.map((best) =>
    mean(posts.map((_, post) => {
      const rows = [post * samples, (post + 1) * samples] as const;
      return expectedBestOfN(proxy.subarray(...rows), Array.from(values).slice(...rows), best);
    })));
  return { n, kl: n.map(bestOfNKl), proxy: expected(proxy), gold: expected(gold), samples, posts: posts.length };
}
