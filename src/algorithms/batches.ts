/** Batches of responses, and the order in which methods with a fixed set of examples go through it. */
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { packBatch, promptAndResponse } from '../nn/batch';
import type { Batch } from '../nn/types';

/** A response and what it answers. */
export interface Completion {
  readonly prompt: ArrayLike<number>;
  /** Ends with end-of-text where it was reached. */
  readonly response: ArrayLike<number>;
}

/**
 * A batch scored from the separator to the state after each response's last token, and the numbers of response tokens.
 * Completions of one prompt should lie side by side, so that an engine can share it.
 */
export function responseBatch(completions: readonly Completion[]): { batch: Batch; lengths: number[] } {
  return {
    batch: packBatch(completions.map(({ prompt, response }) => promptAndResponse(prompt, response))),
    lengths: completions.map(({ response }) => response.length),
  };
}

/** How often and in what pieces a method goes through its examples. */
export interface EpochConfig {
  readonly epochs: number;
  /** Examples per step. */
  readonly batch: number;
  readonly seed: number;
}

/** Steps of a run over this many examples: those left over by the last full batch of an epoch are left out of it. */
export function epochSteps({ batch, epochs }: Pick<EpochConfig, 'batch' | 'epochs'>, examples: number): number {
  return Math.max(1, Math.floor(examples / batch)) * epochs;
}

/** The examples of a step; each epoch goes through them in an order of its own. */
export function epochBatch<Example>(config: EpochConfig, examples: readonly Example[], step: number): Example[] {
  const perEpoch = epochSteps(config, examples.length) / config.epochs;
  const order = new Stream(streamKey(config.seed, PURPOSE.shuffle, Math.floor(step / perEpoch))).shuffle(examples);
  const first = (step % perEpoch) * config.batch;
  return order.slice(first, first + config.batch);
}
