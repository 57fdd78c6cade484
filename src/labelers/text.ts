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

/** One response to a prompt, as text. */
export interface TextToScore {
  readonly prompt: string;
  readonly response: string;
}

export interface TextScore {
  /** Index of the response among those that were given. */
  readonly item: number;
  /** P(score = i + 1) for the scores 1 to 10, adding up to 1: 10 numbers. Half on 5 and half on 6 where not `parsed`. */
  readonly probabilities: readonly number[];
  /** False where what the scorer said could not be read. */
  readonly parsed: boolean;
  /** US dollars; absent where no price is known. */
  readonly costUsd?: number;
}

export interface ScoreOptions {
  readonly signal?: AbortSignal;
}

/**
 * Says how good single responses are, from their texts: what `Scorer` is for word ids. Scores come as they are finished,
 * not always in the order of the responses. A score is a function of the scorer and the texts alone.
 */
export interface TextScorer {
  readonly identity: LabelerIdentity;
  score(items: readonly TextToScore[], options?: ScoreOptions): AsyncIterable<TextScore>;
  dispose?(): void;
}

/**
 * All scores, in the order of the responses.
 * @param onScore called as each is finished
 * @throws what the scorer throws; scores that are finished by then have been handed to `onScore`
 */
export async function scoresInOrder<S extends TextScore>(
  scorer: { score(items: readonly TextToScore[], options?: ScoreOptions): AsyncIterable<S> },
  items: readonly TextToScore[],
  { onScore, ...options }: ScoreOptions & { readonly onScore?: (score: S) => void } = {},
): Promise<S[]> {
  const scores: S[] = [];
  for await (const score of scorer.score(items, options)) {
    scores.push(score);
    onScore?.(score);
  }
  return scores.sort((a, b) => a.item - b.item);
}
