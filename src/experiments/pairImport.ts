import type { HumanPair } from '../core/humanPairs';
import { excerpt } from '../core/text';
import { DataFileError } from './dataFile';
import { PairSample } from './pairSample';
import { readRow, RowError, type PairColumns, type Row } from './pairRows';

/** Pairs kept unless asked otherwise. */
export const DEFAULT_PAIRS = 2000;
/** Bad rows that are shown with their reasons. */
const SHOWN = 5;
/** A file whose first rows are all bad is not read to its end. */
const HOPELESS = 1000;

export interface BadRow {
  /** "Line 12". */
  readonly place: string;
  readonly reason: string;
}

/** What was read of a file or data set. */
export interface PairImport {
  readonly name: string;
  readonly columns: PairColumns;
  /** The kept pairs, in the order in which they were read. */
  readonly pairs: readonly HumanPair[];
  /** Rows that hold a comparison, kept or not. */
  readonly comparisons: number;
  /** Rows that were further votes on a kept pair; its preference is the mean of all its votes. */
  readonly repeated: number;
  readonly bad: { readonly count: number; readonly first: readonly BadRow[] };
}

export interface PairImportOptions {
  /** What the columns hold; taken from their names where it is left out. */
  readonly columns?: PairColumns | undefined;
  /** Most pairs kept, at least 1. */
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: PairProgress) => void;
}

export interface PairProgress {
  /** Share of the file, 0..1; of a data set, of what will be asked for. */
  readonly share: number;
  readonly comparisons: number;
  readonly bad: number;
}

const count = (n: number): string => n.toLocaleString('en');

/** The trouble with a source whose columns have to be chosen by a person. */
export function unclearColumns(name: string, columns: readonly string[]): DataFileError {
  const listed = columns.slice(0, 12).map((column) => `"${excerpt(column, 30)}"`).join(', ');
  return new DataFileError(
    `${name}: it is not clear which column holds what. Its columns are ${listed || 'none'}. ` +
      'Expected are prompt, chosen and rejected, or a prompt, two responses and a preference; choose the columns, or rename them.',
  );
}

/** Gathers the rows of one source. */
export class PairCollector {
  private readonly sample: PairSample;
  private comparisons = 0;
  private badCount = 0;
  private readonly firstBad: BadRow[] = [];

  /** @param name of the source, for messages. */
  constructor(
    private readonly name: string,
    limit: number,
  ) {
    this.sample = new PairSample(limit);
  }

  /** @throws DataFileError where the whole file cannot be trusted. */
  add(place: string, row: Row, columns: PairColumns): void {
    try {
      this.sample.add(readRow(row, columns));
      this.comparisons++;
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      this.refuse(place, error.message);
    }
  }

  /** @param rows how many rows the trouble costs. @throws DataFileError where nothing good is to be expected any more. */
  refuse(place: string, reason: string, rows = 1): void {
    if (this.firstBad.length < SHOWN) this.firstBad.push({ place, reason });
    this.badCount += rows;
    if (this.comparisons === 0 && this.badCount >= HOPELESS) {
      throw this.unusable(`none of the first ${count(this.badCount)} rows can be used.`);
    }
  }

  progress(share: number): PairProgress {
    return { share, comparisons: this.comparisons, bad: this.badCount };
  }

  /** @throws DataFileError where there is nothing, or more than half is bad. */
  finish(columns: PairColumns | undefined): PairImport {
    const rows = this.comparisons + this.badCount;
    if (this.badCount > this.comparisons) {
      throw this.unusable(`${count(this.badCount)} of ${count(rows)} rows cannot be used, which is more than half.`);
    }
    if (rows === 0 || columns === undefined) throw new DataFileError(`${this.name} holds no rows.`);
    return { name: this.name, columns, ...this.sample.result(), bad: { count: this.badCount, first: this.firstBad } };
  }

  private unusable(what: string): DataFileError {
    const reasons = this.firstBad.map(({ place, reason }) => `${place}: ${reason}`).join(' ');
    return new DataFileError(`${this.name}: ${what} ${reasons}`);
  }
}
