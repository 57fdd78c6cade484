import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ExperimentConfig } from '../core/config';
import { DEFAULT_CONFIG, parseConfig } from '../core/config';
import { FIELD_LIST } from '../core/fields';
import { fragmentOf, parseFragment } from '../core/link';
import { MOST_LINK, packResult } from '../core/linkResult';
import type { OpenedLesson } from './lessonLinkOpening';
import { createLinkAddress, FOLLOW_DELAY_MS, type LinkAddress } from './linkAddress';
import { createRunStore, type RunStore } from './runStore';
import { runOfBundle } from './shownRun';
import type { RunStorage } from './storage';
import { testBundle } from './testing/bundle';

const KL = FIELD_LIST.find(({ path }) => path === 'rl.klCoef')!;
const sent = parseConfig({ run: { seed: 3 } });
const { blob, bundle: packed } = packResult(testBundle(sent), 3, MOST_LINK)!;
const kept = parseConfig({ run: { seed: 8 } });

/** The address and its history, as the browser has them. */
class Bar {
  entry = { fragment: '', own: false };
  writes = 0;
  lessons: (string | undefined)[] = [];
  readonly fragment = (): string => (this.entry.fragment === '' ? '' : `#${this.entry.fragment}`);
  readonly write = (fragment: string): void => {
    this.writes++;
    this.entry = { fragment, own: true };
  };
  readonly isOwn = (): boolean => this.entry.own;
}

let bar: Bar;
let store: RunStore;
let savedConfigs: ExperimentConfig[];
let address: LinkAddress;

function open(fragment: string, own = false, stored = kept): void {
  bar = new Bar();
  bar.entry = { fragment, own };
  savedConfigs = [];
  const storage: Partial<RunStorage> = {
    loadRun: async () => undefined,
    loadConfig: async () => stored,
    saveConfig: async (config) => void savedConfigs.push(config),
  };
  store = createRunStore({
    build: { version: '0', commit: 'test', date: '' },
    backend: 'cpu',
    openSession: () => new Promise(() => undefined),
    loadRecorded: async () => testBundle(),
    storage: storage as RunStorage,
    now: () => 0,
  });
  const openLesson = (lesson: string | undefined): OpenedLesson => {
    bar.lessons.push(lesson);
    return lesson === 'bad' ? { notes: ['The lesson cannot be used.'], carried: 'bad' } : { notes: [], ...(lesson === undefined ? {} : { carried: lesson }) };
  };
  address = createLinkAddress({ store, bar, openLesson });
  address.open();
}
const load = (): Promise<void> => store.getState().load();
const wait = (): unknown => vi.advanceTimersByTime(FOLLOW_DELAY_MS);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a page that is loaded again', () => {
  const arms = [...DEFAULT_CONFIG.arms, { id: 'x', label: 'Off', feedback: 'ai', off: true } as const];
  const fuller = parseConfig({ run: { seed: 8 }, arms });

  it('takes from the browser what its own address does not carry', async () => {
    open('v=1&seed=8', true, fuller);
    await load();
    expect(store.getState().edited).toEqual(fuller);
  });

  it('takes the address where that says something else, or somebody else wrote it', async () => {
    open('v=1&seed=9', true, fuller);
    await load();
    expect(store.getState().edited).toEqual(parseConfig({ run: { seed: 9 } }));
    open('v=1&seed=8', false, fuller);
    await load();
    expect(store.getState().edited).toEqual(kept);
  });
});

describe('a page without a link', () => {
  it('opens as ever, and its address follows once a setting is changed', async () => {
    open('');
    await load();
    wait();
    expect(store.getState()).toMatchObject({ edited: kept, link: undefined, shown: { origin: 'recorded' } });
    expect(bar.writes).toBe(0);
    for (const value of [0.1, 0.2, 0.3]) store.getState().edit(KL, value);
    vi.advanceTimersByTime(FOLLOW_DELAY_MS - 1);
    expect(bar.writes).toBe(0);
    wait();
    expect([bar.writes, bar.fragment()]).toEqual([1, '#v=1&seed=8&kl=0.3']);
  });
});

describe('a link of settings', () => {
  it('goes before what was kept, is not kept itself, and stays in the address as it came', async () => {
    open('seed=3&v=1&speed=9');
    await load();
    vi.advanceTimersByTime(10_000);
    expect(store.getState()).toMatchObject({ edited: sent, shown: { origin: 'recorded' } });
    expect(store.getState().link!.notes.join()).toContain('speed=9 was ignored');
    expect(bar.fragment()).toBe('#seed=3&v=1&speed=9');
    expect(savedConfigs).toEqual([]);
    store.getState().edit(KL, 0.2);
    wait();
    expect(bar.fragment()).toBe('#v=1&seed=3&kl=0.2');
    store.getState().dismissLink();
    expect(store.getState().link).toBeUndefined();
  });

  it('of the defaults goes before what was kept, too', async () => {
    open('v=1');
    await load();
    expect(store.getState()).toMatchObject({ edited: DEFAULT_CONFIG, link: undefined });
  });
});

describe('a link with a result', () => {
  const fragment = fragmentOf({ config: sent, result: blob });

  it('shows it in place of the recorded run, and survives a reload and a change of the form', async () => {
    open(fragment);
    await load();
    expect(store.getState()).toMatchObject({ edited: sent, link: undefined, canAnswer: false, status: 'idle', shown: { origin: 'link', bundle: packed } });
    expect(store.getState().recorded).toBeDefined();
    store.getState().edit(KL, 0.2);
    wait();
    expect(parseFragment(bar.fragment())).toMatchObject({ result: blob, config: { rl: { klCoef: 0.2 } } });
    open(bar.entry.fragment);
    expect(store.getState()).toMatchObject({ shown: { origin: 'link' }, edited: { rl: { klCoef: 0.2 } } });
  });

  it('leaves the address once another run is shown, and is in it again when it comes back', async () => {
    open(fragment);
    await load();
    void store.getState().run();
    wait();
    expect(bar.fragment()).toBe('#v=1&seed=3');
    store.getState().reset();
    expect(store.getState().shown!.origin).toBe('link');
    wait();
    expect(bar.fragment()).toBe(`#${fragment}`);
  });

  it('that is broken says so, gives its settings, and leaves the page as it is', async () => {
    open(`${fragment.slice(0, -30)}`);
    await load();
    expect(store.getState()).toMatchObject({ edited: sent, shown: { origin: 'recorded' } });
    expect(store.getState().link!.problem).toEqual({
      title: 'The result in this link cannot be opened.', advice: expect.stringMatching(/^It is damaged.*settings beside it were taken\.$/) as string,
    });
  });

  it('does not take the screen from a run under way', async () => {
    open('');
    await load();
    void store.getState().run();
    bar.entry = { fragment, own: false };
    address.changed();
    expect(store.getState()).toMatchObject({ edited: sent, status: 'opening', shown: { origin: 'here' } });
    expect(store.getState().link!.problem!.title).toMatch(/under way/);
  });
});

describe('an address that changes', () => {
  it('is opened where the visitor changed it', async () => {
    open('v=1&seed=3');
    await load();
    bar.entry = { fragment: 'v=1&seed=4', own: false };
    address.changed();
    expect(store.getState().edited.run.seed).toBe(4);
    wait();
    expect(bar.fragment()).toBe('#v=1&seed=4');
  });

  it('is brought up to date where the visitor came back to it, or went to an anchor', async () => {
    open('v=1&seed=3');
    await load();
    store.getState().edit(KL, 0.2);
    wait();
    for (const entry of [{ fragment: 'v=1&seed=9', own: true }, { fragment: 'main', own: false }]) {
      bar.entry = entry;
      address.changed();
      expect(store.getState().edited).toMatchObject({ run: { seed: 3 }, rl: { klCoef: 0.2 } });
      wait();
      expect(bar.fragment()).toBe('#v=1&seed=3&kl=0.2');
    }
  });

  it('stays alone where an anchor is all there ever was', async () => {
    open('');
    await load();
    bar.entry = { fragment: 'main', own: false };
    address.changed();
    wait();
    expect(bar.writes).toBe(0);
  });
});

describe('a lesson', () => {
  it('is handed on, stays in the address while it is in force, and may say something', async () => {
    open('v=1&l=bad');
    await load();
    expect(bar.lessons).toEqual(['bad']);
    expect(store.getState().link!.notes).toEqual(['The lesson cannot be used.']);
    store.getState().edit(KL, 0.2);
    wait();
    expect(bar.fragment()).toBe('#v=1&kl=0.2&l=bad');
    address.dropLesson();
    wait();
    expect(bar.fragment()).toBe('#v=1&kl=0.2');
  });
});

describe('a run that is repeated', () => {
  it('keeps its record beside it, until another takes its place', async () => {
    open(fragmentOf({ config: sent, result: blob }));
    await load();
    void store.getState().runAgain();
    expect(store.getState()).toMatchObject({ replayed: packed, status: 'opening', shown: { origin: 'here', config: sent } });
    store.setState({ shown: runOfBundle(testBundle(sent), 'here'), status: 'finished' });
    expect(store.getState().replayed).toEqual(packed);
    void store.getState().run();
    expect(store.getState().replayed).toBeUndefined();
  });

  it('is no repetition when it could not begin', async () => {
    open('');
    await load();
    store.setState({ shown: runOfBundle(testBundle(parseConfig({ run: { task: 'file' } })), 'link') });
    await store.getState().runAgain();
    expect(store.getState().trouble!.message).toMatch(/there is none/);
    store.getState().edit(FIELD_LIST.find(({ path }) => path === 'run.task')!, 'tldr');
    void store.getState().run();
    expect(store.getState()).toMatchObject({ status: 'opening', replayed: undefined });
  });
});
