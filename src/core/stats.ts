/**
 * Intervals and the one regression that evaluation needs. All intervals are 95%, two-sided. A share gets a Wilson
 * interval, a mean a Student t interval, anything else a percentile bootstrap.
 */
import { PURPOSE, Stream, streamKey } from './rng';

export type Interval = [low: number, high: number];

const UPPER = 0.975;

/** Arithmetic mean. @throws RangeError on no values. */
export function mean(values: ArrayLike<number>): number {
  if (values.length === 0) throw new RangeError('mean of no values');
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** 1 / (1 + e^-z). */
export function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

/** Pearson's correlation, -1..1; undefined where either does not vary. */
export function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number | undefined {
  const [mx, my] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i]! - mx, y[i]! - my];
    [xx, yy, xy] = [xx + dx * dx, yy + dy * dy, xy + dx * dy];
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : undefined;
}

/** Standard normal distribution function, absolute error under 1e-14. */
export function normalCdf(z: number): number {
  if (Math.abs(z) > 8.3) return z > 0 ? 1 : 0;
  // Phi(z) = 1/2 + phi(z) (z + z^3/3 + z^5/(3*5) + ...), Marsaglia 2004, J. Stat. Software 11(4)
  let term = z;
  let sum = z;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}

/**
 * Inverse of `normalCdf`, by bisection. Absolute error under 1e-9 for p in [1e-6, 1 - 1e-6].
 * @throws RangeError outside (0, 1).
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`a quantile needs 0 < p < 1, not ${p}`);
  let low = -8.3;
  let high = 8.3;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Quantile of Student's t. Exact for 1 and 2 degrees of freedom, otherwise the expansion of Abramowitz & Stegun 26.7.5
 * around the normal quantile: relative error at p = .975 under 0.2% for 3 degrees, under 0.01% from 7 on.
 * @throws RangeError outside 0 < p < 1 or under 1 degree of freedom.
 */
export function tQuantile(p: number, degrees: number): number {
  if (!(degrees >= 1)) throw new RangeError(`a t quantile needs 1 degree of freedom or more, not ${degrees}`);
  const z = normalQuantile(p);
  if (degrees === 1) return Math.tan(Math.PI * (p - 0.5));
  if (degrees === 2) return (2 * p - 1) * Math.sqrt(1 / (2 * p * (1 - p)));
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  const g4 = (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160;
  return z + g1 / degrees + g2 / degrees ** 2 + g3 / degrees ** 3 + g4 / degrees ** 4;
}

/** Lanczos coefficients with g = 7, 9 terms (Godfrey 2001): relative error of gamma under 1e-14. */
const LANCZOS_G = 7;
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** log gamma(x), x >= 1/2. */
function logGamma(x: number): number {
  const base = x + LANCZOS_G - 0.5;
  const series = LANCZOS.reduce((sum, coefficient, k) => sum + (k === 0 ? coefficient : coefficient / (x - 1 + k)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(series);
}

const MAX_FRACTION_TERMS = 10_000;

/** Continued fraction of the incomplete beta function, Numerical Recipes 6.4, by Lentz's method; x < (a + 1) / (a + b + 2). */
function betaFraction(x: number, a: number, b: number): number {
  const nonzero = (value: number): number => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let c = 1;
  let d = 1 / nonzero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= MAX_FRACTION_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonzero(1 + even * d);
    c = nonzero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonzero(1 + odd * d);
    c = nonzero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return fraction;
}

/** Regularised incomplete beta function I_x(a, b), a and b >= 1/2; `rest` is 1 - x, given apart so that it keeps its digits. */
function incompleteBeta(x: number, rest: number, a: number, b: number): number {
  if (x === 0) return 0;
  if (rest === 0) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(rest));
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(rest, b, a)) / b;
}

/**
 * Distribution function of Student's t: P(T <= -|t|) = 1/2 I_x(v / 2, 1/2), x = v / (v + t^2), Abramowitz & Stegun 26.7.1.
 * The lower tail keeps its digits, so `2 * tCdf(-|t|, v)` is the two-sided p value. Relative error under 1e-11 up to 1,000
 * degrees, under 1e-9 up to 100,000.
 * @param t any number, infinite ones too.
 * @throws RangeError under 1 degree of freedom, and where t is not a number.
 */
export function tCdf(t: number, degrees: number): number {
  if (!(degrees >= 1)) throw new RangeError(`the t distribution needs 1 degree of freedom or more, not ${degrees}`);
  if (Number.isNaN(t)) throw new RangeError('the t distribution needs a number');
  // t^2 / v, of which x and 1 - x follow without a difference.
  const ratio = (t / degrees) * t;
  const tail = 0.5 * incompleteBeta(1 / (1 + ratio), ratio === Infinity ? 1 : ratio / (1 + ratio), degrees / 2, 0.5);
  return t > 0 ? 1 - tail : tail;
}

/**
 * Student t interval of a mean: mean +- t(n - 1) s / sqrt(n), s with n - 1.
 * @throws RangeError on fewer than two values.
 */
export function meanInterval(values: ArrayLike<number>): Interval {
  const n = values.length;
  if (n < 2) throw new RangeError('the interval of a mean needs two values or more');
  const center = mean(values);
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i]! - center) ** 2;
  const half = tQuantile(UPPER, n - 1) * Math.sqrt(squares / (n - 1) / n);
  return [center - half, center + half];
}

/**
 * Wilson score interval of a share (Wilson 1927). `successes` may be fractional: ties that count half. The interval is
 * then wider than need be, since half-counts vary less than whole ones.
 * @throws RangeError unless 0 <= successes <= n and n >= 1.
 */
export function wilsonInterval(successes: number, n: number): Interval {
  if (!(n >= 1 && successes >= 0 && successes <= n)) throw new RangeError(`no share: ${successes} of ${n}`);
  const z = normalQuantile(UPPER);
  const share = successes / n;
  const center = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
  // At the ends one bound is 0 or 1 exactly; rounding must not carry it past the share.
  return [Math.max(0, Math.min(share, center - half)), Math.min(1, Math.max(share, center + half))];
}

/** Sample quantile, linear between order statistics (numpy's default). @param sorted ascending, not empty. */
export function sampleQuantile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) throw new RangeError('quantile of no values');
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (position - below) * (high - low);
}

/** Resamples drawn for a bootstrap interval. */
const RESAMPLES = 1000;
/** Most resamples, as a share, that may have no answer. */
const MAX_UNANSWERED = 0.05;

/**
 * Percentile bootstrap over `n` units (Efron 1979). A resample is n row numbers drawn with replacement; everything
 * that belongs to a row (both arms' responses to a post) is drawn together, so the bootstrap is paired. The key is
 * fixed: the same data gives the same interval.
 * @param statistic its value on a resample, undefined where it has none.
 * @returns undefined where more than 5% of the resamples have no value; fewer are left out.
 */
export function bootstrapInterval(
  n: number,
  statistic: (rows: Int32Array) => number | undefined,
  resamples = RESAMPLES,
): Interval | undefined {
  if (n < 1) throw new RangeError('bootstrap of no rows');
  const key = streamKey(0, PURPOSE.bootstrap);
  const rows = new Int32Array(n);
  const values: number[] = [];
  for (let b = 0; b < resamples; b++) {
    const stream = new Stream(key, b);
    for (let i = 0; i < n; i++) rows[i] = stream.int(n);
    const value = statistic(rows);
    if (value !== undefined) values.push(value);
  }
  if (values.length < (1 - MAX_UNANSWERED) * resamples) return undefined;
  values.sort((a, b) => a - b);
  return [sampleQuantile(values, 1 - UPPER), sampleQuantile(values, UPPER)];
}

export type LogisticFit =
  | { readonly ok: true; readonly intercept: number; readonly slope: number }
  /** In words, for a note beside the missing number. */
  | { readonly ok: false; readonly reason: string };

const MIN_POINTS = 10;
/** On the slope alone; keeps the Hessian regular and moves no digit that is shown. */
const RIDGE = 1e-6;
const MAX_NEWTON_STEPS = 50;

/**
 * Logistic regression of y on one predictor by Newton's method (IRLS), step halved until the loss falls:
 *   minimise  -sum_i [ y_i log s_i + (1 - y_i) log(1 - s_i) ] + ridge / 2 slope^2,  s_i = sigmoid(intercept + slope x_i)
 * No answer on fewer than 10 points, on a predictor that does not vary, and where the outcomes are separated (Albert &
 * Anderson 1984), since the likelihood then has no maximum.
 * @param y 0..1; 0.5 is a tie: half a win and half a loss.
 * @param weights how often each point counts, 0 for not at all; once by default.
 * @param start intercept and slope to start from.
 */
export function logisticRegression(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { weights, start }: { weights?: ArrayLike<number>; start?: { intercept: number; slope: number } } = {},
): LogisticFit {
  let points = 0;
  let [minWin, maxWin, minLoss, maxLoss] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < x.length; i++) {
    const weight = weights ? weights[i]! : 1;
    if (weight === 0) continue;
    points += weight;
    const [xi, yi] = [x[i]!, y[i]!];
    if (yi > 0) [minWin, maxWin] = [Math.min(minWin, xi), Math.max(maxWin, xi)];
    if (yi < 1) [minLoss, maxLoss] = [Math.min(minLoss, xi), Math.max(maxLoss, xi)];
  }
  if (points < MIN_POINTS) return { ok: false, reason: `${points} points are too few for a regression` };
  if (minWin === Infinity || minLoss === Infinity) return { ok: false, reason: 'every outcome is the same' };
  if (Math.min(minWin, minLoss) === Math.max(maxWin, maxLoss)) {
    return { ok: false, reason: 'the predictor does not vary' };
  }
  if (maxLoss <= minWin || maxWin <= minLoss) return { ok: false, reason: 'the predictor separates wins from losses' };

  /** Loss, gradient and Hessian at (b0, b1), in one pass. */
  const evaluate = (b0: number, b1: number) => {
    let [loss, g0, g1, h00, h01, h11] = [(RIDGE / 2) * b1 * b1, 0, RIDGE * b1, 0, 0, RIDGE];
    for (let i = 0; i < x.length; i++) {
      const weight = weights ? weights[i]! : 1;
      if (weight === 0) continue;
      const [xi, yi] = [x[i]!, y[i]!];
      const eta = b0 + b1 * xi;
      const e = Math.exp(-Math.abs(eta));
      const s = eta >= 0 ? 1 / (1 + e) : e / (1 + e);
      const curvature = (weight * e) / (1 + e) ** 2;
      loss += weight * (Math.max(eta, 0) + Math.log1p(e) - yi * eta);
      g0 += weight * (s - yi);
      g1 += weight * (s - yi) * xi;
      h00 += curvature;
      h01 += curvature * xi;
      h11 += curvature * xi * xi;
    }
    return { loss, g0, g1, h00, h01, h11 };
  };

  let [b0, b1] = start ? [start.intercept, start.slope] : [0, 0];
  let at = evaluate(b0, b1);
  for (let iteration = 0; iteration < MAX_NEWTON_STEPS; iteration++) {
    const determinant = at.h00 * at.h11 - at.h01 * at.h01;
    let d0 = -(at.h11 * at.g0 - at.h01 * at.g1) / determinant;
    let d1 = -(at.h00 * at.g1 - at.h01 * at.g0) / determinant;
    if (!Number.isFinite(d0) || !Number.isFinite(d1)) break;
    let next = evaluate(b0 + d0, b1 + d1);
    // The slack is rounding: at the minimum a full step may not lower the loss in its last digits.
    for (let halving = 0; halving < 30 && !(next.loss <= at.loss + 1e-12 * Math.abs(at.loss)); halving++) {
      [d0, d1] = [d0 / 2, d1 / 2];
      next = evaluate(b0 + d0, b1 + d1);
    }
    [b0, b1, at] = [b0 + d0, b1 + d1, next];
    // Newton converges quadratically: after so small a step what is left is rounding.
    if (Math.abs(d0) < 1e-6 && Math.abs(d1) < 1e-6) return { ok: true, intercept: b0, slope: b1 };
  }
  return { ok: false, reason: 'the fit did not converge' };
}
