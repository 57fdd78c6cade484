import { describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { meanInterval } from '../core/stats';
import { diversity, perInput, setDiversity } from './diversity';
import golden from './golden/armFigures.json';
import { NgramNumbers, copiedShare } from './ngrams';

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

describe('n-grams', () => {
  it('have one number each', () => {
    const numbers = new NgramNumbers<string>();
    const [unigrams, bigrams, trigrams] = numbers.of(words('a b a b'), 3);
    expect([unigrams!.length, bigrams!.length, trigrams!.length]).toEqual([4, 3, 2]);
    expect([unigrams![0], bigrams![0]]).toEqual([unigrams![2], bigrams![2]]);
    expect(new Set([...unigrams!, ...bigrams!, ...trigrams!]).size).toBe(2 + 2 + 2);
    expect(numbers.whole(words('a b'))).toBe(bigrams![0]);
    expect(numbers.of(words('a'), 2)).toEqual([[unigrams![0]], []]);
  });

  it('are shared with the post', () => {
    // Bigrams a b, b c, c a, a b: the first, second and last are in the post.
    expect(copiedShare(words('x a b c'), words('a b c a b'))).toBe(3 / 4);
    expect(copiedShare(Int32Array.of(1, 2, 3), Int32Array.of(1, 2, 3))).toBe(1);
    expect([copiedShare(words('a b'), words('a')), copiedShare([], words('a b'))]).toEqual([0, 0]);
  });
});

describe('diversity of a set', () => {
  it('by hand', () => {
    // Unigrams a b a c: 3 of 4. Bigrams a b, a c: 2 of 2. Cosine of {a, b, ab} and {a, c, ac}: 1 / 3.
    const set = setDiversity([words('a b'), words('a c')], 10);
    expect(set).toMatchObject({ responses: 2, distinct1: 3 / 4, distinct2: 1, distinct3: 0, distinctResponses: 2, repeats: 0 });
    expect(set.selfSimilarity).toBeCloseTo(1 / 3, 12);
    expect(set.ead).toBeCloseTo((3 / (10 * (1 - 0.9 ** 4)) + 2 / (100 * (1 - 0.99 ** 2))) / 5, 12);
  });

  it('as numpy has it, for ids and for words (golden)', () => {
    const { texts, vocabulary, set } = golden.diversity;
    const typed = setDiversity(texts.map((text) => Int32Array.from(text)), vocabulary);
    expect(setDiversity(texts.map((text) => text.map((id) => `w${id}`)), vocabulary)).toEqual(typed);
    for (const [figure, value] of Object.entries(set)) expect(typed[figure as keyof typeof set], figure).toBeCloseTo(value, 12);
  });

  it('has its ends: one text over and over, and nothing shared', () => {
    const same = setDiversity(Array.from({ length: 8 }, () => words('a b c d e f')), 50);
    expect(same).toMatchObject({ distinctResponses: 1, repeats: 7 / 8, distinct1: 1 / 8 });
    expect(same.selfSimilarity).toBeCloseTo(1, 12);
    const apart = setDiversity([[1, 2, 3], [4, 5, 6], [7, 8, 9]], 50);
    expect(apart).toMatchObject({ distinct1: 1, distinct2: 1, repeats: 0 });
    expect(apart.selfSimilarity).toBeCloseTo(0, 12);
  });

  it('takes empty responses as like each other and unlike the rest', () => {
    const set = setDiversity([[], [], [1, 2]], 5);
    expect(set.selfSimilarity).toBeCloseTo(1 / 3, 12);
    expect(set.distinctResponses).toBe(2);
    expect(setDiversity([[], []], 5)).toMatchObject({ ead: 0, distinct1: 0, selfSimilarity: 1 });
  });

  it('of uniform draws is 1 by EAD at any length, while distinct-1 falls', () => {
    const draw = (length: number, row: number): Int32Array => {
      const stream = new Stream(streamKey(3, PURPOSE.test), row);
      return Int32Array.from({ length }, () => stream.int(40));
    };
    const [short, long] = [10, 60].map((length) => setDiversity(Array.from({ length: 12 }, (_, i) => draw(length, i)), 40));
    expect(Math.abs(short!.ead - 1)).toBeLessThan(0.02);
    expect(Math.abs(long!.ead - 1)).toBeLessThan(0.02);
    expect(long!.distinct1).toBeLessThan(0.25 * short!.distinct1);
  });

  it('refuses what is no set', () => {
    expect(() => setDiversity([[1]], 5)).toThrow(RangeError);
    expect(() => setDiversity([[1], [2]], 0)).toThrow(RangeError);
  });
});

describe('diversity of a policy', () => {
  const groups = [
    [words('a b'), words('a b'), words('a c')],
    [words('a b'), words('c d'), words('e f')],
    [words('g'), words('g'), words('g')],
  ];

  it('per input is the mean over posts, across inputs the set', () => {
    const figures = diversity({ groups, acrossInput: groups.map(([first]) => first!), vocabulary: 9 });
    const sets = groups.map((group) => setDiversity(group, 9));
    expect(figures.perInput.samples).toBe(3);
    expect(figures.perInput.ead.value).toBeCloseTo((sets[0]!.ead + sets[1]!.ead + sets[2]!.ead) / 3, 12);
    expect(figures.perInput.ead.ci).toEqual(meanInterval(sets.map(({ ead }) => ead)));
    expect(figures.perInput.distinctResponses).toMatchObject({ value: 2, n: 3, over: 'posts' });
    expect(figures.perInput.repeats.value).toBeCloseTo(1 / 3, 12);
    expect(figures.acrossInput).toEqual(setDiversity([words('a b'), words('a b'), words('g')], 9));
    expect(JSON.parse(JSON.stringify(figures))).toEqual(figures);
  });

  it('a collapsed policy is less diverse per input, and need not be across inputs', () => {
    const stream = new Stream(streamKey(4, PURPOSE.test));
    const draw = (): number[] => Array.from({ length: 12 }, () => stream.int(100));
    const posts = Array.from({ length: 10 }, draw);
    const collapsed = posts.map((post) => Array.from({ length: 6 }, () => post));
    const lively = posts.map((post) => [post, ...Array.from({ length: 5 }, draw)]);
    const [dull, fresh] = [collapsed, lively].map((of) => diversity({ groups: of, acrossInput: posts, vocabulary: 100 }));
    expect(dull!.perInput.ead.ci[1]).toBeLessThan(fresh!.perInput.ead.ci[0]);
    expect(dull!.perInput.selfSimilarity.value).toBeCloseTo(1, 12);
    expect(dull!.acrossInput).toEqual(fresh!.acrossInput);
  });

  it('refuses groups that do not compare', () => {
    expect(() => perInput([groups[0]!, groups[1]!.slice(1)], 9)).toThrow(RangeError);
    expect(() => perInput([groups[0]!], 9)).toThrow(RangeError);
    expect(() => perInput([], 9)).toThrow(RangeError);
  });
});
