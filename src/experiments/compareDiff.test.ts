import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlapParts, wordDiff, type DiffPart } from './compareDiff';

/** Plays a diff as a patch: takes kept and removed words off the base, checks them, and writes kept and added ones. */
function patched(base: readonly string[], parts: readonly DiffPart[]): string[] {
  let at = 0;
  const written: string[] = [];
  for (const { kind, words, from } of parts) {
    expect(from).toBe(kind === 'removed' ? at : written.length);
    if (kind !== 'added') {
      expect(base.slice(at, at + words.length)).toEqual(words);
      at += words.length;
    }
    if (kind !== 'removed') written.push(...words);
  }
  expect(at).toBe(base.length);
  return written;
}

/** The longest common subsequence by trying every subset of the shorter text. */
function longestByTrying(one: readonly string[], other: readonly string[]): number {
  let best = 0;
  for (let subset = 0; subset < 1 << one.length; subset++) {
    const chosen = one.filter((_, i) => (subset >> i) & 1);
    let at = 0;
    for (const word of other) if (word === chosen[at]) at++;
    if (at === chosen.length) best = Math.max(best, at);
  }
  return best;
}

const words = (most: number) => fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: most });

describe('the word diff', () => {
  it('turns the base into the other text when it is played as a patch', () => {
    fc.assert(fc.property(words(40), words(40), (base, other) => {
      expect(patched(base, wordDiff(base, other))).toEqual(other);
    }), { numRuns: 500, seed: 1 });
  });

  it('keeps as many words as can be kept', () => {
    fc.assert(fc.property(words(9), words(9), (base, other) => {
      const kept = wordDiff(base, other).filter(({ kind }) => kind === 'kept').reduce((sum, part) => sum + part.words.length, 0);
      expect(kept).toBe(longestByTrying(base, other));
    }), { numRuns: 200, seed: 2 });
  });

  it('says what was removed before what was added, and nothing of equal texts', () => {
    expect(wordDiff('my boss is late .'.split(' '), 'my landlord is late .'.split(' ')).map(({ kind, words: said }) => `${kind} ${said.join(' ')}`))
      .toEqual(['kept my', 'removed boss', 'added landlord', 'kept is late .']);
    expect(wordDiff(['a', 'b'], ['a', 'b'])).toEqual([{ kind: 'kept', words: ['a', 'b'], from: 0 }]);
    expect(wordDiff([], [])).toEqual([]);
  });

  it('takes very long texts for rewritten between their common ends', () => {
    const long = (word: string) => ['start', ...Array.from({ length: 1500 }, (_, i) => `${word}${i}`), 'end'];
    const parts = wordDiff(long('x'), long('y'));
    expect(parts.map(({ kind }) => kind)).toEqual(['kept', 'removed', 'added', 'kept']);
    expect(patched(long('x'), parts)).toEqual(long('y'));
  });
});

describe('the overlap with the post', () => {
  it('marks words that the post has too, whatever their capitals, but no punctuation', () => {
    expect(overlapParts(['my', 'Boss', '.', 'why', '?'], ['MY', 'boss', '.', '?'])).toEqual([
      { inPost: true, from: 0, to: 2 },
      { inPost: false, from: 2, to: 5 },
    ]);
    expect(overlapParts([], ['a'])).toEqual([]);
  });
});
