import { describe, expect, it } from 'vitest';
import { binRange } from '../../experiments/compareHistogram';
import { testAnswer, testRun, testTable } from '../../experiments/testing/compare';
import { aheadWords, binWords, sortChoices, stepWords } from './words';

const { columns } = testTable(testRun({ rlhf: [testAnswer('a', 1)], rlaif: [testAnswer('b', 2)] }));
const couple = { a: 0, b: 1 };
const names = { a: 'RLHF', b: 'RLAIF' };
const bin = (index: number): string => binWords({ index, ...binRange(index, 0.5) }, 'gold', names);

describe('what the compare screen says', () => {
  it('names who is ahead, whichever side it is, and an open end', () => {
    expect([bin(2), bin(-2), bin(0), bin(-10)]).toEqual([
      'RLHF ahead by 0.75 to 1.25', 'RLAIF ahead by 0.75 to 1.25', 'neither ahead by 0.25 or more', 'RLAIF ahead by 4.75 or more',
    ]);
    expect(binWords({ index: 1, ...binRange(1, 1) }, 'words', names)).toBe('RLHF ahead by 0.5 to 1.5 words');
    expect([1.2, -3, 0, undefined].map((value) => aheadWords(value, columns, couple, 'gold'))).toEqual([
      'gold utility: RLHF +1.20', 'gold utility: RLAIF +3.00', 'gold utility: equal', 'gold utility: not there',
    ]);
  });
  it('offers an order for each measure and side, and with one column only that of the posts', () => {
    const labels = sortChoices(columns, couple, ['gold']).map(({ label }) => label);
    expect(labels.slice(-2)).toEqual(['gold utility: RLHF over RLAIF', 'gold utility: RLAIF over RLHF']);
    expect(new Set(sortChoices(columns, couple, ['gold', 'score', 'words']).map(({ value }) => value)).size).toBe(10);
    expect(sortChoices(columns, undefined, [])).toHaveLength(2);
  });
  it('counts updates', () => {
    expect([stepWords(1), stepWords(1200), stepWords(undefined)]).toEqual(['after 1 update', 'after 1,200 updates', undefined]);
  });
});
