import type { BenchActions, BenchState } from '../../experiments/benchStore';
import { storeContext } from '../shared/storeContext';

export const { StoreContext: BenchStoreContext, useState: useBench } = storeContext<BenchState & BenchActions>('the bench');
