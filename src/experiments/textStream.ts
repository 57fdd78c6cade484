import { DataFileError } from './dataFile';
import { Gunzip, isGzip } from './gunzip';

/** A file, or anything that streams like one. */
export interface StreamedFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  stream(): ReadableStream<Uint8Array>;
}

export interface StreamOptions {
  readonly signal?: AbortSignal | undefined;
  /** After a stretch of work, with the bytes read so far; of a gzip file, those before unpacking. */
  readonly onBytes?: (bytes: number) => void;
}

/** Bytes decoded at a time, so that no stream, whatever its pieces, holds up the page. */
const PIECE = 256 * 1024;
/** Milliseconds of work after which the page gets its turn; a frame at 60 a second has 16. */
const TURN = 12;

/** What stands for bytes that are no UTF-8. */
export const REPLACEMENT = '\ufffd';

const startsWith = (bytes: Uint8Array, ...start: readonly number[]): boolean => start.every((byte, i) => bytes[i] === byte);

function refuseOtherFormats(name: string, head: Uint8Array): void {
  const refuse = (what: string): never => {
    throw new DataFileError(`${name} ${what}`);
  };
  if (startsWith(head, 0xff, 0xfe) || startsWith(head, 0xfe, 0xff)) {
    refuse('is written in UTF-16. Save it as UTF-8 and try again.');
  }
  if (isGzip(head) || startsWith(head, 0x50, 0x4b, 0x03, 0x04)) {
    refuse('is compressed. Unpack it and choose the file inside.');
  }
  if (startsWith(head, 0x50, 0x41, 0x52, 0x31)) {
    refuse('is a Parquet file. Load the data set by its name from Hugging Face, or save it as JSON lines or CSV.');
  }
  // A NUL byte is in no UTF-8 text, and early in nearly every other kind of file.
  if (head.subarray(0, 4096).includes(0)) {
    refuse('is not a text file, or is written in UTF-16. JSON lines or a CSV file in UTF-8 is needed.');
  }
}

/**
 * The text of a file or of what a gzip file holds, piece by piece, without a byte-order mark. The event loop gets its turn
 * between pieces. Bytes that are no UTF-8 become U+FFFD, so that the line that holds them can be named.
 * @throws DataFileError for what is not text, and where the reading breaks off; the signal's reason once it aborts.
 */
export async function* textOf(file: StreamedFile, { signal, onBytes }: StreamOptions = {}): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  const reader = file.stream().getReader();
  let bytes = 0;
  let gunzip: Gunzip | undefined;
  let begun = false;
  let since = performance.now();
  const decode = (piece: Uint8Array): string => {
    if (!begun) refuseOtherFormats(file.name, piece);
    begun = true;
    return decoder.decode(piece, { stream: true });
  };
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read().catch((error: unknown) => {
        signal?.throwIfAborted();
        if (error instanceof DataFileError) throw error;
        throw new DataFileError(`${file.name} could not be read to its end. If it was moved or changed, choose it again.`);
      });
      if (done) break;
      if (bytes === 0 && isGzip(value)) gunzip = new Gunzip(file.name);
      for (let at = 0; at < value.length; at += PIECE) {
        const piece = value.subarray(at, at + PIECE);
        bytes += piece.length;
        for (const part of gunzip?.push(piece) ?? [piece]) {
          yield decode(part);
          if (performance.now() - since < TURN) continue;
          onBytes?.(bytes);
          await new Promise((resolve) => setTimeout(resolve));
          signal?.throwIfAborted();
          since = performance.now();
        }
      }
    }
    for (const part of gunzip?.end() ?? []) yield decode(part);
    if (!begun) throw new DataFileError(`${file.name} is empty.`);
    yield decoder.decode();
  } finally {
    // Where a caller stops early, the rest of the file is not read.
    await reader.cancel().catch(() => undefined);
  }
}
