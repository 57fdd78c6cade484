import { describe, expect, it, vi } from 'vitest';
import { createMemoryCache } from '../labelers/llm/cache';
import { completion } from '../labelers/pageLlm/testing/exchange';
import { createLabKeys } from './labKeys';
import type { LabEnvironment } from './labState';
import { createLabStore } from './labStore';
import { WORLD_WAITS } from './labWorld';
import { createPageLlmStore, WORLD_BEGAN } from './pageLlmStore';
import { FakePage } from './testing/pageLlm';

const PAIRS = Array.from({ length: 20 }, (_, i) => ({ prompt: `post ${i}`, chosen: `GOOD reply ${i}`, rejected: `poor reply ${i}` }));

/** A lab with a file of pairs, asking the model in this page alone. */
async function openLab(changes: Partial<LabEnvironment> = {}) {
  const environment = new FakePage();
  const page = createPageLlmStore(environment);
  const lab = createLabStore({
    backend: 'cpu',
    openSession: () => Promise.reject(new Error('no engine in this test')),
    fetch: () => Promise.reject(new Error('nothing may be fetched')),
    replies: { ...createMemoryCache(), clear: async () => {} },
    keys: createLabKeys(() => ({ length: 0, clear: () => {}, getItem: () => null, key: () => null, removeItem: () => {}, setItem: () => {} })),
    surroundings: () => ({ online: true, securePage: true, localNetwork: async () => 'unknown' }),
    page,
    ...changes,
  });
  const { getState: get } = lab;
  const file = new File([PAIRS.map((pair) => JSON.stringify(pair)).join('\n')], 'pairs.jsonl');
  await get().takeFile(file);
  for (const choice of get().chosen) get().choose(choice, false);
  get().choose('pageLlm', true);
  await page.getState().look();
  const { engine } = environment;
  engine.answer = (request) => {
    const text = request.messages.at(-1)!.content as string;
    const first = text.indexOf('GOOD') < text.indexOf('poor') || !text.includes('GOOD');
    return completion(request, '1', first ? { 1: 0.9, 2: 0.1 } : { 1: 0.2, 2: 0.8 });
  };
  const load = async (): Promise<void> => {
    const loading = page.getState().startLoading();
    engine.finish();
    await loading;
  };
  return { environment, engine, page, get, load };
}

describe('labelling with the model in this page', () => {
  it('gives a row like a model behind a URL, without a price', async () => {
    const { engine, get, load } = await openLab();
    await load();
    await get().run();
    expect(get().trouble).toBeUndefined();
    const [set] = get().results!.sets;
    const [row] = get().results!.rows;
    expect(set!.labeler).toMatchObject({
      kind: 'llm', name: 'Qwen2.5-0.5B-Instruct-q4f16_1-MLC (in this page)', parameters: 0.5e9,
      origin: expect.stringMatching(/nothing left it.*Answers read from log-probabilities\./) as string,
      asked: { detail: 'detailed', exemplars: 0, chainOfThought: false, samples: 1, rung: 'logprobs' },
    });
    expect(row!.figures).toMatchObject({ n: 20, parsed: 1, agreement: { value: 1 }, samePick: { value: 1 } });
    expect(row!.figures.costPer1000).toBeUndefined();
    expect(set!.labels[0]!.pA).toBeCloseTo((0.9 + 0.8) / 2, 12);
    expect(get().progress).toEqual([expect.objectContaining({ choice: 'pageLlm', done: 20, state: 'done' })]);
    expect(engine.asked).toHaveLength(1 + 2 * 20);
    // Stored replies are not asked for again.
    await get().run();
    expect(engine.asked).toHaveLength(41);
  });

  it('follows the source of the pairs, and its own prompt', async () => {
    const { engine, get, load } = await openLab();
    expect(get().pagePrompt.kind).toBe('dialogue');
    get().setPagePrompt({ preamble: 'Pick one.', bothOrders: false });
    expect(get().llm.preamble).toBeUndefined();
    await load();
    await get().run();
    expect(engine.asked).toHaveLength(1 + 20);
    expect(engine.asked[0]!.messages[0]!.content).toMatch(/^Pick one\./);
  });

  it('says what is missing instead of asking', async () => {
    const { engine, get } = await openLab();
    await get().run();
    expect(get().trouble?.message).toBe('The LLM in this page: Load the model in this page first.');
    expect(engine.asked).toEqual([]);
  });

  it('ends when a run takes the GPU, and keeps what is finished', async () => {
    const { engine, page, get, load } = await openLab();
    await load();
    const { answer } = engine;
    engine.answer = (request) => {
      if (engine.asked.length === 12) page.getState().free('A run began.');
      return answer(request);
    };
    await get().run();
    expect(get().trouble?.message).toContain('A run began.');
    expect(get().results!.sets[0]!.labels).toHaveLength(5);
    expect(get().status).toBe('idle');
  });

  it('makes way for labelers of the built-in world that are asked without it', async () => {
    const { page, get, load } = await openLab();
    await load();
    get().setSource('builtIn');
    get().choose('people', true);
    const free = vi.spyOn(page.getState(), 'free');
    await get().run();
    expect(free).not.toHaveBeenCalled();
    get().choose('pageLlm', false);
    await get().run();
    expect(free).toHaveBeenCalledExactlyOnceWith(WORLD_BEGAN);
    // Chosen or not, it is not asked while pairs are sampled.
    get().choose('pageLlm', true);
    await get().samplePairs();
    expect(free).toHaveBeenCalledTimes(2);
  });

  it('leaves the built-in world alone while a run is under way in the playground', async () => {
    const openSession = vi.fn<LabEnvironment['openSession']>(() => Promise.reject(new Error('no engine in this test')));
    const { page, get, load } = await openLab({ openSession, isTraining: () => true });
    await load();
    get().setSource('builtIn');
    const labels = JSON.stringify({ kind: 'labels', version: 1, pairs: '', labelers: [] });
    for (const ask of [() => get().samplePairs(), () => get().replay(new File([labels], 'labels.json')), () => get().run()]) {
      await ask();
      expect(get().trouble?.message).toBe(WORLD_WAITS);
    }
    expect(openSession).not.toHaveBeenCalled();
    expect(page.getState().load.state).toBe('loaded');
  });

  it('ends early without costing others their turn', async () => {
    const fetch = vi.fn<LabEnvironment['fetch']>();
    const { get, engine, load } = await openLab({ fetch });
    const meanwhile: (string | undefined)[] = [];
    fetch.mockImplementation(async () => {
      meanwhile.push(get().progress[0]?.state);
      return Response.json({ error: { message: 'no such key' } }, { status: 401 });
    });
    get().choose('llm', true);
    get().setLlm({ provider: 'custom', baseUrl: 'https://llm.example/v1', model: 'tiny' });
    await get().run();
    expect(get().trouble?.message).toMatch(/^The LLM in this page: Load the model .* The LLM behind a URL: .*refused the key/);
    expect(get().progress.map(({ state }) => state)).toEqual(['ended', 'ended']);
    await load();
    await get().run();
    expect(meanwhile).toEqual(['ended', 'done']);
    expect(get().trouble?.message).toMatch(/^The LLM behind a URL: /);
    expect(engine.asked).toHaveLength(41);
    expect(get().progress.map(({ choice, state }) => [choice, state])).toEqual([['pageLlm', 'done'], ['llm', 'ended']]);
  });
});
