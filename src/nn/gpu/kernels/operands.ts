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

/** Invocations of a workgroup in the kernels that number their invocations from 0. */
export const WORKGROUP = 64;
/** Most workgroups along x; the rest go along y, since WebGPU allows 65,535 along each. */
const MOST_ALONG_X = 32768;

/** Workgroups along x and y for as many invocations. There may be up to 32,768 workgroups too many. */
export function workgroupsFor(invocations: number): [x: number, y: number] {
  const groups = Math.ceil(invocations / WORKGROUP);
  return [Math.min(groups, MOST_ALONG_X), Math.ceil(groups / MOST_ALONG_X)];
}

/** The number of an invocation in WGSL, from `workgroup_id` and `local_invocation_index`. */
export const INVOCATION_WGSL = `
  fn invocationNumber(group : vec3u, local : u32) -> u32 {
    return (group.y * ${MOST_ALONG_X}u + group.x) * ${WORKGROUP}u + local;
  }
`;

/** Fewest rows that a slot's share of a sum is worth. */
const LEAST_SHARE = 16;

/** Rows that each slot's part of a sum covers; the last ones may cover fewer or none. */
function shareOf(rows: number, slots: number): number {
  return Math.max(Math.ceil(rows / slots), LEAST_SHARE);
}

/** Slots that a sum over these rows uses, from the first on. */
export function usedSlots(rows: number, slots: number): number {
  return Math.ceil(rows / shareOf(rows, slots));
}

/** `shareOf` in WGSL. */
export const SHARE_WGSL = `
  fn shareOf(rows : u32, slots : u32) -> u32 {
    return max((rows + slots - 1u) / slots, ${LEAST_SHARE}u);
  }
`;
