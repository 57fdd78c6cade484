import { createContext, useContext, type Context } from 'react';
import { useStore, type StoreApi } from 'zustand';

/** How the parts of a screen get at a store of the page. */
interface StoreContext<S> {
  readonly StoreContext: Context<StoreApi<S> | undefined>;
  /** The store itself: its actions never change, so they draw nothing anew. @throws Error outside of the context */
  readonly useApi: () => StoreApi<S>;
  /** Part of the state. The selector must give the same object for the same state. @throws Error outside of the context */
  readonly useState: <T>(select: (state: S) => T) => T;
}

/** @param name what the store is of, for the message to whoever forgets its context */
export function storeContext<S>(name: string): StoreContext<S> {
  const StoreContext = createContext<StoreApi<S> | undefined>(undefined);
  const useApi = (): StoreApi<S> => {
    const store = useContext(StoreContext);
    if (!store) throw new Error(`The store of ${name} is used outside of its context`);
    return store;
  };
  return { StoreContext, useApi, useState: (select) => useStore(useApi(), select) };
}
