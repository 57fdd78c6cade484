import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvReader, toCsv, type CsvRow } from './csv';

const LIMITS = { columns: 4, cellCharacters: 20 };

function read(...pieces: readonly string[]): CsvRow[] {
  const reader = new CsvReader(LIMITS);
  const rows = pieces.flatMap((piece) => [...reader.push(piece)]);
  const last = reader.end();
  return last ? [...rows, last] : rows;
}

describe('CsvReader', () => {
  it('reads quotes, commas, doubled quotes and line ends in cells, and counts lines of the file', () => {
    expect(read('\ufeffa,b\r\n"x, y","he said ""no"""\r\n\r\n"two\r\nlines",\rz,1')).toEqual([
      { line: 1, lines: 1, cells: ['a', 'b'] },
      { line: 2, lines: 1, cells: ['x, y', 'he said "no"'] },
      { line: 4, lines: 2, cells: ['two\r\nlines', ''] },
      { line: 6, lines: 1, cells: ['z', '1'] },
    ]);
  });

  it('names what is wrong with a row and goes on with the next', () => {
    const rows = read(`1,2"3\n"1"2,3\n${'x'.repeat(21)},1\n1,2,3,4,5\nfine,"row"\n"a","never\nclosed,1\n`);
    expect(rows.map(({ line, lines, problem }) => [line, lines, problem?.cell, problem?.message])).toEqual([
      [1, 1, 1, 'a quote (") stands inside a cell that does not begin with one.'],
      [2, 1, 0, 'more text follows a closing quote.'],
      [3, 1, 0, 'longer than 20 characters.'],
      [4, 1, undefined, 'more than 4 columns.'],
      [5, 1, undefined, undefined],
      [6, 3, 1, 'a quote (") is opened and never closed.'],
    ]);
  });

  it('does not keep a cell that is too long in memory', () => {
    const reader = new CsvReader({ columns: 2, cellCharacters: 10 });
    const block = 'y'.repeat(1_000_000);
    for (let i = 0; i < 20; i++) expect([...reader.push(i === 0 ? `"${block}` : block)]).toEqual([]);
    expect([...reader.push('"\nshort,1\n')].map((row) => [row.line, row.cells, Boolean(row.problem)])).toEqual([
      [1, [], true],
      [2, ['short', '1'], false],
    ]);
  });

  it('gives the same rows however the text is cut', () => {
    const character = fc.constantFrom('a', ',', '"', '\n', '\r', 'é');
    fc.assert(
      fc.property(fc.array(character, { maxLength: 40 }), fc.array(fc.nat(40), { maxLength: 6 }), (letters, cuts) => {
        const text = letters.join('');
        const at = [0, ...cuts.sort((a, b) => a - b), text.length];
        expect(read(...at.slice(1).map((to, i) => text.slice(at[i], to)))).toEqual(read(text));
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  it('reads back what toCsv writes', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' '), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 5 }), (table) => {
        expect(read(toCsv(table)).map((row) => row.cells)).toEqual(table);
      }),
      { seed: 3, numRuns: 200 },
    );
  });
});

describe('toCsv', () => {
  it('quotes what would break a row', () => {
    expect(toCsv([['a', 'b'], ['x, y', 'say "no"'], ['two\nlines', -1.5]])).toBe(
      'a,b\r\n"x, y","say ""no"""\r\n"two\nlines",-1.5\r\n',
    );
  });
});
