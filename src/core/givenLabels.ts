import type { LabelerInfo } from './labReport';
import type { Label } from './preferences';

/** Labels that come with a run instead of being asked for in it: those of arms whose feedback is `given`. */

/** Who labelled, and what they said. */
export interface GivenLabeler {
  readonly labeler: LabelerInfo;
  /** At most one a pair; pairs are named by `worker/pairIds`. */
  readonly labels: readonly Label[];
}

/** By the id of the arm. */
export type GivenLabels = Readonly<Record<string, GivenLabeler>>;

/** Fewest pairs that a reward model is trained on: with fewer, nothing is held out to measure it. */
export const MIN_GIVEN_PAIRS = 16;

/** For a run whose labels are not there: an old link, or the settings of a run that was kept. */
export const LABELS_MISSING = {
  message: 'The labels of this run came from the labeler lab, and they are not here any more.',
  advice:
    'Open Labelers, run the labelers on the built-in pairs or load the file of their labels there, and press "Train on these labels".',
} as const;

/**
 * Names of the pairs that every labeler labelled, in the order of the first. An answer that could not be read is a label.
 * @throws Error where a labeler labelled a pair twice.
 */
export function sharedPairs(sets: readonly GivenLabeler[]): string[] {
  const [first, ...others] = sets.map(({ labeler, labels }) => {
    const names = new Set(labels.map(({ pairId }) => pairId));
    if (names.size < labels.length) throw new Error(`There are two labels of ${labeler.name} for one pair.`);
    return names;
  });
  return [...(first ?? [])].filter((name) => others.every((names) => names.has(name)));
}
