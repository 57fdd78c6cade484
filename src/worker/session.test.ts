// A whole experiment through the protocol, on the CPU engine: same config, same bits; also when paused and resumed.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseCommand } from '../../scripts/experimentCommand';
import { bundleSchema, comparable, type RunBundle } from '../core/bundle';
import { parseConfig, type ExperimentConfig } from '../core/config';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import { createParallelEngine } from '../nn/cpu/parallel';
import { SHARDS } from '../nn/cpu/parallelParts';
import { openPool, runExperiment, WORKERS_PER_ARM, type Pool } from './coordinator';
import { CancelledError, connect, type Endpoint } from './endpoint';
import { serve } from './executor';
import type { WorkerEvent } from './protocol';

const build = { version: 'test', commit: 'test', date: '2026-01-01' };

/** A worker in this process, on a machine of so many cores. Messages are cloned, as between threads. */
function inProcess(cores: number, opened?: (wire: { fail(error: Error): void }) => void): Endpoint {
  let deliver: (message: unknown) => void = () => undefined;
  const answer = serve({
    openEngine: async () => ({ engine: createParallelEngine(await loadCpuEngine()), reason: 'test' }),
    readAsset: (file) => readFile(path.resolve('public', file)),
    cores: () => cores,
    post: (message) => {
      const copy = structuredClone(message);
      queueMicrotask(() => deliver(copy));
    },
  });
  return connect({
    post: (message, ports) => answer(structuredClone(message, { transfer: [...ports] }) as Parameters<typeof answer>[0]),
    onMessage: (listener) => {
      deliver = listener;
    },
    onFailure: (fail) => opened?.({ fail }),
    close: () => undefined,
  });
}

function open(cores: number): Promise<Pool> {
  return openPool(() => inProcess(cores), { backend: 'cpu', exact: true, assets: 'file:///unused/' }, 2);
}

/** Everything at its smallest; the SFT policy is trained here, so that the test covers that too. */
function tiny(changes: Record<string, unknown> = {}): ExperimentConfig {
  return parseConfig({
    sft: { source: 'live', steps: 3, batch: 4 },
    model: { width: '16', layers: 1 },
    pairs: { count: 24 },
    ai: { labeler: 'noisy' },
    rewardModel: { batch: 8, epochs: 1 },
    rl: { iterations: 3, batch: 4 },
    evaluation: { every: 2, validationPosts: 8, testPosts: 16 },
    ...changes,
  });
}

async function run(
  config: ExperimentConfig,
  { cores = 1, onEvents }: { cores?: number; onEvents?: (events: readonly WorkerEvent[], pool: Pool) => void } = {},
): Promise<RunBundle> {
  const pool = await open(cores);
  const { bundle } = await runExperiment(pool, {
    runId: 'run', config, build, onEvents: (events) => onEvents?.(events, pool),
  });
  return bundle;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('an experiment', () => {
  it('gives a bundle that the schema accepts, and the same bits again with any number of workers', async () => {
    // Batches large enough to be cut.
    const config = tiny({ sft: { source: 'live', steps: 3, batch: 12 } });
    const first = await run(config);
    expect(() => bundleSchema.parse(JSON.parse(JSON.stringify(first)))).not.toThrow();
    const other = await run({ ...config, run: { ...config.run, seed: 2 } });
    expect(JSON.stringify(comparable(other))).not.toBe(JSON.stringify(comparable(first)));
    const messages = vi.spyOn(MessagePort.prototype, 'postMessage');
    for (const cores of [2, 5]) {
      const again = await run(config, { cores });
      expect(JSON.stringify(comparable(again)), `${cores} cores`).toBe(JSON.stringify(comparable(first)));
      // Training and sampling were shared out, not only arms.
      const asked = new Set(messages.mock.calls.map(([message]) => (message as { name?: string }).name));
      expect([...asked]).toEqual(expect.arrayContaining(['values', 'forward', 'backward', 'generate', 'freeSet']));
      messages.mockClear();
    }
  });

  it('gives the same bits on real threads, through the command line', async () => {
    const settings = {
      'sft.source': 'live', 'sft.steps': 2, 'sft.batch': 12, 'model.width': 16, 'model.layers': 1, 'pairs.count': 24,
      'ai.labeler': 'noisy', 'rewardModel.batch': 8, 'rewardModel.epochs': 1, 'rl.iterations': 2, 'rl.batch': 8,
      'evaluation.every': 2, 'evaluation.validationPosts': 8, 'evaluation.testPosts': 16, 'run.exact': true,
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const folder = await mkdtemp(path.join(tmpdir(), 'session-'));
    try {
      const out = path.join(folder, 'bundle.json');
      // Threads cannot load TypeScript as tests do; scripts/run.mjs bundles it for them.
      await promisify(execFile)(process.execPath, ['scripts/run.mjs', 'scripts/experiment.ts', ...args, '--out', out]);
      const onThreads = bundleSchema.parse(JSON.parse(await readFile(out, 'utf8')));
      const here = bundleSchema.parse(JSON.parse(JSON.stringify(await run(parseCommand(args).config))));
      expect(comparable(onThreads)).toEqual(comparable(here));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('opens as many workers as pay', async () => {
    const sizes: number[][] = [];
    for (const cores of [1, 2, 6, 32]) {
      const { endpoints, runners } = await open(cores);
      sizes.push([endpoints.length, runners]);
    }
    expect(sizes).toEqual([[1, 1], [2, 2], [6, 2], [8, 2]]);
    expect(WORKERS_PER_ARM).toBe(SHARDS);
  });

  it('fails when a worker dies, also one that only helps', async () => {
    const wires: { fail(error: Error): void }[] = [];
    const pool = await openPool(
      () => inProcess(3, (wire) => wires.push(wire)), { backend: 'cpu', exact: true, assets: 'file:///unused/' }, 2,
    );
    const result = runExperiment(pool, {
      runId: 'run', config: tiny(), build,
      onEvents: () => wires[2]!.fail(new Error('A worker stopped: out of memory')),
    });
    await expect(result).rejects.toThrow('A worker stopped: out of memory');
    for (const endpoint of pool.endpoints) endpoint.close();
  });

  it('gives the same bits when paused, stepped and resumed', async () => {
    const plain = await run(tiny());
    let paused = 0;
    const bundle = await run(tiny(), {
      onEvents: (events, pool) => {
        if (paused > 0 || !events.some((event) => event.type === 'progress' && event.stage === 'rl')) return;
        paused++;
        const control = (action: 'pause' | 'step' | 'resume'): void => {
          for (const endpoint of pool.endpoints) void endpoint.call('control', { action });
        };
        control('pause');
        setTimeout(() => control('step'), 20);
        setTimeout(() => control('resume'), 60);
      },
    });
    expect(paused).toBe(1);
    expect(JSON.stringify(comparable(bundle))).toBe(JSON.stringify(comparable(plain)));
  });

  it('reports every curve point of the bundle as an event, once and in order', async () => {
    const seen: Record<string, { step: number[]; value: number[] }> = {};
    const bundle = await run(tiny(), {
      onEvents: (events) => {
        for (const event of events) {
          if (event.type !== 'points') continue;
          for (const { key, step, value } of event.points) {
            const curve = (seen[`${event.arm} ${key}`] ??= { step: [], value: [] });
            curve.step.push(step);
            curve.value.push(value);
          }
        }
      },
    });
    const recorded = Object.fromEntries(
      bundle.arms.flatMap((arm) => Object.entries(arm.curves).map(([key, curve]) => [`${arm.id} ${key}`, curve])),
    );
    expect(seen).toEqual(recorded);
    expect(Object.keys(seen)).toContain('rlaif objective/kl');
  });

  it('ends with CancelledError when stopped', async () => {
    const stopped = run(tiny(), {
      onEvents: (events, pool) => {
        if (events.some((event) => event.type === 'progress' && event.stage === 'rl')) {
          for (const endpoint of pool.endpoints) void endpoint.call('control', { action: 'cancel' });
        }
      },
    });
    await expect(stopped).rejects.toThrow(CancelledError);
  });

  it('answers a visitor\'s own post with every policy and names unknown words', async () => {
    const pool = await open(1);
    const config = tiny();
    const { policies } = await runExperiment(pool, { runId: 'run', config, build });
    const live = await pool.endpoints[0]!.call('answer', {
      runId: 'answer', config, policies, draw: 0, text: 'My roommate has not paid the rent for two months. Quetzalcoatl!',
    });
    expect(live.unknown).toContain('quetzalcoatl');
    expect(live.answers.map((answer) => answer.armId)).toEqual(['sft', 'rlhf', 'rlaif']);
    expect(live.answers.every(({ answer }) => answer.words.length > 0)).toBe(true);
  });

  it('labels pairs of the world for the labeler lab as a run does', async () => {
    const pool = await open(1);
    const config = tiny();
    const endpoint = pool.endpoints[0]!;
    const { bundle } = await runExperiment(pool, { runId: 'run', config, build });
    const world = await endpoint.call('lab', { runId: 'lab', config, labelers: ['people', 'noisy'] });
    expect(world.pairs).toHaveLength(24);
    for (const { people, responses } of world.pairs) {
      // Five annotators, ties half a vote.
      expect(Number.isInteger(people * 10)).toBe(true);
      expect(responses.join(' ')).not.toContain('<eos>');
    }
    expect(world.labelers.map(({ identity }) => identity.kind)).toEqual(['people', 'noisy']);
    const [people, noisy] = bundle.labelers;
    expect(world.labelers.map(({ labels }) => labels.map(({ pA }) => pA))).toEqual([people!.labels, noisy!.labels]);
  });
});
