import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellQuote, ShellError, shellWords } from './shell';

/** The words of each command, as the shell of this machine reads them. */
function wordsOfShell(commands: readonly string[]): string[][] {
  const script = commands.map((command) => `printf '%s\\0' ${command}\nprintf '\\001\\0'\n`).join('');
  const printed = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
  return printed.split('\u0001\0').slice(0, -1).map((words) => words.split('\0').slice(0, -1));
}

/** Text without what cannot be an argument (NUL, half a surrogate pair) and what marks the end above. */
const argument = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !/[\0\u0001\p{Surrogate}]/u.test(text));
/** Pieces that mean something to a shell, in any order. */
const pieces = fc.array(fc.constantFrom("'", '"', '\\', ' ', '\t', 'a', '#', '\\\n', '=', 'é', '~', '!', '{a,b}', "'$x'", '"\\$"', '\\`', '.', '-'), { minLength: 1, maxLength: 14 }).map((all) => `w${all.join('')}`);

describe('a command line', () => {
  it('is read as the shell reads it', () => {
    const readable: string[] = [];
    fc.assert(fc.property(pieces, (text) => {
      try {
        shellWords(text);
        readable.push(text);
      } catch (error) {
        expect(error).toBeInstanceOf(ShellError);
      }
    }), { numRuns: 1500, seed: 1 });
    expect(readable.length).toBeGreaterThan(300);
    // The home of ~ is the shell's business; only at the beginning of a word.
    const comparable = readable.filter((text) => !/(^|[\s=:])~/.test(text));
    expect(comparable.map(shellWords)).toEqual(wordsOfShell(comparable));
  });

  it('is written so that the shell and this reader read the words back', () => {
    const lists = fc.sample(fc.array(argument, { minLength: 1, maxLength: 5 }), { numRuns: 400, seed: 2 });
    const commands = lists.map((words) => words.map(shellQuote).join(' '));
    expect(commands.map(shellWords)).toEqual(lists);
    expect(wordsOfShell(commands)).toEqual(lists);
  });

  it.each([
    ['a variable', 'a $HOME', /\$ stands for/],
    ['a variable in double quotes', 'a "$HOME"', /\$ stands for/],
    ['a substitution', 'a `date`', /` stands for/],
    ['a second command', 'a; b', /; joins/],
    ['a second line', 'a\nb', /more than one command/],
    ['a pipe', 'a | b', /\| joins/],
    ['a pattern', 'a *.json', /names of files/],
    ['a single quote alone', "a 'b", /single quote is not closed/],
    ['a double quote alone', 'a "b', /double quote is not closed/],
    ['a line that does not go on', 'a \\', /line is missing/],
  ])('is refused with %s', (_, text, message) => {
    expect(() => shellWords(text)).toThrow(message);
  });

  it('goes on behind a backslash, also with the line ends of Windows, and ends at a comment', () => {
    expect(shellWords('\n a --b \\\r\n  c   # note\n\n# more\n')).toEqual(['a', '--b', 'c']);
    expect(shellWords('')).toEqual([]);
    expect(shellWords("''")).toEqual(['']);
  });
});
