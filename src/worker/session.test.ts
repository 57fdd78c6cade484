// A whole experiment through the protocol, on the CPU engine: same config, same bits; also when paused and resumed.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundleSchema, comparable, type RunBundle } from '../core/bundle';
import { parseConfig, type ExperimentConfig } from '../core/config';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import { openPool, runExperiment, type Pool } from './coordinator';
import { CancelledError, connect, type Endpoint } from './endpoint';
import { serve } from './executor';
import type { WorkerEvent } from './protocol';

const build = { version: 'test', commit: 'test', date: '2026-01-01' };

/** A worker in this process. Messages are cloned, as between threads. */
function inProcess(): Endpoint {
  let deliver: (message: unknown) => void = () => undefined;
  const answer = serve({
    openEngine: async () => ({ engine: await loadCpuEngine(), reason: 'test' }),
    readAsset: (file) => readFile(path.resolve('public', file)),
    cores: () => 2,
    post: (message) => {
      const copy = structuredClone(message);
      queueMicrotask(() => deliver(copy));
    },
  });
  return connect({
    post: (message) => answer(structuredClone(message) as Parameters<typeof answer>[0]),
    onMessage: (listener) => {
      deliver = listener;
    },
    onFailure: () => undefined,
    close: () => undefined,
  });
}

function open(workers: number): Promise<Pool> {
  return openPool(inProcess, { backend: 'cpu', assets: 'file:///unused/' }, workers);
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
  { workers = 1, onEvents }: { workers?: number; onEvents?: (events: readonly WorkerEvent[], pool: Pool) => void } = {},
): Promise<RunBundle> {
  const pool = await open(workers);
  const { bundle } = await runExperiment(pool, {
    runId: 'run', config, build, onEvents: (events) => onEvents?.(events, pool),
  });
  return bundle;
}

describe('an experiment', () => {
  it('gives a bundle that the schema accepts, and the same bits again, on one worker or two', async () => {
    const first = await run(tiny());
    expect(() => bundleSchema.parse(JSON.parse(JSON.stringify(first)))).not.toThrow();
    const second = await run(tiny(), { workers: 2 });
    expect(JSON.stringify(comparable(second))).toBe(JSON.stringify(comparable(first)));
    const other = await run(tiny({ run: { seed: 2 } }));
    expect(JSON.stringify(comparable(other))).not.toBe(JSON.stringify(comparable(first)));
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
});
