/**
 * From partial gradients to new parameters: sum of the slots, gradient norm, AdamW (Loshchilov & Hutter 2019).
 *
 * The last two take what changes from step to step from a settings buffer that the host writes, and keep what the host
 * need not know in a state buffer, so that steps can be queued without waiting for one another.
 */
import type { ViewSettings } from '../../adamw';
import { DIMS_WGSL, type Call, type Kernel } from '../program';
import { THREAD_WGSL, threadGroups, THREADS } from './call';
import type { Slots } from './operands';

/** gradient += sum over the slots, in the slots' order. */
export function sumSlots({ slots, gradient }: { readonly slots: Slots; readonly gradient: GPUBuffer }): Call {
  return {
    kernel: SUM_SLOTS,
    constants: [slots.size / 4, slots.count],
    buffers: [slots.buffer, gradient],
    groups: () => threadGroups(slots.size / 4),
  };
}

const SUM_SLOTS: Kernel = {
  name: 'sumSlots',
  access: ['read', 'write'],
  code: `
    ${DIMS_WGSL}
    // size in vectors of 4 floats
    struct Constants { size : u32, slots : u32 }
    @group(0) @binding(0) var<uniform> c : Constants;
    @group(0) @binding(2) var<storage, read> slots : array<vec4f>;
    @group(0) @binding(3) var<storage, read_write> gradient : array<vec4f>;
    ${THREAD_WGSL}

    @compute @workgroup_size(${THREADS})
    fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) local : u32) {
      let i = thread(group, local);
      if (i >= c.size) {
        return;
      }
      var sum = gradient[i];
      for (var slot = 0u; slot < c.slots; slot++) {
        sum += slots[slot * c.size + i];
      }
      gradient[i] = sum;
    }
  `,
};

/** What one step is made with. */
export interface StepSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Largest gradient norm; Infinity switches clipping off. */
  readonly clipNorm: number;
  /** 0 in the first step after the state was cleared, then 1 and 0 in turn, also after a step that was skipped. */
  readonly parity: 0 | 1;
  /** Of each view; null where it is frozen: it neither moves nor counts in the norm. */
  readonly views: readonly (ViewSettings | null)[];
}

/** Floats before the views' in the settings buffer. */
const SETTINGS_HEAD = 8;
const LARGEST_FLOAT = 3.4028234663852886e38;

/** Floats of the settings buffer for so many views. */
export function settingsSize(views: number): number {
  return SETTINGS_HEAD + 2 * views;
}

/** What the settings buffer holds for a step. */
export function settingsOf({ beta1, beta2, epsilon, clipNorm, parity, views }: StepSettings): Float32Array<ArrayBuffer> {
  const floats = new Float32Array(settingsSize(views.length));
  floats.set([beta1, beta2, 1 - beta1, 1 - beta2, epsilon, Math.min(clipNorm, LARGEST_FLOAT), parity]);
  views.forEach((view, v) => {
    floats.set(view ? [view.learningRate, view.learningRate * view.weightDecay] : [-1, 0], SETTINGS_HEAD + 2 * v);
  });
  return floats;
}

/** Partial sums of squares, one of each workgroup of `sumSquares`. */
const PARTS = 64;

/**
 * Words of an optimizer's state buffer, cleared when it is made: partial sums of squares, the number of applied steps
 * before and after the current step (which is which tells the parity), the gradient's norm. Copy them to copy the
 * optimizer; its next parity is the original's.
 */
export const STATE_SIZE = PARTS + 4;
/** Where in the state the two numbers of steps are; the one before a step is at `STEPS_AT` + its parity. */
export const STEPS_AT = PARTS;
/** Where in the state `adamw` leaves the gradient's norm before clipping: a float, Infinity where the step was skipped. */
export const NORM_AT = STEPS_AT + 2;

export interface SumSquaresOptions {
  /** Floats of the flat parameter buffer, a multiple of 4. */
  readonly size: number;
  readonly gradient: GPUBuffer;
  /** `settingsOf` the step. */
  readonly settings: GPUBuffer;
  /** [size / 4] u32: the view that each group of 4 floats belongs to. */
  readonly viewOf: GPUBuffer;
  /** [STATE_SIZE] */
  readonly state: GPUBuffer;
}

export interface AdamWCallOptions extends SumSquaresOptions {
  readonly params: GPUBuffer;
  /** First and second moments, like the parameters. */
  readonly first: GPUBuffer;
  readonly second: GPUBuffer;
}

/** Puts the squares of the gradient into the state: the first half of a step. */
export function sumSquares({ size, gradient, settings, viewOf, state }: SumSquaresOptions): Call {
  return {
    kernel: SUM_SQUARES,
    constants: [size / 4],
    buffers: [gradient, settings, viewOf, state],
    groups: () => [PARTS],
  };
}

/** The exponent bits, all set in numbers that are not finite. Shaders may assume that there are none, so bits it is. */
const NOT_FINITE = '0x7f800000u';

const SUM_SQUARES: Kernel = {
  name: 'sumSquares',
  access: ['read', 'read', 'read', 'write'],
  code: `
    ${DIMS_WGSL}
    // size in vectors of 4 floats
    struct Constants { size : u32 }
    @group(0) @binding(0) var<uniform> c : Constants;
    @group(0) @binding(2) var<storage, read> gradient : array<vec4f>;
    @group(0) @binding(3) var<storage, read> settings : array<f32>;
    @group(0) @binding(4) var<storage, read> viewOf : array<u32>;
    @group(0) @binding(5) var<storage, read_write> state : array<u32>;
    var<workgroup> sums : array<vec4f, ${THREADS}>;
    var<workgroup> spoilt : array<u32, ${THREADS}>;

    @compute @workgroup_size(${THREADS})
    fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) local : u32) {
      var sum = vec4f();
      var bad = 0u;
      for (var i = group.x * ${THREADS}u + local; i < c.size; i += ${PARTS * THREADS}u) {
        if (settings[${SETTINGS_HEAD}u + 2u * viewOf[i]] >= 0.0) {
          let g = gradient[i];
          let exponents = bitcast<vec4u>(g) & vec4u(${NOT_FINITE});
          if (any(exponents == vec4u(${NOT_FINITE}))) {
            bad = 1u;
          } else {
            sum = fma(g, g, sum);
          }
        }
      }
      sums[local] = sum;
      spoilt[local] = bad;
      workgroupBarrier();
      if (local == 0u) {
        for (var i = 1u; i < ${THREADS}u; i++) {
          sum += sums[i];
          bad |= spoilt[i];
        }
        state[group.x] = select(bitcast<u32>(dot(sum, vec4f(1.0))), ${NOT_FINITE}, bad == 1u);
      }
    }
  `,
};

/**
 * Clips by the global norm, applies AdamW, clears the gradient. A gradient of which a trained part is not finite, or too
 * large for its squares to be floats, changes nothing but itself.
 */
export function adamw({
  size, params, gradient, first, second, settings, viewOf, state,
}: AdamWCallOptions): Call {
  const groups = Math.min(Math.ceil(size / 4 / THREADS), MOST_WORKGROUPS);
  return {
    kernel: ADAMW,
    constants: [size / 4, groups * THREADS],
    buffers: [params, gradient, first, second, settings, viewOf, state],
    groups: () => [groups],
  };
}

/** Each invocation adds up the parts of the norm itself, so there should not be too many. */
const MOST_WORKGROUPS = 256;

const ADAMW: Kernel = {
  name: 'adamw',
  access: ['write', 'write', 'write', 'write', 'read', 'read', 'write'],
  code: `
    ${DIMS_WGSL}
    // size in vectors of 4 floats
    struct Constants { size : u32, invocations : u32 }
    @group(0) @binding(0) var<uniform> c : Constants;
    @group(0) @binding(2) var<storage, read_write> params : array<vec4f>;
    @group(0) @binding(3) var<storage, read_write> gradient : array<vec4f>;
    @group(0) @binding(4) var<storage, read_write> first : array<vec4f>;
    @group(0) @binding(5) var<storage, read_write> second : array<vec4f>;
    @group(0) @binding(6) var<storage, read> settings : array<f32>;
    @group(0) @binding(7) var<storage, read> viewOf : array<u32>;
    @group(0) @binding(8) var<storage, read_write> state : array<u32>;

    // 1 - beta^steps, given 1 - beta, by squaring and without the cancellation of the difference:
    // 1 - a b = (1 - a) + (1 - b) - (1 - a) (1 - b).
    fn correction(rest : f32, steps : u32) -> f32 {
      var power = rest;
      var result = 0.0;
      for (var left = steps; left > 0u; left >>= 1u) {
        if ((left & 1u) == 1u) {
          result = result + power - result * power;
        }
        power = power * (2.0 - power);
      }
      return result;
    }

    @compute @workgroup_size(${THREADS})
    fn main(@builtin(global_invocation_id) id : vec3u) {
      var squares = 0.0;
      var finite = true;
      for (var i = 0u; i < ${PARTS}u; i++) {
        let bits = state[i];
        if ((bits & ${NOT_FINITE}) == ${NOT_FINITE}) {
          finite = false;
        } else {
          squares += bitcast<f32>(bits);
        }
      }
      finite = finite && (bitcast<u32>(squares) & ${NOT_FINITE}) != ${NOT_FINITE};
      let norm = sqrt(squares);
      let parity = u32(settings[6]);
      let steps = state[${STEPS_AT}u + parity] + select(0u, 1u, finite);
      if (id.x == 0u) {
        state[${STEPS_AT}u + 1u - parity] = steps;
        state[${NORM_AT}u] = select(${NOT_FINITE}, bitcast<u32>(norm), finite);
      }
      if (finite) {
        let beta1 = settings[0];
        let beta2 = settings[1];
        let rest1 = settings[2];
        let rest2 = settings[3];
        let epsilon = settings[4];
        let clipNorm = settings[5];
        var scale = 1.0;
        if (norm > clipNorm) {
          scale = clipNorm / norm;
        }
        let correction1 = correction(rest1, steps);
        let correction2 = correction(rest2, steps);
        for (var i = id.x; i < c.size; i += c.invocations) {
          let view = ${SETTINGS_HEAD}u + 2u * viewOf[i];
          let rate = settings[view];
          if (rate >= 0.0) {
            let g = scale * gradient[i];
            let m = beta1 * first[i] + rest1 * g;
            let v = beta2 * second[i] + rest2 * g * g;
            first[i] = m;
            second[i] = v;
            let x = params[i];
            params[i] = x - settings[view + 1u] * x - rate / correction1 * m / (sqrt(v / correction2) + epsilon);
          }
        }
      }
      for (var i = id.x; i < c.size; i += c.invocations) {
        gradient[i] = vec4f();
      }
    }
  `,
};
