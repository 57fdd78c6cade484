import { describe, expect, it } from 'vitest';
import { createLibrary, type Library, type LibraryEnvironment } from './library';
import { createDatabase, StorageError } from './libraryDatabase';
import { testBundle } from './testing/bundle';

function libraryWith(storageManager: unknown): Library {
  // There is no IndexedDB here: what needs one is tested in a browser (e2e/library.spec.ts).
  const database = createDatabase('test');
  return createLibrary({
    database, build: 'test', now: () => 0, channel: undefined, storageManager: storageManager as LibraryEnvironment['storageManager'],
  });
}

describe('the library', () => {
  it('says so where the browser stores nothing, whatever is asked of it', async () => {
    const library = libraryWith(undefined);
    const asked = [
      library.list(), library.bundle('a'), library.raw('a'), library.add(testBundle(), { origin: 'here' }), library.rename('a', 'b'),
      library.annotate('a', ''), library.star('a', true), library.remove(['a']), library.restore({ runs: [] }), library.check(),
    ];
    for (const promise of asked) await expect(promise).rejects.toThrow(StorageError);
    // An empty name is no name, and asks nothing of the storage.
    await library.rename('a', '  ');
  });

  it('tells what is no run before it asks for room', async () => {
    await expect(libraryWith(undefined).add({ ...testBundle(), version: 2 as 1 }, { origin: 'here' })).rejects.toThrow(/cannot be kept.*version/);
  });

  it('knows how much is stored, as far as the browser tells', async () => {
    expect(await libraryWith(undefined).usage()).toEqual({ used: undefined, quota: undefined, persisted: undefined });
    const whole = { estimate: async () => ({ usage: 1, quota: 2 }), persisted: async () => false, persist: async () => true };
    expect(await libraryWith(whole).usage()).toEqual({ used: 1, quota: 2, persisted: false });
    expect(await libraryWith(whole).requestPersistence()).toBe(true);
    // As in browsers that have only part of it, or refuse.
    const part = { persisted: async () => Promise.reject(new Error('no')) };
    expect(await libraryWith(part).usage()).toEqual({ used: undefined, quota: undefined, persisted: undefined });
    expect(await libraryWith(part).requestPersistence()).toBeUndefined();
  });
});
