import { describe, expect, it } from 'vitest';
import { hashString } from './rng';

describe('hashString', () => {
  it('gives the published FNV-1a 32-bit test vectors', () => {
    expect(hashString('')).toBe(0x811c9dc5);
    expect(hashString('a')).toBe(0xe40c292c);
    expect(hashString('foobar')).toBe(0xbf9cf968);
  });

  it('keeps the ids of a run apart', () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => `preference:${String(i).padStart(6, '0')}`);
    expect(new Set(ids.map(hashString)).size).toBe(ids.length);
  });
});
