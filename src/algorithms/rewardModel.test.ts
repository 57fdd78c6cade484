import { describe, expect, it } from 'vitest';
import { accuracy, preferredMargin } from './rewardModel';

describe('measures on held-out pairs', () => {
  it('count a tie of the label or of the rewards as half a hit', () => {
    expect(accuracy([1, -1, 2, 0], [0.9, 0.9, 0.5, 1])).toBe((1 + 0 + 0.5 + 0.5) / 4);
  });

  it('take the margin towards the preferred response, and none where the label prefers neither', () => {
    expect(preferredMargin([3, -1, 100, -100], [0.9, 0.2, 0.5, 0.5])).toBe((3 + 1) / 4);
  });
});
