// Causal self-attention over packed sequences, forward and backward, and over cached keys and values for decoding.
//
// qkv[N, 3d] holds query, key and value of each token, heads side by side. A sequence is five integers:
//   first     its first row in qkv
//   length    tokens T
//   from      first query that is computed; queries before it are not needed
//   out       row of the first computed query in the output [., d]
//   probs     where its probabilities start, in floats: [heads][ceil4(T - from)][ceil8(T)]
import { packColumns, packPanels, packPanelsTransposed, packRows, tile, tileEdge } from './gemm';
import { exp4, larger, maxLanes, sumLanes } from './simd';

const FIELDS: i32 = 5;

@inline
function field(table: usize, sequence: i32, which: i32): i32 {
  return load<i32>(table + (<usize>(sequence * FIELDS + which) << 2));
}

/** Causal softmax of one row of scores times `scale`: entries 0..last, zeros up to `width` (a multiple of 4). */
function softmaxRow(row: usize, last: i32, width: i32, scale: f32): void {
  const count = last + 1;
  const end = (<usize>((count + 3) & ~3)) << 2;
  // Lanes after the diagonal take part as -1e30, which exp4 turns into 0.
  for (let j = count; j < width; j++) store<f32>(row + (<usize>j << 2), -1e30);
  let top = f32x4.splat(-1e30);
  for (let o: usize = 0; o < end; o += 16) top = larger(top, v128.load(row + o));
  const top4 = f32x4.splat(maxLanes(top));
  const scale4 = f32x4.splat(scale);
  let total = f32x4.splat(0);
  for (let o: usize = 0; o < end; o += 16) {
    const e = exp4(f32x4.mul(f32x4.sub(v128.load(row + o), top4), scale4));
    v128.store(row + o, e);
    total = f32x4.add(total, e);
  }
  const inverse = f32x4.splat(<f32>1 / sumLanes(total));
  for (let o: usize = 0; o < end; o += 16) v128.store(row + o, f32x4.mul(v128.load(row + o), inverse));
  for (let o = end; o < (<usize>width) << 2; o += 16) v128.store(row + o, f32x4.splat(0));
}

/**
 * out[., d] = softmax(q k^T / sqrt(h)) v per head.
 * @param work scratch of 2 * T * ceil8(h) + 8 * ceil8(T) + 4 * h floats, T the longest length
 */
export function attention(
  qkv: usize, table: usize, sequences: i32, d: i32, heads: i32, probs: usize, out: usize, work: usize,
): void {
  const size = d / heads;
  const ld = (<usize>(3 * d)) << 2;
  const ldOut = (<usize>d) << 2;
  const scale: f32 = <f32>1 / sqrt<f32>(<f32>size);
  for (let s = 0; s < sequences; s++) {
    const length = field(table, s, 1);
    const from = field(table, s, 2);
    const padded = (length + 7) & ~7;
    const ldProbs = (<usize>padded) << 2;
    const headFloats = ((length - from + 3) & ~3) * padded;
    const base = qkv + field(table, s, 0) * ld;
    const keys = work;
    const values = keys + (<usize>(size * padded) << 2);
    const packed = values + (<usize>(length * ((size + 7) & ~7)) << 2);
    for (let h = 0; h < heads; h++) {
      const query = base + (<usize>(h * size) << 2);
      const p = probs + (<usize>(field(table, s, 4) + h * headFloats) << 2);
      const o = out + field(table, s, 3) * ldOut + (<usize>(h * size) << 2);
      packPanelsTransposed(query + ldOut, ld, size, length, keys);
      packPanels(query + 2 * ldOut, ld, length, size, values);
      for (let i = from; i < length; i += 4) {
        const rows = min(4, length - i);
        const reach = min(i + 4, length);
        const width = (reach + 7) & ~7;
        const row = p + (i - from) * ldProbs;
        packRows(query + i * ld, ld, rows, size, packed);
        for (let j = 0; j < reach; j += 8) {
          tile(size, packed, keys + (<usize>(j * size) << 2), row + (<usize>j << 2), ldProbs, 0, false);
        }
        for (let r = 0; r < rows; r++) softmaxRow(row + r * ldProbs, i + r, width, scale);
        packRows(row, ldProbs, rows, reach, packed);
        for (let c = 0; c < size; c += 8) {
          const to = o + (i - from) * ldOut + (<usize>c << 2);
          tileEdge(reach, packed, values + (<usize>(c * length) << 2), to, ldOut, 0, false, rows, size - c);
        }
      }
    }
  }
}

/**
 * dQkv[N, 3d] from dOut, overwriting the rows of these sequences (query gradients before `from` must be 0 already).
 * @param work scratch of 4 * T * ceil8(h) + 8 * ceil8(T) + 4 * h + ceil4(T) * ceil8(T) floats
 */
export function attentionBackward(
  qkv: usize, table: usize, sequences: i32, d: i32, heads: i32, probs: usize, dOut: usize, dQkv: usize, work: usize,
): void {
  const size = d / heads;
  const sizePadded = (size + 7) & ~7;
  const ld = (<usize>(3 * d)) << 2;
  const ldOut = (<usize>d) << 2;
  const scale: f32 = <f32>1 / sqrt<f32>(<f32>size);
  for (let s = 0; s < sequences; s++) {
    const length = field(table, s, 1);
    const from = field(table, s, 2);
    const queries = length - from;
    const padded = (length + 7) & ~7;
    const ldProbs = (<usize>padded) << 2;
    const headFloats = ((queries + 3) & ~3) * padded;
    const first = field(table, s, 0) * ld;
    const values = work;
    const keys = values + (<usize>(size * padded) << 2);
    const query = keys + (<usize>(length * sizePadded) << 2);
    const upstream = query + (<usize>(length * sizePadded) << 2);
    const scores = upstream + (<usize>(length * sizePadded) << 2);
    const packed = scores + (<usize>headFloats << 2);
    for (let h = 0; h < heads; h++) {
      const column = (<usize>(h * size)) << 2;
      const q = qkv + first + column;
      const dq = dQkv + first + column;
      const p = probs + (<usize>(field(table, s, 4) + h * headFloats) << 2);
      const up = dOut + field(table, s, 3) * ldOut + column;
      packPanelsTransposed(q + 2 * ldOut, ld, size, length, values);
      packPanels(q + ldOut, ld, length, size, keys);
      packPanels(q + from * ld, ld, queries, size, query);
      packPanels(up, ldOut, queries, size, upstream);
      // Per 4 queries: dP = dO v^T, dS = P (dP - sum P dP) / sqrt(h), dQ = dS k.
      for (let i = from; i < length; i += 4) {
        const rows = min(4, length - i);
        const reach = min(i + 4, length);
        const width = (<usize>((reach + 7) & ~7)) << 2;
        const row = scores + (i - from) * ldProbs;
        const pRow = p + (i - from) * ldProbs;
        packRows(up + (i - from) * ldOut, ldOut, rows, size, packed);
        for (let j = 0; j < reach; j += 8) {
          tile(size, packed, values + (<usize>(j * size) << 2), row + (<usize>j << 2), ldProbs, 0, false);
        }
        for (let r = 0; r < rows; r++) {
          const g = row + r * ldProbs;
          const pr = pRow + r * ldProbs;
          let total = f32x4.splat(0);
          for (let o: usize = 0; o < width; o += 16) {
            total = f32x4.add(total, f32x4.mul(v128.load(g + o), v128.load(pr + o)));
          }
          const mean = f32x4.splat(sumLanes(total));
          const scale4 = f32x4.splat(scale);
          for (let o: usize = 0; o < width; o += 16) {
            const centred = f32x4.mul(f32x4.sub(v128.load(g + o), mean), scale4);
            v128.store(g + o, f32x4.mul(centred, v128.load(pr + o)));
          }
        }
        packRows(row, ldProbs, rows, reach, packed);
        for (let c = 0; c < size; c += 8) {
          const to = dq + i * ld + (<usize>c << 2);
          tileEdge(reach, packed, keys + (<usize>(c * length) << 2), to, ld, 0, false, rows, size - c);
        }
      }
      // Per 4 keys, over the queries at or after them: dK = dS^T q, dV = P^T dO.
      for (let j = 0; j < length; j += 4) {
        const start = max(j, from) - from;
        const depth = queries - start;
        const rows = min(4, length - j);
        const skip = start * ldProbs + (<usize>j << 2);
        for (let c = 0; c < size; c += 8) {
          const at = (<usize>(c * queries + start * 8)) << 2;
          const to = dq + ldOut + j * ld + (<usize>c << 2);
          if (c == 0) packColumns(scores + skip, ldProbs, 4, depth, packed);
          tileEdge(depth, packed, query + at, to, ld, 0, false, rows, size - c);
        }
        packColumns(p + skip, ldProbs, 4, depth, packed);
        for (let c = 0; c < size; c += 8) {
          const at = (<usize>(c * queries + start * 8)) << 2;
          const to = dq + 2 * ldOut + j * ld + (<usize>c << 2);
          tileEdge(depth, packed, upstream + at, to, ld, 0, false, rows, size - c);
        }
      }
    }
  }
}

/** scores[j] = q . k_j for n keys, ld bytes apart. */
@inline
function dotKeys(q: usize, size: i32, keys: usize, ld: usize, n: i32, scores: usize): void {
  const bytes = (<usize>size) << 2;
  for (let j = 0; j < n; j++) {
    let sum = f32x4.splat(0);
    for (let o: usize = 0; o < bytes; o += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(q + o), v128.load(keys + o)));
    store<f32>(scores + (<usize>j << 2), sumLanes(sum));
    keys += ld;
  }
}

/**
 * One new token per row: its key and value join the row's cache at `step`, and out[row] attends to the prompt (shared
 * by the samples of a prompt, in promptQkv) and to the row's own tokens 0..step.
 * @param prompts per prompt: first row in promptQkv, length
 * @param rowIds which row of the whole generation each of the n active rows is
 * @param cache [all rows][capacity][2d]: keys and values
 * @param scores scratch, longest prompt + capacity + 4 floats
 */
export function decodeAttention(
  qkv: usize, n: i32, d: i32, heads: i32, promptQkv: usize, prompts: usize, samples: i32, rowIds: usize,
  cache: usize, capacity: i32, step: i32, scores: usize, out: usize,
): void {
  const size = d / heads;
  const scale: f32 = <f32>1 / sqrt<f32>(<f32>size);
  const ld = (<usize>(3 * d)) << 2;
  const ldOut = (<usize>d) << 2;
  const ldCache = 2 * ldOut;
  for (let i = 0; i < n; i++) {
    const rowId = load<i32>(rowIds + (<usize>i << 2));
    const prompt = prompts + (<usize>(rowId / samples) << 3);
    const length = load<i32>(prompt, 4);
    const shared = promptQkv + load<i32>(prompt) * ld;
    const own = cache + (<usize>(rowId * capacity)) * ldCache;
    const current = qkv + i * ld;
    memory.copy(own + step * ldCache, current + ldOut, ldCache);
    const count = length + step + 1;
    for (let h = 0; h < heads; h++) {
      const column = (<usize>(h * size)) << 2;
      const ownScores = scores + (<usize>length << 2);
      dotKeys(current + column, size, shared + ldOut + column, ld, length, scores);
      dotKeys(current + column, size, own + column, ldCache, step + 1, ownScores);
      softmaxRow(scores, count - 1, (count + 3) & ~3, scale);
      for (let c: usize = 0; c < (<usize>size) << 2; c += 16) {
        let sum = f32x4.splat(0);
        let value = shared + 2 * ldOut + column + c;
        for (let j = 0; j < length; j++) {
          sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(scores + (<usize>j << 2)), v128.load(value)));
          value += ld;
        }
        value = own + ldOut + column + c;
        for (let j = 0; j <= step; j++) {
          sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(ownScores + (<usize>j << 2)), v128.load(value)));
          value += ldCache;
        }
        v128.store(out + i * ldOut + column + c, sum);
      }
    }
  }
}
