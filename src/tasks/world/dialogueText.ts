import { wordsToText } from '../../core/text';
import type { Vocabulary } from '../../core/tokens';
import { SPEAKER } from './talk';
import { visibleWords } from './text';

/** Between ids and text as a person writes it. */

const SPEAKERS: ReadonlySet<string> = new Set(Object.values(SPEAKER));

/** Lower-case words, punctuation marks and speakers ("user:") of a text; other symbols are dropped. */
export function tokenise(text: string): string[] {
  const plain = text.toLowerCase().replaceAll('\u2019', "'");
  return plain.match(/\b(?:user|assistant):|[\p{L}\d]+(?:'[\p{L}]+)*|[.,?!]/gu) ?? [];
}

/** Text with capitals and spacing, each turn on a line of its own. Stops at end-of-text; reserved ids show as `<name>`. */
export function toText(vocabulary: Vocabulary, tokens: ArrayLike<number>): string {
  const turns: string[][] = [[]];
  for (const word of visibleWords(vocabulary, tokens)) {
    if (SPEAKERS.has(word)) turns.push([word]);
    else turns.at(-1)!.push(word);
  }
  return turns.filter((turn) => turn.length > 0).map(turnText).join('\n');
}

function turnText(words: readonly string[]): string {
  const [first = '', ...rest] = words;
  if (!SPEAKERS.has(first)) return wordsToText(words);
  const speaker = first.slice(0, 1).toUpperCase() + first.slice(1);
  return `${speaker} ${wordsToText(rest)}`.trimEnd();
}
