import type { Stream } from '../../core/rng';

/** How imperfect writers put answers on paper: until one is short enough, with slips of the pen. */

/** What a writer of answers wrote, with what it meant. */
export interface Written<Slot extends string> {
  readonly words: readonly string[];
  readonly covered: ReadonlySet<Slot>;
  readonly invented: number;
  readonly stumbles: number;
  /** A slip of the pen, beside what was meant. */
  readonly slip: Slip;
}

export type Slip = 'none' | 'word twice' | 'word lost' | 'end lost';

/** What a writer means to say: with the material that its words are made of. */
export type Meant<Slot extends string, Material> = Omit<Written<Slot>, 'words' | 'slip'> & { readonly material: Material };

/** Longest answer in tokens, end-of-text included. */
export const MAX_ANSWER_TOKENS = 36;

/** Means and words an answer until one is short enough, with a slip of the pen in a share of them. */
export function penned<Slot extends string, Material>(
  rng: Stream,
  slips: number,
  mean: () => Meant<Slot, Material>,
  compose: (rng: Stream, material: Material) => string[],
): Written<Slot> {
  for (;;) {
    const { material, covered, invented, stumbles } = mean();
    const plain = { words: compose(rng, material), slip: 'none' as const };
    const { words, slip: slipped } = plain.words.length > 3 && rng.chance(slips) ? slip(rng, plain.words) : plain;
    if (words.length > 0 && words.length < MAX_ANSWER_TOKENS) return { words, covered, invented, stumbles, slip: slipped };
  }
}

/** A slip of the pen: a word twice, a word gone, or the end missing. */
function slip(rng: Stream, words: readonly string[]): { readonly words: readonly string[]; readonly slip: Slip } {
  const at = 1 + rng.int(Math.max(1, words.length - 2));
  const kind = rng.int(3);
  if (kind === 0) return { words: [...words.slice(0, at), words[at - 1]!, ...words.slice(at)], slip: 'word twice' };
  if (kind === 1) return { words: [...words.slice(0, at), ...words.slice(at + 1)], slip: 'word lost' };
  return { words: words.slice(0, Math.max(3, words.length - 1 - rng.int(4))), slip: 'end lost' };
}
