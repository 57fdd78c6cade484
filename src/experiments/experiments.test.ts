import { describe, expect, it } from 'vitest';
import type { RunBundle } from '../core/bundle';
import { armByName, DEFAULT_ARMS, DEFAULT_CONFIG, parseConfig, presetConfig, withBuiltIn, type ExperimentConfig } from '../core/config';
import { toTrouble } from './advice';
import { blockedArm } from './armSettings';
import { lessonFits, lessonOf, LESSONS, presetOf, withLesson, withPreset } from './lessons';
import { loadRecordedRun } from './recorded';
import { activeStages, applyEvents, armStages, newRun, sharedStages } from './shownRun';
import { createLibrary } from './library';
import { createDatabase, StorageError } from './libraryDatabase';
import { createStorage, type RunStorage } from './storage';
import { testBundle } from './testing/bundle';

describe('lessons and presets', () => {
  it.each(LESSONS)('$title differs from every preset and is recognised, whatever the seed', (lesson) => {
    const start = lesson.task ? withBuiltIn(DEFAULT_CONFIG, lesson.task) : DEFAULT_CONFIG;
    const config = withLesson({ ...start, run: { ...start.run, seed: 9 } }, lesson);
    expect(lessonOf(config)).toBe(lesson);
    expect(presetOf(config)).toBeUndefined();
    expect(blockedArm(config)).toBeUndefined();
    expect(lessonFits(start, lesson)).toBe(true);
  });
  it('that are of another task are not offered', () => {
    const ofTask = LESSONS.filter(({ task }) => task !== undefined);
    expect(ofTask.map(({ id }) => id)).toEqual(['helpful-against-harmless']);
    expect(ofTask.some((lesson) => lessonFits(DEFAULT_CONFIG, lesson))).toBe(false);
  });
  it('the arms of a lesson go with it, those of the visitor stay', () => {
    const four = LESSONS.find(({ id }) => id === 'worst-of-four')!;
    const lesson = withLesson(DEFAULT_CONFIG, four);
    expect(lesson.arms).toEqual(four.arms);
    expect(withPreset(lesson, 'default')).toEqual(DEFAULT_CONFIG);
    expect(withLesson(lesson, LESSONS[0]!).arms).toEqual(DEFAULT_ARMS);
    const own: ExperimentConfig = { ...DEFAULT_CONFIG, arms: [armByName('rlaif')] };
    expect(withLesson(own, LESSONS[1]!).arms).toEqual(own.arms);
    expect(presetOf(own)).toBe('default');
  });
  it('lessons that say nothing on the arms are not offered', () => {
    const fitting = (config: ExperimentConfig): string[] => LESSONS.filter((lesson) => lessonFits(config, lesson)).map(({ id }) => id);
    expect(fitting({ ...DEFAULT_CONFIG, arms: [{ id: 'rlhf', label: 'RLHF, you', feedback: 'given' }] })).toEqual(['no-leash']);
    expect(fitting(parseConfig({ arms: [armByName('rlaif')] }))).not.toContain('label-noise');
  });
  it('a preset is recognised, and left by any change', () => {
    const config = withPreset(DEFAULT_CONFIG, 'quick');
    expect(config).toEqual(presetConfig('quick'));
    expect(presetOf(config)).toBe('quick');
    expect(presetOf({ ...config, rl: { ...config.rl, klCoef: 0.3 } })).toBeUndefined();
  });
});

describe('active stages', () => {
  it('come in the order of the pipeline, arm by arm', () => {
    const run = applyEvents(newRun(DEFAULT_CONFIG, undefined, {}), [
      { runId: 'r', type: 'progress', stage: 'rl', arm: 'rlhf', done: 1, total: 2 },
      { runId: 'r', type: 'progress', stage: 'labels', arm: 'rlaif', done: 1, total: 2 },
      { runId: 'r', type: 'stage', stage: { id: 'task', seconds: 1, summary: '' } },
    ]);
    expect(activeStages(run).map(({ stage, arm }) => `${stage} ${arm}`)).toEqual(['labels rlaif', 'rl rlhf']);
  });
});

describe('the stages of an arm', () => {
  const config = parseConfig({ arms: ['rlhf', 'rlaif', 'rlaif:ppo', 'rlaif:dpo', 'd-rlaif'].map(armByName) });
  it('follow its method and feedback', () => {
    expect(config.arms.map((arm) => armStages(config, arm).length)).toEqual([3, 3, 3, 2, 2]);
  });
  it('name the arm that runs them where several have them in common', () => {
    expect([...sharedStages(config)].map(([key, { id }]) => `${key} by ${id}`)).toEqual([
      'labels/rlaif-ppo by rlaif', 'labels/rlaif-dpo by rlaif', 'reward/rlaif-ppo by rlaif',
    ]);
  });
});

describe('advice', () => {
  it.each([
    ['The gradient is not finite', /learning rate/],
    ['No WebGPU adapter', /backend=cpu/],
    ['/weights/sft.safetensors could not be loaded (HTTP 404).', /reload/],
    ['row 17: the column ref is empty', /Correct the file/],
    ['something else', /reload the page/],
  ])('%s', (message, advice) => {
    expect(toTrouble(new Error(message)).advice).toMatch(advice);
  });
});

describe('the recorded run', () => {
  const withDocument = async (response: Response): Promise<unknown> => {
    const before = Object.getOwnPropertyDescriptor(globalThis, 'document');
    const value = { baseURI: 'https://example.org/sub/' };
    Object.defineProperty(globalThis, 'document', { value, configurable: true });
    let asked = '';
    try {
      const run = await loadRecordedRun(async (url) => {
        asked = url.href;
        return response;
      });
      expect(asked).toBe('https://example.org/sub/recorded-run.json');
      return run;
    } finally {
      if (before) Object.defineProperty(globalThis, 'document', before);
      else Reflect.deleteProperty(globalThis, 'document');
    }
  };
  it('is read relative to the page', async () => {
    expect(await withDocument(Response.json(testBundle()))).toEqual(testBundle());
  });
  it.each([
    ['missing', new Response('', { status: 404 })],
    ['a page instead', new Response('<html>')],
    ['of another version', Response.json({ ...testBundle(), version: 0 })],
    ['incomplete', Response.json({ version: 1 })],
  ])('is left out where it is %s', async (_, response) => {
    expect(await withDocument(response)).toBeUndefined();
  });
});

describe('storage', () => {
  function storageWithoutBrowser(): RunStorage {
    const database = createDatabase('test');
    const library = createLibrary({ database, build: 'test', now: () => 0, storageManager: undefined, channel: undefined });
    return createStorage(database, library);
  }

  it('says so where the browser has none', async () => {
    const storage = storageWithoutBrowser();
    await expect(storage.loadRun()).rejects.toThrow(StorageError);
    await expect(storage.saveConfig(DEFAULT_CONFIG)).rejects.toThrow(/gone after a reload/);
  });

  it('reports a run that could not be read again, and takes the longest that settings can ask for', async () => {
    const storage = storageWithoutBrowser();
    const withPoints = (count: number): RunBundle => {
      const bundle = testBundle();
      const points = Array.from({ length: count }, (_, i) => i);
      const arms = bundle.arms.map((arm) => ({ ...arm, curves: { 'rm/loss': { step: points, value: points } } }));
      return { ...bundle, arms };
    };
    await expect(storage.saveRun(withPoints(500_001))).rejects.toThrow(/cannot be kept.*curves\.rm\/loss/);
    // Nothing is wrong with this one but that there is no database here.
    await expect(storage.saveRun(withPoints(400_000))).rejects.toThrow(/does not let the page store anything/);
  });
});
