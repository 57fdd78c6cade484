import { describe, expect, it } from 'vitest';
import { estimateWords, scoredWords } from './scorerWords';

const REPORT = { scorer: 'llm', name: 'gpt-x', scored: 640, most: 1088, unread: 3, stored: 1, spentUsd: 0.042, capUsd: 1, wait: 0 } as const;

describe('a language model that scores, in words', () => {
  it('is how far it is, what it cost, and what went wrong', () => {
    expect(scoredWords(REPORT)).toBe(
      'gpt-x has scored 640 of at most 1,088 different responses; $0.042 of at most $1.00 spent; 1 reply was stored already; ' +
        '3 replies could not be read.',
    );
    expect(scoredWords({ ...REPORT, stored: 0, unread: 0, spentUsd: undefined, capUsd: undefined, wait: 12 })).toBe(
      'gpt-x has scored 640 of at most 1,088 different responses; what it costs is not counted without prices; waiting 12 s, as the provider asked.',
    );
    expect(scoredWords({ ...REPORT, scorer: 'page-llm', stored: 0, unread: 0, spentUsd: undefined })).toMatch(/different responses\.$/);
  });

  it('and what it will take', () => {
    expect(estimateWords({ calls: 1088, input: 250_000, output: 2176, usd: 0.26 })).toBe(
      'At most about 1,088 calls, 250,000 tokens in and 2,176 out: about $0.26.',
    );
    expect(estimateWords({ calls: 1, input: 10, output: 2 })).toContain('give the prices');
  });
});
