import { directReward } from '../../algorithms/directReward';
import { rewardModel, rewardModelSteps, scoreResponses, type LabelledPair } from '../../algorithms/rewardModel';
import type { Rollout } from '../../algorithms/rollouts';
import { DivergedError } from '../../algorithms/types';
import type { Curve, LabelerRecord, StageRecord } from '../../core/bundle';
import type { ArmConfig } from '../../core/config';
import type { GivenLabeler } from '../../core/givenLabels';
import type { Label } from '../../core/preferences';
import { PURPOSE, streamKey } from '../../core/rng';
import { labelerRecord, toContest } from '../../evaluation/alignment';
import { goldVerdict } from '../../evaluation/verdicts';
import type { JudgedPair, LabelerIdentity } from '../../labelers/types';
import { moments, standardise, type Moments } from '../../losses';
import type { ParameterSet } from '../../nn/types';
import type { Prompt, Task } from '../../tasks/types';
import { goldWeights } from '../../tasks/utility';
import { openLabeler, openScorer } from '../labelers';
import { namedPair } from '../pairIds';
import type { ArmOutcome, Prepared, Weights } from '../protocol';
import { CurveBook, StageClock, type Scope } from '../scope';
import { answersOn, sequenceKl } from './answers';
import { eachOnce, FIXED_POSTS, measure } from './measure';
import { policyMethod, responsesPerPrompt } from './policyMethods';
import { WEIGHT_DECAY } from './prepare';
import { PromptSupply } from './supply';
import { runTraining } from './training';

/** A tenth of the pairs, at most this many, measures the reward model instead of training it. */
const MOST_HELD_OUT = 200;
/** SFT samples on which every reward is standardised. */
const STANDARD_SAMPLES = 512;
/** Pairs on which an arm without a reward model says how well its labeler agrees; they train nothing. */
const SCORED_PAIRS = 512;

/** Scores of responses, standardised: what RL maximises. */
type Reward = (items: readonly Pick<Rollout, 'prompt' | 'response'>[]) => Promise<Float32Array>;
/** Notes what has to be disposed at the end of the arm. */
type Own = <T extends { dispose?(): void }>(thing: T) => T;

/** The feedback, reward model, policy and test responses of one arm. @param given its labels, where its feedback is `given`. */
export async function runArm(scope: Scope, armId: string, prepared: Prepared, given?: GivenLabeler): Promise<ArmOutcome> {
  const arm = scope.config.arms.find((candidate) => candidate.id === armId);
  if (!arm) throw new Error(`The config has no arm "${armId}".`);
  const { engine, checkpoints } = scope;
  const curves = new CurveBook(scope, armId);
  const pairs = judgedPairs(scope, prepared);

  const { labels, record, stage: labelStage } = await checkpoints.once(`${armId} labels`, () => labelPairs(scope, arm, pairs, given));
  const owned: { dispose?(): void }[] = [];
  const own: Own = (thing) => {
    owned.push(thing);
    return thing;
  };
  try {
    const sft = own(engine.createParameters(prepared.sft.shape, prepared.sft.values));
    const policy = own(engine.copyParameters(sft));
    let reward: Reward;
    const stages = [labelStage];
    if (arm.feedback === 'scores') {
      reward = await labelerReward(scope, pairs, own);
    } else {
      const trained = await checkpoints.once(`${armId} reward`, () => rewardStage(scope, arm, prepared.sft, pairs, labels, curves));
      if (Object.keys(curves.all).length === 0) curves.restore(trained.curves);
      const params = own(engine.createParameters(prepared.sft.shape, trained.parameters));
      reward = async (items) => standardise(await modelScores(scope, params, items), trained.scale);
      stages.push(trained.stage);
    }
    const { ended, test, stage: policyStage } = await trainPolicy(scope, arm, { sft, reward, policy }, curves);
    return {
      armId,
      policy: { shape: prepared.sft.shape, values: await engine.readParameters(policy) },
      labeler: record,
      curves: curves.all,
      test,
      stages: [...stages, policyStage],
      ended,
    };
  } finally {
    for (const thing of owned) thing.dispose?.();
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
  given: GivenLabeler | undefined,
): Promise<{ labels: Label[]; record: LabelerRecord; stage: StageRecord }> {
  const clock = new StageClock(scope, 'labels', arm.id);
  const { identity, labels } =
    arm.feedback === 'given'
      ? takeLabels(scope.task, arm, pairs, given)
      : await askLabeler(scope, arm.feedback, arm.feedback === 'scores' ? pairs.slice(0, SCORED_PAIRS) : pairs, clock);
  await clock.progress(labels.length, labels.length);
  const record = labelerRecord(identity, scope.task, pairs, labels, scope.config);
  return { labels, record, stage: clock.end(`${labels.length.toLocaleString('en')} labels by ${identity.name}`) };
}

interface Labelled {
  readonly identity: LabelerIdentity;
  /** One a pair, in their order. */
  readonly labels: Label[];
}

async function askLabeler(
  scope: Scope, feedback: Exclude<ArmConfig['feedback'], 'given'>, pairs: readonly JudgedPair[], clock: StageClock,
): Promise<Labelled> {
  const labeler = feedback === 'scores' ? await openScorer(scope) : await openLabeler(scope, feedback);
  try {
    const labels: Label[] = [];
    for await (const label of labeler.label(pairs)) {
      labels.push(label);
      if (labels.length % 64 === 0 && labels.length < pairs.length) await clock.progress(labels.length, pairs.length);
    }
    return { identity: labeler.identity, labels };
  } finally {
    labeler.dispose?.();
  }
}

/** Longest id of a labeler in a bundle; those of language models may be longer. */
const MAX_ID = 64;

/** The labels that came with the run, each put to its pair. @throws Error where a pair has none. */
export function takeLabels(
  task: Pick<Task, 'vocabulary'>, arm: ArmConfig, pairs: readonly JudgedPair[], given: GivenLabeler | undefined,
): Labelled {
  if (!given) throw new Error(`The labels of ${arm.label} did not come with the run.`);
  const { labeler, labels } = given;
  const byName = new Map(labels.map((label) => [label.pairId, label]));
  return {
    identity: {
      id: labeler.id.slice(0, MAX_ID), name: labeler.name, kind: labeler.kind, origin: labeler.origin,
      ...(labeler.parameters === undefined ? {} : { parameters: labeler.parameters }),
    },
    labels: pairs.map((pair) => {
      const label = byName.get(namedPair(task, pair).id);
      if (!label) throw new Error(`${labeler.name} has no label of ${pair.id}.`);
      // A reply that could not be read is a tie, whatever a file says of it.
      return { ...label, pairId: pair.id, pA: label.parsed ? label.pA : 0.5 };
    }),
  };
}

/** A trained reward model, off the engine. */
interface TrainedReward {
  readonly parameters: Float32Array;
  readonly scale: Moments;
  readonly curves: Readonly<Record<string, Curve>>;
  readonly stage: StageRecord;
}

async function rewardStage(
  scope: Scope,
  arm: ArmConfig,
  start: Weights,
  pairs: readonly JudgedPair[],
  labels: readonly Label[],
  curves: CurveBook,
): Promise<TrainedReward> {
  const { config, engine } = scope;
  const clock = new StageClock(scope, 'reward', arm.id);
  const labelled = pairs.map((pair, i): LabelledPair => ({
    prompt: pair.prompt.tokens, responses: pair.responses, pA: labels[i]!.pA,
  }));
  const held = heldOutPrompts(pairs, Math.min(MOST_HELD_OUT, Math.floor(pairs.length / 10)));
  const heldOut = labelled.filter((_, i) => held.has(pairs[i]!.promptId));
  const train = labelled.filter((_, i) => !held.has(pairs[i]!.promptId));
  const { head, epochs, learningRate } = config.rewardModel;
  const batch = Math.min(config.rewardModel.batch, train.length);
  const params = engine.createParameters(start.shape, start.values);
  try {
    await runTraining(scope, {
      key: `${arm.id} reward`, params, total: rewardModelSteps({ batch, epochs }, train.length), clock, curves,
      begin: (optimizer, from) =>
        rewardModel(
          { head, epochs, batch, learningRate, weightDecay: WEIGHT_DECAY, measureEvery: 10, seed: config.run.seed },
          {
            engine, params, optimizer, from, pairs: train, heldOut,
            judgements: { gold: pairs.filter((pair) => held.has(pair.promptId)).map((pair) => goldPreference(scope, pair)) },
          },
        ),
      rename: ({ step, values: { grad_norm: gradNorm, ...values } }) => ({
        step, values: gradNorm === undefined ? values : { ...values, 'rm/grad_norm': gradNorm },
      }),
    });
    const scale = await rewardScale(scope, pairs, (items) => modelScores(scope, params, items));
    return {
      parameters: await engine.readParameters(params),
      scale,
      curves: curves.snapshot(),
      stage: clock.end(`${train.length.toLocaleString('en')} pairs for training, ${heldOut.length} held out, ${epochs} epochs`),
    };
  } finally {
    params.dispose();
  }
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

/** Raw scores by a reward model. */
const modelScores = (scope: Scope, params: ParameterSet, items: Parameters<Reward>[0]): Promise<Float32Array> =>
  scoreResponses(scope.engine, params, scope.config.rewardModel.head, items);

/** The AI labeler itself as the reward. */
async function labelerReward(scope: Scope, pairs: readonly JudgedPair[], own: Own): Promise<Reward> {
  const scorer = own(await openScorer(scope));
  const raw: Reward = async (items) => directReward(await scorer.score(items));
  const scale = await rewardScale(scope, pairs, raw);
  return async (items) => standardise(await raw(items), scale);
}

/** Mean and deviation of the raw reward on the same SFT samples for every arm. */
async function rewardScale(scope: Scope, pairs: readonly JudgedPair[], reward: Reward): Promise<Moments> {
  if (!scope.config.rl.standardizeReward) return { mean: 0, std: 1 };
  const items = pairs
    .slice(0, STANDARD_SAMPLES / 2)
    .flatMap((pair) => pair.responses.map((response) => ({ prompt: pair.prompt.tokens, response })));
  return moments(await reward(items));
}

interface Models {
  readonly sft: ParameterSet;
  readonly reward: Reward;
  readonly policy: ParameterSet;
}

async function trainPolicy(
  scope: Scope,
  arm: ArmConfig,
  models: Models,
  curves: CurveBook,
): Promise<{ ended: string; test: ArmOutcome['test']; stage: StageRecord }> {
  const { config, task, engine } = scope;
  const clock = new StageClock(scope, 'rl', arm.id);
  const { iterations, klCoef, learningRate, temperature } = config.rl;
  const prompts = Math.max(1, Math.floor(config.rl.batch / responsesPerPrompt(config.rl)));
  const { every } = config.evaluation;
  const supply = new PromptSupply(task, 'rl', config.run.seed);
  const trained = { sft: models.sft, score: models.reward };
  let ended = `ran its ${iterations} iterations`;
  try {
    await runTraining(scope, {
      key: `${arm.id} policy`, params: models.policy, total: iterations, clock, curves,
      begin: (optimizer, from) =>
        policyMethod(
          config,
          {
            iterations, klCoef, learningRate, temperature,
            maxNewTokens: task.maxResponseTokens, measureEvery: every, seed: config.run.seed,
          },
          {
            engine, policy: models.policy, optimizer, from, reference: models.sft,
            prompts: (iteration) => supply.take(iteration * prompts, prompts).map((prompt) => prompt.tokens),
            reward: models.reward,
          },
        ),
      measure: async (step) => {
        if (step % every === 0 || step === iterations) await measure(scope, arm.id, models.policy, step, curves, trained);
      },
    });
  } catch (error) {
    // The last finite weights are good: the arm is judged on them, and the page says why it ended early.
    if (!(error instanceof DivergedError)) throw error;
    ended = error.message;
  }
  await clock.progress(iterations, iterations, 'answering the test posts');
  const test = await answerTest(scope, models);
  return { ended, test, stage: clock.end(ended) };
}

/** Responses to the test posts, drawn with the same random numbers for every arm. */
async function answerTest(scope: Scope, models: Models): Promise<ArmOutcome['test']> {
  const answers = await answersOn(
    scope, models.policy, testPrompts(scope), streamKey(scope.config.run.seed, PURPOSE.evaluation, 1),
  );
  const kl = await sequenceKl(scope, models.policy, models.sft, answers);
  const scores = await models.reward(answers.map(({ prompt, response }) => ({ prompt: prompt.tokens, response })));
  return answers.map(({ response, finished }, i) => ({ tokens: response, finished, score: scores[i]!, kl: kl[i]! }));
}
