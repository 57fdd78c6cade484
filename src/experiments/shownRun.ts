import type { Curve, Device, PromptRecord, RunBundle, Sample } from '../core/bundle';
import { configOfArm, type ArmConfig, type ExperimentConfig } from '../core/config';
import { methodOf } from '../core/methods';
import { hasRewardStage, planOf } from '../worker/plan';
import type { FineGrainedWeights, StageId, WorkerEvent } from '../worker/protocol';
import { NO_HISTORY, withCheckpoint, withPosts, type SampleHistory } from './sampleHistory';

/** How far a stage is, of one arm or of all. */
export interface StageState {
  readonly state: 'active' | 'done';
  readonly done: number;
  readonly total: number;
  readonly secondsLeft?: number | undefined;
  readonly note?: string | undefined;
  /** Once done. */
  readonly seconds?: number;
  readonly summary?: string;
}

/** The run on screen: recorded, kept from an earlier visit, come by a link or a file, or made here and perhaps still under way. */
export interface ShownRun {
  readonly origin: 'recorded' | 'kept' | 'link' | 'file' | 'here';
  /** The settings it was made with; curves of other settings never join it. */
  readonly config: ExperimentConfig;
  /** Name of the visitor's file, where the task is one. */
  readonly dataName?: string | undefined;
  readonly device?: Device | undefined;
  /** By `stageKey`; what has not begun is absent. */
  readonly stages: Readonly<Record<string, StageState>>;
  /** Arm id (`sft` for the start policy) -> metric -> curve. */
  readonly curves: Readonly<Record<string, Readonly<Record<string, Curve>>>>;
  /** Validation posts while it runs, test posts once it has ended. */
  readonly prompts: readonly PromptRecord[];
  readonly slots: Readonly<Record<string, string>>;
  readonly samples: Readonly<Record<string, readonly Sample[]>>;
  /** What happened to the run while it ran, a sentence each; once it has ended they are among the bundle's notes. */
  readonly notices: readonly string[];
  /** Weights of fine-grained rewards that the visitor turned while it runs, by arm. */
  readonly turned: Readonly<Record<string, FineGrainedWeights>>;
  /** RL iteration of the samples while it runs. */
  readonly sampleStep?: number;
  /** Of a run that was made in this page, also once it has ended. */
  readonly history?: SampleHistory | undefined;
  /** Once it has ended. */
  readonly bundle?: RunBundle;
}

export function stageKey(stage: StageId, arm?: string): string {
  return arm === undefined ? stage : `${stage}/${arm}`;
}

export function runOfBundle(bundle: RunBundle, origin: ShownRun['origin'], dataName?: string): ShownRun {
  return {
    origin,
    config: bundle.config,
    dataName,
    device: bundle.device,
    stages: Object.fromEntries(
      bundle.stages.map(({ id, arm, seconds, summary }) => [
        stageKey(id, arm),
        { state: 'done', done: 1, total: 1, seconds, summary },
      ]),
    ),
    curves: Object.fromEntries(bundle.arms.map((arm) => [arm.id, arm.curves])),
    prompts: bundle.prompts,
    slots: bundle.slots,
    samples: Object.fromEntries(bundle.arms.map((arm) => [arm.id, arm.samples])),
    notices: [],
    turned: {},
    bundle,
  };
}

export function newRun(config: ExperimentConfig, dataName: string | undefined, slots: ShownRun['slots']): ShownRun {
  return { origin: 'here', config, dataName, stages: {}, curves: {}, prompts: [], slots, samples: {}, notices: [], turned: {} };
}

type Of<T extends WorkerEvent['type']> = Extract<WorkerEvent, { type: T }>;

function withProgress(run: ShownRun, { stage, arm, done, total, secondsLeft, note }: Of<'progress'>): ShownRun {
  const key = stageKey(stage, arm);
  // A late progress report does not reopen a stage whose record has come.
  if (run.stages[key]?.state === 'done') return run;
  return { ...run, stages: { ...run.stages, [key]: { state: 'active', done, total, secondsLeft, note } } };
}

function withRecord(run: ShownRun, { stage }: Of<'stage'>): ShownRun {
  const key = stageKey(stage.id, stage.arm);
  const total = run.stages[key]?.total ?? 1;
  const state: StageState = { state: 'done', done: total, total, seconds: stage.seconds, summary: stage.summary };
  return { ...run, stages: { ...run.stages, [key]: state } };
}

function withPoints(run: ShownRun, { arm, points }: Of<'points'>): ShownRun {
  const curves: Record<string, Curve> = { ...run.curves[arm] };
  const fresh = new Set<string>();
  for (const { key, step, value } of points) {
    // Copied once a batch: what was handed out before must not change.
    const old = curves[key] ?? { step: [], value: [] };
    const curve = fresh.has(key) ? old : { step: [...old.step], value: [...old.value] };
    curve.step.push(step);
    curve.value.push(value);
    curves[key] = curve;
    fresh.add(key);
  }
  return { ...run, curves: { ...run.curves, [arm]: curves } };
}

function withSamples(run: ShownRun, { arm, step, prompts, samples }: Of<'samples'>): ShownRun {
  return {
    ...run,
    prompts: withPosts(run.prompts, prompts),
    samples: { ...run.samples, [arm]: samples },
    sampleStep: Math.max(step, run.sampleStep ?? 0),
    history: withCheckpoint(run.history ?? NO_HISTORY, arm, prompts, { step, samples }),
  };
}

/** The run after a batch of its worker's events. */
export function applyEvents(run: ShownRun, events: readonly WorkerEvent[]): ShownRun {
  return events.reduce((current, event) => {
    switch (event.type) {
      case 'progress':
        return withProgress(current, event);
      case 'stage':
        return withRecord(current, event);
      case 'points':
        return withPoints(current, event);
      case 'samples':
        return withSamples(current, event);
      case 'curves':
        return { ...current, curves: { ...current.curves, [event.arm]: event.curves } };
      case 'notice':
        return { ...current, notices: [...current.notices, event.text], device: event.device };
      case 'ask':
      case 'bench':
      case 'checkpoint':
      case 'lab':
        // Nothing of a run that is shown.
        return current;
    }
  }, run);
}

export const SHARED_STAGES = ['task', 'sft', 'pairs'] as const satisfies readonly StageId[];
const ARM_STAGES = ['labels', 'reward', 'rl'] as const satisfies readonly StageId[];

/** The stages of an arm of the experiment: not every method learns from a reward, and not every reward is trained. */
export function armStages(config: ExperimentConfig, arm: ArmConfig): readonly StageId[] {
  return ARM_STAGES.filter((stage) => stage !== 'reward' || hasRewardStage(config, arm));
}

/** Stages that an arm has in common with one before it, by `stageKey`: the arm that runs them. */
export function sharedStages(config: ExperimentConfig): ReadonlyMap<string, ArmConfig> {
  const owners = new Map<string, ArmConfig>();
  for (const { kind, arms: [owner, ...others] } of planOf(config)) {
    if (kind === 'policy' || !owner) continue;
    for (const { id } of others) owners.set(stageKey(kind, id), owner);
  }
  return owners;
}

/** In the order in which they run. */
export const STAGES = [...SHARED_STAGES, ...ARM_STAGES, 'verdict'] as const satisfies readonly StageId[];

/** Arms in training whose fine-grained rewards can be weighed anew: their methods ask for rewards as they go. */
export function turnableArms({ config, stages, bundle }: ShownRun): ArmConfig[] {
  if (bundle) return [];
  return config.arms.filter((arm) => {
    // Asked at every batch of events, and mostly there is nothing in training.
    if (stages[stageKey('rl', arm.id)]?.state !== 'active') return false;
    const { rewardModel, rl } = configOfArm(config, arm);
    return rewardModel.kind === 'fine' && hasRewardStage(config, arm) && methodOf(rl.method).settings.includes('rl.iterations');
  });
}

export interface ActiveStage {
  readonly stage: StageId;
  readonly arm?: string | undefined;
  readonly state: StageState;
}

/** What is being worked on, in the order of the pipeline. */
export function activeStages(run: ShownRun): ActiveStage[] {
  return STAGES.flatMap((stage) =>
    [undefined, ...run.config.arms.map((arm) => arm.id)].flatMap((arm) => {
      const state = run.stages[stageKey(stage, arm)];
      return state?.state === 'active' ? [{ stage, arm, state }] : [];
    }),
  );
}
