import { describe, expect, it } from 'vitest';
import type { RunBundle } from '../core/bundle';
import { armByName, DEFAULT_ARMS, DEFAULT_CONFIG, parseConfig, presetConfig, setPath, type ExperimentConfig } from '../core/config';
import { entryOf, readEntry, unreadableEntry, type EntryContext, type LibraryEntry } from './libraryEntry';
import { entriesInView, FIRST_VIEW } from './libraryList';
import { MOST_NAME, nameParts, runName } from './libraryNames';
import { testBundle } from './testing/bundle';

const CONTEXT: EntryContext = { build: 'b1', now: '2026-03-01T00:00:00.000Z', others: [] };
const made = (bundle: RunBundle, context: Partial<EntryContext> = {}): LibraryEntry => entryOf(bundle, { origin: 'here' }, { ...CONTEXT, ...context }).entry;
const set = (changes: Readonly<Record<string, string>>, config: ExperimentConfig = DEFAULT_CONFIG): ExperimentConfig =>
  Object.entries(changes).reduce((changed, [path, value]) => setPath(changed, path, value), config);
const name = (config: ExperimentConfig, before?: ExperimentConfig, taken: string[] = []): string =>
  runName(nameParts(config), before && nameParts(before), new Set(taken));

describe('the name of a run', () => {
  it('is what differs from the defaults, and the seed', () => {
    expect(name(DEFAULT_CONFIG)).toBe('Default settings · seed 1');
    expect(name(set({ 'rl.klCoef': '0.2', 'run.seed': '3' }))).toBe('KL 0.2 · seed 3');
    expect(name(presetConfig('quick'))).toBe('Quick · seed 1');
    expect(name(set({ 'rl.klCoef': '0' }, presetConfig('quick')))).toBe('Quick · KL 0 · seed 1');
  });

  it('names arms that are not the usual ones, and what they have of their own', () => {
    const arms = (names: readonly string[]): ExperimentConfig => parseConfig({ arms: names.map(armByName) });
    expect(name(arms(['rlhf', 'rlaif', 'd-rlaif']))).toBe('with d-RLAIF · seed 1');
    expect(name(arms(['rlaif']))).toBe('RLAIF · seed 1');
    expect(name(arms(['rlhf', 'rlaif', 'rlaif:dpo']))).toBe('with RLAIF, DPO · seed 1');
    const own = parseConfig({ arms: [DEFAULT_ARMS[0], { ...DEFAULT_ARMS[1], set: { 'rl.klCoef': 0.3 } }] });
    expect(name(own)).toBe('RLAIF: KL 0.3 · seed 1');
    // An arm that was switched off was not run.
    expect(name(parseConfig({ arms: [...DEFAULT_ARMS, { ...armByName('d-rlaif'), off: true }] }))).toBe('Default settings · seed 1');
  });

  it('begins with what differs from the run before, and never has more than 60 characters', () => {
    const before = set({ 'people.noise': '0.5', 'rl.iterations': '10', 'pairs.count': '100' });
    const after = set({ 'rl.klCoef': '0.2' }, before);
    expect(name(after, before)).toMatch(/^KL 0\.2 · /);
    const many = set({ 'rl.temperature': '1.2', 'rl.batch': '16', 'evaluation.testPosts': '100', 'evaluation.validationPosts': '64' }, after);
    expect(name(many, after).length).toBeLessThanOrEqual(MOST_NAME);
    expect(name(many, after)).toMatch(/ · \d more · seed 1$/);
    const long = parseConfig({ arms: [{ id: 'x', label: 'x'.repeat(40), feedback: 'people' }, { id: 'y', label: 'y'.repeat(40), feedback: 'ai' }] });
    expect(name(long)).toHaveLength(MOST_NAME);
    expect(name(long)).toMatch(/… · seed 1$/);
  });

  it('is numbered where another run has it', () => {
    expect(name(DEFAULT_CONFIG, undefined, ['Default settings · seed 1'])).toBe('Default settings · seed 1 (2)');
    expect(name(DEFAULT_CONFIG, undefined, ['Default settings · seed 1', 'Default settings · seed 1 (2)'])).toBe('Default settings · seed 1 (3)');
  });
});

describe('the line of a run', () => {
  it('has the same id for the same run, however its keys are ordered, and another for any other', () => {
    const bundle = testBundle();
    const { arms, config, ...rest } = bundle;
    const turned = { arms, ...rest, config: Object.fromEntries(Object.entries(config).reverse()) as unknown as ExperimentConfig };
    expect(made(turned).id).toBe(made(bundle).id);
    expect(made(bundle).id).toMatch(/^20260101000000-[0-9a-f]{24}$/);
    expect(made({ ...bundle, notes: ['x'] }).id).not.toBe(made(bundle).id);
  });

  it('tells the figures of every arm, the start policy last, and the size in bytes', () => {
    const { summary, bytes } = made(testBundle(set({ 'rl.klCoef': '0.2' })));
    expect(summary?.settings).toEqual({ 'rl.klCoef': 0.2 });
    expect(summary?.arms.map(({ id, method, gold }) => [id, method, gold.value])).toEqual([
      ['rlhf', 'REINFORCE', 1], ['rlaif', 'REINFORCE', 1], ['sft', undefined, 1],
    ]);
    expect(bytes).toBe(Buffer.byteLength(JSON.stringify(testBundle(set({ 'rl.klCoef': '0.2' })))));
  });

  it('takes what was said of the run, cut to what fits', () => {
    const { entry } = entryOf(testBundle(), { origin: 'imported', name: `  ${'n'.repeat(90)}`, note: 'o'.repeat(900), starred: true }, CONTEXT);
    expect([entry.name.length, entry.note.length, entry.starred, entry.origin]).toEqual([60, 500, true, 'imported']);
    expect(entryOf(testBundle(), { origin: 'imported', name: '  ' }, CONTEXT).entry.name).toBe('Default settings · seed 1');
  });

  it('reads back as it was, and says so where another build wrote something else', () => {
    const entry = made(testBundle());
    expect(readEntry(entry.id, structuredClone(entry))).toEqual(entry);
    for (const odd of [undefined, null, 7, {}, { ...entry, name: 3 }, { ...entry, summary: { arms: 'none' } }]) {
      expect(readEntry('an-id', odd)).toMatchObject({ id: 'an-id', trouble: expect.stringContaining('another build') as string });
    }
  });

  it('is there for what cannot be read, with the reason', () => {
    const entry = unreadableEntry({ ...testBundle(), arms: 'none' }, CONTEXT);
    expect(entry.trouble).toMatch(/^arms: /);
    expect(readEntry(entry.id, entry)).toEqual(entry);
    expect(unreadableEntry(undefined, CONTEXT).trouble).toMatch(/^the whole: /);
  });
});

describe('the list', () => {
  const gold = (bundle: RunBundle, value: number): RunBundle => ({
    ...bundle,
    arms: bundle.arms.map((arm) => (arm.id === 'rlaif' ? { ...arm, evaluation: { ...arm.evaluation, goldUtility: { ...arm.evaluation.goldUtility, value } } } : arm)),
  });
  const one = { ...made(gold(testBundle(set({ 'rl.klCoef': '0.2' })), 2)), note: 'For Tuesday', starred: true };
  const two = made(gold(testBundle(set({ 'run.seed': '12' })), 3));
  const ten = { ...made(gold(testBundle(set({ 'run.seed': '2' })), 1.5)), name: 'zebra' };
  const broken = unreadableEntry({}, CONTEXT);
  const all = [one, two, ten, broken];
  const ids = (view: Partial<typeof FIRST_VIEW>): string[] => entriesInView(all, { ...FIRST_VIEW, ...view }).map(({ name: named }) => named);

  it('is searched by every word, in names, notes, settings and methods', () => {
    expect(ids({ query: 'tuesday' })).toEqual([one.name]);
    expect(ids({ query: 'KL  coefficient 0.2' })).toEqual([one.name]);
    expect(ids({ query: 'seed 12' })).toEqual([two.name]);
    expect(ids({ query: 'reinforce zebra' })).toEqual(['zebra']);
    expect(ids({ query: '.*' })).toEqual([]);
  });

  it('is sorted by name and by gold, and those without gold come last', () => {
    expect(ids({})).toEqual(all.map(({ name: named }) => named));
    expect(ids({ sort: 'name' })).toEqual([two.name, one.name, broken.name, 'zebra']);
    expect(ids({ sort: 'gold' })).toEqual([two.name, one.name, 'zebra', broken.name]);
    expect(ids({ starredOnly: true })).toEqual([one.name]);
  });
});
