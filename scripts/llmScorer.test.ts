import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFakeProvider, type FakeProvider } from '../src/labelers/llm/testing/fakeProvider';
import { scoresInOrder } from '../src/labelers/text';
import { parseCommand } from './experimentCommand';
import { describeScorer, nodeScorer } from './llmScorer';

let folder: string;
let provider: FakeProvider;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'scorer-'));
  provider = await startFakeProvider({ latencyMs: 0, key: 'a-secret' });
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await provider.close();
});

const ITEMS = [
  { prompt: 'My cat ate the keys of the car.', response: 'The cat ate the keys.' },
  { prompt: 'My cat ate the keys of the car.', response: 'Bananas.' },
];

describe('the scorer of the command line', () => {
  it('scores, keeps the replies, and pays for none of them again', async () => {
    const cache = path.join(folder, 'replies.jsonl');
    const flags = { model: 'fake-judge', url: provider.baseUrl, price: '1,4', cap: '2' };
    const first = nodeScorer(flags, 'summary', cache, 'a-secret');
    const scores = await scoresInOrder(first, ITEMS);
    await first.settled();
    const expected = ({ probabilities }: { readonly probabilities: readonly number[] }): number => probabilities.reduce((sum, p, i) => sum + p * (i + 1), 0);
    expect(expected(scores[0]!)).toBeGreaterThan(expected(scores[1]!));
    expect(first.status().spentUsd).toBeGreaterThan(0);
    expect(readFileSync(cache, 'utf8')).not.toContain('a-secret');

    const calls = provider.seen.length;
    const again = nodeScorer(flags, 'summary', cache, 'a-secret');
    expect((await scoresInOrder(again, ITEMS)).map(({ probabilities }) => probabilities)).toEqual(scores.map(({ probabilities }) => probabilities));
    expect(provider.seen).toHaveLength(calls);
    expect(describeScorer(again)).toMatch(/: 0 calls and \d+ kept replies, \$0\.000 spent, 0 replies/);
  });

  it('says what is missing', () => {
    const scorer = (flags: Partial<Parameters<typeof nodeScorer>[0]>, key = '') => () => nodeScorer({ model: 'openai:m', ...flags }, 'summary', 'none', key);
    expect(scorer({})).toThrow('LLM_API_KEY');
    expect(scorer({ model: 'gpt' })).toThrow('provider:model, with one of openai');
    expect(scorer({ cap: '1' }, 'key')).toThrow('--llm-price');
    expect(scorer({ price: '1' }, 'key')).toThrow('0.25,2');
    expect(scorer({ price: '1,x' }, 'key')).toThrow('x is not a number');
    expect(() => parseCommand(['--arms', 'd-rlaif', '--set', 'ai.labeler=llm'])).toThrow('--llm');
    expect(parseCommand(['--arms', 'd-rlaif', '--set', 'ai.labeler=llm', '--llm', 'openai:m']).llm).toMatchObject({ model: 'openai:m' });
  });
});
