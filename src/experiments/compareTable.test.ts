import { beforeEach, describe, expect, it } from 'vitest';
import { testBundle } from './testing/bundle';
import { createCompareStore, type CompareStore } from './compareStore';
import { compareColumns, compareTable } from './compareTable';
import { binOf } from './compareHistogram';
import { difference } from './compareMeasures';
import type { LibraryEntry } from './library';
import { testAnswer, testPost, testRun } from './testing/compare';

const N = 60;
const posts = Array.from({ length: N }, (_, i) => testPost(`p${i}`, i % 3 === 0 ? 'pets' : 'work', 5 + (i % 4)));
const answersOf = (gold: (i: number) => number) => posts.map((_, i) => testAnswer('some words', gold(i)));
const run = testRun({ sft: answersOf(() => 0), rlhf: answersOf((i) => (i % 7) / 2), rlaif: answersOf(() => 1.5) }, { posts });

let listeners: (() => void)[];
let entries: LibraryEntry[];
let reads: string[];
let store: CompareStore;
const look = () => store.getState().look;
const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  [listeners, entries, reads] = [[], [], []];
  const held = new Map<string, string>();
  store = createCompareStore({
    library: {
      list: async () => entries,
      bundle: async (id) => {
        reads.push(id);
        if (id === 'broken') throw new Error('The disk is gone.');
        return id === 'kept' ? testBundle() : undefined;
      },
      watch: (listener) => {
        listeners.push(listener);
        return () => undefined;
      },
    },
    searcher: { search: async () => undefined },
    items: () => ({ getItem: (key) => held.get(key) ?? null, setItem: (key, value) => void held.set(key, value) }),
  });
});

const entry = (id: string, more: Partial<LibraryEntry> = {}): LibraryEntry => ({
  id, name: `run ${id}`, note: '', starred: false, keptAt: '2026-01-01T00:00:00Z', origin: 'here', checkedBy: 'test', bytes: 1, ...more,
});

describe('the columns', () => {
  it('are those of the shown run at first, the trained ones compared', () => {
    const { columns, couple, measures, rows } = compareColumns([run], look());
    expect(columns.map(({ key }) => key)).toEqual(['rlhf', 'rlaif', 'sft']);
    expect([couple, measures, rows.length]).toEqual([{ a: 0, b: 1 }, ['gold', 'words'], N]);
  });
  it('keep two different ones compared, whatever is chosen', () => {
    const couples = ([['rlaif', 'rlaif'], ['sft', 'gone'], ['gone', 'rlhf'], ['rlhf', 'sft']] as const)
      .map(([a, b]) => compareColumns([run], { ...look(), a, b }).couple);
    expect(couples).toEqual([{ a: 1, b: 0 }, { a: 2, b: 0 }, { a: 0, b: 1 }, { a: 0, b: 2 }]);
  });
  it('fall back to the usual ones where none of those asked for is there, and say what is missing', () => {
    const { columns, missing } = compareColumns([run], { ...look(), keys: ['gone', 'else:rlhf'] });
    expect([columns.length, missing]).toEqual([3, ['gone', 'else:rlhf']]);
    expect(compareColumns([run], { ...look(), keys: [] })).toMatchObject({ columns: [], reason: 'Choose at least one column.' });
    expect(compareColumns([run], { ...look(), keys: ['sft'] }).couple).toBeUndefined();
  });
});

describe('the rows', () => {
  const columns = compareColumns([run], { keys: undefined, a: undefined, b: undefined, base: undefined, measure: 'gold' });

  it('pass the search, then the slice, then the bin', () => {
    const hits = new Set(Array.from({ length: 40 }, (_, i) => i));
    const { slices, histogram, groups } = compareTable(columns, hits, look());
    expect(slices.map(({ label, winRate }) => [label, winRate!.n])).toEqual([['pets', 14], ['work', 26]]);
    expect(histogram!.n).toBe(40);
    const pets = groups.find(({ label }) => label === 'pets')!.id;
    const inPets = compareTable(columns, hits, { ...look(), slice: pets });
    expect([inPets.rows.length, inPets.histogram!.n, inPets.slices[1]!.winRate!.n]).toEqual([14, 14, 26]);
    const bin = inPets.histogram!.bins.find(({ index, count }) => index > 0 && count > 0)!;
    const filtered = compareTable(columns, hits, { ...look(), slice: pets, bin: { index: bin.index, width: inPets.histogram!.width } });
    expect(filtered.rows).toHaveLength(bin.count);
    expect(filtered.rows.every((row) => binOf(difference(row, columns.couple!, 'gold')!, inPets.histogram!.width) === bin.index)).toBe(true);
    expect(filtered.inSlice).toHaveLength(14);
  });
  it('are all there with one column', () => {
    const one = compareColumns([run], { ...look(), keys: ['sft'] });
    expect(compareTable(one, undefined, look())).toMatchObject({ slices: [], histogram: undefined });
    expect(compareTable(one, undefined, { ...look(), sort: { key: 'order', reversed: true } }).rows[0]!.post.id).toBe(`p${N - 1}`);
  });
});

describe('what is looked at', () => {
  it('goes back to the first page when rows change, and keeps it otherwise', () => {
    const { set } = store.getState();
    set({ page: 3 });
    set({ lines: 2 });
    expect(look().page).toBe(3);
    set({ search: 'boss' });
    expect(look().page).toBe(0);
  });
  it('gives up bins and slices that are no more', () => {
    const { set } = store.getState();
    set({ bin: { index: 1, width: 1 }, slice: 'topic work' });
    set({ measure: 'words' });
    expect([look().bin, look().slice]).toEqual([undefined, 'topic work']);
    set({ dimension: 'facts' });
    expect(look().slice).toBeUndefined();
  });

  it('reads runs of the library that are asked for, once, and says what is missing', async () => {
    entries = [entry('kept', { name: 'KL 0.2' }), entry('old', { trouble: 'unknown version' })];
    await store.getState().open({ post: 'p1', columns: ['rlhf', 'kept:rlhf', 'kept:rlaif', 'broken:rlhf'] });
    await tick();
    const { entries: readable, runs, note } = store.getState();
    expect(readable.map(({ id }) => id)).toEqual(['kept']);
    expect(reads).toEqual(['kept', 'broken']);
    expect(runs.kept).toMatchObject({ key: 'kept', name: 'KL 0.2' });
    expect([runs.broken, note, look().post]).toEqual(['missing', 'The disk is gone.', 'p1']);
    store.getState().choose(['kept:sft', 'kept:sft', 'rlhf']);
    expect([look().keys, reads.length]).toEqual([['kept:sft', 'rlhf'], 2]);
  });
  it('follows the library', async () => {
    await store.getState().open({ columns: ['kept:rlhf'] });
    await tick();
    entries = [entry('kept', { name: 'renamed' })];
    listeners.forEach((listener) => listener());
    await tick();
    expect(store.getState().runs.kept).toMatchObject({ name: 'renamed' });
    await store.getState().open({});
    expect([listeners.length, look().keys]).toEqual([1, ['kept:rlhf']]);
  });
});
