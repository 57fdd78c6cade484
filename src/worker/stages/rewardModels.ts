import { preferenceModel } from '../../algorithms/preferenceModel';
import { rewardModel, rewardModelSteps, type LabelledPair } from '../../algorithms/rewardModel';
import { configOfArm, type ArmConfig } from '../../core/config';
import { SIDES, type Side } from '../../core/rates';
import { mix } from '../../core/rng';
import { goldVerdict } from '../../evaluation/verdicts';
import { toContest } from '../../evaluation/alignment';
import type { JudgedPair } from '../../labelers/types';
import { goldWeights } from '../../tasks/utility';
import type { LabelledSet, Prepared, TrainedReward, Weights } from '../protocol';
import { CurveBook, StageClock, type Scope } from '../scope';
import { loadShipped } from '../shipped';
import { trainFineGrained } from './fineGrained';
import { judgedPairs } from './pairs';
import { WEIGHT_DECAY } from './prepare';
import { rawScores, rewardFigures, scaleOf, sideOf, standardItems } from './rewards';
import { runTraining } from './training';

/** The reward that an arm's policy is trained on, and what it is worth on held-out pairs. */
export async function rewardStage(scope: Scope, arm: ArmConfig, prepared: Prepared, labelled: LabelledSet): Promise<TrainedReward> {
  const config = configOfArm(scope.config, arm);
  const own: Scope = { ...scope, config };
  const clock = new StageClock(own, 'reward', arm.id);
  const curves = new CurveBook(own, arm.id);
  const pairs = judgedPairs(scope, prepared);
  const { train, heldOut } = examplesOf(pairs, labelled);
  const judgements = { gold: labelled.examples.heldOut.map(({ pair }) => goldPreference(own, pairs[pair]!)) };
  const done = (stage: Omit<TrainedReward, 'curves' | 'stage'>, summary: string): TrainedReward => ({
    ...stage, curves: curves.snapshot(), stage: clock.end(summary),
  });
  const counted = `${train.length.toLocaleString('en')} pairs for training, ${heldOut.length} held out, ${config.rewardModel.epochs} epochs`;

  if (config.rewardModel.kind === 'preference') {
    const weights = await trainPreferenceModel(own, { key: `${arm.id} reward`, start: await startOf(own, prepared.sft), pairs: train, heldOut, judgements, clock, curves });
    const model = { kind: 'preference', weights } as const;
    return done({ model, figures: await rewardFigures(own, arm, model, pairs, labelled) }, `a preference model; ${counted}`);
  }
  if (config.rewardModel.kind === 'fine') {
    const { model, summary } = await trainFineGrained(own, arm, prepared, pairs, labelled, clock, curves);
    return done({ model, figures: await rewardFigures(own, arm, model, pairs, labelled) }, summary);
  }
  const { members, head, combine, uncertaintyWeight } = config.rewardModel;
  const start = await startOf(own, prepared.sft);
  const standard = standardItems(pairs);
  const aloneOf = (weights: Weights) =>
    ({ kind: 'model', head, members: [{ weights, scale: UNSCALED }], combine: 'mean', uncertaintyWeight: 0, scale: UNSCALED }) as const;
  if (config.rewardModel.kind === 'two') {
    const sides = new Map<Side, { weights: Weights; scale: { mean: number; std: number } }>();
    const counts: string[] = [];
    for (const [member, side] of SIDES.entries()) {
      const of = (learned: LabelledSet['examples']['train']) => learned.filter(({ pair }) => sideOf(own, pairs[pair]!.prompt) === side);
      const examples = { train: of(labelled.examples.train), heldOut: of(labelled.examples.heldOut) };
      const split = examplesOf(pairs, { examples });
      const { weights } = await trainRewardModel(own, {
        key: `${arm.id} reward ${side}`, start, member, pairs: split.train, heldOut: split.heldOut,
        judgements: { gold: examples.heldOut.map(({ pair }) => goldPreference(own, pairs[pair]!)) }, clock,
        ...(side === 'harmless' ? { curves } : {}), note: `the ${side} reward model`,
      });
      sides.set(side, { weights, scale: await scaleOf(own, standard, (items) => rawScores(own, aloneOf(weights), items)) });
      counts.push(`${split.train.length.toLocaleString('en')} pairs for the ${side} one`);
    }
    const model = { kind: 'two', head, sides: { helpful: sides.get('helpful')!, harmless: sides.get('harmless')! } } as const;
    return done({ model, figures: await rewardFigures(own, arm, model, pairs, labelled) }, `two reward models: ${counts.join(', ')}; ${config.rewardModel.epochs} epochs`);
  }
  const trained: { weights: Weights; scale: { mean: number; std: number } }[] = [];
  for (let member = 0; member < members; member++) {
    const { weights } = await trainRewardModel(own, {
      key: `${arm.id} reward ${member}`, start, member, pairs: train, heldOut, judgements, clock, curves,
      ...(members > 1 ? { note: `reward model ${member + 1} of ${members}` } : {}),
    });
    trained.push({ weights, scale: members === 1 ? UNSCALED : await scaleOf(own, standard, (items) => rawScores(own, aloneOf(weights), items)) });
  }
  // Members are brought to one scale before they are combined, and so is what is made of them.
  const unscaled = { kind: 'model', head, members: trained, combine, uncertaintyWeight, scale: UNSCALED } as const;
  const model = { ...unscaled, scale: await scaleOf(own, standard, (items) => rawScores(own, unscaled, items)) };
  return done(
    { model, figures: await rewardFigures(own, arm, model, pairs, labelled) },
    members > 1 ? `${members} reward models; ${counted}` : counted,
  );
}

const UNSCALED = { mean: 0, std: 1 };

/** The labelled pairs that train and those that measure. */
export function examplesOf(pairs: readonly JudgedPair[], { examples }: Pick<LabelledSet, 'examples'>): { train: LabelledPair[]; heldOut: LabelledPair[] } {
  const full = ({ pair, pA, margin }: LabelledSet['examples']['train'][number]): LabelledPair => ({
    prompt: pairs[pair]!.prompt.tokens, responses: pairs[pair]!.responses, pA, ...(margin === undefined ? {} : { margin }),
  });
  return { train: examples.train.map(full), heldOut: examples.heldOut.map(full) };
}

/** 1, 0.5 or 0: which response has the higher gold utility. */
function goldPreference({ task, config }: Scope, pair: JudgedPair): number {
  return goldVerdict(toContest(task, pair), goldWeights(task.goldWeights, config.gold));
}

/** What a reward model starts from. @throws Error where there are no weights of the size for the task. */
async function startOf({ config, task, readAsset }: Scope, sft: Weights): Promise<Weights> {
  const { size } = config.rewardModel;
  if (size === 'policy') return sft;
  return (await loadShipped(readAsset, task, `judge-${size}-lm`)).weights;
}

interface RewardTraining {
  /** Names the training within the run. */
  readonly key: string;
  readonly start: Weights;
  readonly pairs: readonly LabelledPair[];
  readonly heldOut: readonly LabelledPair[];
  readonly judgements?: Readonly<Record<string, readonly number[]>>;
  readonly clock: StageClock;
  /** Takes the points; of an ensemble, those of its first member. */
  readonly curves?: CurveBook;
  /** What is being trained, where there is more to it than the stage's name. */
  readonly note?: string;
}

/** One reward model. @param member its number in an ensemble: its seed and its order of the data. */
export async function trainRewardModel(scope: Scope, training: RewardTraining & { readonly member: number }): Promise<{ weights: Weights }> {
  const { config, engine } = scope;
  const { start, member, pairs, heldOut, judgements, clock, key, note } = training;
  const { head, epochs, learningRate, labelSmoothing } = config.rewardModel;
  const batch = Math.min(config.rewardModel.batch, pairs.length);
  const seed = member === 0 ? config.run.seed : mix(config.run.seed, member);
  const params = engine.createParameters(start.shape, start.values);
  try {
    await runTraining(scope, {
      key, params, total: rewardModelSteps({ batch, epochs }, pairs.length), clock,
      curves: member === 0 ? training.curves : undefined,
      note,
      begin: (optimizer, from) =>
        rewardModel(
          { head, epochs, batch, learningRate, labelSmoothing, weightDecay: WEIGHT_DECAY, measureEvery: 10, seed },
          { engine, params, optimizer, from, pairs, heldOut, ...(judgements ? { judgements } : {}) },
        ),
      rename: ({ step, values: { grad_norm: gradNorm, ...values } }) => ({
        step, values: gradNorm === undefined ? values : { ...values, 'rm/grad_norm': gradNorm },
      }),
    });
    return { weights: { shape: start.shape, values: await engine.readParameters(params) } };
  } finally {
    params.dispose();
  }
}

/** The model that compares two responses. */
async function trainPreferenceModel(scope: Scope, { key, start, pairs, heldOut, judgements, clock, curves }: RewardTraining): Promise<Weights> {
  const { config, engine } = scope;
  const { epochs, learningRate } = config.rewardModel;
  const batch = Math.min(config.rewardModel.batch, pairs.length);
  const params = engine.createParameters(start.shape, start.values);
  try {
    await runTraining(scope, {
      key, params, total: rewardModelSteps({ batch, epochs }, pairs.length), clock, curves,
      begin: (optimizer, from) =>
        preferenceModel(
          { epochs, batch, learningRate, weightDecay: WEIGHT_DECAY, measureEvery: 10, seed: config.run.seed },
          { engine, params, optimizer, from, pairs, heldOut, ...(judgements ? { judgements } : {}) },
        ),
      // The charts know one reward accuracy; which kind of model has it, the arm's settings say.
      rename: ({ step, values }) => ({
        step, values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name === 'grad_norm' ? 'rm/grad_norm' : name.replace(/^pm\//, 'rm/'), value])),
      }),
    });
    return { shape: start.shape, values: await engine.readParameters(params) };
  } finally {
    params.dispose();
  }
}
