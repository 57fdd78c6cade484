/**
 * Whether a reward still agrees with gold on what the policy itself writes. A reward model is trained on samples of the
 * start policy; optimisation moves the policy to where it errs in the policy's favour (Gao et al. 2022, arXiv 2210.10760),
 * so its accuracy on held-out pairs says less and less. At one checkpoint, over samples with proxy score r and gold u:
 *
 *     rank agreement = mean over couples (i, j) of [r and u order them alike], 1/2 where either ties
 *                    = (tau_a + 1) / 2, Kendall's tau_a (Kendall 1938, Biometrika 30)
 *     correlation    = Pearson's of r and u over all samples
 *
 * Couples are of one prompt's samples where any prompt has several: what the reward is used for, since RL compares
 * responses to the same post. Otherwise they are random couples of posts, which also credits the reward for knowing which
 * posts are easy; the two kinds do not compare. Correlation mixes both. Percentile bootstrap over prompts.
 */
import type { Estimate } from '../core/bundle';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { bootstrapInterval, mean } from '../core/stats';
import { TIE } from './alignment';
import { present } from './labelerFigures';

/** One sample of the policy. */
export interface ScoredSample {
  readonly promptId: string;
  /** The reward, in any unit. */
  readonly proxy: number;
  /** Gold utility. */
  readonly gold: number;
}

/** Agreement at one checkpoint. `n` of the estimates counts posts. */
export interface Drift {
  readonly samples: number;
  /** What the couples of `rankAgreement` are of. */
  readonly couples: 'samples of a post' | 'posts';
  /** 0..1, 1/2 by chance. Absent where too few posts have couples. */
  readonly rankAgreement?: Estimate;
  /**
   * Share of those couples that are worth the same to gold and count half whatever the reward says: it rises where a policy
   * repeats itself, and draws the agreement to 1/2.
   */
  readonly goldTies?: number;
  /** -1..1. Absent where proxy or gold does not vary. */
  readonly correlation?: Estimate;
}

/** Random partners of each post, where posts are coupled: enough that their choice adds little noise. */
const PARTNERS = 10;

/** Scores and utilities closer to each other than this are tied. Of this module, as the loops below read it millions of times. */
const TIED = TIE;

/** Of couples: how many; ordered alike less ordered differently; tied in gold. */
interface Couples {
  readonly total: number;
  readonly concordance: number;
  readonly ties: number;
}

/** Sign of a difference, 0 for a tie. */
function order(difference: number): number {
  return difference > TIED ? 1 : difference < -TIED ? -1 : 0;
}

/** The couples of a resample of prompts, given as row numbers. */
type Coupling = (rows: ArrayLike<number>) => Couples;

/** Those of each prompt's own samples; counted once, since a resample only repeats them. */
function withinPrompts(prompts: readonly (readonly ScoredSample[])[]): Coupling {
  const ofPrompt = prompts.map((samples): Couples => {
    let [concordance, ties] = [0, 0];
    samples.forEach((a, i) => samples.slice(i + 1).forEach((b) => {
      const gold = order(a.gold - b.gold);
      concordance += gold * order(a.proxy - b.proxy);
      ties += Number(gold === 0);
    }));
    return { total: (samples.length * (samples.length - 1)) / 2, concordance, ties };
  });
  return (rows) => {
    let [total, concordance, ties] = [0, 0, 0];
    for (let i = 0; i < rows.length; i++) {
      const couples = ofPrompt[rows[i]!]!;
      total += couples.total;
      concordance += couples.concordance;
      ties += couples.ties;
    }
    return { total, concordance, ties };
  };
}

/**
 * Each place of the resample with places drawn at random, or with all others where there are few. Places are drawn once:
 * rows are a random sample already. A post with itself is no couple.
 */
function amongPosts(samples: readonly ScoredSample[]): Coupling {
  const n = samples.length;
  const few = n <= 2 * PARTNERS;
  const stream = new Stream(streamKey(0, PURPOSE.evaluation, n));
  const partners = samples.map((_, i) => Int32Array.from(
    { length: few ? n - 1 - i : PARTNERS },
    (__, k) => (few ? i + 1 + k : (i + 1 + stream.int(n - 1)) % n),
  ));
  const proxy = Float64Array.from(samples, (sample) => sample.proxy);
  const gold = Float64Array.from(samples, (sample) => sample.gold);
  return (rows) => {
    let [total, concordance, ties] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const [a, others] = [rows[i]!, partners[i]!];
      for (let k = 0; k < others.length; k++) {
        const b = rows[others[k]!]!;
        if (a === b) continue;
        const better = order(gold[a]! - gold[b]!);
        total++;
        concordance += better * order(proxy[a]! - proxy[b]!);
        if (better === 0) ties++;
      }
    }
    return { total, concordance, ties };
  };
}

/** Pearson's correlation of a resample of prompts from each prompt's sums; undefined where either does not vary. */
function correlating(prompts: readonly (readonly ScoredSample[])[]): (rows: ArrayLike<number>) => number | undefined {
  // Centred first, so that the sums of squares keep their digits.
  const x0 = mean(prompts.flatMap((samples) => samples.map(({ proxy }) => proxy)));
  const y0 = mean(prompts.flatMap((samples) => samples.map(({ gold }) => gold)));
  const sums = prompts.map((samples) => {
    const sum = { n: samples.length, x: 0, y: 0, xx: 0, yy: 0, xy: 0 };
    for (const { proxy, gold } of samples) {
      const [dx, dy] = [proxy - x0, gold - y0];
      sum.x += dx;
      sum.y += dy;
      sum.xx += dx * dx;
      sum.yy += dy * dy;
      sum.xy += dx * dy;
    }
    return sum;
  });
  return (rows) => {
    let [n, x, y, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < rows.length; i++) {
      const of = sums[rows[i]!]!;
      n += of.n;
      x += of.x;
      y += of.y;
      xx += of.xx;
      yy += of.yy;
      xy += of.xy;
    }
    const [varX, varY, cov] = [xx - (x * x) / n, yy - (y * y) / n, xy - (x * y) / n];
    if (varX <= n * TIED ** 2 || varY <= n * TIED ** 2) return undefined;
    return Math.min(1, Math.max(-1, cov / Math.sqrt(varX * varY)));
  };
}

/**
 * Agreement of a reward with gold on the policy's own samples at one checkpoint.
 * @param scored several samples a prompt, or one for each of many, in any order.
 * @throws RangeError on fewer than two prompts, or a value that is not finite.
 */
export function drift(scored: readonly ScoredSample[]): Drift {
  if (!scored.every(({ proxy, gold }) => Number.isFinite(proxy) && Number.isFinite(gold))) {
    throw new RangeError('a score or a utility is not finite');
  }
  const byPrompt = new Map<string, ScoredSample[]>();
  for (const sample of scored) {
    const ofPrompt = byPrompt.get(sample.promptId);
    if (ofPrompt) ofPrompt.push(sample);
    else byPrompt.set(sample.promptId, [sample]);
  }
  const prompts = [...byPrompt.values()];
  if (prompts.length < 2) throw new RangeError(`drift over ${prompts.length} prompts`);
  const several = scored.length > prompts.length;
  const coupling = several ? withinPrompts(prompts) : amongPosts(scored);
  const correlation = correlating(prompts);
  const rows = prompts.map((_, i) => i);
  const estimate = (statistic: (rows: ArrayLike<number>) => number | undefined): Estimate | undefined => {
    const value = statistic(rows);
    const ci = value === undefined ? undefined : bootstrapInterval(prompts.length, statistic);
    return value === undefined || !ci ? undefined : { value, ci, n: prompts.length, over: 'posts' };
  };
  const rankAgreement = estimate((resample) => {
    const { total, concordance } = coupling(resample);
    return total === 0 ? undefined : (total + concordance) / (2 * total);
  });
  const { total, ties } = coupling(rows);
  return {
    samples: scored.length,
    couples: several ? 'samples of a post' : 'posts',
    ...present({ rankAgreement, goldTies: rankAgreement && ties / total, correlation: estimate(correlation) }),
  };
}
