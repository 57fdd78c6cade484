import { describe, expect, it } from 'vitest';
import type { Answer, PromptRecord } from '../../core/bundle';
import { TASK_WORDS } from '../../core/taskWords';
import { answerLine, armFilters, goldSpread, postRows, selectPosts, type ArmAnswers } from './posts';

const prompt = (id: string, words: string): PromptRecord => ({
  id,
  topic: 'work',
  words: words.split(' '),
  facts: [
    { slot: 'who', value: 'my boss', importance: 1, spans: [[0, 2]] },
    { slot: 'duration', value: 'two weeks', importance: 1, spans: [] },
  ],
});
const answer = (gold: number, words = 'my boss .', invented = 0, stumbles = 0): Answer => ({
  words: words.split(' '),
  finished: true,
  gold,
  check: { covered: ['who'], invented, stumbles, words: words.split(' ').length - 1, marks: [] },
});

const prompts = [
  prompt('a', 'my boss yells .'),
  prompt('b', 'my cat sleeps .'),
  prompt('c', 'my car broke .'),
  prompt('d', 'nobody answered'),
];
const arms: ArmAnswers[] = [
  { id: 'sft', label: 'SFT', samples: [{ promptId: 'a', answer: answer(9) }, { promptId: 'b', answer: answer(0) }] },
  {
    id: 'rlhf',
    label: 'RLHF',
    samples: [
      { promptId: 'a', answer: answer(1) },
      { promptId: 'b', answer: answer(1, 'my dog ran , he says .', 1) },
      { promptId: 'c', answer: answer(2) },
    ],
  },
  {
    id: 'rlaif',
    label: 'RLAIF',
    samples: [
      { promptId: 'c', answer: answer(2.5) },
      { promptId: 'a', answer: answer(1.25) },
      { promptId: 'b', answer: answer(-2, 'my dog .', 1, 2) },
    ],
  },
];
const rows = postRows(prompts, arms);
const filters = armFilters(arms, TASK_WORDS.tldr);
const ids = (selection: Partial<Parameters<typeof selectPosts>[2]>): string[] =>
  selectPosts(rows, filters, { order: 'drawn', filters: [], search: '', ...selection }).map((row) => row.prompt.id);

describe('postRows', () => {
  it('brings answers to their posts by id and leaves out posts without any', () => {
    expect(rows.map((row) => [row.prompt.id, Object.keys(row.answers)])).toEqual([
      ['a', ['sft', 'rlhf', 'rlaif']],
      ['b', ['sft', 'rlhf', 'rlaif']],
      ['c', ['rlhf', 'rlaif']],
    ]);
    expect(rows[0]!.answers.rlaif!.gold).toBe(1.25);
  });
});

describe('selectPosts', () => {
  it('orders by difference in gold between trained arms, SFT aside', () => {
    expect(rows.map(goldSpread)).toEqual([0.25, 3, 0.5]);
    expect(ids({ order: 'different' })).toEqual(['b', 'c', 'a']);
    expect(ids({})).toEqual(['a', 'b', 'c']);
  });

  it('counts SFT where only one arm was trained', () => {
    expect(postRows(prompts, arms.slice(0, 2)).map(goldSpread)).toEqual([8, 1, 0]);
  });

  it('makes filters from the arms, without SFT, and wants all that are chosen', () => {
    const labels = filters.map((filter) => filter.label);
    expect(labels).toEqual(['RLHF invents', 'RLHF stumbles', 'RLAIF invents', 'RLAIF stumbles']);
    expect(armFilters(arms, TASK_WORDS.helpful)[0]).toMatchObject({ id: 'rlhf:invents', label: 'RLHF says something wrong' });
    expect(ids({ filters: ['rlhf:invents'] })).toEqual(['b']);
    expect(ids({ filters: ['rlhf:invents', 'rlaif:stumbles'] })).toEqual(['b']);
    expect(ids({ filters: ['rlhf:invents', 'rlhf:stumbles'] })).toEqual([]);
  });

  it('searches posts and answers, whatever the case', () => {
    expect(ids({ search: ' CAR broke.' })).toEqual(['c']);
    expect(ids({ search: 'dog ran, he' })).toEqual(['b']);
    expect(ids({ search: 'zebra' })).toEqual([]);
  });
});

describe('answerLine', () => {
  it('says what the checker counted and passes over zeros', () => {
    expect(answerLine(answer(1), prompts[0]!, TASK_WORDS.tldr)).toBe('covered 1/2 facts, 2 words');
    expect(answerLine(answer(1, 'x .', 2, 1), prompts[0]!, TASK_WORDS.tldr)).toBe('covered 1/2 facts, 1 word, 2 invented, 1 stumble');
    expect(answerLine(answer(1, 'x .', 2, 1), prompts[0]!, TASK_WORDS.helpful)).toBe('says 1/2 things called for, 1 word, 2 wrong, 1 stumble');
  });
});
