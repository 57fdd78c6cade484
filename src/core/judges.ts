/** The ladder of small judges that ships with the page: language models of one kind in several sizes. */

export interface JudgeSize {
  /** Width of the residual stream. */
  readonly width: number;
  readonly layers: number;
  /** Number of parameters of one parameter set. */
  readonly parameters: number;
}

export const JUDGE_SIZES = {
  xs: { width: 16, layers: 1, parameters: 21_618 },
  s: { width: 32, layers: 2, parameters: 62_082 },
  m: { width: 64, layers: 2, parameters: 173_314 },
  l: { width: 96, layers: 2, parameters: 333_698 },
} as const satisfies Readonly<Record<string, JudgeSize>>;
export type JudgeSizeId = keyof typeof JUDGE_SIZES;
export const JUDGE_SIZE_IDS = Object.keys(JUDGE_SIZES) as JudgeSizeId[];

/** Judges of one size that were trained apart, on the same comparisons in other orders; seeds are 1 to this. */
export const JUDGE_SEEDS = 3;

/** "M, 0.17 M parameters". */
export function judgeSizeName(size: JudgeSizeId): string {
  return `${size.toUpperCase()}, ${(JUDGE_SIZES[size].parameters / 1e6).toFixed(2)} M parameters`;
}

/** Sizes of which judges ship, by task; none for a visitor's own file. */
const SHIPPED: Readonly<Record<string, readonly JudgeSizeId[]>> = { tldr: JUDGE_SIZE_IDS, helpful: ['m'], harmless: ['m'] };

/** The small judges that ship for a task, each size trained so many times apart. @param task its id */
export function judgesOf(task: string): { readonly sizes: readonly JudgeSizeId[]; readonly trainings: number } {
  return { sizes: SHIPPED[task] ?? [], trainings: task === 'tldr' ? JUDGE_SEEDS : 1 };
}
