import { describe, expect, it } from 'vitest';
import { JUDGE_SIZE_IDS, JUDGE_SIZES } from '../core/judges';
import { TOKEN } from '../core/tokens';
import { layoutOf, parameterCount } from '../nn/layout';
import { tldr } from '../tasks/tldr';
import { liveShape } from '../worker/stages/prepare';
import { higherScore, scoreSequence } from './judge';

describe('scores of a small judge', () => {
  it('become the probability that a draw of the one is higher, halves for equal scores', () => {
    const certain = (score: number): Float32Array => Float32Array.from({ length: 10 }, (_, i) => Number(i + 1 === score));
    expect(higherScore(certain(7), certain(3))).toBe(1);
    expect(higherScore(certain(3), certain(7))).toBe(0);
    expect(higherScore(certain(5), certain(5))).toBe(0.5);
    const even = new Float32Array(10).fill(0.1);
    expect(higherScore(even, even)).toBeCloseTo(0.5, 6);
    // Against an even spread a 4 beats three tenths and ties with one.
    expect(higherScore(certain(4), even)).toBeCloseTo(0.35, 6);
    const low = Float32Array.of(0.5, 0, 0.5, 0, 0, 0, 0, 0, 0, 0);
    const high = Float32Array.of(0, 0.25, 0.75, 0, 0, 0, 0, 0, 0, 0);
    // 3 beats 2 with .5 * .25, equal 3s with .5 * .75 / 2.
    expect(higherScore(low, high)).toBeCloseTo(0.5 * 0.25 + 0.5 * 0.5 * 0.75, 6);
    expect(higherScore(low, high) + higherScore(high, low)).toBeCloseTo(1, 6);
  });

  it('are asked for after post and response, with the surprise at the tokens of the response', () => {
    const { tokens, extra, scoreFrom } = scoreSequence([50, 51, 52], { response: [60, 61], surprise: Float32Array.of(0.5, 1.5) });
    expect(tokens).toEqual([50, 51, 52, TOKEN.first, 60, 61, TOKEN.rate]);
    expect(extra).toEqual(Float32Array.of(0, 0, 0, 0, 0.5, 1.5, 0));
    expect(scoreFrom).toBe(3);
  });
});

describe('the ladder', () => {
  it('has the sizes that it states', () => {
    for (const size of JUDGE_SIZE_IDS) {
      const { width, layers, parameters } = JUDGE_SIZES[size];
      expect(parameterCount(layoutOf(liveShape(tldr, width, layers)))).toBe(parameters);
    }
  });
});
