import { reinforce } from '../algorithms/reinforce';
import { rewardModel, scoreResponses, type LabelledPair } from '../algorithms/rewardModel';
import { sft, type Document } from '../algorithms/sft';
import type { Algorithm } from '../algorithms/types';
import type { WorkloadId } from '../core/benchReport';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { TOKEN } from '../core/tokens';
import { initialParameters } from '../nn/init';
import { layoutOf, type ModelShape } from '../nn/layout';
import type { Engine, ParameterSet } from '../nn/types';
import { rewardWork, rlWork, rolloutWork, sftWork, type BenchDims, type Work } from './work';

/** Something that runs do over and over, ready to be repeated. */
export interface Workload {
  /**
   * Goes on until the device has answered: `readEvery` steps of an engine where training reads metrics that often, one
   * sampled batch otherwise.
   */
  once(): Promise<{ readonly steps: number; readonly work: Work }>;
  dispose(): Promise<void>;
}

const SEED = 1;
const HEADS = 4;
const TEMPERATURE = 0.9;
/** More steps than anyone will wait for. */
const ENDLESS = 1_000_000_000;
/** So small that the thousandth step does the same work as the first: no response grows or shrinks. */
const LEARNING_RATE = 1e-6;
/** Nothing is measured beside the steps themselves. */
const NEVER = ENDLESS;
const WEIGHT_DECAY = 0.01;
const RESERVED = Array.from({ length: TOKEN.firstWord }, (_, id) => id);

/** A model with room for a prompt and two responses with their marks, as in a run. */
export function shapeOf({ width, layers, vocab, prompt, response }: BenchDims): ModelShape {
  const positions = Math.ceil((prompt + 2 * response + 3) / 16) * 16;
  return { vocab, width, layers, heads: HEADS, positions, valueHeads: 1 };
}

/** Opens a workload on random words and random weights: what the words say costs nothing. */
export function openWorkload(id: WorkloadId, engine: Engine, dims: BenchDims): Workload {
  const shape = shapeOf(dims);
  const draw = new Stream(streamKey(SEED, PURPOSE.test));
  const words = (count: number): number[] =>
    Array.from({ length: count }, () => TOKEN.firstWord + draw.int(dims.vocab - TOKEN.firstWord));
  const response = (): number[] => [...words(dims.response - 1), TOKEN.eos];
  const params = (): ParameterSet => engine.createParameters(shape, initialParameters(layoutOf(shape), SEED));
  const prompts = Array.from({ length: dims.batch }, () => words(dims.prompt));
  switch (id) {
    case 'sft':
      return sftWorkload(engine, params(), prompts.map((prompt) => ({ prompt, response: response() })), sftWork(dims));
    case 'reward': {
      const pairs = prompts.map((prompt): LabelledPair => ({ prompt, responses: [response(), response()], pA: draw.int(2) }));
      return rewardWorkload(engine, params(), pairs, rewardWork(dims));
    }
    case 'rollout':
      return rolloutWorkload(engine, params(), prompts, dims);
    case 'rl':
      return rlWorkload(engine, [params(), params(), params()], prompts, dims);
  }
}

function sftWorkload(engine: Engine, policy: ParameterSet, documents: readonly Document[], work: Work): Workload {
  const optimizer = engine.createOptimizer(policy);
  const config = {
    steps: ENDLESS, batch: documents.length, learningRate: LEARNING_RATE, weightDecay: WEIGHT_DECAY, validateEvery: NEVER,
  };
  const training = sft(config, { engine, policy, optimizer, documents: () => documents, validation: [] });
  return trained(training, [optimizer, policy], () => work);
}

function rewardWorkload(engine: Engine, params: ParameterSet, pairs: readonly LabelledPair[], work: Work): Workload {
  const optimizer = engine.createOptimizer(params);
  const config = {
    head: 'likelihood' as const, epochs: ENDLESS, batch: pairs.length, learningRate: LEARNING_RATE,
    weightDecay: WEIGHT_DECAY, measureEvery: NEVER, seed: SEED,
  };
  const training = rewardModel(config, { engine, params, optimizer, pairs, heldOut: [] });
  return trained(training, [optimizer, params], () => work);
}

function rolloutWorkload(
  engine: Engine, policy: ParameterSet, prompts: readonly (readonly number[])[], dims: BenchDims,
): Workload {
  const withSeparator = prompts.map((prompt) => [...prompt, TOKEN.sep]);
  const work = rolloutWork(dims);
  return {
    async once() {
      // End-of-text is banned too, so that every response has its full length.
      await engine.generate(policy, withSeparator, {
        temperature: TEMPERATURE, maxNewTokens: dims.response, bannedIds: RESERVED, key: streamKey(SEED, PURPOSE.rollout),
      });
      return { steps: 1, work };
    },
    dispose: async () => policy.dispose(),
  };
}

function rlWorkload(
  engine: Engine,
  [policy, reference, reward]: readonly [ParameterSet, ParameterSet, ParameterSet],
  prompts: readonly (readonly number[])[],
  dims: BenchDims,
): Workload {
  const optimizer = engine.createOptimizer(policy);
  // Random weights end a response early about once in a thousand tokens: what is counted is what was written.
  let written: number[] = [];
  const config = {
    iterations: ENDLESS, klCoef: 0.05, learningRate: LEARNING_RATE, valueLearningRate: LEARNING_RATE,
    temperature: TEMPERATURE, maxNewTokens: dims.response, measureEvery: NEVER, seed: SEED,
  };
  const training = reinforce(config, {
    engine, policy, optimizer, reference,
    prompts: () => prompts,
    reward(rollouts) {
      written.push(...rollouts.map((rollout) => rollout.response.length));
      return scoreResponses(engine, reward, 'likelihood', rollouts);
    },
  });
  return trained(training, [optimizer, policy, reference, reward], (steps) => {
    const { tokens, flops } = rlWork(dims, written);
    written = [];
    return { tokens: tokens / steps, flops: flops / steps };
  });
}

/** @param workOf what each of the last `steps` steps did. */
function trained(
  training: Algorithm<void>,
  owned: readonly { dispose(): void }[],
  workOf: (steps: number) => Work,
): Workload {
  return {
    async once() {
      const { value, done } = await training.next();
      if (done) throw new Error('the measured training came to an end');
      return { steps: value.length, work: workOf(value.length) };
    },
    async dispose() {
      await training.return();
      for (const one of owned) one.dispose();
    },
  };
}
