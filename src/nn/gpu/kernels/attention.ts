/**
 * Causal self-attention over sequences laid end to end, with the softmax computed on the fly (Dao et al. 2022,
 * FlashAttention; the online softmax is Milakov and Gimelshein 2018): scores are never stored. One invocation has one
 * query, key or value of one head in registers; neighbours walk the same rows together.
 */
import { rowCount, ROW_COUNT_WGSL, rowsConstant, type Matrix, type Meta, type Rows, type Slice } from './operands';
import type { Call } from '../program';
import { makeCall, read, THREADS, write } from './call';

interface Operands {
  /** The queries: all token rows, or the active ones. */
  readonly rows: Rows;
  readonly d: number;
  /** d / heads is a multiple of 4, at most 64. */
  readonly heads: number;
  readonly meta: Meta;
  /** [N, 3d]: query, key and value of each token row, heads side by side. */
  readonly qkv: Slice;
  /** [rows, d]: softmax(q k^T / sqrt(d / heads)) v, heads side by side. */
  readonly out: Matrix;
  /** [rows, heads]: logarithm of the sum of the exponentials of the scaled scores. */
  readonly lse: Slice;
}

/** Vectors of four floats up to which a head's loops are written out. */
const UNROLLED = 8;

/**
 * WGSL that runs a line for each of the `count` vectors of a head. Small heads are written out, so that their vectors
 * are registers everywhere. Large ones are loops: written out, they take software adapters many seconds to compile.
 */
function each(count: number, line: (i: string) => string): string {
  if (count > UNROLLED) return `for (var i = 0u; i < ${count}u; i++) { ${line('i')} }`;
  return Array.from({ length: count }, (_, i) => line(`${i}u`)).join('\n');
}

/** Writes `out` and `lse`. */
export function attention({ rows, d, heads, meta, qkv, out, lse }: Operands): Call {
  const n = d / heads / 4;
  return makeCall({
    name: `attention ${d} ${heads}`,
    constants: {
      rows: rowsConstant(rows), tokens: meta.layout.tokens, activeRows: meta.layout.active,
      qkv: qkv.offset / 4, out: out.offset / 4, ld: out.ld / 4, lse: lse.offset,
    },
    storage: {
      tables: read('i32', meta.buffer), qkv: read('vec4f', qkv.buffer),
      output: write('vec4f', out.buffer), lse: write('f32', lse.buffer),
    },
    code: `
      ${ROW_COUNT_WGSL}
      fn run(group : vec3u, lane : u32) {
        let row = group.x * ${THREADS}u + lane;
        let head = group.y;
        if (row >= rowCount(constants.rows)) { return; }
        var token = row;
        if (constants.rows == 1u) { token = u32(tables[constants.activeRows + 4u * row]); }
        let first = token - u32(tables[constants.tokens + 2u * token + 1u]);
        let query = constants.qkv + token * ${3 * (d / 4)}u + head * ${n}u;
        var q : array<vec4f, ${n}>;
        var sum : array<vec4f, ${n}>;
        ${each(n, (i) => `q[${i}] = qkv[query + ${i}];`)}
        var top = -1e30;
        var total = 0.0;
        for (var other = first; other <= token; other++) {
          let key = constants.qkv + other * ${3 * (d / 4)}u + ${d / 4}u + head * ${n}u;
          let value = key + ${d / 4}u;
          var score = 0.0;
          ${each(n, (i) => `score += dot(q[${i}], qkv[key + ${i}]);`)}
          score *= ${1 / Math.sqrt(4 * n)};
          if (score > top) {
            let shrink = exp(top - score);
            total *= shrink;
            ${each(n, (i) => `sum[${i}] *= shrink;`)}
            top = score;
          }
          let weight = exp(score - top);
          total += weight;
          ${each(n, (i) => `sum[${i}] += weight * qkv[value + ${i}];`)}
        }
        let at = constants.out + row * constants.ld + head * ${n}u;
        ${each(n, (i) => `output[at + ${i}] = sum[${i}] / total;`)}
        lse[constants.lse + row * ${heads}u + head] = top + log(total);
      }`,
    groups: (dims) => [Math.ceil(rowCount(dims, rows) / THREADS), heads],
  });
}

export interface AttentionBackwardParts extends Operands {
  /** [rows, d]: gradient of `out`. */
  readonly dOut: Matrix;
  /** [N, 3d], all of it overwritten; the query gradient of rows that are no queries is 0. */
  readonly dQkv: Slice;
}

/**
 * The gradient of `qkv`. With p the attention weights, recomputed from `lse`, and g = p * dOut . (v - out) the gradient
 * of the scaled scores: dq_i = sum_j g_ij k_j / sqrt(h), dk_j = sum_i g_ij q_i / sqrt(h), dv_j = sum_i p_ij dOut_i.
 * Queries, keys and values are three parts of one dispatch.
 */
export function attentionBackward(
  { rows, d, heads, meta, qkv, out, lse, dOut, dQkv }: AttentionBackwardParts,
): Call {
  const n = d / heads / 4;
  const scale = 1 / Math.sqrt(4 * n);
  const { layout } = meta;
  return makeCall({
    name: `attentionBackward ${d} ${heads}`,
    constants: {
      rows: rowsConstant(rows), tokens: layout.tokens, activeOf: layout.activeOf,
      sequenceOf: layout.sequenceOf, sequences: layout.sequences,
      qkv: qkv.offset / 4, out: out.offset / 4, ld: out.ld / 4, lse: lse.offset,
      dOut: dOut.offset / 4, ldUp: dOut.ld / 4, dQkv: dQkv.offset / 4,
    },
    storage: {
      tables: read('i32', meta.buffer), qkv: read('vec4f', qkv.buffer), output: read('vec4f', out.buffer),
      lse: read('f32', lse.buffer), upstream: read('vec4f', dOut.buffer), dQkv: write('vec4f', dQkv.buffer),
    },
    code: `
      // Where a token's part of qkv starts: 0 the query, 1 the key, 2 the value.
      fn place(token : u32, part : u32, head : u32) -> u32 {
        return token * ${3 * (d / 4)}u + part * ${d / 4}u + head * ${n}u;
      }

      fn queryGradient(token : u32, head : u32) {
        var sum : array<vec4f, ${n}>;
        var row = i32(token);
        if (constants.rows == 1u) { row = tables[constants.activeOf + token]; }
        if (row >= 0) {
          let query = constants.qkv + place(token, 0u, head);
          let mine = constants.out + u32(row) * constants.ld + head * ${n}u;
          let up = constants.dOut + u32(row) * constants.ldUp + head * ${n}u;
          var q : array<vec4f, ${n}>;
          var g : array<vec4f, ${n}>;
          var mean = 0.0;
          ${each(n, (i) => `q[${i}] = qkv[query + ${i}]; g[${i}] = upstream[up + ${i}];`)}
          ${each(n, (i) => `mean += dot(g[${i}], output[mine + ${i}]);`)}
          let norm = lse[constants.lse + u32(row) * ${heads}u + head];
          let first = token - u32(tables[constants.tokens + 2u * token + 1u]);
          for (var other = first; other <= token; other++) {
            let key = constants.qkv + place(other, 1u, head);
            let value = key + ${d / 4}u;
            var score = 0.0;
            var change = -mean;
            ${each(n, (i) => `score += dot(q[${i}], qkv[key + ${i}]); change += dot(g[${i}], qkv[value + ${i}]);`)}
            change *= exp(${scale} * score - norm);
            ${each(n, (i) => `sum[${i}] += change * qkv[key + ${i}];`)}
          }
        }
        let at = constants.dQkv + place(token, 0u, head);
        ${each(n, (i) => `dQkv[at + ${i}] = ${scale} * sum[${i}];`)}
      }

      // The queries that see a token are the token rows x .. y - 1, and row i of out is that of token row i + z.
      fn queriesOf(token : u32) -> vec3u {
        let sequence = constants.sequences + 4u * u32(tables[constants.sequenceOf + token]);
        let first = u32(tables[sequence]);
        let end = first + u32(tables[sequence + 1u]);
        if (constants.rows == 0u) { return vec3u(token, end, 0u); }
        let firstActive = first + u32(tables[sequence + 2u]);
        return vec3u(max(token, firstActive), end, firstActive - u32(tables[sequence + 3u]));
      }

      fn keyGradient(token : u32, head : u32) {
        let key = constants.qkv + place(token, 1u, head);
        let value = key + ${d / 4}u;
        var k : array<vec4f, ${n}>;
        var v : array<vec4f, ${n}>;
        var sum : array<vec4f, ${n}>;
        ${each(n, (i) => `k[${i}] = qkv[key + ${i}]; v[${i}] = qkv[value + ${i}];`)}
        let queries = queriesOf(token);
        // Backwards, so that neighbouring invocations read the same rows at the same time.
        for (var end = queries.y; end > queries.x; end--) {
          let row = end - 1u - queries.z;
          let query = constants.qkv + place(end - 1u, 0u, head);
          let mine = constants.out + row * constants.ld + head * ${n}u;
          let up = constants.dOut + row * constants.ldUp + head * ${n}u;
          var score = 0.0;
          var change = 0.0;
          ${each(n, (i) => `score += dot(k[${i}], qkv[query + ${i}]);`)}
          ${each(n, (i) => `change += dot(upstream[up + ${i}], v[${i}] - output[mine + ${i}]);`)}
          change *= exp(${scale} * score - lse[constants.lse + row * ${heads}u + head]);
          ${each(n, (i) => `sum[${i}] += change * qkv[query + ${i}];`)}
        }
        let at = constants.dQkv + place(token, 1u, head);
        ${each(n, (i) => `dQkv[at + ${i}] = ${scale} * sum[${i}];`)}
      }

      fn valueGradient(token : u32, head : u32) {
        let key = constants.qkv + place(token, 1u, head);
        var k : array<vec4f, ${n}>;
        var sum : array<vec4f, ${n}>;
        ${each(n, (i) => `k[${i}] = qkv[key + ${i}];`)}
        let queries = queriesOf(token);
        for (var end = queries.y; end > queries.x; end--) {
          let row = end - 1u - queries.z;
          let query = constants.qkv + place(end - 1u, 0u, head);
          let up = constants.dOut + row * constants.ldUp + head * ${n}u;
          var score = 0.0;
          ${each(n, (i) => `score += dot(k[${i}], qkv[query + ${i}]);`)}
          let p = exp(${scale} * score - lse[constants.lse + row * ${heads}u + head]);
          ${each(n, (i) => `sum[${i}] += p * upstream[up + ${i}];`)}
        }
        let at = constants.dQkv + place(token, 2u, head);
        ${each(n, (i) => `dQkv[at + ${i}] = sum[${i}];`)}
      }

      fn run(group : vec3u, lane : u32) {
        let token = group.x * ${THREADS}u + lane;
        if (token >= dims.tokens) { return; }
        switch group.z {
          case 0u: { queryGradient(token, group.y); }
          case 1u: { keyGradient(token, group.y); }
          default: { valueGradient(token, group.y); }
        }
      }`,
    groups: ({ tokens }) => [Math.ceil(tokens / THREADS), heads, 3],
  });
}
