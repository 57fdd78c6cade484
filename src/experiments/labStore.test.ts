import { gzipSync } from 'fflate';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { JUDGE_SEEDS } from '../core/judges';
import type { LabelerInfo } from '../core/labReport';
import type { Label } from '../core/preferences';
import { createMemoryCache } from '../labelers/llm/cache';
import type { LabHandle } from '../worker/client';
import type { LabWorld, WorldLabeler } from '../worker/protocol';
import { annotationsJson, labelsJson, leaderboardCsv, leaderboardJson } from './labFiles';
import { createLabKeys } from './labKeys';
import { leaderboardRows } from './labResults';
import { askedOf, pairsOf, type LabSession } from './labState';
import { createLabStore, type LabStore } from './labStore';
import type { SessionOptions } from './runStore';

const KEY = 'sk-very-secret-0123456789';
const BASE = 'https://llm.example/v1';

/** Pairs of which people prefer the first in all but every fourth. */
function worldOf(count: number, labelers: readonly WorldLabeler[], engine: string): LabWorld {
  const pairs = Array.from({ length: count }, (_, i) => ({
    id: `pair:${i}-${engine}`, prompt: `post ${i}`, responses: [`good ${i}`, `bad number ${i}`] as const, people: i % 4 === 3 ? 0.2 : 0.8,
  }));
  return {
    pairs: pairs.map((pair) => ({ ...pair, responses: [...pair.responses] as [string, string] })),
    labelers: labelers.flatMap((asked) => identitiesOf(asked).map((identity) => ({
      asked, identity, seconds: 3,
      labels: pairs.map(({ id }): Label => ({ pairId: id, labeler: identity.id, pA: 1, raw: [1], parsed: true })),
    }))),
  };
}

/** A small judge was trained twice here. */
function identitiesOf(asked: WorldLabeler): LabelerInfo[] {
  const origin = 'made for a test';
  if (asked === 'people' || asked === 'noisy') return [{ id: asked, name: `a ${asked}`, kind: asked, origin }];
  return [1, 2].map((seed) => ({
    id: `${asked}-${seed}`, name: `a ${asked}`, kind: 'judge', origin, group: { id: asked, name: `a ${asked}`, seed },
  }));
}

class FakeSession implements LabSession {
  closed = false;
  readonly asked: (readonly WorldLabeler[])[] = [];
  constructor(readonly options: SessionOptions, private readonly hang: boolean, private readonly engine: string) {}
  readonly told: ('pause' | 'resume')[] = [];
  finish: () => void = () => undefined;
  lab(
    { config, labelers }: Parameters<LabSession['lab']>[0], onEvents: Parameters<LabSession['lab']>[1],
  ): LabHandle {
    this.asked.push(labelers);
    const { engine } = this;
    const { count } = config.pairs;
    onEvents(labelers.map((labeler) => ({ type: 'lab', runId: '', labeler, done: 1, total: count * identitiesOf(labeler).length })));
    return {
      result: new Promise((resolve) => {
        this.finish = () => resolve(worldOf(count, labelers, engine));
        if (!this.hang) this.finish();
      }),
      pause: () => this.told.push('pause'),
      resume: () => this.told.push('resume'),
    };
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
/** Another one writes other texts. */
let engine: string;
let sent: RequestInit[];
let answer: (body: string, url: string) => Response | Promise<Response>;
let cache: ReturnType<typeof createMemoryCache>;
let cacheKeys: string[];
let session: Map<string, string>;
let store: LabStore;
const state = (): ReturnType<LabStore['getState']> => store.getState();
const until = (holds: () => boolean): Promise<void> => vi.waitFor(() => expect(holds()).toBe(true));

beforeEach(() => {
  [sessions, hang, engine, sent, answer, cache, cacheKeys, session] = [[], false, 'gpu', [], reply, createMemoryCache(), [], new Map<string, string>()];
  store = createLabStore({
    backend: 'cpu',
    openSession: async (options) => {
      const opened = new FakeSession(options, hang, engine);
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
    const { rows } = state().results!;
    expect(rows.map(({ labeler, figures }) => [labeler.id, figures.n, figures.agreement.value])).toEqual([
      // The annotator of the test always prefers the first, people do in three of four; the first has fewer words.
      ['annotator', 20, 0.75], ['rule-longer', 20, 0.25],
    ]);
    choose('people', 'judge-m');
    await state().run();
    expect(sessions.map(({ asked }) => asked)).toEqual([[['people']], [['judge-m']]]);
    // Rows of the same pairs stay, and each training of a judge has one; a thousand of its labels at 3 s for 20 take 150 s.
    const rowIds = (): string[] => state().results!.rows.map(({ labeler }) => labeler.id);
    expect(rowIds()).toEqual(['annotator', 'rule-longer', 'judge-m-1', 'judge-m-2']);
    expect(state().results!.rows[3]!.labeler.group).toEqual({ id: 'judge-m', name: 'a judge-m', seed: 2 });
    expect(state().results!.rows[3]!.figures.secondsPer1000).toBeCloseTo(150, 6);
    expect(state().results!.rows[0]!.figures.secondsPer1000).toBeUndefined();
    await state().run();
    expect(sessions).toHaveLength(2);
    expect(state().progress).toEqual([
      { choice: 'people', done: 20, total: 20, state: 'done' }, { choice: 'judge-m', done: 40, total: 40, state: 'done' },
    ]);
    state().setCount(24);
    await state().run();
    expect(rowIds()).toEqual(['annotator', 'judge-m-1', 'judge-m-2']);
    expect(state().results!.rows.map(({ figures }) => figures.n)).toEqual([24, 24, 24]);
  });

  it('is asked for everything again where another engine wrote other texts', async () => {
    choose('people');
    await state().run();
    engine = 'cpu';
    choose('people', 'judge-m');
    await state().run();
    expect(sessions.map(({ asked, closed }) => [asked, closed])).toEqual([
      [[['people']], true], [[['judge-m'], ['people', 'judge-m']], true],
    ]);
    const { pairs, rows } = state().results!;
    expect(pairs[0]!.id).toBe('pair:0-cpu');
    expect(rows.map(({ labeler, figures }) => [labeler.id, figures.n])).toEqual([['annotator', 20], ['judge-m-1', 20], ['judge-m-2', 20]]);
    await state().run();
    expect([sessions.length, state().trouble]).toEqual([2, undefined]);
  });

  it('can be stopped while it is asked', async () => {
    hang = true;
    choose('judge-s', 'longer');
    const done = state().run();
    // A label of each training of a judge is wanted.
    expect(state().progress.map(({ total }) => total)).toEqual([20 * JUDGE_SEEDS, 20]);
    await until(() => state().progress[0]?.done === 1);
    expect(state().progress[0]).toMatchObject({ total: 40, state: 'working' });
    state().stop();
    await done;
    expect(sessions[0]!.closed).toBe(true);
    expect(state()).toMatchObject({ status: 'idle', trouble: undefined, results: undefined });
  });
});

describe('pause', () => {
  it('holds whichever labeler is at work, also one whose turn comes meanwhile', async () => {
    hang = true;
    useModel();
    choose('judge-s', 'llm');
    expect(state().pausable).toBe(false);
    const done = state().run();
    await until(() => state().pausable);
    const [opened] = sessions;
    state().pause();
    state().resume();
    state().pause();
    expect([opened!.told, state().status]).toEqual([['pause', 'resume', 'pause'], 'paused']);
    // Its last labels may be on their way already.
    opened!.finish();
    await until(() => state().progress[1]?.state === 'working');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([state().status, sent.length]).toEqual(['paused', 0]);
    state().resume();
    await done;
    expect(state()).toMatchObject({ status: 'idle', pausable: false, progress: [{ done: 40 }, { done: 20 }] });
  });
});

describe('another task', () => {
  it('brings its own pairs, judges and question', async () => {
    await state().run();
    const { results } = state();
    expect(results).toMatchObject({ task: 'tldr', name: 'built-in forum posts' });
    state().setTask('harmless');
    expect(state()).toMatchObject({ task: 'harmless', llm: { kind: 'harmful' }, pagePrompt: { kind: 'harmful' } });
    expect(askedOf(state())).toEqual(['people', 'judge-m', 'longer', 'shorter', 'first', 'coin']);
    expect(pairsOf(state())).toBeUndefined();
    await state().run();
    expect(state().results).toMatchObject({ task: 'harmless', name: 'built-in harmless dialogues' });
    expect(state().results!.sets.map(({ labeler }) => labeler.id)).not.toContain('judge-xs-1');
    state().setTask('helpful');
    expect(state().llm.kind).toBe('dialogue');
    state().setLlm({ kind: 'harmless' });
    state().setTask('helpful');
    expect(state().llm.kind).toBe('harmless');
  });
});

describe('a file of pairs', () => {
  const file = (text: string): File => new File([text], 'pairs.csv');
  const rows = Array.from({ length: 30 }, (_, i) => `q${i},yes ${i},no`).join('\n');
  const hhLines = (count: number): string => Array.from({ length: count }, (_, i) => {
    const [chosen, rejected] = ['yes', 'no'].map((reply) => `\n\nHuman: q${i}\n\nAssistant: ${reply}`);
    return JSON.stringify({ chosen, rejected });
  }).join('\n');

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
    expect(state().results).toMatchObject({ task: undefined, name: 'pairs.csv', rows: [{ figures: { n: 25, agreement: { value: 1 } } }] });
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

  it('may be a part of HH, which the prompt follows; other pairs do not keep what was asked of it', async () => {
    const kinds = (): string[] => [state().llm.kind, state().pagePrompt.kind];
    answer = () => new Response(gzipSync(new TextEncoder().encode(hhLines(30))));
    await state().readHh('harmless');
    expect(state()).toMatchObject({ source: 'imported', imported: { name: 'HH, harmless', comparisons: 30 }, reading: undefined });
    expect(kinds()).toEqual(['harmful', 'harmful']);
    state().setSource('builtIn');
    expect(kinds()).toEqual(['summary', 'summary']);
    state().setSource('imported');
    expect(kinds()).toEqual(['harmful', 'harmful']);
    await state().readHh('helpful');
    expect([state().imported?.name, ...kinds()]).toEqual(['HH, helpful', 'dialogue', 'dialogue']);
    await state().readHh('harmless');
    await state().takeFile(file(`prompt,chosen,rejected\n${rows}`));
    expect([state().imported?.name, ...kinds()]).toEqual(['pairs.csv', 'dialogue', 'dialogue']);
    // What the visitor asks about pairs of their own stays with the next file of theirs.
    state().setLlm({ kind: 'summary' });
    await state().takeFile(file(`prompt,chosen,rejected\n${rows}`));
    expect(kinds()).toEqual(['summary', 'dialogue']);
  });

  it('stays, and so does the prompt, where HH cannot be fetched or is stopped', async () => {
    await state().takeFile(file(`prompt,chosen,rejected\n${rows}`));
    const { imported } = state();
    answer = () => new Response('Entry not found', { status: 404 });
    await state().readHh('harmless');
    expect(state().importTrouble).toMatch(/404.*download the file yourself/);
    let answered: (response: Response) => void = () => undefined;
    answer = () => new Promise((resolve) => {
      answered = resolve;
    });
    const reading = state().readHh('harmless');
    expect(state()).toMatchObject({ reading: { name: 'HH, harmless', share: 0 }, importTrouble: undefined });
    state().stopReading();
    answered(new Response(hhLines(30)));
    await reading;
    expect(state()).toMatchObject({ reading: undefined, importTrouble: undefined, llm: { kind: 'dialogue' } });
    expect(state().imported).toBe(imported);
  });

  it('changes the prompt where it takes the place of the built-in world, and then no more', async () => {
    expect(state().llm.kind).toBe('summary');
    await state().takeFile(file(`prompt,chosen,rejected\n${rows}`));
    expect(state().llm.kind).toBe('dialogue');
    state().setLlm({ kind: 'summary' });
    await state().takeFile(file(`prompt,chosen,rejected\n${rows}`));
    await state().findDataset('https://elsewhere.example/x');
    expect(state().llm.kind).toBe('summary');
    state().setSource('builtIn');
    state().setSource('imported');
    expect(state().llm.kind).toBe('dialogue');
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

    // Replies that were on their way when it was stopped are paid for: a run right after it awaits them, and can be stopped.
    const before = sent.length;
    for (const end of [() => state().stop(), () => held.forEach((release) => release())]) {
      answer = reply;
      const again = state().run();
      await until(() => state().activity !== undefined);
      expect(state()).toMatchObject({ activity: 'Waiting for replies to calls of the stopped run', trouble: undefined });
      expect([sent.length, state().progress[0]!.state]).toEqual([before, 'waiting']);
      end();
      await again;
    }
    expect(state().activity).toBeUndefined();
    expect(state().results!.rows[0]!.figures.n).toBe(20);
    expect(sent).toHaveLength(41);
    await state().run();
    expect(sent).toHaveLength(41);
  });

  it('is awaited by no run of another model', async () => {
    useModel();
    answer = () => new Promise(() => undefined);
    const stopped = state().run();
    await until(() => sent.length > 0);
    state().stop();
    await stopped;
    answer = reply;
    state().setLlm({ model: 'other' });
    await state().run();
    expect(state().results!.rows.map(({ labeler, figures }) => [labeler.name, figures.n])).toEqual([['other', 20]]);
  });

  it('reports the prices and the cap of its run, whatever the form says since', async () => {
    useModel();
    await state().run();
    const { calls } = state().progress[0]!;
    expect(calls).toMatchObject({ capUsd: 1, spentUsd: expect.closeTo(41 * 102e-6, 9) as number });
    state().setLlm({ priceInput: undefined, priceOutput: undefined, capUsd: undefined });
    expect(state().progress[0]!.calls).toEqual(calls);
    state().setLlm({ detail: 'base' });
    await state().run();
    expect(state().progress[0]!.calls).toMatchObject({ spentUsd: undefined, capUsd: undefined, made: 41 });
  });

  it('is named by what is unusual about how it is asked, and keeps that', async () => {
    useModel();
    await state().run();
    state().setLlm({ detail: 'base' });
    await state().run();
    for (const preamble of ['Decide.', 'Decide well.']) {
      state().setLlm({ preamble });
      await state().run();
    }
    const labelers = state().results!.rows.map(({ labeler }) => labeler);
    const [, , , last] = labelers;
    expect(labelers.map(({ name }) => name)).toEqual([
      'tiny', 'tiny, base prompt', 'tiny, base prompt, edited words', `tiny, base prompt, edited words (${last!.id.slice(-8)})`,
    ]);
    expect(labelers[1]!.asked).toEqual({ detail: 'base', exemplars: 0, chainOfThought: false, samples: 1, rung: 'logprobs', settings: expect.any(String) as string });
    // Asked again, each keeps its name.
    await state().run();
    expect(state().results!.rows.map(({ labeler }) => labeler)).toEqual(labelers);
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
      JSON.stringify(state()), leaderboardCsv(leaderboardRows(rows)), leaderboardJson(name, leaderboardRows(rows)), annotationsJson(pairs, sets), labelsJson(name, sets),
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

it('does not take the listed prices of one server for those of another', () => {
  useModel();
  state().setLlm({ pricesListed: true });
  state().setLlm({ model: 'other' });
  expect(state().llm).toMatchObject({ priceInput: 1, priceOutput: 2, pricesListed: true });
  state().setLlm({ baseUrl: 'https://other.example/v1' });
  expect(state().llm).toMatchObject({ priceInput: undefined, priceOutput: undefined, pricesListed: false });
  // What the visitor typed is the visitor's.
  state().setLlm({ priceInput: 3, priceOutput: 4 });
  state().setLlm({ baseUrl: BASE });
  expect(state().llm).toMatchObject({ priceInput: 3, priceOutput: 4 });
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
    expect(state().results!.rows[0]!.labeler).toMatchObject({ name: 'tiny (recorded)' });
    expect(state().results!.rows[0]!.labeler.origin).toMatch(/^Recorded labels of labels\.json\./);
    // Measured again, they stand beside each other; a file saved of both comes back as it was.
    await state().run();
    const names = (): string[] => state().results!.rows.map(({ labeler }) => labeler.name);
    expect(names()).toEqual(['tiny (recorded)', 'tiny']);
    const both = new File([labelsJson(name, state().results!.sets)], 'both.json');
    await state().replay(both);
    expect([names(), state().trouble]).toEqual([['tiny (recorded)', 'tiny', 'tiny (recorded 2)'], undefined]);
    await state().replay(new File([labelsJson(name, sets)], 'another.json'));
    await state().replay(file);
    expect(names()).toEqual(['tiny (recorded)', 'tiny', 'tiny (recorded 2)', 'tiny (recorded 3)']);
    state().setCount(16);
    await state().replay(file);
    expect(state().replayNote).toMatch(/4 labels belong to other pairs/);
    await state().replay(new File(['{}'], 'other.json'));
    expect(state().trouble?.message).toMatch(/not a file of labels/);
  });
});
