import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { LabActions, LabState, LabStore } from '../../experiments/labStore';

export const LabStoreContext = createContext<LabStore | undefined>(undefined);

/** Part of the state of the lab. The selector must give the same object for the same state. */
export function useLab<T>(select: (state: LabState & LabActions) => T): T {
  const store = useContext(LabStoreContext);
  if (!store) throw new Error('The lab is used outside of LabStoreContext');
  return useStore(store, select);
}
