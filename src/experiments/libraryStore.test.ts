import { beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../core/config';
import type { RunBundle } from '../core/bundle';
import type { LibraryFile } from './libraryImport';
import { createLibraryStore, type LibraryStore } from './libraryStore';
import { testBundle } from './testing/bundle';
import { MemoryLibrary } from './testing/library';

const seeded = (seed: number): RunBundle => testBundle(parseConfig({ run: { seed } }));
const file = (name: string, content: string | Uint8Array): LibraryFile => {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return { name, size: bytes.length, text: async () => new TextDecoder().decode(bytes), arrayBuffer: async () => bytes.slice().buffer };
};
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

let library: MemoryLibrary;
let store: LibraryStore;
const state = (): ReturnType<LibraryStore['getState']> => store.getState();
const names = (): string[] => state().entries.map(({ name }) => name);

beforeEach(async () => {
  library = new MemoryLibrary();
  for (const seed of [1, 2, 3]) await library.add(seeded(seed), { origin: 'here' });
  store = createLibraryStore(library);
  await state().load();
});

describe('the library on screen', () => {
  it('lists the newest first and follows changes, its own and those of another tab', async () => {
    expect(names()).toEqual(['seed 3', 'seed 2', 'seed 1'].map((seed) => `Default settings · ${seed}`));
    await state().rename(state().entries[0]!.id, 'Third');
    await settled();
    expect(names()[0]).toBe('Third');
    const other = createLibraryStore(library);
    await other.getState().load();
    await other.getState().star(other.getState().entries[2]!.id, true);
    await settled();
    expect(state().entries[2]!.starred).toBe(true);
  });

  it('reads chosen runs, in the order in which they were chosen, and lets go of those that are not', async () => {
    const [three, two, one] = state().entries.map(({ id }) => id) as [string, string, string];
    state().choose(one, true);
    state().choose(three, true);
    await settled();
    expect(state().chosen).toEqual([one, three]);
    expect([...state().bundles.values()].map(({ config }) => config.run.seed)).toEqual([1, 3]);
    state().choose(one, false);
    expect([...state().bundles.keys()]).toEqual([three]);
    state().chooseAll([two]);
    await settled();
    expect([...state().bundles.keys()]).toEqual([two]);
    // A run that is deleted elsewhere is chosen no more.
    await library.remove([two]);
    await settled();
    expect(state().chosen).toEqual([]);
    expect(state().bundles.size).toBe(0);
  });

  it('opens a run, or says why it cannot', async () => {
    const { id } = state().entries[0]!;
    expect((await state().open(id))?.config.run.seed).toBe(3);
    library.bundles.set(id, { odd: 1 });
    expect(await state().open(id)).toBeUndefined();
    expect(state().trouble).toMatch(/cannot be read by this build/);
    expect(await state().raw(id)).toEqual({ odd: 1 });
  });

  it('takes in a run from a link, once', async () => {
    expect(await state().keep(seeded(7), { origin: 'link' })).toBe(true);
    expect(await state().keep(seeded(7), { origin: 'link' })).toBe(true);
    await settled();
    expect(state().entries.map(({ origin }) => origin)).toEqual(['link', 'here', 'here', 'here']);
    library.room = 4;
    expect(await state().keep(seeded(8), { origin: 'link' })).toBe(false);
    expect(state().trouble).toBe('The storage is full.');
  });

  it('tells what the browser answered when it was asked to keep the storage', async () => {
    await state().keepForGood();
    expect(state().persistence).toBe('granted');
    library.persistence = false;
    await state().keepForGood();
    expect(state().persistence).toBe('refused');
    library.persistence = undefined;
    await state().keepForGood();
    expect(state().persistence).toBe('unknown');
  });
});

describe('deleting', () => {
  it('can be undone until the next change, and is done at once', async () => {
    const [first, second] = state().entries;
    await state().annotate(first!.id, 'mind this one');
    await state().remove([first!.id, second!.id]);
    await settled();
    expect(library.entries.size).toBe(1);
    expect(names()).toEqual(['Default settings · seed 1']);
    await state().undo();
    await settled();
    expect(state().entries.map(({ note }) => note)).toEqual(['mind this one', '', '']);
    expect(state().removed).toBeUndefined();
    expect((await state().open(first!.id))?.config.run.seed).toBe(3);

    await state().remove([first!.id]);
    await state().star(second!.id, true);
    expect(state().removed).toBeUndefined();
    await state().undo();
    await settled();
    expect(library.entries.has(first!.id)).toBe(false);
  });

  it('that cannot be undone at the moment can be tried again', async () => {
    const { id } = state().entries[0]!;
    await state().remove([id]);
    library.failure = new Error('The storage is full.');
    await state().undo();
    expect(state().trouble).toBe('The storage is full.');
    library.failure = undefined;
    await state().undo();
    expect(library.entries.has(id)).toBe(true);
  });
});

describe('files', () => {
  it('of single runs, lists and zips are imported; what is there already stays as it is', async () => {
    const { id } = state().entries[0]!;
    await state().rename(id, 'My own');
    await state().annotate(id, 'a note');
    await state().star(id, true);
    const all = state().entries.map((entry) => entry.id);
    const zip = new Uint8Array(Buffer.concat((await state().zip(all))!));
    expect(state().busy).toBeUndefined();

    await state().importFiles([file('runs.zip', zip)]);
    expect(state().imported).toEqual({ added: 0, known: 3, problems: [] });
    await state().remove(all);
    await state().importFiles([file('again.ZIP', zip), file('list.json', JSON.stringify([seeded(4), seeded(5), 7])), file('one.json', JSON.stringify(seeded(1)))]);
    await settled();
    expect(state().imported).toMatchObject({ added: 5, known: 1, problems: [expect.stringMatching(/^list\.json, run 3: no run/)] });
    expect(state().entries.find(({ name }) => name === 'My own')).toMatchObject({ id, note: 'a note', starred: true, origin: 'imported' });
  });

  it('that are none are named, and the others count', async () => {
    await state().importFiles([file('a.zip', 'no zip'), file('b.json', '{'), file('c.json', JSON.stringify(seeded(9)))]);
    expect(state().imported?.added).toBe(1);
    expect(state().imported?.problems).toEqual([expect.stringMatching(/^a\.zip: It is no zip file/), 'b.json: no JSON.']);
  });

  it('are imported as far as there is room, which is said', async () => {
    library.room = 4;
    await state().importFiles([file('list.json', JSON.stringify([seeded(4), seeded(5), seeded(6)]))]);
    await settled();
    expect(state().imported).toEqual({ added: 1, known: 0, problems: ['The storage is full.'] });
    expect(state().entries).toHaveLength(4);
  });
});

describe('a browser that stores nothing', () => {
  it('is told of, and nothing throws', async () => {
    library.failure = new Error('This browser does not let the page store anything.');
    const shut = createLibraryStore(library);
    const { load, rename, remove, open, zip, importFiles, raw } = shut.getState();
    await load();
    expect(shut.getState()).toMatchObject({ ready: true, entries: [], trouble: library.failure.message });
    await Promise.all([rename('x', 'y'), remove(['x']), open('x'), raw('x'), zip([])]);
    await importFiles([file('a.json', JSON.stringify(seeded(1)))]);
    expect(shut.getState().imported?.problems).toEqual([library.failure.message]);
  });
});
