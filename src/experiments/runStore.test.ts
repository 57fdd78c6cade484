import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deviceBench, type BenchReport } from '../core/benchReport';
import type { RunBundle } from '../core/bundle';
import { DEFAULT_CONFIG, parseConfig, setField, tunedFor, type ArmConfig, type ExperimentConfig } from '../core/config';
import { FIELD_LIST } from '../core/fields';
import { LABELS_MISSING, type GivenLabels } from '../core/givenLabels';
import { LlmError } from '../labelers/llm/errors';
import type { RunHandle } from '../worker/client';
import type { WorkerEvent } from '../worker/protocol';
import { LESSONS, presetOf } from './lessons';
import type { ScorerReport } from './outsideScorers';
import { labelsAtHand, staleArms, staleFields } from './runForm';
import { createRunStore, type RunEnvironment, type RunSession, type RunStore } from './runStore';
import { runOfBundle, stageKey, turnableArms } from './shownRun';
import { StorageError, type RunStorage } from './storage';
import { testReport } from './testing/bench';
import { NO_TEXTS, testBundle } from './testing/bundle';

type Outcome = Awaited<RunHandle['result']>;

/** A session whose runs are driven by the test. */
class FakeSession implements RunSession {
  readonly device = { engine: 'cpu', description: 'fake engine', cores: 2, reason: 'test' } as const;
  readonly calls: string[] = [];
  request: Parameters<RunSession['start']>[0] | undefined;
  private settle: { resolve(outcome: Outcome): void; reject(error: Error): void } | undefined;
  closed = false;

  start(request: Parameters<RunSession['start']>[0]): RunHandle {
    this.request = request;
    const result = new Promise<Outcome>((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    return {
      runId: 'run',
      result,
      pause: () => this.calls.push('pause'),
      resume: () => this.calls.push('resume'),
      step: () => this.calls.push('step'),
      turnFine: async (armId, weights) => this.calls.push(`turn ${armId} ${Object.values(weights).join(' ')}`) > 0,
      cancel: () => this.close(),
    };
  }
  answer(input: Parameters<RunSession['answer']>[0]): ReturnType<RunSession['answer']> {
    this.calls.push(`answer ${input.text} ${input.policies.length}`);
    return Promise.resolve({ prompt: { id: 'own', topic: '', words: [], facts: [] }, unknown: [], answers: [] });
  }
  async exportWeights({ weights, metadata }: Parameters<RunSession['exportWeights']>[0]): ReturnType<RunSession['exportWeights']> {
    this.calls.push(`export ${weights.values.length} ${JSON.stringify(metadata)}`);
    return { model: new Uint8Array(1), heads: new Uint8Array(2) };
  }
  close(): void {
    this.closed = true;
    this.settle?.reject(new Error('The run was stopped.'));
  }
  send(events: readonly WorkerEvent[]): void {
    this.request!.onEvents(events);
  }
  finish(bundle: RunBundle): void {
    const shape = { vocab: 1, width: 4, layers: 1, heads: 1, positions: 1, valueHeads: 1 };
    const weights = { shape, values: new Float32Array(1) };
    this.settle!.resolve({ bundle, policies: [{ armId: 'sft', weights }], texts: NO_TEXTS });
  }
  fail(error: Error): void {
    this.settle!.reject(error);
  }
}

class MemoryStorage implements RunStorage {
  run: RunBundle | undefined;
  config: ExperimentConfig | undefined;
  failure: StorageError | undefined;
  private async use<T>(work: () => T): Promise<T> {
    if (this.failure) throw this.failure;
    return work();
  }
  loadRun = (): Promise<RunBundle | undefined> => this.use(() => this.run);
  loadConfig = (): Promise<ExperimentConfig | undefined> => this.use(() => this.config);
  dataName: string | undefined;
  saveRun = (bundle: RunBundle, dataName?: string): Promise<void> =>
    this.use(() => {
      this.run = bundle;
      this.dataName = dataName;
    });
  shownId: string | undefined;
  noteShown = (id: string): Promise<void> => this.use(() => void (this.shownId = id));
  saveConfig = (config: ExperimentConfig): Promise<void> => this.use(() => void (this.config = config));
  bench: BenchReport | undefined;
  loadBench = (): Promise<BenchReport | undefined> => this.use(() => this.bench);
  saveBench = (report: BenchReport): Promise<void> => this.use(() => void (this.bench = report));
}

const field = (path: string): (typeof FIELD_LIST)[number] => FIELD_LIST.find((entry) => entry.path === path)!;
const settled = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined);

let sessions: FakeSession[];
let storage: MemoryStorage;
let opened: Parameters<RunEnvironment['openSession']>[];
let openFailure: Error | undefined;

function makeStore(recorded?: RunBundle, more: Pick<RunEnvironment, 'openScorers'> = {}): RunStore {
  return createRunStore({
    ...more,
    build: { version: '0', commit: 'test', date: '2026-01-01' },
    backend: 'cpu',
    openSession: async (...input) => {
      opened.push(input);
      if (openFailure) throw openFailure;
      const session = new FakeSession();
      sessions.push(session);
      return session;
    },
    loadRecorded: async () => recorded,
    storage,
    now: () => Date.now(),
  });
}

async function started(store: RunStore): Promise<FakeSession> {
  void store.getState().run();
  await settled();
  return sessions.at(-1)!;
}

beforeEach(() => {
  vi.useFakeTimers();
  sessions = [];
  opened = [];
  openFailure = undefined;
  storage = new MemoryStorage();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('fine-grained rewards', () => {
  const FINE = parseConfig({
    arms: [
      { id: 'fine', label: 'Fine', feedback: 'people', set: { 'rewardModel.kind': 'fine' } },
      { id: 'loose', label: 'Fine, A-LoL', feedback: 'people', set: { 'rewardModel.kind': 'fine', 'rl.method': 'a-lol' } },
      { id: 'rlhf', label: 'RLHF', feedback: 'people' },
    ],
  });
  const weights = { coverage: 1, invention: 4, stumble: 0 };

  it('are turned while an arm is trained that asks for them as it goes, and not after', async () => {
    const store = makeStore();
    void store.getState().runConfig(FINE);
    await settled();
    const session = sessions.at(-1)!;
    const turnable = (): string[] => turnableArms(store.getState().shown!).map(({ id }) => id);
    expect(turnable()).toEqual([]);
    session.send(['fine', 'loose', 'rlhf'].map((arm) => ({ runId: 'run', type: 'progress', stage: 'rl', arm, done: 1, total: 9 }) as const));
    expect(turnable()).toEqual(['fine']);
    store.getState().turnFine('fine', weights);
    expect(session.calls).toEqual(['turn fine 1 4 0']);
    expect(store.getState().shown!.turned).toEqual({ fine: weights });

    session.finish(testBundle());
    await settled();
    store.getState().turnFine('fine', weights);
    expect(session.calls).toHaveLength(1);
    expect(turnable()).toEqual([]);
    // The next run starts with what is set.
    const next = await started(store);
    expect(store.getState().shown!.turned).toEqual({});
    expect(next.calls).toHaveLength(1);
  });
});

describe('a run of the library', () => {
  const KEPT = testBundle(parseConfig({ run: { seed: 9 }, rl: { klCoef: 0.3 } }));

  it('is shown in place of the one on screen, is the one of the next visit, and leaves the form alone', async () => {
    const store = makeStore(testBundle());
    await store.getState().load();
    const { edited } = store.getState();
    expect(store.getState().show(KEPT, { id: 'run-9', dataName: 'own.csv' })).toBe(true);
    await settled();
    expect(store.getState()).toMatchObject({ status: 'idle', canAnswer: false, shown: { origin: 'kept', dataName: 'own.csv' } });
    expect(store.getState().shown?.config.run.seed).toBe(9);
    expect(store.getState().edited).toBe(edited);
    expect(storage.shownId).toBe('run-9');
  });

  it('does not take the place of a run under way, and is what a run that is stopped leads back to', async () => {
    const store = makeStore();
    store.getState().show(KEPT, { id: 'run-9' });
    await started(store);
    expect(store.getState().show(testBundle(), { id: 'run-1' })).toBe(false);
    expect(store.getState().shown?.bundle).toBeUndefined();
    store.getState().reset();
    expect(store.getState().shown?.config.run.seed).toBe(9);
    expect(storage.shownId).toBe('run-9');
  });

  it('gives its settings to the form on its own; without its file the task is that of the page', () => {
    const store = makeStore();
    store.getState().takeSettings(KEPT.config);
    expect(store.getState().edited).toEqual(KEPT.config);
    expect(store.getState().shown).toBeUndefined();
    store.getState().takeSettings(parseConfig({ run: { task: 'file' } }));
    expect(store.getState().edited.run.task).toBe('tldr');
  });

  it('is kept with the name of its file', async () => {
    const store = makeStore();
    const data = { name: 'own.csv', text: 'x' };
    store.getState().setData(data);
    const session = await started(store);
    session.finish(testBundle());
    await settled();
    expect(storage.run).toBeDefined();
    expect(storage.dataName).toBe('own.csv');
  });
});

describe('a run of a file', () => {
  it('is shown in place of the one on screen and kept nowhere; not where a run is under way', async () => {
    const store = makeStore(testBundle());
    await store.getState().load();
    const other = testBundle(parseConfig({ run: { seed: 7 } }));
    expect(store.getState().openFile(other)).toBe(true);
    expect(store.getState()).toMatchObject({ status: 'idle', canAnswer: false, shown: { origin: 'file', bundle: other }, lastFinished: { origin: 'file' } });
    expect(storage.run).toBeUndefined();
    const session = await started(store);
    expect(store.getState().openFile(testBundle())).toBe(false);
    session.finish(testBundle());
    await settled();
    expect(store.getState().shown!.origin).toBe('here');
  });
});

describe('what a run leaves besides its bundle', () => {
  it('is there from its end until another is shown', async () => {
    const store = makeStore(testBundle());
    await store.getState().load();
    expect(store.getState().made()).toBeUndefined();
    await expect(store.getState().exportWeights('sft', {})).rejects.toThrow('The weights of this policy are not here.');
    const session = await started(store);
    session.finish(testBundle());
    await settled();
    expect(store.getState().made()).toMatchObject({ texts: NO_TEXTS, policies: { sft: { bytes: 4, shape: { width: 4 } } } });
    expect((await store.getState().exportWeights('sft', { policy: 'SFT' })).heads).toHaveLength(2);
    expect(session.calls).toEqual(['export 1 {"policy":"SFT"}']);
    await expect(store.getState().exportWeights('rlhf', {})).rejects.toThrow('not here');
    store.getState().openFile(testBundle());
    expect(store.getState().made()).toBeUndefined();
  });
});

describe('first paint', () => {
  it('shows the recorded run without opening a worker', async () => {
    const store = makeStore(testBundle());
    await store.getState().load();
    const { shown, ready, canAnswer } = store.getState();
    expect(ready).toBe(true);
    expect(shown?.origin).toBe('recorded');
    expect(shown?.curves.rlhf?.['eval/gold']?.value).toEqual([1, 2]);
    expect(canAnswer).toBe(false);
    expect(opened).toEqual([]);
  });

  it('prefers the run and the settings kept from the last visit', async () => {
    storage.run = testBundle();
    storage.config = { ...DEFAULT_CONFIG, run: { ...DEFAULT_CONFIG.run, seed: 42 } };
    const store = makeStore(testBundle());
    await store.getState().load();
    expect(store.getState().shown?.origin).toBe('kept');
    expect(store.getState().edited.run.seed).toBe(42);
  });

  it('starts empty and says why where storage is closed and nothing is recorded', async () => {
    storage.failure = new StorageError('nothing can be kept');
    const store = makeStore();
    await store.getState().load();
    expect(store.getState()).toMatchObject({ ready: true, shown: undefined, storageNote: 'nothing can be kept' });
  });
});

describe('a run', () => {
  it('goes from opening to finished, gathers events, and is kept', async () => {
    const store = makeStore();
    void store.getState().run();
    expect(store.getState().status).toBe('opening');
    await settled();
    const session = sessions[0]!;
    expect(opened).toEqual([[{ backend: 'cpu', exact: false, arms: 2 }]]);
    expect(store.getState()).toMatchObject({ status: 'running', shown: { device: { description: 'fake engine' } } });

    const runId = 'run';
    session.send([
      { runId, type: 'progress', stage: 'labels', arm: 'rlhf', done: 10, total: 20, secondsLeft: 3 },
      {
        runId,
        type: 'points',
        arm: 'rlhf',
        points: [
          { key: 'k', step: 0, value: 1 },
          { key: 'k', step: 1, value: 2 },
        ],
      },
    ]);
    const before = store.getState().shown!.curves.rlhf!.k!;
    session.send([{ runId, type: 'points', arm: 'rlhf', points: [{ key: 'k', step: 2, value: 3 }] }]);
    expect(store.getState().shown!.curves.rlhf!.k).toEqual({ step: [0, 1, 2], value: [1, 2, 3] });
    // What a chart holds must not change under it.
    expect(before).toEqual({ step: [0, 1], value: [1, 2] });
    expect(store.getState().shown!.stages[stageKey('labels', 'rlhf')]).toMatchObject({ state: 'active', done: 10 });

    vi.advanceTimersByTime(4000);
    const bundle = testBundle();
    session.finish(bundle);
    await settled();
    const state = store.getState();
    expect(state).toMatchObject({ status: 'finished', canAnswer: true, seconds: 4 });
    expect(state.shown?.bundle).toBe(bundle);
    expect(state.announcement).toContain('The run has ended after 4 seconds. RLHF: all 60 iterations done.');
    expect(storage.run).toBe(bundle);
  });

  it('marks a stage done by its record, and a late progress report does not reopen it', async () => {
    const store = makeStore();
    const session = await started(store);
    session.send([
      { runId: 'run', type: 'stage', stage: { id: 'pairs', seconds: 2, summary: '2,000 pairs' } },
      { runId: 'run', type: 'progress', stage: 'pairs', done: 1, total: 2 },
    ]);
    expect(store.getState().shown!.stages.pairs).toMatchObject({ state: 'done', summary: '2,000 pairs', seconds: 2 });
  });

  it('shows the latest samples of each arm', async () => {
    const store = makeStore();
    const session = await started(store);
    const prompt = { id: 'p', topic: '', words: ['hello'], facts: [] };
    const check = { covered: [], invented: 0, stumbles: 0, words: 1, marks: [] };
    for (const [step, word] of [[0, 'old'], [5, 'new']] as const) {
      const samples = [{ promptId: 'p', answer: { words: [word], finished: true, check, gold: 0 } }];
      session.send([{ runId: 'run', type: 'samples', arm: 'rlhf', step, prompts: [prompt], samples }]);
    }
    const { shown } = store.getState();
    expect(shown!.prompts).toEqual([prompt]);
    expect(shown!.samples.rlhf![0]!.answer.words).toEqual(['new']);
    expect(shown!.sampleStep).toBe(5);
  });

  it('pauses, steps and resumes', async () => {
    const store = makeStore();
    const session = await started(store);
    session.calls.length = 0;
    store.getState().pause();
    expect(store.getState().status).toBe('paused');
    store.getState().step();
    store.getState().resume();
    expect(store.getState().status).toBe('running');
    store.getState().step();
    expect(session.calls).toEqual(['pause', 'step', 'resume', 'pause']);
  });

  it('uses the session again for the next run, and its policies for a post of the visitor', async () => {
    const store = makeStore();
    const session = await started(store);
    session.finish(testBundle());
    await settled();
    await store.getState().ask('my post', 1);
    expect(session.calls).toContain('answer my post 1');
    await started(store);
    expect(opened).toHaveLength(1);
    expect(store.getState().canAnswer).toBe(false);
    await expect(store.getState().ask('my post', 1)).rejects.toThrow(/Run the experiment first/);
  });

  it('carries what a bench of the same engine said, and nothing of another', async () => {
    storage.bench = testReport();
    const store = makeStore();
    const first = await started(store);
    const bench = deviceBench(testReport(), first.device);
    expect(store.getState().shown?.device).toEqual({ ...first.device, bench });
    first.finish(testBundle());
    await settled();
    expect(storage.run?.device.bench).toEqual(bench);
    storage.bench = testReport('another engine');
    const second = await started(store);
    second.finish(testBundle());
    await settled();
    expect(storage.run?.device).not.toHaveProperty('bench');
  });

  it('opens another session for exact replay', async () => {
    const store = makeStore();
    const first = await started(store);
    first.finish(testBundle());
    await settled();
    store.getState().edit(field('run.exact'), true);
    await started(store);
    expect(opened.map(([options]) => options.exact)).toEqual([false, true]);
    expect(first.closed).toBe(true);
  });

  it('opens a session anew after a run that lost its GPU, and credits the run to what it ended on', async () => {
    const store = makeStore();
    const first = await started(store);
    const bundle = testBundle();
    const device = { ...bundle.device, description: 'another engine' };
    first.finish({ ...bundle, device });
    await settled();
    expect(store.getState().shown?.device).toEqual(device);
    expect(first.closed).toBe(true);
    await started(store);
    expect(opened).toHaveLength(2);
  });

  it('stops on reset and brings the last finished run back', async () => {
    const store = makeStore();
    const bundle = testBundle();
    (await started(store)).finish(bundle);
    await settled();
    const second = await started(store);
    expect(store.getState().shown?.bundle).toBeUndefined();
    store.getState().reset();
    await settled();
    expect(second.closed).toBe(true);
    expect(store.getState()).toMatchObject({ status: 'finished', canAnswer: true, trouble: undefined });
    expect(store.getState().shown?.bundle).toBe(bundle);
    // The stopped session is gone; the policies of the finished run answer from a new one.
    await store.getState().ask('again', 1);
    expect(sessions.at(-1)!.calls).toEqual(['answer again 1']);
  });

  it('opens a session anew where the last opening failed', async () => {
    const store = makeStore();
    (await started(store)).finish(testBundle());
    await settled();
    await started(store);
    store.getState().reset();
    openFailure = new Error('The worker did not start.');
    await expect(store.getState().ask('first', 1)).rejects.toThrow('The worker did not start.');
    openFailure = undefined;
    await store.getState().ask('second', 1);
    expect(opened).toHaveLength(3);
    expect(sessions.at(-1)!.calls).toEqual(['answer second 1']);
  });

  it('takes no notice of a run that was given up for a new one', async () => {
    const store = makeStore();
    const first = await started(store);
    const second = await started(store);
    first.send([{ runId: 'run', type: 'points', arm: 'rlhf', points: [{ key: 'k', step: 0, value: 9 }] }]);
    expect(store.getState().shown!.curves).toEqual({});
    expect(store.getState().status).toBe('running');
    expect(second.closed).toBe(false);
  });

  it('says what happened and what to do when it fails, and keeps the last finished run', async () => {
    const store = makeStore(testBundle());
    await store.getState().load();
    const session = await started(store);
    session.fail(new Error('The loss of RLHF is not finite at iteration 3.'));
    await settled();
    const state = store.getState();
    expect(state.status).toBe('failed');
    expect(state.trouble?.message).toBe('The loss of RLHF is not finite at iteration 3.');
    expect(state.trouble?.advice).toContain('learning rate');
    expect(state.lastFinished?.origin).toBe('recorded');
    expect(session.closed).toBe(true);
    store.getState().reset();
    expect(store.getState()).toMatchObject({ status: 'idle', shown: { origin: 'recorded' }, trouble: undefined });
  });

  it('names the trouble when a finished run cannot be kept', async () => {
    const store = makeStore();
    const session = await started(store);
    storage.failure = new StorageError('storage is full');
    session.finish(testBundle());
    await settled();
    expect(store.getState()).toMatchObject({ status: 'finished', storageNote: 'storage is full' });
  });
});

describe('a run that a language model scores', () => {
  const arm: ArmConfig = { id: 'd-rlaif', label: 'd-RLAIF', feedback: 'scores', set: { 'ai.labeler': 'llm' } };
  const scored = parseConfig({ arms: [arm] });
  const report = (count: number): ScorerReport => ({
    scorer: 'llm', name: 'gpt', scored: count, most: 100, unread: 0, stored: 0, spentUsd: 0, capUsd: undefined, wait: 0,
  });

  /** A store whose scorers log what is done to them; `news` reports of the last ones. */
  function withScorers() {
    const log: string[] = [];
    const state = { count: 0, missing: undefined as string | undefined, news: (): void => undefined };
    const store = makeStore(undefined, {
      openScorers(config, news) {
        if (state.missing !== undefined) throw new Error(state.missing);
        Object.assign(state, { count: 0, news });
        log.push(`open ${config.arms.map(({ id }) => id).join()}`);
        return {
          scorers: { llm: { identity: { id: 'gpt', name: 'gpt', kind: 'llm', origin: '' }, score: () => { throw new Error('not asked in this test'); } } },
          reports: () => [report(state.count)],
          pause: () => log.push('pause'), resume: () => log.push('resume'), end: () => log.push('end'),
        };
      },
    });
    const start = async (config = scored): Promise<FakeSession> => {
      void store.getState().runConfig(config);
      await settled();
      return sessions.at(-1)!;
    };
    return { log, state, store, start };
  }

  it('gets its scorers, shows what they did, and ends them', async () => {
    const { log, state, store, start } = withScorers();
    const session = await start();
    expect(session.request!.scorers?.llm?.identity.id).toBe('gpt');
    expect(store.getState().scoring).toEqual([report(0)]);
    state.count = 7;
    state.news();
    expect(store.getState().scoring).toEqual([report(7)]);
    store.getState().pause();
    store.getState().step();
    store.getState().resume();
    state.count = 9;
    session.finish(testBundle());
    await settled();
    expect(log).toEqual(['open d-rlaif', 'pause', 'resume', 'resume', 'end']);
    expect(store.getState()).toMatchObject({ status: 'finished', scoring: [report(9)] });
    // What is still on its way then changes nothing.
    state.count = 11;
    state.news();
    expect(store.getState().scoring).toEqual([report(9)]);
    await start(DEFAULT_CONFIG);
    expect(store.getState().scoring).toEqual([]);
    expect(log).toHaveLength(5);
  });

  it('does not begin where something is missing, and leaves the run under way alone', async () => {
    const { state, store, start } = withScorers();
    const first = await start(DEFAULT_CONFIG);
    state.missing = 'Choose a model first.';
    await start();
    expect(store.getState()).toMatchObject({
      status: 'running', trouble: { message: expect.stringContaining('d-RLAIF') as string, advice: expect.stringMatching(/^Choose a model first\..*Labelers/) as string, view: 'lab' },
    });
    expect([first.closed, sessions.length]).toEqual([false, 1]);
    const none = makeStore();
    await none.getState().runConfig(scored);
    expect(none.getState()).toMatchObject({ status: 'idle', trouble: { advice: expect.stringContaining('No language model') as string } });
  });

  it('says what the provider said where it fails, and keeps the count; a reset forgets it', async () => {
    const { log, store, start } = withScorers();
    const session = await start();
    session.fail(new LlmError('quota', 'The credit of this key is spent.'));
    await settled();
    expect(store.getState()).toMatchObject({
      status: 'failed', scoring: [report(0)], trouble: { message: 'The credit of this key is spent.', advice: expect.stringContaining('stored') as string },
    });
    store.getState().reset();
    expect(store.getState().scoring).toEqual([]);
    await start();
    store.getState().reset();
    expect(log).toEqual(['open d-rlaif', 'end', 'open d-rlaif', 'end']);
  });
});

describe('settings', () => {
  it('a change makes the shown run stale, without touching its curves; undoing it does not leave a trace', async () => {
    const store = makeStore(testBundle());
    await store.getState().load();
    const { shown } = store.getState();
    store.getState().edit(field('rl.klCoef'), 0.2);
    expect(staleFields(store.getState()).map((entry) => entry.path)).toEqual(['rl.klCoef']);
    expect(store.getState().shown).toBe(shown);
    store.getState().revert();
    expect(staleFields(store.getState())).toEqual([]);
  });

  it('a run under way keeps the settings it was started with', async () => {
    const store = makeStore();
    const session = await started(store);
    store.getState().edit(field('people.noise'), 0.5);
    expect(session.request!.config.people.noise).toBe(0);
    expect(store.getState().shown!.config.people.noise).toBe(0);
    expect(staleFields(store.getState())).toHaveLength(1);
  });

  it('are kept for the next visit once they rest', async () => {
    const store = makeStore();
    store.getState().edit(field('run.seed'), 7);
    expect(storage.config).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1000);
    expect(storage.config?.run.seed).toBe(7);
  });

  it('a lesson and a preset keep the seed', () => {
    const store = makeStore();
    store.getState().edit(field('run.seed'), 7);
    store.getState().chooseLesson(LESSONS[1]!);
    expect(store.getState().edited).toMatchObject({
      run: { seed: 7 },
      rl: { klCoef: 0, iterations: 120 },
      pairs: { count: 500 },
    });
    store.getState().choosePreset('quick');
    expect(store.getState().edited).toMatchObject({ run: { seed: 7 }, rl: { klCoef: 0.05, iterations: 30 } });
  });
});

describe('the arms', () => {
  const ids = (store: RunStore): string[] => store.getState().edited.arms.map(({ id }) => id);

  it('are added, changed, copied and taken away, and each change makes the shown run stale', async () => {
    const store = makeStore(testBundle());
    await store.getState().load();
    store.getState().addArm('scores');
    store.getState().duplicateArm('rlaif');
    expect(ids(store)).toEqual(['rlhf', 'rlaif', 'rlaif-1', 'd-rlaif']);
    expect(staleArms(store.getState())).toBe(true);
    store.getState().setArmMethod('rlaif-1', 'dpo');
    store.getState().setArmField('rlaif-1', 'direct.beta', 0.5);
    store.getState().setArmFeedback('d-rlaif', 'mixed');
    store.getState().renameArm('rlhf', 'People');
    expect(store.getState().edited.arms).toMatchObject([
      { label: 'People' }, { label: 'RLAIF' },
      { label: 'RLAIF, DPO', set: { 'rl.method': 'dpo', 'direct.beta': 0.5 } },
      { id: 'd-rlaif', label: 'People and AI', feedback: 'mixed' },
    ]);
    store.getState().removeArm('d-rlaif');
    store.getState().removeArm('rlaif-1');
    store.getState().renameArm('rlhf', 'RLHF');
    expect(staleArms(store.getState())).toBe(false);
  });

  it('run where they are switched on; the others are kept, and make nothing stale', async () => {
    const store = makeStore();
    store.getState().addArm('scores');
    store.getState().switchArm('rlhf', false);
    const session = await started(store);
    expect(session.request!.config.arms.map(({ id }) => id)).toEqual(['rlaif', 'd-rlaif']);
    expect(opened.at(-1)![0].arms).toBe(2);
    expect(ids(store)).toEqual(['rlhf', 'rlaif', 'd-rlaif']);
    expect(staleArms(store.getState())).toBe(false);
    store.getState().edit(field('rl.klCoef'), 0.3);
    store.getState().revert();
    expect(store.getState().edited.arms).toContainEqual({ id: 'rlhf', label: 'RLHF', feedback: 'people', off: true });
    store.getState().switchArm('rlhf', true);
    expect(staleArms(store.getState())).toBe(true);
  });

  it('hold a run back where one of them cannot run, and say why', async () => {
    const store = makeStore();
    store.getState().setArmField('rlaif', 'rewardModel.kind', 'fine');
    await store.getState().run();
    expect(store.getState()).toMatchObject({ status: 'idle', trouble: { message: 'RLAIF cannot run as it is set.' } });
    expect(store.getState().trouble?.advice).toContain('marks that people set');
    expect(opened).toEqual([]);
    store.getState().switchArm('rlaif', false);
    await started(store);
    expect(store.getState().status).toBe('running');
  });

  it('of the labeler lab stay as they are', () => {
    const store = makeStore();
    void store.getState().runConfig({ ...DEFAULT_CONFIG, arms: [{ id: 'rlhf', label: 'RLHF, you', feedback: 'given' }] });
    const { arms } = store.getState().edited;
    store.getState().addArm('ai');
    store.getState().setArmMethod('rlhf', 'dpo');
    expect(store.getState().edited.arms).toBe(arms);
    expect(store.getState().trouble).toEqual(LABELS_MISSING);
  });

  it('lose d-RLAIF where a file is the task: nothing that ships scores its texts', () => {
    const store = makeStore();
    store.getState().addArm('scores');
    store.getState().removeArm('rlhf');
    store.getState().setData({ name: 'a.csv', text: '' });
    expect(ids(store)).toEqual(['rlaif']);
    store.getState().clearData();
    store.getState().addArm('scores');
    store.getState().switchArm('rlaif', false);
    store.getState().setData({ name: 'a.csv', text: '' });
    expect(store.getState().edited.arms).toEqual([{ id: 'rlaif', label: 'RLAIF', feedback: 'ai' }]);
    store.getState().clearData();
    store.getState().addArm('scores');
    store.getState().removeArm('rlaif');
    store.getState().setData({ name: 'a.csv', text: '' });
    expect(ids(store)).toEqual(['rlhf', 'rlaif']);
  });

  it('take a method of all arms with its tuned settings', () => {
    const store = makeStore();
    store.getState().edit(field('rl.klCoef'), 0.2);
    store.getState().edit(field('rl.method'), 'ppo');
    expect(store.getState().edited.rl).toMatchObject({ method: 'ppo', klCoef: tunedFor('ppo')['rl.klCoef'] });
  });
});

describe('a file of the visitor', () => {
  it('becomes the task, with SFT trained here and no small judge, and goes to the worker', async () => {
    const store = makeStore();
    store.getState().setData({ name: 'mine.csv', text: 'mr,ref' });
    expect(store.getState().edited).toMatchObject({
      run: { task: 'file' },
      sft: { source: 'live' },
      ai: { labeler: 'noisy' },
    });
    const session = await started(store);
    expect(session.request!.data).toEqual({ name: 'mine.csv', text: 'mr,ref' });
    store.getState().clearData();
    expect(store.getState().edited).toEqual(DEFAULT_CONFIG);
  });

  it('is asked for before a run that needs one', async () => {
    const store = makeStore();
    store.getState().edit(field('run.task'), 'file');
    await store.getState().run();
    expect(store.getState().status).toBe('idle');
    expect(store.getState().trouble?.advice).toContain('Drop a CSV file');
    expect(opened).toEqual([]);
  });

  it('is not expected back after a reload', async () => {
    storage.config = { ...DEFAULT_CONFIG, run: { task: 'file', seed: 3, exact: false } };
    const store = makeStore();
    await store.getState().load();
    expect(store.getState().edited.run.task).toBe('tldr');
  });
});

describe('another built-in task', () => {
  it('is chosen in the form, goes to the worker and brings its own names of facts', async () => {
    const store = makeStore();
    store.setState({ shown: runOfBundle({ ...testBundle(), slots: { who: 'who it is about' } }, 'here') });
    store.getState().edit(field('run.task'), 'helpful');
    expect(store.getState().edited).toEqual(setField(DEFAULT_CONFIG, field('run.task'), 'helpful'));
    const session = await started(store);
    expect(session.request!.config.run.task).toBe('helpful');
    expect(store.getState().shown?.slots).toEqual({});
  });

  it('takes the place of a file, which stays at hand', () => {
    const store = makeStore();
    const data = { name: 'mine.csv', text: 'mr,ref' };
    store.getState().setData(data);
    store.getState().edit(field('run.task'), 'harmless');
    expect(store.getState()).toMatchObject({ data, edited: { run: { task: 'harmless' }, sft: { source: 'shipped' }, ai: { labeler: 'judge' } } });
    store.getState().clearData();
    expect(store.getState()).toMatchObject({ data: undefined, edited: { run: { task: 'harmless' } } });
    store.getState().setData(data);
    store.getState().edit(field('run.task'), 'helpful');
    store.getState().edit(field('run.task'), 'file');
    expect(store.getState().edited).toMatchObject({ run: { task: 'file' }, sft: { source: 'live' }, ai: { labeler: 'noisy' } });
  });

  it('has a preset, in which it stays with presets of sizes', () => {
    const store = makeStore();
    store.getState().choosePreset('helpful');
    expect(store.getState().edited).toMatchObject({ run: { task: 'helpful' }, rl: { iterations: 30 }, arms: DEFAULT_CONFIG.arms });
    expect(presetOf(store.getState().edited)).toBe('helpful');
    store.getState().choosePreset('thorough');
    expect(store.getState().edited).toMatchObject({ run: { task: 'helpful' }, rl: { iterations: 120 } });
    expect(presetOf(store.getState().edited)).toBe('thorough');
    store.getState().choosePreset('quick');
    store.getState().edit(field('run.task'), 'tldr');
    expect(presetOf(store.getState().edited)).toBe('quick');
  });

  it('lets labels go that are of the pairs of the task before', () => {
    const config: ExperimentConfig = { ...DEFAULT_CONFIG, arms: [{ id: 'rlhf', label: 'RLHF, you', feedback: 'given' }] };
    const labels = { arms: config.arms, labels: { rlhf: { labeler: { id: 'you', name: 'you', kind: 'you', origin: '' }, labels: [] } } } as const;
    for (const change of [
      (store: RunStore) => store.getState().edit(field('run.task'), 'helpful'),
      (store: RunStore) => store.getState().choosePreset('harmless'),
    ]) {
      const store = makeStore();
      store.setState({ edited: config, labels });
      change(store);
      expect(store.getState()).toMatchObject({ labels: undefined, edited: { arms: DEFAULT_CONFIG.arms } });
    }
    const store = makeStore();
    store.setState({ edited: config, labels });
    store.getState().choosePreset('quick');
    expect(store.getState().labels).toBe(labels);
  });

  it('does not run with a judge of the verdict that it has not', async () => {
    const store = makeStore();
    store.getState().takeSettings(parseConfig({ run: { task: 'helpful' }, evaluation: { judge: 'l' } }));
    await store.getState().run();
    expect(store.getState()).toMatchObject({ status: 'idle', trouble: { advice: expect.stringMatching(/helpful dialogues/) as string } });
  });
});

describe('labels of the lab', () => {
  const config: ExperimentConfig = {
    ...DEFAULT_CONFIG,
    pairs: { ...DEFAULT_CONFIG.pairs, count: 40 },
    arms: [{ id: 'rlhf', label: 'RLHF, you', feedback: 'given' }],
  };
  const labels: GivenLabels = { rlhf: { labeler: { id: 'you', name: 'you', kind: 'you', origin: '' }, labels: [] } };

  it('go to the session with the run, and with the next one', async () => {
    const store = makeStore();
    void store.getState().trainOn(config, labels);
    await settled();
    expect(sessions[0]!.request).toMatchObject({ config, labels });
    expect(opened.at(-1)![0].arms).toBe(1);
    sessions[0]!.finish(testBundle(config));
    await settled();
    store.getState().choosePreset('quick');
    const session = await started(store);
    expect(session.request!.labels).toBe(labels);
    expect(session.request!.config).toMatchObject({ pairs: { count: 40 }, rl: { iterations: 30 } });
  });

  it('are no part of a run whose arms ask for their own', async () => {
    const store = makeStore();
    void store.getState().trainOn(config, labels);
    await settled();
    expect(staleArms(store.getState())).toBe(false);
    store.getState().clearLabels();
    expect(staleArms(store.getState())).toBe(true);
    expect(store.getState()).toMatchObject({ labels: undefined, edited: { arms: DEFAULT_CONFIG.arms } });
    expect((await started(store)).request!.labels).toBeUndefined();
  });

  it('are asked for where the settings of a kept run need them, and nothing is started', async () => {
    storage.run = testBundle(config);
    storage.config = config;
    const store = makeStore();
    await store.getState().load();
    await store.getState().run();
    expect(store.getState().status).toBe('idle');
    expect(store.getState().shown?.origin).toBe('kept');
    expect(store.getState().trouble?.message).toContain('came from the labeler lab');
    expect(store.getState().trouble?.advice).toContain('Train on these labels');
    expect(opened).toEqual([]);
  });

  it('train no arms but those they were given for, whose ids the arms of an earlier run may have', async () => {
    const other: ExperimentConfig = { ...config, arms: [{ id: 'rlhf', label: 'RLHF, one annotator', feedback: 'given' }] };
    const store = makeStore();
    void store.getState().trainOn(config, labels);
    await settled();
    sessions[0]!.finish(testBundle(config));
    await settled();
    const otherLabels: GivenLabels = { rlhf: { ...labels.rlhf!, labeler: { ...labels.rlhf!.labeler, id: 'annotator' } } };
    void store.getState().trainOn(other, otherLabels);
    await settled();
    expect(sessions[0]!.request!.labels).toBe(otherLabels);
    store.getState().reset();
    store.getState().revert();
    expect(store.getState().edited.arms).toEqual(config.arms);
    expect(labelsAtHand(store.getState())).toBeUndefined();
    await store.getState().run();
    expect(store.getState()).toMatchObject({ status: 'finished', trouble: LABELS_MISSING });
    expect([sessions.length, sessions[0]!.request!.labels]).toEqual([1, otherLabels]);
  });

  it('give way to a file and to a reset', async () => {
    for (const leave of [
      (store: RunStore) => store.getState().setData({ name: 'mine.csv', text: '' }),
      (store: RunStore) => {
        store.getState().reset();
        store.getState().reset();
      },
    ]) {
      const store = makeStore(testBundle());
      await store.getState().load();
      void store.getState().trainOn(config, labels);
      await settled();
      leave(store);
      expect(store.getState().labels).toBeUndefined();
      expect(store.getState().edited.arms).toEqual(DEFAULT_CONFIG.arms);
    }
  });
});
