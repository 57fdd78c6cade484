import { describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import type { Reader } from './types';
import { feltUtility, preference, rating, utility } from './utility';

const READER: Reader = {
  name: 'a reader', weights: { coverage: 1, invention: 1.5, stumble: 0.5, length: 0.1 }, slotTaste: { when: 2 }, scale: 1.3,
};
const PROMPT = { facts: [{ slot: 'when', importance: 1 }, { slot: 'who', importance: 0.5 }] };
const FULL = { covered: ['when', 'who'], invented: 0, stumbles: 1, words: 12 };
const SHORT = { covered: ['who'], invented: 0, stumbles: 0, words: 4 };

describe('what a reader feels', () => {
  const n = 20_000;
  const draw = new Stream(streamKey(1, PURPOSE.test));
  const felt = Array.from({ length: n }, () => [FULL, SHORT].map((check) => feltUtility(READER, PROMPT, check, draw)) as [number, number]);

  it('orders two responses as often as the reader prefers the one', () => {
    const p = preference(READER, PROMPT, FULL, SHORT);
    const share = felt.filter(([full, short]) => full > short).length / n;
    // Four standard errors.
    expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));
    expect(p).toBeGreaterThan(0.6);
  });

  it('is utility with Gumbel noise: mean 0.5772 / scale above it, deviation pi / sqrt(6) / scale', () => {
    const noise = felt.map(([full]) => full - utility(PROMPT, FULL, READER.weights, READER.slotTaste));
    const mean = noise.reduce((a, b) => a + b) / n;
    const deviation = Math.sqrt(noise.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n);
    expect(mean * READER.scale).toBeCloseTo(0.5772, 1);
    expect(deviation * READER.scale).toBeCloseTo(Math.PI / Math.sqrt(6), 1);
    expect(noise.every(Number.isFinite)).toBe(true);
  });
});

describe('a score', () => {
  it('is one more than the number of cut points below', () => {
    const cuts = [-2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3];
    expect([-9, -2, -1.9, 0.1, 2.5, 9].map((felt) => rating(felt, cuts))).toEqual([1, 1, 2, 5, 9, 10]);
  });
});
