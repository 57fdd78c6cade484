import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { armByName, parseConfig, type ArmConfig, type ExperimentConfig } from '../core/config';
import { createMemoryCache } from '../labelers/llm/cache';
import { startFakeProvider, type FakeProvider } from '../labelers/llm/testing/fakeProvider';
import { completion } from '../labelers/pageLlm/testing/exchange';
import { scoresInOrder, type TextScore, type TextToScore } from '../labelers/text';
import { createLabKeys } from './labKeys';
import { createLabStore, type LabStore } from './labStore';
import { mostScored, scorersTrouble, scorersWanted, type OpenScorers } from './outsideScorers';
import { createScorersOpener } from './outsideScoring';
import { createPageLlmStore, type PageLlmStore } from './pageLlmStore';
import { FakePage } from './testing/pageLlm';

const KEY = 'sk-planted-0123456789abcdef';
const POST = 'my train was late so i missed the interview on friday';
const ITEMS: readonly TextToScore[] = ['bananas', 'train late', 'train late', 'my train was late'].map((response) => ({ prompt: POST, response }));

const scoredBy = (labeler: string, id = 'd-rlaif', set: ArmConfig['set'] = {}): ArmConfig =>
  ({ ...armByName('d-rlaif'), id, set: { 'ai.labeler': labeler, ...set } });
const experiment = (...arms: ArmConfig[]): ExperimentConfig => parseConfig({ arms, pairs: { count: 20 }, rl: { iterations: 3, batch: 8 } });
const BY_URL = experiment(scoredBy('llm'));

let fake: FakeProvider;
let lab: LabStore;
let page: PageLlmStore;
let device: FakePage;
let open: (config: ExperimentConfig, onNews?: () => void) => OpenScorers;

beforeEach(async () => {
  fake = await startFakeProvider({ key: KEY });
  device = new FakePage();
  page = createPageLlmStore(device);
  const items = new Map<string, string>();
  const keys = createLabKeys(() => ({
    getItem: (name) => items.get(name) ?? null, setItem: (name, value) => void items.set(name, value), removeItem: (name) => void items.delete(name),
  }));
  const shared = { page, fetch, replies: { ...createMemoryCache(), clear: async () => {} }, keys };
  lab = createLabStore({
    ...shared, backend: 'cpu',
    openSession: () => Promise.reject(new Error('no engine in this test')),
    surroundings: () => ({ online: true, securePage: true, localNetwork: async () => 'unknown' }),
  });
  const opener = createScorersOpener({ ...shared, lab });
  open = (config, onNews = () => undefined) => opener(config, onNews);
});
afterEach(() => fake.close());

function setUp(): void {
  lab.getState().setLlm({ provider: 'custom', baseUrl: fake.baseUrl, model: 'fake-judge', priceInput: 1, priceOutput: 2, capUsd: 5 });
  lab.getState().setKey(KEY);
}

const score = (opened: OpenScorers, items = ITEMS, signal?: AbortSignal): Promise<TextScore[]> =>
  scoresInOrder(opened.scorers.llm!, items, { ...(signal && { signal }) });

describe('what a run needs', () => {
  it('is the language models of its arms, with room for all that they may write', () => {
    const config = experiment(scoredBy('llm'), scoredBy('page-llm', 'other-1', { 'rl.batch': 4 }), scoredBy('llm', 'dpo-2', { 'rl.method': 'dpo' }));
    expect(scorersWanted(config)).toEqual(['llm', 'page-llm']);
    expect([mostScored(config, 'llm'), mostScored(config, 'page-llm')]).toEqual([2 * 20 + 3 * 8, 2 * 20 + 3 * 4]);
    expect(scorersWanted(experiment(armByName('d-rlaif')))).toEqual([]);
    expect(scorersTrouble(BY_URL, 'Choose a model first.')).toMatchObject({ message: expect.stringContaining('d-RLAIF') as string, view: 'lab' });
  });
});

describe('the model behind a URL', () => {
  it('says what is missing instead of being opened', () => {
    expect(() => open(BY_URL)).toThrow('Choose a model first.');
    lab.getState().setLlm({ model: 'gpt' });
    expect(() => open(BY_URL)).toThrow('OpenAI needs a key.');
    lab.getState().setKey(KEY);
    lab.getState().setLlm({ capUsd: 1 });
    expect(() => open(BY_URL)).toThrow(/A cap needs the prices/);
    lab.getState().setLlm({ capUsd: undefined, extraBody: '{"n": 2}' });
    expect(() => open(BY_URL)).toThrow();
    // Examples are of comparisons: unfinished ones are in nobody's way.
    lab.getState().setLlm({ extraBody: '', exemplarsFrom: 'own', ownExemplars: [] });
    expect(open(BY_URL).reports()).toMatchObject([{ scorer: 'llm', name: 'gpt', scored: 0, most: 64, spentUsd: undefined }]);
  });

  it('scores, and tells how far it is and what it cost; its key is in nothing that it gives', async () => {
    setUp();
    fake.script({ kind: 'reply', fields: {} }, { kind: 'reply', fields: { choices: [{ message: { content: 'no idea' }, logprobs: null }] } });
    const news = vi.fn();
    const opened = open(BY_URL, news);
    const scores = await score(opened);
    expect(scores.map(({ item }) => item)).toEqual([0, 1, 2, 3]);
    // Once a score, and as time passes.
    expect(news.mock.calls.length).toBeGreaterThanOrEqual(4);
    const [report] = opened.reports();
    expect(report).toMatchObject({ name: 'fake-judge', scored: 3, most: 64, unread: 1, capUsd: 5, stored: 0, wait: 0 });
    expect(report!.spentUsd).toBeGreaterThan(0);
    expect(fake.seen[1]!.body.messages).toMatchObject([{}, { content: expect.stringMatching(/How good is the summary/) as string }]);
    expect(JSON.stringify([opened.reports(), opened.scorers.llm!.identity, scores])).not.toContain(KEY);
    opened.end();
  });

  it('holds its calls while paused', async () => {
    setUp();
    const opened = open(BY_URL);
    opened.pause();
    const scores = score(opened);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(fake.seen).toHaveLength(0);
    opened.resume();
    expect(await scores).toHaveLength(4);
    opened.end();
  });

  it('pays for nothing twice: the next run waits for what a stopped one has on its way', async () => {
    setUp();
    lab.getState().setLlm({ rung: 'choice' });
    fake.script(...ITEMS.slice(1).map(() => ({ kind: 'slow', ms: 60 }) as const));
    const first = open(BY_URL);
    const stop = new AbortController();
    const stopped = score(first, ITEMS, stop.signal).catch((error: unknown) => error);
    await vi.waitFor(() => expect(fake.seen).toHaveLength(3));
    stop.abort(new Error('The run was stopped.'));
    first.end();
    expect(await stopped).toEqual(new Error('The run was stopped.'));
    const second = open(BY_URL);
    expect(await score(second)).toHaveLength(4);
    expect(fake.seen).toHaveLength(3);
    expect(second.reports()).toMatchObject([{ scored: 3, stored: 3, spentUsd: 0 }]);
    second.end();
  });

  it('ends with what the provider said where it refuses', async () => {
    setUp();
    lab.getState().setKey('sk-wrong');
    const opened = open(BY_URL);
    await expect(score(opened)).rejects.toMatchObject({ kind: 'key' });
    opened.end();
  });
});

describe('the model in this page', () => {
  const HERE = experiment(scoredBy('page-llm'));

  it('scores once it is loaded, without a price', async () => {
    await page.getState().look();
    expect(() => open(HERE)).toThrow('Load the model in this page first.');
    const loading = page.getState().startLoading();
    device.engine.finish();
    await loading;
    device.engine.answer = (request) => completion(request, '7', { 7: 0.8, 6: 0.2 });
    const opened = open(HERE);
    const scores = await scoresInOrder(opened.scorers['page-llm']!, ITEMS);
    expect(scores[0]!.probabilities[6]).toBeCloseTo(0.8, 6);
    // Its prompt is of the task, whatever pairs the lab is about.
    expect(device.engine.asked.at(-1)!.messages.at(-1)!.content).toContain('How good is the summary');
    expect(opened.reports()).toMatchObject([{ scorer: 'page-llm', name: page.getState().chosen, scored: 3, spentUsd: undefined }]);
    opened.end();
    lab.setState({ status: 'running', progress: [{ choice: 'pageLlm', done: 0, total: 2, state: 'working' }] });
    expect(() => open(HERE)).toThrow(/is labelling pairs/);
  });
});
