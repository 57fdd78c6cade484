// What the methods that learn from their own samples share: sampling, the figures of the objective, and several steps on
// one batch of rollouts.

import {
  add, dispose, gather, mean, mul, stack, tensor1d, tidy, type Scalar, type Tensor1D, type Tensor2D, type TensorContainer,
} from '@tensorflow/tfjs-core';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { TOKEN } from '../core/tokens';
import { maskedMean, meanSequenceKl, tokenColumns, type Declared } from '../losses';
import { packBatch, promptAndResponse, type Sequence } from '../nn/batch';
import type { AdamWOptions, Batch, Engine, Generation, Optimizer, OutputName, Outputs, ParameterSet } from '../nn/types';
import { update } from './train';

export interface OnPolicyConfig {
  readonly iterations: number;
  /** Beta of J = E[(1 - beta) r(x, y) - beta KL(pi || pi_SFT)], 0..1. */
  readonly klCoef: number;
  readonly learningRate: number;
  readonly temperature: number;
  /** Most tokens of a response, end-of-text included. */
  readonly maxNewTokens: number;
  /** The caller measures the policy after multiples of this many iterations: a yield ends there. */
  readonly measureEvery: number;
  readonly seed: number;
}

/** How often one batch of rollouts is used. */
export interface ReuseConfig {
  /** Passes over each batch of rollouts. */
  readonly epochs: number;
  /** Steps of a pass: the parts that the batch is cut into, at most as many as it has prompts. */
  readonly minibatches: number;
}

/**
 * Weight of the value loss. AdamW makes the value head's own steps blind to it; it only keeps the head's gradient from
 * filling the global norm that the policy's gradient is clipped by.
 */
export const VALUE_COEFFICIENT = 0.01;

export interface Rollout {
  readonly prompt: ArrayLike<number>;
  readonly response: Int32Array;
  readonly finished: boolean;
}

export interface OnPolicyDeps {
  readonly engine: Engine;
  /** Trained in place. */
  readonly policy: ParameterSet;
  /** Of the policy. */
  readonly optimizer: Optimizer;
  /** Iterations done already: policy and optimizer stand after them. Default 0. */
  readonly from?: number;
  /** The frozen SFT policy. */
  readonly reference: ParameterSet;
  /** The prompts of an iteration, each answered once, or as often as the method compares responses. */
  prompts(iteration: number): readonly ArrayLike<number>[];
  /** Reward of each response. */
  reward(rollouts: readonly Rollout[], iteration: number): Promise<Float32Array>;
  /**
   * One reward for each response token, end-of-text included. Where given it stands in for `reward`: a response's score is
   * their sum, and the methods whose actions are tokens (REINFORCE, PPO) pay each at its token.
   */
  tokenRewards?(rollouts: readonly Rollout[], iteration: number): Promise<readonly Float32Array[]>;
}

/** Responses to the prompts of an iteration. Those to one prompt lie side by side. */
export interface RolloutBatch {
  readonly rollouts: readonly Rollout[];
  readonly scores: Float32Array;
  /** Of each response's tokens, where they were scored one by one; they add up to `scores`. */
  readonly tokenRewards: readonly Float32Array[] | undefined;
  /** Tokens of each response. */
  readonly lengths: readonly number[];
  readonly sequences: readonly Sequence[];
  readonly batch: Batch;
}

/**
 * Samples the responses of an iteration from the policy and has them scored.
 * @throws RangeError where `tokenRewards` gives a response another number of rewards than it has tokens.
 */
export async function collectRollouts(
  config: Pick<OnPolicyConfig, 'temperature' | 'maxNewTokens' | 'seed'>,
  deps: Pick<OnPolicyDeps, 'engine' | 'policy' | 'prompts' | 'reward' | 'tokenRewards'>,
  iteration: number,
  samplesPerPrompt = 1,
): Promise<RolloutBatch> {
  const prompts = deps.prompts(iteration);
  const generations = await sample(deps.engine, deps.policy, prompts, {
    temperature: config.temperature,
    maxNewTokens: config.maxNewTokens,
    key: streamKey(config.seed, PURPOSE.rollout, iteration),
    samplesPerPrompt,
  });
  const rollouts = generations.map((g, row) => ({
    prompt: prompts[Math.floor(row / samplesPerPrompt)]!, response: g.tokens, finished: g.finished,
  }));
  const lengths = rollouts.map(({ response }) => response.length);
  const tokenRewards = await deps.tokenRewards?.(rollouts, iteration);
  if (tokenRewards && lengths.some((length, row) => tokenRewards[row]?.length !== length)) {
    throw new RangeError('each response needs one reward a token');
  }
  const scores = tokenRewards
    ? Float32Array.from(tokenRewards, (rewards) => rewards.reduce((sum, reward) => sum + reward, 0))
    : await deps.reward(rollouts, iteration);
  const sequences = rollouts.map(({ prompt, response }) => promptAndResponse(prompt, response));
  return { rollouts, scores, tokenRewards, lengths, sequences, batch: packBatch(sequences) };
}

/**
 * What `klPenalisedRewards` pays: [B, S] the rewards of tokens where there are any, else [B] the scores. The caller
 * disposes it.
 */
export function paidRewards({ scores, tokenRewards, batch }: RolloutBatch): Tensor1D | Tensor2D {
  return tokenRewards ? tokenColumns(tokenRewards, batch.scored, 'token') : tensor1d(scores);
}

/** Responses to each prompt; the separator is added here. */
export function sample(
  engine: Engine,
  policy: ParameterSet,
  prompts: readonly ArrayLike<number>[],
  options: { temperature: number; maxNewTokens: number; key: number; firstRow?: number; samplesPerPrompt?: number },
): Promise<Generation[]> {
  return engine.generate(policy, prompts.map((prompt) => [...Array.from(prompt), TOKEN.sep]), {
    ...options,
    bannedIds: RESERVED,
  });
}

/** A response is made of words: every reserved id but end-of-text is banned. */
const RESERVED: readonly number[] = Array.from({ length: TOKEN.firstWord }, (_, id) => id).filter((id) => id !== TOKEN.eos);

/**
 * What `read` makes of the outputs of a batch under the policy as it stands, and of its log-probabilities under the
 * reference. `read` runs inside `tidy`; no gradient passes.
 */
export async function underBoth<Read extends TensorContainer>(
  { engine, policy, reference }: Pick<OnPolicyDeps, 'engine' | 'policy' | 'reference'>,
  batch: Batch,
  { outputs, temperature }: { outputs: readonly OutputName[]; temperature: number },
  read: (outputs: Outputs, referenceLogp: Tensor2D) => Read,
): Promise<Read> {
  const frozen = await engine.forward(reference, batch, { outputs: ['logp'], temperature });
  try {
    const present = await engine.forward(policy, batch, { outputs, temperature });
    try {
      return tidy(() => read(present.outputs, frozen.outputs.logp!));
    } finally {
      present.dispose();
    }
  } finally {
    frozen.dispose();
  }
}

/** TRL's objective/*: what is optimised, at the policy that sampled. KL is the k1 estimate. Call inside `tidy`. */
export function objectiveMetrics(
  scores: Tensor1D,
  { logp, entropy }: Outputs,
  referenceLogp: Tensor2D,
  mask: Tensor2D,
  klCoef: number,
): Record<string, Scalar> {
  const kl = meanSequenceKl(logp!, referenceLogp, mask);
  const penalty: Scalar = mul(kl, -klCoef);
  return {
    'objective/scores': mean<Scalar>(scores),
    'objective/kl': kl,
    'objective/non_score_reward': penalty,
    'objective/rlhf_reward': add(mul(mean<Scalar>(scores), 1 - klCoef), penalty),
    'objective/entropy': maskedMean(entropy!, mask),
  };
}

/** TRL's completions/*. */
export function completionMetrics(rollouts: readonly Rollout[]): Record<string, number> {
  return {
    'completions/mean_length': rollouts.reduce((sum, { response }) => sum + response.length, 0) / rollouts.length,
    'completions/clipped_ratio': rollouts.filter(({ finished }) => !finished).length / rollouts.length,
  };
}

/** What to change where training diverges. */
export function divergenceAdvice({ learningRate, klCoef }: Pick<OnPolicyConfig, 'learningRate' | 'klCoef'>): string {
  return `Lower the RL learning rate (now ${learningRate}) or raise the KL coefficient (now ${klCoef}).`;
}

export interface MinibatchSteps<Name extends OutputName, Constants extends Readonly<Record<string, Tensor2D>>> {
  readonly rollouts: RolloutBatch;
  /** Responses to one prompt: they stay together. */
  readonly groupSize: number;
  /** One row a response, computed at the policy that sampled. Disposed at the end. */
  readonly constants: Constants;
  /** Figures of the batch as a whole, which come back beside those of the steps. Disposed where a step fails. */
  readonly metrics: Readonly<Record<string, Scalar>>;
  readonly iteration: number;
  readonly config: ReuseConfig & Pick<OnPolicyConfig, 'temperature' | 'seed'>;
  /** What the loss reads. */
  readonly outputs: readonly Name[];
  readonly loss: (outputs: Declared<Outputs, Name>, constants: Constants) => Scalar;
  /** Figures of a step, before it is taken; runs inside `tidy`. */
  readonly measure: (outputs: Declared<Outputs, Name>, constants: Constants) => Record<string, Scalar>;
  readonly options: AdamWOptions;
}

/**
 * Several passes of minibatch steps over one batch of rollouts (Schulman et al. 2017, arXiv 1707.06347, algorithm 1).
 * @returns `metrics`, and means over the steps of what `measure` gives and of grad_norm. The caller disposes them.
 */
export async function minibatchSteps<Name extends OutputName, Constants extends Readonly<Record<string, Tensor2D>>>(
  { engine, policy, optimizer }: Pick<OnPolicyDeps, 'engine' | 'policy' | 'optimizer'>,
  plan: MinibatchSteps<Name, Constants>,
): Promise<Record<string, Scalar>> {
  const { rollouts, groupSize, constants, metrics, iteration, config, outputs, loss, measure, options } = plan;
  const groups = Array.from({ length: rollouts.sequences.length / groupSize }, (_, group) => group);
  const steps: Record<string, Scalar>[] = [];
  try {
    for (let epoch = 0; epoch < config.epochs; epoch++) {
      const order = new Stream(streamKey(config.seed, PURPOSE.shuffle, iteration, epoch)).shuffle(groups);
      for (const part of cut(order, config.minibatches)) {
        const rows = part.flatMap((group) => Array.from({ length: groupSize }, (_, i) => group * groupSize + i));
        // As many scored positions as the whole batch has, so that the constants fit.
        const batch = packBatch(rows.map((row) => rollouts.sequences[row]!), { scored: rollouts.batch.scored });
        const chosen = rowsOf(constants, rows);
        try {
          const forward = await engine.forward(policy, batch, {
            outputs, temperature: config.temperature, keep: true, detachValue: true,
          });
          const figures = tidy(() => measure(forward.outputs as Declared<Outputs, Name>, chosen));
          steps.push(figures);
          const { loss: value, gradNorm } =
            await update(engine, forward, outputs, (declared) => loss(declared, chosen), optimizer, options);
          value.dispose();
          figures['grad_norm'] = gradNorm;
        } finally {
          dispose(Object.values(chosen));
        }
      }
    }
    const means = tidy(() => Object.fromEntries(Object.keys(steps[0]!).map((name) =>
      [name, mean<Scalar>(stack(steps.map((step) => step[name]!)))])));
    return { ...metrics, ...means };
  } catch (error) {
    dispose(Object.values(metrics));
    throw error;
  } finally {
    dispose(steps.flatMap((step) => Object.values(step)));
    dispose(Object.values(constants));
  }
}

/** Consecutive parts, as equal as they can be; none is empty. */
function cut<Item>(items: readonly Item[], parts: number): Item[][] {
  const count = Math.min(parts, items.length);
  const bound = (part: number): number => Math.floor((part * items.length) / count);
  return Array.from({ length: count }, (_, part) => items.slice(bound(part), bound(part + 1)));
}

/** The given rows of each tensor. The caller disposes them. */
function rowsOf<Constants extends Readonly<Record<string, Tensor2D>>>(constants: Constants, rows: number[]): Constants {
  return tidy(() => {
    const indices = tensor1d(rows, 'int32');
    const chosen = Object.entries(constants).map(([name, tensor]) => [name, gather(tensor, indices)]);
    return Object.fromEntries(chosen) as Constants;
  });
}
