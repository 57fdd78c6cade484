import { crc32 as nodeCrc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from './rng';
import { crc32, unzipFile, zipFiles, ZipError, type ZipLimits } from './zip';

const LIMITS: ZipLimits = { files: 10, bytes: 1_000_000, fileBytes: 500_000 };
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Made by Python's zipfile: a folder, a folded file, a stored file, a comment. */
const BY_PYTHON =
  'UEsDBBQAAAAAAAAAIVwAAAAAAAAAAAAAAAAFAAAAcnVucy9QSwMEFAAAAAgAAAAhXEZSd1EPAAAAKwAAAAsAAABydW5zL2EuanNvbqtWSlSyUog21FEggGJrAVBLAwQUAAAAAAAAACFcz2IgGQUA' +
  'AAAFAAAACQAAAG5vdGVzLnR4dHBsYWluUEsBAhQDFAAAAAAAAAAhXAAAAAAAAAAAAAAAAAUAAAAAAAAAAAAAAIABAAAAAHJ1bnMvUEsBAhQDFAAAAAgAAAAhXEZSd1EPAAAAKwAAAAsAAAAAAAAA' +
  'AAAAAIABIwAAAHJ1bnMvYS5qc29uUEsBAhQDFAAAAAAAAAAhXM9iIBkFAAAABQAAAAkAAAAAAAAAAAAAAIABWwAAAG5vdGVzLnR4dFBLBQYAAAAAAwADAKMAAACHAAAADgBtYWRlIGJ5IFB5dGhvbg==';
const byPython = (): Uint8Array => new Uint8Array(Buffer.from(BY_PYTHON, 'base64'));

interface Made {
  readonly name: string;
  readonly content: Uint8Array;
  /** What the directory says instead of the truth. */
  readonly size?: number;
  readonly checksum?: number;
  readonly flags?: number;
  readonly method?: number;
}

/** A zip written by hand: folded by Node's zlib, with whatever lies a test asks for. */
function zipOf(files: readonly Made[], { count = files.length } = {}): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, content, size = content.length, checksum = nodeCrc32(content), flags = 0, method = 8 } of files) {
    const folded = deflateRawSync(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(Buffer.byteLength(name), 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(checksum, 16);
    entry.writeUInt32LE(folded.length, 20);
    entry.writeUInt32LE(size, 24);
    entry.writeUInt16LE(Buffer.byteLength(name), 28);
    entry.writeUInt32LE(at, 42);
    parts.push(local, Buffer.from(name), folded);
    directory.push(entry, Buffer.from(name));
    at += 30 + Buffer.byteLength(name) + folded.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return new Uint8Array(Buffer.concat([...parts, ...directory, end]));
}

const read = (bytes: Uint8Array, limits = LIMITS): string[] => zipFiles(bytes, limits).map((file) => new TextDecoder().decode(unzipFile(bytes, file)));

describe('crc32', () => {
  it('is that of zlib', () => {
    for (const text of ['', 'a', '123456789', 'ä'.repeat(1000)]) expect(crc32(utf8(text))).toBe(nodeCrc32(text));
  });
});

describe('a zip', () => {
  it('of another program is read, whether its files are folded or stored; folders are left out', () => {
    const bytes = byPython();
    expect(zipFiles(bytes, LIMITS).map(({ name, size }) => [name, size])).toEqual([['runs/a.json', 43], ['notes.txt', 5]]);
    expect(read(bytes)).toEqual(['{"a": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}', 'plain']);
  });

  it('may hold large and empty files', () => {
    const content = utf8('0123456789'.repeat(40_000));
    expect(read(zipOf([{ name: 'a', content }, { name: 'b', content: utf8('') }]))).toEqual(['0123456789'.repeat(40_000), '']);
  });

  it.each([
    ['that is none', utf8('x'.repeat(100)), /no zip file/],
    ['that is empty', new Uint8Array(0), /no zip file/],
    ['that is cut short', byPython().subarray(0, 300), /no zip file/],
    ['with too many files', zipOf(Array.from({ length: 11 }, (_, i) => ({ name: `${i}`, content: utf8('x') }))), /11 files; at most 10/],
    ['that says it has more files than it has', zipOf([{ name: 'a', content: utf8('x') }], { count: 9 }), /no zip file/],
    ['with two files of one name', zipOf([{ name: 'a', content: utf8('x') }, { name: 'a', content: utf8('y') }]), /two files of one name/],
    ['with a file that says it unfolds to more than its bytes can hold', zipOf([{ name: 'a', content: utf8('x'), size: 400_000 }]), /no zip file/],
    ['that is encrypted', zipOf([{ name: 'a', content: utf8('x'), flags: 1 }]), /encrypted/],
    ['of another method', zipOf([{ name: 'a', content: utf8('x'), method: 93 }]), /cannot unfold/],
    ['with a file that says it is too large', zipOf([{ name: 'a', content: utf8('x'), size: 4_000_000_000 }]), /at most 0 MB/],
    ['whose files say that they are too large together', zipOf(['a', 'b', 'c'].map((name) => ({ name, content: utf8('x'.repeat(400_000)) }))), /unfolds to 1 MB/],
  ])('%s is refused before anything is unfolded', (_, bytes, words) => {
    expect(() => zipFiles(bytes, LIMITS)).toThrow(words);
    expect(() => zipFiles(bytes, LIMITS)).toThrow(ZipError);
  });

  it('whose files share their bytes is refused', () => {
    const random = new Stream(streamKey(1, PURPOSE.test));
    const bytes = zipOf([{ name: 'a', content: Uint8Array.from({ length: 5000 }, () => random.int(256)) }, { name: 'b', content: utf8('x') }]);
    // The second file, in the directory, gets the place and the length of the first.
    const view = new DataView(bytes.buffer);
    const directory = view.getUint32(bytes.length - 6, true);
    const second = directory + 46 + 1;
    view.setUint32(second + 20, view.getUint32(directory + 20, true), true);
    view.setUint32(second + 42, 0, true);
    expect(() => zipFiles(bytes, LIMITS)).toThrow(/no zip file/);
  });

  it.each([
    ['that unfolds to more than it says', { size: 10 }],
    ['that unfolds to less than it says', { size: 300_001 }],
    ['whose checksum is another', { checksum: 7 }],
  ])('with a file %s gives an error for that file alone', (_, lie) => {
    const bytes = zipOf([{ name: 'a', content: utf8('y'.repeat(300_000)), ...lie }, { name: 'b', content: utf8('fine') }]);
    const [a, b] = zipFiles(bytes, LIMITS);
    expect(() => unzipFile(bytes, a!)).toThrow(ZipError);
    expect(new TextDecoder().decode(unzipFile(bytes, b!))).toBe('fine');
  });
});
