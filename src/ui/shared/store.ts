import type { RunState } from '../../experiments/runState';
import type { RunActions } from '../../experiments/runStore';
import { storeContext } from './storeContext';

const { StoreContext, useApi, useState } = storeContext<RunState & RunActions>('the run');
export { StoreContext as RunStoreContext, useState as useRun };

/** What a visitor can do; never changes, so it draws nothing anew. */
export const useActions = (): RunActions => useApi().getState();
