import { beforeEach, describe, expect, it } from 'vitest';
import type { EngineBench } from '../core/benchReport';
import { createBenchStore, type BenchSession, type BenchStore } from './benchStore';
import type { SessionOptions } from './runStore';
import { StorageError, type RunStorage } from './storage';
import { testReport } from './testing/bench';

const build = { version: '0', commit: 'test', date: '2026-01-01' };
const unused = (): never => {
  throw new Error('not expected here');
};

class FakeSession implements BenchSession {
  closed = false;
  asked: { size: string; quick: boolean } | undefined;
  report: (share: number) => void = unused;
  finish: (bench: EngineBench) => void = unused;
  private fail: (error: Error) => void = unused;
  constructor(readonly options: SessionOptions, private readonly engine: 'cpu' | 'gpu') {}

  get device(): BenchSession['device'] {
    return { engine: this.engine, description: `fake ${this.engine}`, cores: 4, reason: '' };
  }
  bench(input: Parameters<BenchSession['bench']>[0], onProgress: Parameters<BenchSession['bench']>[1]): Promise<EngineBench> {
    this.asked = input;
    this.report = (share) => onProgress({ type: 'bench', runId: 'bench', part: 'sft', share });
    return new Promise((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
  }
  end(): void {
    this.finish({ ...testReport().engines[0]!, engine: this.engine, description: `fake ${this.engine}` });
  }
  close(): void {
    this.closed = true;
    this.fail(new Error('The run was stopped.'));
  }
}

let sessions: FakeSession[];
let kept: Partial<RunStorage>;
let engine: 'cpu' | 'gpu';
let store: BenchStore;
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

beforeEach(() => {
  sessions = [];
  engine = 'cpu';
  kept = { loadBench: async () => undefined, saveBench: async () => undefined };
  store = createBenchStore({
    build,
    backend: 'auto',
    quick: true,
    openSession: async (options) => {
      const session = new FakeSession(options, options.backend === 'cpu' ? 'cpu' : engine);
      sessions.push(session);
      return session;
    },
    storage: {
      loadRun: unused, saveRun: unused, noteShown: unused, loadConfig: unused, saveConfig: unused,
      loadBench: () => kept.loadBench!(),
      saveBench: (report) => kept.saveBench!(report),
    },
  });
});

describe('a bench', () => {
  it('measures one worker, reports progress, keeps its report and closes the session', async () => {
    let saved: unknown;
    kept.saveBench = async (report) => void (saved = report);
    const done = store.getState().run('default');
    await settled();
    const [session] = sessions;
    expect(session!.options).toEqual({ backend: 'auto', exact: false, arms: 0 });
    expect(session!.asked).toEqual({ size: 'default', quick: true });
    session!.report(0.5);
    expect(store.getState().progress).toEqual({ engine: 'fake cpu', part: 'sft', share: 0.5 });
    session!.end();
    await done;
    expect(session!.closed).toBe(true);
    expect(store.getState()).toMatchObject({ progress: undefined, report: { size: 'default', quick: true, cores: 4, build } });
    expect(saved).toEqual(store.getState().report);
  });

  it('measures the CPU engine beside a GPU', async () => {
    engine = 'gpu';
    const done = store.getState().run('small');
    await settled();
    sessions[0]!.report(1);
    expect(store.getState().progress?.share).toBe(0.5);
    sessions[0]!.end();
    await settled();
    expect(sessions[1]!.options.backend).toBe('cpu');
    sessions[1]!.report(0.5);
    expect(store.getState().progress?.share).toBe(0.75);
    sessions[1]!.end();
    await done;
    expect(store.getState().report?.engines.map((one) => one.engine)).toEqual(['gpu', 'cpu']);
  });

  it('is stopped for good, and the report before it stays', async () => {
    kept.loadBench = async () => testReport();
    await store.getState().load();
    const done = store.getState().run('default');
    await settled();
    store.getState().stop();
    await done;
    expect(sessions[0]!.closed).toBe(true);
    expect(store.getState()).toMatchObject({ progress: undefined, trouble: undefined, report: testReport() });
  });

  it('is stopped while its session opens', async () => {
    const done = store.getState().run('default');
    store.getState().stop();
    await done;
    expect(sessions.map(({ closed, asked }) => [closed, asked])).toEqual([[true, undefined]]);
    expect(store.getState().progress).toBeUndefined();
  });

  it('says what went wrong, and where nothing can be kept', async () => {
    kept.saveBench = async () => Promise.reject(new StorageError('full'));
    const done = store.getState().run('default');
    await settled();
    sessions[0]!.end();
    await done;
    expect(store.getState().storageNote).toBe('full');
    const failing = store.getState().run('default');
    await settled();
    sessions[1]!.finish = unused;
    sessions[1]!.close();
    await failing;
    expect(store.getState().trouble?.message).toBe('The run was stopped.');
    expect(store.getState().report).toBeDefined();
  });
});
