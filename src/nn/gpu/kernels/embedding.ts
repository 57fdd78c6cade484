/** Token and position embeddings, and their gradients. */
import type { Call } from '../program';
import { makeCall, read, SHARE_WGSL, threadGroups, write } from './call';
import type { Matrix, Meta, Slots } from './operands';

interface Tables {
  readonly d: number;
  readonly meta: Meta;
  /** Offsets of the views in the parameter buffer, in floats: wte [V, d], wpe [P, d], extra input [d]. */
  readonly wteAt: number;
  readonly wpeAt: number;
  readonly extraAt: number;
}

export interface EmbedParts extends Tables {
  readonly params: GPUBuffer;
  /** [N, d], overwritten. */
  readonly x: Matrix;
}

/** x[r] = wte[token of r] + wpe[position of r] + extra[r] * extra input, for each token row r. */
export function embed({ d, meta, params, wteAt, wpeAt, extraAt, x }: EmbedParts): Call {
  const columns = d / 4;
  return makeCall({
    name: `embed ${d}`,
    constants: {
      tokens: meta.layout.tokens, extras: meta.layout.extra,
      wte: wteAt / 4, wpe: wpeAt / 4, extraInput: extraAt / 4, x: x.offset / 4, ld: x.ld / 4,
    },
    storage: { tables: read('i32', meta.buffer), params: read('vec4f', params), x: write('vec4f', x.buffer) },
    code: `
      fn run(group : vec3u, lane : u32) {
        let row = thread(group, lane) / ${columns}u;
        let column = thread(group, lane) % ${columns}u;
        if (row >= dims.tokens) { return; }
        let token = u32(tables[constants.tokens + 2u * row]);
        let position = u32(tables[constants.tokens + 2u * row + 1u]);
        let extra = bitcast<f32>(tables[constants.extras + row]);
        x[constants.x + row * constants.ld + column] =
          params[constants.wte + token * ${columns}u + column] +
          params[constants.wpe + position * ${columns}u + column] +
          extra * params[constants.extraInput + column];
      }`,
    groups: ({ tokens }) => threadGroups(tokens * columns),
  });
}

export interface EmbedBackwardParts extends Tables {
  readonly vocab: number;
  /** [N, d]. */
  readonly dx: Matrix;
  readonly slots: Slots;
}

/**
 * Adds the gradients of both embeddings and of the extra input, given that of `embed`'s output. One invocation sums
 * four columns of one parameter row: of an id over the rows where it stands, of a position over the sequences that
 * reach it, of the extra input over all rows.
 */
export function embedBackward({ d, vocab, meta, dx, slots, wteAt, wpeAt, extraAt }: EmbedBackwardParts): Call {
  const columns = d / 4;
  const { layout } = meta;
  return makeCall({
    name: `embedBackward ${d} ${vocab}`,
    constants: {
      rowsOfStart: layout.rowsOfStart, rowsOf: layout.rowsOf, sequences: layout.sequences, extras: layout.extra,
      dx: dx.offset / 4, ld: dx.ld / 4, slot: slots.size / 4, shares: slots.count,
      wte: wteAt / 4, wpe: wpeAt / 4, extraInput: extraAt / 4,
    },
    storage: { tables: read('i32', meta.buffer), dx: read('vec4f', dx.buffer), slots: write('vec4f', slots.buffer) },
    code: `
      ${SHARE_WGSL}
      fn upstream(row : u32, column : u32) -> vec4f {
        return dx[constants.dx + row * constants.ld + column];
      }
      fn run(group : vec3u, lane : u32) {
        let units = ${vocab}u + dims.longest + 1u;
        let column = thread(group, lane) % ${columns}u;
        let unit = thread(group, lane) / ${columns}u % units;
        let index = thread(group, lane) / ${columns}u / units;
        if (index >= constants.shares) { return; }
        var share : vec2u;
        var at : u32;
        var total = vec4f();
        if (unit < ${vocab}u) {
          let start = u32(tables[constants.rowsOfStart + unit]);
          share = shareOf(index, u32(tables[constants.rowsOfStart + unit + 1u]) - start, constants.shares);
          for (var i = share.x; i < share.y; i++) {
            total += upstream(u32(tables[constants.rowsOf + start + i]), column);
          }
          at = constants.wte + unit * ${columns}u;
        } else if (unit < units - 1u) {
          let position = unit - ${vocab}u;
          share = shareOf(index, dims.sequences, constants.shares);
          for (var i = share.x; i < share.y; i++) {
            let first = u32(tables[constants.sequences + 4u * i]);
            let length = u32(tables[constants.sequences + 4u * i + 1u]);
            if (position < length) { total += upstream(first + position, column); }
          }
          at = constants.wpe + position * ${columns}u;
        } else {
          share = shareOf(index, dims.tokens, constants.shares);
          for (var row = share.x; row < share.y; row++) {
            total += bitcast<f32>(tables[constants.extras + row]) * upstream(row, column);
          }
          at = constants.extraInput;
        }
        if (share.x < share.y) { slots[index * constants.slot + at + column] += total; }
      }`,
    groups: ({ longest }) => threadGroups(slots.count * (vocab + longest + 1) * columns),
  });
}
