import type { Label } from '../core/preferences';
import type { JudgedPair } from '../tasks/types';

export type { JudgedPair };

export interface LabelerIdentity {
  /** Stable id, e.g. `people`, `judge-s`. */
  readonly id: string;
  /** For people: "small judge, 0.16 M parameters". */
  readonly name: string;
  readonly kind: 'people' | 'judge' | 'noisy' | 'llm' | 'you' | 'rule';
  /** Number of parameters, where the labeler is a model. */
  readonly parameters?: number;
  /** How it was made, one sentence. */
  readonly origin: string;
}

export interface LabelOptions {
  /** Most pairs labelled; the iteration ends there. */
  readonly budget?: number;
  readonly signal?: AbortSignal;
}

/**
 * Says which of two responses is better. Labels come in the order of the pairs, one by one, so a caller that stops
 * early or aborts keeps every finished label and may go on later with the rest: a label is a function of the labeler
 * and the pair alone, not of what was labelled before.
 */
export interface Labeler {
  readonly identity: LabelerIdentity;
  label(pairs: readonly JudgedPair[], options?: LabelOptions): AsyncIterable<Label>;
  dispose?(): void;
}
