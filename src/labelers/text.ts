import type { Label } from '../core/preferences';
import type { LabelerIdentity, LabelOptions } from './types';

/** Two responses to one prompt, as text: what a reader, a rule or a language model behind a URL compares. */
export interface TextPair {
  readonly id: string;
  readonly prompt: string;
  readonly responses: readonly [string, string];
}

/**
 * Says which of two texts is better. Labels come as they are finished, not always in the order of the pairs; a caller
 * that stops early keeps every finished one. A label is a function of the labeler and the pair alone.
 */
export interface TextLabeler {
  readonly identity: LabelerIdentity;
  label(pairs: readonly TextPair[], options?: LabelOptions): AsyncIterable<Label>;
  dispose?(): void;
}
