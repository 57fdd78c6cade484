import { wordsToText } from '../../core/text';
import type { Vocabulary } from '../../core/tokens';
import { visibleWords } from '../world/text';

/** Between ids and text as a person writes it. */

/** Lower-case words and punctuation marks of a text. "24f" becomes "24 f"; other symbols are dropped. */
export function tokenise(text: string): string[] {
  const plain = text
    .toLowerCase()
    .replaceAll('\u2019', "'")
    .replace(/(\d)(f|m)\b/g, '$1 $2')
    .replace(/(\d),(\d{3})\b/g, '$1$2')
    .replace(/\$\s?(\d+)/g, '$1 dollars');
  return plain.match(/[\p{L}\d]+(?:'[\p{L}]+)*|[.,?!]/gu) ?? [];
}

/** Text with capitals and spacing. Stops at end-of-text; reserved ids show as `<name>`. */
export function toText(vocabulary: Vocabulary, tokens: ArrayLike<number>): string {
  return wordsToText(visibleWords(vocabulary, tokens));
}
