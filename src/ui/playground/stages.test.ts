import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG, parseConfig, setPath } from '../../core/config';
import { TASK_IDS, wordsOf } from '../../core/taskWords';
import { STAGES } from '../../experiments/shownRun';
import { CHARTS, chartsIn, metricIn, METRICS, type MetricKey } from '../charts/metrics';
import { dimensionWords, markingWords, rowsWords } from '../compare/words';
import { FIGURE_IDS, figureOf } from '../../evaluation/figures';
import { figureIn } from '../sweep/words';
import { answerLine, armFilters } from '../sidebyside/posts';
import { promptsOf } from './measured';
import { stageName, stageText } from './stages';

const OF_POSTS = /\b(posts?|summar\w*|invent\w*)\b|[{}]/i;
const ANSWER = { words: ['no', '.'], finished: true, check: { covered: [], invented: 2, stumbles: 1, words: 1, marks: [] }, gold: 0 };

/** What the playground and the compare screen say of a run on a task, as far as words are made apart from their places. */
function said(task: (typeof TASK_IDS)[number]): string[] {
  const words = wordsOf(task);
  const config = setPath(DEFAULT_CONFIG, 'run.task', task);
  const charts = chartsIn(words).flatMap(({ title, lookFor }) => [title, lookFor]);
  const metrics = (Object.keys(METRICS) as MetricKey[]).flatMap((key) => {
    const { title, meaning, caveat = '', formula = '' } = metricIn(key, words);
    // The formula of gold names the weights by the names of their settings.
    return [title, meaning, caveat, key === 'eval/gold' ? '' : formula];
  });
  return [
    ...STAGES.flatMap((stage) => [stageName(stage, config), stageText(stage, words).what]),
    ...FIGURE_IDS.flatMap((id) => [figureIn(id, words).label, figureIn(id, words).meaning]),
    ...charts, ...metrics, promptsOf({ config }),
    ...armFilters([{ id: 'rlhf', label: 'RLHF', samples: [] }], words).map(({ label }) => label),
    answerLine(ANSWER, { id: 'p', topic: '', words: [], facts: [] }, words),
    ...Object.values(dimensionWords(words)), ...Object.values(markingWords(words)), rowsWords(1, 2, 3, words), rowsWords(0, 0, 0, words),
  ];
}

describe('the words of a run', () => {
  it.each(['helpful', 'harmless'] as const)('on %s dialogues speak of no post, and hold no empty place', (task) => {
    for (const text of said(task)) expect(text).not.toMatch(OF_POSTS);
  });

  it('on forum posts are those of posts and summaries', () => {
    expect(said('tldr').filter((text) => /[{}]/.test(text))).toEqual([]);
    expect(said('tldr')).toEqual(expect.arrayContaining(['Posts', 'test posts', 'Summaries that invent', 'Invented facts', 'RLHF invents', 'Posts 1 to 2 of 3']));
  });

  it('name the stage of the task by its prompts, and a file as one\'s own', () => {
    expect(TASK_IDS.map((task) => stageName('task', parseConfig({ run: { task } })))).toEqual(['Posts', 'Dialogues', 'Dialogues', 'Your data']);
    expect(stageText('task', wordsOf('helpful')).what).toMatch(/^Answer everyday questions.*reads every answer.*Dialogues for training/);
  });

  it('leave figures of forum posts as their table has them', () => {
    for (const id of FIGURE_IDS) expect(figureIn(id, wordsOf('tldr')).label).toBe(figureOf(id).label);
  });

  it('give each task charts of their own, the same ones every time', () => {
    expect(chartsIn(wordsOf('helpful'))).toBe(chartsIn(wordsOf('helpful')));
    expect(chartsIn(wordsOf('helpful')).map(({ id, key }) => [id, key])).toEqual(CHARTS.map(({ id, key }) => [id, key]));
  });
});
