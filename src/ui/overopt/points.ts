/**
 * What the over-optimisation lab shows, before anything is drawn: how far each policy went from SFT and what it gained, by
 * gold and by the proxy that it was trained on or chosen by.
 */
import type { BestOfNCurve, Curve } from '../../core/bundle';
import { toCsv } from '../../core/csv';
import { fitOveroptimisation, fittedScore, type OveroptimisationFit, type OveroptimisationForm } from '../../evaluation/overoptimisation';
import type { RunState } from '../../experiments/runState';
import type { ShownRun } from '../../experiments/shownRun';

export interface OveroptPoint {
  /** RL iteration, or n of best-of-n. */
  readonly at: number;
  /** KL from SFT, nats. Sampled in RL, where it may dip below 0; a bound in best-of-n. */
  readonly kl: number;
  /** Gold utility less that at the start, in average facts. */
  readonly gold: number;
  /** Standardised reward less that at the start, in deviations of SFT samples; absent where no reward scores responses. */
  readonly proxy?: number;
}

/** Points from the start on, the start (KL 0, gain 0) among them; without points, why there are none. */
export interface Measured {
  readonly points: readonly OveroptPoint[];
  readonly reason?: string;
}

export type Path = 'rl' | 'best-of-n';
export type Score = 'gold' | 'proxy';

export interface OveroptArm {
  readonly id: string;
  readonly label: string;
  readonly paths: Readonly<Record<Path, Measured>>;
}

/** Above this the policy was no SFT policy at its first measurement, nats. */
const START_KL = 0.01;

const none = (reason: string): Measured => ({ points: [], reason });

/** Points of an arm's training, one a measurement on validation prompts. */
export function trainedPoints(curves: Readonly<Record<string, Curve>>): Measured {
  const kl = curves['eval/kl'];
  if (!kl || kl.step.length === 0) return none('no measurement yet');
  const valuesOf = (key: string): ReadonlyMap<number, number> => {
    const curve = curves[key];
    return new Map(curve?.step.map((step, i) => [step, curve.value[i]!]));
  };
  const [klAt, goldAt, proxyAt] = ['eval/kl', 'eval/gold', 'eval/scores'].map(valuesOf) as [
    ReadonlyMap<number, number>, ReadonlyMap<number, number>, ReadonlyMap<number, number>,
  ];
  const [startKl, startGold, startProxy] = [klAt.get(0), goldAt.get(0), proxyAt.get(0)];
  if (startKl === undefined || startGold === undefined) return none('no measurement at the start');
  if (Math.abs(startKl) > START_KL) return none('it answers otherwise than SFT before any training, so that it has no start at KL 0');
  const points = kl.step.flatMap((at, i): OveroptPoint[] => {
    const [gold, proxy] = [goldAt.get(at), proxyAt.get(at)];
    if (gold === undefined) return [];
    return [{
      at, kl: kl.value[i]!, gold: gold - startGold,
      ...(proxy === undefined || startProxy === undefined ? {} : { proxy: proxy - startProxy }),
    }];
  });
  return points.length > 1 ? { points } : none('only the start is measured yet');
}

/** Points of the best of n SFT samples. @param absent why there is no curve, where there is none. */
export function bestOfNPoints(curve: BestOfNCurve | undefined, absent: string): Measured {
  if (!curve) return none(absent);
  const start = curve.n.indexOf(1);
  const [gold, proxy] = [curve.gold[start], curve.proxy[start]];
  if (gold === undefined || proxy === undefined) return none('there is no n = 1 to start from');
  return { points: curve.n.map((at, i) => ({ at, kl: curve.kl[i]!, gold: curve.gold[i]! - gold, proxy: curve.proxy[i]! - proxy })) };
}

function whyNoBestOfN({ bundle, config }: ShownRun): string {
  if (config.evaluation.bestOfN < 2) return 'this run was not asked for it';
  return bundle ? 'no reward scores single responses' : 'it is shown when the run has ended';
}

/** All arms of a run. */
export function overoptArms(run: ShownRun): OveroptArm[] {
  return run.config.arms.filter(({ off }) => !off).map(({ id, label }) => ({
    id,
    label,
    paths: {
      rl: trainedPoints(run.curves[id] ?? {}),
      'best-of-n': bestOfNPoints(run.bundle?.arms.find((arm) => arm.id === id)?.bestOfN, whyNoBestOfN(run)),
    },
  }));
}

/** The run to show: that of the playground as soon as it has something to show, until then the last finished one. */
export function runToShow({ shown, lastFinished }: Pick<RunState, 'shown' | 'lastFinished'>): ShownRun | undefined {
  const measurements = (id: string): number => shown?.curves[id]?.['eval/kl']?.step.length ?? 0;
  const has = shown && (shown.bundle !== undefined || shown.config.arms.some(({ id }) => measurements(id) > 1));
  return has ? shown : (lastFinished ?? shown);
}

/** Points that can be drawn over the square root of KL. */
export function drawable({ points }: Measured): OveroptPoint[] {
  return points.filter(({ kl }) => kl >= 0);
}

/** KL and score of the points that have both. */
export function scored(points: readonly OveroptPoint[], score: Score): { readonly at: number; readonly kl: number; readonly score: number }[] {
  return points.flatMap(({ at, kl, [score]: value }) => (value === undefined ? [] : [{ at, kl, score: value }]));
}

export interface OveroptFit {
  readonly arm: OveroptArm;
  readonly path: Path;
  readonly score: Score;
  readonly form: OveroptimisationForm;
  readonly fit: OveroptimisationFit;
}

export const PATHS = ['rl', 'best-of-n'] as const satisfies readonly Path[];
const START: Readonly<Record<Path, number>> = { rl: 0, 'best-of-n': 1 };

/** Gao's form of each path, fitted to each path that was measured. The start lies on every curve and is no point of a fit. */
export function overoptFits(arms: readonly OveroptArm[], scores: readonly Score[]): OveroptFit[] {
  return arms.flatMap((arm) => PATHS.flatMap((path) => scores.flatMap((score): OveroptFit[] => {
    const points = scored(arm.paths[path].points, score).filter(({ at }) => at !== START[path]);
    return points.length === 0 ? [] : [{ arm, path, score, form: path, fit: fitOveroptimisation(points, path) }];
  })));
}

/** Every point of these arms and what the fits of gold and proxy say there, long form. */
export function overoptCsv(arms: readonly OveroptArm[], fits: readonly OveroptFit[]): string {
  const rows: (string | number)[][] = [['arm', 'label', 'path', 'score', 'iteration or n', 'kl', 'sqrt kl', 'gain', 'fitted']];
  for (const arm of arms) {
    for (const path of PATHS) {
      for (const score of ['gold', 'proxy'] as const) {
        const own = fits.find((one) => one.arm.id === arm.id && one.path === path && one.score === score)?.fit;
        for (const { at, kl, score: gain } of scored(arm.paths[path].points, score)) {
          const d = kl >= 0 ? Math.sqrt(kl) : undefined;
          rows.push([arm.id, arm.label, path, score, at, kl, d ?? '', gain, own?.ok === true && d !== undefined ? fittedScore(own, d) : '']);
        }
      }
    }
  }
  return toCsv(rows);
}
