import type { HumanPair } from '../core/humanPairs';
import type { BuiltInTaskId } from '../core/taskWords';
import type { LabelerInfo, LabelerResult } from '../core/labReport';
import { labelerFigures } from '../evaluation/labelerFigures';
import { figuresOverSeeds } from '../evaluation/seeds';
import type { LabelSet, LabRow } from './labFiles';

/** What is known of a set of pairs: who labelled them, and how well. */
export interface LabResults {
  /** Where the pairs came from, in words. */
  readonly name: string;
  /** The built-in task that the pairs are of; undefined for imported ones. */
  readonly task: BuiltInTaskId | undefined;
  readonly pairs: readonly HumanPair[];
  readonly sets: readonly LabelSet[];
  /** One a set of at least two labels, in the order of the sets. */
  readonly rows: readonly LabelerResult[];
}

export function newResults(name: string, task: BuiltInTaskId | undefined, pairs: readonly HumanPair[]): LabResults {
  return { name, task, pairs, sets: [], rows: [] };
}

/**
 * The earlier results where they are of the same pairs with the same votes of people, else none yet: labelers of one table
 * judged the same pairs.
 */
export function resultsFor(next: LabResults, earlier: LabResults | undefined): LabResults {
  const same = earlier?.task === next.task && earlier?.pairs.length === next.pairs.length &&
    earlier.pairs.every(({ id, people }, i) => id === next.pairs[i]!.id && people === next.pairs[i]!.people);
  return same ? earlier : next;
}

/**
 * With what a labeler said, in place of what it said before; a run that ended early does not take the place of a longer one
 * (votes of the visitor's own may, since they can be taken back). A single label has no figures and is left out.
 */
export function withSet(results: LabResults, set: LabelSet): LabResults {
  if (set.labels.length < 2) return results;
  const at = results.sets.findIndex(({ labeler }) => labeler.id === set.labeler.id);
  const longer = at >= 0 && results.sets[at]!.labels.length > set.labels.length;
  if (longer && set.labeler.kind !== 'you') return results;
  const row: LabelerResult = { labeler: set.labeler, figures: labelerFigures(results.pairs, set.labels) };
  const sets = [...results.sets];
  const rows = [...results.rows];
  const place = at < 0 ? sets.length : at;
  sets[place] = set;
  rows[place] = row;
  return { ...results, sets, rows };
}

/** Without what a labeler said; the same results where it said nothing. */
export function withoutSet(results: LabResults, labelerId: string): LabResults {
  const at = results.sets.findIndex(({ labeler }) => labeler.id === labelerId);
  if (at < 0) return results;
  return { ...results, sets: results.sets.toSpliced(at, 1), rows: results.rows.toSpliced(at, 1) };
}

/** In groups of one model, each in the place of its first member; what belongs to no group stands alone. */
function byGroup<T extends { readonly labeler: LabelerInfo }>(items: readonly T[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const { id, group } = item.labeler;
    const key = JSON.stringify(group ? ['group', group.id] : ['labeler', id]);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  const seed = ({ labeler }: T): number => labeler.group?.seed ?? 0;
  return [...groups.values()].map((members) => members.sort((a, b) => seed(a) - seed(b)));
}

/** The leaderboard: one row for each model, over its trainings where there are several. */
export function leaderboardRows(results: readonly LabelerResult[]): LabRow[] {
  return byGroup(results).map((trainings) => {
    const { labeler, figures } = trainings[0]!;
    const { group, ...rest } = labeler;
    if (!group || trainings.length === 1) return { labeler, figures, trainings: [] };
    return {
      labeler: { ...rest, id: group.id, name: group.name, origin: `Means over ${trainings.length} trainings. ${labeler.origin}` },
      figures: figuresOverSeeds(trainings.map((training) => training.figures)),
      trainings,
    };
  });
}

/** The first training of each model, and what belongs to no group: who is shown where every labeler speaks once. */
export function firstTrainings(sets: readonly LabelSet[]): LabelSet[] {
  return byGroup(sets).map(([first]) => first!);
}
