import type { Estimate } from './bundle';
import { z } from './zod';

/** What the labeler lab measures and keeps. Definitions of the figures: docs/metrics.md. */

const share = z.number().min(0).max(1);
const id = z.string().min(1).max(200);

/** How a language model was asked and read. Figures of different rungs are not comparable. */
const askedSchema = z.strictObject({
  detail: z.enum(['base', 'detailed']),
  exemplars: z.number().int().min(0).max(100),
  chainOfThought: z.boolean(),
  /** Replies for each order, averaged. */
  samples: z.number().int().min(1).max(100),
  /** How answers were read; absent before the first label. */
  rung: z.enum(['logprobs', 'structured', 'choice']).optional(),
  /** Digest of all settings but the exemplars: of two rows with the same one, nothing else differs. Absent in older files. */
  settings: z.string().min(1).max(32).optional(),
});
export type Asked = z.infer<typeof askedSchema>;

export const labelerInfoSchema = z.strictObject({
  id,
  name: z.string().max(300),
  kind: z.enum(['people', 'judge', 'noisy', 'llm', 'you', 'rule', 'mixed']),
  /** Number of parameters, where the labeler is a model and the number is known. */
  parameters: z.number().min(0).max(1e15).optional(),
  origin: z.string().max(2000),
  /** Of a model that was trained several times: which training this is, and what all of them are together. */
  group: z.strictObject({ id, name: z.string().max(300), seed: z.number().int().min(1).max(1000) }).optional(),
  /** Of a language model that is asked by prompts. */
  asked: askedSchema.optional(),
});
/** Who labelled: a labeler's identity. */
export type LabelerInfo = z.infer<typeof labelerInfoSchema>;

export const labelSchema = z.strictObject({
  pairId: z.string().min(1).max(64),
  labeler: id,
  pA: share,
  raw: z.array(share).min(1).max(2),
  parsed: z.boolean(),
  rationale: z.string().max(20_000).optional(),
  costUsd: z.number().min(0).max(1e6).optional(),
  latencyMs: z.number().min(0).max(1e9).optional(),
});

export const LABEL_FILE_VERSION = 1;

/** Labels to be shown again without asking anybody: no key, no address. */
export const labelFileSchema = z.strictObject({
  kind: z.literal('labels'),
  version: z.literal(LABEL_FILE_VERSION),
  /** Where the pairs came from, in words. */
  pairs: z.string().max(500),
  labelers: z.array(z.strictObject({ labeler: labelerInfoSchema, labels: z.array(labelSchema).max(50_000) })).max(64),
});
export type LabelFile = z.infer<typeof labelFileSchema>;

/** Labels of about the same confidence. */
export interface ReliabilityBin {
  /** Confidence from (inclusive) and to (exclusive, but for 1), 0.5..1. */
  readonly from: number;
  readonly to: number;
  /** Mean confidence of the labels in it. */
  readonly confidence: number;
  /** Share of people on the side of the label's pick; a label of exactly 1/2 agrees by half. */
  readonly agreement: Estimate;
}

/** The figures of one labeler on pairs with people's preferences. */
export interface LabelerFigures {
  /** Pairs labelled. */
  readonly n: number;
  readonly parsed: number;
  readonly agreement: Estimate;
  /** Absent where agreement by chance alone is certain: labeler and people both always pick the same side. */
  readonly kappa?: Estimate;
  /** Absent, like the next two, where no label was asked in both orders. */
  readonly samePick?: Estimate;
  readonly samePosition?: Estimate;
  /** Of the pairs of `samePosition`; absent where there are none. */
  readonly prefersFirst?: Estimate;
  /** Absent where no pair of different lengths was decided; so is the people's own. */
  readonly prefersLonger?: Estimate;
  readonly peoplePreferLonger?: Estimate;
  readonly reliability: readonly ReliabilityBin[];
  /** Expected calibration error, 0..1. */
  readonly ece: number;
  readonly brier: Estimate;
  /** US dollars; absent where no label says what it cost. */
  readonly costPer1000?: number;
  /** Seconds, one label after another; absent where no label says how long it took. */
  readonly secondsPer1000?: number;
}

/** A row of the leaderboard. */
export interface LabelerResult {
  readonly labeler: LabelerInfo;
  readonly figures: LabelerFigures;
}
