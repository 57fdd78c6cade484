import { CsvReader, type CsvRow } from '../core/csv';
import { excerpt } from '../core/text';
import { DataFileError } from './dataFile';
import { DEFAULT_PAIRS, PairCollector, unclearColumns, type PairImport, type PairImportOptions } from './pairImport';
import { guessColumns, type PairColumns, type Row } from './pairRows';
import { REPLACEMENT, textOf, type StreamedFile, type StreamOptions } from './textStream';

/** Most characters of a line of JSON, and of a cell: three texts of the longest kind, escaped, fit in. */
const MAX_LINE = 1_000_000;
const MAX_COLUMNS = 256;

/** Rows with columns that nobody knows, at the start of a file, after which it is not read on. */
const STRANGERS = 20;

const NOT_UTF8 = 'it holds bytes that are not UTF-8. Save the file as UTF-8 (not Latin-1 or Windows-1252) and try again.';

/** A row of the file, or why there is none. */
type FileRow =
  | { readonly line: number; readonly row: Row; readonly columns: readonly string[] }
  | { readonly line: number; readonly problem: string; readonly rows: number };

/** Turns pieces of text to rows. */
interface RowReader {
  push(text: string): Iterable<FileRow>;
  end(): Iterable<FileRow>;
}

/** One JSON object a line. A line that is too long is skipped without being kept. */
class JsonLines implements RowReader {
  private line = 1;
  private rest = '';
  private tooLong = false;

  *push(text: string): Generator<FileRow> {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.keep(text.slice(from, end));
      yield* this.endLine();
      this.line++;
      from = end + 1;
    }
    this.keep(text.slice(from));
  }

  end(): Generator<FileRow> {
    return this.endLine();
  }

  private keep(part: string): void {
    this.tooLong ||= this.rest.length + part.length > MAX_LINE;
    this.rest = this.tooLong ? '' : this.rest + part;
  }

  private *endLine(): Generator<FileRow> {
    const { line, tooLong } = this;
    const text = this.rest.trim();
    this.rest = '';
    this.tooLong = false;
    const problem = (reason: string): FileRow => ({ line, problem: reason, rows: 1 });
    if (tooLong) yield problem(`longer than ${MAX_LINE.toLocaleString('en')} characters.`);
    else if (text === '') return;
    else if (text.includes(REPLACEMENT)) yield problem(NOT_UTF8);
    else {
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        yield problem(`not a JSON object: "${excerpt(text)}". Each line has to be one whole object.`);
        return;
      }
      if (typeof value !== 'object' || value === null || Array.isArray(value)) yield problem(`not a JSON object: "${excerpt(text)}".`);
      else yield { line, row: value as Row, columns: Object.keys(value) };
    }
  }
}

/** A table whose first row names the columns. */
class CsvRows implements RowReader {
  private readonly reader = new CsvReader({ columns: MAX_COLUMNS, cellCharacters: MAX_LINE });
  private header: readonly string[] | undefined;

  constructor(private readonly name: string) {}

  *push(text: string): Generator<FileRow> {
    for (const row of this.reader.push(text)) yield* this.toRow(row, 1);
  }

  *end(): Generator<FileRow> {
    const row = this.reader.end();
    // A quote that is never closed swallows all lines behind it.
    if (row) yield* this.toRow(row, row.problem ? row.lines : 1);
  }

  private *toRow({ line, cells, problem }: CsvRow, rows: number): Generator<FileRow> {
    const { header } = this;
    if (!header) {
      this.header = this.readHeader(cells, problem?.message);
      return;
    }
    if (problem) {
      const column = problem.cell === undefined ? '' : `column "${excerpt(header[problem.cell] ?? String(problem.cell + 1), 30)}": `;
      const swallowed = rows > 1 ? ` The ${rows.toLocaleString('en')} lines from there on could not be read.` : '';
      yield { line, problem: `${column}${problem.message}${swallowed}`, rows };
    } else if (cells.length !== header.length) {
      yield { line, problem: `${cells.length} cells, but the header has ${header.length} columns.`, rows: 1 };
    } else if (cells.some((cell) => cell.includes(REPLACEMENT))) {
      yield { line, problem: NOT_UTF8, rows: 1 };
    } else yield { line, row: Object.fromEntries(header.map((column, i) => [column, cells[i]!])), columns: header };
  }

  private readHeader(cells: readonly string[], problem: string | undefined): readonly string[] {
    if (problem !== undefined) throw new DataFileError(`${this.name}, first line: ${problem}`);
    const header = cells.map((cell) => cell.trim());
    const [only] = header;
    if (header.length === 1 && only !== undefined && /[\t;]/.test(only)) {
      const separator = only.includes('\t') ? 'tabs' : 'semicolons';
      throw new DataFileError(`${this.name} separates its columns by ${separator}. Save it with commas and try again.`);
    }
    const twice = header.find((column, i) => header.indexOf(column) !== i);
    if (twice !== undefined) {
      throw new DataFileError(`${this.name} has two columns named "${excerpt(twice)}". Rename one of them.`);
    }
    return header;
  }
}

/** The reader for a file that begins so. @param head its first characters that are not space. */
function readerFor(name: string, head: string): RowReader {
  if (head.startsWith('{')) return new JsonLines();
  if (head.startsWith('[')) {
    throw new DataFileError(
      `${name} is one JSON list. Needed are JSON lines, one object a line; "jq -c '.[]' file.json > file.jsonl" makes them.`,
    );
  }
  if (head.startsWith('<')) {
    throw new DataFileError(`${name} is a web page or XML. A link may lead to a page about the file instead of the file itself.`);
  }
  return new CsvRows(name);
}

/** The rows of the file, in order. @throws DataFileError for files that hold none. */
async function* rowsOf(file: StreamedFile, options: StreamOptions): AsyncGenerator<FileRow, void, undefined> {
  let reader: RowReader | undefined;
  let space = '';
  for await (const text of textOf(file, options)) {
    if (!reader) {
      // Space before the first line stays: its lines count.
      space += text;
      const head = space.trimStart().slice(0, 1);
      if (head === '') {
        if (space.length > MAX_LINE) break;
        continue;
      }
      reader = readerFor(file.name, head);
      yield* reader.push(space);
      space = '';
    } else yield* reader.push(text);
  }
  if (!reader) throw new DataFileError(`${file.name} is empty: it holds nothing but space.`);
  yield* reader.end();
}

/** The beginning of a file, for a screen that asks which column holds what. */
export interface PairFileHead {
  readonly columns: readonly string[];
  /** What the names of the columns suggest. */
  readonly guess: PairColumns | undefined;
  /** The first rows. */
  readonly rows: readonly Row[];
}

/** Rows shown beside the choice of columns. */
const HEAD_ROWS = 3;
/** Rows looked at for them. */
const HEAD_LOOKED_AT = 50;

/**
 * Reads the first rows only: JSON lines or CSV, told apart by the first character.
 * @throws DataFileError where none of the first 50 can be read.
 */
export async function inspectPairFile(file: StreamedFile, signal?: AbortSignal): Promise<PairFileHead> {
  const rows: Row[] = [];
  let columns: readonly string[] = [];
  let trouble: string | undefined;
  let seen = 0;
  for await (const read of rowsOf(file, { signal })) {
    if ('row' in read) {
      if (rows.length === 0) columns = read.columns;
      rows.push(read.row);
    } else trouble ??= `Line ${read.line}: ${read.problem}`;
    if (rows.length === HEAD_ROWS || ++seen === HEAD_LOOKED_AT) break;
  }
  if (rows.length === 0) throw new DataFileError(`${file.name}: ${trouble ?? 'it has a header and no rows.'}`);
  return { columns, guess: guessColumns(columns), rows };
}

/**
 * Reads human-labelled pairs as they stream by: JSON lines or CSV with `prompt, chosen, rejected` (texts or lists of
 * messages, as in TRL), whole transcripts under `chosen, rejected` (as in Anthropic's HH), or a prompt, two responses and
 * a preference. At most `limit` pairs are kept, by a fixed choice among all. Rows that cannot be used are counted, the
 * first five with their line and reason.
 * @throws DataFileError that says what to do, for files that are no such thing or more than half bad; the signal's
 *   reason once it aborts.
 */
export async function readPairFile(file: StreamedFile, options: PairImportOptions = {}): Promise<PairImport> {
  const { limit = DEFAULT_PAIRS, signal, onProgress } = options;
  const collector = new PairCollector(file.name, limit);
  let { columns } = options;
  /** The names in the first row that does not say which column is which, and how many such rows there were. */
  let strange: readonly string[] | undefined;
  let strangers = 0;
  const onBytes = (bytes: number): void => onProgress?.(collector.progress(Math.min(1, bytes / Math.max(1, file.size))));
  for await (const read of rowsOf(file, { signal, onBytes })) {
    const place = `Line ${read.line}`;
    if ('row' in read) {
      columns ??= guessColumns(read.columns);
      if (columns) collector.add(place, read.row, columns);
      else {
        strange ??= read.columns;
        collector.refuse(place, 'it has other columns than the rest.');
        if (++strangers === STRANGERS) break;
      }
    } else collector.refuse(place, read.problem, read.rows);
  }
  if (!columns && strange) throw unclearColumns(file.name, strange);
  onProgress?.(collector.progress(1));
  return collector.finish(columns);
}
