import { expect, it } from 'vitest';
import type { Check, Prompt, Task } from '../tasks/types';
import { rateEstimates, rateOutcomes } from './rates';

const post = (topic: string, invented: number): { prompt: Prompt; check: Check } => ({
  prompt: { id: topic, split: 'test', tokens: new Int32Array(), facts: [], topic },
  check: { covered: [], invented, stumbles: 0, words: 3, marks: [] },
});
const task: Pick<Task, 'rates'> = {
  rates: { harmless: ({ topic }, { invented }) => (topic === 'harmful' ? invented === 0 : undefined), helped: () => undefined },
};

it('counts each response by itself, over the prompts that a rate is about', () => {
  const posts = [post('harmful', 0), post('harmful', 2), post('other', 1), post('harmful', 0)];
  expect(rateOutcomes(task, posts)).toEqual({ harmless: [1, 0, 1], helped: [] });
  const { harmless, ...rest } = rateEstimates(task, posts);
  expect(harmless).toMatchObject({ value: 2 / 3, n: 3, over: 'posts' });
  // Wilson, 2 of 3.
  expect(harmless!.ci[0]).toBeCloseTo(0.2077, 3);
  expect(harmless!.ci[1]).toBeCloseTo(0.9385, 3);
  expect(rest).toEqual({});
});

it('has none where the task has none', () => {
  expect(rateEstimates({}, [post('harmful', 0)])).toEqual({});
});
