import type { LibraryEntry } from './libraryEntry';
import { pathTitle, valueTitle } from './sweepFields';

/** The list of runs as it is looked through: searched, filtered, in an order. */

export const LIBRARY_SORTS = ['newest', 'name', 'gold'] as const;
export type LibrarySort = (typeof LIBRARY_SORTS)[number];

export interface LibraryView {
  /** Plain text: every word of it has to be in a run's name, note or settings. */
  readonly query: string;
  readonly sort: LibrarySort;
  readonly starredOnly: boolean;
}

export const FIRST_VIEW: LibraryView = { query: '', sort: 'newest', starredOnly: false };

/** Settings of all arms that differ from the defaults, in the words of the form: "KL coefficient 0.2". */
export function settingWords({ summary }: Pick<LibraryEntry, 'summary'>): string[] {
  return Object.entries(summary?.settings ?? {}).map(([path, value]) => `${pathTitle(path, [])} ${valueTitle(path, String(value))}`);
}

/** Everything of a run that a search looks at, in small letters. */
export function searchText(entry: LibraryEntry): string {
  const { name, note, dataName = '', summary } = entry;
  const arms = summary?.arms.flatMap(({ label, method = '' }) => [label, method]) ?? [];
  return [name, note, dataName, ...Object.values(summary?.parts ?? {}), ...settingWords(entry), ...arms].join('\n').toLowerCase();
}

/** Gold utility of the best policy that was trained; undefined where nothing is known of it. */
export function bestGold({ summary }: Pick<LibraryEntry, 'summary'>): number | undefined {
  const trained = (summary?.arms ?? []).filter(({ id }) => id !== 'sft').map(({ gold }) => gold.value);
  return trained.length > 0 ? trained.reduce((a, b) => Math.max(a, b)) : undefined;
}

const ORDERS: Readonly<Record<LibrarySort, (a: LibraryEntry, b: LibraryEntry) => number>> = {
  // As the library lists them.
  newest: () => 0,
  name: (a, b) => a.name.localeCompare(b.name, 'en', { numeric: true, sensitivity: 'base' }),
  gold: (a, b) => (bestGold(b) ?? Number.NEGATIVE_INFINITY) - (bestGold(a) ?? Number.NEGATIVE_INFINITY) || 0,
};

/** @param entries newest first */
export function entriesInView(entries: readonly LibraryEntry[], { query, sort, starredOnly }: LibraryView): LibraryEntry[] {
  const words = query.toLowerCase().split(/\s+/).filter((word) => word !== '');
  return entries
    .filter(({ starred }) => starred || !starredOnly)
    .filter((entry) => {
      const text = words.length > 0 ? searchText(entry) : '';
      return words.every((word) => text.includes(word));
    })
    .sort(ORDERS[sort]);
}
