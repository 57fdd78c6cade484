/** What the verdict's panels read out of a bundle, before anything is drawn. */
import type { Estimate, HeadToHeadTable, RunBundle } from '../../core/bundle';
import { wordsOf } from '../../core/taskWords';
import { number, percent, percentInterval } from '../shared/format';

/** "test posts": which prompts the verdict is of. */
export function promptsOf({ config }: Pick<RunBundle, 'config'>): string {
  return `${config.evaluation.split} ${wordsOf(config.run.task).prompts}`;
}

/** A head-to-head as the row sees it. */
export interface Bout {
  /** Share of prompts won by the row, ties half. */
  readonly share: number;
  readonly ci: Estimate['ci'];
  /** Prompts. */
  readonly n: number;
  /** Prompts that were not tied. */
  readonly decided: number;
  readonly p: number;
  /** Adjusted for all comparisons (Holm). */
  readonly pAdjusted: number;
  readonly significant: boolean;
}

/** The bout of two policies, whichever way round it was held; undefined where there was none. */
export function boutOf({ comparisons }: HeadToHeadTable, row: string, column: string): Bout | undefined {
  const found = comparisons.find(({ a, b }) => (a === row && b === column) || (a === column && b === row));
  if (!found) return undefined;
  const { a, raw: { value, ci, n }, decided, p, pAdjusted, significant } = found;
  const same = a === row;
  return { share: same ? value : 1 - value, ci: same ? ci : [1 - ci[1], 1 - ci[0]], n, decided, p, pAdjusted, significant };
}

/** "p = 0.012", "p < 0.001". */
export function pWords(p: number, name = 'p'): string {
  return p < 0.001 ? `${name} < 0.001` : `${name} = ${number(p, 3)}`;
}

/** The bout in a sentence. */
export function boutWords(row: string, column: string, { share, ci, n, decided, p, pAdjusted, significant }: Bout, prompts: string): string {
  return `${row} beats ${column} on ${percent(share, 1)} ${percentInterval(ci, 1)} of ${number(n)} ${prompts}, ` +
    `of which ${number(decided)} are not tied; sign test ${pWords(p)}, ${pWords(pAdjusted, 'adjusted p')}: ${significant ? 'a difference' : 'no difference shown'}`;
}

/** The arm whose reward an arm was trained on, where it is another's. */
export function rewardOwner({ stages }: Pick<RunBundle, 'stages'>, armId: string): string | undefined {
  return stages.find(({ id, arm }) => id === 'reward' && arm === armId)?.sharedWith;
}
