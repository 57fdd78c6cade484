import { reinforce, type Rollout } from '../../algorithms/reinforce';
import { rewardModel, scoreResponses, type LabelledPair } from '../../algorithms/rewardModel';
import { DivergedError } from '../../algorithms/types';
import type { LabelerRecord, StageRecord } from '../../core/bundle';
import type { ArmConfig } from '../../core/config';
import type { Label } from '../../core/preferences';
import { PURPOSE, streamKey } from '../../core/rng';
import { labelerRecord, toContest } from '../../evaluation/alignment';
import { goldVerdict } from '../../evaluation/verdicts';
import type { JudgedPair } from '../../labelers/types';
import { moments, standardise, type Moments } from '../../losses';
import type { ParameterSet } from '../../nn/types';
import type { Prompt } from '../../tasks/types';
import { goldWeights } from '../../tasks/utility';
import { openLabeler } from '../labelers';
import type { ArmOutcome, Prepared } from '../protocol';
import { CurveBook, StageClock, type Scope } from '../scope';
import { answersOn, sequenceKl } from './answers';
import { eachOnce, FIXED_POSTS, measure } from './measure';
import { WEIGHT_DECAY } from './prepare';
import { PromptSupply } from './supply';

/** A tenth of the pairs, at most this many, measures the reward model instead of training it. */
const MOST_HELD_OUT = 200;
/** SFT samples on which every reward is standardised. */
const STANDARD_SAMPLES = 512;

/** The feedback, reward model, policy and test responses of one arm. */
export async function runArm(scope: Scope, armId: string, prepared: Prepared): Promise<ArmOutcome> {
  const arm = scope.config.arms.find((candidate) => candidate.id === armId);
  if (!arm) throw new Error(`The config has no arm "${armId}".`);
  const curves = new CurveBook(scope, armId);
  const stages: StageRecord[] = [];
  const pairs = judgedPairs(scope, prepared);

  const { labels, record } = await labelPairs(scope, arm, pairs, stages);
  const { engine } = scope;
  const owned: ParameterSet[] = [];
  const own = (params: ParameterSet): ParameterSet => {
    owned.push(params);
    return params;
  };
  try {
    const sft = own(engine.createParameters(prepared.sft.shape, prepared.sft.values));
    const reward = own(engine.copyParameters(sft));
    const scale = await trainRewardModel(scope, arm, reward, pairs, labels, curves, stages);
    const policy = own(engine.copyParameters(sft));
    const { ended, test } = await trainPolicy(scope, arm, { sft, reward, policy, scale }, curves, stages);
    return {
      armId,
      policy: { shape: prepared.sft.shape, values: await engine.readParameters(policy) },
      labeler: record,
      curves: curves.all,
      test,
      stages,
      ended,
    };
  } finally {
    for (const params of owned) params.dispose();
  }
}

/** The posts of the verdict, each once: a small file may have fewer than the config asks for. */
export function testPrompts(scope: Scope): Prompt[] {
  return eachOnce(scope.task.prompts('test', scope.config.evaluation.testPosts, FIXED_POSTS));
}

/** The pairs with their prompts, which every worker makes again from the seed. */
export function judgedPairs(scope: Scope, prepared: Prepared): JudgedPair[] {
  const prompts = scope.task.prompts('preference', scope.config.pairs.count, scope.config.run.seed);
  return prepared.pairs.map(({ id, promptIndex, responses }) => {
    const prompt = prompts[promptIndex]!;
    return { id, promptId: prompt.id, prompt, responses };
  });
}

async function labelPairs(
  scope: Scope,
  arm: ArmConfig,
  pairs: readonly JudgedPair[],
  stages: StageRecord[],
): Promise<{ labels: Label[]; record: LabelerRecord }> {
  const clock = new StageClock(scope, 'labels', arm.id);
  const labeler = await openLabeler(scope, arm.feedback);
  try {
    const labels: Label[] = [];
    for await (const label of labeler.label(pairs)) {
      labels.push(label);
      if (labels.length % 64 === 0 || labels.length === pairs.length) await clock.progress(labels.length, pairs.length);
    }
    const record = labelerRecord(labeler.identity, scope.task, pairs, labels, scope.config);
    stages.push(clock.end(`${labels.length.toLocaleString('en')} labels by ${labeler.identity.name}`));
    return { labels, record };
  } finally {
    labeler.dispose?.();
  }
}

async function trainRewardModel(
  scope: Scope,
  arm: ArmConfig,
  params: ParameterSet,
  pairs: readonly JudgedPair[],
  labels: readonly Label[],
  curves: CurveBook,
  stages: StageRecord[],
): Promise<Moments> {
  const { config, engine } = scope;
  const clock = new StageClock(scope, 'reward', arm.id);
  const labelled = pairs.map((pair, i): LabelledPair => ({
    prompt: pair.prompt.tokens, responses: pair.responses, pA: labels[i]!.pA,
  }));
  const held = heldOutPrompts(pairs, Math.min(MOST_HELD_OUT, Math.floor(pairs.length / 10)));
  const heldOut = labelled.filter((_, i) => held.has(pairs[i]!.promptId));
  const train = labelled.filter((_, i) => !held.has(pairs[i]!.promptId));
  const training = rewardModel(
    {
      head: config.rewardModel.head,
      epochs: config.rewardModel.epochs,
      batch: Math.min(config.rewardModel.batch, train.length),
      learningRate: config.rewardModel.learningRate,
      weightDecay: WEIGHT_DECAY,
      measureEvery: 10,
      seed: config.run.seed,
    },
    {
      engine,
      params,
      pairs: train,
      heldOut,
      judgements: { gold: pairs.filter((pair) => held.has(pair.promptId)).map((pair) => goldPreference(scope, pair)) },
    },
  );
  const total = Math.max(1, Math.floor(train.length / config.rewardModel.batch)) * config.rewardModel.epochs;
  for await (const metrics of training) {
    const { grad_norm: gradNorm, ...values } = metrics.values;
    curves.add({ step: metrics.step, values: { ...values, 'rm/grad_norm': gradNorm! } });
    await clock.progress(metrics.step, total);
  }
  const scale = await rewardScale(scope, params, pairs);
  stages.push(
    clock.end(`${train.length.toLocaleString('en')} pairs for training, ${heldOut.length} held out, ${config.rewardModel.epochs} epochs`),
  );
  return scale;
}

/**
 * Prompts whose pairs measure the reward model instead of training it, together at least `wanted` pairs where that
 * leaves any for training. By prompt, since in a small file many pairs share one.
 */
function heldOutPrompts(pairs: readonly JudgedPair[], wanted: number): ReadonlySet<string> {
  const held = new Set<string>();
  let count = 0;
  for (const { promptId } of pairs) {
    if (count >= wanted) break;
    if (held.has(promptId)) continue;
    held.add(promptId);
    count += pairs.filter((pair) => pair.promptId === promptId).length;
  }
  return held;
}

/** 1, 0.5 or 0: which response has the higher gold utility. */
function goldPreference({ task, config }: Scope, pair: JudgedPair): number {
  return goldVerdict(toContest(task, pair), goldWeights(task.goldWeights, config.gold));
}

/** Mean and deviation of the raw reward on the same SFT samples for every arm. */
async function rewardScale(scope: Scope, reward: ParameterSet, pairs: readonly JudgedPair[]): Promise<Moments> {
  if (!scope.config.rl.standardizeReward) return { mean: 0, std: 1 };
  const items = pairs
    .slice(0, STANDARD_SAMPLES / 2)
    .flatMap((pair) => pair.responses.map((response) => ({ prompt: pair.prompt.tokens, response })));
  return moments(await scoreResponses(scope.engine, reward, scope.config.rewardModel.head, items));
}

interface Models {
  readonly sft: ParameterSet;
  readonly reward: ParameterSet;
  readonly policy: ParameterSet;
  readonly scale: Moments;
}

async function score(scope: Scope, { reward, scale }: Models, rollouts: readonly Pick<Rollout, 'prompt' | 'response'>[]): Promise<Float32Array> {
  return standardise(await scoreResponses(scope.engine, reward, scope.config.rewardModel.head, rollouts), scale);
}

async function trainPolicy(
  scope: Scope,
  arm: ArmConfig,
  models: Models,
  curves: CurveBook,
  stages: StageRecord[],
): Promise<{ ended: string; test: ArmOutcome['test'] }> {
  const { config, task, engine } = scope;
  const clock = new StageClock(scope, 'rl', arm.id);
  const { iterations, batch } = config.rl;
  const supply = new PromptSupply(task, 'rl', config.run.seed);
  const training = reinforce(
    {
      iterations,
      klCoef: config.rl.klCoef,
      learningRate: config.rl.learningRate,
      valueLearningRate: config.rl.valueLearningRate,
      temperature: config.rl.temperature,
      maxNewTokens: task.maxResponseTokens,
      seed: config.run.seed,
    },
    {
      engine,
      policy: models.policy,
      reference: models.sft,
      prompts: (iteration) => supply.take(iteration * batch, batch).map((prompt) => prompt.tokens),
      reward: (rollouts) => score(scope, models, rollouts),
    },
  );
  const trained = { sft: models.sft, score: (rollouts: Parameters<typeof score>[2]) => score(scope, models, rollouts) };
  await measure(scope, arm.id, models.policy, 0, curves, trained);
  let ended = `ran its ${iterations} iterations`;
  try {
    for await (const metrics of training) {
      curves.add(metrics);
      if (metrics.step % config.evaluation.every === 0 || metrics.step === iterations) {
        await measure(scope, arm.id, models.policy, metrics.step, curves, trained);
      }
      await clock.progress(metrics.step, iterations);
    }
  } catch (error) {
    // The weights of the step before are good: the arm is judged on them, and the page says why it ended early.
    if (!(error instanceof DivergedError)) throw error;
    ended = error.message;
  }
  await clock.progress(iterations, iterations, 'answering the test posts');
  const test = await answerTest(scope, models);
  stages.push(clock.end(ended));
  return { ended, test };
}

/** Responses to the test posts, drawn with the same random numbers for every arm. */
async function answerTest(scope: Scope, models: Models): Promise<ArmOutcome['test']> {
  const answers = await answersOn(
    scope, models.policy, testPrompts(scope), streamKey(scope.config.run.seed, PURPOSE.evaluation, 1),
  );
  const kl = await sequenceKl(scope, models.policy, models.sft, answers);
  const scores = await score(scope, models, answers.map(({ prompt, response }) => ({ prompt: prompt.tokens, response })));
  return answers.map(({ response, finished }, i) => ({ tokens: response, finished, score: scores[i]!, kl: kl[i]! }));
}
