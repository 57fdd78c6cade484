/**
 * Zip files from elsewhere, which are hostile until they have been read: their directory is looked at before anything is
 * unfolded, nothing unfolds to more than it says, and what it says is held to limits. What is read has the checksum of what
 * was written. Names are names, never places: what to do with one is the caller's business.
 */
import { Inflate } from 'fflate';

/** Its message is for the visitor. */
export class ZipError extends Error {
  override readonly name = 'ZipError';
}

/** A file in a zip, as the zip's directory describes it. */
export interface ZipFile {
  readonly name: string;
  /** Unfolded, bytes. */
  readonly size: number;
  readonly folded: boolean;
  readonly checksum: number;
  /** Where its bytes stand in the zip. */
  readonly from: number;
  readonly to: number;
}

export interface ZipLimits {
  readonly files: number;
  /** Unfolded, of all files together. */
  readonly bytes: number;
  /** Unfolded, of each. */
  readonly fileBytes: number;
}

const END = 0x06054b50;
const END_LENGTH = 22;
const MOST_COMMENT = 0xffff;
const ENTRY = 0x02014b50;
const ENTRY_LENGTH = 46;
const LOCAL = 0x04034b50;
const LOCAL_LENGTH = 30;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
/** Bytes that deflate folds into one at most. */
const MOST_FOLDING = 1032;
/** Folded bytes that are unfolded at a time: what comes of them is looked at before more. */
const CHUNK = 8 * 1024;

const DAMAGED = 'It is no zip file, or it was cut short or changed on its way.';

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32 as in zip files (ISO 3309), unsigned. @param before that of the bytes that go before these */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

const mega = (bytes: number): string => `${Math.round(bytes / 1024 / 1024).toLocaleString('en')} MB`;

/** Where the end record stands. @throws ZipError where there is none */
function endOf(view: DataView): number {
  const last = view.byteLength - END_LENGTH;
  for (let at = last; at >= 0 && at >= last - MOST_COMMENT; at--) if (view.getUint32(at, true) === END) return at;
  throw new ZipError(DAMAGED);
}

/** Where the bytes of a file begin: behind its own header, which repeats its name. @throws ZipError */
function startOf(view: DataView, header: number): number {
  if (header + LOCAL_LENGTH > view.byteLength || view.getUint32(header, true) !== LOCAL) throw new ZipError(DAMAGED);
  return header + LOCAL_LENGTH + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * The files of a zip, folders left out. Nothing is unfolded.
 * @throws ZipError where it is no zip, is encrypted, in several parts or beyond the limits, or has two files of one name
 */
export function zipFiles(bytes: Uint8Array, limits: ZipLimits): ZipFile[] {
  const view = viewOf(bytes);
  const end = endOf(view);
  const [count, disks] = [view.getUint16(end + 10, true), view.getUint32(end + 4, true)];
  if (disks !== 0) throw new ZipError(DAMAGED);
  if (count > limits.files) throw new ZipError(`It has ${count.toLocaleString('en')} files; at most ${limits.files.toLocaleString('en')} can be read.`);
  const files: ZipFile[] = [];
  const names = new Set<string>();
  let at = view.getUint32(end + 16, true);
  let [size, folded] = [0, 0];
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_LENGTH > end || view.getUint32(at, true) !== ENTRY) throw new ZipError(DAMAGED);
    const u16 = (offset: number): number => view.getUint16(at + offset, true);
    const u32 = (offset: number): number => view.getUint32(at + offset, true);
    const next = at + ENTRY_LENGTH + u16(28) + u16(30) + u16(32);
    if (next > end) throw new ZipError(DAMAGED);
    const name = new TextDecoder().decode(bytes.subarray(at + ENTRY_LENGTH, at + ENTRY_LENGTH + u16(28)));
    if (u16(8) & ENCRYPTED) throw new ZipError('It is encrypted: save it without a password.');
    const method = u16(10);
    if (method !== STORED && method !== DEFLATED) throw new ZipError('It is folded in a way that this page cannot unfold: save it as a plain zip.');
    const from = startOf(view, u32(42));
    const file: ZipFile = { name, size: u32(24), folded: method === DEFLATED, checksum: u32(16), from, to: from + u32(20) };
    if (file.size > limits.fileBytes) throw new ZipError(`A file in it has ${mega(file.size)}; at most ${mega(limits.fileBytes)} can be read.`);
    const holds = file.folded ? MOST_FOLDING * u32(20) : u32(20);
    if (file.to > bytes.length || file.size > holds) throw new ZipError(DAMAGED);
    if (names.has(name)) throw new ZipError('It has two files of one name.');
    names.add(name);
    if (!name.endsWith('/')) files.push(file);
    size += file.size;
    folded += u32(20);
    at = next;
  }
  if (size > limits.bytes) throw new ZipError(`It unfolds to ${mega(size)}; at most ${mega(limits.bytes)} can be read.`);
  // Files that share their bytes unfold to far more than a zip of its size can hold.
  if (folded > bytes.length) throw new ZipError(DAMAGED);
  return files;
}

/** The bytes of one file. @param bytes of the zip @throws ZipError where they are not those that were written */
export function unzipFile(bytes: Uint8Array, { from, to, size, folded, checksum }: ZipFile): Uint8Array {
  const stored = bytes.subarray(from, to);
  const read = folded ? inflated(stored, size) : stored;
  if (read.length !== size || crc32(read) !== checksum) throw new ZipError('It was cut short or changed on its way.');
  return read;
}

/** @throws ZipError where it unfolds to more than it said */
function inflated(bytes: Uint8Array, size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  const inflate = new Inflate((part) => {
    if (at + part.length > size) throw new ZipError(DAMAGED);
    all.set(part, at);
    at += part.length;
  });
  try {
    for (let from = 0; from < bytes.length; from += CHUNK) inflate.push(bytes.subarray(from, from + CHUNK), from + CHUNK >= bytes.length);
  } catch {
    throw new ZipError('It was cut short or changed on its way.');
  }
  return all.subarray(0, at);
}
