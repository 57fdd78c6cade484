// Small vector helpers and the exponential that every softmax and gelu here uses.

/**
 * a b + c. Rounded twice in the plain build, everywhere alike; in the build with relaxed SIMD once or twice, as the
 * processor does it faster.
 */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/** Whether this is the build with relaxed SIMD. */
export function isRelaxed(): bool {
  return ASC_FEATURE_RELAXED_SIMD;
}

/** Sum of the four lanes. */
@inline
export function sumLanes(v: v128): f32 {
  const pairs = f32x4.add(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** Largest of the four lanes. */
@inline
export function maxLanes(v: v128): f32 {
  const pairs = f32x4.max(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}

/** Larger of each lane; the first where either is NaN. One instruction, unlike `f32x4.max`. */
@inline
export function larger(a: v128, b: v128): v128 {
  return f32x4.pmax(a, b);
}

/** 1.5 * 2^23: adding it to a small float leaves that float, rounded to an integer, in the low bits. */
const ROUNDING: f32 = 12582912;

/**
 * exp of four floats, within 2 units in the last place (range reduction by ln 2 in two parts and the minimax polynomial
 * of Cephes' expf). Below -64 the result is exactly 0, so that products with it never become denormal, which many
 * processors compute a hundred times slower. NaN stays NaN.
 */
@inline
export function exp4(x: v128): v128 {
  const clamped = larger(f32x4.pmin(x, f32x4.splat(88)), f32x4.splat(-64));
  const rounded = madd(clamped, f32x4.splat(1.44269504088896341), f32x4.splat(ROUNDING));
  const n = f32x4.sub(rounded, f32x4.splat(ROUNDING));
  let r = madd(n, f32x4.splat(-0.693359375), clamped);
  r = madd(n, f32x4.splat(2.12194440e-4), r);
  let p = f32x4.splat(1.9875691500e-4);
  p = madd(p, r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), f32x4.splat(1));
  // 2^n: the shift leaves n in the exponent and drops the rest of ROUNDING's bits.
  const power = i32x4.add(i32x4.shl(rounded, 23), i32x4.splat(0x3f800000));
  return v128.andnot(f32x4.mul(p, power), f32x4.lt(x, f32x4.splat(-64)));
}

/** Transposes a 4x4 block: rows at `src`, `ld` bytes apart, to rows at `dst`, `step` bytes apart. */
@inline
export function transpose4(src: usize, ld: usize, dst: usize, step: usize): void {
  const a = v128.load(src);
  const b = v128.load(src + ld);
  const c = v128.load(src + 2 * ld);
  const d = v128.load(src + 3 * ld);
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(dst, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5));
  v128.store(dst + step, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7));
  v128.store(dst + 2 * step, v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5));
  v128.store(dst + 3 * step, v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7));
}
