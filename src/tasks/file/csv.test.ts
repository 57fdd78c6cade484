import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { CSV_LIMITS, readCsv } from './csv';
import { FileError } from './error';

const LONG = 'x'.repeat(CSV_LIMITS.cellCharacters + 1);
const cells = (text: string) => readCsv(text).rows.map((row) => row.cells);

describe('readCsv', () => {
  it('reads quotes, commas, doubled quotes and line ends in fields', () => {
    expect(cells('a,b\n"x, y","he said ""no"""\n"two\nlines",z')).toEqual([
      ['x, y', 'he said "no"'],
      ['two\nlines', 'z'],
    ]);
  });

  it('takes a byte-order mark, CRLF, CR, empty lines and a missing last line end', () => {
    expect(readCsv('\ufeffa,b\r\n1,2\r\n\r\n3,4').header).toEqual(['a', 'b']);
    expect(cells('\ufeffa,b\r\n1,2\r\n\r\n3,4')).toEqual([['1', '2'], ['3', '4']]);
    expect(cells('a,b\r1,2\r3,4\r')).toEqual([['1', '2'], ['3', '4']]);
    expect(cells('a,b\n,\n')).toEqual([['', '']]);
  });

  it('counts lines of the file, not rows', () => {
    expect(readCsv('a,b\n"x\r\ny\nz",1\n2,3').rows.map((row) => row.line)).toEqual([2, 5]);
  });

  it.each([
    ['a,b\n1,2\n3', 'Row at line 3: 1 cells, but the header has 2 columns (a, b).'],
    ['a,b\n1,2\n3,"x', 'Row at line 3, column "b": a quote (") is opened and never closed.'],
    ['a,b\n1,2"', 'Row at line 2, column "b": a quote (") stands inside a cell that does not begin with one.'],
    ['a,b\n"1" 2,3', 'Row at line 2, column "a": more text follows a closing quote.'],
    [`a,b\n1,${LONG}`, 'Row at line 2, column "b": longer than 10,000 characters.'],
    [`a,b\n1,"${LONG}"`, 'Row at line 2, column "b": longer than 10,000 characters.'],
    ['a,'.repeat(100), 'Row at line 1: more than 64 columns.'],
  ])('names line and column of trouble %#', (text, message) => {
    expect(() => readCsv(text)).toThrow(new FileError(message));
  });

  it('has a row limit', () => {
    expect(() => readCsv(`a\n${'1\n'.repeat(CSV_LIMITS.rows + 1)}`)).toThrow(/line 100002: more than 100,000 rows/);
  });

  it('reads back any table that was written with quotes', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é', '£') });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }), (table) => {
        const text = table.map((row) => row.map((value) => `"${value.replace(/"/g, '""')}"`).join(',')).join('\r\n');
        const read = readCsv(`x,y\n${text}`);
        expect(read.rows.map((row) => row.cells)).toEqual(table);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
