import { createStore, type StoreApi } from 'zustand/vanilla';
import type { CompareAddress } from './compareAddress';
import type { Measure, Sort } from './compareMeasures';
import { bundleRun, MOST_COLUMNS, parseColumnKey, type CompareRun } from './comparePosts';
import type { Searcher } from './compareSearcher';
import type { Dimension } from './compareSlices';
import { loadVotes, saveVotes, withVotes, type KeptVotes } from './compareVotes';
import type { Vote } from './labVotes';
import type { Library, LibraryEntry } from './library';

/** What of a response is marked: what the checker found; words that another column has not, or that the post has; nothing. */
export type Marking = 'checker' | 'diff' | 'overlap' | 'none';

/** How the table is looked at. What names columns does so by their keys. */
export interface CompareLook {
  readonly mode: 'table' | 'vote';
  /** The columns; undefined: those of the shown run. */
  readonly keys: readonly string[] | undefined;
  /** The two that are compared; undefined, or one that is not there: the first, or the next one. */
  readonly a: string | undefined;
  readonly b: string | undefined;
  /** Column that word diffs start from; undefined: the first. */
  readonly base: string | undefined;
  readonly measure: Measure;
  readonly sort: Sort;
  readonly search: string;
  readonly regex: boolean;
  readonly dimension: Dimension;
  /** Id of the group that is shown alone. */
  readonly slice: string | undefined;
  /** Bin of the histogram that is shown alone; of bins of that width. */
  readonly bin: { readonly index: number; readonly width: number } | undefined;
  /** From 0. */
  readonly page: number;
  readonly marking: Marking;
  /** Lines of text in a cell; `ALL_LINES` and more: all. */
  readonly lines: number;
  /** Of the shown run's history: responses as they were after so many updates. Undefined: those at its end. */
  readonly step: number | undefined;
  /** The post that the address names. */
  readonly post: string | undefined;
}

/** From so many lines on, the whole text is shown. */
export const ALL_LINES = 10;
/** Rows of a page. */
export const PAGE_ROWS = 50;

const FIRST_LOOK: CompareLook = {
  mode: 'table', keys: undefined, a: undefined, b: undefined, base: undefined, measure: 'gold', sort: { key: 'order', reversed: false },
  search: '', regex: false, dimension: 'topic', slice: undefined, bin: undefined, page: 0, marking: 'checker', lines: 4, step: undefined,
  post: undefined,
};

export interface CompareState {
  readonly look: CompareLook;
  /** Runs of the library that can be read, newest first. */
  readonly entries: readonly LibraryEntry[];
  /** Runs of the library by id; `missing` where one is gone or cannot be read. */
  readonly runs: Readonly<Record<string, CompareRun | 'reading' | 'missing'>>;
  readonly votes: KeptVotes;
  /** Why something could not be read or kept. */
  readonly note: string | undefined;
}

export interface CompareActions {
  /** Reads the list of the library and follows it; takes what an address asks for. Never rejects. */
  readonly open: (address: CompareAddress) => Promise<void>;
  /** Changes what is looked at. What makes rows others goes back to the first page. */
  readonly set: (change: Partial<CompareLook>) => void;
  /** At most `MOST_COLUMNS`. */
  readonly choose: (keys: readonly string[]) => void;
  readonly setVotes: (couple: string, votes: readonly Vote[]) => void;
  readonly search: Searcher['search'];
}

export type CompareStore = StoreApi<CompareState & CompareActions>;

export interface CompareEnvironment {
  readonly library: Pick<Library, 'list' | 'bundle' | 'watch'>;
  readonly searcher: Searcher;
  /** Of the session. */
  readonly items: () => Pick<Storage, 'getItem' | 'setItem'>;
}

/** Changes that leave the rows as they are. */
const SAME_ROWS: ReadonlySet<keyof CompareLook> = new Set<keyof CompareLook>(['page', 'marking', 'base', 'lines', 'dimension', 'mode', 'post']);
/** Changes after which bins are others. */
const OTHER_BINS: readonly (keyof CompareLook)[] = ['a', 'b', 'measure', 'keys', 'step'];
/** Changes after which groups are others. */
const OTHER_SLICES: readonly (keyof CompareLook)[] = ['dimension', 'keys', 'step'];

export function createCompareStore({ library, searcher, items }: CompareEnvironment): CompareStore {
  let following = false;
  return createStore<CompareState & CompareActions>((set, get) => {
    const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

    const readEntries = async (): Promise<void> => {
      try {
        const entries = (await library.list()).filter(({ trouble }) => trouble === undefined);
        set({ entries });
        // A run of a link or a renamed one may be there by now.
        for (const id of Object.keys(get().runs)) {
          const [run, entry] = [get().runs[id], entries.find((one) => one.id === id)];
          if (entry && typeof run === 'object') set(({ runs }) => ({ runs: { ...runs, [id]: { ...run, name: entry.name } } }));
          else if (entry && run === 'missing') void readRun(id);
        }
      } catch (error) {
        set({ note: messageOf(error) });
      }
    };

    const readRun = async (id: string): Promise<void> => {
      const put = (run: CompareRun | 'reading' | 'missing'): void => set(({ runs }) => ({ runs: { ...runs, [id]: run } }));
      put('reading');
      try {
        const bundle = await library.bundle(id);
        const name = get().entries.find((entry) => entry.id === id)?.name ?? id;
        put(bundle ? bundleRun(bundle, id, name) : 'missing');
      } catch (error) {
        put('missing');
        set({ note: messageOf(error) });
      }
    };

    const readRunsOf = (keys: readonly string[]): void => {
      for (const id of new Set(keys.map((key) => parseColumnKey(key).run))) {
        if (id !== '' && !Object.hasOwn(get().runs, id)) void readRun(id);
      }
    };

    return {
      look: FIRST_LOOK,
      entries: [],
      runs: {},
      votes: loadVotes(items),
      note: undefined,

      async open({ post, columns }) {
        get().set({ post, ...(columns ? { keys: columns } : {}) });
        if (!following) library.watch(() => void readEntries());
        following = true;
        readRunsOf(get().look.keys ?? []);
        await readEntries();
      },

      set(change) {
        const changed = (Object.keys(change) as (keyof CompareLook)[]).filter((key) => change[key] !== get().look[key]);
        if (changed.length === 0) return;
        const has = (keys: readonly (keyof CompareLook)[]): boolean => keys.some((key) => changed.includes(key));
        set(({ look }) => ({
          look: {
            ...look,
            ...(changed.every((key) => SAME_ROWS.has(key)) ? {} : { page: 0 }),
            ...(has(OTHER_BINS) ? { bin: undefined } : {}),
            ...(has(OTHER_SLICES) ? { slice: undefined } : {}),
            ...change,
          },
        }));
      },

      choose(keys) {
        const chosen = [...new Set(keys)].slice(0, MOST_COLUMNS);
        get().set({ keys: chosen });
        readRunsOf(chosen);
      },

      setVotes(couple, votes) {
        const kept = withVotes(get().votes, couple, votes);
        set({ votes: kept });
        if (!saveVotes(items, kept)) set({ note: 'This browser keeps nothing for the page: your votes are forgotten when you reload it.' });
      },

      search: (texts, source) => searcher.search(texts, source),
    };
  });
}
