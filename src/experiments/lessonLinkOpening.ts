import type { ExperimentConfig } from '../core/config';
import { packLesson, unpackLesson } from '../core/lesson';
import type { LessonStore } from './lessonLinkStore';

/** What came of the lesson of a link. */
export interface OpenedLesson {
  /** For the visitor: what is wrong, or what was left out. */
  readonly notes: readonly string[];
  /** The lesson with its own settings, for an address whose settings are the reader's; undefined where there is none. */
  readonly carried?: string;
  /** The screen that it opens. */
  readonly view?: string;
}

/**
 * Takes up the lesson of a link, or lets go of the one before. Never throws.
 * @param text of the key `l`
 * @param settings of the link
 * @param views screens of the page, the one that opens otherwise first
 */
export function openLesson(store: LessonStore, text: string | undefined, settings: ExperimentConfig, views: readonly string[]): OpenedLesson {
  if (text === undefined) {
    store.getState().open(undefined, settings);
    return { notes: [] };
  }
  const { lesson, settings: own = settings, notes } = unpackLesson(text, views);
  store.getState().open(lesson, own);
  return lesson ? { notes, carried: packLesson(lesson, own), view: lesson.view } : { notes };
}
