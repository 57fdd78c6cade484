// How much arithmetic a workload is, whatever an engine makes of it.

/** Sizes of what is measured. */
export interface BenchDims {
  readonly width: number;
  readonly layers: number;
  readonly vocab: number;
  /** Tokens of each prompt, separator not counted. */
  readonly prompt: number;
  /** Tokens of each response, end-of-text included. */
  readonly response: number;
  /** Documents of an SFT step, pairs of a reward-model step, responses of a rollout and of an RL iteration. */
  readonly batch: number;
}

/** One sequence through the model. */
export interface Pass {
  readonly length: number;
  /** First position whose final state is asked for. */
  readonly from: number;
  /** Positions whose next-token distribution is asked for. */
  readonly targets: number;
  /** Leading tokens, at most `from`, that another sequence of the same batch has in common. Default 0. */
  readonly shared?: number;
}

/** Pairs of a query at positions from..length - 1 with a key at or before it. */
function causalPairs(from: number, length: number): number {
  return (length * (length + 1) - from * (from + 1)) / 2;
}

/**
 * Useful floating-point operations of a forward pass over one sequence: those that its outputs depend on, a
 * multiply-add counted as two. Layer norms, activations, softmax, biases and heads are left out (a few percent).
 *
 * With width d, L layers, V ids: a token costs 24 d^2 a layer (queries, keys and values 6 d^2, output projection 2 d^2,
 * feed-forward 16 d^2), attention 4 d for each query and key it sees, the output layer 2 d V at each target. In the
 * last layer the positions before `from` serve as keys and values only, 4 d^2. Shared leading tokens cost nothing here.
 */
export function forwardFlops({ width: d, layers, vocab }: BenchDims, { length, from, targets, shared = 0 }: Pass): number {
  const own = length - shared;
  const fullLayer = 24 * d * d * own + 4 * d * causalPairs(shared, length);
  const lastLayer = 4 * d * d * own + 20 * d * d * (length - from) + 4 * d * causalPairs(from, length);
  return (layers - 1) * fullLayer + lastLayer + 2 * d * vocab * targets;
}

/** A sequence of prompt, separator and `response` tokens, scored from the separator to the state after the last one. */
function scoredPass({ prompt }: BenchDims, response: number): Pass {
  return { length: prompt + 1 + response, from: prompt, targets: response };
}

/** Operations that sampling `response` tokens needs: the last token is never read, each other one is read once. */
function sampledPass({ prompt }: BenchDims, response: number): Pass {
  return { length: prompt + response, from: prompt, targets: response };
}

/** Backward of a linear layer is two products of the size of its forward one. */
const TRAINING = 3;

/** What one step does. */
export interface Work {
  readonly tokens: number;
  readonly flops: number;
}

/** An SFT step; its tokens are those of prompts, separators and responses. */
export function sftWork(dims: BenchDims): Work {
  const pass = scoredPass(dims, dims.response);
  return { tokens: dims.batch * pass.length, flops: dims.batch * TRAINING * forwardFlops(dims, pass) };
}

/**
 * A step of the reward model with the likelihood-aware head; its tokens are those of both responses with their prompts.
 * The two responses of a pair share the prompt, whose operations count once.
 */
export function rewardWork(dims: BenchDims): Work {
  const first = scoredPass(dims, dims.response);
  const second = { ...first, shared: dims.prompt };
  return {
    tokens: dims.batch * 2 * first.length,
    flops: dims.batch * TRAINING * (forwardFlops(dims, first) + forwardFlops(dims, second)),
  };
}

/** A batch of responses; its tokens are those written. */
export function rolloutWork(dims: BenchDims): Work {
  return {
    tokens: dims.batch * dims.response,
    flops: dims.batch * forwardFlops(dims, sampledPass(dims, dims.response)),
  };
}

/**
 * A REINFORCE iteration: sampling, the reward model's scores, the pass of the frozen SFT policy, the update. Its tokens
 * are those written.
 * @param lengths tokens of each response.
 */
export function rlWork(dims: BenchDims, lengths: readonly number[]): Work {
  let [tokens, flops] = [0, 0];
  for (const length of lengths) {
    tokens += length;
    flops +=
      forwardFlops(dims, sampledPass(dims, length)) + (1 + 1 + TRAINING) * forwardFlops(dims, scoredPass(dims, length));
  }
  return { tokens, flops };
}
