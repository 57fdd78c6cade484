import { describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import golden from './golden/overoptimisation.json';
import {
  fitOveroptimisation,
  fittedCurve,
  fittedScore,
  type Overoptimisation,
  type OveroptimisationForm,
  type OveroptimisationPoint,
} from './overoptimisation';

const FORMS = ['best-of-n', 'rl'] as const;

/** The forms of Gao et al., written again. */
function gao(form: OveroptimisationForm, alpha: number, beta: number, d: number): number {
  return form === 'rl' ? d * (alpha - beta * Math.log(d)) : d * (alpha - beta * d);
}

function pointsOf(form: OveroptimisationForm, alpha: number, beta: number, ds: readonly number[]): OveroptimisationPoint[] {
  return ds.map((d) => ({ kl: d * d, score: gao(form, alpha, beta, d) }));
}

function fitted(points: readonly OveroptimisationPoint[], form: OveroptimisationForm): Overoptimisation {
  const fit = fitOveroptimisation(points, form);
  if (!fit.ok) throw new Error(fit.reason);
  return fit;
}

const DS = [0.2, 0.6, 1, 1.7, 2.4, 3.1, 4];

describe.each(FORMS)('the curve of %s', (form) => {
  it('is found again from points on it', () => {
    for (const [alpha, beta] of [[0.5, 0.12], [0.34, 0.15], [0.3, -0.05], [-0.2, 0.1]] as const) {
      const fit = fitted(pointsOf(form, alpha, beta, DS), form);
      expect(fit.alpha.value).toBeCloseTo(alpha, 12);
      expect(fit.beta.value).toBeCloseTo(beta, 12);
      expect(fit.r2).toBeCloseTo(1, 12);
      expect(fit.rmse).toBeLessThan(1e-12);
      expect(fit.beta.se).toBeLessThan(1e-12);
      expect(fit).toMatchObject({ n: DS.length, leftOut: 0 });
    }
  });

  it('matches numpy.linalg.lstsq on noisy points (golden)', () => {
    for (const { kl, score, fit: expected } of golden.cases.filter((of) => of.form === form)) {
      const fit = fitted(kl.map((each, i) => ({ kl: each, score: score[i]! })), form);
      for (const name of ['alpha', 'beta'] as const) {
        expect(fit[name].value).toBeCloseTo(expected[name].value, 10);
        expect(fit[name].se).toBeCloseTo(expected[name].se, 10);
        fit[name].ci.forEach((end, i) => expect(end).toBeCloseTo(expected[name].ci[i]!, 4));
      }
      expect(fit.r2).toBeCloseTo(expected.r2, 10);
      expect(fit.rmse).toBeCloseTo(expected.rmse, 10);
    }
  });

  it('is highest at the peak that is told, and nowhere higher', () => {
    const fit = fitted(pointsOf(form, 0.4, 0.2, DS), form);
    const peak = fit.peak!;
    expect(peak.range).toBe('inside');
    expect(peak.kl).toBeCloseTo(peak.d ** 2, 12);
    expect(fittedScore(fit, peak.d)).toBeCloseTo(peak.score, 12);
    const { score } = fittedCurve(fit, { to: 6, steps: 3000 });
    expect(Math.max(...score)).toBeLessThanOrEqual(peak.score + 1e-12);
    expect(Math.max(...score)).toBeCloseTo(peak.score, 5);
  });

  it('covers the truth in about 95 of 100 noisy draws', () => {
    const key = streamKey(5, PURPOSE.test);
    let covered = 0;
    for (let trial = 0; trial < 1000; trial++) {
      const s = new Stream(key, trial);
      const { beta } = fitted(pointsOf(form, 0.5, 0.1, DS).map(({ kl, score }) => ({ kl, score: score + 0.1 * s.normal() })), form);
      if (beta.ci[0] <= 0.1 && 0.1 <= beta.ci[1]) covered++;
    }
    // Binomial(1000, .95): four standard deviations are 28.
    expect(Math.abs(covered - 950)).toBeLessThan(28);
  });

  it('is worse described by the other form', () => {
    const points = pointsOf(form, 0.5, 0.2, DS);
    const other = fitted(points, form === 'rl' ? 'best-of-n' : 'rl');
    expect(other.rmse).toBeGreaterThan(100 * fitted(points, form).rmse);
    expect(other.rmse).toBeGreaterThan(0.01);
  });
});

describe('the peak', () => {
  it('has the closed form of the paper', () => {
    expect(fitted(pointsOf('best-of-n', 0.6, 0.1, DS), 'best-of-n').peak).toMatchObject({
      d: expect.closeTo(3, 10) as number, kl: expect.closeTo(9, 10) as number, score: expect.closeTo(0.9, 10) as number,
    });
    expect(fitted(pointsOf('rl', 0.3, 0.15, DS), 'rl').peak).toMatchObject({
      d: expect.closeTo(Math.E, 10) as number, score: expect.closeTo(0.15 * Math.E, 10) as number,
    });
  });

  it('says where it is extrapolated', () => {
    expect(fitted(pointsOf('best-of-n', 0.6, 0.1, [0.5, 1, 2, 2.9]), 'best-of-n').peak?.range).toBe('beyond');
    expect(fitted(pointsOf('best-of-n', 0.6, 0.1, [3.1, 4, 5]), 'best-of-n').peak?.range).toBe('before');
  });

  it('is not told where there is none', () => {
    expect(fitted(pointsOf('best-of-n', 0.3, -0.05, DS), 'best-of-n').peak).toBeUndefined();
    expect(fitted(pointsOf('rl', 0.3, -0.05, DS), 'rl').peak).toBeUndefined();
    // Falls from the start.
    expect(fitted(pointsOf('best-of-n', -0.3, 0.05, DS), 'best-of-n').peak).toBeUndefined();
    // e^(alpha / beta - 1) is past all numbers.
    expect(fitted(pointsOf('rl', 0.9, 0.001, DS), 'rl').peak).toBeUndefined();
  });
});

describe('points', () => {
  it('at or under KL 0, and without numbers, are left out and counted', () => {
    const good = pointsOf('rl', 0.5, 0.2, DS);
    const bad = [
      { kl: 0, score: 0 }, { kl: -0.03, score: 0.4 }, { kl: NaN, score: 1 }, { kl: 1, score: NaN }, { kl: Infinity, score: 1 },
    ];
    expect(fitted([...bad, ...good], 'rl')).toEqual({ ...fitted(good, 'rl'), leftOut: 5 });
  });

  it('near KL 0 make no trouble', () => {
    for (const form of FORMS) {
      const fit = fitted(pointsOf(form, 0.5, 0.2, [1e-8, ...DS]), form);
      expect(fit.alpha.value).toBeCloseTo(0.5, 10);
      expect(fit.beta.value).toBeCloseTo(0.2, 10);
    }
  });

  it('that are too few or do not vary give no fit, and a reason', () => {
    for (const form of FORMS) {
      expect(fitOveroptimisation([], form)).toMatchObject({ ok: false, reason: expect.stringMatching(/^0 points/) as string });
      expect(fitOveroptimisation(pointsOf(form, 0.5, 0.1, [1, 2]), form)).toMatchObject({ ok: false });
      expect(fitOveroptimisation([{ kl: -1, score: 0 }, ...pointsOf(form, 0.5, 0.1, [1])], form))
        .toEqual({ ok: false, reason: '1 point with KL above 0: 3 are needed', leftOut: 1 });
      expect(fitOveroptimisation(pointsOf(form, 0.5, 0.1, [2, 2, 2, 2]), form))
        .toEqual({ ok: false, reason: 'KL does not vary', leftOut: 0 });
    }
  });

  it('of equal scores have no R squared', () => {
    const fit = fitted([1, 2, 3].map((kl) => ({ kl, score: 0 })), 'rl');
    expect(fit.r2).toBeUndefined();
    expect(fit.rmse).toBe(0);
    expect(fit.peak).toBeUndefined();
  });
});

describe('the curve for drawing', () => {
  it('starts at 0 and ends at the last point', () => {
    for (const form of FORMS) {
      const { d, kl, score } = fittedCurve(fitted(pointsOf(form, 0.5, 0.2, DS), form), { steps: 4 });
      expect(d).toEqual([0, 1, 2, 3, 4]);
      expect(kl).toEqual([0, 1, 4, 9, 16]);
      expect(score[0]).toBe(0);
      d.slice(1).forEach((x, i) => expect(score[i + 1]).toBeCloseTo(gao(form, 0.5, 0.2, x), 12));
    }
  });
});
