import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { Hold } from '../../core/lesson';
import { heldBy } from '../../experiments/lessonLink';
import type { LessonActions, LessonState, LessonStore } from '../../experiments/lessonLinkStore';

export const LessonStoreContext = createContext<LessonStore | undefined>(undefined);

function useLessonStore(): LessonStore {
  const store = useContext(LessonStoreContext);
  if (!store) throw new Error('The lesson is used outside of LessonStoreContext');
  return store;
}

/** What a visitor can do; never changes, so it draws nothing anew. */
export function useLessonActions(): LessonActions {
  return useLessonStore().getState();
}

/** Part of the state of the lesson. The selector must give the same object for the same state. */
export function useLesson<T>(select: (state: LessonState) => T): T {
  return useStore(useLessonStore(), select);
}

/** What may be done with a setting (by path) or part of the page. */
export function useHold(name: string): Hold {
  return useLesson((state) => heldBy(state.inForce, name));
}
