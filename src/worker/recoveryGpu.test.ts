// A real WebGPU device, destroyed in the middle of a run. Tiny: the adapter is a software one.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { RunBundle } from '../core/bundle';
import { parseConfig } from '../core/config';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import { installDawn, removeDawn } from '../nn/testing/dawn';
import type * as GpuEngine from '../nn/gpu/engine';
import { openPool, runExperiment } from './coordinator';
import { connect, type Endpoint } from './endpoint';
import { serve } from './executor';
import type { WorkerEvent } from './protocol';

// tfjs' WebGPU modules look for navigator.gpu when they are imported, so Dawn has to be there first.
const gpu = await installDawn();
const { createGpuEngine }: typeof GpuEngine = await import('../nn/gpu/engine');
afterAll(removeDawn);

const config = parseConfig({
  sft: { source: 'live', steps: 4, batch: 2 },
  model: { width: '16', layers: 1 },
  pairs: { count: 24 },
  ai: { labeler: 'noisy' },
  rewardModel: { batch: 10, epochs: 1 },
  rl: { iterations: 4, batch: 2 },
  evaluation: { every: 2, validationPosts: 4, testPosts: 8, diversityPosts: 2, diversitySamples: 2 },
});

/** Destroys each new device in turn at the first event that fits, without telling the engine. */
async function run(
  backend: 'cpu' | 'webgpu', destroyAt?: (event: WorkerEvent) => boolean,
): Promise<{ bundle: RunBundle; opened: string[] }> {
  const opened: string[] = [];
  let device: GPUDevice | undefined;
  const watched = {
    requestAdapter: async (options?: GPURequestAdapterOptions) => {
      const adapter = (await gpu.requestAdapter(options))!;
      return new Proxy(adapter, {
        get: (target, name) =>
          name === 'requestDevice'
            ? async (wanted?: GPUDeviceDescriptor) => (device = await target.requestDevice(wanted))
            : (Reflect.get(target, name, target) as unknown),
      });
    },
  } as unknown as GPU;
  const open = (): Endpoint => {
    let deliver: (message: unknown) => void = () => undefined;
    const answer = serve({
      openEngine: async (wanted) => {
        const engine = wanted.backend === 'cpu'
          ? await loadCpuEngine()
          : await createGpuEngine({ allowSoftware: true, gpu: watched });
        opened.push(engine.kind);
        return { engine, reason: 'test' };
      },
      readAsset: (file) => readFile(path.resolve('public', file)),
      cores: () => 1,
      checkpointInterval: 0,
      post: (message) => queueMicrotask(() => deliver(structuredClone(message))),
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
  const pool = await openPool(open, { backend, exact: true, assets: 'file:///unused/' }, 1);
  let destroyed = false;
  const { bundle } = await runExperiment(pool, {
    runId: 'run', config, build: { version: 'test', commit: 'test', date: '2026-01-01' },
    onEvents: (events) => {
      if (destroyed || !destroyAt || !events.some(destroyAt)) return;
      destroyed = true;
      device!.destroy();
    },
  });
  return { bundle, opened };
}

it('goes on from a checkpoint on a fresh device, and says so', async () => {
  const { bundle: onCpu } = await run('cpu');
  const { bundle, opened } = await run('webgpu', (event) =>
    event.type === 'progress' && event.stage === 'rl' && event.arm === 'rlhf' && event.done === 2);
  expect(opened).toEqual(['gpu', 'gpu']);
  expect(bundle.notes[0]).toMatch(/^The GPU .* The run went on from its last checkpoint on /);
  // The same run as on the CPU, as far as rounding lets the sampled texts agree: losses of the first arm's reward model.
  const [got, expected] = [bundle, onCpu].map(({ arms }) => arms.find(({ id }) => id === 'rlhf')!.curves);
  expect(got!['objective/kl']!.step).toEqual([1, 2, 3, 4]);
  expect(got!['rm/loss']!.step).toEqual(expected!['rm/loss']!.step);
  expected!['rm/loss']!.value.forEach((loss, i) => expect(got!['rm/loss']!.value[i]).toBeCloseTo(loss, 2));
});
