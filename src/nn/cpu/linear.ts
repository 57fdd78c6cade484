// The products a linear layer needs, over the packed-operand kernels.
import type { Runtime } from './kernels';
import { type Pointer, Scope } from './memory';

/** A matrix B[k, n] in the kernels' packed form. */
export interface PackedMatrix {
  readonly at: Pointer;
  readonly k: number;
  readonly n: number;
}

/** Packs row-major W[k, n]. */
export function pack({ kernels }: Runtime, scope: Scope, w: Pointer, k: number, n: number): PackedMatrix {
  const at = scope.alloc(k * Math.ceil(n / 8) * 8);
  kernels.packB(0, w, n, k, n, at);
  return { at, k, n };
}

/** Packs B = W^T of row-major W[n, k]. */
export function packTransposed({ kernels }: Runtime, scope: Scope, w: Pointer, k: number, n: number): PackedMatrix {
  const at = scope.alloc(k * Math.ceil(n / 8) * 8);
  kernels.packB(1, w, k, k, n, at);
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

/** y[rows, n] = x[rows, k] . W[k, n] (+ bias) (+ y). */
export function linear(
  runtime: Runtime, x: Pointer, rows: number, w: Pointer, k: number, n: number, y: Pointer, options?: MultiplyOptions,
): void {
  const scope = new Scope(runtime.memory);
  multiply(runtime, x, rows, pack(runtime, scope, w, k, n), y, options);
  scope.free();
}

/** y[rows, n] = x[rows, k] . W^T for W[n, k] (+ bias) (+ y). */
export function linearTransposed(
  runtime: Runtime, x: Pointer, rows: number, w: Pointer, k: number, n: number, y: Pointer, options?: MultiplyOptions,
): void {
  const scope = new Scope(runtime.memory);
  multiply(runtime, x, rows, packTransposed(runtime, scope, w, k, n), y, options);
  scope.free();
}

/** dW[k, n] += x[rows, k]^T . dy[rows, n]; x has ldx floats a row. */
export function weightGradient(
  runtime: Runtime, x: Pointer, ldx: number, dy: Pointer, rows: number, k: number, n: number, dW: Pointer,
): void {
  const scope = new Scope(runtime.memory);
  const packed = pack(runtime, scope, dy, rows, n);
  runtime.kernels.gemm(1, x, ldx, k, rows, packed.at, n, 0, dW, n, 1);
  scope.free();
}
