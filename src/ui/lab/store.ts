import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { LabState } from '../../experiments/labState';
import type { LabActions, LabStore } from '../../experiments/labStore';
import type { PageLlmActions, PageLlmState, PageLlmStore } from '../../experiments/pageLlmStore';

export const LabStoreContext = createContext<LabStore | undefined>(undefined);

/** Part of the state of the lab. The selector must give the same object for the same state. */
export function useLab<T>(select: (state: LabState & LabActions) => T): T {
  const store = useContext(LabStoreContext);
  if (!store) throw new Error('The lab is used outside of LabStoreContext');
  return useStore(store, select);
}

export const PageLlmStoreContext = createContext<PageLlmStore | undefined>(undefined);

/** Part of the state of the model in this page. The selector must give the same object for the same state. */
export function usePageLlm<T>(select: (state: PageLlmState & PageLlmActions) => T): T {
  const store = useContext(PageLlmStoreContext);
  if (!store) throw new Error('The model in this page is used outside of PageLlmStoreContext');
  return useStore(store, select);
}
