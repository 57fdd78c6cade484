import type { CompareActions, CompareState } from '../../experiments/compareStore';
import { storeContext } from '../shared/storeContext';

export const { StoreContext: CompareStoreContext, useState: useCompare } = storeContext<CompareState & CompareActions>('the compare screen');
