// Causal self-attention over packed runs of tokens, forward and backward, and over cached keys and values for decoding.
//
// kv[N, 2d] holds key and value of each token, heads side by side; q[R, d] the queries that are computed. A run is a
// whole sequence, or what follows in a sequence on a prefix: a run that several others may continue. Seven integers:
//   first     its first row in kv
//   length    its tokens n
//   from      first token whose query is computed
//   queries   row of that query in q and in the output [R, d]
//   probs     where its probabilities start, in floats: [heads][ceil4(n - from)][ceil8(T)]
//   prefix    first row of its prefix in kv
//   before    tokens p of its prefix; 0 = none
// T = p + n. A query attends to the p tokens of the prefix and to the run's own tokens up to itself, with the additions
// in the order of one sequence of T tokens. A prefix stands before the runs that continue it and has no prefix itself.
import { packColumns, packPanels, packPanelsTransposed, packRows, tile, tileEdge } from './gemm';
import { exp4, larger, madd, maxLanes, sumLanes } from './simd';

const FIELDS: i32 = 7;

@inline
function field(table: usize, run: i32, which: i32): i32 {
  return load<i32>(table + (<usize>(run * FIELDS + which) << 2));
}

/** Packs p rows at `prefix` and n rows at `own`, `size` floats each and ld bytes apart, as one matrix [p + n, size]. */
function packJoined(prefix: usize, p: i32, own: usize, n: i32, ld: usize, size: i32, dst: usize): void {
  packPanels(prefix, ld, p, size, dst, p + n);
  packPanels(own, ld, n, size, dst + (<usize>p << 5), p + n);
}

/** Packs the transpose [size, p + n] of the same matrix. */
function packJoinedTransposed(prefix: usize, p: i32, own: usize, n: i32, ld: usize, size: i32, dst: usize): void {
  packPanelsTransposed(prefix, ld, size, p, dst);
  // The run's first rows fill the panel in which the prefix ends.
  const lane = p & 7;
  const fill = lane == 0 ? 0 : min(8 - lane, n);
  const panel = dst + (<usize>((p - lane) * size + lane) << 2);
  for (let r = 0; r < fill; r++) {
    for (let k = 0; k < size; k++) {
      store<f32>(panel + (<usize>(k * 8 + r) << 2), load<f32>(own + r * ld + (<usize>k << 2)));
    }
  }
  packPanelsTransposed(own + fill * ld, ld, size, n - fill, dst + (<usize>((p + fill) * size) << 2));
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
 * @param work scratch of 2 * T * ceil8(h) + 8 * ceil8(T) + 4 * h floats, T the largest of all runs
 */
export function attention(
  q: usize, kv: usize, table: usize, runs: i32, d: i32, heads: i32, probs: usize, out: usize, work: usize,
): void {
  const size = d / heads;
  const ld = (<usize>d) << 2;
  const ldKv = 2 * ld;
  const scale: f32 = <f32>1 / sqrt<f32>(<f32>size);
  for (let s = 0; s < runs; s++) {
    const length = field(table, s, 1);
    const from = field(table, s, 2);
    if (from == length) continue;
    const before = field(table, s, 6);
    const total = before + length;
    const padded = (total + 7) & ~7;
    const ldProbs = (<usize>padded) << 2;
    const headFloats = ((length - from + 3) & ~3) * padded;
    const first = field(table, s, 0) * ldKv;
    const prefix = field(table, s, 5) * ldKv;
    const keys = work;
    const values = keys + (<usize>(size * padded) << 2);
    const packed = values + (<usize>(total * ((size + 7) & ~7)) << 2);
    for (let h = 0; h < heads; h++) {
      const column = (<usize>(h * size)) << 2;
      const shared = kv + prefix + column;
      const own = kv + first + column;
      const p = probs + (<usize>(field(table, s, 4) + h * headFloats) << 2);
      const firstQuery = field(table, s, 3) * ld + column;
      packJoinedTransposed(shared, before, own, length, ldKv, size, keys);
      packJoined(shared + ld, before, own + ld, length, ldKv, size, values);
      for (let i = from; i < length; i += 4) {
        const rows = min(4, length - i);
        const reach = before + min(i + 4, length);
        const width = (reach + 7) & ~7;
        const row = p + (i - from) * ldProbs;
        const query = firstQuery + (i - from) * ld;
        packRows(q + query, ld, rows, size, packed);
        for (let j = 0; j < reach; j += 8) {
          tile(size, packed, keys + (<usize>(j * size) << 2), row + (<usize>j << 2), ldProbs, 0, false);
        }
        for (let r = 0; r < rows; r++) softmaxRow(row + r * ldProbs, before + i + r, width, scale);
        packRows(row, ldProbs, rows, reach, packed);
        for (let c = 0; c < size; c += 8) {
          const to = out + query + (<usize>c << 2);
          tileEdge(reach, packed, values + (<usize>(c * total) << 2), to, ld, 0, false, rows, size - c);
        }
      }
    }
  }
}

/**
 * dQ[R, d] and dKv[N, 2d] from dOut[R, d]. Overwrites the rows of a run, then adds to those of its prefix; the rows of
 * a run without computed queries must be 0 already.
 * @param work scratch of 4 * T * ceil8(h) + 8 * ceil8(T) + 4 * h + ceil4(T) * ceil8(T) floats
 */
export function attentionBackward(
  q: usize, kv: usize, table: usize, runs: i32, d: i32, heads: i32, probs: usize,
  dOut: usize, dQ: usize, dKv: usize, work: usize,
): void {
  const size = d / heads;
  const sizePadded = (size + 7) & ~7;
  const ld = (<usize>d) << 2;
  const ldKv = 2 * ld;
  const scale: f32 = <f32>1 / sqrt<f32>(<f32>size);
  for (let s = 0; s < runs; s++) {
    const length = field(table, s, 1);
    const from = field(table, s, 2);
    if (from == length) continue;
    const before = field(table, s, 6);
    const total = before + length;
    const queries = length - from;
    const padded = (total + 7) & ~7;
    const ldProbs = (<usize>padded) << 2;
    const headFloats = ((queries + 3) & ~3) * padded;
    const first = field(table, s, 0) * ldKv;
    const prefix = field(table, s, 5) * ldKv;
    const values = work;
    const keys = values + (<usize>(size * padded) << 2);
    const query = keys + (<usize>(total * sizePadded) << 2);
    const upstream = query + (<usize>(queries * sizePadded) << 2);
    const scores = upstream + (<usize>(queries * sizePadded) << 2);
    const packed = scores + (<usize>headFloats << 2);
    for (let h = 0; h < heads; h++) {
      const column = (<usize>(h * size)) << 2;
      const shared = kv + prefix + column;
      const own = kv + first + column;
      const p = probs + (<usize>(field(table, s, 4) + h * headFloats) << 2);
      const firstQuery = field(table, s, 3) * ld + column;
      packJoinedTransposed(shared + ld, before, own + ld, length, ldKv, size, values);
      packJoined(shared, before, own, length, ldKv, size, keys);
      packPanels(q + firstQuery, ld, queries, size, query, queries);
      packPanels(dOut + firstQuery, ld, queries, size, upstream, queries);
      // Per 4 queries: dP = dO v^T, dS = P (dP - sum P dP) / sqrt(h), dQ = dS k.
      for (let i = from; i < length; i += 4) {
        const rows = min(4, length - i);
        const reach = before + min(i + 4, length);
        const width = (<usize>((reach + 7) & ~7)) << 2;
        const row = scores + (i - from) * ldProbs;
        const pRow = p + (i - from) * ldProbs;
        packRows(dOut + firstQuery + (i - from) * ld, ld, rows, size, packed);
        for (let j = 0; j < reach; j += 8) {
          tile(size, packed, values + (<usize>(j * size) << 2), row + (<usize>j << 2), ldProbs, 0, false);
        }
        for (let r = 0; r < rows; r++) {
          const g = row + r * ldProbs;
          const pr = pRow + r * ldProbs;
          let sum = f32x4.splat(0);
          for (let o: usize = 0; o < width; o += 16) {
            sum = madd(v128.load(g + o), v128.load(pr + o), sum);
          }
          const mean = f32x4.splat(sumLanes(sum));
          const scale4 = f32x4.splat(scale);
          for (let o: usize = 0; o < width; o += 16) {
            const centred = f32x4.mul(f32x4.sub(v128.load(g + o), mean), scale4);
            v128.store(g + o, f32x4.mul(centred, v128.load(pr + o)));
          }
        }
        packRows(row, ldProbs, rows, reach, packed);
        for (let c = 0; c < size; c += 8) {
          const to = dQ + firstQuery + (i - from) * ld + (<usize>c << 2);
          tileEdge(reach, packed, keys + (<usize>(c * total) << 2), to, ld, 0, false, rows, size - c);
        }
      }
      // Per 4 keys, over the queries at or after them: dK = dS^T q, dV = P^T dO. Blocks do not cross multiples of 4, up
      // to which the rows of P and dS are filled past the diagonal, nor the end of the prefix.
      let rows = 0;
      for (let j = 0; j < total; j += rows) {
        const inPrefix = j < before;
        rows = min(4 - (j & 3), (inPrefix ? before : total) - j);
        const start = max(j - before, from) - from;
        const depth = queries - start;
        const skip = start * ldProbs + (<usize>j << 2);
        const dk = dKv + column + (inPrefix ? prefix + j * ldKv : first + (j - before) * ldKv);
        packColumns(scores + skip, ldProbs, 4, depth, packed);
        for (let c = 0; c < size; c += 8) {
          const at = (<usize>(c * queries + start * 8)) << 2;
          tileEdge(depth, packed, query + at, dk + (<usize>c << 2), ldKv, 0, inPrefix, rows, size - c);
        }
        packColumns(p + skip, ldProbs, 4, depth, packed);
        for (let c = 0; c < size; c += 8) {
          const at = (<usize>(c * queries + start * 8)) << 2;
          tileEdge(depth, packed, upstream + at, dk + ld + (<usize>c << 2), ldKv, 0, inPrefix, rows, size - c);
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
    for (let o: usize = 0; o < bytes; o += 16) sum = madd(v128.load(q + o), v128.load(keys + o), sum);
    store<f32>(scores + (<usize>j << 2), sumLanes(sum));
    keys += ld;
  }
}

/**
 * One new token per row: its key and value join the row's cache at `step`, and out[row] attends to the prompt (shared
 * by the samples of a prompt, in promptKv) and to the row's own tokens 0..step.
 * @param qkv [n, 3d]: query, key and value of the new tokens
 * @param promptKv [., 2d]: keys and values of the prompts
 * @param prompts per prompt: first row in promptKv, length
 * @param rowIds which row of the whole generation each of the n active rows is
 * @param cache [all rows][capacity][2d]: keys and values
 * @param scores scratch, longest prompt + capacity + 4 floats
 */
export function decodeAttention(
  qkv: usize, n: i32, d: i32, heads: i32, promptKv: usize, prompts: usize, samples: i32, rowIds: usize,
  cache: usize, capacity: i32, step: i32, scores: usize, out: usize,
): void {
  const size = d / heads;
  const scale: f32 = <f32>1 / sqrt<f32>(<f32>size);
  const ld = (<usize>(3 * d)) << 2;
  const ldOut = (<usize>d) << 2;
  const ldKv = 2 * ldOut;
  for (let i = 0; i < n; i++) {
    const rowId = load<i32>(rowIds + (<usize>i << 2));
    const prompt = prompts + (<usize>(rowId / samples) << 3);
    const length = load<i32>(prompt, 4);
    const shared = promptKv + load<i32>(prompt) * ldKv;
    const own = cache + (<usize>(rowId * capacity)) * ldKv;
    const current = qkv + i * ld;
    memory.copy(own + step * ldKv, current + ldOut, ldKv);
    const count = length + step + 1;
    for (let h = 0; h < heads; h++) {
      const column = (<usize>(h * size)) << 2;
      const ownScores = scores + (<usize>length << 2);
      dotKeys(current + column, size, shared + column, ldKv, length, scores);
      dotKeys(current + column, size, own + column, ldKv, step + 1, ownScores);
      softmaxRow(scores, count - 1, (count + 3) & ~3, scale);
      for (let c: usize = 0; c < (<usize>size) << 2; c += 16) {
        let sum = f32x4.splat(0);
        let value = shared + ldOut + column + c;
        for (let j = 0; j < length; j++) {
          sum = madd(v128.load_splat<f32>(scores + (<usize>j << 2)), v128.load(value), sum);
          value += ldKv;
        }
        value = own + ldOut + column + c;
        for (let j = 0; j <= step; j++) {
          sum = madd(v128.load_splat<f32>(ownScores + (<usize>j << 2)), v128.load(value), sum);
          value += ldKv;
        }
        v128.store(out + i * ldOut + column + c, sum);
      }
    }
  }
}
