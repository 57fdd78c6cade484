import { describe, expect, it } from 'vitest';
import { unreadableEntry } from '../../experiments/libraryEntry';
import { bytesText, isNearlyFull, runsText, sourceText, usageText } from './words';

describe('words of the library', () => {
  it('round sizes to what a reader needs', () => {
    expect([0, 1, 800, 788_480, 4_300_000, 157_286_400, 5_368_709_120].map(bytesText)).toEqual([
      '0 KB', '1 KB', '1 KB', '770 KB', '4.1 MB', '150 MB', '5.0 GB',
    ]);
    expect([runsText(1), runsText(1200)]).toEqual(['1 run', '1,200 runs']);
  });

  it('say how much storage is taken, as far as the browser says it', () => {
    expect(usageText({ used: undefined, quota: 5, persisted: undefined })).toMatch(/does not say/);
    expect(usageText({ used: 2 ** 20, quota: undefined, persisted: false })).toMatch(/^1\.0 MB .* and everything else\.$/);
    expect(usageText({ used: 2 ** 20, quota: 2 ** 30, persisted: true })).toMatch(/allows 1\.0 GB\.$/);
    expect(isNearlyFull({ used: 81, quota: 100, persisted: false })).toBe(true);
    expect(isNearlyFull({ used: 79, quota: 100, persisted: false })).toBe(false);
    expect(isNearlyFull({ used: 0, quota: 0, persisted: false })).toBe(false);
  });

  it('say where a run came from, also of one that cannot be read', () => {
    const entry = unreadableEntry({ odd: true }, { build: 'b', now: '2026-03-05T10:00:00.000Z' });
    expect(sourceText(entry)).toBe('Made here, 5 Mar 2026, 1 KB');
    expect(sourceText({ ...entry, origin: 'link', keptAt: '', bytes: 0, dataName: 'own.csv' })).toBe('From a link, file own.csv');
  });
});
