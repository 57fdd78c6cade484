import type { Build } from '../core/bundle';
import type { ExperimentConfig } from '../core/config';
import { createLessonStore, type LessonStore } from './lessonLinkStore';
import { createRunStore, type RunStore } from './runStore';
import type { RunStorage } from './storage';

/** Stores of a page that is only looked at: settings can be tried, nothing runs, nothing is kept. */
export interface LessonPreview {
  readonly run: RunStore;
  readonly lessons: LessonStore;
}

/** @param settings those of the lesson's link */
export function createLessonPreview(build: Build, settings: ExperimentConfig): LessonPreview {
  const lessons = createLessonStore({ onLeave: () => undefined, onHold: () => run.getState().keepHeld() });
  const run = createRunStore({
    build,
    backend: 'cpu',
    openSession: () => Promise.reject(new Error('A preview runs nothing.')),
    loadRecorded: () => Promise.resolve(undefined),
    lesson: () => lessons.getState().inForce,
    storage: NOTHING_KEPT,
    now: () => 0,
  });
  run.setState({ edited: settings });
  return { run, lessons };
}

const nothing = (): Promise<undefined> => Promise.resolve(undefined);
const NOTHING_KEPT: RunStorage = {
  loadRun: nothing, saveRun: nothing, noteShown: nothing, loadConfig: nothing, saveConfig: nothing, loadBench: nothing, saveBench: nothing,
};
