import { CsvReader, type CsvProblem } from '../../core/csv';
import { excerpt } from '../../core/text';
import { FileError } from './error';

/** Bounds on what is read, so that a hostile file costs little before it is refused. */
export const CSV_LIMITS = { characters: 20_000_000, rows: 100_000, columns: 64, cellCharacters: 10_000 } as const;

export interface CsvTable {
  readonly header: readonly string[];
  readonly rows: readonly {
    /** Line of the file the row starts on, from 1. */
    readonly line: number;
    readonly cells: readonly string[];
  }[];
}

/**
 * Reads a whole table strictly: every row has as many cells as the header, and the first trouble ends the reading.
 *
 * @throws FileError that names the line and, once the header is known, the column.
 */
export function readCsv(text: string): CsvTable {
  if (text.length > CSV_LIMITS.characters) {
    const size = (text.length / 1e6).toFixed(1);
    throw new FileError(`${size} million characters; at most ${CSV_LIMITS.characters / 1e6} million can be read.`);
  }
  const reader = new CsvReader(CSV_LIMITS);
  let header: readonly string[] | undefined;
  const rows: { line: number; cells: readonly string[] }[] = [];

  const refuse = (line: number, { cell, message }: CsvProblem): never => {
    if (cell === undefined) throw new FileError(`Row at line ${line}: ${message}`);
    const name = header?.[cell];
    const column = name === undefined ? `column ${cell + 1}` : `column "${excerpt(name)}"`;
    throw new FileError(`Row at line ${line}, ${column}: ${message}`);
  };
  function* all() {
    yield* reader.push(text);
    const last = reader.end();
    if (last) yield last;
  }
  for (const { line, cells, problem } of all()) {
    if (problem) refuse(line, problem);
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
  return { header: header ?? [], rows };
}
