import type { Estimate, Evaluation, RunBundle } from '../core/bundle';
import { givenArms, withoutOffArms } from '../core/config';

/** A run of the same settings as a record, held against it: what came out the same, and what did not. */

/** `equal`: every bit. `rounding`: but for the last digits. `within`: less apart than chance explains. */
export type Agreement = 'equal' | 'rounding' | 'within' | 'outside';

export interface ComparedFigure {
  /** Id of the arm; `sft` for the start policy. */
  readonly arm: string;
  readonly figure: 'gold' | 'win rate' | 'KL';
  readonly recorded: Estimate;
  readonly here: Estimate;
  /** Largest difference that counts as the same: 0 where the same numbers are due, else half the combined 95% interval. */
  readonly tolerance: number;
  readonly agreement: Agreement;
}

export interface ReplayVerdict {
  /**
   * `same`: all that both have is equal to the bit. `within`: every figure is within its tolerance. `differs`: some are not.
   * `incomparable`: other settings, or no figure in common.
   */
  readonly outcome: 'same' | 'within' | 'differs' | 'incomparable';
  /** Whether the same bits are due: the same engine and build. */
  readonly sameBits: boolean;
  readonly figures: readonly ComparedFigure[];
}

/**
 * Largest relative difference that is put down to the `Math` of another JavaScript engine, whose `exp` and `log` may differ in
 * the last digit; what is computed outside the engine goes through it.
 */
const ROUNDING = 1e-9;

/** Half the 95% interval of the difference of two independent estimates, on the sides that face each other. */
function halfInterval(recorded: Estimate, here: Estimate): number {
  const below = ({ value, ci: [low] }: Estimate): number => value - low;
  const above = ({ value, ci: [, high] }: Estimate): number => high - value;
  return recorded.value > here.value ? Math.hypot(below(recorded), above(here)) : Math.hypot(above(recorded), below(here));
}

function compared(arm: string, figure: ComparedFigure['figure'], recorded: Estimate, here: Estimate, sameBits: boolean): ComparedFigure {
  const apart = Math.abs(recorded.value - here.value);
  const tolerance = sameBits ? 0 : halfInterval(recorded, here);
  const rounding = apart <= ROUNDING * Math.max(Math.abs(recorded.value), Math.abs(here.value));
  const agreement = apart === 0 ? 'equal' : rounding ? 'rounding' : apart <= tolerance ? 'within' : 'outside';
  return { arm, figure, recorded, here, tolerance, agreement };
}

const FIGURES: readonly { readonly figure: ComparedFigure['figure']; readonly of: (evaluation: Evaluation) => Estimate | undefined }[] = [
  { figure: 'gold', of: ({ goldUtility }) => goldUtility },
  { figure: 'win rate', of: ({ winRateVsSft }) => winRateVsSft?.majority.raw },
  { figure: 'KL', of: ({ kl }) => kl },
];

/** The same engine on the same kind of device, and the same build. */
function sameBitsDue(recorded: RunBundle, here: RunBundle): boolean {
  const of = ({ device, build }: RunBundle): string => JSON.stringify([device.engine, device.description, build.commit, build.version]);
  return of(recorded) === of(here);
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * Holds a run against a record of the same settings. A record from a link has less in it: only what both have is compared.
 * Intervals are those over posts; both runs were judged on the same posts, so chance alone seldom takes them that far apart.
 */
export function compareRuns(recorded: RunBundle, here: RunBundle): ReplayVerdict {
  const sameBits = sameBitsDue(recorded, here);
  if (!same(withoutOffArms(recorded.config), withoutOffArms(here.config))) return { outcome: 'incomparable', sameBits, figures: [] };
  const couples = recorded.arms.flatMap((arm) => {
    const other = here.arms.find(({ id }) => id === arm.id);
    return other ? [{ id: arm.id, recorded: arm.evaluation, here: other.evaluation }] : [];
  });
  const figures = couples.flatMap((couple) => FIGURES.flatMap(({ figure, of }) => {
    const [before, now] = [of(couple.recorded), of(couple.here)];
    return before && now ? [compared(couple.id, figure, before, now, sameBits)] : [];
  }));
  if (figures.length === 0) return { outcome: 'incomparable', sameBits, figures };
  const whole = couples.length === recorded.arms.length && same(recorded.comparisons, here.comparisons) &&
    couples.every((couple) => same(couple.recorded, couple.here));
  const outside = figures.some(({ agreement }) => agreement === 'outside') || couples.length < recorded.arms.length;
  return { outcome: whole ? 'same' : outside ? 'differs' : 'within', sameBits, figures };
}

/** Why a record cannot be run again in this page; undefined where it can. */
export function replayHindrance({ config }: RunBundle, hasFile: boolean): string | undefined {
  if (config.run.task === 'file' && !hasFile) return 'This run was on a file that is not here.';
  if (givenArms(config).length > 0) return 'This run learned from labels that are not here.';
  return undefined;
}
