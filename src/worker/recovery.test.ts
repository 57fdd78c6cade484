// A GPU that is lost in the middle of a run: the run goes on from its checkpoints and ends with the same numbers.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { comparable, type RunBundle } from '../core/bundle';
import { parseConfig } from '../core/config';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import type { Engine } from '../nn/types';
import { openPool, runExperiment } from './coordinator';
import { CancelledError, connect, type Endpoint } from './endpoint';
import { serve } from './executor';
import type { OpenInput, WorkerEvent } from './protocol';

const build = { version: 'test', commit: 'test', date: '2026-01-01' };
const config = parseConfig({
  sft: { source: 'live', steps: 5, batch: 4 },
  model: { width: '16', layers: 1 },
  pairs: { count: 24 },
  ai: { labeler: 'noisy' },
  rewardModel: { batch: 8, epochs: 2 },
  rl: { iterations: 4, batch: 4 },
  evaluation: { every: 2, validationPosts: 8, testPosts: 16, diversityPosts: 2, diversitySamples: 2 },
});

/**
 * An engine whose GPU is lost at its n-th optimizer step, so that every later call fails. It computes on the CPU: the
 * numbers after a recovery can then be held to those of an undisturbed run, bit for bit.
 */
async function losingEngine(lostAt: number): Promise<Engine> {
  const engine = await loadCpuEngine();
  let steps = 0;
  const guard = (): void => {
    if (steps < lostAt) return;
    throw Object.assign(new Error('The GPU was lost (test).'), { name: 'GpuFailure' });
  };
  return {
    kind: engine.kind,
    backendName: engine.backendName,
    description: 'an engine that gets lost',
    readEvery: 3,
    assertAlive: guard,
    createParameters: (...args) => engine.createParameters(...args),
    copyParameters: (...args) => engine.copyParameters(...args),
    readParameters: async (...args) => (guard(), engine.readParameters(...args)),
    writeParameters: (...args) => engine.writeParameters(...args),
    readGradients: async (...args) => (guard(), engine.readGradients(...args)),
    forward: async (...args) => (guard(), engine.forward(...args)),
    backward: async (...args) => (guard(), engine.backward(...args)),
    createOptimizer: (...args) => engine.createOptimizer(...args),
    readOptimizer: async (...args) => (guard(), engine.readOptimizer(...args)),
    step: async (...args) => {
      steps++;
      guard();
      return engine.step(...args);
    },
    generate: async (...args) => (guard(), engine.generate(...args)),
    dispose: () => engine.dispose(),
  };
}

interface Result {
  readonly bundle: RunBundle;
  readonly events: readonly WorkerEvent[];
  readonly opened: readonly OpenInput['backend'][];
}

/**
 * @param lostAt optimizer step at which each engine in turn is lost; the ones after it never are.
 * @param stopAt presses Stop at the first event that fits.
 */
async function run(
  lostAt: readonly number[], checkpointInterval: number, stopAt?: (event: WorkerEvent) => boolean,
): Promise<Result> {
  const opened: OpenInput['backend'][] = [];
  const open = (): Endpoint => {
    let deliver: (message: unknown) => void = () => undefined;
    const answer = serve({
      openEngine: async ({ backend }) => {
        opened.push(backend);
        return { engine: await losingEngine(lostAt[opened.length - 1] ?? Infinity), reason: 'As asked for.' };
      },
      readAsset: (file) => readFile(path.resolve('public', file)),
      cores: () => 1,
      checkpointInterval,
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
  };
  const pool = await openPool(open, { backend: 'webgpu', exact: false, assets: 'file:///unused/' }, 1);
  const events: WorkerEvent[] = [];
  const { bundle } = await runExperiment(pool, { runId: 'run', config, build,
    onEvents: (some) => {
      events.push(...some);
      if (stopAt && some.some(stopAt)) void pool.endpoints[0]!.call('control', { action: 'cancel' });
    },
  });
  return { bundle, events, opened };
}

/** The numbers of a bundle, without the notes on how it came about. */
function numbers(bundle: RunBundle): string {
  return JSON.stringify(comparable({ ...bundle, notes: [] }));
}

const undisturbed = run([], 0);

describe('a lost GPU', () => {
  // SFT takes 5 steps, each reward model 4, each policy 4.
  it.each([
    ['in SFT', 3], ['in the first reward model', 7], ['in the first policy', 12], ['in the last policy', 20],
  ])('%s: the run goes on from its last checkpoint and ends with the same bits', async (_, step) => {
    const { bundle: expected } = await undisturbed;
    const { bundle, events, opened } = await run([step], 0);
    expect(numbers(bundle)).toBe(numbers(expected));
    expect(opened).toEqual(['webgpu', 'webgpu']);
    const notice = 'The GPU was lost (test). The run went on from its last checkpoint on an engine that gets lost.';
    expect(events.filter((event) => event.type === 'notice').map((event) => event.text)).toEqual([notice]);
    expect(bundle.notes).toContain(notice);
    expect(bundle.device.description).toBe('an engine that gets lost');
    expect(expected.notes).not.toContain(notice);
  });

  it('starts the stage over where there is no checkpoint yet', async () => {
    const { bundle } = await run([12], 1e9);
    expect(numbers(bundle)).toBe(numbers((await undisturbed).bundle));
  });

  it('goes on on the CPU when it is lost again', async () => {
    const { bundle, opened } = await run([12, 2], 0);
    expect(opened).toEqual(['webgpu', 'webgpu', 'cpu']);
    expect(numbers(bundle)).toBe(numbers((await undisturbed).bundle));
    expect(bundle.notes.filter((note) => note.includes('lost'))).toHaveLength(2);
  });

  it('is stopped by Stop, lost or not', async () => {
    await expect(run([7], 0, (event) => event.type === 'notice')).rejects.toThrow(CancelledError);
  });

  it('leaves the live curves as the bundle has them', async () => {
    const { bundle, events } = await run([7, 13], 0);
    const live: Record<string, Record<string, { step: number[]; value: number[] }>> = {};
    for (const event of events) {
      if (event.type === 'curves') live[event.arm] = structuredClone(event.curves);
      if (event.type !== 'points') continue;
      for (const { key, step, value } of event.points) {
        const curve = ((live[event.arm] ??= {})[key] ??= { step: [], value: [] });
        curve.step.push(step);
        curve.value.push(value);
      }
    }
    for (const arm of bundle.arms) expect(live[arm.id]).toEqual(arm.curves);
  });
});
