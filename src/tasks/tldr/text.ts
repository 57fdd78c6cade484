import { TOKEN, type Vocabulary } from '../../core/tokens';

/** Between ids and text as a person writes it. */

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'sunday'];
const CAPITAL = new Set(['i', "i'm", ...DAYS, 'rome', 'tokyo']);
const END = new Set(['.', '?', '!']);
const MARKS = new Set(['.', ',', '?', '!']);

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
  let out = '';
  let sentenceStart = true;
  let previous = '';
  for (const id of Array.from(tokens)) {
    if (id === TOKEN.eos) break;
    if (id === TOKEN.pad) continue;
    let word = vocabulary.word(id);
    const mark = MARKS.has(word);
    const gender = (word === 'f' || word === 'm') && /^\d+$/.test(previous);
    if (out !== '' && !mark && !gender) out += ' ';
    previous = word;
    if (gender) word = word.toUpperCase();
    else if (word === 'tv') word = 'TV';
    else if (sentenceStart || CAPITAL.has(word)) word = word.charAt(0).toUpperCase() + word.slice(1);
    out += word;
    if (!mark) sentenceStart = false;
    else if (END.has(word)) sentenceStart = true;
  }
  return out;
}
