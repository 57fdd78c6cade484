/** What is wrong with a visitor's file, in a message that names the place and the trouble. Safe to show as it is. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

/** A stretch of foreign text for a message: one line, at most `limit` characters, control characters shown as dots. */
export function excerpt(text: string, limit = 40): string {
  const line = text.replace(/\p{Cc}+/gu, ' ').trim();
  const characters = Array.from(line.slice(0, 4 * limit));
  return characters.length > limit ? `${characters.slice(0, limit).join('')}...` : characters.join('');
}
