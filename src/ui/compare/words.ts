import type { Bin } from '../../experiments/compareHistogram';
import type { Couple, Measure, Sort, SortKey } from '../../experiments/compareMeasures';
import type { Column } from '../../experiments/comparePosts';
import type { Dimension } from '../../experiments/compareSlices';
import type { Marking } from '../../experiments/compareStore';
import { capitalised, type TaskWords } from '../../core/taskWords';
import { number } from '../shared/format';

/** How the compare screen says things. */

export const MEASURE_WORDS: Readonly<Record<Measure, string>> = { gold: 'gold utility', score: 'reward', words: 'words' };

export function dimensionWords({ prompt, points }: Pick<TaskWords, 'prompt' | 'points'>): Readonly<Record<Dimension, string>> {
  return { topic: 'topic', facts: `number of ${points}`, post: `length of the ${prompt}`, responses: 'length of both responses' };
}

export function markingWords({ prompt }: Pick<TaskWords, 'prompt'>): Readonly<Record<Marking, string>> {
  return { checker: 'Checker', diff: 'Word diff', overlap: `In the ${prompt}`, none: 'None' };
}

/** "Posts 1 to 50 of 200": which of how many rows are in view. */
export function rowsWords(from: number, to: number, of: number, { prompts }: Pick<TaskWords, 'prompts'>): string {
  return of === 0 ? `No ${prompts}` : `${capitalised(prompts)} ${number(from)} to ${number(to)} of ${number(of)}`;
}

/** A value or difference of a measure. */
export function measured(value: number, measure: Measure): string {
  return number(value, measure === 'words' ? 0 : 2);
}

const signed = (value: number, measure: Measure): string => `${value > 0 ? '+' : ''}${measured(value, measure)}`;

/** "gold utility: RLAIF +1.20", or that it is the same. */
export function aheadWords(value: number | undefined, columns: readonly Column[], { a, b }: Couple, measure: Measure): string {
  if (value === undefined) return `${MEASURE_WORDS[measure]}: not there`;
  if (value === 0) return `${MEASURE_WORDS[measure]}: equal`;
  const ahead = columns[value > 0 ? a : b]?.label ?? '';
  return `${MEASURE_WORDS[measure]}: ${ahead} ${signed(Math.abs(value), measure)}`;
}

/** What the differences of a bin are: "RLAIF ahead by 0.25 to 0.75", "neither ahead by 0.25 or more". */
export function binWords({ index, from, to }: Pick<Bin, 'index' | 'from' | 'to'>, measure: Measure, names: { readonly a: string; readonly b: string }): string {
  const unit = measure === 'words' ? ' words' : '';
  const plain = (value: number): string => String(Number(Math.abs(value).toPrecision(4)));
  if (index === 0) return `neither ahead by ${plain(to)}${unit} or more`;
  const [near, far] = index > 0 ? [from, to] : [to, from];
  const range = Number.isFinite(far) ? `${plain(near)} to ${plain(far)}${unit}` : `${plain(near)}${unit} or more`;
  return `${index > 0 ? names.a : names.b} ahead by ${range}`;
}

export interface SortChoice {
  readonly value: string;
  readonly label: string;
  readonly sort: Sort;
}

/** Orders that can be chosen for the couple, if there is one. */
export function sortChoices(columns: readonly Column[], couple: Couple | undefined, measures: readonly Measure[]): SortChoice[] {
  const choice = (key: SortKey, reversed: boolean, label: string): SortChoice => ({ value: `${key} ${reversed}`, label, sort: { key, reversed } });
  const [a, b] = [columns[couple?.a ?? -1]?.label ?? '', columns[couple?.b ?? -1]?.label ?? ''];
  return [
    choice('order', false, 'as drawn'),
    choice('order', true, 'as drawn, last first'),
    ...(couple
      ? [
          choice('disagreement', false, 'most disagreement first'),
          choice('disagreement', true, 'least disagreement first'),
          ...measures.flatMap((measure) => [
            choice(measure, false, `${MEASURE_WORDS[measure]}: ${a} over ${b}`),
            choice(measure, true, `${MEASURE_WORDS[measure]}: ${b} over ${a}`),
          ]),
        ]
      : []),
  ];
}

/** "after 20 updates"; nothing for responses at the end of training. */
export function stepWords(step: number | undefined): string | undefined {
  return step === undefined ? undefined : `after ${number(step)} ${step === 1 ? 'update' : 'updates'}`;
}
