import { aLol } from '../../algorithms/aLol';
import { alignedPrompt, conditional, type ScoredResponse } from '../../algorithms/conditional';
import { directPreference } from '../../algorithms/directPreference';
import { epochSteps, type EpochConfig } from '../../algorithms/batches';
import { expertIteration, expertIterationSteps } from '../../algorithms/expertIteration';
import { grpo } from '../../algorithms/grpo';
import { goodPrompt, hindsight, orderedPairs } from '../../algorithms/hindsight';
import { kto, unpaired } from '../../algorithms/kto';
import { nashMd } from '../../algorithms/nashMd';
import { onlineDpo } from '../../algorithms/onlineDpo';
import { p3o } from '../../algorithms/p3o';
import { ppo } from '../../algorithms/ppo';
import { rankedLists, type RankedList } from '../../algorithms/rankedLists';
import { reinforce } from '../../algorithms/reinforce';
import type { LabelledPair } from '../../algorithms/rewardModel';
import { rloo } from '../../algorithms/rloo';
import { sample, type OnPolicyConfig, type Rollout } from '../../algorithms/rollouts';
import { superHf } from '../../algorithms/superHf';
import type { Algorithm } from '../../algorithms/types';
import type { Best } from '../../algorithms/bestOfN';
import { bothCompletions } from '../../algorithms/offline';
import type { ExperimentConfig } from '../../core/config';
import type { MethodId } from '../../core/methods';
import { mix, PURPOSE, streamKey } from '../../core/rng';
import { sampleQuantile } from '../../core/stats';
import type { DirectLossName } from '../../losses';
import type { Optimizer, ParameterSet } from '../../nn/types';
import type { Scope } from '../scope';
import type { Answering } from './answers';
import { WEIGHT_DECAY } from './prepare';
import type { PromptBook, Reward } from './rewards';
import { PromptSupply } from './supply';

/** Range of PPO's value clip, as in the summarisation work of Stiennon et al. 2020. */
const VALUE_CLIP = 0.2;
/** Each pass over a batch of rollouts takes it whole, in one step. */
const MINIBATCHES = 1;
/** Ratios of A-LoL are clipped to 1 +- this, as in the paper. */
const A_LOL_CLIP = 0.9;
/** Passes of A-LoL's value head over the responses, and its learning rate. */
const A_LOL_VALUE = { valueEpochs: 4, valueLearningRate: 1e-2 } as const;

/** What a method has to work with. `scope.config` is the arm's. */
export interface Materials {
  readonly scope: Scope;
  /** Trained in place; a copy of `sft` at first. */
  readonly policy: ParameterSet;
  /** Frozen. */
  readonly sft: ParameterSet;
  readonly train: readonly LabelledPair[];
  readonly heldOut: readonly LabelledPair[];
  /** Gold's verdict on the held-out pairs, which nothing learns from. */
  readonly judgements: Readonly<Record<string, readonly number[]>>;
  /** Where the method learns from rewards or preferences. */
  readonly reward: Reward | undefined;
  readonly prompts: PromptBook;
}

/** A method ready to train. */
export interface Training {
  /** Steps in all, in its own unit; 0 where nothing is trained. */
  readonly total: number;
  /** What the steps are called: "60 iterations". */
  readonly unit: 'iterations' | 'steps';
  readonly answering?: Answering;
  /** Starts after `from` steps. */
  readonly begin: (optimizer: Optimizer, from: number) => Algorithm<void>;
}

/** How the policy of a method is asked, where that is more than to give it the prompt; the best of n needs its reward too. */
export function asking(method: MethodId): Answering {
  if (method === 'hindsight') return { ask: goodPrompt };
  return method === 'conditional' ? { ask: alignedPrompt } : {};
}

/** Direct losses by the method that has them. */
const DIRECT: { readonly [M in MethodId]?: DirectLossName } = {
  dpo: 'dpo', cdpo: 'cdpo', 'robust-dpo': 'robust', ipo: 'ipo', slic: 'slic', simpo: 'simpo',
};

/** The arm's method with its settings. @throws Error where it lacks what it learns from. */
export async function trainingOf(materials: Materials): Promise<Training> {
  const { rl } = materials.scope.config;
  const direct = DIRECT[rl.method];
  if (direct) return fromPairs(materials, direct);
  switch (rl.method) {
    case 'reinforce':
    case 'rloo':
    case 'grpo':
    case 'ppo':
    case 'p3o':
    case 'nash-md':
    case 'online-dpo':
    case 'superhf':
      return onPolicy(materials, rl.method);
    case 'kto': {
      const { config, deps } = offline(materials);
      const examples = unpaired(materials.train);
      // As many desirable as undesirable responses: both kinds weigh the same.
      const settings = { ...config, beta: materials.scope.config.direct.beta, desirableWeight: 1, undesirableWeight: 1 };
      return inEpochs(settings, examples.length, (optimizer, from) => kto(settings, { ...deps, optimizer, from, examples }));
    }
    case 'pro':
    case 'lipo':
      return fromLists(materials, rl.method);
    case 'a-lol': {
      const { config, deps } = offline(materials);
      const { variant, beta } = materials.scope.config.direct;
      const examples = (await scored(materials, materials.train)).map(({ score, ...rest }) => ({ ...rest, reward: score }));
      const settings = { ...config, ...A_LOL_VALUE, variant, beta, clip: A_LOL_CLIP };
      return inEpochs(settings, examples.length, (optimizer, from) => aLol(settings, { ...deps, optimizer, from, examples, baseline: examples }));
    }
    case 'hindsight': {
      const { config, deps } = offline(materials);
      const ordered = orderedPairs(materials.train);
      return {
        ...inEpochs(config, ordered.length, (optimizer, from) => hindsight(config, { ...deps, optimizer, from, pairs: ordered })),
        answering: asking(rl.method),
      };
    }
    case 'conditional': {
      const { config, deps } = offline(materials);
      const responses = await scored(materials, materials.train);
      const threshold = sampleQuantile(responses.map(({ score }) => score).sort((a, b) => a - b), 0.5);
      const settings = { ...config, threshold, dropMarker: materials.scope.config.samples.dropMarker };
      const heldOut = await scored(materials, materials.heldOut);
      return {
        ...inEpochs(settings, responses.length, (optimizer, from) => conditional(settings, { ...deps, optimizer, from, responses, heldOut })),
        answering: asking(rl.method),
      };
    }
    case 'best-of-n':
      return {
        total: 0, unit: 'steps',
        answering: { best: { n: materials.scope.config.samples.n, score: rewardOf(materials).score } },
        begin: () => { throw new Error('Best of n trains nothing.'); },
      };
    case 'expert-iteration':
    case 'raft':
      return fromBest(materials, rl.method === 'raft' ? materials.scope.config.samples.rounds : 1);
    default:
      throw new Error(`There is no method ${rl.method}.`);
  }
}

/** @throws Error where the arm has no reward. */
function rewardOf({ reward }: Materials): Reward {
  if (!reward) throw new Error('This method needs a reward, and the arm has none.');
  return reward;
}

type OnPolicyMethod = 'reinforce' | 'rloo' | 'grpo' | 'ppo' | 'p3o' | 'nash-md' | 'online-dpo' | 'superhf';

/** Responses to each prompt of an iteration: methods that compare responses need several. */
function responsesPerPrompt(method: OnPolicyMethod, { rl, samples }: ExperimentConfig): number {
  switch (method) {
    case 'rloo':
    case 'grpo':
      return rl.groupSize;
    case 'superhf':
      return samples.n;
    case 'p3o':
    case 'online-dpo':
      return 2;
    default:
      return 1;
  }
}

/** Methods that learn from their own samples, an iteration at a time. */
function onPolicy(materials: Materials, method: OnPolicyMethod): Training {
  const { scope, policy, sft } = materials;
  const { config, task, engine } = scope;
  const { rl, direct, samples } = config;
  const reward = rewardOf(materials);
  const samplesPerPrompt = responsesPerPrompt(method, config);
  const perIteration = Math.max(1, Math.floor(rl.batch / samplesPerPrompt));
  const supply = new PromptSupply(task, 'rl', config.run.seed);
  const shared: OnPolicyConfig = {
    iterations: rl.iterations, klCoef: rl.klCoef, learningRate: rl.learningRate, temperature: rl.temperature,
    maxNewTokens: task.maxResponseTokens, measureEvery: config.evaluation.every, seed: config.run.seed,
  };
  const reuse = { epochs: rl.passes, minibatches: MINIBATCHES, clipRange: rl.clipRange };
  const { valueLearningRate, mixtureCoef, gaeLambda, whitenAdvantages, whitenRewards, scaleByDeviation, jointClip } = rl;
  return {
    total: rl.iterations, unit: 'iterations',
    begin: (optimizer, from) => {
      const own = {
        engine, policy, optimizer, from, reference: sft,
        prompts(iteration: number) {
          reward.begin?.(iteration);
          return materials.prompts.tokensOf(supply.take(iteration * perIteration, perIteration));
        },
      };
      const { tokens } = reward;
      const rewarded = { ...own, reward: reward.score, ...(tokens ? { tokenRewards: (rollouts: readonly Rollout[]) => tokens(rollouts) } : {}) };
      const judged = { ...own, prefer: reward.prefer };
      switch (method) {
        case 'reinforce':
          return reinforce({ ...shared, valueLearningRate }, rewarded);
        case 'rloo':
          return rloo({ ...shared, samplesPerPrompt }, rewarded);
        case 'grpo':
          return grpo({ ...shared, ...reuse, samplesPerPrompt, scaleByDeviation, divideByLength: scaleByDeviation }, rewarded);
        case 'ppo':
          return ppo({ ...shared, ...reuse, valueLearningRate, gaeLambda, whitenAdvantages, whitenRewards, valueClipRange: VALUE_CLIP }, rewarded);
        case 'p3o':
          return p3o({ ...shared, ...reuse, clipping: jointClip ? 'joint' : 'separate' }, rewarded);
        case 'nash-md':
          return nashMd({ ...shared, valueLearningRate, mixtureCoef }, judged);
        case 'online-dpo':
          return onlineDpo({ ...shared, beta: direct.beta }, judged);
        case 'superhf':
          return superHf({ ...shared, n: samples.n, klCoef: samples.klCoef }, rewarded);
      }
    },
  };
}

/** What the methods that learn from a fixed set share. */
function offline({ scope, policy, sft, heldOut, judgements }: Materials) {
  const { engine, config } = scope;
  const { epochs, batch, learningRate } = config.direct;
  return {
    config: { epochs, batch, learningRate, weightDecay: WEIGHT_DECAY, measureEvery: config.evaluation.every, seed: config.run.seed },
    deps: { engine, policy, reference: sft, heldOut, judgements },
  };
}

/** A training that goes through `examples` in epochs. */
function inEpochs(config: Pick<EpochConfig, 'epochs' | 'batch'>, examples: number, begin: Training['begin']): Training {
  return { total: epochSteps(config, examples), unit: 'steps', begin };
}

function fromPairs(materials: Materials, loss: DirectLossName): Training {
  const { config, deps } = offline(materials);
  const { beta, labelSmoothing, targetMargin, sftCoef } = materials.scope.config.direct;
  const settings = { ...config, loss, beta, labelSmoothing, targetMargin, sftCoef };
  const pairs = materials.train;
  return inEpochs(settings, pairs.length, (optimizer, from) => directPreference(settings, { ...deps, optimizer, from, pairs }));
}

/** Both responses of each pair with their rewards. */
async function scored(materials: Materials, pairs: readonly LabelledPair[]): Promise<ScoredResponse[]> {
  const completions = bothCompletions(pairs).map(({ prompt, response }) => ({ prompt, response: Int32Array.from(response) }));
  const scores = await rewardOf(materials).score(completions);
  return completions.map((completion, i) => ({ ...completion, score: scores[i]! }));
}

/** Prompts whose lists are sampled in one go. */
const LIST_CHUNK = 64;

/** Lists of SFT samples for the prompts of the pairs, as many responses in all as the pairs have, ranked by the reward. */
async function fromLists(materials: Materials, method: 'pro' | 'lipo'): Promise<Training> {
  const { scope, sft, train } = materials;
  const { groupSize } = scope.config.rl;
  const { config, deps } = offline(materials);
  const { beta, sftCoef } = scope.config.direct;
  const prompts = train.slice(0, Math.max(1, Math.floor((2 * train.length) / groupSize))).map(({ prompt }) => prompt);
  const lists: RankedList[] = [];
  for (let from = 0; from < prompts.length; from += LIST_CHUNK) {
    await scope.gate.pass();
    const chunk = prompts.slice(from, from + LIST_CHUNK);
    const written = await sample(scope.engine, sft, chunk, {
      temperature: scope.config.pairs.temperature, maxNewTokens: scope.task.maxResponseTokens,
      samplesPerPrompt: groupSize, firstRow: from * groupSize, key: streamKey(scope.config.run.seed, PURPOSE.select, 1),
    });
    const scores = await rewardOf(materials).score(written.map(({ tokens }, row) => ({ prompt: chunk[Math.floor(row / groupSize)]!, response: tokens })));
    chunk.forEach((prompt, i) => {
      const rows = [i * groupSize, (i + 1) * groupSize] as const;
      lists.push({ prompt, responses: written.slice(...rows).map(({ tokens }) => tokens), scores: Array.from(scores.subarray(...rows)) });
    });
  }
  const settings = { ...config, method, beta, sftCoef };
  return inEpochs(settings, lists.length, (optimizer, from) => rankedLists(settings, { ...deps, optimizer, from, lists }));
}

/** Rounds of imitating the best of the policy's own samples. */
function fromBest(materials: Materials, rounds: number): Training {
  const { scope, policy } = materials;
  const { config, task, engine } = scope;
  const { samples, direct, rl, run, evaluation } = config;
  const reward = rewardOf(materials);
  const supply = new PromptSupply(task, 'rl', run.seed);
  const prompts = Math.max(1, Math.floor(samples.prompts / rounds));
  const settings = {
    rounds, prompts, n: samples.n, epochs: samples.epochs, batch: Math.min(direct.batch, prompts), learningRate: direct.learningRate,
    weightDecay: WEIGHT_DECAY, temperature: rl.temperature, maxNewTokens: task.maxResponseTokens,
    measureEvery: evaluation.every, seed: mix(run.seed, rounds),
  };
  // Kept over a lost GPU: the policy that drew a round's samples is gone by then.
  const picked = new Map<number, readonly Best[]>();
  return {
    total: expertIterationSteps(settings), unit: 'steps',
    begin: (optimizer, from) =>
      expertIteration(settings, {
        engine, policy, optimizer, from, picked,
        prompts: (round) => materials.prompts.tokensOf(supply.take(round * prompts, prompts)),
        reward: reward.score,
      }),
  };
}
