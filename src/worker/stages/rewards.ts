import { directReward } from '../../algorithms/directReward';
import { combine } from '../../algorithms/ensemble';
import { weigh, type FineGrainedReward, type FineGrainedWeights } from '../../algorithms/fineGrainedRewards';
import { firstPreferred, preferences, type ResponsePair } from '../../algorithms/preferenceModel';
import { scoreResponses } from '../../algorithms/rewardModel';
import type { Rollout } from '../../algorithms/rollouts';
import type { RewardFigures } from '../../core/bundle';
import type { ArmConfig } from '../../core/config';
import { OUTSIDE_PAIRS, takesOutsideScores } from '../../core/outsideScores';
import { SIDES, type Side } from '../../core/rates';
import { sigmoid } from '../../core/stats';
import { TOKEN } from '../../core/tokens';
import { toContest } from '../../evaluation/alignment';
import { copiedShare } from '../../evaluation/ngrams';
import { rewardModelFigures, type ScoredPair } from '../../evaluation/rewardModelFigures';
import { goldVerdict } from '../../evaluation/verdicts';
import type { JudgedPair, Scorer } from '../../labelers/types';
import { moments, standardise, type Moments } from '../../losses';
import type { ParameterSet } from '../../nn/types';
import type { Prompt } from '../../tasks/types';
import { goldWeights } from '../../tasks/utility';
import { openLabeler, openScorer } from '../labelers';
import type { LabelledSet, RewardModel, Weights } from '../protocol';
import type { Scope } from '../scope';
import { fineRewards } from './fineGrained';

/** SFT samples on which every reward is standardised. */
const STANDARD_SAMPLES = 512;

/** A response and what it answers. */
export type Scored = Pick<Rollout, 'prompt' | 'response'>;
type Score = (items: readonly Scored[]) => Promise<Float32Array>;

/** What a policy learns from, ready to be asked. */
export interface Reward {
  /** Standardised rewards of responses: what RL maximises. */
  readonly score: Score;
  /** The same, told apart by tokens, where the reward is fine-grained. Each adds up to the response's score. */
  readonly tokens?: (items: readonly Scored[]) => Promise<readonly Float32Array[]>;
  /** Told of each iteration of RL before its responses are written, from 0: where the visitor turned its weights, they change here. */
  readonly begin?: (iteration: number) => void;
  /** P(the first response is better) of each pair, 0..1. */
  readonly prefer: (pairs: readonly ResponsePair[]) => Promise<Float32Array>;
  dispose(): void;
}

/** The same SFT samples for every reward of a run. */
export function standardItems(pairs: readonly JudgedPair[]): Scored[] {
  return pairs
    .slice(0, STANDARD_SAMPLES / 2)
    .flatMap((pair) => pair.responses.map((response) => ({ prompt: pair.prompt.tokens, response })));
}

/** Mean and deviation of a raw reward on SFT samples; 0 and 1 where rewards are not standardised. */
export async function scaleOf({ config }: Scope, items: readonly Scored[], score: Score): Promise<Moments> {
  return config.rl.standardizeReward ? moments(await score(items)) : { mean: 0, std: 1 };
}

type PointwiseModel = Extract<RewardModel, { kind: 'model' }>;

/** Scores of one or several reward models, combined but not standardised. */
export async function rawScores(scope: Scope, model: PointwiseModel, items: readonly Scored[]): Promise<Float32Array> {
  const opened = model.members.map(({ weights }) => scope.engine.createParameters(weights.shape, weights.values));
  try {
    return await combined(scope, model, opened, items);
  } finally {
    for (const params of opened) params.dispose();
  }
}

async function combined(
  { engine }: Scope, { head, members, combine: how, uncertaintyWeight }: PointwiseModel, opened: readonly ParameterSet[], items: readonly Scored[],
): Promise<Float32Array> {
  const scores: Float32Array[] = [];
  for (const params of opened) scores.push(await scoreResponses(engine, params, head, items));
  const [alone] = scores;
  // One model needs no scale of its own: what is made of it is standardised.
  if (members.length === 1 && alone) return alone;
  return combine(how, scores.map((own, i) => standardise(own, members[i]!.scale)), uncertaintyWeight);
}

/**
 * The reward of an arm. @param model what its reward stage trained; undefined where the AI labeler itself scores.
 * @param prompts the task's prompts by their tokens: what the AI labeler is asked about.
 */
export async function openReward(
  scope: Scope, arm: ArmConfig, model: RewardModel | undefined, pairs: readonly JudgedPair[], prompts: PromptBook,
): Promise<Reward> {
  if (!model) {
    if (arm.feedback !== 'scores') throw new Error(`${arm.label} has no reward.`);
    return openLabelerReward(scope, arm, pairs, prompts);
  }
  switch (model.kind) {
    case 'preference':
      return openPreferences(scope, arm, model.weights);
    case 'fine':
      return openFine(scope, model, pairs);
    case 'two':
      return openTwo(scope, model, pairs);
    case 'model':
      return openModels(scope, model);
  }
}

/** The side of a prompt. @throws Error where the task's prompts are of one kind. */
export function sideOf({ task }: Pick<Scope, 'task'>, prompt: Prompt): Side {
  if (!task.side) throw new Error(`Two reward models learn from harmless and from harmful requests, which the task "${task.name}" does not tell apart. Choose another reward.`);
  return task.side(prompt);
}

/**
 * Two reward models, each standardised on the same SFT samples, weighed and standardised again: r = w r_harmless + (1 - w)
 * r_helpful (Bai et al. 2022, "Training a Helpful and Harmless Assistant", train one model on both kinds of data; apart, the
 * exchange of one for the other has a weight).
 */
async function openTwo(scope: Scope, model: Extract<RewardModel, { kind: 'two' }>, pairs: readonly JudgedPair[]): Promise<Reward> {
  const { engine, config } = scope;
  const weight = config.rewardModel.harmlessWeight;
  const opened = SIDES.map((side) => {
    const { weights: { shape, values }, scale } = model.sides[side];
    return { params: engine.createParameters(shape, values), scale, share: side === 'harmless' ? weight : 1 - weight };
  });
  const raw: Score = async (items) => {
    const sum = new Float32Array(items.length);
    for (const { params, scale, share } of opened) {
      const own = standardise(await scoreResponses(engine, params, model.head, items), scale);
      own.forEach((value, i) => (sum[i] = sum[i]! + share * value));
    }
    return sum;
  };
  const scale = await scaleOf(scope, standardItems(pairs), raw);
  /** Logits in a unit of the weighed score. */
  const unit = opened.reduce((total, { scale: { std }, share }) => total + share * std, 0);
  return {
    score: async (items) => standardise(await raw(items), scale),
    prefer: async (asked) => bradleyTerry(await raw(bothOf(asked)), unit),
    dispose: () => opened.forEach(({ params }) => params.dispose()),
  };
}

/** Each pair by the model of its prompt's side: what both have learned, whatever they weigh. */
async function preferredOnSide(scope: Scope, { head, sides }: Extract<RewardModel, { kind: 'two' }>, pairs: readonly JudgedPair[]): Promise<Float32Array> {
  const { engine } = scope;
  const preferred = new Float32Array(pairs.length);
  for (const side of SIDES) {
    const own = pairs.flatMap((pair, i) => (sideOf(scope, pair.prompt) === side ? [i] : []));
    const { shape, values } = sides[side].weights;
    const params = engine.createParameters(shape, values);
    const items = bothOf(own.map((i) => ({ prompt: pairs[i]!.prompt.tokens, responses: pairs[i]!.responses })));
    const scores = await scoreResponses(engine, params, head, items).finally(() => params.dispose());
    bradleyTerry(scores, 1).forEach((p, k) => (preferred[own[k]!] = p));
  }
  return preferred;
}

function openModels(scope: Scope, model: PointwiseModel): Reward {
  const opened = model.members.map(({ weights }) => scope.engine.createParameters(weights.shape, weights.values));
  const raw: Score = (items) => combined(scope, model, opened, items);
  return {
    score: async (items) => standardise(await raw(items), model.scale),
    // Bradley-Terry: the unit of a raw score is the logit. Members are on one scale, so their mean's deviation brings it back.
    prefer: async (pairs) => bradleyTerry(await raw(bothOf(pairs)), unitOf(model)),
    dispose: () => opened.forEach((params) => params.dispose()),
  };
}

/** Logits in a unit of the combined score. */
function unitOf({ members }: PointwiseModel): number {
  return members.length === 1 ? 1 : members.reduce((sum, { scale }) => sum + scale.std, 0) / members.length;
}

function bothOf(pairs: readonly ResponsePair[]): Scored[] {
  return pairs.flatMap(({ prompt, responses }) => responses.map((response) => ({ prompt, response: Int32Array.from(response) })));
}

function bradleyTerry(scores: Float32Array, unit: number): Float32Array {
  return Float32Array.from({ length: scores.length / 2 }, (_, i) => sigmoid(unit * (scores[2 * i]! - scores[2 * i + 1]!)));
}

function openPreferences({ engine }: Scope, arm: ArmConfig, weights: Extract<RewardModel, { kind: 'preference' }>['weights']): Reward {
  const params = engine.createParameters(weights.shape, weights.values);
  return {
    score: () => Promise.reject(new Error(`${arm.label}: a preference model compares two responses and scores none alone. Choose Nash-MD or online DPO as its method, or another reward.`)),
    prefer: (pairs) => preferences(engine, params, pairs),
    dispose: () => params.dispose(),
  };
}

async function openFine(scope: Scope, model: Extract<RewardModel, { kind: 'fine' }>, pairs: readonly JudgedPair[]): Promise<Reward> {
  const params = scope.engine.createParameters(model.weights.shape, model.weights.values);
  const { config, fineDial } = scope;
  const judge = (items: readonly Scored[]): Promise<FineGrainedReward[]> => fineRewards(scope, params, items);
  const sums = (judged: readonly FineGrainedReward[]): Float32Array => Float32Array.from(judged, (one) => total(weigh(one, weights)));
  // Kept as they were judged: other weights are standardised on the same samples.
  const standard = config.rl.standardizeReward ? await judge(standardItems(pairs)) : undefined;
  const scaleNow = (): Moments => (standard ? moments(sums(standard)) : { mean: 0, std: 1 });
  let weights: FineGrainedWeights = fineDial?.current ?? config.fine;
  let scale = scaleNow();
  return {
    score: async (items) => standardise(sums(await judge(items)), scale),
    tokens: async (items) => (await judge(items)).map((one) => standardisedTokens(weigh(one, weights), scale)),
    begin(iteration) {
      const turned = fineDial?.at(iteration);
      if (!turned || turned === weights) return;
      weights = turned;
      scale = scaleNow();
    },
    prefer: async (asked) => bradleyTerry(sums(await judge(bothOf(asked))), 1),
    dispose: () => params.dispose(),
  };
}

function total(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Rewards of tokens whose sum is the standardised score: each in its unit, the mean taken off at the end. */
function standardisedTokens(own: Float32Array, scale: Moments): Float32Array {
  const unit = scale.std + 1e-8;
  return own.map((value, i) => (value - (i === own.length - 1 ? scale.mean : 0)) / unit);
}

/** Finds the task's prompt of a token sequence that came from it. */
export class PromptBook {
  private readonly known = new WeakMap<ArrayLike<number>, Prompt>();

  /** Notes the prompts and gives their tokens. */
  tokensOf(prompts: readonly Prompt[]): Int32Array[] {
    for (const prompt of prompts) this.known.set(prompt.tokens, prompt);
    return prompts.map(({ tokens }) => tokens);
  }

  promptOf(tokens: ArrayLike<number>): Prompt {
    const prompt = this.known.get(tokens);
    if (!prompt) throw new Error('A response answers a prompt that is not of this run.');
    return prompt;
  }
}

/** The AI labeler itself: its scores as the reward, its choices as the preferences. */
async function openLabelerReward(scope: Scope, arm: ArmConfig, pairs: readonly JudgedPair[], prompts: PromptBook): Promise<Reward> {
  const scorer: Scorer & { dispose?(): void } = await openScorer(scope);
  const raw: Score = async (items) => directReward(await scorer.score(items));
  const scale = await scaleOf(scope, standardItems(scope.outside ? pairs.slice(0, OUTSIDE_PAIRS) : pairs), raw);
  const score: Score = async (items) => standardise(await raw(items), scale);
  if (scope.outside) {
    if (!takesOutsideScores(scope.config, arm)) throw new Error(`${arm.label}: a language model scores responses for REINFORCE, RLOO, GRPO, PPO and P3O. Choose one of them.`);
    return { score, prefer: () => Promise.reject(new Error(`${arm.label}: who scores responses does not compare them.`)), dispose: () => scorer.dispose?.() };
  }
  const chooser = await openLabeler(scope, 'ai');
  return {
    score,
    prefer: async (asked) => {
      const judged = asked.map(({ prompt, responses: [a, b] }, i): JudgedPair => {
        const of = prompts.promptOf(prompt);
        return { id: `own:${i}`, promptId: of.id, prompt: of, responses: [Int32Array.from(a), Int32Array.from(b)] };
      });
      const probabilities: number[] = [];
      for await (const { pA } of chooser.label(judged)) probabilities.push(pA);
      return Float32Array.from(probabilities);
    },
    dispose: () => {
      scorer.dispose?.();
      chooser.dispose?.();
    },
  };
}

/** What a reward is worth on the held-out pairs. Undefined where fewer than two are. */
export async function rewardFigures(
  scope: Scope, arm: ArmConfig, model: RewardModel, pairs: readonly JudgedPair[], { examples }: Pick<LabelledSet, 'examples'>,
): Promise<RewardFigures | undefined> {
  const { engine, task, config } = scope;
  const held = examples.heldOut.map(({ pair, pA }) => ({ judged: pairs[pair]!, pA }));
  if (held.length < 2) return undefined;
  const asked = held.map(({ judged }) => ({ prompt: judged.prompt.tokens, responses: judged.responses }));
  const byReward = async (): Promise<Float32Array> => {
    const reward = await openReward(scope, arm, model, pairs, new PromptBook());
    return reward.prefer(asked).finally(() => reward.dispose());
  };
  const preferred = model.kind === 'two' ? await preferredOnSide(scope, model, held.map(({ judged }) => judged)) : await byReward();
  const orders = model.kind === 'preference' ? await bothOrdersOf(engine, model.weights, asked) : undefined;
  const weights = goldWeights(task.goldWeights, config.gold);
  const words = (text: ArrayLike<number>): number[] => Array.from(text).filter((id) => id >= TOKEN.firstWord);
  return rewardModelFigures(held.map(({ judged, pA }, i): ScoredPair => {
    const [a, b] = judged.responses;
    const contest = toContest(task, judged);
    return {
      margin: logit(preferred[i]!),
      label: pA,
      gold: goldVerdict(contest, weights),
      words: [contest.a.words, contest.b.words],
      copied: [copiedShare(words(judged.prompt.tokens), words(a)), copiedShare(words(judged.prompt.tokens), words(b))],
      ...(orders ? { raw: orders[i]! } : {}),
    };
  }));
}

/** Log odds, finite also where a probability has rounded to 0 or 1. */
function logit(p: number): number {
  const inside = Math.min(1 - 1e-7, Math.max(1e-7, p));
  return Math.log(inside / (1 - inside));
}

/** P(the response shown first is better) of each pair in both orders, by a preference model. */
async function bothOrdersOf(engine: Scope['engine'], { shape, values }: Weights, pairs: readonly ResponsePair[]): Promise<[number, number][]> {
  const params = engine.createParameters(shape, values);
  try {
    const first = await firstPreferred(engine, params, pairs);
    return pairs.map((_, i): [number, number] => [first[2 * i]!, first[2 * i + 1]!]);
  } finally {
    params.dispose();
  }
}
