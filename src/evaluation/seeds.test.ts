import { describe, expect, it } from 'vitest';
import type { Estimate } from '../core/bundle';
import type { LabelerFigures, ReliabilityBin } from '../core/labReport';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { wilsonInterval } from '../core/stats';
import { meanEstimate, shareEstimate } from './estimate';
import { figuresOverSeeds, overSeeds } from './seeds';

const estimate = (value: number, half: number, n = 201): Estimate => ({ value, ci: [value - half, value + half], n, over: 'pairs' });
const SHARE = [0, 1] as const;

describe('an estimate over seeds', () => {
  it('has the mean and the interval that are got by hand', () => {
    // Of .6, .7, .8: mean .7, s^2 = (.01 + 0 + .01) / 2 = .01, S = .01 / 3. Half widths 1.96 * .03: se = .03, P = .0009.
    // V = .0042333; d = V^2 / (P^2 / 200 + S^2 / 2) = 1.79211e-5 / (4.05e-9 + 5.55556e-6) = 3.22345.
    // t(.975, 3.22345) = 3.061212, by integrating the density (numpy); half = 3.061212 * .0650641 = .199175.
    const over = overSeeds([0.6, 0.7, 0.8].map((value) => estimate(value, 1.959964 * 0.03)), SHARE);
    expect(over).toMatchObject({ value: expect.closeTo(0.7, 12) as number, n: 603, over: 'pairs and seeds' });
    expect(Math.abs((over.ci[1] - over.ci[0]) / 2 / 0.199175 - 1)).toBeLessThan(2e-3);
    expect((over.ci[0] + over.ci[1]) / 2).toBeCloseTo(0.7, 12);
  });

  it('of trainings that came out the same is about that of one of them', () => {
    const outcomes = Array.from({ length: 200 }, (_, i) => Number(i % 10 < 7));
    const [one, brier] = [shareEstimate(outcomes, 'pairs'), meanEstimate(outcomes.map((o) => (0.6 - o) ** 2), 'pairs')];
    for (const alone of [one, brier]) {
      const over = overSeeds([alone, alone, alone], SHARE);
      expect(over.value).toBeCloseTo(alone.value, 12);
      over.ci.forEach((end, i) => expect(Math.abs(end - alone.ci[i]!)).toBeLessThan(0.006));
    }
  });

  it('of one training is that training', () => {
    const alone = estimate(0.7, 0.05);
    expect(overSeeds([alone], SHARE)).toBe(alone);
  });

  it('does not leave the range of the figure', () => {
    expect(overSeeds([estimate(0.99, 0.02), estimate(0.9, 0.02)], SHARE).ci[1]).toBe(1);
    expect(overSeeds([estimate(-0.2, 0.5), estimate(0.2, 0.5)], [-1, 1]).ci[0]).toBeLessThan(0);
    expect(overSeeds([estimate(-0.9, 0.5), estimate(0.2, 0.5)], [-1, 1]).ci[0]).toBe(-1);
  });

  it('stays an interval where every training has a single label, and where nothing varies', () => {
    const single = overSeeds([shareEstimate([1], 'pairs'), shareEstimate([0], 'pairs')], SHARE);
    expect(single).toMatchObject({ value: 0.5, ci: [0, 1], n: 2 });
    expect(overSeeds([estimate(1, 0), estimate(1, 0)], SHARE).ci).toEqual([1, 1]);
  });

  it('refuses none', () => expect(() => overSeeds([], SHARE)).toThrow(RangeError));

  /**
   * Agreements of three trainings on 200 pairs, drawn 400 times: a training's true agreement is .7 give or take .06, and
   * its pick on a pair is decided by a number of that pair which is the same for all trainings with probability `shared`.
   * @returns how often intervals cover .7, with and without the term of the seeds.
   */
  function coverage(shared: number): { withSeeds: number; without: number } {
    const [trials, trainings, pairs, truth] = [400, 3, 200, 0.7];
    let [withSeeds, without] = [0, 0];
    for (let trial = 0; trial < trials; trial++) {
      const s = new Stream(streamKey(21, PURPOSE.test), trial);
      const skills = Array.from({ length: trainings }, () => truth + 0.06 * s.normal());
      const outcomes: number[][] = skills.map(() => []);
      for (let pair = 0; pair < pairs; pair++) {
        const common = s.unit();
        skills.forEach((skill, i) => outcomes[i]!.push(Number((s.chance(shared) ? common : s.unit()) < skill)));
      }
      const estimates = outcomes.map((of) => shareEstimate(of, 'pairs'));
      const { value, ci } = overSeeds(estimates, SHARE);
      if (ci[0] <= truth && truth <= ci[1]) withSeeds++;
      const half = estimates.reduce((sum, one) => sum + (one.ci[1] - one.ci[0]) / 2, 0) / trainings;
      if (Math.abs(value - truth) <= half) without++;
    }
    return { withSeeds: withSeeds / trials, without: without / trials };
  }

  it.each([1, 0.5, 0])('covers the true mean where a share of %d of the luck of a pair is common to all trainings', (shared) => {
    const { withSeeds } = coverage(shared);
    expect(withSeeds).toBeGreaterThanOrEqual(0.93);
  });

  it('covers it too seldom without the term of the seeds', () => {
    expect(coverage(1).without).toBeLessThan(0.93);
  });
});

describe('figures over seeds', () => {
  const bin = (from: number, confidence: number, value: number, n: number): ReliabilityBin => ({
    from, to: from + 0.05, confidence, agreement: { value, ci: wilsonInterval(value * n, n), n, over: 'pairs' },
  });
  const figures = (agreement: number, rest: Partial<LabelerFigures> = {}): LabelerFigures => ({
    n: 201, parsed: 1, agreement: estimate(agreement, 0.06), reliability: [], ece: 0.04, brier: estimate(0.2, 0.02), ...rest,
  });
  const first = figures(0.7, {
    parsed: 0.9, kappa: estimate(0.4, 0.1), prefersFirst: estimate(0.8, 0.1, 40), secondsPer1000: 4,
    reliability: [bin(0.5, 0.52, 0.5, 150), bin(0.9, 0.92, 0.8, 51)],
  });
  const second = figures(0.8, {
    ece: 0.06, kappa: estimate(0.6, 0.1), secondsPer1000: 6, reliability: [bin(0.5, 0.54, 0.8, 50), bin(0.7, 0.71, 0.6, 151)],
  });

  it('are means, of those trainings that have the figure', () => {
    const over = figuresOverSeeds([first, second]);
    expect(over).toMatchObject({ n: 402, parsed: 0.95, ece: 0.05, secondsPer1000: 5 });
    expect(over.agreement).toEqual(overSeeds([first.agreement, second.agreement], SHARE));
    expect(over.kappa).toEqual(overSeeds([first.kappa!, second.kappa!], [-1, 1]));
    expect(over.prefersFirst).toEqual(first.prefersFirst);
    for (const absent of ['samePick', 'samePosition', 'prefersLonger', 'costPer1000']) expect(over).not.toHaveProperty(absent);
  });

  it('pool the reliability bins by their labels, and count each pair once for the interval', () => {
    const { reliability } = figuresOverSeeds([first, second]);
    expect(reliability.map(({ from, confidence, agreement }) => [from, confidence, agreement.value, agreement.n])).toEqual([
      [0.5, expect.closeTo((150 * 0.52 + 50 * 0.54) / 200, 12), expect.closeTo((150 * 0.5 + 50 * 0.8) / 200, 12), 200],
      [0.7, 0.71, 0.6, 151],
      [0.9, 0.92, 0.8, 51],
    ]);
    expect(reliability[0]!.agreement.ci[0]).toBeCloseTo(wilsonInterval(57.5, 100)[0], 12);
  });

  it('refuse no training', () => expect(() => figuresOverSeeds([])).toThrow(RangeError));
});
