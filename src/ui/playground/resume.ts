import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { ResumeActions, ResumeState, ResumeStore } from '../../experiments/resumeStore';

export const ResumeStoreContext = createContext<ResumeStore | undefined>(undefined);

/** Part of what is known of unfinished runs. The selector must give the same object for the same state. */
export function useResume<T>(select: (state: ResumeState & ResumeActions) => T): T {
  const store = useContext(ResumeStoreContext);
  if (!store) throw new Error('Unfinished runs are used outside of ResumeStoreContext');
  return useStore(store, select);
}
