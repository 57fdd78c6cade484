// The training loop of the methods that imitate chosen text: expert iteration, Chain of Hindsight, conditional training
//   L = -mean over learned tokens of log pi(y_t | x, y_<t)
import { tensor2d } from '@tensorflow/tfjs-core';
import { negativeLogLikelihood } from '../losses';
import { packBatch, promptAndResponse, type Sequence } from '../nn/batch';
import type { Engine, Optimizer, ParameterSet } from '../nn/types';
import type { Completion } from './batches';
import { linearDecay, MetricsReader, update } from './train';
import type { Algorithm, Metrics } from './types';

/** A sequence and which of its tokens are learned. */
export interface Example {
  readonly sequence: Sequence;
  /** From the first scored position on: 1 where the next token is learned, 0 where not. Nothing after its end is. */
  readonly learned: readonly number[];
}

/** A response of which every token is learned. */
export function learnResponse({ prompt, response }: Completion): Example {
  return { sequence: promptAndResponse(prompt, response), learned: new Array<number>(response.length).fill(1) };
}

export interface ImitationConfig {
  /** First step, counted from 0, and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** Steps of the whole run, over which the learning rate falls linearly to a tenth. */
  readonly total: number;
  /** Peak. */
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Steps between two measurements, by `measure` or by the caller: a yield ends after each multiple. */
  readonly measureEvery: number;
}

export interface ImitationDeps {
  readonly engine: Engine;
  /** Trained in place. */
  readonly policy: ParameterSet;
  /** Of the policy. */
  readonly optimizer: Optimizer;
  examples(step: number): readonly Example[];
  /** What is known on the host about a step, to go with its metrics. */
  notes?(step: number): Readonly<Record<string, number>>;
  /** Measures the policy as it stands. */
  readonly measure?: () => Promise<Readonly<Record<string, number>>>;
}

/** Yields loss/nll_avg (nats per learned token), grad_norm and, now and then, what is measured. */
export async function* imitate(config: ImitationConfig, deps: ImitationDeps): Algorithm<void> {
  const { engine, policy, optimizer, measure } = deps;
  const { from, to, total, learningRate, weightDecay } = config;
  const reader = new MetricsReader(engine, `Lower the learning rate (now ${learningRate}).`);
  try {
    for (let step = from; step < to; step++) {
      const examples = deps.examples(step);
      const batch = packBatch(examples.map(({ sequence }) => sequence));
      const forward = await engine.forward(policy, batch, { outputs: ['logp'], keep: true });
      const mask = tensor2d(
        examples.map(({ learned }) => Array.from({ length: batch.scored }, (_, s) => learned[s] ?? 0)),
        undefined, 'float32',
      );
      const { loss, gradNorm } = await update(
        engine, forward, ['logp'], ({ logp }) => negativeLogLikelihood(logp, mask), optimizer,
        { learningRate: linearDecay(step, total, learningRate), weightDecay },
      ).finally(() => mask.dispose());
      reader.add(step + 1, { 'loss/nll_avg': loss, grad_norm: gradNorm }, deps.notes?.(step));
      const last = step === to - 1;
      const due = (step + 1) % config.measureEvery === 0;
      const measured = measure && (step === total - 1 || due);
      if (!due && !last && !reader.due) continue;
      yield* reader.flush(measured
        ? async (): Promise<Metrics> => ({ step: step + 1, values: await measure() })
        : undefined);
    }
  } finally {
    reader.dispose();
  }
}
