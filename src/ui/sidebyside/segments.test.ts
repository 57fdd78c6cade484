import { describe, expect, it } from 'vitest';
import { segments } from './segments';

const words = 'he left , i think .'.split(' ');
const parts = (stretches: { from: number; to: number; name: string }[]): unknown[] =>
  segments(words, stretches).map(({ before, text, within, starts, ends }) => [
    before + text,
    within.map((s) => s.name).join('+'),
    starts.map((s) => s.name).join('+'),
    ends.map((s) => s.name).join('+'),
  ]);

describe('segments', () => {
  it('keeps the text whole when nothing is marked', () => {
    expect(parts([])).toEqual([['He left, I think.', '', '', '']]);
    expect(segments([], [])).toEqual([]);
  });

  it('puts spaces outside marks', () => {
    expect(segments(words, [{ from: 1, to: 2 }]).map(({ before, text }) => [before, text])).toEqual([
      ['', 'He'],
      [' ', 'left'],
      ['', ', I think.'],
    ]);
  });

  it('cuts overlapping marks, longest outside, and says once where each begins and ends', () => {
    expect(parts([{ from: 1, to: 3, name: 'short' }, { from: 0, to: 5, name: 'long' }])).toEqual([
      ['He', 'long', 'long', ''],
      [' left,', 'long+short', 'short', 'short'],
      [' I think', 'long', '', 'long'],
      ['.', '', '', ''],
    ]);
  });

  it('lets a mark reach past the end, as one on a missing end does, and ignores an empty one', () => {
    const [end, empty] = [{ from: 4, to: 9, name: 'end' }, { from: 2, to: 2, name: 'empty' }];
    expect(parts([end, empty, { from: 6, to: 6, name: 'after' }])).toEqual([
      ['He left', '', '', ''],
      [', I', '', '', ''],
      [' think.', 'end', 'end', 'end'],
    ]);
  });
});
