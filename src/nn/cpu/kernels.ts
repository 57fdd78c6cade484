import { EngineMemory, type Pointer } from './memory';

/**
 * The exports of `generated/kernels.wasm` and `generated/kernels-relaxed.wasm` (sources and comments in `assembly/`).
 * Every pointer is a byte address in the engine's memory; booleans are 0 or 1.
 */
export interface Kernels {
  heapStart(): number;
  /** Whether products and sums may be fused, so that results differ in the last bits between processors. */
  isRelaxed(): number;
  packB(transposed: number, src: Pointer, ldb: number, k: number, n: number, dst: Pointer): void;
  gemm(
    transposed: number, a: Pointer, lda: number, m: number, k: number, packed: Pointer, n: number,
    bias: Pointer, c: Pointer, ldc: number, accumulate: number,
  ): void;
  embed(
    tokens: Pointer, positions: Pointer, extra: Pointer, n: number, d: number,
    wte: Pointer, wpe: Pointer, vector: Pointer, x: Pointer,
  ): void;
  embedBackward(
    tokens: Pointer, positions: Pointer, extra: Pointer, n: number, d: number, dx: Pointer,
    dWte: Pointer, dWpe: Pointer, dVector: Pointer,
  ): void;
  layerNorm(x: Pointer, n: number, d: number, weight: Pointer, bias: Pointer, y: Pointer, stats: Pointer): void;
  layerNormBackward(
    dy: Pointer, x: Pointer, stats: Pointer, n: number, d: number, weight: Pointer,
    dWeight: Pointer, dBias: Pointer, dx: Pointer,
  ): void;
  gelu(x: Pointer, n: number, y: Pointer): void;
  geluBackward(x: Pointer, y: Pointer, n: number, dy: Pointer): void;
  addColumnSums(x: Pointer, rows: number, n: number, out: Pointer): void;
  addTo(x: Pointer, n: number, y: Pointer): void;
  gatherRows(src: Pointer, index: Pointer, n: number, d: number, dst: Pointer): void;
  scatterAddRows(src: Pointer, index: Pointer, n: number, d: number, dst: Pointer): void;
  tokenWeight(
    wte: Pointer, ids: Pointer, n: number, d: number, weight: Pointer, bias: Pointer, out: Pointer,
  ): void;
  tokenWeightBackward(
    wte: Pointer, ids: Pointer, n: number, d: number, weight: Pointer, dOut: Pointer,
    dWte: Pointer, dWeight: Pointer, dBias: Pointer,
  ): void;
  attention(
    q: Pointer, kv: Pointer, table: Pointer, runs: number, d: number, heads: number,
    probs: Pointer, out: Pointer, work: Pointer,
  ): void;
  attentionBackward(
    q: Pointer, kv: Pointer, table: Pointer, runs: number, d: number, heads: number,
    probs: Pointer, dOut: Pointer, dQ: Pointer, dKv: Pointer, work: Pointer,
  ): void;
  decodeAttention(
    qkv: Pointer, n: number, d: number, heads: number, promptKv: Pointer, prompts: Pointer, samples: number,
    rowIds: Pointer, cache: Pointer, capacity: number, step: number, scores: Pointer, out: Pointer,
  ): void;
  crossEntropy(
    logits: Pointer, rows: number, vocab: number, inverseTemperature: number, targets: Pointer,
    stats: Pointer, logp: Pointer, entropy: Pointer,
  ): void;
  crossEntropyBackward(
    logits: Pointer, rows: number, vocab: number, inverseTemperature: number, targets: Pointer, stats: Pointer,
    dLogp: Pointer, dEntropy: Pointer, dLogits: Pointer,
  ): void;
  choiceLogp(
    logits: Pointer, rows: number, vocab: number, stats: Pointer, choices: Pointer, n: number, out: Pointer,
  ): void;
  choiceLogpBackward(
    logits: Pointer, rows: number, vocab: number, stats: Pointer, choices: Pointer, n: number,
    dOut: Pointer, dLogits: Pointer,
  ): void;
  sample(
    logits: Pointer, n: number, vocab: number, temperature: number, banned: Pointer, bannedCount: number,
    rowIds: Pointer, share: number, key: number, firstRow: number, step: number,
    weights: Pointer, tokens: Pointer, logps: Pointer,
  ): void;
  randomU32(key: number, row: number, position: number): number;
  unitFloat(bits: number): number;
  sumSquares(x: Pointer, n: number): number;
  adamw(
    x: Pointer, grad: Pointer, m: Pointer, v: Pointer, n: number, gradScale: number,
    beta1: number, beta2: number, epsilon: number, keep: number, rate: number, rootScale: number,
  ): void;
}

/** What every part of the engine works with. */
export interface Runtime {
  readonly kernels: Kernels;
  readonly memory: EngineMemory;
}

export async function createRuntime(source: WebAssembly.Module | BufferSource): Promise<Runtime> {
  const module = source instanceof WebAssembly.Module ? source : await WebAssembly.compile(source);
  const memory = new EngineMemory();
  const instance = await WebAssembly.instantiate(module, { env: { memory: memory.wasm, abort } });
  const kernels = instance.exports as unknown as Kernels;
  memory.open(kernels.heapStart());
  return { kernels, memory };
}

/**
 * Whether WebAssembly compiles relaxed SIMD here: asked of a module whose one function returns
 * `f32x4.relaxed_madd` of zeros.
 */
export function hasRelaxedSimd(): boolean {
  const zero = [0x41, 0, 0xfd, 0x0f]; // i32.const 0, i8x16.splat
  const body = [0, ...zero, ...zero, ...zero, 0xfd, 0x85, 0x02, 0x0b];
  return WebAssembly.validate(Uint8Array.of(
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    1, 5, 1, 0x60, 0, 1, 0x7b, // one type: no parameters, a v128
    3, 2, 1, 0, // one function of it
    10, body.length + 2, 1, body.length, ...body,
  ));
}

/** AssemblyScript's hook for a failed runtime check. */
function abort(_message: number, _file: number, line: number, column: number): never {
  throw new Error(`CPU kernel stopped at line ${line}, column ${column} of its source`);
}
