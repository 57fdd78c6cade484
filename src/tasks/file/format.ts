import { excerpt } from '../../core/text';
import { CSV_LIMITS, readCsv } from './csv';
import { FileError } from './error';
import { EXAMPLE, parseBracketed, type MeaningRecord } from './record';
import { tokenise } from './words';

/** One row of the file: a record and a sentence somebody wrote for it. */
export interface Row {
  readonly line: number;
  readonly record: MeaningRecord;
  /** The sentence as written. */
  readonly text: string;
  readonly words: readonly string[];
}

const EXPECTED =
  'Expected is a CSV file with a header line and at least the columns mr (for example "name[Blue Spice], ' +
  'area[riverside]") and ref (a sentence that says it), as in the E2E NLG corpus.';

/**
 * Reads the file or says what it is instead.
 *
 * @throws FileError
 */
export function readRows(name: string, text: string): Row[] {
  const file = `"${excerpt(name, 60)}"`;
  const refuse = (found: string): never => {
    throw new FileError(`${file} ${found} ${EXPECTED}`);
  };
  const head = text.slice(0, 2000).replace(/^\ufeff/, '').trimStart();
  if (text.length > CSV_LIMITS.characters) {
    const size = (text.length / 1e6).toFixed(1);
    refuse(`has ${size} million characters; at most ${CSV_LIMITS.characters / 1e6} million can be read.`);
  }
  if (head === '' && text.trim().length < 2) refuse('is empty.');
  if (/(?![\t\n\v\f\r])\p{Cc}/u.test(head) || (head.match(/\ufffd/g)?.length ?? 0) > 5) {
    refuse('is not a text file: it holds bytes that no text has (a picture, an archive, a spreadsheet?).');
  }
  if (/^<(?:!doctype|html|\?xml|head|body|svg)/i.test(head)) {
    refuse('is a web page or XML, not a table; a link may lead to a page about the file instead of the file itself.');
  }
  if (/^[{[]/.test(head)) refuse('looks like JSON, not a table.');

  const firstLine = head.slice(0, 500).split(/[\r\n]/, 1)[0]!;
  if (!firstLine.includes(',') && /[\t;]/.test(firstLine)) {
    const separator = firstLine.includes('\t') ? 'tabs' : 'semicolons';
    refuse(`separates its columns by ${separator} instead of commas: its first line is "${excerpt(firstLine)}".`);
  }
  const table = readCsv(text);
  const header = table.header.map((column) => column.trim().toLowerCase());
  const [mr, ref] = [header.indexOf('mr'), header.indexOf('ref')];
  if (mr < 0 || ref < 0) {
    const missing = [...(mr < 0 ? ['mr'] : []), ...(ref < 0 ? ['ref'] : [])].join(' and ');
    const columns = table.header.length === 1 ? 'one column' : `${table.header.length} columns`;
    const names = table.header.slice(0, 8).map((column) => excerpt(column, 20));
    refuse(`has no column ${missing}: its first line has ${columns} (${names.join(', ')}).`);
  }
  if (table.rows.length === 0) refuse('has a header but no rows.');

  const records = new Map<string, MeaningRecord>();
  return table.rows.map(({ line, cells }) => {
    const written = cells[mr]!;
    const where = `Row at line ${line}, column "mr"`;
    if (written.trim() === '') throw new FileError(`${where}: the cell is empty; expected for example ${EXAMPLE}.`);
    const record = records.get(written) ?? parseBracketed(written, where);
    records.set(written, record);
    const words = tokenise(cells[ref]!);
    if (words.length === 0) throw new FileError(`Row at line ${line}, column "ref": the sentence is empty.`);
    return { line, record, text: cells[ref]!, words };
  });
}
