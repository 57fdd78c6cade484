import { beforeEach, describe, expect, it } from 'vitest';
import type { RunBundle } from '../core/bundle';
import { DEFAULT_CONFIG, parseConfig, type ExperimentConfig } from '../core/config';
import type { RunHandle } from '../worker/client';
import { FIRST_FORM, planSweep, type SweepForm, type SweepPlan } from './sweepPlan';
import { createSweepStore, type SweepSession, type SweepStore } from './sweepStore';
import { NO_TEXTS, testBundle } from './testing/bundle';

type Request = Parameters<SweepSession['start']>[0];

/** A session whose runs are driven by the test. */
class FakeSession implements SweepSession {
  readonly device = { engine: 'cpu', description: 'fake engine', cores: 2, reason: 'test' } as const;
  readonly calls: string[] = [];
  readonly requests: Request[] = [];
  closed = false;
  private settle: { resolve(outcome: Awaited<RunHandle['result']>): void; reject(error: Error): void } | undefined;

  start(request: Request): RunHandle {
    this.requests.push(request);
    return {
      runId: 'run',
      result: new Promise((resolve, reject) => (this.settle = { resolve, reject })),
      pause: () => this.calls.push('pause'),
      resume: () => this.calls.push('resume'),
      step: () => undefined,
        turnFine: async () => false,
      cancel: () => this.close(),
    };
  }
  close(): void {
    this.closed = true;
    this.settle?.reject(new Error('The run was stopped.'));
  }
  get seed(): number | undefined {
    return this.requests.at(-1)?.config.run.seed;
  }
  async finish(change: (bundle: RunBundle) => RunBundle = (bundle) => bundle): Promise<void> {
    const request = this.requests.at(-1);
    if (request) this.settle?.resolve({ bundle: change(testBundle(request.config)), policies: [], texts: NO_TEXTS });
    await settled();
  }
  async fail(message: string): Promise<void> {
    this.settle?.reject(new Error(message));
    await settled();
  }
}

const settled = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

let sessions: FakeSession[];
let openFailure: Error | undefined;
let training: boolean;
let time: number;
let store: SweepStore;

const current = (): FakeSession => {
  const session = sessions.at(-1);
  if (!session) throw new Error('no session');
  return session;
};
const state = (): ReturnType<SweepStore['getState']> => store.getState();
const seeds = (): number[] => state().runs.map(({ config }) => config.run.seed);

function plan(changes: Partial<SweepForm> = {}, edited: ExperimentConfig = DEFAULT_CONFIG): SweepPlan {
  const found = planSweep({ ...FIRST_FORM, ...changes }, edited);
  if ('reason' in found) throw new Error(found.reason);
  return found;
}
async function start(of: SweepPlan = plan()): Promise<void> {
  void state().start(of, undefined);
  await settled();
}
const file = (text: string): { name: string; size: number; text: () => Promise<string> } => ({ name: 'runs.json', size: text.length, text: async () => text });

beforeEach(() => {
  sessions = [];
  openFailure = undefined;
  training = false;
  time = 0;
  store = createSweepStore({
    build: { version: '0', commit: 'test', date: '2026-01-01' },
    backend: 'cpu',
    openSession: async () => {
      if (openFailure) throw openFailure;
      sessions.push(new FakeSession());
      return current();
    },
    isTraining: () => training,
    now: () => time,
  });
});

describe('a sweep', () => {
  it('runs one after another in one session, and closes it at the end', async () => {
    await start();
    expect(state().status).toBe('running');
    expect(state().current?.label).toBe('seed 1');
    expect(state().report?.waiting).toEqual(['seed 2', 'seed 3']);
    for (const seed of [1, 2, 3]) {
      expect(current().seed).toBe(seed);
      time += 4000;
      await current().finish();
    }
    expect(sessions).toHaveLength(1);
    expect(current().closed).toBe(true);
    expect(seeds()).toEqual([1, 2, 3]);
    expect(state()).toMatchObject({ status: 'idle', current: undefined, trouble: undefined, report: { planned: 3, done: 3, failed: [], waiting: [], seconds: [4, 4, 4] } });
    expect(state().lastHere?.config.run.seed).toBe(3);
    expect(state().announcement).toBe('The sweep has ended: 3 runs finished.');
  });

  it('shows the stages of the run under way', async () => {
    await start();
    current().requests[0]?.onEvents([{ type: 'progress', runId: 'run', stage: 'rl', arm: 'rlhf', done: 3, total: 60 }]);
    expect(state().current?.run.stages['rl/rlhf']).toMatchObject({ state: 'active', done: 3 });
  });

  it('names a run that fails, and goes on with the next in a new session', async () => {
    await start();
    await current().fail('The loss is not finite.');
    expect(sessions).toHaveLength(2);
    expect(sessions[0]?.closed).toBe(true);
    await current().finish();
    await current().finish();
    expect(seeds()).toEqual([2, 3]);
    expect(state().report).toMatchObject({ done: 2, failed: [{ label: 'seed 1', message: 'The loss is not finite.' }], waiting: [] });
    expect(state().report?.failed[0]?.advice).toMatch(/learning rate/);
    expect(state().announcement).toMatch(/2 runs finished, 1 failed\.$/);
  });

  it('keeps what is finished when it is stopped, says what did not run, and runs that alone the next time', async () => {
    await start();
    await current().finish();
    const stopped = current();
    state().stop();
    await settled();
    expect(stopped.closed).toBe(true);
    expect(state().status).toBe('idle');
    expect(seeds()).toEqual([1]);
    expect(state().report).toMatchObject({ done: 1, failed: [], waiting: ['seed 2', 'seed 3'] });
    expect(state().announcement).toMatch(/stopped: 1 run finished, 2 not run/);
    await start();
    expect(state().report).toMatchObject({ planned: 3, there: 1, waiting: ['seed 3'] });
    expect(current().seed).toBe(2);
  });

  it('pauses the run under way, or before the next one, and counts no paused time', async () => {
    await start();
    time = 1000;
    state().pause();
    expect(current().calls).toEqual(['pause']);
    time = 9000;
    state().resume();
    expect(current().calls).toEqual(['pause', 'resume']);
    time = 10_000;
    state().pause();
    // It had its last update before the pause reached it.
    await current().finish();
    expect(state().report?.seconds).toEqual([2]);
    expect(state().current?.label).toBe('seed 2');
    expect(current().requests).toHaveLength(1);
    state().resume();
    await settled();
    expect(current().requests).toHaveLength(2);
    state().pause();
    state().stop();
    await settled();
    expect(state()).toMatchObject({ status: 'idle', report: { waiting: ['seed 2', 'seed 3'] } });
  });

  it('stops where it waits between two runs', async () => {
    await start();
    state().pause();
    await current().finish();
    state().stop();
    await settled();
    expect(current().requests).toHaveLength(1);
    expect(current().closed).toBe(true);
    expect(state().report?.waiting).toEqual(['seed 2', 'seed 3']);
  });

  it('ends where no engine can be had, and says so', async () => {
    openFailure = new Error('No WebGPU adapter was found.');
    await start();
    expect(state()).toMatchObject({ status: 'idle', trouble: { message: 'No WebGPU adapter was found.' }, report: { done: 0, waiting: ['seed 1', 'seed 2', 'seed 3'] } });
    openFailure = undefined;
    await start();
    expect(state()).toMatchObject({ status: 'running', trouble: undefined });
  });

  it('opens another session where exact replay varies or a run lost its GPU', async () => {
    await start(plan({ lastSeed: 1, axes: [{ path: 'run.exact', values: 'false, true' }] }));
    await current().finish();
    expect(sessions).toHaveLength(2);
    state().stop();
    await start(plan({ firstSeed: 5, lastSeed: 6 }));
    expect(sessions).toHaveLength(3);
    await current().finish((bundle) => ({ ...bundle, device: { ...bundle.device, description: 'another engine' } }));
    expect(sessions).toHaveLength(4);
  });

  it('does not begin beside a run, without its file, or beyond 400 runs', async () => {
    training = true;
    await start();
    expect(state().trouble?.message).toMatch(/under way/);
    training = false;
    const ofFile = parseConfig({ run: { task: 'file' } });
    await start(plan({}, ofFile));
    expect(state().trouble?.message).toMatch(/there is none/);
    expect(sessions).toEqual([]);
    void state().start(plan({ lastSeed: 1 }, ofFile), { name: 'a.csv', text: 'a' });
    await settled();
    expect(current().requests[0]?.data?.name).toBe('a.csv');
    await current().finish();
    void state().start(plan({}, ofFile), { name: 'b.csv', text: 'b' });
    await settled();
    expect(state().trouble?.message).toMatch(/another file/);
    state().clear();
    const bundle = testBundle();
    const many = Array.from({ length: 399 }, (_, i) => ({ ...bundle, config: { ...bundle.config, run: { ...bundle.config.run, seed: i + 1000 } } }));
    await state().load([file(JSON.stringify(many))]);
    await start();
    expect(state().trouble?.message).toMatch(/399 runs are here and 3 would be added/);
    expect(state().status).toBe('idle');
  });
});

describe('runs from files', () => {
  const text = (...of: number[]): string => JSON.stringify(of.map((seed) => testBundle(parseConfig({ run: { seed } }))));

  it('join those that are here; the same settings count once', async () => {
    await state().load([file(text(1, 2)), file(text(2, 3))]);
    expect(seeds()).toEqual([1, 2, 3]);
    expect(state().loaded).toEqual({ added: 3, duplicates: 1, problems: [] });
    await state().load([file(text(3)), file('nonsense')]);
    expect(state().loaded).toEqual({ added: 0, duplicates: 1, problems: ['runs.json: no JSON.'] });
    await start();
    expect(state().report).toMatchObject({ planned: 3, there: 3, done: 0 });
    expect(sessions).toEqual([]);
  });

  it('change nothing where they are too many', async () => {
    await state().load([file(text(1))]);
    await state().load([file(`[${'0,'.repeat(400)}0]`)]);
    expect(seeds()).toEqual([1]);
    expect(state()).toMatchObject({ loading: false, loaded: undefined, trouble: { message: expect.stringMatching(/More than 400/) as string } });
  });

  it('go with all others when they are cleared, but not under a sweep', async () => {
    await state().load([file(text(7))]);
    await start();
    state().clear();
    expect(seeds()).toEqual([7]);
    state().stop();
    state().clear();
    expect(seeds()).toEqual([]);
  });
});
