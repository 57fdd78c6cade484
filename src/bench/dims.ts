import { BENCH_SIZES, type BenchSize } from '../core/benchReport';
import type { BenchDims } from './work';

/** Sizes of the built-in task: its vocabulary, a usual post, the longest summary, the batch of every stage. */
export const TASK_DIMS = { vocab: 965, prompt: 76, response: 20, batch: 32 } as const;

export function dimsOf(size: BenchSize): BenchDims {
  return { ...TASK_DIMS, ...BENCH_SIZES[size] };
}
