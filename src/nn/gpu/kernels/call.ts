/** How kernels are put together: declarations from what a call is given, threads from workgroups, sums from shares. */
import { DIMS_WGSL, type Call } from '../program';

/** Invocations of a workgroup. */
export const THREADS = 64;

/** Most workgroups along one axis of a dispatch (the WebGPU default limit). */
const MOST_GROUPS = 65_535;

/** The number of a workgroup of `foldedGroups`, and of an invocation (its lane is its place in its workgroup). */
export const THREAD_WGSL = `
  fn foldedGroup(group : vec3u) -> u32 {
    return group.y * ${MOST_GROUPS}u + group.x;
  }
  fn thread(group : vec3u, lane : u32) -> u32 {
    return foldedGroup(group) * ${THREADS}u + lane;
  }
`;

/** A storage buffer of a call; its WGSL name is its key in `CallParts.storage`. */
export interface Storage {
  readonly buffer: GPUBuffer;
  readonly element: 'f32' | 'i32' | 'vec4f';
  readonly access: Call['kernel']['access'][number];
}

export function read(element: Storage['element'], buffer: GPUBuffer): Storage {
  return { buffer, element, access: 'read' };
}

export function write(element: Storage['element'], buffer: GPUBuffer): Storage {
  return { buffer, element, access: 'write' };
}

export interface CallParts {
  /** Says everything that `code` depends on. */
  readonly name: string;
  /** Unsigned integers, read in WGSL as `constants.<key>`. */
  readonly constants: Readonly<Record<string, number>>;
  readonly storage: Readonly<Record<string, Storage>>;
  /**
   * WGSL of `fn run(group : vec3u, lane : u32)`, called once an invocation with its workgroup and its place (0 .. 63)
   * in it, and of what that needs. `thread(group, lane)` numbers the invocations of a dispatch of `threadGroups`.
   */
  readonly code: string;
  readonly groups: Call['groups'];
}

/** A call whose declarations are written from the same keys as its constants and bindings, so they cannot disagree. */
export function makeCall({ name, constants, storage, code, groups }: CallParts): Call {
  const buffers = Object.values(storage);
  const members = Object.keys(constants).map((key) => `${key} : u32,`);
  const bindings = Object.entries(storage).map(([key, { element, access }], i) => {
    const mode = access === 'read' ? 'read' : 'read_write';
    return `@group(0) @binding(${i + 2}) var<storage, ${mode}> ${key} : array<${element}>;`;
  });
  return {
    kernel: {
      name,
      access: buffers.map(({ access }) => access),
      code: `
        struct Constants { ${members.join(' ')} }
        @group(0) @binding(0) var<uniform> constants : Constants;
        ${DIMS_WGSL}
        ${bindings.join('\n')}
        ${THREAD_WGSL}
        ${code}
        @compute @workgroup_size(${THREADS})
        fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) lane : u32) {
          run(group, lane);
        }`,
    },
    constants: Object.values(constants),
    buffers: buffers.map(({ buffer }) => buffer),
    groups,
  };
}

/** `count` workgroups, folded into y where there are more than one axis takes. `foldedGroup` counts them up again. */
export function foldedGroups(count: number): [x: number, y: number] {
  return [Math.min(count, MOST_GROUPS), Math.ceil(count / MOST_GROUPS)];
}

/** Workgroups for at least `count` invocations. Those beyond must return without effect. */
export function threadGroups(count: number): [x: number, y: number] {
  return foldedGroups(Math.ceil(count / THREADS));
}

/** Fewest rows that a share of a sum is worth. */
const LEAST_SHARE = 16;

/** How many shares of a sum over `rows` have rows, if there are at most `shares`: the first ones, all others are empty. */
export function usedShares(rows: number, shares: number): number {
  return Math.ceil(rows / Math.max(LEAST_SHARE, Math.ceil(rows / shares)));
}

/**
 * Sums over rows are cut into shares, one a slot (see `Slots`), so that a long sum runs in parallel. Short sums stay
 * whole: their other shares are empty and need touch no memory.
 */
export const SHARE_WGSL = `
  fn shareSize(rows : u32, shares : u32) -> u32 {
    return max(${LEAST_SHARE}u, (rows + shares - 1u) / shares);
  }
  // The range [x, y) of 0 .. rows - 1 that is share number 'index' of at most 'shares'.
  fn shareOf(index : u32, rows : u32, shares : u32) -> vec2u {
    return min(vec2u(index, index + 1u) * shareSize(rows, shares), vec2u(rows));
  }
  fn usedShares(rows : u32, shares : u32) -> u32 {
    let size = shareSize(rows, shares);
    return (rows + size - 1u) / size;
  }
`;
