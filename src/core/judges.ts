/** The ladder of small judges that ships with the page: language models of one kind in several sizes. */

export interface JudgeSize {
  /** Width of the residual stream. */
  readonly width: number;
  readonly layers: number;
  /** Number of parameters of one parameter set, with the words of the first task; those of others are fewer. */
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

/** Most judges of one size that were trained apart, on the same comparisons in other orders; seeds are 1 to this. */
export const JUDGE_SEEDS = 3;

/** "M, 0.17 M parameters". @param parameters of the judge at hand, as words count too */
export function judgeSizeName(size: JudgeSizeId, parameters: number = JUDGE_SIZES[size].parameters): string {
  return `${size.toUpperCase()}, ${(parameters / 1e6).toFixed(2)} M parameters`;
}

interface ShippedJudges {
  readonly sizes: readonly JudgeSizeId[];
  /** Times that each size was trained apart. */
  readonly trainings: number;
}

const NONE: ShippedJudges = { sizes: [], trainings: 0 };
const SHIPPED: Readonly<Record<string, ShippedJudges>> = {
  tldr: { sizes: JUDGE_SIZE_IDS, trainings: JUDGE_SEEDS },
  helpful: { sizes: ['m'], trainings: 1 },
  harmless: { sizes: ['m'], trainings: 1 },
};

/** The small judges that ship for a task; none for a visitor's own file. @param task its id */
export function judgesOf(task: string): ShippedJudges {
  return SHIPPED[task] ?? NONE;
}
