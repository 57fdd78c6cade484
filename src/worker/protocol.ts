import type { Answer, ArmRecord, BestOfNCurve, RewardFigures, Comparison, Curve, Device, GoldWeights, HeadToHeadTable, LabelerRecord, PromptRecord, Sample, StageRecord, Estimate } from '../core/bundle';
import type { BenchSize, EngineBench, WorkloadId } from '../core/benchReport';
import type { ExperimentConfig } from '../core/config';
import type { GivenLabeler } from '../core/givenLabels';
import type { HumanPair } from '../core/humanPairs';
import type { JudgeSizeId } from '../core/judges';
import type { LabelerInfo } from '../core/labReport';
import type { ModelShape } from '../core/modelShape';
import type { OutsideScorer } from '../core/outsideScores';
import type { Label } from '../core/preferences';
import type { Side } from '../core/rates';
import type { TextPair, TextScore, TextToScore } from '../labelers/text';
import type { KeptPiece } from './checkpoint';

/** What the parts of fine-grained rewards are worth. */
export type FineGrainedWeights = Pick<ExperimentConfig['fine'], 'coverage' | 'invention' | 'stumble'>;

/** Weights that pass between workers. */
export interface Weights {
  readonly shape: ModelShape;
  readonly values: Float32Array;
}

/** Imported data, as read from a file: the worker builds the task from it. */
export interface DataFile {
  readonly name: string;
  readonly text: string;
}

/** What must be true of a worker before it can run anything. */
export interface OpenInput {
  readonly backend: 'auto' | 'cpu' | 'webgpu';
  /** Only what gives the same bits on every machine: the CPU engine without fused multiply-adds. */
  readonly exact: boolean;
  /** Folder of the shipped weights, as an absolute URL ending in a slash (a file: URL in Node). */
  readonly assets: string;
}

/** What the shared stages made: the same start for every arm. */
export interface Prepared {
  readonly sft: Weights;
  /** Curves of SFT where it was trained here. */
  readonly sftCurves: Readonly<Record<string, Curve>>;
  /** Per pair: index of the prompt among `config.pairs.count` preference prompts, and the two responses. */
  readonly pairs: readonly { readonly id: string; readonly promptIndex: number; readonly responses: readonly [Int32Array, Int32Array] }[];
  readonly stages: readonly StageRecord[];
  /** What a reader of the run must know of its pairs, a sentence each. */
  readonly notes?: readonly string[] | undefined;
}

/** A pair to learn from: its number among the shared pairs, and P(the first response is better). */
export interface LearnedPair {
  readonly pair: number;
  readonly pA: number;
  /** By how much the better response should lead, in logits. */
  readonly margin?: number;
}

/** What a labeler said of the pairs, and what is learned from that; arms of one labeler share it. */
export interface LabelledSet {
  /** One a pair, from the first on. */
  readonly labels: readonly Label[];
  readonly record: LabelerRecord;
  readonly examples: { readonly train: readonly LearnedPair[]; readonly heldOut: readonly LearnedPair[] };
  readonly stage: StageRecord;
}

interface Scale {
  readonly mean: number;
  readonly std: number;
}

/** Trained rewards, off the engine. Scales are those of the raw scores on SFT samples. */
export type RewardModel =
  | {
      /** Scores single responses, by one model or several. */
      readonly kind: 'model';
      readonly head: ExperimentConfig['rewardModel']['head'];
      readonly members: readonly { readonly weights: Weights; readonly scale: Scale }[];
      readonly combine: ExperimentConfig['rewardModel']['combine'];
      readonly uncertaintyWeight: number;
      readonly scale: Scale;
    }
  | {
      /** Separate rewards for inventions, stumbles and coverage; their weights are the arm's (`config.fine`). */
      readonly kind: 'fine';
      readonly weights: Weights;
    }
  | {
      /** One that learned from harmless requests and one from harmful ones; their weight is the arm's. */
      readonly kind: 'two';
      readonly head: ExperimentConfig['rewardModel']['head'];
      readonly sides: Readonly<Record<Side, { readonly weights: Weights; readonly scale: Scale }>>;
    }
  | { /** Compares two responses. */ readonly kind: 'preference'; readonly weights: Weights };

/** A reward and what it is worth; arms with the same labels and reward settings share it. */
export interface TrainedReward {
  readonly model: RewardModel;
  /** On held-out pairs; none where there are too few. */
  readonly figures: RewardFigures | undefined;
  readonly curves: Readonly<Record<string, Curve>>;
  readonly stage: StageRecord;
}

/** One trained policy; it stays with whoever asked, so that any worker can answer with it later. */
export interface ArmOutcome {
  readonly armId: string;
  readonly policy: Weights;
  readonly curves: Readonly<Record<string, Curve>>;
  /** Responses to the test posts, in order; with the proxy reward where there is one. KL in nats. */
  readonly test: readonly { readonly tokens: Int32Array; readonly finished: boolean; readonly score?: number; readonly kl: number }[];
  /** Several responses to each of the first test posts, with the proxy reward where there is one. */
  readonly repeated: readonly (readonly { readonly tokens: Int32Array; readonly score?: number }[])[];
  /** Mean entropy of the next-token distribution on the test responses, nats. */
  readonly entropy: number;
  readonly bestOfN: BestOfNCurve | undefined;
  readonly stage: StageRecord;
  readonly ended: string;
  /** What a reader of its numbers must know, a sentence each. */
  readonly notes: readonly string[];
}

export interface Verdict {
  readonly arms: readonly ArmRecord[];
  readonly prompts: readonly PromptRecord[];
  readonly slots: Readonly<Record<string, string>>;
  readonly goldWeights: GoldWeights;
  readonly notes: readonly string[];
  readonly comparisons: readonly Comparison[];
  readonly headToHead: HeadToHeadTable;
  readonly annotatorAgreement: Estimate;
  readonly stages: readonly StageRecord[];
  /** The words of the models, from id `TOKEN.firstWord` on. */
  readonly vocabulary: readonly string[];
  /** The shared pairs as they are read, in their order. */
  readonly pairs: readonly TextPair[];
}

/** What a run was made with, as texts, for other programs; the bundle does without it. */
export interface RunTexts {
  /** The words of the models, from id `TOKEN.firstWord` on. */
  readonly vocabulary: readonly string[];
  readonly pairs: readonly TextPair[];
  /** By arm: one a pair, from the first pair on; an arm may have asked for fewer labels than there are pairs. */
  readonly labels: Readonly<Record<string, readonly Label[]>>;
}

/** A policy as files in the safetensors format. */
export interface WeightFiles {
  /** The transformer, with the names and shapes of `transformers`' GPT-2. */
  readonly model: Uint8Array;
  /** What the model has besides: value head, extra-input vector, token weight. */
  readonly heads: Uint8Array;
}

/** A visitor's own post, answered live. */
export interface LiveAnswer {
  readonly prompt: PromptRecord;
  /** Words outside the vocabulary, in order. */
  readonly unknown: readonly string[];
  readonly answers: readonly { readonly armId: string; readonly answer: Answer }[];
}

/** How a step of a run is kept, so that the run can be gone on with in another page. */
export interface JournalScope {
  /** Names the step in events `checkpoint`. */
  readonly step: string;
  /** What the step had come to before the run was interrupted. */
  readonly pieces: readonly KeptPiece[];
  /** The weights of the arm's fine-grained rewards that the visitor had asked for last. */
  readonly asked?: FineGrainedWeights | undefined;
}

interface RunScope {
  readonly runId: string;
  readonly config: ExperimentConfig;
  readonly data?: DataFile | undefined;
  /** Where the run is kept. */
  readonly journal?: JournalScope | undefined;
}

interface ArmScope extends RunScope {
  readonly armId: string;
  readonly prepared: Prepared;
  /** Who scores the arm's responses from outside, where somebody does: asked by events, answered by `scores`. */
  readonly scorer?: LabelerInfo | undefined;
}

/**
 * Labelers that live in a worker: they read the built-in world itself, or need an engine. A small judge can be asked to
 * choose (`judge-m`) or to give each response a score from 1 to 10 (`scores-m`).
 */
export type WorldLabeler = 'people' | 'noisy' | `${'judge' | 'scores'}-${JudgeSizeId}`;

/** Pairs of the built-in world as text, with what a jury of fresh annotators says, and labels of them. */
export interface LabWorld {
  readonly pairs: readonly HumanPair[];
  /** In the order they were asked for; of a small judge one entry for each of its trainings, in a `group`. */
  readonly labelers: readonly {
    readonly asked: WorldLabeler;
    readonly identity: LabelerInfo;
    /** One a pair, in their order. */
    readonly labels: readonly Label[];
    readonly seconds: number;
  }[];
}

/** Every command with its input and output. Handlers are a mapped type over this. */
export interface Commands {
  open: { in: OpenInput; out: Device };
  /** Shared stages: task, SFT policy, pairs. `labelled`: names of the pairs that given labels are of; others are left out. */
  prepare: { in: RunScope & { readonly labelled?: readonly string[] | undefined }; out: Prepared };
  /** Labels of the shared pairs, as an arm asks for them. `given`: the labels, where they came with the run. */
  label: { in: ArmScope & { readonly given?: GivenLabeler | undefined }; out: LabelledSet };
  /** The reward of an arm, from its labels. */
  reward: { in: ArmScope & { readonly labelled: LabelledSet }; out: TrainedReward };
  /** The policy of an arm and its responses to the test posts. `reward`: where its method learns from one. */
  runArm: {
    in: ArmScope & { readonly labelled: LabelledSet; readonly reward?: Pick<TrainedReward, 'model' | 'curves'> | undefined };
    out: ArmOutcome;
  };
  /**
   * Turns the weights of an arm's fine-grained rewards from its next iteration on. False where this worker does not run the
   * arm.
   */
  turn: { in: { readonly runId: string; readonly armId: string; readonly weights: FineGrainedWeights }; out: boolean };
  /** The answer to an event `ask`: scores in the order of its items, or why there are none. */
  scores: { in: { readonly ask: number } & ({ readonly scores: readonly TextScore[] } | { readonly error: WireError }); out: void };
  /** Evaluation of all arms against SFT and each other. */
  conclude: {
    in: RunScope & { readonly prepared: Prepared; readonly outcomes: readonly (ArmOutcome & { readonly labeler: LabelerRecord; readonly reward?: RewardFigures | undefined })[] };
    out: Verdict;
  };
  /** Samples one response of each policy to a visitor's text. `draw` chooses the random numbers. */
  answer: {
    in: RunScope & { readonly text: string; readonly draw: number; readonly policies: readonly { readonly armId: string; readonly weights: Weights }[] };
    out: LiveAnswer;
  };
  /** Writes a policy for other programs. @throws Error where the values do not fit the shape. */
  exportWeights: { in: { readonly weights: Weights; readonly metadata: Readonly<Record<string, string>> }; out: WeightFiles };
  /**
   * Channels between workers on the CPU engine, once after `open`: ports on which this worker computes for others, and
   * ports to those that can compute for it, by their number in the pool.
   */
  link: {
    in: { readonly serves: readonly MessagePort[]; readonly helpers: readonly { readonly worker: number; readonly port: MessagePort }[] };
    out: void;
  };
  /** The workers that are idle and compute for this one from its engine's next call on. */
  useHelpers: { in: { readonly workers: readonly number[] }; out: void };
  /** Measures the engine of this worker, one thread of it. `quick` takes a fraction of the time. */
  bench: { in: { readonly runId: string; readonly size: BenchSize; readonly quick: boolean }; out: EngineBench };
  /** `config.pairs.count` pairs for the labeler lab, sampled from the SFT policy as a run does, labelled by each labeler. */
  lab: { in: RunScope & { readonly labelers: readonly WorldLabeler[] }; out: LabWorld };
  /** `step` lets a paused run go on until its next progress report. Takes effect at the next yield of the running stage. */
  control: { in: { readonly action: 'pause' | 'resume' | 'step' | 'cancel' }; out: void };
}
export type CommandName = keyof Commands;

export type StageId = StageRecord['id'];

export type WorkerEvent = { readonly runId: string } & (
  | {
      readonly type: 'progress';
      readonly stage: StageId;
      readonly arm?: string | undefined;
      readonly done: number;
      readonly total: number;
      /** Seconds left in this stage, from its own pace; absent until there is one. */
      readonly secondsLeft?: number | undefined;
      readonly note?: string | undefined;
    }
  | {
      /** New points of curves; batched, every point comes exactly once and in order. */
      readonly type: 'points';
      readonly arm: string;
      readonly points: readonly { readonly key: string; readonly step: number; readonly value: number }[];
    }
  | {
      /** Responses to the first validation posts at a step, for the live side by side. */
      readonly type: 'samples';
      readonly arm: string;
      readonly step: number;
      readonly prompts: readonly PromptRecord[];
      readonly samples: readonly Sample[];
    }
  | { readonly type: 'stage'; readonly stage: StageRecord }
  | {
      /** Scores are wanted of a scorer outside the worker, which waits for the command `scores` with the same number. */
      readonly type: 'ask';
      readonly ask: number;
      readonly arm: string;
      readonly scorer: OutsideScorer;
      readonly items: readonly TextToScore[];
    }
  | ({
      /** What a piece of work of a step has come to, where the run is kept. */
      readonly type: 'checkpoint';
      readonly step: string;
    } & KeptPiece)
  | {
      /** How far a labeler of the lab is, in labels of all its trainings together. */
      readonly type: 'lab';
      readonly labeler: WorldLabeler;
      readonly done: number;
      readonly total: number;
    }
  | {
      /** Where the curves of an arm stand when a stage starts: after a restart, before what was shown. */
      readonly type: 'curves';
      readonly arm: string;
      readonly curves: Readonly<Record<string, Curve>>;
    }
  | {
      /** What happened to the run that a reader of its numbers must know; a sentence. Goes into the bundle's notes. */
      readonly type: 'notice';
      readonly text: string;
      /** What the worker runs on from here. */
      readonly device: Device;
    }
  | {
      /** What of a bench is under way: the matrix product, or a workload. `share` of the whole is done, 0..1. */
      readonly type: 'bench';
      readonly part: 'peak' | WorkloadId;
      readonly share: number;
    }
);

export type Request = { [C in CommandName]: { readonly id: number; readonly command: C; readonly input: Commands[C]['in'] } }[CommandName];
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
}
export type Reply =
  | { readonly id: number; readonly ok: true; readonly output: unknown }
  | { readonly id: number; readonly ok: false; readonly error: WireError };
export type FromWorker = Reply | { readonly events: readonly WorkerEvent[] };


