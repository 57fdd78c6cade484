import { describe, expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { armByName, DEFAULT_CONFIG, parseConfig, type ArmConfig } from '../core/config';
import { createPageLlmStore, makeWayForRuns, missingOfPage, RUN_BEGAN, TRAINING } from './pageLlmStore';
import type { RunState } from './runState';
import { newRun } from './shownRun';
import { FakePage } from './testing/pageLlm';

const QWEN = 'Qwen2.5-0.5B-Instruct-q4f16_1-MLC';
const LLAMA = 'Llama-3.2-1B-Instruct-q4f16_1-MLC';

async function opened(changes: Partial<FakePage> = {}) {
  const page = Object.assign(new FakePage(), changes);
  const store = createPageLlmStore(page);
  await store.getState().look();
  return { page, engine: page.engine, store, get: () => store.getState() };
}

async function loaded() {
  const all = await opened();
  const loading = all.get().startLoading();
  all.engine.finish();
  await loading;
  return all;
}

describe('the model in this page', () => {
  it('asks the library nothing while nothing is in this browser', async () => {
    const { engine, get } = await opened();
    expect(engine.log).toEqual([]);
    expect(get()).toMatchObject({ chosen: QWEN, keepsAnything: false, load: { state: 'none' } });
    expect(get().models.find(({ id }) => id === QWEN)).toMatchObject({ family: 'Qwen2.5-0.5B-Instruct', parameters: 0.5e9, memoryMB: 945 });
    expect(missingOfPage(get())).toBe('Load the model in this page first.');
  });

  it('says why none can run, and offers another way', async () => {
    const { get } = await opened({ findGpu: async () => ({ missing: 'This browser has no WebGPU.' }) });
    expect(get()).toMatchObject({ gpu: { missing: 'This browser has no WebGPU.' }, models: [], chosen: '' });
    expect(missingOfPage(get())).toContain('behind a URL');
    await get().startLoading();
    expect(get().load).toEqual({ state: 'none' });
  });

  it('loads with progress, and can be asked then', async () => {
    const { engine, get } = await opened();
    const loading = get().startLoading();
    expect(missingOfPage(get())).toBe('The model in this page is still loading.');
    engine.progress({ stage: 'downloading', share: 0.4, megabytes: 110 });
    expect(get().load).toEqual({ state: 'loading', model: QWEN, progress: { stage: 'downloading', share: 0.4, megabytes: 110 } });
    engine.finish();
    await loading;
    expect(get()).toMatchObject({ load: { state: 'loaded', model: QWEN }, stored: [QWEN], keepsAnything: true });
    expect(missingOfPage(get())).toBeUndefined();
    get().choose(LLAMA);
    expect(missingOfPage(get())).toBe('Load the model in this page first.');
  });

  it('can be cancelled; what comes late changes nothing', async () => {
    const { engine, get } = await opened();
    const loading = get().startLoading();
    get().free('Loading was stopped.');
    await loading;
    expect(engine.log).toContain('unload: Loading was stopped.');
    engine.progress({ stage: 'loading', share: 1 });
    expect(get()).toMatchObject({ load: { state: 'none' }, note: 'Loading was stopped.', trouble: undefined });
  });

  it.each([
    ['QuotaExceededError', 'Quota exceeded.', 'no room'],
    ['TypeError', 'Failed to fetch', 'huggingface.co'],
    ['TypeError', 'Failed to fetch dynamically imported module: https://x/lib.js', 'A part of this page'],
    ['DeviceLostError', 'The device was lost while loading', 'Choose a smaller model'],
    ['Error', 'Cannot find mlc-chat-config.json', 'could not be loaded: Cannot find mlc-chat-config.json'],
  ])('says what to do after %s (%s)', async (name, message, words) => {
    const { engine, get } = await opened();
    const loading = get().startLoading();
    engine.fail(name, message);
    await loading;
    expect(get().load).toEqual({ state: 'none' });
    expect(get().trouble).toContain(words);
    expect(engine.log).toContain('unload: Loading has failed.');
  });

  it('makes way for training, and does not come back during it', async () => {
    const { page, store, engine, get } = await loaded();
    const runs = createStore<Pick<RunState, 'status' | 'shown'>>(() => ({ status: 'idle', shown: undefined }));
    makeWayForRuns(store, runs);
    runs.setState({ status: 'finished' });
    expect(engine.loaded).toBe(QWEN);
    page.training = true;
    runs.setState({ status: 'opening' });
    expect(engine.loaded).toBeUndefined();
    expect(get()).toMatchObject({ load: { state: 'none' }, note: RUN_BEGAN });
    const before = engine.log.length;
    await get().startLoading();
    expect(get().trouble).toBe(TRAINING);
    expect(engine.log).toHaveLength(before);
  });

  it('stays for a run that it scores, and goes when another takes its place', async () => {
    const { store, engine } = await loaded();
    const runs = createStore<Pick<RunState, 'status' | 'shown'>>(() => ({ status: 'idle', shown: undefined }));
    makeWayForRuns(store, runs);
    const scored: ArmConfig = { ...armByName('d-rlaif'), set: { 'ai.labeler': 'page-llm' } };
    const shown = newRun(parseConfig({ arms: [scored] }), undefined, {});
    runs.setState({ status: 'opening', shown });
    runs.setState({ status: 'running', shown: { ...shown, notices: ['news'] } });
    expect(engine.loaded).toBe(QWEN);
    runs.setState({ status: 'opening', shown: newRun(DEFAULT_CONFIG, undefined, {}) });
    expect(engine.loaded).toBeUndefined();
  });

  it('notices that its worker died', async () => {
    const { engine, get } = await loaded();
    engine.die('The worker that runs the model has stopped: out of memory.');
    expect(get()).toMatchObject({ load: { state: 'none' }, trouble: 'The worker that runs the model has stopped: out of memory.' });
  });

  it('is removed from this browser, one by one or altogether', async () => {
    const { page, engine, get } = await loaded();
    await get().forget(QWEN);
    expect(get()).toMatchObject({ stored: [], keepsAnything: false, note: 'Qwen2.5-0.5B-Instruct is removed from this browser.' });
    engine.inBrowser = [LLAMA];
    await get().forgetAll();
    expect(page.deleted).toEqual(['webllm/model']);
  });

  it('is not removed one by one beside training, for which its worker would have to start', async () => {
    const { page, engine, get } = await loaded();
    page.training = true;
    await get().forget(QWEN);
    expect(get()).toMatchObject({ stored: [QWEN], trouble: TRAINING });
    expect(engine.inBrowser).toEqual([QWEN]);
  });
});
