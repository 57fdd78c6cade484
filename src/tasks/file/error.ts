/** What is wrong with a visitor's file, in a message that names the place and the trouble. Safe to show as it is. */
export class FileError extends Error {
  override readonly name = 'FileError';
}
