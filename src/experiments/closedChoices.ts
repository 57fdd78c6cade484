import type { FieldValue } from '../core/config';
import { JUDGE_SEEDS, JUDGE_SIZE_IDS, judgesOf } from '../core/judges';
import { isBuiltIn, wordsOf, type TaskId } from '../core/taskWords';

/** Choices of a setting with nothing behind them for a task. */
export interface ClosedChoices {
  readonly values: readonly FieldValue[];
  /** A sentence. */
  readonly why: string;
}

/** Settings that choose a shipped model by its size. */
const SIZES: ReadonlySet<string> = new Set(['ai.judgeSize', 'rewardModel.size', 'evaluation.judge']);

const NOTHING_FOR_A_FILE: Readonly<Record<string, FieldValue>> = { 'sft.source': 'shipped', 'ai.labeler': 'judge' };

/** What of a setting cannot be chosen for a task, as nothing ships for it; undefined where all can. */
export function closedChoices(path: string, task: TaskId): ClosedChoices | undefined {
  const closed = NOTHING_FOR_A_FILE[path];
  if (closed !== undefined && !isBuiltIn(task)) return { values: [closed], why: 'Nothing ships for a file of yours.' };
  const { sizes, trainings } = judgesOf(task);
  if (path === 'ai.judgeSeed' && trainings < JUDGE_SEEDS && sizes.length > 0) {
    const values = Array.from({ length: JUDGE_SEEDS - trainings }, (_, i) => trainings + 1 + i);
    return { values, why: `For ${wordsOf(task).kind} there ${trainings === 1 ? 'is one training' : `are ${trainings} trainings`} of each judge only.` };
  }
  if (!SIZES.has(path)) return undefined;
  const values = JUDGE_SIZE_IDS.filter((size) => !sizes.includes(size));
  if (values.length === 0) return undefined;
  return { values, why: sizes.length === 0 ? 'Nothing ships for a file of yours.' : `For ${wordsOf(task).kind} there is size ${sizes.map((size) => size.toUpperCase()).join(' and ')} only.` };
}

/** Why a value cannot be chosen for a task; undefined where it can. */
export function closedBecause(path: string, value: FieldValue, task: TaskId): string | undefined {
  const closed = closedChoices(path, task);
  return closed?.values.includes(value) ? closed.why : undefined;
}
