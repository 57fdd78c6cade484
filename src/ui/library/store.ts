import type { LibraryActions, LibraryState } from '../../experiments/libraryStore';
import { storeContext } from '../shared/storeContext';

export const { StoreContext: LibraryStoreContext, useState: useLibrary } = storeContext<LibraryState & LibraryActions>('the library');
