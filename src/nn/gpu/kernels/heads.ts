/**
 * The heads over the active rows: log-probability and entropy of the next token, log-probabilities of given ids after
 * the last token, values, and the learned weight of the next token. Outputs are arrays of cells (b * S + s, and
 * b * n + i for choices); cells that no row speaks of are left as they are.
 */
import type { Call } from '../program';
import {
  foldedGroups, makeCall, read, SHARE_WGSL, threadGroups, THREADS, write, type Storage,
} from './call';
import type { Matrix, Meta, Slice, Slots } from './operands';

interface LogitParts {
  readonly vocab: number;
  readonly meta: Meta;
  /** [M, V] with ld = ceil4(V); what is in the columns from V on does not matter. */
  readonly logits: Matrix;
  /** [M, 2]: log of the sum of the exponentials of the scaled logits, entropy. Rows without output have none. */
  readonly stats: Slice;
}

export interface HeadForwardParts extends LogitParts {
  /** [B * S] each, for rows with a next token, at the batch's temperature; nats. */
  readonly logp?: GPUBuffer;
  readonly entropy?: GPUBuffer;
  /** [B, n] at temperature 1, for the last row of each sequence; at most 16 ids. */
  readonly choice?: { readonly out: GPUBuffer; readonly ids: readonly number[] };
}

/**
 * A row is either that of a next token or that of a choice, because the last token of a sequence has none after it. So
 * it has one temperature, and one pass over the vocabulary serves all its outputs.
 */
const ROW_WGSL = `
  struct Row { cell : i32, next : i32, choice : i32 }
  fn rowOf(index : u32) -> Row {
    let at = constants.rows + 4u * index;
    return Row(tables[at + 1u], tables[at + 2u], tables[at + 3u]);
  }
  fn scaleOf(row : Row) -> f32 {
    return select(dims.inverseTemperature, 1.0, row.choice >= 0);
  }
`;

/** WGSL: whether each of the four columns of vector `column` is one of the vocabulary. */
function insideVocabulary(vocab: number): string {
  return `(4u * column + vec4u(0u, 1u, 2u, 3u)) < vec4u(${vocab}u)`;
}

/**
 * Up to this vocabulary one invocation has a whole row, above it a workgroup shares one. Sharing takes a barrier, which
 * costs a software adapter more than many logits.
 */
const WHOLE_ROW = 256;

/** Constants `id0`, `id1`, ... of a choice. @throws RangeError for more than 16 ids. */
function idConstants(ids: readonly number[]): Record<string, number> {
  if (ids.length > 16) throw new RangeError(`a choice has at most 16 ids, not ${ids.length}`);
  return Object.fromEntries(ids.map((id, i) => [`id${i}`, id]));
}

/** Which rows have an output: those with a next token, those with a choice, or both kinds. */
function rowHasOutput(ofNext: boolean, ofChoice: boolean): string {
  return [...(ofNext ? ['row.next >= 0'] : []), ...(ofChoice ? ['row.choice >= 0'] : [])].join(' || ');
}

/** Softmax statistics and the outputs that are given (at least one). */
export function headForward({ vocab, meta, logits, stats, logp, entropy, choice }: HeadForwardParts): Call {
  const columns = Math.ceil(vocab / 4);
  const ids = choice?.ids ?? [];
  const ofNext = logp !== undefined || entropy !== undefined;
  const shared = vocab > WHOLE_ROW;
  return makeCall({
    name: ['headForward', vocab, logp ? 'logp' : '', entropy ? 'entropy' : '', choice ? ids.length : ''].join(' '),
    constants: {
      rows: meta.layout.active, logits: logits.offset / 4, ld: logits.ld / 4, stats: stats.offset, ...idConstants(ids),
    },
    storage: {
      tables: read('i32', meta.buffer), logits: read('vec4f', logits.buffer), stats: write('f32', stats.buffer),
      ...(logp ? { logp: write('f32', logp) } : {}),
      ...(entropy ? { entropy: write('f32', entropy) } : {}),
      ...(choice ? { choices: write('f32', choice.out) } : {}),
    },
    code: `
      ${ROW_WGSL}
      // Of every step-th vector from 'first' on: largest scaled logit t, sum of exp(z - t), sum of exp(z - t) (z - t).
      fn partOf(start : u32, first : u32, step : u32, scale : f32) -> vec3f {
        var top = -1e30;
        for (var column = first; column < ${columns}u; column += step) {
          let z = select(vec4f(-1e30), scale * logits[start + column], ${insideVocabulary(vocab)});
          top = max(top, max(max(z.x, z.y), max(z.z, z.w)));
        }
        var sum = vec4f();
        var weighted = vec4f();
        for (var column = first; column < ${columns}u; column += step) {
          let z = select(vec4f(-1e30), scale * logits[start + column] - top, ${insideVocabulary(vocab)});
          let e = exp(z);
          sum += e;
          weighted += e * z;
        }
        return vec3f(top, dot(sum, vec4f(1.0)), dot(weighted, vec4f(1.0)));
      }

      ${shared ? `
      var<workgroup> parts : array<vec3f, ${THREADS}>;
      fn merged() -> vec3f {
        var top = -1e30;
        for (var i = 0u; i < ${THREADS}u; i++) { top = max(top, parts[i].x); }
        var sum = 0.0;
        var weighted = 0.0;
        for (var i = 0u; i < ${THREADS}u; i++) {
          let lower = parts[i].x - top;
          let shrink = exp(lower);
          sum += shrink * parts[i].y;
          weighted += shrink * (parts[i].z + lower * parts[i].y);
        }
        return vec3f(top, sum, weighted);
      }` : ''}

      fn run(group : vec3u, lane : u32) {
        let index = ${shared ? 'foldedGroup(group)' : 'thread(group, lane)'};
        if (index >= dims.activeRows) { return; }
        let row = rowOf(index);
        if (!(${rowHasOutput(ofNext, choice !== undefined)})) { return; }
        let scale = scaleOf(row);
        let start = constants.logits + index * constants.ld;
        ${shared ? `
        parts[lane] = partOf(start, lane, ${THREADS}u, scale);
        workgroupBarrier();
        if (lane > 0u) { return; }
        let all = merged();` : `
        let all = partOf(start, 0u, 1u, scale);`}
        let norm = all.x + log(all.y);
        let spread = log(all.y) - all.z / all.y;
        stats[constants.stats + 2u * index] = norm;
        stats[constants.stats + 2u * index + 1u] = spread;
        if (row.next >= 0) {
          ${logp ? `logp[row.cell] = scale * logitAt(start, u32(row.next)) - norm;` : ''}
          ${entropy ? `entropy[row.cell] = spread;` : ''}
        }
        ${choice ? `if (row.choice >= 0) {
          let at = u32(row.choice) * ${ids.length}u;
          ${ids.map((_, i) => `choices[at + ${i}u] = logitAt(start, constants.id${i}) - norm;`).join('\n')}
        }` : ''}
      }

      fn logitAt(start : u32, id : u32) -> f32 {
        return logits[start + id / 4u][id % 4u];
      }`,
    groups: ({ active }) => (shared ? foldedGroups(active) : threadGroups(active)),
  });
}

export interface HeadBackwardParts extends LogitParts {
  /** Gradients of the outputs; those that are absent are 0. */
  readonly dLogp?: GPUBuffer;
  readonly dEntropy?: GPUBuffer;
  readonly choice?: { readonly dOut: GPUBuffer; readonly ids: readonly number[] };
  /** [M, V] with ld = ceil4(V), all of it overwritten, with 0 in the columns from V on. */
  readonly dLogits: Matrix;
}

/**
 * With scaled logits z and p = softmax(z): d logp / dz_j = [j = next] - p_j,
 * d entropy / dz_j = -p_j (log p_j + entropy), and d choiceLogp_i / dz_j = [j = id_i] - p_j.
 */
export function headBackward(
  { vocab, meta, logits, stats, dLogp, dEntropy, choice, dLogits }: HeadBackwardParts,
): Call {
  const columns = Math.ceil(vocab / 4);
  const ids = choice?.ids ?? [];
  const gradients: Record<string, Storage> = {
    ...(dLogp ? { dLogp: read('f32', dLogp) } : {}),
    ...(dEntropy ? { dEntropy: read('f32', dEntropy) } : {}),
    ...(choice ? { dChoices: read('f32', choice.dOut) } : {}),
  };
  const ofNext = dLogp !== undefined || dEntropy !== undefined;
  return makeCall({
    name: ['headBackward', vocab, ...Object.keys(gradients), ids.length].join(' '),
    constants: {
      rows: meta.layout.active, logits: logits.offset / 4, ld: logits.ld / 4, stats: stats.offset,
      dLogits: dLogits.offset / 4, ldGradient: dLogits.ld / 4, ...idConstants(ids),
    },
    storage: {
      tables: read('i32', meta.buffer), logits: read('vec4f', logits.buffer), stats: read('f32', stats.buffer),
      ...gradients, dLogits: write('vec4f', dLogits.buffer),
    },
    code: `
      ${ROW_WGSL}
      fn oneHot(column : u32, id : u32) -> vec4f {
        return select(vec4f(), vec4f(1.0), 4u * column + vec4u(0u, 1u, 2u, 3u) == vec4u(id));
      }

      fn gradient(index : u32, column : u32, row : Row) -> vec4f {
        let scale = scaleOf(row);
        let norm = stats[constants.stats + 2u * index];
        let logp = scale * logits[constants.logits + index * constants.ld + column] - norm;
        let p = exp(logp);
        var sum = vec4f();
        if (row.next >= 0) {
          ${dLogp ? `sum += dLogp[row.cell] * (oneHot(column, u32(row.next)) - p);` : ''}
          ${dEntropy ? `sum -= dEntropy[row.cell] * p * (logp + stats[constants.stats + 2u * index + 1u]);` : ''}
        }
        ${choice ? `if (row.choice >= 0) {
          let at = u32(row.choice) * ${ids.length}u;
          ${ids.map((_, i) => `sum += dChoices[at + ${i}u] * (oneHot(column, constants.id${i}) - p);`).join('\n')}
        }` : ''}
        return scale * sum;
      }

      fn run(group : vec3u, lane : u32) {
        let index = thread(group, lane) / ${columns}u;
        let column = thread(group, lane) % ${columns}u;
        if (index >= dims.activeRows) { return; }
        let row = rowOf(index);
        var sum = vec4f();
        if (${rowHasOutput(ofNext, choice !== undefined)}) {
          sum = select(vec4f(), gradient(index, column, row), ${insideVocabulary(vocab)});
        }
        dLogits[constants.dLogits + index * constants.ldGradient + column] = sum;
      }`,
    groups: ({ active }) => threadGroups(active * columns),
  });
}

interface ValueTables {
  readonly d: number;
  /** Number K of values of a row. */
  readonly heads: number;
  readonly meta: Meta;
  readonly params: GPUBuffer;
  /** Offsets of the views in the parameter buffer, in floats: weight [K, d], bias [K]. */
  readonly weightAt: number;
  readonly biasAt: number;
  /** [M, d]: the final layer norm. */
  readonly hidden: Matrix;
}

export interface ValueParts extends ValueTables {
  /** [B * S, K]. */
  readonly out: GPUBuffer;
}

/** out[cell, k] = bias_k + weight_k . hidden of the row, for active rows with a cell. */
export function value({ d, heads, meta, params, weightAt, biasAt, hidden, out }: ValueParts): Call {
  const columns = d / 4;
  return makeCall({
    name: `value ${d} ${heads}`,
    constants: {
      rows: meta.layout.active, weight: weightAt / 4, bias: biasAt / 4, hidden: hidden.offset / 4, ld: hidden.ld / 4,
    },
    storage: {
      tables: read('i32', meta.buffer), params: read('vec4f', params), hidden: read('vec4f', hidden.buffer),
      values: write('f32', out),
    },
    code: `
      fn run(group : vec3u, lane : u32) {
        let row = thread(group, lane) / ${heads}u;
        let k = thread(group, lane) % ${heads}u;
        if (row >= dims.activeRows) { return; }
        let cell = tables[constants.rows + 4u * row + 1u];
        if (cell < 0) { return; }
        var sum = params[constants.bias + k / 4u][k % 4u];
        for (var column = 0u; column < ${columns}u; column++) {
          sum += dot(
            params[constants.weight + k * ${columns}u + column], hidden[constants.hidden + row * constants.ld + column],
          );
        }
        values[u32(cell) * ${heads}u + k] = sum;
      }`,
    groups: ({ active }) => threadGroups(active * heads),
  });
}

export interface ValueBackwardParts extends ValueTables {
  /** [B * S, K]: gradient of `out`. */
  readonly dOut: GPUBuffer;
  readonly slots: Slots;
  /** [M, d], added to. Absent where the values do not train the trunk. */
  readonly dHidden?: Matrix;
}

/** Adds the gradients of weight and bias and, where `dHidden` is given, of the hidden states. */
export function valueBackward(
  { d, heads, meta, params, weightAt, biasAt, hidden, dOut, slots, dHidden }: ValueBackwardParts,
): Call {
  const columns = d / 4;
  const biases = Math.ceil(heads / 4);
  // Per share: four columns of the weight of one value, or four biases.
  const units = heads * columns + biases;
  return makeCall({
    name: `valueBackward ${d} ${heads} ${dHidden ? 'hidden' : ''}`,
    constants: {
      rows: meta.layout.active, hidden: hidden.offset / 4, ld: hidden.ld / 4, slot: slots.size / 4, shares: slots.count,
      weight: weightAt / 4, bias: biasAt / 4,
      ...(dHidden ? { dHidden: dHidden.offset / 4, ldGradient: dHidden.ld / 4 } : {}),
    },
    storage: {
      tables: read('i32', meta.buffer), hidden: read('vec4f', hidden.buffer), dOut: read('f32', dOut),
      slots: write('vec4f', slots.buffer),
      ...(dHidden ? { params: read('vec4f', params), dHidden: write('vec4f', dHidden.buffer) } : {}),
    },
    code: `
      ${SHARE_WGSL}
      // The gradient of value k of a row; 0 where there is none.
      fn upstream(row : u32, k : u32) -> f32 {
        let cell = tables[constants.rows + 4u * row + 1u];
        if (cell < 0 || k >= ${heads}u) { return 0.0; }
        return dOut[u32(cell) * ${heads}u + k];
      }

      fn parameterGradient(index : u32, unit : u32) {
        let share = shareOf(index, dims.activeRows, constants.shares);
        if (share.x == share.y) { return; }
        var sum = vec4f();
        var at : u32;
        if (unit < ${heads * columns}u) {
          at = constants.weight + unit;
          for (var row = share.x; row < share.y; row++) {
            let state = hidden[constants.hidden + row * constants.ld + unit % ${columns}u];
            sum += upstream(row, unit / ${columns}u) * state;
          }
        } else {
          let k = 4u * (unit - ${heads * columns}u);
          at = constants.bias + k / 4u;
          for (var row = share.x; row < share.y; row++) {
            sum += vec4f(upstream(row, k), upstream(row, k + 1u), upstream(row, k + 2u), upstream(row, k + 3u));
          }
        }
        slots[index * constants.slot + at] += sum;
      }

      ${dHidden ? `fn hiddenGradient(row : u32, column : u32) {
        if (row >= dims.activeRows) { return; }
        var sum = vec4f();
        for (var k = 0u; k < ${heads}u; k++) {
          sum += upstream(row, k) * params[constants.weight + k * ${columns}u + column];
        }
        dHidden[constants.dHidden + row * constants.ldGradient + column] += sum;
      }` : ''}

      fn run(group : vec3u, lane : u32) {
        let here = thread(group, lane);
        let first = constants.shares * ${units}u;
        if (here < first) {
          parameterGradient(here / ${units}u, here % ${units}u);
        }${dHidden ? ` else {
          hiddenGradient((here - first) / ${columns}u, (here - first) % ${columns}u);
        }` : ''}
      }`,
    groups: ({ active }) => threadGroups(slots.count * units + (dHidden ? active * columns : 0)),
  });
}

interface TokenWeightTables {
  readonly d: number;
  readonly meta: Meta;
  readonly params: GPUBuffer;
  /** Offsets of the views in the parameter buffer, in floats: wte [V, d], weight [d], bias [1]. */
  readonly wteAt: number;
  readonly weightAt: number;
  readonly biasAt: number;
}

export interface TokenWeightParts extends TokenWeightTables {
  /** [B * S]. */
  readonly out: GPUBuffer;
}

/** out[cell] = bias + weight . wte[next token], for active rows with a next token. */
export function tokenWeight({ d, meta, params, wteAt, weightAt, biasAt, out }: TokenWeightParts): Call {
  const columns = d / 4;
  return makeCall({
    name: `tokenWeight ${d}`,
    constants: { rows: meta.layout.active, wte: wteAt / 4, weight: weightAt / 4, bias: biasAt / 4 },
    storage: { tables: read('i32', meta.buffer), params: read('vec4f', params), weights: write('f32', out) },
    code: `
      fn run(group : vec3u, lane : u32) {
        let row = thread(group, lane);
        if (row >= dims.activeRows) { return; }
        let cell = tables[constants.rows + 4u * row + 1u];
        let next = tables[constants.rows + 4u * row + 2u];
        if (next < 0) { return; }
        var sum = params[constants.bias].x;
        for (var column = 0u; column < ${columns}u; column++) {
          sum += dot(params[constants.weight + column], params[constants.wte + u32(next) * ${columns}u + column]);
        }
        weights[cell] = sum;
      }`,
    groups: ({ active }) => threadGroups(active),
  });
}

export interface TokenWeightBackwardParts extends TokenWeightTables {
  readonly vocab: number;
  /** [B * S]: gradient of `out`. */
  readonly dOut: GPUBuffer;
  readonly slots: Slots;
}

/**
 * Adds the gradients of wte, weight and bias. One invocation has four columns: of an id, summed over the rows whose
 * next token it is; of the weight, or the bias, summed over all rows.
 */
export function tokenWeightBackward(
  { d, vocab, meta, params, wteAt, weightAt, biasAt, dOut, slots }: TokenWeightBackwardParts,
): Call {
  const columns = d / 4;
  const units = vocab * columns + columns + 1;
  const { layout } = meta;
  return makeCall({
    name: `tokenWeightBackward ${d} ${vocab}`,
    constants: {
      rows: layout.active, targetsOfStart: layout.targetsOfStart, targetsOf: layout.targetsOf,
      slot: slots.size / 4, shares: slots.count, wte: wteAt / 4, weight: weightAt / 4, bias: biasAt / 4,
    },
    storage: {
      tables: read('i32', meta.buffer), params: read('vec4f', params), dOut: read('f32', dOut),
      slots: write('vec4f', slots.buffer),
    },
    code: `
      ${SHARE_WGSL}
      fn embeddingGradient(index : u32, id : u32, column : u32) {
        let start = u32(tables[constants.targetsOfStart + id]);
        let share = shareOf(index, u32(tables[constants.targetsOfStart + id + 1u]) - start, constants.shares);
        if (share.x == share.y) { return; }
        var sum = 0.0;
        for (var i = share.x; i < share.y; i++) {
          let row = u32(tables[constants.targetsOf + start + i]);
          sum += dOut[tables[constants.rows + 4u * row + 1u]];
        }
        let at = constants.wte + id * ${columns}u + column;
        slots[index * constants.slot + at] += sum * params[constants.weight + column];
      }

      // Column 'columns' stands for the bias.
      fn headGradient(index : u32, column : u32) {
        let share = shareOf(index, dims.activeRows, constants.shares);
        if (share.x == share.y) { return; }
        var sum = vec4f();
        for (var row = share.x; row < share.y; row++) {
          let cell = tables[constants.rows + 4u * row + 1u];
          let next = tables[constants.rows + 4u * row + 2u];
          if (next < 0) { continue; }
          if (column < ${columns}u) {
            sum += dOut[cell] * params[constants.wte + u32(next) * ${columns}u + column];
          } else {
            sum.x += dOut[cell];
          }
        }
        let at = select(constants.bias, constants.weight + column, column < ${columns}u);
        slots[index * constants.slot + at] += sum;
      }

      fn run(group : vec3u, lane : u32) {
        let index = thread(group, lane) / ${units}u;
        let unit = thread(group, lane) % ${units}u;
        if (index >= constants.shares) { return; }
        if (unit < ${vocab * columns}u) {
          embeddingGradient(index, unit / ${columns}u, unit % ${columns}u);
        } else {
          headGradient(index, unit - ${vocab * columns}u);
        }
      }`,
    groups: () => threadGroups(slots.count * units),
  });
}
