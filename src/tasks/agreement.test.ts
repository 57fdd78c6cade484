import { describe, expect, it } from 'vitest';
import { agreementRate, type CheckedPair } from './agreement';
import type { Check, Prompt, Reader } from './types';
import { preference } from './utility';

const prompt: Prompt = {
  id: 'p',
  split: 'test',
  tokens: new Int32Array(0),
  topic: 'none',
  facts: [{ slot: 'event', value: 'x', importance: 1, spans: [] }],
};
const checked = (covered: string[], words: number): Check => ({ covered, invented: 0, stumbles: 0, words, marks: [] });
const pair: CheckedPair = { prompt, a: checked(['event'], 4), b: checked([], 2) };
const reader = (scale: number, length = 0): Reader => ({
  name: `${scale}`,
  weights: { coverage: 1, invention: 3, stumble: 1, length },
  slotTaste: {},
  scale,
});

describe('agreementRate', () => {
  it('is a coin flip between readers who do not care', () => {
    expect(agreementRate([pair], [reader(0), reader(0), reader(0)])).toBeCloseTo(0.5, 12);
  });

  it('equals the formula for two readers', () => {
    const readers = [reader(1), reader(2, 0.1)];
    const [p, q] = readers.map((one) => preference(one, prompt, pair.a, pair.b)) as [number, number];
    expect(agreementRate([pair], readers)).toBeCloseTo(p * q + (1 - p) * (1 - q), 12);
  });

  it('averages over all pairs of readers', () => {
    const readers = [reader(1), reader(2, 0.1), reader(0.5, 1)];
    const pairs = [
      [0, 1],
      [0, 2],
      [1, 2],
    ].map(([i, j]) => agreementRate([pair], [readers[i!]!, readers[j!]!]));
    expect(agreementRate([pair], readers)).toBeCloseTo(pairs.reduce((a, b) => a + b) / 3, 12);
  });

  it('nears one between sharp readers of one mind and zero between opposites', () => {
    expect(agreementRate([pair], [reader(50), reader(50)])).toBeGreaterThan(0.999);
    expect(agreementRate([pair], [reader(50), reader(50, 5)])).toBeLessThan(0.001);
  });

  it('refuses to answer about nothing', () => {
    expect(() => agreementRate([], [reader(1), reader(1)])).toThrow(RangeError);
    expect(() => agreementRate([pair], [reader(1)])).toThrow(RangeError);
  });
});
