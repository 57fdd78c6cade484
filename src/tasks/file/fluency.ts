/**
 * Word sequences that no writer of the file would use. An n-gram model of the file's sentences flags
 *   - a pair of words never seen together although it should have been: its expected number were the words
 *     independent, c(a) c(b) / N, is at least `EXPECTED.pairs`,
 *   - a triple never seen although both of its pairs are common: its expected number under the pair model,
 *     c(ab) c(bc) / c(b), is at least `EXPECTED.triples`,
 *   - a word that the file has at least `KNOWN_WORD` times, never beside either of these neighbours,
 *   - a pair or triple seen less often than the share `SLIP` of its expected number.
 * A rare word in a new place is therefore no stumble, a common one is. Place names are one class a slot, so that only
 * the wording is judged, not which place is named. The bounds were chosen on the E2E file: docs/data.md.
 */
export const EXPECTED = { pairs: 1, triples: 3 } as const;
export const KNOWN_WORD = 20;
/** What is seen so much less often than expected is a writer's slip, not usage ("its customer rating is."). */
export const SLIP = 0.02;
/** One trouble reaches over this many words at most. */
const LONGEST_SPAN = 4;

const START = '<start>';
const END = '<end>';
const BETWEEN = '\u0000';

class Counts {
  private readonly counts = new Map<string, number>();
  add(key: string, by: number): void {
    this.counts.set(key, (this.counts.get(key) ?? 0) + by);
  }
  get(key: string): number {
    return this.counts.get(key) ?? 0;
  }
}

/** Positions `[from, to)`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export class NgramModel {
  private readonly singles = new Counts();
  private readonly pairs = new Counts();
  private readonly triples = new Counts();
  private total = 0;

  /** Adds a sentence; `by` -1 takes it out again, for a look at a sentence without its own help. */
  add(classes: readonly string[], by = 1): void {
    const padded = [START, ...classes, END];
    this.total += by * padded.length;
    padded.forEach((word, i) => {
      this.singles.add(word, by);
      if (i >= 1) this.pairs.add(padded[i - 1]! + BETWEEN + word, by);
      if (i >= 2) this.triples.add(padded[i - 2]! + BETWEEN + padded[i - 1]! + BETWEEN + word, by);
    });
  }

  /**
   * Stretches of words that do not go together, as `[from, to)`; a long one counts as several. `finished` says whether
   * the text claims to end here, so that its last word is judged as a last word.
   */
  broken(classes: readonly string[], finished: boolean): Span[] {
    const words = [START, ...classes, ...(finished ? [END] : [])];
    const pairs = words.map((word, i) => (i === 0 ? 0 : this.pairs.get(words[i - 1]! + BETWEEN + word)));
    const spans: { from: number; to: number }[] = [];
    // Positions in `words` count the start mark.
    const flag = (first: number, last: number) => {
      const from = Math.max(0, first - 1);
      const to = Math.min(classes.length, last);
      const previous = spans.at(-1);
      if (!previous || from >= previous.to) spans.push({ from, to });
      else if (to - previous.from <= LONGEST_SPAN) previous.to = Math.max(previous.to, to);
      else if (to > previous.to) spans.push({ from: previous.to, to });
    };
    for (let i = 1; i < words.length; i++) {
      const [b, c] = [words[i - 1]!, words[i]!];
      const unseen = pairs[i]! <= 0;
      const expected = (this.singles.get(b) * this.singles.get(c)) / this.total;
      if (unseen ? expected >= EXPECTED.pairs : pairs[i]! < SLIP * expected) flag(i - 1, i);
      if (i < 2) continue;
      const unseenBefore = pairs[i - 1]! <= 0;
      if (unseen && unseenBefore && this.singles.get(b) >= KNOWN_WORD) flag(i - 2, i);
      if (unseen || unseenBefore) continue;
      const triple = this.triples.get(words[i - 2]! + BETWEEN + b + BETWEEN + c);
      const expectedTriple = (pairs[i - 1]! * pairs[i]!) / this.singles.get(b);
      if (triple <= 0 ? expectedTriple >= EXPECTED.triples : triple < SLIP * expectedTriple) flag(i - 2, i);
    }
    return spans;
  }
}
