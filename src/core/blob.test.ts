import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BlobError, MOST_DEPTH, packBlob, unpackBlob } from './blob';

const toLink = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const linkOf = (json: string): string => toLink(deflateRawSync(json));

describe('a blob', () => {
  it('is raw deflate in base64url, which zlib reads and writes too', () => {
    const value = { words: ['naïve', '🙂', 'a'.repeat(3000)], numbers: [1, -0.25, 1e-9] };
    const text = packBlob(value);
    expect(text).toMatch(/^[\w-]+$/);
    expect(JSON.parse(inflateRawSync(Buffer.from(text, 'base64url')).toString())).toEqual(value);
    expect(unpackBlob(linkOf(JSON.stringify(value)))).toEqual(value);
    expect(unpackBlob(packBlob(null))).toBeNull();
  });

  it.each([
    ['other characters', 'a+b='], ['no base64', 'abcde'], ['nothing', ''], ['noise', toLink(Uint8Array.from({ length: 300 }, (_, i) => (i * 7919) % 251))],
    ['half of it', packBlob({ a: Array.from({ length: 500 }, (_, i) => i * i) }).slice(0, 400)],
    ['no JSON', linkOf('{"a":')], ['no UTF-8', toLink(deflateRawSync(Buffer.from([0x22, 0xff, 0x22])))],
    ['a prototype', linkOf('{"a":[{"__proto__":{"x":1}}]}')], ['depth', linkOf('['.repeat(MOST_DEPTH + 2) + ']'.repeat(MOST_DEPTH + 2))],
  ])('is refused with words: %s', (_, text) => {
    expect(() => unpackBlob(text)).toThrow(BlobError);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it('is not unfolded beyond its size', () => {
    const bomb = linkOf(JSON.stringify('a'.repeat(40_000_000)));
    expect(bomb.length).toBeLessThan(300_000);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => unpackBlob(bomb)).toThrow(/more than 4,096 KB/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30_000_000);
  });
});
