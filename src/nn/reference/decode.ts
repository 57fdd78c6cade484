/** Sampling with a key-value cache. Prompts are padded on the left, so that every row writes the same column. */
import {
  add, cast, concat, dispose, keep, pad, reshape, slice, tensor1d, tensor4d, tidy,
  type Rank, type Tensor1D, type Tensor2D, type Tensor4D,
} from '@tensorflow/tfjs-core';
import { TOKEN } from '../../core/tokens';
import type { ModelShape } from '../layout';
import type { GenerateOptions, Generation } from '../types';
import {
  causalMask, embedTokens, idsAndPositions, logitsOf, splitQkv, transformer, type Weights,
} from './model';
import { attention, MASKED } from './operations';
import type { Sampler } from './sampler';

/** Tokens sampled between two readbacks: a readback per token would stall a GPU. */
const TOKENS_PER_READ = 8;

type State = {
  /** [2, B]: ids and log-probabilities of the newest tokens. */
  readonly drawn: Tensor2D;
  /** Keys and values of each layer, [B, H, capacity, d / H]. */
  readonly cache: [Tensor4D, Tensor4D][];
};

/** The prompts and options have been checked. */
export async function decode(
  weights: Weights,
  shape: ModelShape,
  prompts: readonly ArrayLike<number>[],
  options: GenerateOptions,
  sample: Sampler,
): Promise<Generation[]> {
  const { temperature, maxNewTokens, samplesPerPrompt = 1, bannedIds = [], key, firstRow = 0 } = options;
  const rowPrompts = prompts.flatMap((prompt) => Array.from({ length: samplesPerPrompt }, () => prompt));
  const rows = rowPrompts.length;
  if (rows === 0) return [];
  const length = Math.max(...rowPrompts.map((prompt) => prompt.length));
  const capacity = length + maxNewTokens;
  const start = Int32Array.from(rowPrompts, (prompt) => length - prompt.length);
  const draw = (hidden: Tensor2D, position: number): Tensor2D =>
    sample(logitsOf(weights, hidden), { temperature, bannedIds, key, firstRow, position });

  const readPrompts = (): State => {
    const tokens = new Int32Array(rows * length);
    rowPrompts.forEach((prompt, b) => tokens.set(Array.from(prompt), b * length + start[b]!));
    const { ids, positions } = idsAndPositions({ rows, length, tokens, start, end: new Int32Array(rows).fill(length) });
    const mask = causalMask(start, length);
    const cache: [Tensor4D, Tensor4D][] = [];
    const hidden = transformer(weights, shape, embedTokens(weights, ids, positions), (_, qkv) => {
      const [q, k, v] = splitQkv(qkv, rows, shape.heads);
      const room: [number, number][] = [[0, 0], [0, 0], [0, maxNewTokens], [0, 0]];
      cache.push([pad(k, room), pad(v, room)]);
      return attention(q, k, v, mask);
    });
    const byRow = reshape<Rank.R3>(hidden, [rows, length, shape.width]);
    const last = reshape<Rank.R2>(slice(byRow, [0, length - 1, 0], [rows, 1, shape.width]), [rows, shape.width]);
    return { drawn: draw(last, 0), cache };
  };

  /** Token number `position` of each row, from the one before it. */
  const readToken = (state: State, position: number): State => {
    const column = length + position - 1;
    const ids: Tensor1D = reshape<Rank.R1>(cast(slice(state.drawn, [0, 0], [1, rows]), 'int32'), [rows]);
    const positions = tensor1d(start.map((first) => column - first), 'int32');
    const mask = columnMask(start, column, capacity);
    const cache: [Tensor4D, Tensor4D][] = [];
    const hidden = transformer(weights, shape, embedTokens(weights, ids, positions), (layer, qkv) => {
      const [q, k, v] = splitQkv(qkv, rows, shape.heads);
      const room: [number, number][] = [[0, 0], [0, 0], [column, capacity - column - 1], [0, 0]];
      const [keys, values] = state.cache[layer]!;
      const grown: [Tensor4D, Tensor4D] = [add(keys, pad(k, room)), add(values, pad(v, room))];
      cache.push(grown);
      return attention(q, ...grown, mask);
    });
    return { drawn: draw(hidden, position), cache };
  };

  const written = rowPrompts.map(() => ({ tokens: [] as number[], logp: [] as number[], finished: false }));
  let unread: Tensor2D[] = [];
  let state = keepState(tidy(readPrompts));
  try {
    for (let position = 0; ; position++) {
      unread.push(keep(state.drawn.clone()));
      const last = position + 1 === maxNewTokens;
      if (last || unread.length === TOKENS_PER_READ) {
        const packed = concat(unread, 0);
        dispose(unread);
        unread = [];
        const values = await packed.data<'float32'>();
        packed.dispose();
        append(written, values, rows);
        if (last || written.every((row) => row.finished)) break;
      }
      const next = keepState(tidy(() => readToken(state, position + 1)));
      disposeState(state);
      state = next;
    }
  } finally {
    dispose(unread);
    disposeState(state);
  }
  return written.map(({ tokens, logp, finished }) => ({
    tokens: Int32Array.from(tokens),
    logp: Float32Array.from(logp),
    finished,
  }));
}

/** Mask [B, 1, 1, capacity] of one query at `column`. */
function columnMask(start: Int32Array, column: number, capacity: number): Tensor4D {
  const mask = new Float32Array(start.length * capacity).fill(MASKED);
  start.forEach((first, b) => mask.fill(0, b * capacity + first, b * capacity + column + 1));
  return tensor4d(mask, [start.length, 1, 1, capacity]);
}

function append(
  written: { tokens: number[]; logp: number[]; finished: boolean }[],
  packed: Float32Array,
  rows: number,
): void {
  for (let at = 0; at < packed.length; at += 2 * rows) {
    written.forEach((row, b) => {
      if (row.finished) return;
      const token = packed[at + b]!;
      row.tokens.push(token);
      row.logp.push(packed[at + rows + b]!);
      row.finished = token === TOKEN.eos;
    });
  }
}

/** Keeps a state past an enclosing `tidy`, since the next readback is awaited. */
function keepState(state: State): State {
  keep(state.drawn);
  state.cache.flat().forEach((tensor) => keep(tensor));
  return state;
}

function disposeState(state: State): void {
  dispose([state.drawn, ...state.cache.flat()]);
}
