/**
 * Text to word tokens and back. Words are lower case; punctuation marks are words of their own; apostrophes and hyphens
 * inside a word belong to it ("it's", "family-friendly"), as does a currency sign before a number ("£20-25").
 */
const TOKEN_PATTERN = /[£$€]?[\p{L}\p{N}]+(?:(?:['-]|[.,](?=\p{N}))[£$€]?[\p{L}\p{N}]+)*|[^\s\p{L}\p{N}]/gu;

export function tokenise(text: string): string[] {
  return writtenTokens(text).map((token) => token.toLowerCase());
}

/** The same tokens in the letters they were written in. */
export function writtenTokens(text: string): string[] {
  const plain = text
    .normalize('NFC')
    .replace(/[‘’‛′]/g, "'")
    .replace(/[“”„]/g, '"')
    .replace(/[‐‑–—]/g, '-');
  return plain.match(TOKEN_PATTERN) ?? [];
}

/** True for a token that is a word rather than a punctuation mark. */
export function isWord(token: string): boolean {
  return /[\p{L}\p{N}]/u.test(token);
}

const NO_SPACE_BEFORE = new Set(['.', ',', ';', ':', '!', '?', ')', "'", '%']);
const SENTENCE_END = new Set(['.', '!', '?']);

/**
 * A readable sentence of word tokens: spaces where a person puts them, capitals at sentence starts and wherever
 * `capitals` knows the word to be written so.
 */
export function join(tokens: readonly string[], capitals: ReadonlyMap<string, string>): string {
  let text = '';
  let sentenceStart = true;
  let openQuote = false;
  let glue = true;
  for (const token of tokens) {
    const closing = token === '"' && openQuote;
    const written = capitals.get(token) ?? token;
    const shown = sentenceStart ? written.charAt(0).toUpperCase() + written.slice(1) : written;
    text += glue || closing || NO_SPACE_BEFORE.has(token) ? shown : ` ${shown}`;
    if (token === '"') openQuote = !openQuote;
    glue = token === '(' || (token === '"' && openQuote);
    if (SENTENCE_END.has(token)) sentenceStart = true;
    else if (isWord(token)) sentenceStart = false;
  }
  return text;
}

/**
 * How words are written within sentences: for every word that is mostly capitalised where no sentence starts, the
 * commonest such form ("king" -> "King").
 */
export function learnCapitals(sentences: Iterable<string>): Map<string, string> {
  const forms = new Map<string, Map<string, number>>();
  for (const sentence of sentences) {
    let start = true;
    for (const token of writtenTokens(sentence)) {
      if (!start && isWord(token)) {
        const word = token.toLowerCase();
        const counts = forms.get(word) ?? new Map<string, number>();
        counts.set(token, (counts.get(token) ?? 0) + 1);
        forms.set(word, counts);
      }
      start = SENTENCE_END.has(token) || (start && !isWord(token));
    }
  }
  const capitals = new Map<string, string>();
  for (const [word, counts] of forms) {
    const [form] = [...counts].reduce((best, next) => (next[1] > best[1] ? next : best));
    if (form !== word) capitals.set(word, form);
  }
  return capitals;
}
