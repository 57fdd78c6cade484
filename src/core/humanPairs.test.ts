import { describe, expect, it } from 'vitest';
import { humanPairSchema, toHumanPair } from './humanPairs';

const comparison = { prompt: 'Why?', texts: ['because', 'no idea'] as const, preferred: 1 };

describe('toHumanPair', () => {
  it('keeps the preference on its text, whichever side that comes to stand on', () => {
    let first = 0;
    for (let i = 0; i < 2000; i++) {
      const { responses, people } = toHumanPair({ prompt: 'Why?', texts: [`good ${i}`, `bad ${i}`], preferred: 0.75 });
      expect(people).toBe(responses[0] === `good ${i}` ? 0.75 : 0.25);
      first += Number(people === 0.75);
    }
    // Four standard deviations of Binomial(2000, 1/2) are 89.
    expect(Math.abs(first - 1000)).toBeLessThan(89);
  });

  it('gives the same pair whichever response the file names first', () => {
    const turned = toHumanPair({ prompt: 'Why?', texts: ['no idea', 'because'], preferred: 0 });
    expect(turned).toEqual(toHumanPair(comparison));
    expect(humanPairSchema.parse(turned)).toEqual(turned);
  });

  it('tells pairs apart by each of the three texts, and by where one ends and the next begins', () => {
    const ids = [
      comparison,
      { ...comparison, prompt: 'Why not?' },
      { ...comparison, texts: ['because', 'no'] as const },
      { ...comparison, prompt: 'Why?because', texts: ['', 'no idea'] as const },
    ].map((one) => toHumanPair(one).id);
    expect(new Set(ids).size).toBe(4);
  });
});
