import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ExperimentConfig } from '../core/config';
import type { LessonLink } from '../core/lesson';
import type { LessonInForce } from './lessonLink';
import { draftOfLesson, EMPTY_DRAFT, type LessonDraft } from './lessonLinkDraft';

export interface LessonState {
  /** The lesson of the link that was opened; undefined on a page of one's own. */
  readonly inForce: LessonInForce | undefined;
  /** Whether its text is folded away. */
  readonly folded: boolean;
  /** The lesson that is being made. */
  readonly draft: LessonDraft;
}

export interface LessonActions {
  /** Takes the lesson of a link with the settings of that link; undefined for a link without one. A draft goes on from it. */
  readonly open: (lesson: LessonLink | undefined, settings: ExperimentConfig) => void;
  /** Frees the page; settings stay as they are. */
  readonly leave: () => void;
  readonly fold: (folded: boolean) => void;
  /** Shows hidden settings all the same, or hides them again. */
  readonly showAll: (all: boolean) => void;
  readonly editDraft: (change: (draft: LessonDraft) => LessonDraft) => void;
}

export type LessonStore = StoreApi<LessonState & LessonActions>;

export interface LessonEnvironment {
  /** The lesson is no longer in force: it is to go from the address. */
  readonly onLeave: () => void;
  /** Settings that were free are held again. */
  readonly onHold: () => void;
}

export function createLessonStore({ onLeave, onHold }: LessonEnvironment): LessonStore {
  return createStore<LessonState & LessonActions>((set, get) => ({
    inForce: undefined,
    folded: false,
    draft: EMPTY_DRAFT,

    open(lesson, settings) {
      if (!lesson) set({ inForce: undefined });
      else set({ inForce: { lesson, settings, all: false }, folded: false, draft: draftOfLesson(lesson) });
    },
    leave() {
      if (!get().inForce) return;
      set({ inForce: undefined });
      onLeave();
    },
    fold: (folded) => set({ folded }),
    showAll(all) {
      const { inForce } = get();
      if (!inForce) return;
      set({ inForce: { ...inForce, all } });
      if (!all) onHold();
    },
    editDraft: (change) => set({ draft: change(get().draft) }),
  }));
}
