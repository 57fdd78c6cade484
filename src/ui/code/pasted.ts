import { configDifference, type ExperimentConfig } from '../../core/config';
import { fitToPage, readCode, type CodeRead, type CodeRefused } from '../../experiments/configCode';
import { withHeld, type LessonInForce } from '../../experiments/lessonLink';
import { armChanges, changeWords } from '../playground/changes';

/** The page that code is pasted into. */
export interface Surroundings {
  readonly edited: ExperimentConfig;
  /** Whether a file of the visitor's is at hand. */
  readonly file: boolean;
  readonly lesson: LessonInForce | undefined;
}

/** Pasted text as settings that the page can hold, and what of it a lesson holds back. */
export function readPasted(text: string, { file, lesson }: Surroundings): CodeRead | CodeRefused {
  const read = readCode(text);
  if ('problems' in read) return read;
  const fitted = fitToPage(read, { file });
  if ('problems' in fitted) return fitted;
  const config = withHeld(fitted.config, lesson);
  if (config === fitted.config) return fitted;
  return { ...fitted, config, notes: [...fitted.notes, 'The lesson holds some of these settings: they stay as they are.'] };
}

/** What differs between two settings, in words: settings of all arms, which arms there are, and which of them run. */
export function settingChanges(before: ExperimentConfig, after: ExperimentConfig): string[] {
  const switched = after.arms.flatMap(({ id, label, off }) => {
    const old = before.arms.find((arm) => arm.id === id);
    return old && old.off !== off ? [`${label}: ${off ? 'off' : 'on'}`] : [];
  });
  const named = [
    ...configDifference(before, after).map((entry) => changeWords(entry, before, after)),
    ...armChanges(before, after),
    ...switched,
  ];
  const reordered = named.length === 0 && JSON.stringify(before.arms) !== JSON.stringify(after.arms);
  return reordered ? ['the order of the arms'] : named;
}
