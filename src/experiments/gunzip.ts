import { Gunzip as Unfolder } from 'fflate';
import { crc32 } from '../core/zip';
import { DataFileError } from './dataFile';

/** Most bytes that a gzip file may unfold to: its texts stream by, but a small file can unfold without end. */
const MAX_UNFOLDED = 2 ** 30;
/** Folded bytes that are unfolded at a time; deflate makes at most 1,032 of one. */
const CHUNK = 8 * 1024;

/** Whether a file begins as gzip files do (RFC 1952). */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** Its checksum and size, at the end. */
const TRAILER = 8;

/** Unfolds a gzip file from elsewhere as it streams by. */
export class Gunzip {
  private unfolded = 0;
  private parts: Uint8Array[] = [];
  private readonly unfolder = new Unfolder((part) => {
    if (part.length > 0) this.parts.push(part);
  });
  private checksum = 0;
  /** The last bytes so far. */
  private tail = new Uint8Array(0);
  /** Whether the file is several, one behind the other, whose checksums stand in its midst. */
  private several = false;

  /** @param name of the file, for messages. @param limit most bytes unfolded. */
  constructor(
    private readonly name: string,
    private readonly limit = MAX_UNFOLDED,
  ) {
    this.unfolder.onmember = () => {
      this.several = true;
    };
  }

  /** What the next bytes of the file unfold to. @throws DataFileError where they are damaged or unfold to too much */
  *push(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
    for (let at = 0; at < bytes.length; at += CHUNK) yield* this.unfold(bytes.subarray(at, at + CHUNK), false);
    this.tail = Uint8Array.from([...this.tail, ...bytes.subarray(-TRAILER)]).slice(-TRAILER);
  }

  /** What is left when the file is at its end. @throws DataFileError where it was cut short or is damaged */
  *end(): Generator<Uint8Array, void, undefined> {
    yield* this.unfold(new Uint8Array(0), true);
    const { tail, several, checksum } = this;
    const whole = tail.length === TRAILER && (several || new DataView(tail.buffer).getUint32(0, true) === checksum);
    if (!whole) throw this.damaged();
  }

  private unfold(bytes: Uint8Array, last: boolean): readonly Uint8Array[] {
    this.parts = [];
    try {
      this.unfolder.push(bytes, last);
    } catch {
      throw this.damaged();
    }
    for (const part of this.parts) {
      this.unfolded += part.length;
      this.checksum = crc32(part, this.checksum);
    }
    if (this.unfolded > this.limit) {
      const most = Math.round(this.limit / 2 ** 20).toLocaleString('en');
      throw new DataFileError(`${this.name} unpacks to more than ${most} MB, which is the most that is read. Unpack it and cut it to fewer rows.`);
    }
    return this.parts;
  }

  private damaged(): DataFileError {
    return new DataFileError(
      `${this.name} cannot be unpacked to its end: it was cut short or changed on its way. Get it again, or unpack it and choose the file inside.`,
    );
  }
}
