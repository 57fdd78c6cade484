/**
 * Command lines as a POSIX shell reads and writes them: words between blanks, single and double quotes, backslashes, lines
 * that go on behind a backslash, comments. What a shell would fill in or do (variables, substitutions, file names, pipes)
 * is refused, since nothing of it can be done where a command is only read.
 */

/** Its message says what is wrong and what to do. */
export class ShellError extends Error {
  override readonly name = 'ShellError';
}

/** What a word may consist of without quotes. */
const PLAIN = /^[A-Za-z0-9_.,:=/@%+-]+$/;
const BLANK = /[ \t]/;
/** Join commands, redirect, or stand for names of files. */
const OPERATOR = /[;&|<>()]/;
const GLOB = /[*?[]/;
/** What a backslash takes the meaning of inside double quotes. */
const ESCAPED_IN_DOUBLE = /[$`"\\]/;

function refuseFilledIn(character: string): void {
  if (character !== '$' && character !== '`') return;
  throw new ShellError(`A shell fills in what ${character} stands for, which cannot be done here: write the value itself, or put it in single quotes.`);
}

/**
 * The words of one command.
 * @throws ShellError on more than one command, quotes that are not closed, and what only a shell can do
 */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  /** The word under way; undefined between words, as a word may be empty. */
  let word: string | undefined;
  let ended = false;
  const add = (piece: string): void => {
    if (ended) throw new ShellError('There is more than one command: take one, or end each line of it but the last with a backslash.');
    word = (word ?? '') + piece;
  };
  const endWord = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  // A line ends in \n alone, wherever it was copied from.
  const line = text.replaceAll('\r\n', '\n');
  let at = 0;
  while (at < line.length) {
    const character = line[at]!;
    if (character === '\\') {
      const next = line[at + 1];
      if (next === undefined) throw new ShellError('The command ends in a backslash: a line is missing.');
      if (next !== '\n') add(next);
      at += 2;
    } else if (character === "'") {
      const close = line.indexOf("'", at + 1);
      if (close < 0) throw new ShellError('A single quote is not closed.');
      add(line.slice(at + 1, close));
      at = close + 1;
    } else if (character === '"') {
      const { piece, next } = doubleQuoted(line, at + 1);
      add(piece);
      at = next;
    } else if (character === '\n') {
      endWord();
      ended = words.length > 0;
      at++;
    } else if (BLANK.test(character)) {
      endWord();
      at++;
    } else if (character === '#' && word === undefined) {
      const end = line.indexOf('\n', at);
      at = end < 0 ? line.length : end;
    } else {
      refuseFilledIn(character);
      if (OPERATOR.test(character)) throw new ShellError(`${character} joins commands or files: take one command alone, or put the value in single quotes.`);
      if (GLOB.test(character)) throw new ShellError(`${character} stands for names of files: put the value in single quotes.`);
      add(character);
      at++;
    }
  }
  endWord();
  return words;
}

/** What stands between double quotes. @param from behind the first one */
function doubleQuoted(line: string, from: number): { readonly piece: string; readonly next: number } {
  let piece = '';
  for (let at = from; at < line.length; at++) {
    const character = line[at]!;
    if (character === '"') return { piece, next: at + 1 };
    refuseFilledIn(character);
    const next = line[at + 1];
    if (character === '\\' && next !== undefined && (next === '\n' || ESCAPED_IN_DOUBLE.test(next))) {
      if (next !== '\n') piece += next;
      at++;
    } else piece += character;
  }
  throw new ShellError('A double quote is not closed.');
}

/** A word so that a shell reads it as it is. @param word without the character NUL, which no argument can hold */
export function shellQuote(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
