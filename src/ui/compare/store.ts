import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { CompareActions, CompareState, CompareStore } from '../../experiments/compareStore';

export const CompareStoreContext = createContext<CompareStore | undefined>(undefined);

/** Part of the state of the compare screen. The selector must give the same object for the same state. */
export function useCompare<T>(select: (state: CompareState & CompareActions) => T): T {
  const store = useContext(CompareStoreContext);
  if (!store) throw new Error('The compare screen is used outside of CompareStoreContext');
  return useStore(store, select);
}
