import type { TaskWords } from '../../core/taskWords';
import type { BandKind } from '../../evaluation/acrossSeeds';
import { figureOf, type FigureId } from '../../evaluation/figures';
import { interval, number, percent, percentInterval } from '../shared/format';

/** How numbers of a sweep read. */

/** What is drawn around the mean of several runs, or each of them. */
export type Spread = BandKind | 'runs';

export const SPREADS: Readonly<Record<Spread, { readonly label: string; readonly legend: string }>> = {
  std: { label: 'standard deviation', legend: 'mean ± sd' },
  stderr: { label: 'standard error', legend: 'mean ± se' },
  'min-max': { label: 'least and greatest', legend: 'mean, least to greatest' },
  runs: { label: 'each run', legend: 'mean, thin: each run' },
};

/** What intervals over seeds leave out. */
export const SAME_PROMPTS =
  'The same test prompts judge every run, so the luck of their choice is in none of these intervals. They take the runs for draws of a normal distribution, which a handful cannot show.';

/** The figure in a task's words. */
export function figureIn(id: FigureId, words: TaskWords): ReturnType<typeof figureOf> {
  const figure = figureOf(id);
  // The table of figures speaks of forum posts.
  const ofTask = (text: string): string => text.replace(/\bpost(s?)\b/g, (_, several: string) => (several ? words.prompts : words.prompt));
  switch (id) {
    case 'invented':
      return { ...figure, label: words.inventsTitle, meaning: `Share of responses with at least one ${words.unsupported}.` };
    case 'coverage':
      return { ...figure, meaning: `Share of ${words.coverage}.` };
    default:
      return { ...figure, label: ofTask(figure.label), meaning: ofTask(figure.meaning) };
  }
}

/** "3.18", "71.4%". */
export function figureText(id: FigureId, value: number): string {
  return figureOf(id).format === 'percent' ? percent(value, 1) : number(value, 2);
}

/** "[2.90, 3.40]". */
export function intervalText(id: FigureId, ci: readonly [number, number]): string {
  const ends: [number, number] = [ci[0], ci[1]];
  return figureOf(id).format === 'percent' ? percentInterval(ends, 1) : interval(ends, 2);
}

/** "+0.12", "−3.1 points": differences of percentages are in points. */
export function differenceText(id: FigureId, value: number): string {
  const share = figureOf(id).format === 'percent';
  const text = number(share ? 100 * value : value, share ? 1 : 2);
  return `${value > 0 ? '+' : ''}${text}${share ? ' points' : ''}`;
}

/** "p = 0.031", "p < 0.001". */
export function pText(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
}

/** "n = 3", or "n = 2 to 3" where it is not the same everywhere. */
export function countText(counts: readonly number[]): string {
  const low = counts.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = counts.reduce((a, b) => Math.max(a, b), 0);
  return low >= high ? `n = ${high}` : `n = ${low} to ${high}`;
}

/** "3 seeds", "1 seed". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}
