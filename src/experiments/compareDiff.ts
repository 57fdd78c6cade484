/**
 * Which words of a text are another's too, in the same order: a longest common subsequence (Wagner and Fischer 1974), so that
 * as few words as possible are marked.
 */

/** A run of words. `kept` and `removed` are of the base, `added` of the other text; `kept` are of both. */
export interface DiffPart {
  readonly kind: 'kept' | 'removed' | 'added';
  readonly words: readonly string[];
  /** Place of its first word: in the base where it was removed, otherwise in the other text. */
  readonly from: number;
}

/** Largest table that is filled; beyond it, what lies between the common ends counts as rewritten. */
const MOST_CELLS = 250_000;

/** The base turned into the other text; where both change, what was removed comes first. Capitals make a word another one. */
export function wordDiff(base: readonly string[], other: readonly string[]): DiffPart[] {
  let start = 0;
  while (start < base.length && start < other.length && base[start] === other[start]) start++;
  let end = 0;
  while (end < base.length - start && end < other.length - start && base[base.length - 1 - end] === other[other.length - 1 - end]) end++;

  const parts: DiffPart[] = [];
  const add = (kind: DiffPart['kind'], words: readonly string[], from: number): void => {
    if (words.length === 0) return;
    const last = parts.at(-1);
    if (last?.kind === kind) parts[parts.length - 1] = { ...last, words: [...last.words, ...words] };
    else parts.push({ kind, words, from });
  };
  add('kept', other.slice(0, start), 0);
  const middle = { base: base.slice(start, base.length - end), other: other.slice(start, other.length - end) };
  let [i, j] = [0, 0];
  for (const [at, to] of commonWords(middle.base, middle.other)) {
    add('removed', middle.base.slice(i, at), start + i);
    add('added', middle.other.slice(j, to), start + j);
    add('kept', [middle.other[to]!], start + to);
    [i, j] = [at + 1, to + 1];
  }
  add('removed', middle.base.slice(i), start + i);
  add('added', middle.other.slice(j), start + j);
  add('kept', other.slice(other.length - end), other.length - end);
  return parts;
}

/** Places in both of the words of a longest common subsequence. */
function commonWords(one: readonly string[], other: readonly string[]): [number, number][] {
  const [n, m] = [one.length, other.length];
  if (n * m > MOST_CELLS) return [];
  const width = m + 1;
  /** Length of the longest common subsequence of what follows word i of the one and word j of the other. */
  const longest = new Uint16Array((n + 1) * width);
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      longest[i * width + j] = one[i] === other[j]
        ? 1 + longest[(i + 1) * width + j + 1]!
        : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
    }
  }
  const places: [number, number][] = [];
  let [i, j] = [0, 0];
  while (i < n && j < m) {
    if (one[i] === other[j]) places.push([i++, j++]);
    else if (longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!) i++;
    else j++;
  }
  return places;
}

/** A run of words of a response that are, or are not, in the post. */
export interface OverlapPart {
  readonly inPost: boolean;
  readonly from: number;
  readonly to: number;
}

const isWord = (token: string): boolean => /[\p{L}\p{N}]/u.test(token);

/** Which words of a response stand in the post as well, wherever it stands there; punctuation does not count. */
export function overlapParts(response: readonly string[], post: readonly string[]): OverlapPart[] {
  const known = new Set(post.map((word) => word.toLowerCase()));
  const inPost = response.map((word) => isWord(word) && known.has(word.toLowerCase()));
  const parts: { inPost: boolean; from: number; to: number }[] = [];
  inPost.forEach((is, i) => {
    const last = parts.at(-1);
    if (last?.inPost === is) last.to = i + 1;
    else parts.push({ inPost: is, from: i, to: i + 1 });
  });
  return parts;
}
