/** Layer normalization (Ba et al. 2016), forward and backward. */
import { LAYER_NORM_EPSILON } from '../../layout';
import { DIMS_WGSL, floatBits, type Call, type Kernel } from '../program';
import { SHARE_WGSL, THREAD_WGSL, threadGroups, THREADS, usedShares } from './call';
import {
  ROW_COUNT_WGSL, rowCount, rowsConstant, type Matrix, type Meta, type Rows, type Slice, type Slots,
} from './operands';

export interface LayerNormOptions {
  readonly rows: Rows;
  /** Width, a multiple of 4. */
  readonly d: number;
  /** [rows, d] */
  readonly x: Matrix;
  readonly params: GPUBuffer;
  /** Where gain and bias [d] lie in `params`. */
  readonly weightAt: number;
  readonly biasAt: number;
  /** [rows, d] */
  readonly y: Matrix;
  /** [rows, 2]: mean and 1 / standard deviation, for the backward pass. */
  readonly stats: Slice;
}

/** y = (x - mean) / std * weight + bias, row by row. One invocation a row. */
export function layerNorm({ rows, d, x, params, weightAt, biasAt, y, stats }: LayerNormOptions): Call {
  return {
    kernel: LAYER_NORM,
    constants: [
      rowsConstant(rows), d / 4, x.offset / 4, x.ld / 4, weightAt / 4, biasAt / 4, y.offset / 4, y.ld / 4,
      stats.offset / 2, floatBits(LAYER_NORM_EPSILON),
    ],
    buffers: [x.buffer, params, y.buffer, stats.buffer],
    groups: (dims) => threadGroups(rowCount(dims, rows)),
  };
}

const LAYER_NORM: Kernel = {
  name: 'layerNorm',
  access: ['read', 'read', 'write', 'write'],
  code: `
    ${DIMS_WGSL}
    struct Constants {
      rows : u32,
      // In vectors of 4 floats.
      width : u32, xAt : u32, ldx : u32, weightAt : u32, biasAt : u32, yAt : u32, ldy : u32,
      // In pairs.
      statsAt : u32,
      epsilon : f32,
    }
    @group(0) @binding(0) var<uniform> c : Constants;
    @group(0) @binding(2) var<storage, read> x : array<vec4f>;
    @group(0) @binding(3) var<storage, read> params : array<vec4f>;
    @group(0) @binding(4) var<storage, read_write> y : array<vec4f>;
    @group(0) @binding(5) var<storage, read_write> stats : array<vec2f>;
    ${ROW_COUNT_WGSL}
    ${THREAD_WGSL}

    @compute @workgroup_size(${THREADS})
    fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) local : u32) {
      let row = thread(group, local);
      if (row >= rowCount(c.rows)) {
        return;
      }
      let xAt = c.xAt + row * c.ldx;
      let each = 0.25 / f32(c.width);
      var sum = vec4f();
      for (var j = 0u; j < c.width; j++) {
        sum += x[xAt + j];
      }
      let mean = dot(sum, vec4f(each));
      var squares = vec4f();
      for (var j = 0u; j < c.width; j++) {
        let centred = x[xAt + j] - mean;
        squares = fma(centred, centred, squares);
      }
      let scale = 1.0 / sqrt(dot(squares, vec4f(each)) + c.epsilon);
      let yAt = c.yAt + row * c.ldy;
      for (var j = 0u; j < c.width; j++) {
        y[yAt + j] = fma((x[xAt + j] - mean) * scale, params[c.weightAt + j], params[c.biasAt + j]);
      }
      stats[c.statsAt + row] = vec2f(mean, scale);
    }
  `,
};

export interface LayerNormBackwardOptions {
  readonly rows: Rows;
  /** Width, a multiple of 4. */
  readonly d: number;
  /** [rows, d]: gradient of the output. */
  readonly dy: Matrix;
  /** [rows, d]: the input. */
  readonly x: Matrix;
  /** What the forward pass kept. */
  readonly stats: Slice;
  readonly params: GPUBuffer;
  /** Where gain and bias [d] lie in `params`, and their gradients in each slot. */
  readonly weightAt: number;
  readonly biasAt: number;
  readonly slots: Slots;
  /** Gradient that reaches x past the layer norm, another buffer than dx: [rows, d], or see `residualOf`. */
  readonly residual?: Matrix;
  /** Given where rows are token rows and `residual` has active rows only: the others have none. */
  readonly residualOf?: Meta;
  /** [rows, d]: overwritten with the gradient of the input. */
  readonly dx: Matrix;
}

/**
 * dx = residual + dL/dx, one invocation a row; adds the gradients of gain and bias to the slots, one invocation for four
 * columns of a slot.
 */
export function layerNormBackward({
  rows, d, dy, x, stats, params, weightAt, biasAt, slots, residual, residualOf, dx,
}: LayerNormBackwardOptions): Call {
  const width = d / 4;
  return {
    kernel: layerNormBackwardKernel(residual !== undefined, residualOf !== undefined),
    constants: [
      rowsConstant(rows), width, dy.offset / 4, dy.ld / 4, x.offset / 4, x.ld / 4, weightAt / 4, biasAt / 4,
      dx.offset / 4, dx.ld / 4, (residual?.offset ?? 0) / 4, (residual?.ld ?? 0) / 4, slots.size / 4, slots.count,
      stats.offset / 2, residualOf?.layout.activeOf ?? 0,
    ],
    buffers: [
      dy.buffer, x.buffer, stats.buffer, params, slots.buffer, dx.buffer,
      ...(residual ? [residual.buffer] : []), ...(residualOf ? [residualOf.buffer] : []),
    ],
    groups: (dims) => {
      const n = rowCount(dims, rows);
      return n === 0 ? [0] : threadGroups(Math.ceil((usedShares(n, slots.count) * width) / THREADS) * THREADS + n);
    },
  };
}

function layerNormBackwardKernel(hasResidual: boolean, gathers: boolean): Kernel {
  const variant = gathers ? ' with residual of active rows' : hasResidual ? ' with residual' : '';
  const addResidual = gathers
    ? `let activeRow = tables[c.activeOfAt + row];
       if (activeRow >= 0) { sum += residual[c.residualAt + u32(activeRow) * c.ldResidual + j]; }`
    : hasResidual ? 'sum += residual[c.residualAt + row * c.ldResidual + j];' : '';
  return {
    name: `layerNormBackward${variant}`,
    access: [
      'read', 'read', 'read', 'read', 'write', 'write',
      ...(hasResidual ? ['read' as const] : []), ...(gathers ? ['read' as const] : []),
    ],
    code: `
      ${DIMS_WGSL}
      struct Constants {
        rows : u32,
        // In vectors of 4 floats.
        width : u32, dyAt : u32, lddy : u32, xAt : u32, ldx : u32, weightAt : u32, biasAt : u32, dxAt : u32, lddx : u32,
        residualAt : u32, ldResidual : u32, slotSize : u32,
        slots : u32,
        // In pairs.
        statsAt : u32,
        // In words.
        activeOfAt : u32,
      }
      @group(0) @binding(0) var<uniform> c : Constants;
      @group(0) @binding(2) var<storage, read> dy : array<vec4f>;
      @group(0) @binding(3) var<storage, read> x : array<vec4f>;
      @group(0) @binding(4) var<storage, read> stats : array<vec2f>;
      @group(0) @binding(5) var<storage, read> params : array<vec4f>;
      @group(0) @binding(6) var<storage, read_write> slots : array<vec4f>;
      @group(0) @binding(7) var<storage, read_write> dx : array<vec4f>;
      ${hasResidual ? '@group(0) @binding(8) var<storage, read> residual : array<vec4f>;' : ''}
      ${gathers ? '@group(0) @binding(9) var<storage, read> tables : array<i32>;' : ''}
      ${ROW_COUNT_WGSL}
      ${THREAD_WGSL}
      ${SHARE_WGSL}

      fn parameterGradients(number : u32, rows : u32) {
        let slot = number / c.width;
        let j = number % c.width;
        let share = shareOf(slot, rows, c.slots);
        if (share.x == share.y) {
          return;
        }
        var weight = vec4f();
        var bias = vec4f();
        for (var r = share.x; r < share.y; r++) {
          let upstream = dy[c.dyAt + r * c.lddy + j];
          let moments = stats[c.statsAt + r];
          weight = fma(upstream, (x[c.xAt + r * c.ldx + j] - moments.x) * moments.y, weight);
          bias += upstream;
        }
        slots[slot * c.slotSize + c.weightAt + j] += weight;
        slots[slot * c.slotSize + c.biasAt + j] += bias;
      }

      // With g = dy * weight and the normalized input h: dL/dx = (g - mean(g) - h mean(g h)) / std.
      fn inputGradient(row : u32) {
        let dyAt = c.dyAt + row * c.lddy;
        let xAt = c.xAt + row * c.ldx;
        let moments = stats[c.statsAt + row];
        let each = 0.25 / f32(c.width);
        var g = vec4f();
        var gh = vec4f();
        for (var j = 0u; j < c.width; j++) {
          let scaled = dy[dyAt + j] * params[c.weightAt + j];
          g += scaled;
          gh = fma(scaled, (x[xAt + j] - moments.x) * moments.y, gh);
        }
        let meanG = dot(g, vec4f(each));
        let meanGh = dot(gh, vec4f(each));
        let dxAt = c.dxAt + row * c.lddx;
        for (var j = 0u; j < c.width; j++) {
          let h = (x[xAt + j] - moments.x) * moments.y;
          var sum = (dy[dyAt + j] * params[c.weightAt + j] - meanG - h * meanGh) * moments.y;
          ${addResidual}
          dx[dxAt + j] = sum;
        }
      }

      @compute @workgroup_size(${THREADS})
      fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) local : u32) {
        let rows = rowCount(c.rows);
        let number = thread(group, local);
        // The sums over rows take longest, so they come first; whole workgroups do one or the other.
        let summing = (usedShares(rows, c.slots) * c.width + ${THREADS - 1}u) / ${THREADS}u * ${THREADS}u;
        if (number < summing) {
          parameterGradients(number, rows);
        } else if (number - summing < rows) {
          inputGradient(number - summing);
        }
      }
    `,
  };
}
