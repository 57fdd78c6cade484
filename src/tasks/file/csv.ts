import { excerpt, FileError } from './error';

/** Bounds on what is read, so that a hostile file costs little before it is refused. */
export const CSV_LIMITS = { characters: 20_000_000, rows: 100_000, columns: 64, cellCharacters: 10_000 } as const;

export interface CsvRow {
  /** Line of the file the row starts on, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

export interface CsvTable {
  readonly header: readonly string[];
  readonly rows: readonly CsvRow[];
}

/**
 * A strict reader of comma-separated values (RFC 4180): fields in double quotes may hold commas, line ends and doubled
 * quotes; lines end in LF, CRLF or CR; a byte-order mark and empty lines are skipped; every row has as many cells as
 * the header.
 *
 * @throws FileError that names the line and, once the header is known, the column.
 */
export function readCsv(text: string): CsvTable {
  if (text.length > CSV_LIMITS.characters) {
    const size = (text.length / 1e6).toFixed(1);
    throw new FileError(`${size} million characters; at most ${CSV_LIMITS.characters / 1e6} million can be read.`);
  }
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let line = 1;
  let header: string[] | undefined;
  const rows: CsvRow[] = [];

  const place = (cell: number) => {
    const column = header?.[cell];
    return `Row at line ${line}, ${column === undefined ? `column ${cell + 1}` : `column "${excerpt(column)}"`}`;
  };
  const tooLong = (cell: number) =>
    new FileError(`${place(cell)}: longer than ${CSV_LIMITS.cellCharacters.toLocaleString('en')} characters.`);
  const atLineEnd = () => at >= text.length || text[at] === '\n' || text[at] === '\r';

  /** Reads a quoted cell; `at` is on the opening quote and ends behind the closing one. */
  const readQuoted = (cell: number): string => {
    let value = '';
    for (;;) {
      const close = text.indexOf('"', at + 1);
      if (close < 0) throw new FileError(`${place(cell)}: a quote (") is opened and never closed.`);
      value += text.slice(at + 1, close);
      if (value.length > CSV_LIMITS.cellCharacters) throw tooLong(cell);
      at = close + 1;
      if (text[at] !== '"') return value;
      value += '"';
    }
  };
  const readPlain = (cell: number): string => {
    const from = at;
    while (!atLineEnd() && text[at] !== ',') {
      if (text[at] === '"') {
        throw new FileError(`${place(cell)}: a quote (") stands inside a cell that does not begin with one.`);
      }
      at++;
    }
    if (at - from > CSV_LIMITS.cellCharacters) throw tooLong(cell);
    return text.slice(from, at);
  };

  while (at < text.length) {
    const cells: string[] = [];
    const start = at;
    let end = line;
    for (;;) {
      const cell = cells.length;
      if (cell >= CSV_LIMITS.columns) {
        throw new FileError(`Row at line ${line}: more than ${CSV_LIMITS.columns} columns.`);
      }
      const quoted = text[at] === '"';
      const value = quoted ? readQuoted(cell) : readPlain(cell);
      if (quoted && !atLineEnd() && text[at] !== ',') {
        throw new FileError(`${place(cell)}: "${excerpt(text.slice(at, at + 20))}" follows a closing quote.`);
      }
      cells.push(value);
      if (quoted) end += value.match(/\r\n|\n|\r/g)?.length ?? 0;
      if (text[at] !== ',') break;
      at++;
    }
    const empty = at === start;
    if (text[at] === '\r' && text[at + 1] === '\n') at += 2;
    else at += 1;
    if (!empty) {
      if (!header) header = cells;
      else if (cells.length !== header.length) {
        throw new FileError(
          `Row at line ${line}: ${cells.length} cells, but the header has ${header.length} columns ` +
            `(${header.map((name) => excerpt(name, 20)).join(', ')}).`,
        );
      } else rows.push({ line, cells });
      if (rows.length > CSV_LIMITS.rows) {
        throw new FileError(`Row at line ${line}: more than ${CSV_LIMITS.rows.toLocaleString('en')} rows.`);
      }
    }
    line = end + 1;
  }
  return { header: header ?? [], rows };
}
