import type { Overoptimisation } from '../../evaluation/overoptimisation';
import { number } from '../shared/format';
import type { Path, Score } from './points';

/** Of the lab's charts and tables. */
export const CITATION = 'Gao et al. 2022, Scaling Laws for Reward Model Overoptimization, arXiv:2210.10760';

export const PATH_NAMES: Readonly<Record<Path, string>> = { rl: 'RL', 'best-of-n': 'best of n' };
export const SCORE_NAMES: Readonly<Record<Score, string>> = { gold: 'gold', proxy: 'proxy' };

/** With d = sqrt(KL). */
export const FORMULAS: Readonly<Record<Path, string>> = { rl: 'd (α − β log d)', 'best-of-n': 'd (α − β d)' };

export const UNITS = 'Gold in average facts, proxy in deviations of SFT samples: their heights are in two units.';

/** What has to be minded of points and fits. */
export const CAVEATS =
  'Points along one training run are not independent, so that standard errors and intervals of RL are too narrow; another seed is another curve. ' +
  'RL spends far more KL than best-of-n for the same gain, so KL does not compare the two. KL of RL is sampled, of best-of-n the bound log n − (n − 1) / n. ' +
  'The form of RL has an infinite slope at the start and cannot hold there.';

const RANGES: Readonly<Record<NonNullable<Overoptimisation['peak']>['range'], string>> = {
  inside: 'inside the points',
  beyond: 'extrapolated, beyond the points',
  before: 'extrapolated, before the points',
};

/** Where the fitted curve is highest, or why it has no peak. */
export function peakWords({ form, alpha, beta, peak }: Overoptimisation): string {
  if (peak) return `d* ${number(peak.d, 2)}, KL* ${number(peak.kl, 2)}, R* ${number(peak.score, 2)}; ${RANGES[peak.range]}`;
  if (!(beta.value > 0)) return 'none: β is not above 0, so the curve does not turn';
  return form === 'best-of-n' && !(alpha.value > 0) ? 'none: the curve falls from the start' : 'none within any KL';
}

/** Whether the points show that the score turns. */
export function turns({ beta }: Overoptimisation): boolean {
  return beta.ci[0] > 0;
}
