import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { Gunzip } from './gunzip';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const gzip = (text: string): Uint8Array => gzipSync(encode(text), { level: 9 });

/** @param piece bytes that come at a time */
function unfold(bytes: Uint8Array, piece: number, limit?: number): string {
  const gunzip = new Gunzip('x.gz', limit);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += piece) parts.push(...gunzip.push(bytes.subarray(at, at + piece)));
  parts.push(...gunzip.end());
  return Buffer.concat(parts).toString();
}

describe('a gzip file', () => {
  const text = Array.from({ length: 3000 }, (_, i) => `line ${i} ${Math.sin(i)}`).join('\n');

  it.each([[1, 300], [7, 3000], [1000, text.length], [1e6, text.length]])('unfolds to what was folded, %i bytes at a time', (piece, length) => {
    expect(unfold(gzip(text.slice(0, length)), piece)).toBe(text.slice(0, length));
  });

  it('may be several, one behind the other', () => {
    expect(unfold(Buffer.concat([gzip(text), gzip('and more')]), 1000)).toBe(`${text}and more`);
  });

  it('that was cut short or is damaged says so', () => {
    const bytes = gzip(text);
    const damaged = bytes.map((byte, i) => (i >= 5000 && i < 5050 ? byte ^ 0x55 : byte));
    const cuts = [4, 12, 5000, bytes.length - 9, bytes.length - 8, bytes.length - 1].map((end) => bytes.subarray(0, end));
    for (const bad of [...cuts, damaged]) {
      expect(() => unfold(bad, 1000)).toThrow(/x.gz cannot be unpacked to its end: it was cut short or changed/);
    }
  });

  it('is unfolded no further than a little beyond the limit', () => {
    const bomb = gzipSync(new Uint8Array(16 * 2 ** 20), { level: 9 });
    expect(bomb.length).toBeLessThan(100_000);
    let unfolded = 0;
    const gunzip = new Gunzip('bomb.gz', 2 ** 20);
    expect(() => {
      for (const part of gunzip.push(bomb)) unfolded += part.length;
    }).toThrow(/bomb.gz unpacks to more than 1 MB/);
    expect(unfolded).toBeLessThanOrEqual(2 ** 20);
    expect(unfold(gzip('x'.repeat(1000)), 100, 1000)).toHaveLength(1000);
  });
});
