import { TOKEN, type Vocabulary } from '../../core/tokens';

/** The words that people see of token ids: up to end-of-text, without padding. Reserved ids show as `<name>`. */
export function visibleWords(vocabulary: Vocabulary, tokens: ArrayLike<number>): string[] {
  const ids = Array.from(tokens).filter((id) => id !== TOKEN.pad);
  const end = ids.indexOf(TOKEN.eos);
  return vocabulary.decode(end < 0 ? ids : ids.slice(0, end));
}
