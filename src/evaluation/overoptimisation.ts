/**
 * How a gold score rises and falls as a policy is pushed against a proxy. Gao et al. 2022 (arXiv 2210.10760): with
 * d = sqrt(KL(policy || start)), KL in nats, and R the gold score less that of the start policy,
 *
 *     best of n   R(d) = d (alpha - beta d)        peak  d* = alpha / (2 beta),        R* = alpha^2 / (4 beta)
 *     RL          R(d) = d (alpha - beta log d)    peak  d* = e^(alpha / beta - 1),    R* = beta d*
 *
 * Both are linear in alpha and beta and go through the origin. Least squares: with x = d or log d and w = d^2, the normal
 * equations are those of a weighted line through (x, R / d),
 *
 *     beta = -sum w (x - m) (R / d - c) / Sxx,   alpha = c + beta m,   Sxx = sum w (x - m)^2,
 *     m = sum w x / W,   c = sum w (R / d) / W,   W = sum w
 *     s^2 = SSE / (n - 2),   se(beta) = s / sqrt(Sxx),   se(alpha) = s sqrt(1 / W + m^2 / Sxx)
 *
 * Departures: the paper's scores have unit variance at the start; here alpha and beta are in whatever unit the points have.
 * The RL form has an infinite slope at the start, so it cannot hold there; points at small d count all the same, with little
 * weight. Points along one training run are not independent, so standard errors and intervals are too narrow there; they are
 * right for separate runs or separate draws.
 */
import { mean, tQuantile, type Interval } from '../core/stats';

export type OveroptimisationForm = 'best-of-n' | 'rl';

/** One policy, or one n. */
export interface OveroptimisationPoint {
  /** KL to the start policy, nats. */
  readonly kl: number;
  /** Gold or proxy score less that of the start policy, in any unit. */
  readonly score: number;
}

/** A fitted number with its standard error and 95% t interval with n - 2 degrees of freedom. */
export interface Coefficient {
  readonly value: number;
  readonly se: number;
  readonly ci: Interval;
}

/** Where the fitted curve is highest. */
export interface Peak {
  /** sqrt of the KL, sqrt(nats). */
  readonly d: number;
  /** d^2, nats. */
  readonly kl: number;
  readonly score: number;
  /** Against the d of the points: a peak `beyond` or `before` all of them is extrapolated. */
  readonly range: 'before' | 'inside' | 'beyond';
}

export interface Overoptimisation {
  readonly ok: true;
  readonly form: OveroptimisationForm;
  /** How fast the score rises at first. */
  readonly alpha: Coefficient;
  /** How fast the rise wears off. Where its interval reaches 0, the points do not show that the score turns. */
  readonly beta: Coefficient;
  /** 1 - SSE / (squares about the mean score): negative where the mean alone fits better, absent where scores are equal. */
  readonly r2?: number;
  /** sqrt(SSE / n), in the score's unit. */
  readonly rmse: number;
  /** Points that the fit is of. */
  readonly n: number;
  /** Points without a place on the curve: see `fitOveroptimisation`. */
  readonly leftOut: number;
  /** Least and greatest d of the points. */
  readonly measured: readonly [from: number, to: number];
  /** Absent where beta <= 0, where a best-of-n curve falls from the start (alpha <= 0), and where d* is past all numbers. */
  readonly peak?: Peak;
}

export type OveroptimisationFit =
  | Overoptimisation
  /** In words, for a note beside the missing curve. */
  | { readonly ok: false; readonly reason: string; readonly leftOut: number };

/** Two coefficients and one degree of freedom for their errors. */
const MIN_POINTS = 3;
/** Relative; under it alpha and beta cannot be told apart. */
const LEAST_SPREAD = 1e-6;

/** What beta is multiplied by, but for the factor d. */
const BEND: Readonly<Record<OveroptimisationForm, (d: number) => number>> = { 'best-of-n': (d) => d, rl: Math.log };

/**
 * The form fitted to the points, by least squares through the origin.
 *
 * Points with KL <= 0 are left out and counted: the start policy itself (KL 0) is on every curve and says nothing of alpha
 * and beta, and a sampled KL (k1) may come out negative, where d is not real. Near the start this keeps what the noise made
 * positive, so d is overstated there: measure KL on enough samples. Points with a number that is not finite are left out too.
 */
export function fitOveroptimisation(points: readonly OveroptimisationPoint[], form: OveroptimisationForm): OveroptimisationFit {
  const used = points
    .filter(({ kl, score }) => kl > 0 && Number.isFinite(kl) && Number.isFinite(score))
    .map(({ kl, score }) => ({ d: Math.sqrt(kl), score }));
  const n = used.length;
  const leftOut = points.length - n;
  if (n < MIN_POINTS) return { ok: false, reason: `${n} ${n === 1 ? 'point' : 'points'} with KL above 0: 3 are needed`, leftOut };
  const measured = [Math.min(...used.map(({ d }) => d)), Math.max(...used.map(({ d }) => d))] as const;
  if (measured[1] <= measured[0] * (1 + LEAST_SPREAD)) return { ok: false, reason: 'KL does not vary', leftOut };

  const bend = BEND[form];
  const rows = used.map(({ d, score }) => ({ x: bend(d), slope: score / d, w: d * d }));
  const weight = rows.reduce((sum, { w }) => sum + w, 0);
  const x = rows.reduce((sum, row) => sum + row.w * row.x, 0) / weight;
  const slope = rows.reduce((sum, row) => sum + row.w * row.slope, 0) / weight;
  const sxx = rows.reduce((sum, row) => sum + row.w * (row.x - x) ** 2, 0);
  const beta = -rows.reduce((sum, row) => sum + row.w * (row.x - x) * (row.slope - slope), 0) / sxx;
  const alpha = slope + beta * x;

  const errors = used.reduce((sum, { d, score }) => sum + (score - d * (alpha - beta * bend(d))) ** 2, 0);
  const center = mean(used.map(({ score }) => score));
  const spread = used.reduce((sum, { score }) => sum + (score - center) ** 2, 0);
  const s = Math.sqrt(errors / (n - 2));
  const t = tQuantile(0.975, n - 2);
  const coefficient = (value: number, se: number): Coefficient => ({ value, se, ci: [value - t * se, value + t * se] });
  const peak = peakOf(form, alpha, beta, measured);
  return {
    ok: true,
    form,
    alpha: coefficient(alpha, s * Math.sqrt(1 / weight + (x * x) / sxx)),
    beta: coefficient(beta, s / Math.sqrt(sxx)),
    ...(spread > 0 ? { r2: 1 - errors / spread } : {}),
    rmse: Math.sqrt(errors / n),
    n,
    leftOut,
    measured,
    ...(peak ? { peak } : {}),
  };
}

function peakOf(form: OveroptimisationForm, alpha: number, beta: number, measured: readonly [number, number]): Peak | undefined {
  if (!(beta > 0)) return undefined;
  const d = form === 'rl' ? Math.exp(alpha / beta - 1) : alpha / (2 * beta);
  if (!(d > 0 && Number.isFinite(d * d))) return undefined;
  const score = form === 'rl' ? beta * d : (alpha * alpha) / (4 * beta);
  return { d, kl: d * d, score, range: d < measured[0] ? 'before' : d > measured[1] ? 'beyond' : 'inside' };
}

/** The fitted score at d >= 0. At 0 it is 0, the limit of both forms: d log d -> 0. */
export function fittedScore({ form, alpha, beta }: Pick<Overoptimisation, 'form' | 'alpha' | 'beta'>, d: number): number {
  return d === 0 ? 0 : d * (alpha.value - beta.value * BEND[form](d));
}

/** The fitted curve from the start policy on, for drawing; the three lists have the same length. */
export interface FittedCurve {
  readonly d: readonly number[];
  readonly kl: readonly number[];
  readonly score: readonly number[];
}

/**
 * The fitted curve at evenly spaced d from 0 to `to`, both included.
 * @param to greatest d; by default that of the points. Further on the curve is extrapolated.
 * @param steps between the two ends, 1 or more.
 */
export function fittedCurve(
  fit: Overoptimisation,
  { to = fit.measured[1], steps = 80 }: { to?: number; steps?: number } = {},
): FittedCurve {
  const d = Array.from({ length: steps + 1 }, (_, i) => (to * i) / steps);
  return { d, kl: d.map((x) => x * x), score: d.map((x) => fittedScore(fit, x)) };
}
