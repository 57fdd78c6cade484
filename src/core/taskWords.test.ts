import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG, parseConfig, withBuiltIn, withFile } from './config';
import { FIELDS } from './fields';
import { JUDGE_SIZE_IDS, judgesOf } from './judges';
import { BUILT_IN_TASKS, capitalised, fillWords, isBuiltIn, TASK_IDS, TASK_WORDS, wordsOf, wordsOfAll, type TaskWords } from './taskWords';

/** All texts of a task's words. */
function textsOf(words: TaskWords): string[] {
  const { marks, ...others } = words;
  return [...Object.values(others), ...Object.values(marks).flatMap(({ name, legend }) => [name, legend])];
}

describe('the words of the tasks', () => {
  it.each(TASK_IDS)('of %s are all there, sentences where sentences are meant', (task) => {
    const words = wordsOf(task);
    for (const text of textsOf(words)) expect(text.trim()).toMatch(/\S/);
    expect(words.measures).toMatch(/^[A-Z].*\.$/);
    for (const { name, legend } of Object.values(words.marks)) expect(`${name}${legend}`).not.toMatch(/^[A-Z]|\.$/);
    expect(words.prompts).not.toBe(words.prompt);
    expect(words.responses).not.toBe(words.response);
  });

  it.each(['helpful', 'harmless'] as const)('of %s speak of no post, summary or invention', (task) => {
    expect(textsOf(TASK_WORDS[task]).join('\n')).not.toMatch(/\b(posts?|summar\w*|invent\w*)\b/i);
  });

  it('name the tasks of the form, each once', () => {
    expect(FIELDS.run.task.options).toEqual({
      tldr: 'Forum post to TL;DR', helpful: 'Helpful dialogue', harmless: 'Harmless dialogue', file: 'Your file',
    });
    expect(TASK_IDS.filter(isBuiltIn)).toEqual(BUILT_IN_TASKS);
  });

  it('are those of no task where several stand side by side', () => {
    expect(wordsOfAll(['helpful', 'helpful'])).toBe(TASK_WORDS.helpful);
    expect(wordsOfAll(['helpful', 'tldr'])).toMatchObject({ prompts: 'prompts', responses: 'responses' });
    expect(wordsOfAll([])).toBe(wordsOfAll(['tldr', 'file']));
  });

  it('go into a text, with a capital where the name has one', () => {
    expect(fillWords('{Responses} to {prompts} that {invent}.', TASK_WORDS.helpful)).toBe('Answers to dialogues that say something wrong.');
    expect(fillWords('Nothing.', TASK_WORDS.tldr)).toBe('Nothing.');
    expect(() => fillWords('{poems}', TASK_WORDS.tldr)).toThrow(RangeError);
    expect(() => fillWords('{marks}', TASK_WORDS.tldr)).toThrow(RangeError);
    expect(capitalised('')).toBe('');
  });
});

describe('judges of a task', () => {
  it('ship in all sizes for the forum posts, in one for dialogues, in none for a file', () => {
    expect(judgesOf('tldr')).toEqual({ sizes: JUDGE_SIZE_IDS, trainings: 3 });
    for (const task of ['helpful', 'harmless'] as const) expect(judgesOf(task)).toMatchObject({ sizes: ['m'], trainings: expect.toSatisfy((count: number) => count >= FIELDS.ai.judgeSeed.default) as number });
    expect(judgesOf('file').sizes).toEqual([]);
    // The defaults are of a size that every built-in task has.
    for (const task of BUILT_IN_TASKS) expect(judgesOf(task).sizes).toContain(FIELDS.ai.judgeSize.default);
  });
});

describe('another task', () => {
  it('keeps all settings, and takes back what a file needed', () => {
    const config = parseConfig({ ai: { judgeSeed: 2 }, rl: { klCoef: 0.2 } });
    expect(withBuiltIn(config, 'helpful')).toEqual({ ...config, run: { ...config.run, task: 'helpful' } });
    const back = withBuiltIn(withFile(config), 'harmless');
    expect(back).toEqual({ ...config, run: { ...config.run, task: 'harmless' }, ai: DEFAULT_CONFIG.ai });
  });
});
