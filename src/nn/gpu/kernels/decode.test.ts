import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../../../core/rng';
import { TOKEN } from '../../../core/tokens';
import { packBatch } from '../../batch';
import type { CpuEngine } from '../../cpu/engine';
import { loadCpuEngine } from '../../cpu/loadNode';
import { LAYER_NORM_EPSILON, layoutOf, type Layout, type ModelShape } from '../../layout';
import { installDawn, removeDawn } from '../../testing/dawn';
import { largestDifference, randomParameters } from '../../testing/engines';
import type { ForwardOptions, GenerateOptions, Generation } from '../../types';
import { metaLayout, neededCapacity, writeMeta } from '../meta';
import { Bench, openDevice } from '../testing/run';
import {
  cacheFloats, decode, decodeFits, decodeRequest, decodeWorkgroupBytes, dispatchesFor, MAX_ROWS, readGenerations,
  stateWords, TOKENS_PER_DISPATCH,
} from './decode';

const device = await openDevice(await installDawn());
const bench = new Bench(device);
let cpu: CpuEngine;
beforeAll(async () => {
  cpu = await loadCpuEngine();
});
afterAll(removeDawn);

const SMALL: ModelShape = { vocab: 45, width: 32, layers: 1, heads: 2, positions: 40, valueHeads: 1 };
const LARGE: ModelShape = { vocab: 1000, width: 48, layers: 2, heads: 4, positions: 96, valueHeads: 1 };

/** Floats before `hidden` in its buffer, and between its rows: neither must be taken for granted. */
const HIDDEN_OFFSET = 8;
const HIDDEN_PADDING = 4;

describe('decode', () => {
  it.each<[string, Partial<GenerateOptions>]>([
    ['one sample a prompt', {}],
    ['three samples a prompt, warm, banned ids', { samplesPerPrompt: 3, temperature: 0.7, bannedIds: [0, 7, 31, 44] }],
    ['greedy', { samplesPerPrompt: 2, temperature: 0 }],
    ['a single token', { maxNewTokens: 1 }],
    ['rows from 1,000 on', { firstRow: 1000, key: 0xfffffff0, samplesPerPrompt: 2 }],
  ])('writes what the CPU engine writes on a small vocabulary: %s', async (_, changes) => {
    const options = { temperature: 1, maxNewTokens: 21, key: 5, ...changes };
    const written = await expectSame(SMALL, randomPrompts(SMALL, [1, 4, 19, 7, 2, 11]), options, 0.3);
    for (const { tokens } of written) for (const id of options.bannedIds ?? []) expect(tokens).not.toContain(id);
  });

  it.each<[string, Partial<GenerateOptions>]>([
    ['three samples a prompt', { samplesPerPrompt: 3 }],
    ['warm, banned ids', { temperature: 0.7, bannedIds: [0, 1, 2, 500, 999] }],
    ['greedy', { temperature: 0 }],
  ])('writes what the CPU engine writes on a large vocabulary: %s', async (_, changes) => {
    const options = { temperature: 1, maxNewTokens: 18, key: 9, ...changes };
    await expectSame(LARGE, randomPrompts(LARGE, [60, 1, 17, 33]), options, 0.2);
  });

  it('ends some rows early, others not, and leaves ended rows alone', async () => {
    const options = { temperature: 1, maxNewTokens: 21, key: 5, samplesPerPrompt: 4 };
    const { written, words } = await generate(prepare(SMALL, randomPrompts(SMALL, [3, 9, 5]), 0.3), options, 5);
    const ended = written.filter(({ finished }) => finished);
    expect(ended.length).toBeGreaterThan(0);
    expect(ended.length).toBeLessThan(written.length);
    expect(ended.some(({ tokens }) => tokens.length <= TOKENS_PER_DISPATCH)).toBe(true);
    written.forEach(({ tokens, finished }, row) => {
      expect(tokens.indexOf(TOKEN.eos)).toBe(finished ? tokens.length - 1 : -1);
      expect(finished || tokens.length === 21).toBe(true);
      const from = 1 + row * 43;
      expect([...words.subarray(from + tokens.length, from + 21)].every((word) => word === 0)).toBe(true);
    });
  });

  it('advances every row by TOKENS_PER_DISPATCH a dispatch, with the same bits on every run', async () => {
    const prepared = prepare(LARGE, randomPrompts(LARGE, [5, 40]), 0.2);
    const options = { temperature: 1, maxNewTokens: 19, key: 3, samplesPerPrompt: 2, bannedIds: [TOKEN.eos] };
    const once = await generate(prepared, options, 1);
    expect(once.written.map(({ tokens }) => tokens.length)).toEqual([8, 8, 8, 8]);
    expect(once.written.every(({ finished }) => !finished)).toBe(true);
    const [whole, again] = [await generate(prepared, options), await generate(prepared, options)];
    expect(whole.written.map(({ tokens }) => tokens.length)).toEqual([19, 19, 19, 19]);
    expect(whole.written.map(({ tokens }) => tokens.slice(0, 8))).toEqual(once.written.map(({ tokens }) => tokens));
    expect(again.words).toEqual(whole.words);
  });

  it('takes the lowest id that is not banned where all logits are equal, and draws each as often', async () => {
    const prompts = [[5], [6, 7]];
    const prepared = prepare(SMALL, prompts, 0, new Float32Array(layoutOf(SMALL).size));
    const greedy = { temperature: 0, maxNewTokens: 3, key: 1 };
    const { written } = await generate(prepared, { ...greedy, bannedIds: [0, 1, 3] });
    for (const { tokens, logp } of written) {
      expect([...tokens]).toEqual([2, 2, 2]);
      expect(largestDifference(logp, new Float32Array(3).fill(-Math.log(42)))).toBeLessThan(1e-5);
    }
    await expectSame(SMALL, prompts, { ...greedy, temperature: 1, samplesPerPrompt: 8, maxNewTokens: 9 }, 0);
  });

  it('draws tokens as often as softmax says (chi-square)', async () => {
    const draws = 1500;
    const prepared = prepare(SMALL, [[5, 6, TOKEN.sep]], 0.3);
    for (const { temperature, bannedIds, key } of [
      { temperature: 1, bannedIds: [] as number[], key: 1 },
      { temperature: 0.6, bannedIds: [0, 4, 44], key: 2 },
    ]) {
      const options = { temperature, bannedIds, key, maxNewTokens: 1, samplesPerPrompt: draws };
      const { written } = await generate(prepared, options);
      const counts = new Array<number>(SMALL.vocab).fill(0);
      for (const { tokens } of written) counts[tokens[0]!]!++;
      const weights = logits(prepared).map((z, id) => (bannedIds.includes(id) ? 0 : Math.exp(z / temperature)));
      const total = weights.reduce((a, b) => a + b, 0);
      let chiSquare = 0;
      let cells = 0;
      weights.forEach((weight, id) => {
        const expected = (draws * weight) / total;
        if (weight === 0) expect(counts[id]).toBe(0);
        if (expected < 5) return;
        chiSquare += (counts[id]! - expected) ** 2 / expected;
        cells++;
      });
      expect(cells).toBeGreaterThan(10);
      // Mean cells - 1, variance 2 (cells - 1); four deviations.
      expect(chiSquare).toBeLessThan(cells - 1 + 4 * Math.sqrt(2 * (cells - 1)));
    }
  });

  it('refuses more rows than a dispatch has', () => {
    const buffer = bench.buffer(new Float32Array(4));
    const hidden = { buffer, offset: 0, ld: 32 };
    const meta = { buffer, layout: metaLayout({ tokens: 1, sequences: 1, active: 1, vocab: 45 }) };
    expect(() => decode({
      layout: layoutOf(SMALL), meta, params: buffer, qkv: buffer, layerStride: 0, hidden, cache: buffer,
      request: buffer, state: buffer, rows: MAX_ROWS + 1,
    })).toThrow(RangeError);
  });
});

describe('what it relies on', () => {
  it.each([SMALL, LARGE, { ...SMALL, layers: 5 }])('lays all layers out alike', (shape) => {
    const layout = layoutOf(shape);
    const start = (layer: number): number => layout.view(`h.${layer}.ln_1.weight`).offset;
    const inLayer = (layer: number) => layout.views
      .filter(({ name }) => name.startsWith(`h.${layer}.`))
      .map(({ name, offset }) => [name.replace(/^h\.\d+\./, ''), offset - start(layer)]);
    for (let layer = 0; layer < shape.layers; layer++) {
      expect(inLayer(layer)).toEqual(inLayer(0));
      expect(start(layer)).toBe(start(0) + layer * (shape.layers > 1 ? start(1) - start(0) : 0));
    }
    for (const { offset } of layout.views) expect(offset % 4).toBe(0);
  });

  it('fits the memory of every WebGPU device up to width 256, vocabulary 1,024, positions 512', () => {
    const limits = { maxComputeWorkgroupStorageSize: 16_384, maxComputeInvocationsPerWorkgroup: 256 };
    for (const width of [32, 64, 128, 256]) {
      for (const heads of [4, 8]) {
        expect(decodeFits({ vocab: 1024, width, heads, layers: 4, positions: 512, valueHeads: 1 }, limits)).toBe(true);
      }
    }
    expect(decodeFits({ ...LARGE, vocab: 5000 }, limits)).toBe(false);
    expect(decodeFits({ ...LARGE, width: 512 }, limits)).toBe(false);
    const bytes = decodeWorkgroupBytes(LARGE);
    expect(decodeFits(LARGE, { ...limits, maxComputeWorkgroupStorageSize: bytes })).toBe(true);
    expect(decodeFits(LARGE, { ...limits, maxComputeWorkgroupStorageSize: bytes - 1 })).toBe(false);
  });

  it('runs at the largest width, vocabulary and number of heads of these', async () => {
    const shape = { vocab: 1024, width: 256, layers: 1, heads: 8, positions: 512, valueHeads: 1 };
    await expectSame(shape, randomPrompts(shape, [9, 3]), { temperature: 1, maxNewTokens: 2, key: 1 }, 0.08);
  });
});

/** A model whose prompts have been read by a plain forward pass. */
interface Prepared {
  readonly layout: Layout;
  readonly values: Float32Array;
  readonly prompts: readonly number[][];
  /** [L][tokens, 3d] */
  readonly qkv: readonly Float64Array[][];
  /** [prompts, d] */
  readonly hidden: readonly Float64Array[];
}

function randomPrompts({ vocab }: ModelShape, lengths: readonly number[]): number[][] {
  const stream = new Stream(streamKey(1, PURPOSE.test, vocab));
  return lengths.map((length) => Array.from({ length }, () => stream.int(vocab)));
}

function prepare(shape: ModelShape, prompts: number[][], scale: number, values?: Float32Array): Prepared {
  const layout = layoutOf(shape);
  const parameters = values ?? randomParameters(layout, 4, scale);
  const read = prompts.map((prompt) => readPrompt(layout, parameters, prompt));
  return {
    layout, values: parameters, prompts,
    qkv: Array.from({ length: shape.layers }, (_, l) => read.flatMap(({ qkv }) => qkv[l]!)),
    hidden: read.map(({ hidden }) => hidden),
  };
}

/** The model on one prompt in double precision: qkv of each layer and token, hidden state of the last token. */
function readPrompt(
  layout: Layout, values: Float32Array, prompt: readonly number[],
): { qkv: Float64Array[][]; hidden: Float64Array } {
  const { width: d, heads, layers } = layout.shape;
  const view = (name: string): Float32Array => {
    const { offset, size } = layout.view(name);
    return values.subarray(offset, offset + size);
  };
  const norm = (x: Float64Array, name: string): Float64Array => {
    const mean = x.reduce((a, b) => a + b, 0) / d;
    const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / d;
    const [gain, bias] = [view(`${name}.weight`), view(`${name}.bias`)];
    return x.map((v, i) => ((v - mean) / Math.sqrt(variance + LAYER_NORM_EPSILON)) * gain[i]! + bias[i]!);
  };
  const linear = (x: Float64Array, name: string): Float64Array => {
    const y = Float64Array.from(view(`${name}.bias`));
    const weight = view(`${name}.weight`);
    x.forEach((v, i) => {
      for (let j = 0; j < y.length; j++) y[j]! += v * weight[i * y.length + j]!;
    });
    return y;
  };
  const gelu = (v: number): number => (v / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)));

  let x = prompt.map((token, t) => Float64Array.from({ length: d }, (_, i) =>
    view('wte.weight')[token * d + i]! + view('wpe.weight')[t * d + i]!));
  const qkvs: Float64Array[][] = [];
  for (let l = 0; l < layers; l++) {
    const qkv = x.map((row) => linear(norm(row, `h.${l}.ln_1`), `h.${l}.attn.c_attn`));
    qkvs.push(qkv);
    x = x.map((row, t) => {
      const attended = new Float64Array(d);
      const size = d / heads;
      for (let h = 0; h < heads; h++) {
        const weights = qkv.slice(0, t + 1).map((other) => {
          let score = 0;
          for (let i = h * size; i < (h + 1) * size; i++) score += qkv[t]![i]! * other[d + i]!;
          return Math.exp(score / Math.sqrt(size));
        });
        const total = weights.reduce((a, b) => a + b, 0);
        weights.forEach((weight, s) => {
          for (let i = h * size; i < (h + 1) * size; i++) attended[i]! += (weight / total) * qkv[s]![2 * d + i]!;
        });
      }
      const projected = linear(attended, `h.${l}.attn.c_proj`);
      const middle = row.map((v, i) => v + projected[i]!);
      const inner = linear(norm(middle, `h.${l}.ln_2`), `h.${l}.mlp.c_fc`).map(gelu);
      const out = linear(inner, `h.${l}.mlp.c_proj`);
      return middle.map((v, i) => v + out[i]!);
    });
  }
  return { qkv: qkvs, hidden: norm(x.at(-1)!, 'ln_f') };
}

/** Logits after the first prompt. */
function logits({ layout, values, hidden }: Prepared): number[] {
  const { vocab, width } = layout.shape;
  const wte = layout.view('wte.weight').offset;
  return Array.from({ length: vocab }, (_, id) =>
    hidden[0]!.reduce((sum, h, i) => sum + h * values[wte + id * width + i]!, 0));
}

/** Runs the kernel. @param dispatches as many as complete every row unless given */
async function generate(
  { layout, values, prompts, qkv, hidden }: Prepared, options: GenerateOptions,
  dispatches = dispatchesFor(options.maxNewTokens),
): Promise<{ written: Generation[]; words: Int32Array }> {
  const { shape } = layout;
  const { maxNewTokens, samplesPerPrompt = 1 } = options;
  const rows = prompts.length * samplesPerPrompt;
  const batch = packBatch(prompts.map((tokens) => ({ tokens, scoreFrom: tokens.length - 1 })));
  const forward: ForwardOptions = { outputs: ['logp'] };
  const tables = metaLayout(neededCapacity(batch, forward, shape.vocab));
  const meta = new Int32Array(tables.size);
  writeMeta(batch, forward, shape.vocab, tables, meta);

  const d = shape.width;
  const layerStride = prompts.flat().length * 3 * d + 12;
  const flatQkv = new Float32Array(shape.layers * layerStride);
  qkv.forEach((tokens, l) => tokens.forEach((token, t) => flatQkv.set(token, l * layerStride + t * 3 * d)));
  const ld = d + HIDDEN_PADDING;
  const flatHidden = new Float32Array(HIDDEN_OFFSET + prompts.length * ld);
  hidden.forEach((state, p) => flatHidden.set(state, HIDDEN_OFFSET + p * ld));

  const state = bench.buffer(new Int32Array(stateWords(rows, maxNewTokens)));
  const metaBuffer = bench.buffer(meta);
  const hiddenBuffer = bench.buffer(flatHidden);
  const operands = {
    params: bench.buffer(values),
    qkv: bench.buffer(flatQkv),
    // Room for more than the request has rows, filled with what no result may depend on.
    cache: bench.buffer(new Float32Array(cacheFloats(shape, rows, maxNewTokens)).fill(1e6)),
    request: bench.buffer(decodeRequest(options, shape, rows)),
    state,
  };
  const call = decode({
    ...operands, layout, layerStride, meta: { buffer: metaBuffer, layout: tables },
    hidden: { buffer: hiddenBuffer, offset: HIDDEN_OFFSET, ld }, rows: rows + 3,
  });
  await bench.run(Array.from({ length: dispatches }, () => call));
  const words = await bench.readInts(state, stateWords(rows, maxNewTokens));
  [...Object.values(operands), metaBuffer, hiddenBuffer].forEach((buffer) => buffer.destroy());
  return { written: readGenerations(words, rows, maxNewTokens), words };
}

/** Holds the kernel to the CPU engine: the same tokens, log-probabilities within 1e-4. */
async function expectSame(
  shape: ModelShape, prompts: number[][], options: GenerateOptions, scale: number,
): Promise<Generation[]> {
  const values = scale === 0 ? new Float32Array(layoutOf(shape).size) : undefined;
  const prepared = prepare(shape, prompts, scale, values);
  const { written } = await generate(prepared, options);
  const params = cpu.createParameters(shape, prepared.values);
  const expected = await cpu.generate(params, prompts, options);
  params.dispose();
  expect(written.map(({ tokens }) => [...tokens])).toEqual(expected.map(({ tokens }) => [...tokens]));
  expect(written.map(({ finished }) => finished)).toEqual(expected.map(({ finished }) => finished));
  written.forEach(({ logp }, row) => expect(largestDifference(logp, expected[row]!.logp)).toBeLessThan(1e-4));
  return written;
}
