import type { Scalar, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Layout, ModelShape } from './layout';

/**
 * A padded batch of token sequences. Row b holds tokens[b * length + start[b] .. end[b] - 1]; everything outside is
 * padding on either side and is never attended to. Positions count from start[b], so padding does not shift them.
 *
 * Scored positions: column s of row b speaks of the hidden state at column scoreFrom[b] + s of the batch and of the
 * token after it. Where scoreFrom[b] + s + 1 >= end[b] there is no token after it: `logp`, `entropy` and
 * `tokenWeight` are 0; where scoreFrom[b] + s >= end[b] there is no state: `value` is 0 too.
 */
export interface Batch {
  readonly rows: number;
  readonly length: number;
  /** [rows * length], row-major. */
  readonly tokens: Int32Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly scoreFrom: Int32Array;
  /** Number S of scored positions of each row. */
  readonly scored: number;
  /** [rows * length]: a scalar per token that enters the embedding through a learned vector; 0 where absent. */
  readonly extra?: Float32Array;
}

export type OutputName = 'logp' | 'entropy' | 'value' | 'tokenWeight' | 'choiceLogp';

/** Outputs at the scored positions, as tensors of the engine's tfjs backend. Only those asked for are there. */
export interface Outputs {
  /** [B, S] log-probability of the next token at the given temperature. */
  logp?: Tensor2D;
  /** [B, S] entropy of the next-token distribution at the given temperature, nats. */
  entropy?: Tensor2D;
  /** [B, S, K] value heads. */
  value?: Tensor3D;
  /** [B, S] learned weight of the next token: token_weight.bias + token_weight.weight . wte[next token]. */
  tokenWeight?: Tensor2D;
  /** [B, n] log-probabilities, at temperature 1 and over the whole vocabulary, of given ids after each row's last token. */
  choiceLogp?: Tensor2D;
}

export interface ForwardOptions {
  readonly outputs: readonly OutputName[];
  /** Divides the logits of `logp` and `entropy`. Default 1. */
  readonly temperature?: number;
  /** Keep the activations for `backward`. Default false. */
  readonly keep?: boolean;
  /** Gradients of `value` train the value head only, not the trunk. Default false. */
  readonly detachValue?: boolean;
  /** Ids whose log-probability `choiceLogp` reports. */
  readonly choices?: readonly number[];
}

/** One forward pass. Its tensors and kept activations live until `dispose`, whatever else the engine does. */
export interface Forward {
  readonly outputs: Outputs;
  dispose(): void;
}

/** One set of parameters with its gradient buffer. Cheap to copy, freeze (never step it) and swap. */
export interface ParameterSet {
  readonly layout: Layout;
  dispose(): void;
}

export interface AdamWOptions {
  readonly learningRate: number;
  readonly beta1?: number; // 0.9
  readonly beta2?: number; // 0.999
  readonly epsilon?: number; // 1e-8
  /** Decoupled decay (Loshchilov & Hutter 2019) on the views that decay. Default 0. */
  readonly weightDecay?: number;
  /** Global gradient norm is clipped to this. Default 1; Infinity switches it off. */
  readonly clipNorm?: number;
  /** Later groups win, setting by setting. A parameter belongs to a group if its name starts with `prefix`. */
  readonly groups?: readonly { readonly prefix: string; readonly learningRate?: number; readonly frozen?: boolean }[];
}

/** AdamW moments of one parameter set. */
export interface Optimizer {
  readonly params: ParameterSet;
  dispose(): void;
}

/** What AdamW knows beside the parameters: with it, and the same gradients, training goes on as if never stopped. */
export interface OptimizerState {
  /** Steps that were applied; skipped ones do not count. */
  readonly steps: number;
  /** First and second moments, flat like the parameters. */
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export interface StepOutcome {
  /**
   * Global gradient norm before clipping. Not finite where the step was skipped: nothing was changed then but the
   * gradient, which is cleared. Read it when it suits (a readback stalls a GPU); the caller disposes it.
   */
  readonly gradNorm: Scalar;
}

export interface GenerateOptions {
  /** 0 = greedy (argmax, lowest id wins ties). */
  readonly temperature: number;
  /** Most tokens written per response, end-of-text included. */
  readonly maxNewTokens: number;
  readonly samplesPerPrompt?: number;
  /** Never sampled. Their probability goes to the others. */
  readonly bannedIds?: readonly number[];
  /** Stream key (`core/rng` streamKey). The u of token t of row r is unitFloat(randomU32(key, firstRow + r, t)). */
  readonly key: number;
  /** Row number of the first row, so that a batch cut in two draws the same numbers. Default 0. */
  readonly firstRow?: number;
}

export interface Generation {
  /** Tokens written, end-of-text included where it was reached. */
  readonly tokens: Int32Array;
  /** Log-probability of each at the sampling temperature and with banned ids excluded (temperature 1 if greedy). */
  readonly logp: Float32Array;
  /** Whether end-of-text was reached. */
  readonly finished: boolean;
}

/**
 * A model engine. One per worker; all its tensors live on the tfjs backend `backendName`, which is the current tfjs
 * backend while the engine lives. Engines differ in speed, never in meaning.
 */
export interface Engine {
  readonly kind: 'cpu' | 'gpu' | 'reference';
  readonly backendName: string;
  /** For people: "CPU, WebAssembly SIMD" or the adapter's name. */
  readonly description: string;
  /** Training steps after which it pays to read metrics back: 1 where a read costs nothing. */
  readonly readEvery: number;
  /** @throws Error that says what happened where the engine can compute no more: a lost GPU. */
  assertAlive(): void;
  /** @param values flat buffer of `layoutOf(shape).size` floats. */
  createParameters(shape: ModelShape, values: Float32Array): ParameterSet;
  copyParameters(params: ParameterSet): ParameterSet;
  readParameters(params: ParameterSet): Promise<Float32Array>;
  writeParameters(params: ParameterSet, values: Float32Array): void;
  /** Gradient buffer as it stands (for tests and diagnostics). */
  readGradients(params: ParameterSet): Promise<Float32Array>;
  /** Rejects with RangeError on ids, lengths or positions out of bounds, before anything is computed. */
  forward(params: ParameterSet, batch: Batch, options: ForwardOptions): Promise<Forward>;
  /**
   * Adds d(sum of output * grad) / d(params) to the gradient buffer. `grads` are tensors shaped like the outputs. The
   * parameters must be those of the forward pass still: after a step or a write, engines may take the old or the new.
   */
  backward(forward: Forward, grads: Outputs): Promise<void>;
  /** @param state goes on from there; default: zero moments. */
  createOptimizer(params: ParameterSet, state?: OptimizerState): Optimizer;
  readOptimizer(optimizer: Optimizer): Promise<OptimizerState>;
  /** Clips, applies AdamW, clears the gradient. */
  step(optimizer: Optimizer, options: AdamWOptions): Promise<StepOutcome>;
  /** Rows are prompt-major: row = promptIndex * samplesPerPrompt + sample. Prompts carry their separator. */
  generate(params: ParameterSet, prompts: readonly ArrayLike<number>[], options: GenerateOptions): Promise<Generation[]>;
  dispose(): void;
}
