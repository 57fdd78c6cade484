import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Label } from '../core/preferences';
import { createMemoryCache } from '../labelers/llm/cache';
import type { LabWorld, WorldLabeler } from '../worker/protocol';
import { annotationsJson, labelsJson, leaderboardCsv, leaderboardJson } from './labFiles';
import { createLabKeys } from './labKeys';
import { askedOf, createLabStore, pairsOf, type LabSession, type LabStore } from './labStore';
import type { SessionOptions } from './runStore';

const KEY = 'sk-very-secret-0123456789';
const BASE = 'https://llm.example/v1';

/** Pairs of which people prefer the first in all but every fourth. */
function worldOf(count: number, labelers: readonly WorldLabeler[]): LabWorld {
  const pairs = Array.from({ length: count }, (_, i) => ({
    id: `pair:${i}`, prompt: `post ${i}`, responses: [`good ${i}`, `bad number ${i}`] as const, people: i % 4 === 3 ? 0.2 : 0.8,
  }));
  return {
    pairs: pairs.map((pair) => ({ ...pair, responses: [...pair.responses] as [string, string] })),
    labelers: labelers.map((kind) => ({
      identity: { id: kind, name: `a ${kind}`, kind, origin: 'made for a test' },
      labels: pairs.map(({ id }): Label => ({ pairId: id, labeler: kind, pA: 1, raw: [1], parsed: true })),
      seconds: 3,
    })),
  };
}

class FakeSession implements LabSession {
  closed = false;
  readonly asked: (readonly WorldLabeler[])[] = [];
  constructor(readonly options: SessionOptions, private readonly hang: boolean) {}
  async lab(
    { config, labelers }: Parameters<LabSession['lab']>[0], onEvents: Parameters<LabSession['lab']>[1],
  ): Promise<LabWorld> {
    this.asked.push(labelers);
    const { count } = config.pairs;
    onEvents(labelers.map((labeler) => ({ type: 'lab', runId: '', labeler, done: 1, total: count })));
    return this.hang ? new Promise(() => undefined) : worldOf(count, labelers);
  }
  close(): void {
    this.closed = true;
  }
}

/** Prefers the text with "good" in it, sure to 90%, whichever is shown first. */
function reply(body: string): Response {
  const { messages } = JSON.parse(body) as { messages: { content: string }[] };
  const text = messages.at(-1)!.content;
  const first = text.indexOf('good') < text.indexOf('bad') ? 0.9 : 0.1;
  const top = [{ token: '1', logprob: Math.log(first) }, { token: '2', logprob: Math.log(1 - first) }];
  return Response.json({
    model: 'tiny', usage: { prompt_tokens: 100, completion_tokens: 1 },
    choices: [{ index: 0, message: { role: 'assistant', content: '1' }, logprobs: { content: [{ token: '1', logprob: 0, top_logprobs: top }] } }],
  });
}

let sessions: FakeSession[];
let hang: boolean;
let sent: RequestInit[];
let answer: (body: string, url: string) => Response | Promise<Response>;
let cache: ReturnType<typeof createMemoryCache>;
let cacheKeys: string[];
let session: Map<string, string>;
let store: LabStore;
const state = (): ReturnType<LabStore['getState']> => store.getState();
const until = (holds: () => boolean): Promise<void> => vi.waitFor(() => expect(holds()).toBe(true));

beforeEach(() => {
  [sessions, hang, sent, answer, cache, cacheKeys, session] = [[], false, [], reply, createMemoryCache(), [], new Map<string, string>()];
  store = createLabStore({
    backend: 'cpu',
    openSession: async (options) => {
      const opened = new FakeSession(options, hang);
      sessions.push(opened);
      return opened;
    },
    fetch: async (url, init) => {
      sent.push(init);
      return answer(init.body as string, url);
    },
    replies: {
      get: (id) => cache.get(id),
      set: (id, value) => {
        cacheKeys.push(id, JSON.stringify(value));
        return cache.set(id, value);
      },
      clear: async () => undefined,
    },
    keys: createLabKeys(() => ({
      getItem: (name) => session.get(name) ?? null,
      setItem: (name, value) => void session.set(name, value),
      removeItem: (name) => void session.delete(name),
    })),
    surroundings: () => ({ online: true, securePage: true, localNetwork: async () => 'unknown' }),
  });
  state().setCount(20);
});

function choose(...choices: Parameters<typeof askedOf>[0]['chosen']): void {
  for (const choice of state().chosen) state().choose(choice, false);
  for (const choice of choices) state().choose(choice, true);
}

function useModel(): void {
  choose('llm');
  state().setLlm({ provider: 'custom', baseUrl: BASE, model: 'tiny', priceInput: 1, priceOutput: 2, capUsd: 1, billions: 7 });
  state().setKey(KEY);
}

describe('the built-in world', () => {
  it('is asked once for each labeler, by one worker that is closed again', async () => {
    choose('people', 'longer');
    await state().run();
    expect(sessions.map(({ options, asked, closed }) => [options.arms, asked, closed])).toEqual([[0, [['people']], true]]);
    const { rows, pairs } = state().results!;
    expect(rows.map(({ labeler, figures }) => [labeler.id, figures.n, figures.agreement.value])).toEqual([
      // The annotator of the test always prefers the first, people do in three of four; the first has fewer words.
      ['annotator', 20, 0.75], ['rule-longer', 20, 0.25],
    ]);
    expect(pairs[0]!.id).toMatch(/^pair:0-[0-9a-f]{16}$/);
    choose('people', 'judge');
    await state().run();
    expect(sessions.map(({ asked }) => asked)).toEqual([[['people']], [['judge']]]);
    // Rows of the same pairs stay; a thousand labels of the judge at 3 s for 20 take 150 s.
    expect(state().results!.rows.map(({ labeler }) => labeler.id)).toEqual(['annotator', 'rule-longer', 'judge']);
    expect(state().results!.rows[2]!.figures.secondsPer1000).toBeCloseTo(150, 6);
    await state().run();
    expect(sessions).toHaveLength(2);
    state().setCount(24);
    await state().run();
    expect(state().results!.rows.map(({ labeler, figures }) => [labeler.id, figures.n])).toEqual([['annotator', 24], ['judge', 24]]);
  });

  it('can be stopped while it is asked', async () => {
    hang = true;
    choose('judge', 'longer');
    const done = state().run();
    await until(() => state().progress[0]?.done === 1);
    state().stop();
    await done;
    expect(sessions[0]!.closed).toBe(true);
    expect(state()).toMatchObject({ status: 'idle', trouble: undefined, results: undefined });
  });
});

describe('a file of pairs', () => {
  const file = (text: string): File => new File([text], 'pairs.csv');
  const rows = Array.from({ length: 30 }, (_, i) => `q${i},yes ${i},no`).join('\n');

  it('takes the place of the built-in world and its labelers', async () => {
    await state().takeFile(file(`prompt,chosen,rejected\n${rows}\nlast,alone`));
    expect(state().imported).toMatchObject({ comparisons: 30, bad: { count: 1 } });
    const few = pairsOf(state())!;
    state().setCount(25);
    expect(pairsOf(state())!.slice(0, 20)).toEqual(few);
    choose('people', 'longer');
    expect(askedOf(state())).toEqual(['longer']);
    await state().run();
    expect(sessions).toHaveLength(0);
    expect(state().results).toMatchObject({ builtIn: false, name: 'pairs.csv', rows: [{ figures: { n: 25, agreement: { value: 1 } } }] });
  });

  it('asks for its columns where their names say too little', async () => {
    const strange = file(`a1,b2,c3\n${rows}`);
    await state().takeFile(strange);
    expect(state().question).toMatchObject({ about: 'columns', head: { columns: ['a1', 'b2', 'c3'] } });
    await state().takeFile(strange, { form: 'chosen', prompt: 'a1', chosen: 'b2', rejected: 'c3' });
    expect([state().question, state().imported?.comparisons]).toEqual([undefined, 30]);
  });

  it('may be a data set of the Hugging Face Hub, whose part is chosen', async () => {
    answer = (_body, url) => Response.json(new URL(url).pathname === '/splits'
      ? { splits: ['train', 'test'].map((split) => ({ dataset: 'some/one', config: 'default', split })) }
      : {
          features: ['prompt', 'chosen', 'rejected'].map((name) => ({ name })), num_rows_total: 3,
          rows: [0, 1, 2].map((i) => ({ row_idx: i, row: { prompt: `q${i}`, chosen: 'yes', rejected: 'no' } })),
        });
    await state().findDataset('some/one');
    const { question } = state();
    if (question?.about !== 'splits') throw new Error('not asked');
    expect(question.splits.map(({ split }) => split)).toEqual(['train', 'test']);
    await state().readSplit(question.splits[1]!);
    expect(state().imported).toMatchObject({ comparisons: 3, bad: { count: 0 } });
    await state().findDataset('https://elsewhere.example/x');
    expect(state().importTrouble).toMatch(/named as in/);
  });

  it('says what is wrong with it', async () => {
    await state().takeFile(file(''));
    expect(state().importTrouble).toMatch(/empty/);
  });
});

describe('a language model', () => {
  it('labels in both orders, its spending is counted, and stored replies are not asked for again', async () => {
    useModel();
    await state().run();
    expect(state().trouble).toBeUndefined();
    const [row] = state().results!.rows;
    expect(row!.labeler).toMatchObject({ name: 'tiny', parameters: 7e9 });
    expect(row!.figures).toMatchObject({ n: 20, parsed: 1, agreement: { value: 0.75 }, samePick: { value: 1 } });
    // Two calls a pair of 100 tokens at $1 and one at $2 per million.
    expect(row!.figures.costPer1000).toBeCloseTo(1000 * 2 * 102e-6, 9);
    const calls = sent.length;
    expect(calls).toBe(41);
    await state().run();
    expect(sent).toHaveLength(calls);
    expect(state().progress[0]).toMatchObject({ state: 'done', calls: { spentUsd: 0, made: 0, cached: calls } });
    expect(state().results!.rows[0]!.figures.costPer1000).toBeCloseTo(0.204, 9);
  });

  it('keeps finished labels through a stop, and pauses in between', async () => {
    useModel();
    const held: (() => void)[] = [];
    answer = (body) => sent.length < 12 ? reply(body) : new Promise((resolve) => held.push(() => resolve(reply(body))));
    const done = state().run();
    await until(() => held.length > 0);
    state().pause();
    expect(state().status).toBe('paused');
    state().resume();
    expect(state().status).toBe('running');
    state().stop();
    await done;
    const { n } = state().results!.rows[0]!.figures;
    expect(n).toBeGreaterThan(1);
    expect(n).toBeLessThan(20);
    for (const release of held) release();
    const before = sent.length;
    answer = reply;
    await until(() => cache.size === before);
    await state().run();
    expect(state().results!.rows[0]!.figures.n).toBe(20);
    // Replies that were on their way when it was stopped are paid for, and not asked for again.
    expect(sent).toHaveLength(41);
  });

  it('says what is missing, and what its server answered', async () => {
    choose('llm');
    await state().run();
    expect(state().trouble?.message).toMatch(/Choose a model/);
    useModel();
    answer = () => Response.json({ error: { message: `Incorrect API key provided: ${KEY}` } }, { status: 401 });
    await state().run();
    expect(state().trouble?.message).toMatch(/refused the key/);
    expect(JSON.stringify(state())).not.toContain(KEY);
  });

  it('is told its own key only, which is in nothing that is written', async () => {
    useModel();
    await state().testConnection();
    await state().run();
    expect(JSON.stringify(sent.map(({ headers }) => headers))).toContain(KEY);
    const { name, pairs, sets, rows } = state().results!;
    const written = [
      JSON.stringify(state()), leaderboardCsv(rows), leaderboardJson(name, rows), annotationsJson(pairs, sets), labelsJson(name, sets),
      ...[...session].flat(), ...sent.map(({ body }) => (typeof body === 'string' ? body : '')),
    ].join('\n');
    expect(written).not.toContain(KEY);
    expect(cacheKeys.length).toBeGreaterThan(0);
    expect(cacheKeys.join()).not.toContain(KEY);

    state().keepKey(true);
    expect([...session.values()].join()).toContain(KEY);
    state().clearKeys();
    expect([session.size, state().hasKey]).toEqual([0, false]);

    state().setKey(KEY);
    state().setLlm({ baseUrl: 'https://other.example/v1' });
    expect(state().hasKey).toBe(false);
    const before = sent.length;
    await state().listModels();
    expect(sent.length).toBeGreaterThan(before);
    expect(JSON.stringify(sent.slice(before))).not.toContain(KEY);
  });
});

describe('recorded labels', () => {
  it('are shown again without asking anybody, and only on their own pairs', async () => {
    useModel();
    await state().run();
    const { name, sets } = state().results!;
    const file = new File([labelsJson(name, sets)], 'labels.json');
    state().clearResults();
    const before = sent.length;
    await state().replay(file);
    expect(sent).toHaveLength(before);
    expect(state().results!.rows[0]!.labeler).toMatchObject({ name: 'tiny' });
    expect(state().results!.rows[0]!.labeler.origin).toMatch(/^Recorded labels of labels\.json\./);
    state().setCount(16);
    await state().replay(file);
    expect(state().replayNote).toMatch(/4 labels belong to other pairs/);
    await state().replay(new File(['{}'], 'other.json'));
    expect(state().trouble?.message).toMatch(/not a file of labels/);
  });
});
