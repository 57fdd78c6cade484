import type { SweepActions, SweepState } from '../../experiments/sweepStore';
import { storeContext } from '../shared/storeContext';

export const { StoreContext: SweepStoreContext, useState: useSweep } = storeContext<SweepState & SweepActions>('the sweeps');
