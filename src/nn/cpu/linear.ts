// The products a linear layer needs, over the packed-operand kernels.
import type { Runtime } from './kernels';
import { type Pointer, Scope } from './memory';

/** A matrix B[k, n] in the kernels' packed form. */
export interface PackedMatrix {
  readonly at: Pointer;
  readonly k: number;
  readonly n: number;
}

/** Packs row-major W[k, n] with ldw floats a row. */
export function pack(
  { kernels }: Runtime, scope: Scope, w: Pointer, k: number, n: number, ldw = n,
): PackedMatrix {
  const at = scope.alloc(k * Math.ceil(n / 8) * 8);
  kernels.packB(0, w, ldw, k, n, at);
  return { at, k, n };
}

/** Packs B = W^T of row-major W[n, k] with ldw floats a row. */
export function packTransposed(
  { kernels }: Runtime, scope: Scope, w: Pointer, k: number, n: number, ldw = k,
): PackedMatrix {
  const at = scope.alloc(k * Math.ceil(n / 8) * 8);
  kernels.packB(1, w, ldw, k, n, at);
  return { at, k, n };
}

export interface MultiplyOptions {
  /** Bias [n], 0 = none. */
  readonly bias?: Pointer;
  /** Add to y instead of overwriting it. */
  readonly accumulate?: boolean;
  /** Floats between rows of x and y, where they are not dense. */
  readonly ldx?: number;
  readonly ldy?: number;
}

/** y[rows, n] = x[rows, k] . B[k, n] (+ bias) (+ y). */
export function multiply(
  { kernels }: Runtime, x: Pointer, rows: number, b: PackedMatrix, y: Pointer, options: MultiplyOptions = {},
): void {
  const { bias = 0, accumulate = false, ldx = b.k, ldy = b.n } = options;
  kernels.gemm(0, x, ldx, rows, b.k, b.at, b.n, bias, y, ldy, accumulate ? 1 : 0);
}

export interface LinearOptions extends MultiplyOptions {
  /** Floats between rows of W, where it is a part of a wider matrix. */
  readonly ldw?: number;
}

/** y[rows, n] = x[rows, k] . W[k, n] (+ bias) (+ y). */
export function linear(
  runtime: Runtime, x: Pointer, rows: number, w: Pointer, k: number, n: number, y: Pointer, options?: LinearOptions,
): void {
  const scope = new Scope(runtime.memory);
  multiply(runtime, x, rows, pack(runtime, scope, w, k, n, options?.ldw), y, options);
  scope.free();
}

/** y[rows, n] = x[rows, k] . W^T for W[n, k] (+ bias) (+ y). */
export function linearTransposed(
  runtime: Runtime, x: Pointer, rows: number, w: Pointer, k: number, n: number, y: Pointer, options?: LinearOptions,
): void {
  const scope = new Scope(runtime.memory);
  multiply(runtime, x, rows, packTransposed(runtime, scope, w, k, n, options?.ldw), y, options);
  scope.free();
}

/** Rows whose part of a weight gradient is added at a time, so that dy is still in the cache once it is packed. */
const GRADIENT_ROWS = 256;

/** dW[k, n] += x[rows, k]^T . dy[rows, n]; x has ldx floats a row, dW ldw. */
export function weightGradient(
  runtime: Runtime, x: Pointer, ldx: number, dy: Pointer, rows: number, k: number, n: number, dW: Pointer, ldw = n,
): void {
  const { kernels } = runtime;
  const scope = new Scope(runtime.memory);
  const packed = scope.alloc(GRADIENT_ROWS * Math.ceil(n / 8) * 8);
  for (let first = 0; first < rows; first += GRADIENT_ROWS) {
    const count = Math.min(GRADIENT_ROWS, rows - first);
    kernels.packB(0, dy + first * n * 4, n, count, n, packed);
    kernels.gemm(1, x + first * ldx * 4, ldx, k, count, packed, n, 0, dW, ldw, 1);
  }
  scope.free();
}
