import { beforeEach, describe, expect, it, vi } from 'vitest';
import { labelFileSchema } from '../core/labReport';
import { createMemoryCache } from '../labelers/llm/cache';
import { labelsJson } from './labFiles';
import { createLabKeys } from './labKeys';
import { pairsOf } from './labState';
import { createLabStore, type LabStore } from './labStore';
import { ballotOf, type Vote } from './labVotes';
import type { VoteStore } from './labVoteStore';
import { StorageError } from './storage';

/** The visitor's votes in the lab's store: kept, undone, forgotten, and in the table. */

let kept: Vote[];
let refusal: StorageError | undefined;
const attempt = (change: () => void): Promise<void> => {
  if (refusal) return Promise.reject(refusal);
  change();
  return Promise.resolve();
};
const votes: VoteStore = {
  all: async () => {
    if (refusal) throw refusal;
    return [...kept];
  },
  add: (vote) => attempt(() => kept.push(vote)),
  remove: (vote) => attempt(() => (kept = kept.filter(({ order }) => order !== vote.order))),
  clear: () => attempt(() => (kept = [])),
};

let store: LabStore;
const state = (): ReturnType<LabStore['getState']> => store.getState();
const ballot = (): ReturnType<typeof ballotOf> => ballotOf(pairsOf(state())!, state().votes!);
const yourRow = () => state().results?.rows.find(({ labeler }) => labeler.id === 'you');

/** A page that was just opened, with a file of 30 pairs whose preferred response says yes. */
async function open(): Promise<void> {
  store = createLabStore({
    backend: 'cpu',
    openSession: () => Promise.reject(new Error('no engine is needed')),
    fetch: () => Promise.reject(new Error('nothing is sent')),
    replies: { ...createMemoryCache(), clear: async () => undefined },
    votes,
    keys: createLabKeys(() => ({ getItem: () => null, setItem: () => undefined, removeItem: () => undefined })),
    surroundings: () => ({ online: true, securePage: true, localNetwork: async () => 'unknown' }),
  });
  const rows = Array.from({ length: 30 }, (_, i) => `q${i},yes ${i},no`).join('\n');
  await state().takeFile(new File([`prompt,chosen,rejected\n${rows}`], 'pairs.csv'));
  state().choose('you', true);
  await vi.waitFor(() => expect(state().votes).toBeDefined());
}

/** Votes for the response that says yes. */
function voteYes(times: number): void {
  for (let i = 0; i < times; i++) {
    const { pair, first } = ballot().question!;
    state().vote(pair.responses[first].startsWith('yes') ? 'first' : 'second', 500);
  }
}

beforeEach(async () => {
  [kept, refusal] = [[], undefined];
  await open();
});

describe('the visitor', () => {
  it('joins the table with 20 labels, in exports too, and leaves it again', async () => {
    // Two of the first 22 questions are repetitions.
    voteYes(21);
    await new Promise((resolve) => setTimeout(resolve, 350));
    expect(yourRow()).toBeUndefined();
    voteYes(1);
    await vi.waitFor(() => expect(yourRow()).toBeDefined());
    expect(yourRow()!.figures).toMatchObject({
      n: 20, parsed: 1, agreement: { value: 1 }, samePick: { value: 1, n: 2 }, secondsPer1000: 500,
    });
    const { results } = state();
    const file = labelFileSchema.parse(JSON.parse(labelsJson(results!.name, results!.sets)));
    expect(file.labelers.map(({ labeler, labels }) => [labeler.id, labeler.kind, labels.length])).toEqual([['you', 'you', 20]]);
    state().undoVote();
    await vi.waitFor(() => expect(yourRow()).toBeUndefined());
  });

  it('finds every vote again after a reload, and may take back the last', async () => {
    voteYes(9);
    state().vote('skip', 100);
    const before = { votes: state().votes, question: ballot().question };
    expect(kept).toHaveLength(10);
    await open();
    expect({ votes: state().votes, question: ballot().question }).toEqual(before);
    state().undoVote();
    state().undoVote();
    expect([kept.length, ballot().answered]).toEqual([8, 8]);
    await state().forgetVotes();
    expect([kept.length, ballot().answered]).toEqual([0, 0]);
  });

  it('keeps votes on other pairs when the last one here is undone', async () => {
    kept = [{ order: 4, pairId: 'elsewhere', showing: 0, first: 0, answer: 'tie' }];
    await open();
    state().undoVote();
    expect(kept).toHaveLength(1);
    voteYes(1);
    expect(kept[1]!.order).toBe(5);
    state().undoVote();
    expect(kept.map(({ pairId }) => pairId)).toEqual(['elsewhere']);
  });

  it('votes on in memory where nothing can be stored, and is told', async () => {
    refusal = new StorageError('The disk is full.');
    await open();
    voteYes(22);
    await vi.waitFor(() => expect(yourRow()?.figures.n).toBe(20));
    expect([kept.length, state().voteNote]).toEqual([0, 'The disk is full.']);
  });

  it('is asked by nobody: a run labels with the others, and the row is there beside theirs', async () => {
    voteYes(22);
    for (const choice of state().chosen) if (choice !== 'you') state().choose(choice, false);
    state().choose('longer', true);
    await state().run();
    expect(state().progress.map(({ choice }) => choice)).toEqual(['longer']);
    expect(state().results!.rows.map(({ labeler }) => labeler.id).sort()).toEqual(['rule-longer', 'you']);
  });

  it("does not get another reader's votes from a file of labels", async () => {
    voteYes(22);
    await vi.waitFor(() => expect(yourRow()).toBeDefined());
    const { results } = state();
    await state().replay(new File([labelsJson(results!.name, results!.sets)], 'labels.json'));
    expect(state().results!.rows.map(({ labeler }) => labeler.id)).toEqual(['you', 'you-recorded']);
  });
});
