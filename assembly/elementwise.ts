// Embedding, layer norm, gelu, bias and row copies. All widths are multiples of 4 unless a comment says otherwise.
import { exp4, madd, sumLanes } from './simd';

const EPSILON: f32 = 1e-5;
const GELU_SCALE: f32 = 0.7978845608028654; // sqrt(2 / pi)
const GELU_CUBIC: f32 = 0.044715;

/** x[n, d] = wte[token] + wpe[position] (+ extra[n] * vector where extra is not 0). */
export function embed(
  tokens: usize, positions: usize, extra: usize, n: i32, d: i32, wte: usize, wpe: usize, vector: usize, x: usize,
): void {
  const rowBytes = (<usize>d) << 2;
  for (let i = 0; i < n; i++) {
    const word = wte + load<i32>(tokens + (<usize>i << 2)) * rowBytes;
    const place = wpe + load<i32>(positions + (<usize>i << 2)) * rowBytes;
    const scale = f32x4.splat(extra ? load<f32>(extra + (<usize>i << 2)) : 0);
    for (let o: usize = 0; o < rowBytes; o += 16) {
      let sum = f32x4.add(v128.load(word + o), v128.load(place + o));
      if (extra) sum = madd(scale, v128.load(vector + o), sum);
      v128.store(x + o, sum);
    }
    x += rowBytes;
  }
}

/** Adds the gradients of `embed` to dWte, dWpe and dVector. */
export function embedBackward(
  tokens: usize, positions: usize, extra: usize, n: i32, d: i32, dx: usize, dWte: usize, dWpe: usize, dVector: usize,
): void {
  const rowBytes = (<usize>d) << 2;
  for (let i = 0; i < n; i++) {
    const word = dWte + load<i32>(tokens + (<usize>i << 2)) * rowBytes;
    const place = dWpe + load<i32>(positions + (<usize>i << 2)) * rowBytes;
    const scale = f32x4.splat(extra ? load<f32>(extra + (<usize>i << 2)) : 0);
    for (let o: usize = 0; o < rowBytes; o += 16) {
      const g = v128.load(dx + o);
      v128.store(word + o, f32x4.add(v128.load(word + o), g));
      v128.store(place + o, f32x4.add(v128.load(place + o), g));
      if (extra) v128.store(dVector + o, madd(scale, g, v128.load(dVector + o)));
    }
    dx += rowBytes;
  }
}

/** y = (x - mean) * rstd * weight + bias per row; stats[n, 2] = mean, rstd. */
export function layerNorm(x: usize, n: i32, d: i32, weight: usize, bias: usize, y: usize, stats: usize): void {
  const rowBytes = (<usize>d) << 2;
  for (let i = 0; i < n; i++) {
    let total = f32x4.splat(0);
    for (let o: usize = 0; o < rowBytes; o += 16) total = f32x4.add(total, v128.load(x + o));
    const mean = sumLanes(total) / <f32>d;
    const mean4 = f32x4.splat(mean);
    let squares = f32x4.splat(0);
    for (let o: usize = 0; o < rowBytes; o += 16) {
      const delta = f32x4.sub(v128.load(x + o), mean4);
      squares = madd(delta, delta, squares);
    }
    const rstd: f32 = <f32>1 / sqrt<f32>(sumLanes(squares) / <f32>d + EPSILON);
    const rstd4 = f32x4.splat(rstd);
    for (let o: usize = 0; o < rowBytes; o += 16) {
      const hat = f32x4.mul(f32x4.sub(v128.load(x + o), mean4), rstd4);
      v128.store(y + o, madd(hat, v128.load(weight + o), v128.load(bias + o)));
    }
    store<f32>(stats, mean);
    store<f32>(stats, rstd, 4);
    stats += 8;
    x += rowBytes;
    y += rowBytes;
  }
}

/** Gradient of `layerNorm`: adds to dx, dWeight, dBias. */
export function layerNormBackward(
  dy: usize, x: usize, stats: usize, n: i32, d: i32, weight: usize, dWeight: usize, dBias: usize, dx: usize,
): void {
  const rowBytes = (<usize>d) << 2;
  const inverse: f32 = <f32>1 / <f32>d;
  for (let i = 0; i < n; i++) {
    const mean4 = v128.load_splat<f32>(stats);
    const rstd4 = v128.load_splat<f32>(stats, 4);
    let sumG = f32x4.splat(0);
    let sumGHat = f32x4.splat(0);
    for (let o: usize = 0; o < rowBytes; o += 16) {
      const up = v128.load(dy + o);
      const hat = f32x4.mul(f32x4.sub(v128.load(x + o), mean4), rstd4);
      const g = f32x4.mul(up, v128.load(weight + o));
      const upHat = f32x4.mul(up, hat);
      sumG = f32x4.add(sumG, g);
      sumGHat = madd(g, hat, sumGHat);
      v128.store(dWeight + o, f32x4.add(v128.load(dWeight + o), upHat));
      v128.store(dBias + o, f32x4.add(v128.load(dBias + o), up));
    }
    const meanG = f32x4.splat(sumLanes(sumG) * inverse);
    const meanGHat = f32x4.splat(sumLanes(sumGHat) * inverse);
    for (let o: usize = 0; o < rowBytes; o += 16) {
      const hat = f32x4.mul(f32x4.sub(v128.load(x + o), mean4), rstd4);
      const g = f32x4.mul(v128.load(dy + o), v128.load(weight + o));
      const delta = f32x4.mul(rstd4, f32x4.sub(f32x4.sub(g, meanG), f32x4.mul(hat, meanGHat)));
      v128.store(dx + o, f32x4.add(v128.load(dx + o), delta));
    }
    stats += 8;
    dy += rowBytes;
    x += rowBytes;
    dx += rowBytes;
  }
}

/** sigmoid(2 t) of t = sqrt(2/pi) (x + 0.044715 x^3). As it is (1 + tanh t) / 2, gelu in tanh form is x times it. */
@inline
function geluGate(x: v128, square: v128): v128 {
  const one = f32x4.splat(1);
  const inner = f32x4.mul(x, madd(square, f32x4.splat(GELU_CUBIC), one));
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.mul(inner, f32x4.splat(<f32>-2 * GELU_SCALE)))));
}

/** y = gelu(x), tanh form, n floats. */
export function gelu(x: usize, n: i32, y: usize): void {
  for (let o: usize = 0, end = (<usize>n) << 2; o < end; o += 16) {
    const v = v128.load(x + o);
    v128.store(y + o, f32x4.mul(v, geluGate(v, f32x4.mul(v, v))));
  }
}

/**
 * dy becomes dy * gelu'(x), n floats.
 * @param y gelu(x): y / x is the gate again, for less than an exponential; next to 0, where that is 0 / 0, it is 1/2.
 */
export function geluBackward(x: usize, y: usize, n: i32, dy: usize): void {
  const one = f32x4.splat(1);
  for (let o: usize = 0, end = (<usize>n) << 2; o < end; o += 16) {
    const v = v128.load(x + o);
    const square = f32x4.mul(v, v);
    const tiny = f32x4.lt(square, f32x4.splat(1e-20));
    const gate = v128.bitselect(f32x4.splat(0.5), f32x4.div(v128.load(y + o), v), tiny);
    const slope = f32x4.mul(
      f32x4.splat(<f32>2 * GELU_SCALE),
      madd(square, f32x4.splat(<f32>3 * GELU_CUBIC), one),
    );
    const bend = f32x4.mul(f32x4.mul(v, slope), f32x4.mul(gate, f32x4.sub(one, gate)));
    v128.store(dy + o, f32x4.mul(v128.load(dy + o), f32x4.add(gate, bend)));
  }
}

/** out[n] += column sums of x[rows, n]; any n. */
export function addColumnSums(x: usize, rows: i32, n: i32, out: usize): void {
  const rowBytes = (<usize>n) << 2;
  for (let i = 0; i < rows; i++) {
    let o: usize = 0;
    for (; o + 16 <= rowBytes; o += 16) v128.store(out + o, f32x4.add(v128.load(out + o), v128.load(x + o)));
    for (; o < rowBytes; o += 4) store<f32>(out + o, load<f32>(out + o) + load<f32>(x + o));
    x += rowBytes;
  }
}

/** y += x, n floats. */
export function addTo(x: usize, n: i32, y: usize): void {
  for (let o: usize = 0, end = (<usize>n) << 2; o < end; o += 16) {
    v128.store(y + o, f32x4.add(v128.load(y + o), v128.load(x + o)));
  }
}

/** dst[i] = src[index[i]], rows of d floats. */
export function gatherRows(src: usize, index: usize, n: i32, d: i32, dst: usize): void {
  const rowBytes = (<usize>d) << 2;
  for (let i = 0; i < n; i++) {
    memory.copy(dst + i * rowBytes, src + load<i32>(index + (<usize>i << 2)) * rowBytes, rowBytes);
  }
}

/** dst[index[i]] += src[i], rows of d floats. */
export function scatterAddRows(src: usize, index: usize, n: i32, d: i32, dst: usize): void {
  const rowBytes = (<usize>d) << 2;
  for (let i = 0; i < n; i++) {
    const to = dst + load<i32>(index + (<usize>i << 2)) * rowBytes;
    for (let o: usize = 0; o < rowBytes; o += 16) v128.store(to + o, f32x4.add(v128.load(to + o), v128.load(src + o)));
    src += rowBytes;
  }
}

/** out[i] = bias + weight . wte[ids[i]]. */
export function tokenWeight(wte: usize, ids: usize, n: i32, d: i32, weight: usize, bias: usize, out: usize): void {
  const rowBytes = (<usize>d) << 2;
  for (let i = 0; i < n; i++) {
    const row = wte + load<i32>(ids + (<usize>i << 2)) * rowBytes;
    let sum = f32x4.splat(0);
    for (let o: usize = 0; o < rowBytes; o += 16) {
      sum = madd(v128.load(row + o), v128.load(weight + o), sum);
    }
    store<f32>(out + (<usize>i << 2), load<f32>(bias) + sumLanes(sum));
  }
}

/** Adds the gradients of `tokenWeight` to dWte, dWeight and dBias. */
export function tokenWeightBackward(
  wte: usize, ids: usize, n: i32, d: i32, weight: usize, dOut: usize, dWte: usize, dWeight: usize, dBias: usize,
): void {
  const rowBytes = (<usize>d) << 2;
  for (let i = 0; i < n; i++) {
    const offset = load<i32>(ids + (<usize>i << 2)) * rowBytes;
    const g = load<f32>(dOut + (<usize>i << 2));
    const g4 = f32x4.splat(g);
    for (let o: usize = 0; o < rowBytes; o += 16) {
      const to = dWte + offset + o;
      v128.store(to, madd(g4, v128.load(weight + o), v128.load(to)));
      v128.store(dWeight + o, madd(g4, v128.load(wte + offset + o), v128.load(dWeight + o)));
    }
    store<f32>(dBias, load<f32>(dBias) + g);
  }
}
