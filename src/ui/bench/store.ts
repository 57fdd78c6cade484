import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { BenchActions, BenchState, BenchStore } from '../../experiments/benchStore';

export const BenchStoreContext = createContext<BenchStore | undefined>(undefined);

/** Part of the state of the bench. The selector must give the same object for the same state. */
export function useBench<T>(select: (state: BenchState & BenchActions) => T): T {
  const store = useContext(BenchStoreContext);
  if (!store) throw new Error('The bench is used outside of BenchStoreContext');
  return useStore(store, select);
}
