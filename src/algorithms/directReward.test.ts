import { describe, expect, it } from 'vitest';
import { directReward } from './directReward';

const certain = (score: number): number[] => Array.from({ length: 10 }, (_, i) => Number(i + 1 === score));

describe('the reward of d-RLAIF', () => {
  it('is the expected score, 1 at -1, 10 at 1, linear in between', () => {
    const rewards = directReward([certain(1), certain(10), new Array<number>(10).fill(0.1), certain(7), [0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0.5]]);
    [-1, 1, 0, 1.5 / 4.5, 0].forEach((expected, i) => expect(rewards[i]).toBeCloseTo(expected, 6));
  });
});
