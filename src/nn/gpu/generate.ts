/** Sampling: the prompts run through the trunk once each, then a kernel writes the responses, several tokens a dispatch. */
import { packBatch } from '../batch';
import type { Layout, ModelShape } from '../layout';
import type { GenerateOptions, Generation } from '../types';
import { MAP_READ, type Gpu } from './backend';
import { Arena, Bindings, recordPass, roundUp, type Allocate, type Pool, type Sized } from './buffers';
import {
  cacheFloats, decode, decodeRequest, dispatchesFor, readGenerations, requestWords, stateWords,
} from './kernels/decode';
import type { Meta } from './kernels/operands';
import { READ_USAGE, type Call } from './program';
import { promptActivations, trunkForward, type Model } from './trunk';
import { BatchTables } from './workspace';

/** Rows decoded together: they fill a GPU, and their caches stay small. */
const GROUP_ROWS = 256;

/** Dispatches of one submit: a long one would block whatever else is to be drawn. */
const DISPATCHES_PER_SUBMIT = 4;

/** Room of a decoder: tokens and number of the prompts, floats of the cache, words of the states. */
export type DecoderRoom = Readonly<Record<'tokens' | 'prompts' | 'cache' | 'state' | 'results', number>>;

/** Prompts that are decoded together. */
interface Group {
  readonly prompts: readonly ArrayLike<number>[];
  readonly samples: number;
  /** Of its first row, relative to the first row of all. */
  readonly firstRow: number;
}

const rowCountOf = ({ prompts, samples }: Group): number => prompts.length * samples;
const tokensOf = ({ prompts }: Group): number => prompts.reduce((sum, { length }) => sum + length, 0);

/** Most rows and prompt tokens of a group, so that no buffer exceeds `bytes`. */
function limits(shape: ModelShape, maxNewTokens: number, bytes: number): { rows: number; tokens: number } {
  const floats = bytes / 4;
  return {
    rows: Math.max(1, Math.min(GROUP_ROWS, Math.floor(floats / cacheFloats(shape, 1, maxNewTokens)))),
    // The largest buffer of a prompt: keys, queries and values of all layers, or the feed-forward part of one.
    tokens: Math.floor(floats / (Math.max(shape.layers * 3, 4) * shape.width)),
  };
}

/** Cuts prompts into groups; the samples of a prompt are cut only where they alone are too many. */
function groupsOf(
  prompts: readonly ArrayLike<number>[], samples: number, most: { rows: number; tokens: number },
): Group[] {
  const groups: Group[] = [];
  prompts.forEach((prompt, p) => {
    for (let s = 0; s < samples; s += most.rows) {
      const part = Math.min(samples - s, most.rows);
      const group = groups.at(-1);
      const fits = group && part === samples && group.samples === samples && rowCountOf(group) + part <= most.rows
        && tokensOf(group) + prompt.length <= most.tokens;
      if (fits) groups[groups.length - 1] = { ...group, prompts: [...group.prompts, prompt] };
      else groups.push({ prompts: [prompt], samples: part, firstRow: p * samples + s });
    }
  });
  return groups;
}

/** What a generation works in. */
interface DecoderBuffers {
  readonly model: Model;
  readonly request: GPUBuffer;
  readonly state: GPUBuffer;
  readonly prompts: readonly Call[];
  readonly decode: Call;
}

export function decoderBuffers(layout: Layout, meta: Meta, room: DecoderRoom, allocate: Allocate): DecoderBuffers {
  const { shape } = layout;
  const model: Model = { layout, meta, params: allocate(layout.size) };
  const { activations, qkv, layerStride } = promptActivations(shape, room.tokens, allocate);
  const request = allocate(requestWords(shape.vocab));
  const state = allocate(room.state);
  return {
    model,
    request,
    state,
    prompts: trunkForward(model, activations),
    decode: decode({
      layout, meta, params: model.params, qkv, layerStride, hidden: activations.hidden,
      cache: allocate(room.cache), request, state, rows: GROUP_ROWS,
    }),
  };
}

/** Memory of one generation under way, with its calls. */
export class Decoder implements Sized<keyof DecoderRoom> {
  readonly tables: BatchTables;
  readonly buffers: DecoderBuffers;
  /** Where the states of all groups are read back from. */
  readonly results: GPUBuffer;
  readonly bindings: Bindings;
  private readonly arena: Arena;

  constructor(gpu: Gpu, layout: Layout, readonly capacity: DecoderRoom) {
    const { tokens, prompts, results } = capacity;
    this.arena = new Arena(gpu.device);
    this.tables = new BatchTables(gpu, layout.shape.vocab, { tokens, sequences: prompts, active: prompts }, this.arena);
    this.buffers = decoderBuffers(layout, this.tables.meta, capacity, this.arena.storage);
    this.results = this.arena.own(gpu.device.createBuffer({ size: results * 4, usage: READ_USAGE }));
    this.bindings = new Bindings(gpu.pipelines, this.tables.dims);
  }

  free(): void {
    this.bindings.free();
    this.arena.free();
  }
}

/** What `generate` runs on. */
interface Setting {
  readonly gpu: Gpu;
  readonly layout: Layout;
  readonly decoders: Pool<keyof DecoderRoom, Decoder>;
  /** Most bytes of a buffer. */
  readonly comfortableBytes: number;
}

/**
 * Responses to checked prompts, under the parameters in a buffer. The host reads once, when all are written: rows that
 * have ended cost nearly nothing, a readback in between would cost more.
 */
export async function generateAll(
  { gpu, layout, decoders, comfortableBytes }: Setting,
  params: GPUBuffer,
  prompts: readonly ArrayLike<number>[],
  options: GenerateOptions,
): Promise<Generation[]> {
  const { shape } = layout;
  const { maxNewTokens, samplesPerPrompt = 1, firstRow = 0 } = options;
  if (prompts.length === 0) return [];
  const most = limits(shape, maxNewTokens, comfortableBytes);
  const groups = groupsOf(prompts, samplesPerPrompt, most);
  const largest = (of: (group: Group) => number): number => Math.max(...groups.map(of));
  const words = (group: Group): number => stateWords(rowCountOf(group), maxNewTokens);
  const rows = largest(rowCountOf);
  const decoder = decoders.take({
    tokens: Math.max(largest(tokensOf), Math.min(roundUp(largest(tokensOf), 256), most.tokens)),
    prompts: roundUp(largest((group) => group.prompts.length), 16),
    cache: cacheFloats(shape, Math.min(roundUp(rows, 16), most.rows), maxNewTokens),
    state: roundUp(largest(words), 1024),
    results: roundUp(groups.reduce((sum, group) => sum + words(group), 0), 1024),
  });
  try {
    const { tables, buffers, results, bindings } = decoder;
    const [forward, [write]] = await gpu.guard(Promise.all([
      bindings.get('prompts', () => buffers.prompts),
      bindings.get('decode', () => [buffers.decode]),
    ]));
    gpu.submit((encoder) => encoder.copyBufferToBuffer(params, 0, buffers.model.params, 0, layout.size * 4));

    let at = 0;
    for (const group of groups) {
      const batch = packBatch(
        group.prompts.map((tokens) => ({ tokens, scoreFrom: tokens.length - 1 })), { scored: 1 },
      );
      // Only the last token of each prompt goes on after the last layer, as for choices.
      const dims = tables.write(batch, { outputs: ['choiceLogp'] });
      const part = { ...options, samplesPerPrompt: group.samples, firstRow: firstRow + group.firstRow };
      gpu.device.queue.writeBuffer(buffers.request, 0, decodeRequest(part, shape, rowCountOf(group)) as Uint32Array<ArrayBuffer>);
      gpu.submit((encoder) => {
        encoder.clearBuffer(buffers.state, 0, words(group) * 4);
        recordPass(encoder, forward, dims);
      });
      const dispatch = { ...write!, groups: (): [number] => [rowCountOf(group)] };
      for (let done = 0, all = dispatchesFor(maxNewTokens); done < all; done += DISPATCHES_PER_SUBMIT) {
        const count = Math.min(DISPATCHES_PER_SUBMIT, all - done);
        gpu.submit((encoder) => recordPass(encoder, Array.from({ length: count }, () => dispatch), dims));
      }
      const offset = at;
      gpu.submit((encoder) => encoder.copyBufferToBuffer(buffers.state, 0, results, offset * 4, words(group) * 4));
      at += words(group);
    }

    await gpu.guard(results.mapAsync(MAP_READ, 0, at * 4));
    const read = new Int32Array(results.getMappedRange(0, at * 4).slice(0));
    results.unmap();
    let next = 0;
    return groups.flatMap((group) => {
      const state = read.subarray(next, (next += words(group)));
      return readGenerations(state, rowCountOf(group), maxNewTokens);
    });
  } finally {
    decoders.giveBack(decoder);
  }
}
