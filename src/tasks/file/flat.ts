/**
 * A response as one string for patterns: every token cut at hyphens and apostrophes ("non-family-friendly" reads
 * "non family friendly", "isn't" reads "isn t"), parts between single spaces, with a way back to the tokens.
 */
export interface Flat {
  /** Parts in single spaces, a space at both ends: ` the eagle is cheap . `. */
  readonly text: string;
  /** Token index of every part. */
  readonly tokens: readonly number[];
  /** Index in `text` where every part begins. */
  readonly starts: readonly number[];
}

export function flatten(words: readonly string[]): Flat {
  const tokens: number[] = [];
  const starts: number[] = [];
  let text = ' ';
  words.forEach((word, token) => {
    const parts = word.length > 1 ? word.split(/[-']/).filter((part) => part !== '') : [word];
    for (const part of parts) {
      tokens.push(token);
      starts.push(text.length);
      text += `${part} `;
    }
  });
  return { text, tokens, starts };
}

/** Token span `[from, to)` that covers the characters `[from, to)` of the text. */
export function tokenSpan(flat: Flat, from: number, to: number): readonly [number, number] {
  let first = 0;
  while (first + 1 < flat.starts.length && flat.starts[first + 1]! <= from) first++;
  let last = first;
  while (last + 1 < flat.starts.length && flat.starts[last + 1]! < to) last++;
  return [flat.tokens[first] ?? 0, (flat.tokens[last] ?? -1) + 1];
}

/** A pattern for a phrase between spaces; `phrase` may hold regular-expression syntax. Matches start at a space. */
export function phrase(source: string): RegExp {
  return new RegExp(` (?:${source})(?= )`, 'gu');
}

/** A literal value as pattern source, cut as `flatten` cuts. */
export function literal(words: readonly string[]): string {
  return flatten(words).text.trim().replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
