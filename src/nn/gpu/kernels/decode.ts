/**
 * Sampling with cached keys and values, the whole model in one kernel: a workgroup writes the response of one row,
 * several tokens a dispatch, so that a token costs no dispatch and no readback.
 *
 * The prompts have been through the batched forward pass. It left the keys and values of their tokens in every layer's
 * `qkv`, which the samples of a prompt share, and the final layer norm of each prompt's last token in `hidden`. The
 * first token is drawn from that; each later one takes the token before it through all layers. What a row itself has
 * written has its keys and values in `cache`.
 *
 * Inside the workgroup a phase ends with a barrier. Vectors of the model live in workgroup memory, four floats an
 * element; matrix products are split over columns and, where there are threads to spare, over rows. All products of all
 * layers go through the same few lines, and the limits of inner loops come as constants of the call, not of the code:
 * compilers unroll what they can count, and a kernel of this size then takes them a minute instead of seconds.
 */
import { TOKEN } from '../../../core/tokens';
import { LAYER_NORM_EPSILON, type Layout, type ModelShape } from '../../layout';
import type { GenerateOptions, Generation } from '../../types';
import { floatBits, type Call, type Kernel } from '../program';
import type { Matrix, Meta } from './operands';
import { RANDOM_WGSL } from './random';

/** Threads of a workgroup. Barriers cost software adapters by the thread: 128 were slower by a quarter or more. */
const THREADS = 64;

/**
 * Tokens a row advances in one dispatch. More would save dispatches, but a dispatch that runs for long blocks the
 * screen, and rows that end early wait for the next one.
 */
export const TOKENS_PER_DISPATCH = 8;

/** Most rows of a dispatch: workgroups along one dimension that every device has. */
export const MAX_ROWS = 65_535;

/** Words of a request before the mask of banned ids. */
const REQUEST_HEAD = 8;

/** What one dispatch needs. Rows are prompt-major: row = prompt * samplesPerPrompt + sample. */
export interface DecodeOperands {
  readonly layout: Layout;
  /** Of the prompts: where their rows are, and which active row each has (its last token, no other). */
  readonly meta: Meta;
  readonly params: GPUBuffer;
  /** [L][tokens, 3d]: queries, keys and values of the prompts' tokens. */
  readonly qkv: GPUBuffer;
  /** Floats from one layer's `qkv` to the next one's, a multiple of 4. */
  readonly layerStride: number;
  /** [active, d], after the final layer norm; offset and ld are multiples of 4. */
  readonly hidden: Matrix;
  /** Room for `cacheFloats`; need not be cleared. */
  readonly cache: GPUBuffer;
  /** `decodeRequest`. */
  readonly request: GPUBuffer;
  /** `stateWords`, of which the count of each row is 0 before the first dispatch: clear it all. */
  readonly state: GPUBuffer;
  /** Rows to dispatch: at least those of any request. Workgroups past a request's rows return at once. */
  readonly rows: number;
}

/**
 * Writes up to `TOKENS_PER_DISPATCH` tokens of every row that has not ended: as many dispatches as
 * `dispatchesFor(maxNewTokens)` write everything, and further ones change nothing. Everything about a generation is in
 * the request, so one call serves all of them.
 *
 * Sampling is by inverse CDF in token order over exp((logit - max) / temperature), with
 * u = unitFloat(randomU32(key, firstRow + row, step)).
 * @throws RangeError where the rows are too many for one dispatch.
 */
export function decode(operands: DecodeOperands): Call {
  const { layout, meta, params, qkv, layerStride, hidden, cache, request, state, rows } = operands;
  const { width, heads } = layout.shape;
  if (rows > MAX_ROWS) throw new RangeError(`decode: ${rows} rows in one dispatch, at most ${MAX_ROWS}`);
  return {
    kernel: decodeKernel(layout),
    constants: [
      layerStride / 4, meta.layout.sequences, hidden.offset / 4, hidden.ld / 4,
      width / 4, width / 4 / heads, workgroupSizes(layout.shape).slices, 0,
      ...stages(layout),
    ],
    buffers: [params, meta.buffer, qkv, hidden.buffer, request, cache, state],
    groups: () => [rows],
  };
}

/** Dispatches after which every row is complete. */
export function dispatchesFor(maxNewTokens: number): number {
  return Math.ceil(maxNewTokens / TOKENS_PER_DISPATCH);
}

/** Floats of the cache: [L][rows][maxNewTokens][2d], keys and values of the tokens written. */
export function cacheFloats({ layers, width }: ModelShape, rows: number, maxNewTokens: number): number {
  return layers * rows * maxNewTokens * 2 * width;
}

/** Words of a request for a vocabulary. */
export function requestWords(vocab: number): number {
  return REQUEST_HEAD + Math.ceil(vocab / 32);
}

/**
 * A generation as the kernel reads it. The options have been checked.
 * @returns [requestWords(vocab)]: rows, samples per prompt, most new tokens, key, first row, whether greedy,
 * 1 / temperature (1 if greedy), 0; then a bit for each banned id.
 */
export function decodeRequest(options: GenerateOptions, { vocab }: ModelShape, rows: number): Uint32Array {
  const { temperature, maxNewTokens, samplesPerPrompt = 1, bannedIds = [], key, firstRow = 0 } = options;
  const words = new Uint32Array(requestWords(vocab));
  const greedy = temperature === 0;
  const scale = floatBits(greedy ? 1 : 1 / temperature);
  words.set([rows, samplesPerPrompt, maxNewTokens, key, firstRow, greedy ? 1 : 0, scale, 0]);
  const ban = (id: number): void => {
    words[REQUEST_HEAD + (id >> 5)]! |= 1 << (id & 31);
  };
  bannedIds.forEach(ban);
  // The kernel computes four logits at a time: those past the vocabulary are never drawn either.
  for (let id = vocab; id % 4 !== 0; id++) ban(id);
  return words;
}

/** Words of the state: per row the count of its tokens, [maxNewTokens] tokens, [maxNewTokens] log-probabilities. */
export function stateWords(rows: number, maxNewTokens: number): number {
  return rows * (1 + 2 * maxNewTokens);
}

/** The rows of a state read back, complete or not. @param words [stateWords] */
export function readGenerations(words: Int32Array, rows: number, maxNewTokens: number): Generation[] {
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  return Array.from({ length: rows }, (_, row) => {
    const first = row * (1 + 2 * maxNewTokens) + 1;
    const count = words[first - 1]!;
    const tokens = words.slice(first, first + count);
    const logp = floats.slice(first + maxNewTokens, first + maxNewTokens + count);
    return { tokens, logp, finished: tokens.at(-1) === TOKEN.eos };
  });
}

/** Elements of `parts` in workgroup memory, four floats each, and how many threads share a head's positions. */
function workgroupSizes({ vocab, width, heads }: ModelShape): { parts: number; slices: number } {
  // A product's columns or a part a thread, the logits, and eight slices of what attention sums up.
  const parts = Math.max(THREADS, 2 * width, Math.ceil(vocab / 4));
  return { parts, slices: Math.min(Math.floor(THREADS / heads), Math.floor((4 * parts) / width)) };
}

/** Bytes of workgroup memory. */
export function decodeWorkgroupBytes(shape: ModelShape): number {
  // x, query, operand and parts; two floats a thread; begin and newest.
  return 16 * (shape.width / 2 + shape.width + workgroupSizes(shape).parts) + 8 * THREADS + 8;
}

/** Whether a device can run `decode` for a model: workgroup memory, threads and heads set the bounds. */
export function decodeFits(
  shape: ModelShape,
  limits: Pick<GPUSupportedLimits, 'maxComputeWorkgroupStorageSize' | 'maxComputeInvocationsPerWorkgroup'>,
): boolean {
  return shape.heads <= THREADS
    && decodeWorkgroupBytes(shape) <= limits.maxComputeWorkgroupStorageSize
    && THREADS <= limits.maxComputeInvocationsPerWorkgroup;
}

/** The four products of a layer, as the kernel finds them in its constants: `Stage`. */
function stages(layout: Layout): number[] {
  const { width } = layout.shape;
  const stage = (k: number, n: number, product: string, norm: string): number[] => {
    const columns = n / 4;
    const slices = Math.max(1, Math.floor(THREADS / columns));
    const offsets = [`${product}.weight`, `${product}.bias`, `${norm}.weight`, `${norm}.bias`];
    return [
      columns, slices, k / 4, Math.ceil(k / 4 / slices),
      ...offsets.map((name) => layout.view(`h.0.${name}`).offset / 4),
    ];
  };
  return [
    ...stage(width, 3 * width, 'attn.c_attn', 'ln_1'),
    ...stage(width, width, 'attn.c_proj', 'ln_1'),
    ...stage(width, 4 * width, 'mlp.c_fc', 'ln_2'),
    ...stage(4 * width, width, 'mlp.c_proj', 'ln_2'),
  ];
}

/**
 * Code that takes the keys and values of every SLICES-th position of `buffer` into a thread's running softmax (Milakov
 * & Gimelshein 2018): the greatest score `top`, and at `sums` in parts the values weighted by exp(score - top), weights
 * that `total` adds up.
 * @param key, value code of where position j's lie, in elements of four floats
 */
function attendTo(buffer: string, count: string, key: string, value: string): string {
  return `
      for (var j = slice; j < ${count}; j += SLICES) {
        let key = ${key} + first;
        let value = ${value} + first;
        var score = 0.0;
        for (var i = 0u; i < constants.headWidth; i++) { score += dot(query[first + i], ${buffer}[key + i]); }
        let peak = max(top, score);
        let kept = exp(top - peak);
        let weight = exp(score - peak);
        top = peak;
        total = total * kept + weight;
        for (var i = 0u; i < constants.headWidth; i++) {
          parts[sums + i] = parts[sums + i] * kept + weight * ${buffer}[value + i];
        }
      }`;
}

function decodeKernel(layout: Layout): Kernel {
  const { shape } = layout;
  const { vocab, width, layers, heads } = shape;
  const { parts, slices } = workgroupSizes(shape);
  const groups = Math.ceil(vocab / 4);
  const run = Math.ceil(groups / THREADS);
  // Layers lie one after the other in the same order: one offset serves all, plus a stride.
  const stride = layers === 1 ? 0 : layout.view('h.1.ln_1.weight').offset - layout.view('h.0.ln_1.weight').offset;
  const at = (name: string): string => `${layout.view(name).offset / 4}u`;

  // `operand` = attention of the current token over the prompt and what the row has written.
  const attention = `
    if (lane < ${slices * heads}u) {
      let head = lane % ${heads}u;
      let slice = lane / ${heads}u;
      var top = NOTHING;
      var total = 0.0;
      let first = constants.headWidth * head;
      let sums = slice * D + first;
      for (var i = 0u; i < constants.headWidth; i++) { parts[sums + i] = vec4<f32>(); }
      let prompt = layer * constants.layerStride + firstToken * 3u * D;
      ${attendTo('qkv', 'length', 'prompt + 3u * D * j + D', 'prompt + 3u * D * j + 2u * D')}
      ${attendTo('cache', 'step', 'own + 2u * D * j', 'own + 2u * D * j + D')}
      tops[lane] = top;
      totals[lane] = total;
    }
    workgroupBarrier();
    for (var column = lane; column < D; column += THREADS) {
      let head = column / constants.headWidth;
      var top = NOTHING;
      for (var s = 0u; s < constants.slices; s++) { top = max(top, tops[s * ${heads}u + head]); }
      var total = 0.0;
      var sum = vec4<f32>();
      for (var s = 0u; s < constants.slices; s++) {
        let weight = exp(tops[s * ${heads}u + head] - top);
        total += weight * totals[s * ${heads}u + head];
        sum += weight * parts[s * D + column];
      }
      operand[column] = sum / total;
    }
    workgroupBarrier();`;

  const code = `
    ${RANDOM_WGSL}
    // A product operand . W + b. Counts of columns and rows of W are in fours; share rows make a slice.
    // Where W, b and the layer norm before it lie in the first layer.
    struct Stage {
      columns : u32, slices : u32, rows : u32, share : u32,
      weight : u32, bias : u32, gain : u32, shift : u32,
    }
    struct Constants {
      layerStride : u32, sequences : u32, hiddenAt : u32, hiddenLd : u32,
      width : u32, headWidth : u32, slices : u32, unused : u32,
      stages : array<Stage, 4>,
    }
    @group(0) @binding(0) var<uniform> constants : Constants;
    @group(0) @binding(2) var<storage, read> params : array<vec4<f32>>;
    @group(0) @binding(3) var<storage, read> tables : array<i32>;
    @group(0) @binding(4) var<storage, read> qkv : array<vec4<f32>>;
    @group(0) @binding(5) var<storage, read> hidden : array<vec4<f32>>;
    @group(0) @binding(6) var<storage, read> request : array<u32>;
    @group(0) @binding(7) var<storage, read_write> cache : array<vec4<f32>>;
    @group(0) @binding(8) var<storage, read_write> state : array<i32>;

    const THREADS = ${THREADS}u;
    // All vectors and offsets count in elements of four floats.
    const D = ${width / 4}u;
    const SLICES = ${slices}u;
    // Group g holds the logits of ids 4g .. 4g + 3. The first OWNERS threads own RUN groups each, in order.
    const GROUPS = ${groups}u;
    const RUN = ${run}u;
    const OWNERS = ${Math.ceil(groups / run)}u;
    // The logit of what cannot be drawn, and the greatest of no numbers.
    const NOTHING = -1e30;

    // The stages of a layer; the last one, from the inner layer, needs no name.
    const TO_QKV = 0u;
    const FROM_HEADS = 1u;
    const TO_INNER = 2u;

    // The residual stream, the scaled query, and what is to be multiplied next: [d], [d], [4d].
    var<workgroup> x : array<vec4<f32>, D>;
    var<workgroup> query : array<vec4<f32>, D>;
    var<workgroup> operand : array<vec4<f32>, ${width}>;
    // In turn: attention's sums, [SLICES, d]; parts of a product; logits.
    var<workgroup> parts : array<vec4<f32>, ${parts}>;
    // What threads tell each other: of their share, the greatest number and the sum of exponentials.
    var<workgroup> tops : array<f32, THREADS>;
    var<workgroup> totals : array<f32, THREADS>;
    var<workgroup> begin : u32;
    var<workgroup> newest : i32;

    // operand = layer norm of x. Each thread that has a column sums all of x: cheaper than to sum in parallel.
    fn layerNorm(lane : u32, weight : u32, bias : u32) {
      for (var column = lane; column < D; column += THREADS) {
        var sum = vec4<f32>();
        for (var i = 0u; i < constants.width; i++) { sum += x[i]; }
        let mean = dot(sum, vec4<f32>(${1 / width}));
        sum = vec4<f32>();
        for (var i = 0u; i < constants.width; i++) {
          let centred = x[i] - mean;
          sum += centred * centred;
        }
        let scale = inverseSqrt(dot(sum, vec4<f32>(${1 / width})) + ${LAYER_NORM_EPSILON});
        operand[column] = (x[column] - mean) * scale * params[weight + column] + params[bias + column];
      }
    }

    // x * (1 + tanh(u)) / 2 = x / (1 + exp(-2u))
    fn gelu(v : vec4<f32>) -> vec4<f32> {
      let u = ${Math.sqrt(2 / Math.PI)} * (v + 0.044715 * v * v * v);
      return v / (1.0 + exp(-2.0 * clamp(u, vec4<f32>(-15.0), vec4<f32>(15.0))));
    }

    // Logits of ids 4g .. 4g + 3, NOTHING for banned ones.
    fn logitsOf(group : u32) -> vec4<f32> {
      let wte = ${at('wte.weight')};
      let rows = wte + min(4u * group + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(${vocab - 1}u)) * D;
      var logits = vec4<f32>();
      for (var i = 0u; i < constants.width; i++) {
        let h = operand[i];
        logits += vec4<f32>(
          dot(h, params[rows.x + i]), dot(h, params[rows.y + i]),
          dot(h, params[rows.z + i]), dot(h, params[rows.w + i]));
      }
      let banned = vec4<u32>(request[${REQUEST_HEAD}u + group / 8u] >> (4u * (group % 8u))) & vec4<u32>(1u, 2u, 4u, 8u);
      return select(logits, vec4<f32>(NOTHING), banned != vec4<u32>());
    }

    // exp((logit - top) / temperature); below exp(-64) and for banned ids 0.
    fn weightOf(logits : vec4<f32>, top : f32, scale : f32) -> vec4<f32> {
      let z = (logits - top) * scale;
      return select(vec4<f32>(), exp(z), z > vec4<f32>(-64.0));
    }

    @compute @workgroup_size(${THREADS})
    fn main(@builtin(workgroup_id) id : vec3<u32>, @builtin(local_invocation_index) lane : u32) {
      let row = id.x;
      let rows = request[0];
      if (row >= rows) { return; }
      let most = request[2];
      let key = request[3];
      let firstRow = request[4];
      let greedy = request[5] == 1u;
      let scale = bitcast<f32>(request[6]);
      let sequence = constants.sequences + 4u * (row / request[1]);
      let firstToken = u32(tables[sequence]);
      let length = u32(tables[sequence + 1u]);
      let output = row * (1u + 2u * most);

      if (lane == 0u) {
        begin = u32(state[output]);
        newest = -1;
        if (begin > 0u) { newest = state[output + begin]; }
      }
      let first = workgroupUniformLoad(&begin);
      let last = min(first + ${TOKENS_PER_DISPATCH}u, most);
      for (var step = first; step < last; step++) {
        let token = workgroupUniformLoad(&newest);
        if (token == ${TOKEN.eos}) { break; }

        if (step == 0u) {
          let at = constants.hiddenAt + u32(tables[sequence + 3u]) * constants.hiddenLd;
          for (var column = lane; column < D; column += THREADS) { operand[column] = hidden[at + column]; }
        } else {
          for (var column = lane; column < D; column += THREADS) {
            x[column] = params[${at('wte.weight')} + u32(token) * D + column]
              + params[${at('wpe.weight')} + (length + step - 1u) * D + column];
          }
          workgroupBarrier();
          for (var number = 0u; number < ${4 * layers}u; number++) {
            let kind = number % 4u;
            let layer = number / 4u;
            let offset = layer * ${stride / 4}u;
            let own = (layer * rows + row) * most * 2u * D;
            let stage = constants.stages[kind];
            if (kind == TO_QKV || kind == TO_INNER) {
              layerNorm(lane, stage.gain + offset, stage.shift + offset);
              workgroupBarrier();
            } else if (kind == FROM_HEADS) {
              ${attention}
            }

            // The slices of operand . W: each thread takes four neighbouring columns of one. Then their sums.
            for (var i = lane; i < stage.columns * stage.slices; i += THREADS) {
              let first = i / stage.columns * stage.share;
              let last = min(first + stage.share, stage.rows);
              var at = stage.weight + offset + 4u * first * stage.columns + i % stage.columns;
              var sum = vec4<f32>();
              for (var r = first; r < last; r++) {
                let v = operand[r];
                sum += v.x * params[at] + v.y * params[at + stage.columns]
                  + v.z * params[at + 2u * stage.columns] + v.w * params[at + 3u * stage.columns];
                at += 4u * stage.columns;
              }
              parts[i] = sum;
            }
            workgroupBarrier();
            for (var column = lane; column < stage.columns; column += THREADS) {
              var y = params[stage.bias + offset + column];
              for (var s = 0u; s < stage.slices; s++) { y += parts[s * stage.columns + column]; }
              if (kind == TO_QKV) {
                if (column < D) { query[column] = y * ${1 / Math.sqrt(width / heads)}; }
                else { cache[own + 2u * D * (step - 1u) + column - D] = y; }
              } else if (kind == TO_INNER) {
                operand[column] = gelu(y);
              } else {
                x[column] += y;
              }
            }
            workgroupBarrier();
            if (kind == TO_QKV) { storageBarrier(); }
          }
          layerNorm(lane, ${at('ln_f.weight')}, ${at('ln_f.bias')});
        }
        workgroupBarrier();

        // Logits, and the greatest of each thread and of all.
        let firstGroup = lane * RUN;
        let lastGroup = min(firstGroup + RUN, GROUPS);
        var top = NOTHING;
        for (var group = firstGroup; group < lastGroup; group++) {
          let logits = logitsOf(group);
          parts[group] = logits;
          top = max(max(top, max(logits.x, logits.y)), max(logits.z, logits.w));
        }
        tops[lane] = top;
        workgroupBarrier();
        for (var i = 0u; i < OWNERS; i++) { top = max(top, tops[i]); }

        var share = 0.0;
        for (var group = firstGroup; group < lastGroup; group++) {
          share += dot(weightOf(parts[group], top, scale), vec4<f32>(1.0));
        }
        totals[lane] = share;
        workgroupBarrier();

        if (lane == 0u) {
          // First the owner of the id that is drawn, then the id. Rounding may put the goal past what an owner's
          // weights or all weights add up to: then it is the last one that has any weight.
          var total = 0.0;
          for (var i = 0u; i < OWNERS; i++) { total += totals[i]; }
          let goal = unitFloat(randomU32(key, firstRow + row, step)) * total;
          var owner = 0u;
          var below = 0.0;
          if (greedy) {
            while (tops[owner] < top && owner < OWNERS - 1u) { owner++; }
          } else {
            var sum = 0.0;
            for (var i = 0u; i < OWNERS && sum <= goal; i++) {
              if (totals[i] > 0.0) {
                owner = i;
                below = sum;
                sum += totals[i];
              }
            }
          }
          var chosen = 0u;
          var chosenLogit = top;
          var drawn = false;
          for (var id = 4u * owner * RUN; id < 4u * min((owner + 1u) * RUN, GROUPS) && !drawn; id++) {
            let logit = parts[id / 4u][id % 4u];
            let weight = weightOf(vec4<f32>(logit), top, scale).x;
            if (select(weight > 0.0, logit == top, greedy)) {
              chosen = id;
              chosenLogit = logit;
              below += weight;
              drawn = greedy || below > goal;
            }
          }
          newest = i32(chosen);
          state[output] = i32(step + 1u);
          state[output + 1u + step] = newest;
          state[output + 1u + most + step] = bitcast<i32>((chosenLogit - top) * scale - log(total));
        }
      }
    }
  `;
  return {
    name: `decode ${vocab} ${width} ${layers} ${heads} ${shape.positions}`,
    code,
    access: ['read', 'read', 'read', 'read', 'read', 'write', 'write'],
  };
}
