import type { ArmRecord, Curve, RunBundle } from './bundle';
import { wordsOf } from './taskWords';

/**
 * Rules by which a finished run is made small enough for a link. What a reader takes away stays exact: every figure of the
 * verdict with its interval. What illustrates it gets less, in a stated order: posts, points of curves, the table of all
 * pairs of policies, secondary curves, the calibration of rewards, the curve of best-of-n. docs/links.md says the same.
 */
export interface Trim {
  /** Posts that are shown side by side: the first of the record, which are in no order of quality. */
  readonly posts: number;
  /** Most points of a curve. */
  readonly points: number;
  readonly headToHead: boolean;
  readonly secondaryCurves: boolean;
  readonly calibration: boolean;
  readonly bestOfN: boolean;
}

export const DEFAULT_POSTS = 12;
/** Most posts that can be asked for. */
export const MOST_POSTS = 50;
/** Significant digits of the values of curves. */
const DIGITS = 5;
const MOST_POINTS = 60;
/** Places that first, last, lowest and highest take at most. */
const ENDS = 4;

const isPrimary = (key: string): boolean =>
  key.startsWith('eval/') || ['rm/accuracy', 'rm/labels', 'rewards/accuracies', 'sft/val_loss'].includes(key);

/** What to try, in order, until a link is short enough. @param posts asked for */
export function* trims(posts: number): Generator<Trim> {
  let trim: Trim = { posts, points: MOST_POINTS, headToHead: true, secondaryCurves: true, calibration: true, bestOfN: true };
  yield trim;
  for (let fewer = Math.floor(posts * 0.75); fewer >= 3; fewer = Math.floor(fewer * 0.75)) yield (trim = { ...trim, posts: fewer });
  yield (trim = { ...trim, points: 30 });
  yield (trim = { ...trim, points: 15 });
  yield (trim = { ...trim, headToHead: false });
  yield (trim = { ...trim, secondaryCurves: false });
  yield (trim = { ...trim, calibration: false });
  yield (trim = { ...trim, bestOfN: false });
  if (trim.posts > 1) yield (trim = { ...trim, posts: 1 });
  yield { ...trim, posts: 0 };
}

/** Every k-th point, counted from the first, with the last, the lowest and the highest; k is as small as `most` allows. */
export function thinCurve({ step, value }: Curve, most: number): Curve {
  const last = value.length - 1;
  const k = value.length <= most ? 1 : Math.ceil(last / (most - ENDS));
  let [lowest, highest] = [0, 0];
  value.forEach((v, i) => {
    if (v < value[lowest]!) lowest = i;
    if (v > value[highest]!) highest = i;
  });
  const kept = [...value.keys()].filter((i) => i % k === 0 || i === last || i === lowest || i === highest);
  return { step: kept.map((i) => step[i]!), value: kept.map((i) => Number(value[i]!.toPrecision(DIGITS))) };
}

function trimArm(arm: ArmRecord, trim: Trim, posts: ReadonlySet<string>): ArmRecord {
  const curves = Object.entries(arm.curves).filter(([key]) => trim.secondaryCurves || isPrimary(key));
  const { bestOfN, reward, ...rest } = arm;
  return {
    ...rest,
    curves: Object.fromEntries(curves.map(([key, curve]) => [key, thinCurve(curve, trim.points)])),
    samples: arm.samples.filter(({ promptId }) => posts.has(promptId)),
    ...(reward ? { reward: trim.calibration ? reward : { ...reward, reliability: [] } } : {}),
    ...(bestOfN && trim.bestOfN ? { bestOfN } : {}),
  };
}

const count = (n: number): string => n.toLocaleString('en');

/** @returns the smaller run, and what it lacks, a phrase each */
export function trimBundle(bundle: RunBundle, trim: Trim): { readonly bundle: RunBundle; readonly left: readonly string[] } {
  const prompts = bundle.prompts.slice(0, trim.posts);
  const posts = new Set(prompts.map(({ id }) => id));
  const words = wordsOf(bundle.config.run.task);
  const { headToHead, ...rest } = bundle;
  const lengths = bundle.arms.flatMap(({ curves }) => Object.values(curves).map(({ value }) => value.length));
  const longest = lengths.reduce((a, b) => Math.max(a, b), 0);
  const dropped = bundle.arms.some(({ curves }) => Object.keys(curves).some((key) => !isPrimary(key)));
  const left = [
    ...(prompts.length < bundle.prompts.length
      ? [prompts.length === 0 ? `the ${words.prompts} and the responses to them` : `all but the first ${count(prompts.length)} of ${count(bundle.prompts.length)} ${words.prompts}`]
      : []),
    ...(longest > trim.points
      ? [`points of curves with more than ${trim.points}, which keep every k-th point (k is ${Math.ceil((longest - 1) / (trim.points - ENDS))} for the longest), the last, the lowest and the highest`]
      : []),
    ...(lengths.length > 0 ? [`digits of curves beyond ${DIGITS}`] : []),
    ...(headToHead && !trim.headToHead ? ['the table of all pairs of policies'] : []),
    ...(dropped && !trim.secondaryCurves ? ['losses, entropy and other secondary curves'] : []),
    ...(!trim.calibration && bundle.arms.some(({ reward }) => (reward?.reliability.length ?? 0) > 0) ? ['the calibration of rewards'] : []),
    ...(!trim.bestOfN && bundle.arms.some(({ bestOfN }) => bestOfN) ? ['the curves of best-of-n'] : []),
  ];
  return {
    left,
    bundle: { ...rest, prompts, arms: bundle.arms.map((arm) => trimArm(arm, trim, posts)), ...(headToHead && trim.headToHead ? { headToHead } : {}) },
  };
}
