/**
 * Matrix products, the bulk of a transformer's arithmetic.
 *
 * Each invocation holds a small tile of the result in registers and reads both factors straight from global memory, four
 * floats at a time. Neighbouring invocations hold neighbouring columns: they read neighbouring columns of the weight and
 * the same rows of the other factor, which the caches serve. Tiles in workgroup memory would be read less often, but
 * their barriers cost software adapters several times more than they save.
 */
import { DIMS_WGSL, type Call, type Kernel } from '../program';
import { SHARE_WGSL, THREAD_WGSL, threadGroups, THREADS, usedShares } from './call';
import {
  ROW_COUNT_WGSL, rowCount, rowsConstant, type Matrix, type Meta, type Rows, type Slice, type Slots,
} from './operands';

/** What becomes of a product x . W + bias. */
export type Epilogue =
  /** y = product, activated = gelu(product). */
  | { readonly kind: 'gelu'; readonly activated: Matrix }
  /** y = product + from. With `meta`, rows are active rows and `from` has token rows: each adds its own token's. */
  | { readonly kind: 'residual'; readonly from: Matrix; readonly meta?: Meta }
  /** y = product * gelu'(inner). */
  | { readonly kind: 'geluBackward'; readonly inner: Matrix };

export interface MatmulOptions {
  /** 'nn': W is [k, n], n a multiple of 4. 'nt': W is [n, k], k a multiple of 4, and x is multiplied by its transpose. */
  readonly form: 'nn' | 'nt';
  readonly rows: Rows;
  readonly k: number;
  readonly n: number;
  /** [rows, k] */
  readonly x: Matrix;
  /** Row-major without gaps. */
  readonly w: Slice;
  /** Where the bias [n] lies in `w.buffer`; n is a multiple of 4 then. */
  readonly bias?: number;
  /** [rows, n]; columns from n to the next multiple of 4 are overwritten with something finite. */
  readonly y: Matrix;
  readonly epilogue?: Epilogue;
}

/** Rows of the tile that an invocation of the product holds; it has 4 columns. */
const TILE_ROWS = 8;

const GELU_WGSL = `
  // gelu in its tanh form (Hendrycks & Gimpel 2016) is x s(2u), where s is the logistic function and
  // u = sqrt(2 / pi) (x + 0.044715 x^3). The bound keeps exp finite, where s is 0 or 1 to the last bit anyway.
  fn logisticOf2u(x : vec4f) -> vec4f {
    let twice = 1.5957691216057308 * (x + 0.044715 * x * x * x);
    return 1.0 / (1.0 + exp(-clamp(twice, vec4f(-80.0), vec4f(80.0))));
  }
  fn gelu(x : vec4f) -> vec4f {
    return x * logisticOf2u(x);
  }
  fn geluDerivative(x : vec4f) -> vec4f {
    let s = logisticOf2u(x);
    return s + x * s * (1.0 - s) * (1.5957691216057308 * (1.0 + 0.134145 * x * x));
  }
`;

/** y[rows, n] = x[rows, k] . W (+ bias), then the epilogue. @throws RangeError for sizes that the form cannot take */
export function matmul({ form, rows, k, n, x, w, bias, y, epilogue }: MatmulOptions): Call {
  if ((form === 'nn' ? n : k) % 4 !== 0) throw new RangeError(`matmul: rows of W are no multiple of 4 floats`);
  if (bias !== undefined && n % 4 !== 0) throw new RangeError(`matmul: a bias of ${n} floats, no multiple of 4`);
  const beside = epilogueOperand(epilogue);
  const meta = epilogue?.kind === 'residual' ? epilogue.meta : undefined;
  const columns = Math.ceil(n / 4);
  return {
    kernel: matmulKernel(form, epilogue?.kind ?? 'none', meta !== undefined),
    constants: [
      rowsConstant(rows), k, n, x.offset / 4, x.ld / 4, w.offset / 4, bias === undefined ? 0 : 1, (bias ?? 0) / 4,
      y.offset / 4, y.ld / 4, (beside?.offset ?? 0) / 4, (beside?.ld ?? 0) / 4, meta?.layout.active ?? 0,
    ],
    buffers: [x.buffer, w.buffer, y.buffer, ...(beside ? [beside.buffer] : []), ...(meta ? [meta.buffer] : [])],
    groups: (dims) => threadGroups(Math.ceil(rowCount(dims, rows) / TILE_ROWS) * columns),
  };
}

/** The matrix that an epilogue reads or writes beside y. */
function epilogueOperand(epilogue: Epilogue | undefined): Matrix | undefined {
  switch (epilogue?.kind) {
    case 'gelu': return epilogue.activated;
    case 'residual': return epilogue.from;
    case 'geluBackward': return epilogue.inner;
    default: return undefined;
  }
}

/** WGSL that makes y of the sum `s` of a row, at `yAt`; `besideAt` is where the epilogue's matrix has that row. */
const EPILOGUES: Record<Epilogue['kind'] | 'none', string> = {
  none: 'y[yAt] = s;',
  gelu: 'y[yAt] = s; beside[besideAt] = gelu(s);',
  residual: 'y[yAt] = s + beside[besideAt];',
  geluBackward: 'y[yAt] = s * geluDerivative(beside[besideAt]);',
};

function matmulKernel(form: 'nn' | 'nt', epilogue: Epilogue['kind'] | 'none', gathers: boolean): Kernel {
  const tile = count(TILE_ROWS);
  const hasBeside = epilogue !== 'none';
  const besideMode = epilogue === 'gelu' ? 'read_write' : 'read';
  return {
    name: `matmul ${form} ${epilogue}${gathers ? ' of active rows' : ''}`,
    access: ['read', 'read', 'write',
      ...(hasBeside ? [epilogue === 'gelu' ? 'write' as const : 'read' as const] : []),
      ...(gathers ? ['read' as const] : [])],
    code: `
      ${DIMS_WGSL}
      struct Constants {
        rows : u32, k : u32, n : u32,
        // In vectors of 4 floats.
        xAt : u32, ldx : u32, wAt : u32, hasBias : u32, biasAt : u32, yAt : u32, ldy : u32, besideAt : u32, ldBeside : u32,
        // In words.
        activeAt : u32,
      }
      @group(0) @binding(0) var<uniform> c : Constants;
      @group(0) @binding(2) var<storage, read> x : array<vec4f>;
      @group(0) @binding(3) var<storage, read> w : array<vec4f>;
      @group(0) @binding(4) var<storage, read_write> y : array<vec4f>;
      ${hasBeside ? `@group(0) @binding(5) var<storage, ${besideMode}> beside : array<vec4f>;` : ''}
      ${gathers ? '@group(0) @binding(6) var<storage, read> tables : array<i32>;' : ''}
      ${ROW_COUNT_WGSL}
      ${THREAD_WGSL}
      ${GELU_WGSL}

      fn store(row : u32, column : u32, s : vec4f) {
        let yAt = c.yAt + row * c.ldy + column;
        ${hasBeside ? `let besideRow = ${gathers ? 'u32(tables[c.activeAt + 4u * row])' : 'row'};
        let besideAt = c.besideAt + besideRow * c.ldBeside + column;` : ''}
        ${EPILOGUES[epilogue]}
      }

      @compute @workgroup_size(${THREADS})
      fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) local : u32) {
        let rows = rowCount(c.rows);
        let columns = (c.n + 3u) / 4u;
        let number = thread(group, local);
        let row = number / columns * ${TILE_ROWS}u;
        let column = number % columns;
        if (row >= rows) {
          return;
        }
        // Rows past the end read the last row, and are not stored.
        ${tile.map((i) => `let x${i} = c.xAt + min(row + ${i}u, rows - 1u) * c.ldx;`).join('\n')}
        var start = vec4f();
        if (c.hasBias == 1u) {
          start = w[c.biasAt + column];
        }
        ${tile.map((i) => `var s${i} = start;`).join('\n')}
        let steps = c.k / 4u;
        ${form === 'nn' ? stepsOfNn(tile) : stepsOfNt(tile)}
        ${tile.map((i) => `if (row + ${i}u < rows) { store(row + ${i}u, column, s${i}); }`).join('\n')}
      }
    `,
  };
}

/** Four rows of W a step; then, for the vocabulary, the rows that are left. */
function stepsOfNn(tile: readonly number[]): string {
  return `
    for (var p = 0u; p < steps; p++) {
      let wAt = c.wAt + p * 4u * columns + column;
      let w0 = w[wAt];
      let w1 = w[wAt + columns];
      let w2 = w[wAt + 2u * columns];
      let w3 = w[wAt + 3u * columns];
      ${tile.map((i) => `
        let v${i} = x[x${i} + p];
        s${i} = fma(vec4f(v${i}.w), w3, fma(vec4f(v${i}.z), w2, fma(vec4f(v${i}.y), w1, fma(vec4f(v${i}.x), w0, s${i}))));
      `).join('')}
    }
    for (var q = 0u; q < c.k % 4u; q++) {
      let last = w[c.wAt + (4u * steps + q) * columns + column];
      ${tile.map((i) => `s${i} = fma(vec4f(x[x${i} + steps][q]), last, s${i});`).join('\n')}
    }
  `;
}

/** Four floats of four rows of W a step. Columns past the vocabulary's end read its last row. */
function stepsOfNt(tile: readonly number[]): string {
  return `
    ${count(4).map((j) => `let w${j} = c.wAt + min(4u * column + ${j}u, c.n - 1u) * steps;`).join('\n')}
    for (var p = 0u; p < steps; p++) {
      let a = w[w0 + p];
      let b = w[w1 + p];
      let d = w[w2 + p];
      let e = w[w3 + p];
      ${tile.map((i) => `
        let v${i} = x[x${i} + p];
        s${i} += vec4f(dot(v${i}, a), dot(v${i}, b), dot(v${i}, d), dot(v${i}, e));
      `).join('')}
    }
  `;
}

export interface WeightGradientOptions {
  readonly rows: Rows;
  readonly m: number;
  /** A multiple of 4. */
  readonly n: number;
  /** [rows, m] */
  readonly x: Matrix;
  /** [rows, n] */
  readonly dy: Matrix;
  readonly slots: Slots;
  /** Where the view [m, n] begins in each slot. */
  readonly at: number;
  /** Where the bias's view [n] begins: it gets the column sums of dy. */
  readonly biasAt?: number;
}

/**
 * Adds x^T . dy to the view `at` of the slots, each slot a share of the rows. An invocation holds 4 x 4 of it; those of
 * the last n / 4 the sums of four columns of dy.
 * @throws RangeError where n is no multiple of 4
 */
export function weightGradient({ rows, m, n, x, dy, slots, at, biasAt }: WeightGradientOptions): Call {
  if (n % 4 !== 0) throw new RangeError(`weightGradient: ${n} columns, no multiple of 4`);
  const tiles = (Math.ceil(m / 4) + (biasAt === undefined ? 0 : 1)) * (n / 4);
  return {
    kernel: WEIGHT_GRADIENT,
    constants: [
      rowsConstant(rows), m, n / 4, x.offset / 4, x.ld / 4, dy.offset / 4, dy.ld / 4,
      slots.count, slots.size / 4, at / 4, (biasAt ?? 0) / 4, tiles,
    ],
    buffers: [x.buffer, dy.buffer, slots.buffer],
    groups: (dims) => [...threadGroups(tiles), usedShares(rowCount(dims, rows), slots.count)],
  };
}

const WEIGHT_GRADIENT: Kernel = {
  name: 'weightGradient',
  access: ['read', 'read', 'write'],
  code: `
    ${DIMS_WGSL}
    struct Constants {
      rows : u32, m : u32,
      // In vectors of 4 floats.
      columns : u32, xAt : u32, ldx : u32, dyAt : u32, lddy : u32,
      slots : u32, slotSize : u32, at : u32, biasAt : u32, tiles : u32,
    }
    @group(0) @binding(0) var<uniform> c : Constants;
    @group(0) @binding(2) var<storage, read> x : array<vec4f>;
    @group(0) @binding(3) var<storage, read> dy : array<vec4f>;
    @group(0) @binding(4) var<storage, read_write> slots : array<vec4f>;
    ${ROW_COUNT_WGSL}
    ${THREAD_WGSL}
    ${SHARE_WGSL}

    @compute @workgroup_size(${THREADS})
    fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) local : u32) {
      let tile = thread(group, local);
      if (tile >= c.tiles) {
        return;
      }
      let slot = group.z;
      let share = shareOf(slot, rowCount(c.rows), c.slots);
      let i = tile / c.columns;
      let j = tile % c.columns;
      var s0 = vec4f();
      if (4u * i >= c.m) {
        for (var r = share.x; r < share.y; r++) {
          s0 += dy[c.dyAt + r * c.lddy + j];
        }
        slots[slot * c.slotSize + c.biasAt + j] += s0;
        return;
      }
      var s1 = vec4f();
      var s2 = vec4f();
      var s3 = vec4f();
      for (var r = share.x; r < share.y; r++) {
        let a = x[c.xAt + r * c.ldx + i];
        let b = dy[c.dyAt + r * c.lddy + j];
        s0 = fma(vec4f(a.x), b, s0);
        s1 = fma(vec4f(a.y), b, s1);
        s2 = fma(vec4f(a.z), b, s2);
        s3 = fma(vec4f(a.w), b, s3);
      }
      let at = slot * c.slotSize + c.at + 4u * i * c.columns + j;
      slots[at] += s0;
      // The vocabulary's last tile may be cut.
      if (4u * i + 1u < c.m) { slots[at + c.columns] += s1; }
      if (4u * i + 2u < c.m) { slots[at + 2u * c.columns] += s2; }
      if (4u * i + 3u < c.m) { slots[at + 3u * c.columns] += s3; }
    }
  `,
};

/** 0 .. length - 1. */
function count(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
