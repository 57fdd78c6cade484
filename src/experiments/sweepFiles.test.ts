import { describe, expect, it } from 'vitest';
import type { RunBundle } from '../core/bundle';
import { parseConfig } from '../core/config';
import { mergeRuns, MOST_RUN_BYTES, MOST_RUNS, readRuns, runsJson } from './sweepFiles';
import { testBundle } from './testing/bundle';

const seeded = (seed: number): RunBundle => testBundle(parseConfig({ run: { seed } }));
const file = (text: string, name = 'run.json'): { name: string; size: number; text: () => Promise<string> } =>
  ({ name, size: text.length, text: async () => text });

describe('files of runs', () => {
  it('are written so that they read back the same', async () => {
    const runs = [seeded(1), seeded(2)];
    const { bundles, problems } = await readRuns([file(runsJson(runs).join(''))]);
    expect(bundles).toEqual(runs);
    expect(problems).toEqual([]);
    expect(JSON.parse(runsJson([]).join(''))).toEqual([]);
  });

  it('may hold one run or several, and what is no run is named while the others count', async () => {
    const bad = { ...seeded(4), arms: 'none' };
    const { bundles, problems } = await readRuns([
      file(JSON.stringify(seeded(1)), 'run-001.json'),
      file(JSON.stringify([seeded(2), bad, 7]), 'several.json'),
      file('{"a":', 'broken.json'),
      file('[]', 'empty.json'),
      { name: 'gone.json', size: 1, text: async () => { throw new Error('gone'); } },
    ]);
    expect(bundles.map(({ config }) => config.run.seed)).toEqual([1, 2]);
    expect(problems).toHaveLength(5);
    expect(problems[0]).toMatch(/^several\.json, run 2: no run that this page can read \(arms: /);
    expect(problems[1]).toMatch(/^several\.json, run 3: .*the whole/);
    expect(problems[2]).toBe('broken.json: no JSON.');
    expect(problems[3]).toBe('empty.json: an empty list.');
    expect(problems[4]).toMatch(/^gone\.json: could not be read/);
  });

  it.each([
    ['a text', '"hello"'],
    ['nothing', 'null'],
    ['keys that reach for prototypes', '{"__proto__": {"version": 1}, "version": 1}'],
    ['unknown keys', JSON.stringify({ ...seeded(1), evil: 'x'.repeat(10_000) })],
    ['deep nesting', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
  ])('are refused where they hold %s, in few words', async (_, text) => {
    const { bundles, problems } = await readRuns([file(text, `${'n'.repeat(1000)}.json`)]);
    expect(bundles).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.length).toBeLessThan(500);
  });

  it('are refused where they are too many or too large', async () => {
    await expect(readRuns([{ ...file('[]'), size: MOST_RUN_BYTES + 1 }])).rejects.toThrow(/at most 200 MB/);
    await expect(readRuns([file(`[${'0,'.repeat(MOST_RUNS)}0]`)])).rejects.toThrow(/More than 400 runs/);
    await expect(readRuns(Array.from({ length: MOST_RUNS + 1 }, () => file('[]')))).rejects.toThrow(/More than 400 runs/);
  });
});

describe('runs put together', () => {
  it('count once where their settings are the same, and the first one stays', () => {
    const again = { ...seeded(1), recordedAt: '2026-02-02T00:00:00.000Z' };
    const { runs, duplicates } = mergeRuns([seeded(1)], [again, seeded(2), seeded(2)]);
    expect(runs.map(({ config }) => config.run.seed)).toEqual([1, 2]);
    expect(runs[0]?.recordedAt).not.toBe(again.recordedAt);
    expect(duplicates).toBe(2);
  });
});
