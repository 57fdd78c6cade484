import type { ResumeActions, ResumeState } from '../../experiments/resumeStore';
import { storeContext } from '../shared/storeContext';

export const { StoreContext: ResumeStoreContext, useState: useResume } = storeContext<ResumeState & ResumeActions>('unfinished runs');
