import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { LibraryActions, LibraryState, LibraryStore } from '../../experiments/libraryStore';

export const LibraryStoreContext = createContext<LibraryStore | undefined>(undefined);

/** Part of the state of the library. The selector must give the same object for the same state. */
export function useLibrary<T>(select: (state: LibraryState & LibraryActions) => T): T {
  const store = useContext(LibraryStoreContext);
  if (!store) throw new Error('The library is used outside of LibraryStoreContext');
  return useStore(store, select);
}
