import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { RunActions, RunState, RunStore } from '../../experiments/runStore';

export const RunStoreContext = createContext<RunStore | undefined>(undefined);

function useRunStore(): RunStore {
  const store = useContext(RunStoreContext);
  if (!store) throw new Error('The run is used outside of RunStoreContext');
  return store;
}

/** What a visitor can do; never changes, so it draws nothing anew. */
export function useActions(): RunActions {
  return useRunStore().getState();
}

/** Part of the state of the run and its settings. The selector must give the same object for the same state. */
export function useRun<T>(select: (state: RunState & RunActions) => T): T {
  return useStore(useRunStore(), select);
}
