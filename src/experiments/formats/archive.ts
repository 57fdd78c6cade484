import { strToU8, zipSync, type Zippable } from 'fflate';

/** A file of an archive. */
export interface ArchiveFile {
  /** With folders, separated by slashes. */
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** The first day that the zip format can say. */
const EARLIEST = Date.UTC(1980, 0, 2);

/**
 * Files as one zip. Bytes (weights, pictures) are stored as they are: deflate gains nothing on them.
 * @param made what all files are dated by, ISO 8601, so that the same files give the same archive.
 */
export function zipFiles(files: readonly ArchiveFile[], made: string): Uint8Array {
  const time = Date.parse(made);
  const mtime = Number.isNaN(time) ? EARLIEST : Math.max(EARLIEST, time);
  const entries: Zippable = {};
  for (const { path, content } of files) {
    entries[path] = typeof content === 'string' ? [strToU8(content), { level: 6, mtime }] : [content, { level: 0, mtime }];
  }
  return zipSync(entries);
}
