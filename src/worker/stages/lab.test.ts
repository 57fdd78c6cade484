import { expect, it } from 'vitest';
import { parseConfig } from '../../core/config';
import { loadCpuEngine } from '../../nn/cpu/loadNode';
import { Checkpoints } from '../checkpoint';
import { Gate } from '../gate';
import type { WorkerEvent } from '../protocol';
import type { Scope } from '../scope';
import { openTask } from '../tasks';
import { lab } from './lab';

const PAIRS = 160;
/** Milliseconds; much longer than these labels take. */
const PAUSE = 1000;

it('labels for the lab can be paused between two chunks, and their clock leaves the pause out', async () => {
  const config = parseConfig({
    sft: { source: 'live', steps: 1, batch: 2 }, model: { width: '16', layers: 1 }, pairs: { count: PAIRS },
  });
  const gate = new Gate();
  const told: (string | number)[][] = [];
  const emit = (event: WorkerEvent): void => {
    if (event.type !== 'lab') return;
    told.push([event.labeler, event.done, event.total]);
    if (told.length === 2) gate.control('pause');
  };
  const scope: Scope = {
    runId: 'lab', config, task: openTask(config, undefined), engine: await loadCpuEngine(), gate, emit,
    checkpoints: new Checkpoints('lab'), readAsset: () => Promise.reject(new Error('nothing is read')),
  };
  const world = lab(scope, ['people', 'noisy']);
  await expect.poll(() => told.length, { timeout: 30_000 }).toBe(2);
  await new Promise((resolve) => setTimeout(resolve, PAUSE));
  expect(told).toEqual([['people', 64, PAIRS], ['people', 128, PAIRS]]);

  gate.control('resume');
  const { labelers } = await world;
  expect(told).toEqual(['people', 'noisy'].flatMap((labeler) => [64, 128, PAIRS].map((done) => [labeler, done, PAIRS])));
  expect(labelers.map(({ asked, labels }) => [asked, labels.length])).toEqual([['people', PAIRS], ['noisy', PAIRS]]);
  expect(labelers[0]!.seconds).toBeLessThan(PAUSE / 1000);
});
