// AdamW (Loshchilov & Hutter 2019) and the gradient's norm.

/** Sum of squares of n floats (a multiple of 4) in double precision; not finite if any of them is not. */
export function sumSquares(x: usize, n: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let end = x + (<usize>n << 2); x < end; x += 16) {
    const v = v128.load(x);
    const a = f64x2.promote_low_f32x4(v);
    const b = f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/**
 * One step on n floats (a multiple of 4):
 *   g = gradScale * grad;  m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
 *   x = keep x - rate m / (sqrt(v) rootScale + epsilon)
 * with keep = 1 - learningRate decay, rate = learningRate / (1 - beta1^t), rootScale = 1 / sqrt(1 - beta2^t).
 */
export function adamw(
  x: usize, grad: usize, m: usize, v: usize, n: i32, gradScale: f32,
  beta1: f32, beta2: f32, epsilon: f32, keep: f32, rate: f32, rootScale: f32,
): void {
  const beta1x4 = f32x4.splat(beta1);
  const beta2x4 = f32x4.splat(beta2);
  const rest1 = f32x4.splat(<f32>1 - beta1);
  const rest2 = f32x4.splat(<f32>1 - beta2);
  for (let o: usize = 0, end = <usize>n << 2; o < end; o += 16) {
    const g = f32x4.mul(v128.load(grad + o), f32x4.splat(gradScale));
    const m4 = f32x4.add(f32x4.mul(beta1x4, v128.load(m + o)), f32x4.mul(rest1, g));
    const v4 = f32x4.add(f32x4.mul(beta2x4, v128.load(v + o)), f32x4.mul(rest2, f32x4.mul(g, g)));
    v128.store(m + o, m4);
    v128.store(v + o, v4);
    const root = f32x4.add(f32x4.mul(f32x4.sqrt(v4), f32x4.splat(rootScale)), f32x4.splat(epsilon));
    const move = f32x4.mul(f32x4.splat(rate), f32x4.div(m4, root));
    v128.store(x + o, f32x4.sub(f32x4.mul(f32x4.splat(keep), v128.load(x + o)), move));
  }
}
