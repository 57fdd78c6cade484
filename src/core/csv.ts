/** Comma-separated values (RFC 4180): a streaming reader and a writer. */

/** Bounds on what is kept, so that a hostile file costs little. */
export interface CsvLimits {
  readonly columns: number;
  readonly cellCharacters: number;
}

/** What is wrong with a row, in words that follow "column x: "; with no cell they follow "row: ". */
export interface CsvProblem {
  /** Number of the cell, from 0. */
  readonly cell?: number;
  readonly message: string;
}

export interface CsvRow {
  /** Line of the file the row starts on, from 1. */
  readonly line: number;
  /** Lines of the file that the row takes up; more than one where quoted cells hold line ends. */
  readonly lines: number;
  /** Of a row with a problem only what was read before it. */
  readonly cells: readonly string[];
  readonly problem?: CsvProblem;
}

const BYTE_ORDER_MARK = 0xfeff;

/**
 * Reads a table as it arrives. Fields in double quotes may hold commas, line ends and doubled quotes; lines end in LF,
 * CRLF or CR; a byte-order mark and empty lines are skipped. The header is a row like any other. A row that breaks the
 * rules is given with its first problem and reading goes on behind the line that it ends on. How the text is cut into
 * pieces changes nothing.
 */
export class CsvReader {
  /**
   * `start` of a cell; in a `plain` one; inside `quoted` text; `closing`: behind a quote that either ends the quoted
   * text or is the first of a doubled one; `skip` to the end of a line with a problem.
   */
  private state: 'start' | 'plain' | 'quoted' | 'closing' | 'skip' = 'start';
  private line = 1;
  private rowLine = 1;
  private cells: string[] = [];
  private cell = '';
  private rowQuoted = false;
  private problem: CsvProblem | undefined;
  /** The last character was CR: an LF that follows belongs to the same line end. */
  private carriage = false;
  private untouched = true;

  constructor(private readonly limits: CsvLimits) {}

  /** The rows that end in this piece of text, one by one as they are asked for; take them all before the next piece. */
  *push(text: string): Generator<CsvRow, void, undefined> {
    let at = 0;
    if (this.untouched && text !== '') {
      this.untouched = false;
      if (text.charCodeAt(0) === BYTE_ORDER_MARK) at = 1;
    }
    while (at < text.length) {
      if (this.carriage) {
        this.carriage = false;
        if (text[at] === '\n') {
          // Inside quotes the character is part of the cell, and only the line is not counted twice.
          if (this.state === 'quoted') this.keep('\n');
          at++;
          continue;
        }
      }
      if (this.state === 'quoted') {
        const quote = text.indexOf('"', at);
        const end = quote < 0 ? text.length : quote;
        const quoted = text.slice(at, end);
        this.keep(quoted);
        this.countLines(quoted);
        at = end + 1;
        if (quote >= 0) {
          this.state = 'closing';
          this.carriage = false;
        }
        continue;
      }
      const character = text[at]!;
      if (character === '\n' || character === '\r') {
        this.carriage = character === '\r';
        this.line++;
        at++;
        const row = this.endRow();
        if (row) yield row;
      } else if (this.state === 'skip') {
        at = this.runEnd(text, at, false);
      } else if (character === ',') {
        this.endCell();
        at++;
      } else if (character === '"') {
        at++;
        if (this.state === 'start') {
          this.state = 'quoted';
          this.rowQuoted = true;
        } else if (this.state === 'closing') {
          this.keep('"');
          this.state = 'quoted';
        } else this.refuse('a quote (") stands inside a cell that does not begin with one.');
      } else if (this.state === 'closing') {
        this.refuse('more text follows a closing quote.');
      } else {
        const end = this.runEnd(text, at, true);
        this.keep(text.slice(at, end));
        this.state = 'plain';
        at = end;
      }
    }
  }

  /** The last row, where the text does not end with a line end. */
  end(): CsvRow | undefined {
    if (this.state === 'quoted') this.refuse('a quote (") is opened and never closed.');
    return this.endRow(this.line - this.rowLine + 1);
  }

  /** Where a run of characters that need no look ends: at a line end or, in a cell, at a comma or quote. */
  private runEnd(text: string, from: number, inCell: boolean): number {
    let at = from;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 10 || code === 13 || (inCell && (code === 44 || code === 34))) break;
    }
    return at;
  }

  private countLines(quoted: string): void {
    for (let at = quoted.indexOf('\n'); at >= 0; at = quoted.indexOf('\n', at + 1)) this.line++;
    for (let at = quoted.indexOf('\r'); at >= 0; at = quoted.indexOf('\r', at + 1)) if (quoted[at + 1] !== '\n') this.line++;
    this.carriage = quoted.endsWith('\r');
  }

  private keep(text: string): void {
    if (this.cell.length + text.length > this.limits.cellCharacters) {
      const most = this.limits.cellCharacters.toLocaleString('en');
      this.problem ??= { cell: this.cells.length, message: `longer than ${most} characters.` };
    }
    // Behind a problem nothing of the row is used, and a cell that is too long is not kept in memory.
    if (!this.problem) this.cell += text;
  }

  private refuse(message: string): void {
    this.problem ??= { cell: this.cells.length, message };
    this.state = 'skip';
  }

  private endCell(): void {
    if (!this.problem) {
      if (this.cells.length >= this.limits.columns) {
        this.problem = { message: `more than ${this.limits.columns} columns.` };
      } else this.cells.push(this.cell);
    }
    this.cell = '';
    this.state = 'start';
  }

  private endRow(lines = this.line - this.rowLine): CsvRow | undefined {
    this.endCell();
    const empty = this.cells.length === 1 && this.cells[0] === '' && !this.rowQuoted && !this.problem;
    const { rowLine: line, cells, problem } = this;
    this.rowLine = this.line;
    this.cells = [];
    this.rowQuoted = false;
    this.problem = undefined;
    return empty ? undefined : { line, lines, cells, ...(problem ? { problem } : {}) };
  }
}

function field(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows as CSV, CRLF at the end of each; fields with commas, quotes or line ends are quoted. */
export function toCsv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
}
