import { textPieces } from '../../core/text';

/** A stretch of tokens `[from, to)` that something is said about. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A run of tokens under the same stretches. */
export interface Segment<S extends Stretch> {
  /** Space before it, outside any mark. */
  readonly before: string;
  readonly text: string;
  /** Stretches it lies in, longest first, so that they nest. */
  readonly within: readonly S[];
  /** Those of `within` that begin here: said once, even where a stretch is split by another. */
  readonly starts: readonly S[];
  /** Those of `within` that end here. */
  readonly ends: readonly S[];
  /** Index of its first token. */
  readonly from: number;
}

/** Cuts a text at the ends of stretches, which may overlap. Stretches outside the text are cut off at its ends. */
export function segments<S extends Stretch>(words: readonly string[], stretches: readonly S[]): readonly Segment<S>[] {
  const pieces = textPieces(words);
  const cuts = new Set([0, words.length]);
  for (const { from, to } of stretches) {
    if (from < words.length) cuts.add(Math.max(0, from));
    if (to < words.length) cuts.add(Math.max(0, to));
  }
  const places = [...cuts].sort((a, b) => a - b);
  const longestFirst = [...stretches].sort((a, b) => b.to - b.from - (a.to - a.from));
  return places.slice(0, -1).map((from, i) => {
    const to = places[i + 1]!;
    const within = longestFirst.filter((stretch) => stretch.from < to && stretch.to > from);
    return {
      before: pieces[from]!.before,
      text: pieces
        .slice(from, to)
        .map((piece, k) => (k === 0 ? '' : piece.before) + piece.text)
        .join(''),
      within,
      starts: within.filter((stretch) => Math.max(0, stretch.from) === from),
      ends: within.filter((stretch) => Math.min(words.length, stretch.to) === to),
      from,
    };
  });
}
