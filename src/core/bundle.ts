import { deviceBenchSchema } from './benchReport';
import { configSchema } from './config';
import { RATE_IDS } from './rates';
import { z } from './zod';

/**
 * The record of a run: what is stored, exported, shown and replayed. Everything but `device`, `recordedAt` and the
 * `seconds` of stages is a function of config and build on one engine; `comparable` leaves those out.
 */
export const BUNDLE_VERSION = 1;

const text = z.string().max(20_000);
const id = z.string().max(64);
const share = z.number().min(0).max(1);

/** A point estimate with its 95% interval; `over` says what the interval ranges over. */
export const estimateSchema = z.strictObject({
  value: z.number(),
  ci: z.tuple([z.number(), z.number()]),
  n: z.number().int().min(0),
  over: z.enum(['posts', 'pairs', 'pairs and seeds', 'seeds']),
});
export type Estimate = z.infer<typeof estimateSchema>;

/** Labels, or predictions, of about the same confidence (`core/labReport`). */
const binSchema = z.strictObject({ from: share, to: share, confidence: share, agreement: estimateSchema });

const preferencesSchema = z.strictObject({
  rewardModel: estimateSchema.optional(),
  labels: estimateSchema.optional(),
  gold: estimateSchema.optional(),
});

/** What a reward is worth on held-out pairs: `evaluation/rewardModelFigures`. */
const rewardFiguresSchema = z.strictObject({
  n: z.number().int(),
  accuracy: estimateSchema,
  goldAccuracy: estimateSchema,
  reliability: z.array(binSchema).max(50),
  ece: z.number(),
  brier: estimateSchema,
  margin: estimateSchema.optional(),
  marginSd: z.number().optional(),
  prefersLonger: preferencesSchema,
  prefersCopying: preferencesSchema,
  position: z.strictObject({
    samePick: estimateSchema.optional(),
    samePosition: estimateSchema.optional(),
    prefersFirst: estimateSchema.optional(),
    meanFirst: estimateSchema,
  }).optional(),
});
export type RewardFigures = z.infer<typeof rewardFiguresSchema>;

/** How different responses are: `evaluation/diversity`. */
const diversitySchema = z.strictObject({
  vocabulary: z.number().int(),
  perInput: z.strictObject({
    samples: z.number().int(), ead: estimateSchema, distinct1: estimateSchema, distinct2: estimateSchema, distinct3: estimateSchema,
    selfSimilarity: estimateSchema, distinctResponses: estimateSchema, repeats: estimateSchema,
  }),
  acrossInput: z.strictObject({
    responses: z.number().int(), ead: z.number(), distinct1: z.number(), distinct2: z.number(), distinct3: z.number(),
    selfSimilarity: z.number(), distinctResponses: z.number(), repeats: z.number(),
  }),
});

/** Whether the reward agrees with gold on what the policy writes: `evaluation/drift`. */
const driftSchema = z.strictObject({
  samples: z.number().int(),
  couples: z.enum(['samples of a post', 'posts']),
  rankAgreement: estimateSchema.optional(),
  goldTies: share.optional(),
  correlation: estimateSchema.optional(),
});

/** Above the most that settings can ask for: 20,000 pairs times 20 epochs, one pair a step. */
const points = z.array(z.number()).max(500_000);
const curveSchema = z.strictObject({ step: points, value: points });
export type Curve = z.infer<typeof curveSchema>;

const markSchema = z.strictObject({
  kind: z.enum(['covered', 'invented', 'stumble']),
  from: z.number().int().min(0),
  to: z.number().int().min(0),
  note: text,
  slot: id.optional(),
});

const checkSchema = z.strictObject({
  covered: z.array(id).max(200),
  invented: z.number().int().min(0),
  stumbles: z.number().int().min(0),
  words: z.number().int().min(0),
  marks: z.array(markSchema).max(500),
});

const wordsSchema = z.array(z.string().max(100)).max(2000);

/** A response as word strings (so that a bundle reads without the task's vocabulary), with what the checker found. */
const answerSchema = z.strictObject({
  words: wordsSchema,
  /** Whether end-of-text was reached. */
  finished: z.boolean(),
  check: checkSchema,
  /** Gold utility under the run's weights. */
  gold: z.number(),
  /** Standardised proxy reward, where the arm has a reward model. */
  score: z.number().optional(),
});
export type Answer = z.infer<typeof answerSchema>;

const factSchema = z.strictObject({
  slot: id,
  value: text,
  importance: z.number(),
  spans: z.array(z.tuple([z.number().int(), z.number().int()])).max(50),
});

const promptSchema = z.strictObject({
  id,
  topic: text,
  words: wordsSchema,
  facts: z.array(factSchema).max(100),
});
export type PromptRecord = z.infer<typeof promptSchema>;

const sampleSchema = z.strictObject({ promptId: id, answer: answerSchema });
export type Sample = z.infer<typeof sampleSchema>;

const winRateSchema = z.strictObject({
  /** Share of test posts won, ties count half. */
  raw: estimateSchema,
  /** The same at equal length: see docs/metrics.md. Absent where the fit has no answer; `note` says why. */
  lengthControlled: estimateSchema.optional(),
  note: text.optional(),
  /** Who judged, in words. */
  judge: text,
  /** True where the judge also labelled for this run: such a verdict is circular. */
  circular: z.boolean(),
});
export type WinRate = z.infer<typeof winRateSchema>;

const evaluationSchema = z.strictObject({
  goldUtility: estimateSchema,
  /** Mean share of a post's importance that the responses cover. */
  coverage: estimateSchema,
  /** Share of responses with at least one invented statement. */
  hallucinationRate: estimateSchema,
  /** Share of responses with at least one stumble. */
  disfluencyRate: estimateSchema,
  /** Words per response. */
  length: estimateSchema,
  /** Sequence KL to SFT, nats, k1 estimator on the sampled responses. Absent for SFT itself. */
  kl: estimateSchema.optional(),
  /** Standardised reward of the arm's own reward model. */
  proxyReward: estimateSchema.optional(),
  /** Against SFT: by the majority of fresh annotators, and by gold utility. Absent for SFT itself. */
  winRateVsSft: z.strictObject({ majority: winRateSchema, gold: winRateSchema, judge: winRateSchema.optional() }).optional(),
  /** Absent in older bundles. */
  diversity: diversitySchema.optional(),
  /** Mean entropy of the next-token distribution on its own responses, nats. Absent in older bundles. */
  entropy: z.number().optional(),
  /** Rates of the task's own. Absent where it has none. */
  rates: z.partialRecord(z.enum(RATE_IDS), estimateSchema).optional(),
  /** Of several responses to each of the first posts. Absent where there is no reward of single responses. */
  drift: driftSchema.optional(),
});
export type Evaluation = z.infer<typeof evaluationSchema>;

const armSchema = z.strictObject({
  /** `sft` for the start policy, otherwise the id of the config's arm. */
  id,
  label: text,
  curves: z.record(z.string().max(80), curveSchema),
  /** On test posts, in the order of `prompts`. */
  samples: z.array(sampleSchema).max(2000),
  evaluation: evaluationSchema,
  /** Of its reward on held-out pairs; absent where it has none of its own, and in older bundles. */
  reward: rewardFiguresSchema.optional(),
  /**
   * What the best of n SFT samples by the arm's reward is worth on validation posts, by n: the KL bound, the standardised
   * reward and gold. Absent where it was not asked for.
   */
  bestOfN: z.strictObject({ n: points, kl: points, proxy: points, gold: points, samples: z.number().int(), posts: z.number().int() }).optional(),
  /** Why its training ended, in words. */
  ended: text,
});
export type BestOfNCurve = NonNullable<z.infer<typeof armSchema>['bestOfN']>;
export type ArmRecord = z.infer<typeof armSchema>;

const comparisonSchema = z.strictObject({ a: id, b: id, majority: winRateSchema, gold: winRateSchema, judge: winRateSchema.optional() });
export type Comparison = z.infer<typeof comparisonSchema>;

/** Sign tests of all pairs of policies, SFT among them, by the majority of fresh annotators: `evaluation/headToHead`. */
const headToHeadSchema = z.strictObject({
  comparisons: z.array(z.strictObject({
    a: id, b: id, raw: estimateSchema, decided: z.number().int(), p: share, pAdjusted: share, significant: z.boolean(),
  })).max(600),
  count: z.number().int(),
  alpha: share,
});
export type HeadToHeadTable = z.infer<typeof headToHeadSchema>;

/** Longest id of a labeler in a bundle; those of language models may be longer. */
export const MAX_LABELER_ID = 64;

const labelerSchema = z.strictObject({
  id,
  name: text,
  kind: z.enum(['people', 'judge', 'noisy', 'llm', 'you', 'rule', 'mixed']),
  parameters: z.number().optional(),
  origin: text,
  /** Agreement of argmax labels, over pairs: with one fresh annotator, with the majority, with gold utility. */
  alignment: z.strictObject({ annotator: estimateSchema, majority: estimateSchema, gold: estimateSchema }),
  /** Share of pairs where the same slot wins in both orders; absent for labelers that see no order. */
  samePosition: estimateSchema.optional(),
  /** Share of those in which the first slot won; absent where there are none. */
  prefersFirst: share.optional(),
  parsed: share,
  n: z.number().int(),
  costUsd: z.number(),
  /** Of mixed feedback: how many of the labels people gave. */
  humanLabels: z.number().int().optional(),
  /** pA of every label, in the order of the pairs. */
  labels: z.array(share).max(50_000),
});
export type LabelerRecord = z.infer<typeof labelerSchema>;

const stageSchema = z.strictObject({
  id: z.enum(['task', 'sft', 'pairs', 'labels', 'reward', 'rl', 'verdict']),
  /** Arm it belongs to; absent for shared stages. */
  arm: id.optional(),
  seconds: z.number(),
  /** The arm that ran it, where this one shares what it made. */
  sharedWith: id.optional(),
  /** What was made, in words: "2,000 pairs". */
  summary: text,
});
export type StageRecord = z.infer<typeof stageSchema>;

const goldWeightsSchema = z.strictObject({
  coverage: z.number(),
  invention: z.number(),
  stumble: z.number(),
  length: z.number(),
});
export type GoldWeights = z.infer<typeof goldWeightsSchema>;

export const buildSchema = z.strictObject({ version: text, commit: text, date: text });
export type Build = z.infer<typeof buildSchema>;

export const deviceSchema = z.strictObject({
  engine: z.enum(['cpu', 'gpu', 'reference']),
  description: text,
  cores: z.number(),
  /** Why this engine was chosen, in words. */
  reason: text,
  /** How fast this engine was when last measured in the same browser; absent where it never was. */
  bench: deviceBenchSchema.optional(),
});
export type Device = z.infer<typeof deviceSchema>;

export const bundleSchema = z.strictObject({
  version: z.literal(BUNDLE_VERSION),
  config: configSchema,
  build: buildSchema,
  device: deviceSchema,
  /** ISO 8601. */
  recordedAt: z.string().max(40),
  stages: z.array(stageSchema).max(200),
  /** Test posts that samples refer to. */
  prompts: z.array(promptSchema).max(2000),
  slots: z.record(z.string().max(64), text),
  /** The task's gold weights, before the factors of `config.gold`; with both, finished outputs can be re-scored. */
  goldWeights: goldWeightsSchema,
  /** What a reader of the numbers must know of the data, a sentence each. */
  notes: z.array(text).max(100),
  arms: z.array(armSchema).max(40),
  comparisons: z.array(comparisonSchema).max(600),
  /** Absent in older bundles. */
  headToHead: headToHeadSchema.optional(),
  labelers: z.array(labelerSchema).max(40),
  /** How often two annotators agree on the run's preference pairs. */
  annotatorAgreement: estimateSchema,
});
export type RunBundle = z.infer<typeof bundleSchema>;

/** The part of a bundle that the same config and build must give again, bit for bit on the CPU engine. */
export function comparable(bundle: RunBundle): unknown {
  const { device: _device, recordedAt: _recordedAt, build: _build, stages, ...rest } = bundle;
  return { ...rest, stages: stages.map(({ seconds: _seconds, ...stage }) => stage) };
}
