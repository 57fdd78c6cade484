import type { LabelerInfo } from '../core/labReport';
import type { Label } from '../core/preferences';
import type { JudgedPair } from '../tasks/types';

export type { JudgedPair };

/** Who labels: its id is stable, e.g. `people`, `judge-s-1`. */
export type LabelerIdentity = LabelerInfo;

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

/** Word ids. */
export type Words = ArrayLike<number>;

/** Says how good single responses are. */
export interface Scorer {
  /** Probabilities of the scores 1 to 10, adding up to 1, for each response. N of [10] */
  score(items: readonly { readonly prompt: Words; readonly response: Words }[]): Promise<Float32Array[]>;
}
