import type { RunBundle } from '../../core/bundle';
import type { ComparedFigure, ReplayVerdict } from '../../experiments/replay';
import { number, percent } from '../shared/format';

/** A run held against its record, in words. */

/** A compared figure's value or tolerance as text. */
export function figureText(figure: ComparedFigure['figure'], value: number): string {
  return figure === 'win rate' ? percent(value, 1) : number(value, 3);
}

export const FIGURES: Readonly<Record<ComparedFigure['figure'], string>> = { gold: 'gold utility', 'win rate': 'win rate against SFT', KL: 'KL from SFT' };

/** What became of a figure. */
export const AGREEMENTS: Readonly<Record<ComparedFigure['agreement'], string>> = {
  equal: 'equal', rounding: 'equal but for last digits', within: 'within tolerance', outside: 'differs',
};

/** Name of an arm in the record. */
export function armName({ arms }: Pick<RunBundle, 'arms'>, id: string): string {
  return arms.find((arm) => arm.id === id)?.label ?? id;
}

function apart({ arm, figure, recorded, here, tolerance }: ComparedFigure, bundle: RunBundle): string {
  const text = (value: number): string => figureText(figure, value);
  const allowed = tolerance === 0 ? '' : `, where ${text(tolerance)} apart is within tolerance`;
  return `${armName(bundle, arm)}, ${FIGURES[figure]}: ${text(recorded.value)} recorded, ${text(here.value)} here${allowed}.`;
}

export interface ReplayWords {
  readonly title: string;
  readonly text: string;
}

/** What came of a run that repeated a record. */
export function replayWords({ outcome, sameBits, figures }: ReplayVerdict, recorded: RunBundle): ReplayWords {
  const due = sameBits
    ? 'Engine and build are those of the record, so the same numbers were due.'
    : 'Engine or build is another than the record’s, so figures may be apart by half the combined 95% interval.';
  switch (outcome) {
    case 'incomparable':
      return { title: 'Not comparable with the record.', text: 'The run had other settings, or no figure in common with the record.' };
    case 'same':
      return {
        title: 'Reproduced to the bit.',
        text: `All ${figures.length} figures compared are the same in every digit, and so is all else of the verdict that the record has.`,
      };
    case 'within':
      return figures.some(({ agreement }) => agreement === 'within')
        ? { title: 'Reproduced within tolerance.', text: `${due} All ${figures.length} figures compared are within that.` }
        : { title: 'Reproduced, but for last digits.', text: 'What differs is behind the ninth digit: browsers do not round exponentials and logarithms alike.' };
    case 'differs': {
      const outside = figures.filter(({ agreement }) => agreement === 'outside').map((figure) => apart(figure, recorded));
      return { title: 'Differs from the record.', text: [due, ...(outside.length > 0 ? outside : ['An arm of the record is missing here.'])].join(' ') };
    }
  }
}
