import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bundleSchema } from '../core/bundle';
import { DEFAULT_CONFIG } from '../core/config';
import { bundleRun, findColumns, firstColumns, joinColumns, MOST_COLUMNS, parseColumnKey, sameReward, shownCompareRun } from './comparePosts';
import { NO_HISTORY, withCheckpoint } from './sampleHistory';
import { newRun, runOfBundle } from './shownRun';
import { testAnswer, testPost, testRun } from './testing/compare';

const bundle = bundleSchema.parse(JSON.parse(readFileSync('public/recorded-run.json', 'utf8')));
const answers = (n: number) => Array.from({ length: n }, (_, i) => testAnswer(`w${i}`, i));

describe('columns', () => {
  it('of the recorded run are its arms, the trained ones first, over all its stored posts', () => {
    const run = shownCompareRun(runOfBundle(bundle, 'recorded'), 'shown');
    const keys = firstColumns(run);
    expect(keys).toEqual(['rlhf', 'rlaif', 'sft']);
    const { columns } = findColumns([run], keys);
    const joined = joinColumns(columns);
    expect(joined.ok && joined.rows).toHaveLength(bundle.prompts.length);
    expect(joined.ok && joined.note).toBe(undefined);
    const first = joined.ok ? joined.rows[0]! : undefined;
    expect(first!.answers[1]).toEqual(bundle.arms.find(({ id }) => id === 'rlaif')!.samples[0]!.answer);
    // People and the AI labeler train a reward model each.
    expect(sameReward(columns[0], columns[1])).toBe(false);
    expect(sameReward(columns[0], columns[0])).toBe(true);
    expect(sameReward(columns[2], columns[2])).toBe(false);
  });

  it('of two arms with the same labels and reward settings have the same reward, a run and its copy too', () => {
    const arms = [...DEFAULT_CONFIG.arms, { id: 'rlaif-kl', label: 'KL', feedback: 'ai' as const, set: { 'rl.klCoef': 0.5 } }];
    const doubled = { ...bundle, config: { ...bundle.config, arms }, arms: [...bundle.arms, { ...bundle.arms[2]!, id: 'rlaif-kl' }] };
    const shown = shownCompareRun(runOfBundle(doubled, 'recorded'), 'shown');
    const { columns } = findColumns([shown, bundleRun(doubled, 'x', 'copy')], ['rlhf', 'rlaif', 'rlaif-kl', 'x:rlaif']);
    expect([1, 2, 3].map((i) => sameReward(columns[0], columns[i]))).toEqual([false, false, false]);
    expect([2, 3].map((i) => sameReward(columns[1], columns[i]))).toEqual([true, true]);
    expect(columns[3]!.label).toBe('RLAIF, copy');
  });

  it('have names that may hold colons in the run, at most so many, each once; unknown ones are told', () => {
    expect(parseColumnKey('a:b:rlhf')).toEqual({ run: 'a:b', arm: 'rlhf' });
    expect(parseColumnKey('rlhf')).toEqual({ run: '', arm: 'rlhf' });
    const many = testRun(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`arm-${i}`, answers(1)])));
    const found = findColumns([many], ['arm-0', 'arm-0', 'nobody', ...many.arms.map(({ id }) => id)]);
    expect(found.columns.length).toBeLessThanOrEqual(MOST_COLUMNS);
    expect(new Set(found.columns.map(({ key }) => key)).size).toBe(found.columns.length);
    expect(found.missing).toEqual(['nobody']);
  });
});

describe('the posts in common', () => {
  const shown = testRun({ rlhf: answers(4) });

  it('are joined by their ids, in the order of the first column, and counted', () => {
    const other = testRun({ rlhf: answers(3) }, { key: 'x', posts: ['p3', 'p1', 'elsewhere'].map((id) => testPost(id)) });
    const joined = joinColumns(findColumns([shown, other], ['rlhf', 'x:rlhf']).columns);
    expect(joined.ok && joined.rows.map(({ post, answers: said, place }) => [post.id, said.map(({ gold }) => gold), place]))
      .toEqual([['p1', [1, 1], 0], ['p3', [3, 0], 1]]);
    expect(joined.ok && joined.note).toBe('2 posts are in common; the columns have 4, 3.');
  });

  it('may be none: then the columns are refused', () => {
    const other = testRun({ rlhf: answers(1) }, { key: 'x', posts: [testPost('elsewhere')] });
    expect(joinColumns(findColumns([shown, other], ['rlhf', 'x:rlhf']).columns)).toMatchObject({ ok: false });
    expect(joinColumns([])).toMatchObject({ ok: false });
  });

  it('are no more those of the same id with other words', () => {
    const other = testRun({ rlhf: answers(2) }, { key: 'x', posts: [testPost('p0'), testPost('p1', 'work', 2, ['else'])] });
    const joined = joinColumns(findColumns([shown, other], ['rlhf', 'x:rlhf']).columns);
    expect(joined.ok && [joined.rows.map(({ post }) => post.id), joined.note?.includes('other words')]).toEqual([['p0'], true]);
  });
});

describe('a run in this page', () => {
  const sample = (word: string) => [{ promptId: 'p0', answer: testAnswer(word, 0) }];
  const history = [[0, 'start'], [5, 'five']] .reduce((all, [step, word]) =>
    withCheckpoint(all, 'rlhf', [testPost('p0')], { step: Number(step), samples: sample(String(word)) }), NO_HISTORY);
  const live = { ...newRun(DEFAULT_CONFIG, undefined, {}), prompts: [testPost('p0')], samples: { rlhf: sample('five') }, history };

  it('shows what came last, or what was written by a step', () => {
    const wordOf = (step?: number) => shownCompareRun(live, 'shown', step).arms.find(({ id }) => id === 'rlhf')!;
    expect([wordOf(), wordOf(0), wordOf(4), wordOf(5)].map(({ samples, step }) => [samples[0]!.answer.words[0], step]))
      .toEqual([['five', 5], ['start', 0], ['start', 0], ['five', 5]]);
    const arms = shownCompareRun(live, 'shown').arms;
    expect(arms.map(({ id }) => id)).toEqual(['sft', 'rlhf', 'rlaif']);
    expect(joinColumns(findColumns([shownCompareRun(live, 'shown')], ['rlhf', 'rlaif']).columns)).toMatchObject({ ok: false });
  });

  it('keeps its steps once it has ended', () => {
    const ended = { ...runOfBundle(bundle, 'here'), history };
    expect(shownCompareRun(ended, 'shown').prompts).toHaveLength(bundle.prompts.length);
    expect(shownCompareRun(ended, 'shown', 0).prompts.map(({ id }) => id)).toEqual(['p0']);
  });
});
