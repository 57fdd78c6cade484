// Matrix products, all through one 4x8 register tile over packed operands (the scheme of Goto & van de Geijn 2008).
//
// A is packed into tiles of 4 rows, stored [k][4]; B into panels of 8 columns, stored [k][8]; missing rows and columns
// are zeros, so the tile has no edge cases but its store. The order of additions of an element depends on k alone: a
// row's result is the same bits whatever other rows are in the batch.
import { madd, transpose4 } from './simd';

/** Depth of one chunk: a packed panel (8 kB) and a packed tile (4 kB) stay in the first-level cache. */
const KC: i32 = 256;
/** Rows packed at a time. */
const MC: i32 = 64;

/** Scratch between the static data and the allocator's memory: one packed block of A, one tile of C. */
const PACKED_A: usize = (__heap_base + 63) & ~63;
const EDGE_TILE: usize = PACKED_A + MC * KC * 4;

/** First byte that the allocator may hand out. */
export function heapStart(): usize {
  return EDGE_TILE + 4 * 8 * 4;
}

/** C[4, 8] = (C) + (bias) + A . B over kc; a: [kc][4], b: [kc][8], ldc in bytes, bias 0 = none. */
export function tile(kc: i32, a: usize, b: usize, c: usize, ldc: usize, bias: usize, accumulate: bool): void {
  const r1 = c + ldc;
  const r2 = r1 + ldc;
  const r3 = r2 + ldc;
  let c00 = f32x4.splat(0);
  let c01 = c00;
  if (bias) {
    c00 = v128.load(bias);
    c01 = v128.load(bias, 16);
  }
  let c10 = c00;
  let c11 = c01;
  let c20 = c00;
  let c21 = c01;
  let c30 = c00;
  let c31 = c01;
  if (accumulate) {
    c00 = f32x4.add(c00, v128.load(c));
    c01 = f32x4.add(c01, v128.load(c, 16));
    c10 = f32x4.add(c10, v128.load(r1));
    c11 = f32x4.add(c11, v128.load(r1, 16));
    c20 = f32x4.add(c20, v128.load(r2));
    c21 = f32x4.add(c21, v128.load(r2, 16));
    c30 = f32x4.add(c30, v128.load(r3));
    c31 = f32x4.add(c31, v128.load(r3, 16));
  }
  const end = a + ((<usize>kc) << 4);
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = v128.load_splat<f32>(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load_splat<f32>(a, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load_splat<f32>(a, 8);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load_splat<f32>(a, 12);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    a += 16;
    b += 32;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(r1, c10);
  v128.store(r1, c11, 16);
  v128.store(r2, c20);
  v128.store(r2, c21, 16);
  v128.store(r3, c30);
  v128.store(r3, c31, 16);
}

/** `tile` where only `rows` rows and `cols` columns of C and bias are left: the first 4 x 8 of them. */
export function tileEdge(
  kc: i32, a: usize, b: usize, c: usize, ldc: usize, bias: usize, accumulate: bool, rows: i32, cols: i32,
): void {
  if (rows >= 4 && cols >= 8) {
    tile(kc, a, b, c, ldc, bias, accumulate);
    return;
  }
  rows = min(rows, 4);
  cols = min(cols, 8);
  for (let o: usize = 0; o < 128; o += 16) v128.store(EDGE_TILE + o, f32x4.splat(0));
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      let value: f32 = bias ? load<f32>(bias + (<usize>j << 2)) : 0;
      if (accumulate) value += load<f32>(c + i * ldc + (<usize>j << 2));
      store<f32>(EDGE_TILE + (<usize>(i * 8 + j) << 2), value);
    }
  }
  tile(kc, a, b, EDGE_TILE, 32, 0, true);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      store<f32>(c + i * ldc + (<usize>j << 2), load<f32>(EDGE_TILE + (<usize>(i * 8 + j) << 2)));
    }
  }
}

/** Packs the first 4 of `rows` rows (fewer: zeros) of row-major A, ld in bytes, over kc columns: dst[k][4]. */
export function packRows(src: usize, ld: usize, rows: i32, kc: i32, dst: usize): void {
  let k = 0;
  if (rows >= 4) {
    for (; k + 4 <= kc; k += 4) transpose4(src + (<usize>k << 2), ld, dst + (<usize>k << 4), 16);
  }
  for (; k < kc; k++) {
    const to = dst + (<usize>k << 4);
    v128.store(to, f32x4.splat(0));
    for (let i = 0, n = min(rows, 4); i < n; i++) {
      store<f32>(to + (<usize>i << 2), load<f32>(src + i * ld + (<usize>k << 2)));
    }
  }
}

/** Packs the first 4 of `cols` columns (fewer: zeros) of row-major X, ld in bytes, over kc rows: dst[k][4]. */
export function packColumns(src: usize, ld: usize, cols: i32, kc: i32, dst: usize): void {
  if (cols >= 4) {
    for (let k = 0; k < kc; k++) v128.store(dst + (<usize>k << 4), v128.load(src + k * ld));
    return;
  }
  for (let k = 0; k < kc; k++) {
    const to = dst + (<usize>k << 4);
    v128.store(to, f32x4.splat(0));
    for (let i = 0; i < cols; i++) store<f32>(to + (<usize>i << 2), load<f32>(src + k * ld + (<usize>i << 2)));
  }
}

/** Packs kc rows of row-major B[kc, n], ld in bytes, into panels of `depth` rows: dst[panel][depth][8]. */
export function packPanels(src: usize, ld: usize, kc: i32, n: i32, dst: usize, depth: i32): void {
  for (let j = 0; j < n; j += 8) {
    const cols = min(8, n - j);
    let from = src + (<usize>j << 2);
    let to = dst + (<usize>(j * depth) << 2);
    for (let k = 0; k < kc; k++) {
      if (cols == 8) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
      } else {
        v128.store(to, f32x4.splat(0));
        v128.store(to, f32x4.splat(0), 16);
        for (let i = 0; i < cols; i++) store<f32>(to + (<usize>i << 2), load<f32>(from + (<usize>i << 2)));
      }
      from += ld;
      to += 32;
    }
  }
}

/** Packs B = X^T of row-major X[n, kc], ld in bytes, into panels: dst[panel][k][8]. */
export function packPanelsTransposed(src: usize, ld: usize, kc: i32, n: i32, dst: usize): void {
  for (let j = 0; j < n; j += 8) {
    const cols = min(8, n - j);
    const from = src + j * ld;
    let k = 0;
    if (cols == 8) {
      for (; k + 4 <= kc; k += 4) {
        transpose4(from + (<usize>k << 2), ld, dst + (<usize>k << 5), 32);
        transpose4(from + 4 * ld + (<usize>k << 2), ld, dst + (<usize>k << 5) + 16, 32);
      }
    }
    for (; k < kc; k++) {
      const to = dst + (<usize>k << 5);
      v128.store(to, f32x4.splat(0));
      v128.store(to, f32x4.splat(0), 16);
      for (let i = 0; i < cols; i++) store<f32>(to + (<usize>i << 2), load<f32>(from + i * ld + (<usize>k << 2)));
    }
    dst += (<usize>kc) << 5;
  }
}

/** Packs B[k, n] for `gemm`; row-major with ldb floats, or its transpose X[n, k]. dst: k * ceil8(n) floats. */
export function packB(transposed: bool, src: usize, ldb: i32, k: i32, n: i32, dst: usize): void {
  const padded = (n + 7) & ~7;
  const ld = (<usize>ldb) << 2;
  for (let k0 = 0; k0 < k; k0 += KC) {
    const kc = min(KC, k - k0);
    const to = dst + (<usize>(k0 * padded) << 2);
    if (transposed) packPanelsTransposed(src + (<usize>k0 << 2), ld, kc, n, to);
    else packPanels(src + k0 * ld, ld, kc, n, to, kc);
  }
}

/**
 * C[m, n] = (C if accumulate) + (bias[n] if not 0) + A[m, k] . B[k, n], B packed by `packB`.
 * A is row-major with lda floats, or with `transposed` the transpose of row-major X[k, m].
 */
export function gemm(
  transposed: bool, a: usize, lda: i32, m: i32, k: i32, packed: usize, n: i32,
  bias: usize, c: usize, ldc: i32, accumulate: bool,
): void {
  const padded = (n + 7) & ~7;
  const ldaBytes = (<usize>lda) << 2;
  const ldcBytes = (<usize>ldc) << 2;
  for (let k0 = 0; k0 < k; k0 += KC) {
    const kc = min(KC, k - k0);
    const add = accumulate || k0 > 0;
    for (let m0 = 0; m0 < m; m0 += MC) {
      const mc = min(MC, m - m0);
      for (let i = 0; i < mc; i += 4) {
        const to = PACKED_A + (<usize>(i * kc) << 2);
        const rows = mc - i;
        if (transposed) packColumns(a + k0 * ldaBytes + (<usize>(m0 + i) << 2), ldaBytes, rows, kc, to);
        else packRows(a + (m0 + i) * ldaBytes + (<usize>k0 << 2), ldaBytes, rows, kc, to);
      }
      for (let j = 0; j < n; j += 8) {
        const panel = packed + (<usize>(k0 * padded + j * kc) << 2);
        const tileBias = bias != 0 && k0 == 0 ? bias + (<usize>j << 2) : 0;
        const cols = n - j;
        for (let i = 0; i < mc; i += 4) {
          const from = PACKED_A + (<usize>(i * kc) << 2);
          tileEdge(kc, from, panel, c + (m0 + i) * ldcBytes + (<usize>j << 2), ldcBytes, tileBias, add, mc - i, cols);
        }
      }
    }
  }
}
