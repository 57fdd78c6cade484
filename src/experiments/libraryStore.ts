import { createStore, type StoreApi } from 'zustand/vanilla';
import type { RunBundle } from '../core/bundle';
import type { Library, RemovedRuns, StorageUse } from './library';
import type { KeptAs, LibraryEntry } from './libraryEntry';
import { importFiles, type ImportReport, type LibraryFile } from './libraryImport';
import { FIRST_VIEW, type LibraryView } from './libraryList';
import { tooLargeToZip, zipLibrary } from './libraryZip';

export interface LibraryState {
  /** False until the library has been looked at for the first time. */
  readonly ready: boolean;
  /** Newest first. */
  readonly entries: readonly LibraryEntry[];
  readonly view: LibraryView;
  /** Ids of the runs that are ticked, in the order in which they were. */
  readonly chosen: readonly string[];
  /** Chosen runs, as far as they have been read; those that cannot be read are absent. */
  readonly bundles: ReadonlyMap<string, RunBundle>;
  /** Deleted last, and undone by `undo`, until the next change. */
  readonly removed: RemovedRuns | undefined;
  readonly usage: StorageUse | undefined;
  /** What the browser said when it was asked to keep the storage for good. */
  readonly persistence: 'granted' | 'refused' | 'unknown' | undefined;
  /** What is being done that takes time. */
  readonly busy: 'importing' | 'zipping' | undefined;
  readonly imported: ImportReport | undefined;
  /** What went wrong last, in words. */
  readonly trouble: string | undefined;
  /** The latest news for people who do not see the screen. */
  readonly announcement: string;
}

/** None of these rejects: what goes wrong is told in `trouble`. */
export interface LibraryActions {
  /** Reads the list; from then on it follows the library. */
  readonly load: () => Promise<void>;
  readonly look: (view: Partial<LibraryView>) => void;
  readonly choose: (id: string, on: boolean) => void;
  readonly chooseAll: (ids: readonly string[]) => void;
  /** A run as it is kept, whether it can be read or not. */
  readonly raw: (id: string) => Promise<unknown>;
  /** Undefined where it cannot be read; `trouble` says so. */
  readonly open: (id: string) => Promise<RunBundle | undefined>;
  /** Puts a run into the library. @returns whether it is there */
  readonly keep: (bundle: RunBundle, as: KeptAs) => Promise<boolean>;
  readonly rename: (id: string, name: string) => Promise<void>;
  readonly annotate: (id: string, note: string) => Promise<void>;
  readonly star: (id: string, on: boolean) => Promise<void>;
  readonly remove: (ids: readonly string[]) => Promise<void>;
  readonly undo: () => Promise<void>;
  /** Gives up what could be undone. */
  readonly forget: () => void;
  readonly importFiles: (files: readonly LibraryFile[]) => Promise<void>;
  /** The runs as one zip file, in parts; undefined where it could not be made. */
  readonly zip: (ids: readonly string[]) => Promise<Uint8Array[] | undefined>;
  readonly keepForGood: () => Promise<void>;
  readonly dismissTrouble: () => void;
}

export type LibraryStore = StoreApi<LibraryState & LibraryActions>;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** "1 run", "3 runs". */
const counted = (count: number): string => `${count} ${count === 1 ? 'run' : 'runs'}`;

export function createLibraryStore(library: Library): LibraryStore {
  return createStore<LibraryState & LibraryActions>((set, get) => {
    /** Grows with every reading of the list; an older one that comes late is dropped. */
    let reading = 0;
    let following = false;

    const refresh = async (): Promise<void> => {
      const mine = ++reading;
      const [entries, usage] = await Promise.all([library.list(), library.usage()]);
      if (mine !== reading) return;
      const known = new Set(entries.map(({ id }) => id));
      set((state) => ({
        ready: true,
        entries,
        usage,
        chosen: state.chosen.filter((id) => known.has(id)),
        bundles: new Map([...state.bundles].filter(([id]) => known.has(id))),
      }));
    };

    const fail = (error: unknown): void => set({ trouble: messageOf(error), ready: true });

    /** A change by the visitor: what was deleted before it stays deleted. */
    const change = async (work: () => Promise<void>, announcement: string): Promise<void> => {
      set({ removed: undefined, imported: undefined, trouble: undefined });
      try {
        await work();
        set({ announcement });
      } catch (error) {
        fail(error);
      }
    };

    /** Reads the chosen runs that are not there yet, one after another. */
    const readChosen = async (): Promise<void> => {
      for (const id of get().chosen) {
        if (get().bundles.has(id)) continue;
        try {
          const bundle = await library.bundle(id);
          if (bundle && get().chosen.includes(id)) set((state) => ({ bundles: new Map(state.bundles).set(id, bundle) }));
        } catch (error) {
          fail(error);
        }
      }
    };

    const setChosen = (chosen: readonly string[]): void => {
      // What is no longer chosen need not be held.
      set((state) => ({ chosen, bundles: new Map([...state.bundles].filter(([id]) => chosen.includes(id))) }));
      void readChosen();
    };

    return {
      ready: false,
      entries: [],
      view: FIRST_VIEW,
      chosen: [],
      bundles: new Map(),
      removed: undefined,
      usage: undefined,
      persistence: undefined,
      busy: undefined,
      imported: undefined,
      trouble: undefined,
      announcement: '',

      async load() {
        if (!following) library.watch(() => void refresh().catch(fail));
        following = true;
        try {
          await refresh();
          await library.check();
        } catch (error) {
          fail(error);
        }
      },
      look: (view) => set((state) => ({ view: { ...state.view, ...view } })),
      choose(id, on) {
        const others = get().chosen.filter((other) => other !== id);
        setChosen(on ? [...others, id] : others);
      },
      chooseAll: setChosen,

      async raw(id) {
        try {
          return await library.raw(id);
        } catch (error) {
          fail(error);
          return undefined;
        }
      },
      async open(id) {
        set({ trouble: undefined });
        try {
          const bundle = await library.bundle(id);
          if (!bundle) set({ trouble: 'This run cannot be read by this build of the page. It can be saved as a file, for the build that made it.' });
          return bundle;
        } catch (error) {
          fail(error);
          return undefined;
        }
      },

      async keep(bundle, as) {
        await change(async () => void (await library.add(bundle, as)), 'The run is kept.');
        return get().trouble === undefined;
      },
      rename: (id, name) => change(() => library.rename(id, name), 'The name is kept.'),
      annotate: (id, note) => change(() => library.annotate(id, note), 'The note is kept.'),
      star: (id, on) => change(() => library.star(id, on), on ? 'Starred.' : 'Star taken away.'),
      remove: (ids) =>
        change(async () => {
          const removed = await library.remove(ids);
          if (removed.runs.length > 0) set({ removed });
        }, `${counted(ids.length)} deleted. This can be undone until the next change.`),
      async undo() {
        const { removed } = get();
        if (!removed) return;
        try {
          await library.restore(removed);
          set({ removed: undefined, trouble: undefined, announcement: `${counted(removed.runs.length)} back.` });
        } catch (error) {
          // Still to be had: it can be tried again.
          fail(error);
        }
      },
      forget: () => set({ removed: undefined }),

      async importFiles(files) {
        if (files.length === 0 || get().busy) return;
        set({ busy: 'importing', imported: undefined, removed: undefined, trouble: undefined });
        const imported = await importFiles(library, files);
        set({ busy: undefined, imported, announcement: `${counted(imported.added)} imported.` });
      },

      async zip(ids) {
        if (get().busy) return undefined;
        const entries = get().entries.filter(({ id }) => ids.includes(id));
        const trouble = tooLargeToZip(entries);
        set({ trouble });
        if (trouble !== undefined) return undefined;
        set({ busy: 'zipping' });
        try {
          return await zipLibrary(entries, (id) => library.raw(id));
        } catch (error) {
          fail(error);
          return undefined;
        } finally {
          set({ busy: undefined });
        }
      },

      async keepForGood() {
        const granted = await library.requestPersistence();
        const usage = await library.usage();
        set({ persistence: granted === undefined ? 'unknown' : granted ? 'granted' : 'refused', usage });
      },
      dismissTrouble: () => set({ trouble: undefined }),
    };
  });
}
