import { binOf, binWidth, histogramOf, type Histogram } from './compareHistogram';
import { difference, measuresOf, sortRows, type Couple, type Measure } from './compareMeasures';
import { findColumns, firstColumns, joinColumns, type Column, type CompareRow, type CompareRun } from './comparePosts';
import { groupsOf, slicesOf, type Group, type Slice } from './compareSlices';
import type { CompareLook } from './compareStore';

/** Columns side by side, before anything is filtered. */
export interface CompareColumns {
  readonly columns: readonly Column[];
  /** Names of columns that are asked for and not there. */
  readonly missing: readonly string[];
  /** Undefined where there is one column only. */
  readonly couple: Couple | undefined;
  /** Column that word diffs start from. */
  readonly base: number;
  /** What the couple can be compared by. */
  readonly measures: readonly Measure[];
  readonly measure: Measure;
  /** Why nothing is side by side; then there are no rows. */
  readonly reason?: string;
  readonly note?: string;
  readonly rows: readonly CompareRow[];
}

type Chosen = Pick<CompareLook, 'keys' | 'a' | 'b' | 'base' | 'measure'>;

/** The columns that are looked at; where none of those asked for is there, those of the first run. */
export function compareColumns(runs: readonly CompareRun[], { keys, a, b, base, measure }: Chosen): CompareColumns {
  const asked = findColumns(runs, keys ?? []);
  const usual = runs[0] ? findColumns(runs, firstColumns(runs[0])).columns : [];
  // An empty choice is a choice; one of which nothing is there is none.
  const columns = keys && (asked.columns.length > 0 || keys.length === 0) ? asked.columns : usual;
  const placeOf = (key: string | undefined): number => columns.findIndex((column) => column.key === key);
  const first = Math.max(0, placeOf(a));
  const second = placeOf(b);
  const couple = columns.length < 2 ? undefined : { a: first, b: second >= 0 && second !== first ? second : first === 0 ? 1 : 0 };
  const measures = couple ? measuresOf(columns, couple) : [];
  const joined = joinColumns(columns);
  return {
    columns, missing: asked.missing, couple, measures,
    base: Math.max(0, placeOf(base)),
    measure: measures.includes(measure) ? measure : 'gold',
    ...(joined.ok ? { rows: joined.rows, ...(joined.note === undefined ? {} : { note: joined.note }) } : { rows: [], reason: joined.reason }),
  };
}

/** What is left of the rows: a search first, then a slice, then a bin. */
export interface CompareTable {
  readonly groups: readonly Group[];
  /** Of the rows that the search found. */
  readonly slices: readonly Slice[];
  readonly slice: Slice | undefined;
  /** Of the rows of the search and the slice that have the measure. */
  readonly histogram: Histogram | undefined;
  /** Rows of the search and the slice: those to vote on. */
  readonly inSlice: readonly CompareRow[];
  /** Rows of the table, sorted. */
  readonly rows: readonly CompareRow[];
}

/** @param hits places of the rows that a search found; undefined: all */
export function compareTable(
  { columns, couple, measure, rows: all }: CompareColumns, hits: ReadonlySet<number> | undefined,
  { dimension, slice: sliceId, bin, sort }: Pick<CompareLook, 'dimension' | 'slice' | 'bin' | 'sort'>,
): CompareTable {
  const found = hits ? all.filter(({ place }) => hits.has(place)) : all;
  if (!couple) {
    return { groups: [], slices: [], slice: undefined, histogram: undefined, inSlice: found, rows: sort.reversed && sort.key === 'order' ? [...found].reverse() : found };
  }
  const groups = groupsOf(all, dimension, couple);
  const slices = slicesOf(found, groups, couple);
  const slice = slices.find(({ id }) => id === sliceId);
  const inSlice = slice ? found.filter((row) => slice.holds(row)) : found;
  const differencesOf = (rows: readonly CompareRow[]): number[] => rows.flatMap((row) => difference(row, couple, measure) ?? []);
  // Of all rows, so that bins stay where they are as one filters.
  const width = binWidth(differencesOf(all), measure === 'words' ? 1 : 0);
  const inBin = bin?.width === width
    ? inSlice.filter((row) => {
        const value = difference(row, couple, measure);
        return value !== undefined && binOf(value, width) === bin.index;
      })
    : inSlice;
  return {
    groups, slices, slice, inSlice,
    histogram: histogramOf(differencesOf(inSlice), width),
    rows: sortRows(inBin, columns, couple, sort),
  };
}
