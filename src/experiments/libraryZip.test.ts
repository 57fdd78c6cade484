import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../core/config';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { ZipError } from '../core/zip';
import type { RunBundle } from '../core/bundle';
import { entryOf, type LibraryEntry } from './libraryEntry';
import { readLibraryZip, tooLargeToZip, zipLibrary, type ZippedRun } from './libraryZip';
import { testBundle } from './testing/bundle';

const seeded = (seed: number): RunBundle => testBundle(parseConfig({ run: { seed } }));
const RUNS = [1, 2, 3].map((seed) => {
  const { entry, bundle } = entryOf(
    seeded(seed),
    { origin: seed === 2 ? 'link' : 'here', note: `note ${seed}`, starred: seed === 3, name: `Run ${seed}`, ...(seed === 1 ? { dataName: 'own.csv' } : {}) },
    { build: 'b', now: `2026-03-0${seed}T00:00:00.000Z`, others: [] },
  );
  return { entry, bundle };
});

async function zipped(runs: readonly { entry: LibraryEntry; bundle: unknown }[] = RUNS): Promise<Uint8Array> {
  const parts = await zipLibrary(runs.map(({ entry }) => entry), async (id) => runs.find(({ entry }) => entry.id === id)?.bundle);
  return new Uint8Array(Buffer.concat(parts));
}
const problemsOf = (read: readonly ZippedRun[]): string[] => read.flatMap(({ problem }) => problem ?? []);
const bundlesOf = (read: readonly ZippedRun[]): RunBundle[] => read.flatMap(({ bundle }) => bundle ?? []);
/** A zip of such files, by fflate. */
const zipOf = (files: Readonly<Record<string, unknown>>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, value]) => [name, strToU8(typeof value === 'string' ? value : JSON.stringify(value))])));

describe('a library as one file', () => {
  it('comes back with every run, name, note, star and date', async () => {
    const read = [...readLibraryZip(await zipped())];
    expect(problemsOf(read)).toEqual([]);
    expect(bundlesOf(read)).toEqual(RUNS.map(({ bundle }) => bundle));
    expect(read.map((run) => (run.bundle ? run.as : undefined))).toEqual([
      { name: 'Run 1', note: 'note 1', starred: false, dataName: 'own.csv', keptAt: '2026-03-01T00:00:00.000Z', origin: 'imported' },
      { name: 'Run 2', note: 'note 2', starred: false, dataName: undefined, keptAt: '2026-03-02T00:00:00.000Z', origin: 'link' },
      { name: 'Run 3', note: 'note 3', starred: true, dataName: undefined, keptAt: '2026-03-03T00:00:00.000Z', origin: 'imported' },
    ]);
  });

  it('has its runs by id and an index, as another program sees it', async () => {
    const files = unzipSync(await zipped());
    expect(Object.keys(files)).toEqual([...RUNS.map(({ entry }) => `runs/${entry.id}.json`), 'library.json']);
    expect(JSON.parse(strFromU8(files[`runs/${RUNS[0]!.entry.id}.json`]!))).toEqual(RUNS[0]!.bundle);
  });

  it('is written and read while its runs are changed: what is gone is left out, what is none is named', async () => {
    const [first, second] = RUNS;
    const bytes = await zipped([first!, { ...second!, bundle: undefined }, { ...RUNS[2]!, bundle: { odd: true } }]);
    const read = [...readLibraryZip(bytes)];
    expect(bundlesOf(read)).toEqual([first!.bundle]);
    expect(problemsOf(read)).toEqual([expect.stringMatching(/It is no run that this page can read/)]);
  });

  it('counts files that are none of its runs, and follows no path', () => {
    const bundle = seeded(1);
    const read = [...readLibraryZip(zipOf({
      '../runs/evil.json': bundle, '/runs/evil.json': bundle, 'runs/../evil.json': bundle, 'runs/a/b.json': bundle, 'RUNS/a.json': bundle,
      'runs/.json': bundle, 'runs/a.js': 'alert(1)', 'runs/good-1.json': bundle,
    }))];
    expect(bundlesOf(read)).toEqual([bundle]);
    expect(problemsOf(read)).toEqual([expect.stringMatching(/no library\.json/), expect.stringMatching(/^7 other files/)]);
  });

  it.each([
    ['no JSON', '{"a":', /no JSON/],
    ['no text', '\uD800', /no run|no JSON/],
    ['nesting', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, /nested/],
    ['a prototype', `{"__proto__": {"polluted": true}, "version": 1}`, /not allowed/],
    ['another version', { ...seeded(1), version: 2 }, /no run that this page can read \(version/],
  ])('names a run that is %s, and reads the others', (_, text, words) => {
    const read = [...readLibraryZip(zipOf({ 'runs/a.json': text, 'runs/b.json': seeded(2) }))];
    expect(bundlesOf(read)).toEqual([seeded(2)]);
    expect(problemsOf(read)[1]).toMatch(words);
    expect(problemsOf(read)[1]!.length).toBeLessThan(200);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each([
    ['is no JSON', 'x'],
    ['is of another format', { format: 'other', version: 1, runs: [] }],
    ['has odd names', { format: 'rlaif-playground-library', version: 1, runs: [{ id: '../a', name: 'x' }] }],
  ])('reads its runs where the index %s', (_, index) => {
    const read = [...readLibraryZip(zipOf({ 'library.json': index, 'runs/a.json': seeded(1) }))];
    expect(bundlesOf(read)).toHaveLength(1);
    expect(read[1]).toMatchObject({ as: { origin: 'imported' } });
    expect(problemsOf(read)).toEqual([expect.stringMatching(/cannot be read/)]);
  });

  it('is refused where it is too large to be read again', () => {
    const entry = RUNS[0]!.entry;
    expect(tooLargeToZip(new Array<LibraryEntry>(1000).fill(entry))).toBeUndefined();
    expect(tooLargeToZip(new Array<LibraryEntry>(1001).fill(entry))).toMatch(/at most 1,000 runs/);
    expect(tooLargeToZip([{ ...entry, bytes: 2 ** 31 }])).toMatch(/choose fewer/);
  });
});

describe('a library that was changed on its way', () => {
  const MUTANTS = 3000;

  /** One to four changes: bits, bytes, cuts, pieces moved, fields of the directory set to extremes. */
  function mutant(original: Uint8Array, random: Stream): Uint8Array {
    let bytes = original.slice();
    const below = (limit: number): number => random.int(limit);
    const changes = 1 + below(4);
    for (let i = 0; i < changes && bytes.length > 0; i++) {
      const at = below(bytes.length);
      const kind = below(7);
      if (kind === 0) bytes[at]! ^= 1 << below(8);
      else if (kind === 1) bytes[at] = below(256);
      else if (kind === 2) bytes = bytes.slice(0, at);
      else if (kind === 3) bytes = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + 1 + below(40))]);
      else if (kind === 4) bytes = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(below(at + 1), at), ...bytes.subarray(at)]);
      else if (kind === 5) bytes.copyWithin(at, below(bytes.length), below(bytes.length));
      // The last 400 bytes are the directory: names, sizes, places, checksums.
      else {
        const place = Math.max(0, bytes.length - 1 - below(400));
        new DataView(bytes.buffer).setUint16(Math.min(place, bytes.length - 2 < 0 ? 0 : bytes.length - 2), [0, 0xffff, 0x7fff, below(65536)][below(4)]!, true);
      }
    }
    return bytes;
  }

  it(`never breaks the page in ${MUTANTS} cases: each run is one that was put in, or is named as damaged`, async () => {
    const original = await zipped();
    const originals = new Set(RUNS.map(({ bundle }) => JSON.stringify(bundle)));
    const random = new Stream(streamKey(7, PURPOSE.test));
    const seen = { refused: 0, whole: 0, partly: 0 };
    for (let i = 0; i < MUTANTS; i++) {
      const bytes = mutant(original, random);
      let read: ZippedRun[];
      try {
        read = [...readLibraryZip(bytes)];
      } catch (error) {
        expect(error).toBeInstanceOf(ZipError);
        seen.refused++;
        continue;
      }
      for (const bundle of bundlesOf(read)) expect(originals.has(JSON.stringify(bundle))).toBe(true);
      for (const problem of problemsOf(read)) expect(problem.length).toBeLessThan(300);
      if (bundlesOf(read).length === RUNS.length) seen.whole++;
      else seen.partly++;
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    // All three come about, or the cases would say little.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
  });
});
