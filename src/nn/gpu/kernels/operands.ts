/** What kernels work on: parts of buffers, and what a batch brings. All offsets and leading dimensions are in floats. */
import type { MetaLayout } from '../meta';
import type { Dims } from '../program';

/** Floats of a buffer from an offset on. Kernels that read four floats at once need the offset to be a multiple of 4. */
export interface Slice {
  readonly buffer: GPUBuffer;
  readonly offset: number;
}

/** A row-major matrix with `ld` floats (a multiple of 4) from one row to the next. */
export interface Matrix extends Slice {
  readonly ld: number;
}

/** Which of the batch's dims counts the rows: all token rows, or the active ones, which have an output. */
export type Rows = 'tokens' | 'active';

/**
 * Partial gradients [count][size]: kernels that sum over rows add their parts to several slots, `sumSlots` adds them up.
 * So a sum over many rows runs in parallel, without atomics and in a fixed order.
 */
export interface Slots {
  readonly buffer: GPUBuffer;
  readonly count: number;
  /** Floats of the flat parameter buffer, a multiple of 4. */
  readonly size: number;
}

/** The batch's tables. */
export interface Meta {
  readonly buffer: GPUBuffer;
  readonly layout: MetaLayout;
}

/** Rows of a batch. */
export function rowCount(dims: Dims, rows: Rows): number {
  return rows === 'tokens' ? dims.tokens : dims.active;
}

/** `rowCount` in WGSL, for code that serves both: `which` is a constant of the call made by `rowsConstant`. */
export const ROW_COUNT_WGSL = `
  fn rowCount(which : u32) -> u32 {
    return select(dims.tokens, dims.activeRows, which == 1u);
  }
`;

export function rowsConstant(rows: Rows): number {
  return rows === 'tokens' ? 0 : 1;
}
