/**
 * Search for plain text or a regular expression. A regular expression may take longer than the age of the universe on forty
 * letters, and nothing can interrupt one: so it runs in a worker of its own, which is ended when its time is up.
 */

export type Pattern =
  | { readonly ok: true; readonly regex: RegExp }
  | { readonly ok: false; readonly message: string };

/** Longest pattern. */
export const MOST_PATTERN = 300;
/** Characters of a text that a regular expression is tried on. */
export const MOST_SEARCHED = 20_000;

/** Without regard to capitals. With the flag u, or without it where only that can be read. */
export function toPattern(source: string): Pattern {
  if (source.length > MOST_PATTERN) return { ok: false, message: `longer than ${MOST_PATTERN} characters` };
  let problem: unknown;
  for (const flags of ['iu', 'i']) {
    try {
      return { ok: true, regex: new RegExp(source, flags) };
    } catch (error) {
      problem = error;
    }
  }
  const message = problem instanceof Error ? problem.message : String(problem);
  // V8 says "Invalid regular expression: /(/i: Unterminated group": the reader sees the pattern already.
  return { ok: false, message: (message.split(': ').at(-1) ?? message).toLowerCase() };
}

/** Whether one of a row's texts holds the words searched for, capitals aside. */
export function holdsPlain(texts: readonly string[], sought: string): boolean {
  const wanted = sought.toLowerCase();
  return texts.some((text) => text.toLowerCase().includes(wanted));
}

export interface SearchRequest {
  readonly id: number;
  /** A row's post and responses. */
  readonly texts: readonly (readonly string[])[];
  readonly source: string;
}

/** Hits among the rows up to `tested`; the last news is of all rows. */
export interface SearchNews {
  readonly id: number;
  readonly tested: number;
  /** Numbers of rows found since the news before. */
  readonly hits: readonly number[];
}

/** Milliseconds between two pieces of news. */
const NEWS_EVERY = 50;

/** Tries every row and says how far it is, so that what was found counts even where the rest takes too long. */
export function searchRows({ id, texts, source }: SearchRequest, onNews: (news: SearchNews) => void, now: () => number): void {
  const pattern = toPattern(source);
  let hits: number[] = [];
  let last = now();
  texts.forEach((row, i) => {
    if (pattern.ok && row.some((text) => pattern.regex.test(text.slice(0, MOST_SEARCHED)))) hits.push(i);
    if (now() - last >= NEWS_EVERY && i + 1 < texts.length) {
      onNews({ id, tested: i + 1, hits });
      [hits, last] = [[], now()];
    }
  });
  onNews({ id, tested: texts.length, hits });
}
