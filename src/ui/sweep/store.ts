import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { SweepActions, SweepState, SweepStore } from '../../experiments/sweepStore';

export const SweepStoreContext = createContext<SweepStore | undefined>(undefined);

/** Part of the state of the sweeps. The selector must give the same object for the same state. */
export function useSweep<T>(select: (state: SweepState & SweepActions) => T): T {
  const store = useContext(SweepStoreContext);
  if (!store) throw new Error('The sweeps are used outside of SweepStoreContext');
  return useStore(store, select);
}
