/**
 * Joins word tokens to text as a person would write it: no space before closing punctuation, capitals at sentence
 * starts, for names and for "i" and its contractions. One piece a token, so that a mark can wrap a span of tokens.
 */
export interface TextPiece {
  /** What stands between this token and the one before: a space, nothing, or a new line before a turn of a dialogue. */
  readonly before: '' | ' ' | '\n';
  readonly text: string;
}

/** Written with a capital wherever they stand. */
const NAMES = new Set(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday', 'rome', 'tokyo']);
const ACRONYMS = new Set(['tv']);
const CLOSES = new Set(['.', ',', '!', '?', ';', ':', ')', ']', '}', '%', '…', '...', '”']);
const OPENS = new Set(['(', '[', '{', '$', '£', '€', '#', '“']);
const ENDS_SENTENCE = new Set(['.', '!', '?', '…', '...']);
/** Stand after the end of a sentence without starting a new one. */
const CLOSES_SENTENCE = new Set([')', ']', '”']);
/** Begin a turn of a dialogue. */
const SPEAKERS = new Set(['user:', 'assistant:']);

function capital(word: string): string {
  const first = String.fromCodePoint(word.codePointAt(0) ?? 0);
  return first.toUpperCase() + word.slice(first.length);
}

/**
 * @param words word tokens, punctuation marks as words of their own; reserved tokens (`<eos>`) stay as they are.
 * @returns as many pieces as words; `before + text` of all, joined, is the text.
 */
export function textPieces(words: readonly string[]): TextPiece[] {
  let sentenceStart = true;
  let glued = true;
  let quoteOpen = false;
  return words.map((word, i) => {
    const quote = word === '"';
    // "24 f" of a forum post: age and gender, written "24F".
    const gender = (word === 'f' || word === 'm') && /^\d+$/.test(words[i - 1] ?? '');
    const closing = quote ? quoteOpen : gender || CLOSES.has(word) || /^(['’].|n['’]t$)/.test(word);
    const opening = quote ? !quoteOpen : OPENS.has(word);
    if (quote) quoteOpen = !quoteOpen;

    const speaker = SPEAKERS.has(word);
    if (speaker) sentenceStart = true;
    const before = glued || closing || word === '/' ? '' : speaker ? '\n' : ' ';
    const isWord = /[\p{L}\p{N}]/u.test(word);
    const capitalised = (sentenceStart && isWord && !closing) || NAMES.has(word) || /^i(['’]\w+)?$/.test(word);
    const text = gender || ACRONYMS.has(word) ? word.toUpperCase() : capitalised ? capital(word) : word;

    glued = opening || word === '/';
    if (ENDS_SENTENCE.has(word) || speaker) sentenceStart = true;
    else if (isWord) sentenceStart = false;
    else if (!CLOSES_SENTENCE.has(word) && !quote && !opening) sentenceStart = false;
    return { before, text };
  });
}

/** The pieces of `textPieces`, joined. */
export function wordsToText(words: readonly string[]): string {
  return textPieces(words)
    .map((piece) => piece.before + piece.text)
    .join('');
}

/** A run of letters and digits; apostrophes and hyphens within it belong to it: "don't" and "well-known" are one word. */
const WORD = /[\p{L}\p{N}]+(?:['’‐-][\p{L}\p{N}]+)*/gu;

/** Number of words of a text. Punctuation marks are not counted. */
export function countWords(text: string): number {
  return text.match(WORD)?.length ?? 0;
}

/** A stretch of foreign text for a message: one line, at most `limit` characters, control characters shown as spaces. */
export function excerpt(text: string, limit = 40): string {
  // Cut first: the text may be a whole file.
  const line = text.slice(0, 8 * limit).replace(/\p{Cc}+/gu, ' ').trim();
  const characters = Array.from(line);
  return characters.length > limit ? `${characters.slice(0, limit).join('')}...` : line;
}
