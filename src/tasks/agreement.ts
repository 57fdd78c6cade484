import type { Check, Prompt, Reader } from './types';
import { preference } from './utility';

/** Two checked responses to one prompt. */
export interface CheckedPair {
  readonly prompt: Prompt;
  readonly a: Check;
  readonly b: Check;
}

/**
 * How often two different annotators, each casting one noisy vote, agree on a pair: the mean over pairs and over all
 * pairs of readers of p q + (1 - p)(1 - q), where p and q are their probabilities of preferring `a`. This is the
 * expectation over their votes, so no votes are drawn. Result in [0, 1]; 0.5 is chance.
 *
 * @throws RangeError without pairs or with fewer than two readers.
 */
export function agreementRate(pairs: readonly CheckedPair[], readers: readonly Reader[]): number {
  if (pairs.length === 0 || readers.length < 2) throw new RangeError('agreement needs pairs and two readers');
  const n = readers.length;
  let total = 0;
  for (const { prompt, a, b } of pairs) {
    let sum = 0;
    let squares = 0;
    for (const reader of readers) {
      const p = preference(reader, prompt, a, b);
      sum += p;
      squares += p * p;
    }
    // Sum over ordered pairs i != j of p_i p_j + (1 - p_i)(1 - p_j), from sums alone.
    const both = sum * sum - squares;
    const neither = (n - sum) ** 2 - (n - 2 * sum + squares);
    total += (both + neither) / (n * (n - 1));
  }
  return total / pairs.length;
}
