import type { Hold } from '../../core/lesson';
import { heldBy } from '../../experiments/lessonLink';
import type { LessonActions, LessonState } from '../../experiments/lessonLinkStore';
import { storeContext } from '../shared/storeContext';

const { StoreContext, useApi, useState } = storeContext<LessonState & LessonActions>('the lesson');
export { StoreContext as LessonStoreContext, useState as useLesson };

/** What a visitor can do; never changes, so it draws nothing anew. */
export const useLessonActions = (): LessonActions => useApi().getState();

/** What may be done with a setting (by path) or part of the page. */
export const useHold = (name: string): Hold => useState((state) => heldBy(state.inForce, name));
