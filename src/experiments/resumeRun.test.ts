// The store of runs with a keeper: what stays of a run that ends in one way or another, and how one goes on.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseConfig, type ExperimentConfig } from '../core/config';
import type { RunHandle } from '../worker/client';
import { createRunKeeper, type RunKeeper } from './resumeKeeper';
import type { RunLocks } from './resumeLocks';
import { staleFields } from './runForm';
import { createRunStore, type RunSession, type RunStore } from './runStore';
import { newRun, stageKey } from './shownRun';
import { StorageError, type RunStorage } from './storage';
import { testBundle } from './testing/bundle';
import { createJournalMemory, type JournalMemory } from './testing/journal';

type Request = Parameters<RunSession['start']>[0];
type Outcome = Awaited<RunHandle['result']>;

const build = { version: '0', commit: '0123abc', date: '2026-01-01' };
const free: RunLocks = { take: () => Promise.resolve(() => undefined), free: () => Promise.resolve() };
const device = { engine: 'cpu', description: 'fake engine', cores: 2, reason: 'test' } as const;

interface Tab {
  readonly store: RunStore;
  readonly keeper: RunKeeper;
  /** Of the last run. */
  request(): Request;
  finish(): void;
  fail(error: Error): void;
}

let database: JournalMemory;
let saved: string[];
let configFailure: Error | undefined;

function tab(): Tab {
  let request: Request | undefined;
  let settle: { resolve(outcome: Outcome): void; reject(error: Error): void } | undefined;
  const nothing = (): Promise<undefined> => Promise.resolve(undefined);
  const storage: RunStorage = {
    loadRun: nothing, loadConfig: nothing, loadBench: nothing, noteShown: nothing, saveBench: nothing,
    saveConfig: () => (configFailure ? Promise.reject(configFailure) : Promise.resolve()),
    saveRun: () => {
      saved.push(`bundle, with ${database.runs().length} journals`);
      return Promise.resolve();
    },
  };
  const keeper = createRunKeeper({ build, database, locks: free, now: () => Date.now(), newId: () => 'kept', every: 1000 });
  const session = {
    device,
    start(asked: Request): RunHandle {
      request = asked;
      const result = new Promise<Outcome>((resolve, reject) => (settle = { resolve, reject }));
      result.catch(() => undefined);
      const none = (): void => undefined;
      return { runId: asked.runId ?? '', result, pause: none, resume: none, step: none, turnFine: () => Promise.resolve(true), cancel: none };
    },
    close: () => undefined,
  } as unknown as RunSession;
  const store = createRunStore({
    build, backend: 'cpu', storage, keeper, openSession: () => Promise.resolve(session), loadRecorded: nothing, now: () => Date.now(),
  });
  return {
    store, keeper,
    request: () => request!,
    finish: () => settle!.resolve({ bundle: testBundle(), policies: [], texts: { vocabulary: [], pairs: [], labels: {} } }),
    fail: (error) => settle!.reject(error),
  };
}

const settled = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined);
const config: ExperimentConfig = parseConfig({ run: { seed: 7 }, rl: { iterations: 9 } });

/** A run that has come to something worth keeping. */
async function under(own: Tab): Promise<void> {
  void own.store.getState().runConfig(config);
  await settled();
  own.request().journal!.save('result prepare', { step: 'prepare', result: {} });
  await vi.advanceTimersByTimeAsync(2000);
  own.request().onEvents([
    { type: 'stage', runId: 'kept', stage: { id: 'pairs', seconds: 1, summary: '96 pairs' } },
    { type: 'progress', runId: 'kept', stage: 'rl', arm: 'rlhf', done: 3, total: 9 },
    { type: 'points', runId: 'kept', arm: 'rlhf', points: [{ key: 'eval/gold', step: 2, value: 0.25 }] },
  ]);
  await settled();
}

beforeEach(() => {
  vi.useFakeTimers();
  database = createJournalMemory();
  saved = [];
  configFailure = undefined;
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a run that is kept', () => {
  it('goes under its own id, and leaves room for its bundle when it finishes', async () => {
    const own = tab();
    await under(own);
    expect(own.request().runId).toBe('kept');
    expect(database.runs()).toEqual(['kept']);
    own.finish();
    await settled();
    expect(own.store.getState().status).toBe('finished');
    expect(saved).toEqual(['bundle, with 0 journals']);
  });

  it('leaves nothing when the visitor stops it, and what it had when it fails', async () => {
    const own = tab();
    await under(own);
    own.store.getState().reset();
    await settled();
    expect(database.runs()).toEqual([]);
    await under(own);
    own.fail(new Error('A worker stopped: out of memory'));
    await settled();
    expect(own.store.getState().status).toBe('failed');
    expect(database.runs()).toEqual(['kept']);
    expect((await own.keeper.unfinished()).map(({ state }) => state)).toEqual(['ready']);
    // Reset dismisses the error, not what was kept.
    own.store.getState().reset();
    await settled();
    expect(database.runs()).toEqual(['kept']);
  });

  it('goes on in another tab with its settings, curves and time', async () => {
    await under(tab());
    const next = tab();
    const taken = (await next.keeper.take('kept', vi.fn()))!;
    void next.store.getState().goOn(taken);
    await settled();
    const { status, shown, edited } = next.store.getState();
    expect(status).toBe('running');
    expect(edited).toEqual(config);
    expect(staleFields({ edited, shown })).toEqual([]);
    expect(shown!.curves['rlhf']!['eval/gold']).toEqual({ step: [2], value: [0.25] });
    expect(shown!.stages[stageKey('pairs')]!.state).toBe('done');
    expect(shown!.stages[stageKey('rl', 'rlhf')]).toBeUndefined();
    const { journal, runId } = next.request();
    expect(runId).toBe('kept');
    expect((await journal!.load()).has('result prepare')).toBe(true);
    await vi.advanceTimersByTimeAsync(5000);
    next.finish();
    await settled();
    expect(next.store.getState().seconds).toBe(7);
    expect(database.runs()).toEqual([]);
  });

  it('goes on with its own file and labels', async () => {
    const data = { name: 'own.csv', text: 'mr,ref' };
    const labels = { you: { labeler: { id: 'you', name: 'you', kind: 'you', origin: 'test' }, labels: [] } } as const;
    const given = parseConfig({
      run: { task: 'file' }, sft: { source: 'live' }, ai: { labeler: 'noisy' }, arms: [{ id: 'you', label: 'You', feedback: 'given' }],
    });
    const first = tab();
    const kept = await first.keeper.begin({ config: given, data, labels }, newRun(given, data.name, {}), vi.fn());
    kept.journal.save('result prepare', {});
    await settled();
    await kept.leave();
    const next = tab();
    void next.store.getState().goOn((await next.keeper.take('kept', vi.fn()))!);
    await settled();
    expect([next.request().data, next.request().labels]).toEqual([data, labels]);
    expect(next.store.getState().data).toEqual(data);
  });

  it('says in one sentence that nothing more can be kept, also when settings are stored again', async () => {
    const own = tab();
    await under(own);
    database.failure = new StorageError('The storage is full.');
    own.request().journal!.save('piece a', {});
    await settled();
    expect(own.store.getState().storageNote).toBe('The storage is full.');
    own.store.getState().choosePreset('quick');
    await vi.advanceTimersByTimeAsync(1000);
    expect(own.store.getState().storageNote).toBe('The storage is full.');
    expect(own.store.getState().status).toBe('running');
    database.failure = undefined;
    own.finish();
    await settled();
    expect(own.store.getState().storageNote).toBeUndefined();
    expect(saved).toHaveLength(1);
  });
});
