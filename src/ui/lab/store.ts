import type { LabState } from '../../experiments/labState';
import type { LabActions } from '../../experiments/labStore';
import type { PageLlmActions, PageLlmState } from '../../experiments/pageLlmStore';
import { storeContext } from '../shared/storeContext';

export const { StoreContext: LabStoreContext, useState: useLab } = storeContext<LabState & LabActions>('the lab');
export const { StoreContext: PageLlmStoreContext, useState: usePageLlm } = storeContext<PageLlmState & PageLlmActions>('the model in this page');
