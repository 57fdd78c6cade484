import { configDifference, DEFAULT_CONFIG, type ExperimentConfig } from '../core/config';
import { FIELD_LIST, FIELDS, type SectionName } from '../core/fields';
import { fragmentOf } from '../core/link';
import { cleanText, cleanTitle, holdOf, LESSON_PARTS, packLesson, type Hold, type LessonLink, type LessonTarget } from '../core/lesson';

/** A lesson as it is being made. */
export interface LessonDraft {
  readonly title: string;
  readonly text: string;
  /** The screen that opens. */
  readonly view: string;
  /** By the path of a setting or the name of a part; what is not named is free. */
  readonly holds: Readonly<Record<string, Exclude<Hold, 'free'>>>;
}

export const EMPTY_DRAFT: LessonDraft = { title: '', text: '', view: 'playground', holds: {} };

/** Everything that can be free, fixed or hidden, by the path of a setting or the name of a part. */
export const LESSON_NAMES: readonly string[] = [...LESSON_PARTS, ...FIELD_LIST.map(({ path }) => path)];

/** Whether something can be shown without being free: presets and questions are buttons, with no value to show. */
export function canBeFixed(name: string): boolean {
  return name !== 'presets' && name !== 'questions';
}

/** With a hold on some settings and parts. */
export function withHold(draft: LessonDraft, names: readonly string[], hold: Hold): LessonDraft {
  const kept = Object.entries(draft.holds).filter(([name]) => !names.includes(name));
  const set = hold === 'free' ? [] : names.filter((name) => hold !== 'fixed' || canBeFixed(name)).map((name) => [name, hold] as const);
  return { ...draft, holds: Object.fromEntries([...kept, ...set]) };
}

/** With everything hidden but these. */
export function withAllHiddenBut(draft: LessonDraft, free: readonly string[]): LessonDraft {
  return withHold({ ...draft, holds: {} }, LESSON_NAMES.filter((name) => !free.includes(name)), 'hidden');
}

/** Settings that differ from their defaults, and the arms if they do. */
export function changedNames(config: ExperimentConfig): string[] {
  const arms = JSON.stringify(config.arms) === JSON.stringify(DEFAULT_CONFIG.arms) ? [] : ['arms'];
  return [...arms, ...configDifference(config, DEFAULT_CONFIG).map(({ path }) => path)];
}

/** What is free. */
export function freeNames({ holds }: LessonDraft): string[] {
  return LESSON_NAMES.filter((name) => holds[name] === undefined);
}

/** Names with a hold; a section by its own where all its settings have it. */
function targets({ holds }: LessonDraft, hold: Hold): LessonTarget[] {
  const parts = LESSON_PARTS.filter((part) => holds[part] === hold);
  const settings = (Object.keys(FIELDS) as SectionName[]).flatMap((section) => {
    const all = FIELD_LIST.filter((entry) => entry.section === section).map(({ path }) => path);
    const some = all.filter((path) => holds[path] === hold);
    return some.length === all.length ? [section] : some;
  });
  return [...parts, ...settings];
}

/** The lesson of a draft; undefined while it has no title. */
export function lessonOfDraft(draft: LessonDraft): LessonLink | undefined {
  const title = cleanTitle(draft.title);
  if (title === '') return undefined;
  return { title, text: cleanText(draft.text), hidden: targets(draft, 'hidden'), fixed: targets(draft, 'fixed'), view: draft.view };
}

/** A draft to go on with, from a lesson. */
export function draftOfLesson(lesson: LessonLink): LessonDraft {
  const holds: Record<string, Exclude<Hold, 'free'>> = {};
  for (const name of LESSON_NAMES) {
    const hold = holdOf(lesson, name);
    if (hold !== 'free') holds[name] = hold;
  }
  const { title, text, view } = lesson;
  return { title, text, view, holds };
}

/** The fragment of a lesson's link, without its `#`. */
export function lessonFragment(config: ExperimentConfig, lesson: LessonLink): string {
  return fragmentOf({ config, lesson: packLesson(lesson) });
}
