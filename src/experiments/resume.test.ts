import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_CONFIG } from '../core/config';
import { createJournalMemory } from './testing/journal';
import { createRunKeeper, sameBuild, type RunKeeper, type TakenRun } from './resumeKeeper';
import { createChannelLocks, createWebLocks, type RunLocks, type TabChannel } from './resumeLocks';
import { createResumeStore } from './resumeStore';
import { newRun, stageKey, type ShownRun } from './shownRun';
import { StorageError } from './storage';

const build = { version: '1', commit: '0123abc', date: '2026-01-01' };
const input = { config: DEFAULT_CONFIG, data: undefined, labels: undefined };
const shown: ShownRun = {
  ...newRun(DEFAULT_CONFIG, undefined, {}),
  curves: { rlhf: { 'eval/gold': { step: [0], value: [0.5] } } },
  stages: {
    [stageKey('sft')]: { state: 'done', done: 1, total: 1, seconds: 1, summary: 'shipped' },
    [stageKey('rl', 'rlhf')]: { state: 'active', done: 30, total: 60 },
  },
};

/** Locks of one browser, as the Web Locks API has them: given in the order in which they are asked for. */
function browserLocks(): Pick<LockManager, 'request'> {
  const queues = new Map<string, Promise<unknown>[]>();
  return {
    async request(name: string, ...rest: unknown[]) {
      const work = rest.at(-1) as (lock: unknown) => unknown;
      const { ifAvailable, signal } = (rest.length > 1 ? rest[0] : {}) as LockOptions;
      const queue = queues.get(name) ?? [];
      queues.set(name, queue);
      if (ifAvailable && queue.length > 0) return work(null);
      const before = [...queue];
      let done = (): void => undefined;
      const own = new Promise<void>((resolve) => (done = resolve));
      queue.push(own);
      try {
        await Promise.race([Promise.all(before), new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))))]);
        return await work({ name });
      } finally {
        done();
        void queue.splice(queue.indexOf(own), 1);
      }
    },
  } as Pick<LockManager, 'request'>;
}

/** A channel between tabs that have the same listeners. */
function tabs(): () => TabChannel {
  const all: { own: TabChannel; listeners: Set<(event: { readonly data: unknown }) => void> }[] = [];
  return () => {
    const listeners = new Set<(event: { readonly data: unknown }) => void>();
    const own: TabChannel = {
      postMessage: (data) => {
        for (const tab of all) if (tab.own !== own) setTimeout(() => tab.listeners.forEach((listener) => listener({ data })), 1);
      },
      addEventListener: (_, listener) => void listeners.add(listener),
      removeEventListener: (_, listener) => void listeners.delete(listener),
    };
    all.push({ own, listeners });
    return own;
  };
}

let clock: number;
let ids: number;

/** A tab: a keeper of its own over storage and locks that are shared. */
function tab(database: ReturnType<typeof createJournalMemory>, locks: RunLocks, own = build): RunKeeper {
  return createRunKeeper({ build: own, database, locks, now: () => clock, newId: () => `run ${++ids}`, every: 1000 });
}

const settled = (): Promise<void> => vi.advanceTimersByTimeAsync(3000).then(() => undefined);

beforeEach(() => {
  vi.useFakeTimers();
  clock = Date.parse('2026-01-02T10:00:00Z');
  ids = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

describe.each([
  ['locks of the browser', (): (() => RunLocks) => {
    const locks = browserLocks();
    return () => createWebLocks(locks);
  }],
  ['messages between tabs', (): (() => RunLocks) => {
    const channel = tabs();
    return () => createChannelLocks(channel());
  }],
])('two tabs, by %s', (_, browser) => {
  it('do not take the same run, and hear when it is free', async () => {
    const open = browser();
    const [one, other] = [open(), open()];
    const taking = one.take('a');
    await settled();
    const release = await taking;
    const [again, elsewhere, another] = [one.take('a'), other.take('a'), other.take('b')];
    await settled();
    expect(await again).toBeUndefined();
    expect(await elsewhere).toBeUndefined();
    expect(await another).toBeDefined();
    const heard = vi.fn();
    void other.free('a', new AbortController().signal).then(heard);
    await settled();
    expect(heard).not.toHaveBeenCalled();
    release!();
    await settled();
    expect(heard).toHaveBeenCalledOnce();
    const taken = other.take('a');
    await settled();
    expect(await taken).toBeDefined();
  });

  it('may give up waiting', async () => {
    const open = browser();
    const [one, other] = [open(), open()];
    void one.take('a');
    await settled();
    const stop = new AbortController();
    const waited = other.free('a', stop.signal);
    const ended = expect(waited).rejects.toThrow();
    stop.abort();
    await settled();
    await ended;
  });
});

describe('an unfinished run', () => {
  const open = (): { database: ReturnType<typeof createJournalMemory>; locks: RunLocks } => ({
    database: createJournalMemory(), locks: createWebLocks(browserLocks()),
  });

  it('is found by another tab once its own is gone, with all that was kept of it', async () => {
    const { database } = open();
    const data = { name: 'own.csv', text: 'mr,ref' };
    const labels = { you: { labeler: { id: 'you', name: 'you', kind: 'you', origin: 'test' }, labels: [] } } as const;
    const first = await tab(database, createWebLocks(browserLocks())).begin({ ...input, data, labels }, shown, vi.fn());
    first.journal.save('result prepare', { step: 'prepare', result: new Float32Array([1, 2]) });
    clock += 60_000;
    first.look(shown, 60);
    await settled();
    // The locks of a closed tab are gone with it.
    const next = tab(database, createWebLocks(browserLocks()));
    const [found] = await next.unfinished();
    expect(found).toEqual({
      state: 'ready',
      header: {
        runId: 'run 1', build, config: DEFAULT_CONFIG, dataName: 'own.csv', begun: '2026-01-02T10:00:00.000Z', kept: '2026-01-02T10:01:00.000Z',
        progress: true, active: [{ stage: 'rl', arm: 'rlhf', share: 0.5 }],
      },
    });
    const taken = (await next.take('run 1', vi.fn()))!;
    expect([taken.data, taken.labels, taken.seconds]).toEqual([data, labels, 60]);
    // What was under way begins again from its checkpoint; what was drawn stays.
    expect(Object.keys(taken.shown.stages)).toEqual(['sft']);
    expect(taken.shown.curves).toEqual(shown.curves);
    expect((await taken.kept.journal.load()).get('result prepare')).toEqual({ step: 'prepare', result: new Float32Array([1, 2]) });
    // It is this tab's now.
    expect(await next.unfinished()).toEqual([]);
  });

  it('is not gone on with, and not discarded, while another tab runs it', async () => {
    const { database, locks } = open();
    const run = await tab(database, locks).begin(input, shown, vi.fn());
    run.journal.save('result prepare', {});
    await settled();
    const other = tab(database, locks);
    expect((await other.unfinished()).map(({ state }) => state)).toEqual(['elsewhere']);
    expect(await other.take('run 1', vi.fn())).toBeUndefined();
    await other.discard('run 1');
    expect(database.runs()).toEqual(['run 1']);
    await run.leave();
    expect((await other.unfinished()).map(({ state }) => state)).toEqual(['ready']);
    await other.discard('run 1');
    expect(database.runs()).toEqual([]);
  });

  it('leaves nothing where it finished, was stopped, or had come to nothing yet', async () => {
    const { database, locks } = open();
    const own = tab(database, locks);
    const finished = await own.begin(input, shown, vi.fn());
    finished.journal.save('result prepare', {});
    await settled();
    await finished.forget();
    // What is said afterwards is not kept either.
    finished.journal.save('result late', {});
    await settled();
    expect(database.runs()).toEqual([]);
    const failed = await own.begin(input, shown, vi.fn());
    await settled();
    await failed.leave();
    expect(database.runs()).toEqual([]);
    // Closed in its first seconds.
    await tab(database, createWebLocks(browserLocks())).begin(input, shown, vi.fn());
    await settled();
    expect(database.runs()).toEqual(['run 3']);
    expect(await own.unfinished()).toEqual([]);
    expect(database.runs()).toEqual([]);
  });

  it('of another build is not gone on with: its numbers would be of two', async () => {
    const { database, locks } = open();
    const run = await tab(database, locks).begin(input, shown, vi.fn());
    run.journal.save('piece prepare sft', {});
    await run.leave();
    const later = tab(database, locks, { ...build, commit: '89abcde' });
    expect((await later.unfinished()).map(({ state }) => state)).toEqual(['other build']);
    expect(await later.take('run 1', vi.fn())).toBeUndefined();
    // A build of the same commit on another day is the same; one with changes of its own is not.
    const nextDay = { ...build, date: '2026-01-02' };
    expect(sameBuild(build, nextDay)).toBe(true);
    expect(sameBuild({ ...build, commit: '0123abc-dirty' }, { ...nextDay, commit: '0123abc-dirty' })).toBe(false);
  });

  it('keeps its last state where storage is full, says so once, and goes on', async () => {
    const { database, locks } = open();
    const trouble = vi.fn();
    const own = tab(database, locks);
    const run = await own.begin(input, shown, trouble);
    run.journal.save('result prepare', { first: true });
    await settled();
    database.failure = new StorageError('full');
    run.journal.save('piece a', {});
    await settled();
    database.failure = undefined;
    run.journal.save('piece b', {});
    await settled();
    expect(trouble.mock.calls).toEqual([['full']]);
    await run.leave();
    const taken = await own.take('run 1', vi.fn());
    expect([...(await taken!.kept.journal.load()).keys()]).toEqual(['input', 'look', 'result prepare']);
  });

  it('is written together with what it replaces, and looked at now and then only', async () => {
    const { database, locks } = open();
    const put = vi.spyOn(database, 'put');
    const run = await tab(database, locks).begin(input, shown, vi.fn());
    await settled();
    put.mockClear();
    run.journal.save('piece a', {});
    run.journal.save('result a', {});
    run.journal.save('piece a', undefined);
    await settled();
    expect(put.mock.calls.map(([, entries]) => [...entries])).toEqual([[['result a', {}], ['piece a', undefined]]]);
    for (let i = 0; i < 10; i++) {
      run.look(shown, i);
      clock += 250;
      await settled();
    }
    expect(put).toHaveBeenCalledTimes(1 + 3);
  });

  it('is one of five at most; the oldest go', async () => {
    const { database, locks } = open();
    const own = tab(database, locks);
    for (let i = 0; i < 7; i++) {
      const run = await own.begin(input, shown, vi.fn());
      run.journal.save('result prepare', {});
      clock += 1000;
      await run.leave();
    }
    expect((await own.unfinished()).map(({ header: { runId } }) => runId)).toEqual(['run 7', 'run 6', 'run 5', 'run 4', 'run 3']);
    expect(database.runs()).toHaveLength(5);
  });
});

describe('the offer to go on', () => {
  it('takes a run up, or says that it is gone, and looks again when another tab lets go', async () => {
    const database = createJournalMemory();
    const locks = createWebLocks(browserLocks());
    const other = tab(database, locks);
    const run = await other.begin(input, shown, vi.fn());
    run.journal.save('result prepare', {});
    await settled();
    const taken: TakenRun[] = [];
    const store = createResumeStore({ keeper: tab(database, locks), goOn: (one) => void taken.push(one), onTrouble: vi.fn() });
    await store.getState().look();
    expect(store.getState().runs.map(({ state }) => state)).toEqual(['elsewhere']);
    await store.getState().goOn('run 1');
    expect(store.getState().trouble).toMatch(/another tab has it/);
    await run.leave();
    await settled();
    expect(store.getState().runs.map(({ state }) => state)).toEqual(['ready']);
    await store.getState().goOn('run 1');
    expect(taken.map(({ kept }) => kept.runId)).toEqual(['run 1']);
    expect(store.getState()).toMatchObject({ runs: [], trouble: undefined, busy: false });
  });

  it('is not made where nothing can be stored', async () => {
    const database = createJournalMemory();
    database.failure = new StorageError('private');
    const store = createResumeStore({ keeper: tab(database, createWebLocks(browserLocks())), goOn: vi.fn(), onTrouble: vi.fn() });
    await store.getState().look();
    expect(store.getState().runs).toEqual([]);
    await store.getState().discard('run 1');
    expect(store.getState().trouble).toBe('private');
  });
});
