import type { LabelerInfo } from '../core/labReport';
import type { LabelSet } from './labFiles';

/** Lengths that a file of labels allows (`labelerInfoSchema`). */
const LONGEST = { id: 200, name: 300, origin: 2000 } as const;

const RECORDED_ID = /-recorded(-\d+)?$/;
const RECORDED_NAME = / \(recorded( \d+)?\)$/;
/** A file's name ends in a type; one without a type ends at the first full stop. */
const RECORDED_ORIGIN = /^Recorded labels of (.*?\.\w+|.*?)\. /;

const withEnd = (text: string, end: string, longest: number): string => text.slice(0, longest - end.length) + end;

/** " (recorded)" or " (recorded 2)" at the end of a name; '' of measured labels. */
export const recordedMark = (name: string): string => RECORDED_NAME.exec(name)?.[0] ?? '';

const sourceOf = ({ origin }: LabelerInfo): string | undefined => RECORDED_ORIGIN.exec(origin)?.[1];

/** Whether everything that a labeler goes by says so: a file could give any name to an id that ends in the mark. */
const isRecorded = ({ id, name, group }: LabelerInfo): boolean =>
  [id, group?.id ?? id].every((one) => RECORDED_ID.test(one)) && [name, group?.name ?? name].every((one) => RECORDED_NAME.test(one));

/** Whether two labelers would be one row of the table. */
const sameRow = (a: LabelerInfo, b: LabelerInfo): boolean => a.id === b.id || (a.group !== undefined && a.group.id === b.group?.id);

/**
 * Labels of a file as labelers of their own ("judge M (recorded)"): they stand beside measured ones and take nobody's
 * place. Those that were recorded ones already when the file was saved stay as they are.
 * @param present labelers of the table; only those of a file of the same name may be replaced
 */
export function asRecorded(fileName: string, sets: readonly LabelSet[], present: readonly LabelerInfo[]): LabelSet[] {
  const taken = (labeler: LabelerInfo): boolean =>
    present.some((other) => sameRow(labeler, other) && sourceOf(labeler) !== sourceOf(other));
  const kept = new Set(sets.map(({ labeler }) => labeler).filter((labeler) => isRecorded(labeler) && !taken(labeler)));
  const fresh = sets.map(({ labeler }) => labeler).filter((labeler) => !kept.has(labeler));
  const clashes = (labeler: LabelerInfo): boolean => taken(labeler) || [...kept].some((other) => sameRow(labeler, other));
  // One number for the whole file, so that the trainings of a model stay together.
  let number = 1;
  while (fresh.some((labeler) => clashes(recordedLabeler(fileName, labeler, number)))) number++;
  return sets.map(({ labeler, labels }) => {
    if (kept.has(labeler)) return { labeler, labels };
    const renamed = recordedLabeler(fileName, labeler, number);
    return { labeler: renamed, labels: labels.map((label) => ({ ...label, labeler: renamed.id })) };
  });
}

function recordedId(id: string, number: number): string {
  return withEnd(id, number === 1 ? '-recorded' : `-recorded-${number}`, LONGEST.id);
}

function recordedLabeler(fileName: string, labeler: LabelerInfo, number: number): LabelerInfo {
  const { group } = labeler;
  const mark = number === 1 ? ' (recorded)' : ` (recorded ${number})`;
  const nameOf = (name: string): string => withEnd(name, mark, LONGEST.name);
  return {
    ...labeler,
    id: recordedId(labeler.id, number),
    // "You" of a file is whoever saved it.
    name: labeler.kind === 'you' ? nameOf('a reader') : nameOf(labeler.name),
    origin: `Recorded labels of ${fileName}. ${labeler.origin}`.slice(0, LONGEST.origin),
    ...(group && { group: { ...group, id: recordedId(group.id, number), name: nameOf(group.name) } }),
  };
}
