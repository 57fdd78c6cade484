// The methods that learn from fixed responses: each solves a bandit on three seeds and does not where labels are noise;
// each goes on from a checkpoint; held-out pairs are measured as claimed.
import { memory } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { TOKEN } from '../core/tokens';
import { DIRECT_LOSSES, type DirectLossName } from '../losses';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import { initialParameters } from '../nn/init';
import { layoutOf, type ModelShape } from '../nn/layout';
import type { Engine, OptimizerState } from '../nn/types';
import { aLol, type RewardedResponse } from './aLol';
import type { Completion } from './batches';
import { directPreference } from './directPreference';
import { kto, unpaired } from './kto';
import { completionLogps, heldOutMeter, tokenLogps, type OfflineDeps } from './offline';
import { rankedLists, type RankedList } from './rankedLists';
import type { LabelledPair } from './rewardModel';
import type { Algorithm, Metrics } from './types';

const WORDS = 8;
const PROMPTS = 4;
const SHAPE: ModelShape = {
  vocab: TOKEN.firstWord + WORDS, width: 16, layers: 1, heads: 2, positions: 8, valueHeads: 1,
};
const word = (n: number): number => TOKEN.firstWord + n;

let engine: Engine;
beforeAll(async () => {
  engine = await loadCpuEngine();
});
afterAll(() => engine.dispose());

/** What a method learns from, all of it one-word answers to one-word prompts with a reward of the word. */
interface World {
  readonly pairs: readonly LabelledPair[];
  readonly singles: readonly RewardedResponse[];
  readonly lists: readonly RankedList[];
}

function worldOf(seed: number, reward: (answer: number) => number): World {
  const draw = new Stream(streamKey(seed, PURPOSE.test));
  const prompt = (): number[] => [word(draw.int(PROMPTS))];
  const answer = (): { response: number[]; reward: number } => {
    const said = draw.int(WORDS);
    return { response: [word(said)], reward: reward(said) };
  };
  return {
    pairs: Array.from({ length: 256 }, () => {
      const [a, b] = [answer(), answer()];
      return {
        prompt: prompt(), responses: [a.response, b.response], pA: a.reward === b.reward ? 0.5 : Number(a.reward > b.reward),
      };
    }),
    singles: Array.from({ length: 512 }, () => ({ prompt: prompt(), ...answer() })),
    lists: Array.from({ length: 128 }, () => {
      const answers = Array.from({ length: 4 }, answer);
      return { prompt: prompt(), responses: answers.map((a) => a.response), scores: answers.map((a) => a.reward) };
    }),
  };
}

const COMMON = { epochs: 3, batch: 32, learningRate: 2e-2, weightDecay: 0, measureEvery: 8 };

type Method = (deps: OfflineDeps, world: World, seed: number) => Algorithm<void>;

const METHODS: Readonly<Record<string, Method>> = {
  ...Object.fromEntries(Object.keys(DIRECT_LOSSES).map((name): [string, Method] => {
    const loss = name as DirectLossName;
    // SLiC-HF stops at its margin: five nats of it here.
    const settings = { ...DIRECT_LOSSES[loss].defaults, ...(loss === 'slic' ? { beta: 0.2 } : {}) };
    return [name, (deps, { pairs }, seed) =>
      directPreference({ ...COMMON, ...settings, loss, seed }, { ...deps, pairs })];
  })),
  kto: (deps, { pairs }, seed) => kto(
    { ...COMMON, beta: 0.1, desirableWeight: 1, undesirableWeight: 1, seed }, { ...deps, examples: unpaired(pairs) }),
  ...Object.fromEntries((['response', 'sequence', 'refFree', 'kl'] as const).map((variant): [string, Method] =>
    [`aLol ${variant}`, (deps, { singles }, seed) => aLol(
      { ...COMMON, epochs: 2, variant, clip: 0.9, beta: 0.1, valueEpochs: 1, valueLearningRate: 5e-2, seed },
      { ...deps, examples: singles, baseline: singles })])),
  ...Object.fromEntries((['pro', 'lipo'] as const).map((method): [string, Method] =>
    [method, (deps, { lists }, seed) => rankedLists(
      { ...COMMON, epochs: 4, method, beta: 0.1, sftCoef: 0.05, seed }, { ...deps, lists })])),
};

interface Run {
  readonly points: Metrics[];
  readonly values: Float32Array;
  readonly state: OptimizerState;
  /** Share of word 4 among the answers that are words, mean over prompts. */
  readonly share: number;
}

/** Runs a method, from a checkpoint if there is one, up to a step. */
async function run(
  method: Method, world: World, seed: number,
  { steps = Infinity, start, heldOut = [], scale = 1 }: {
    steps?: number; start?: { from: number } & Pick<Run, 'values' | 'state'>; heldOut?: readonly LabelledPair[]; scale?: number;
  } = {},
): Promise<Run> {
  const before = memory().numTensors;
  const initial = initialParameters(layoutOf(SHAPE), seed).map((x) => scale * x);
  const reference = engine.createParameters(SHAPE, initial);
  const policy = engine.createParameters(SHAPE, start?.values ?? initial);
  const optimizer = engine.createOptimizer(policy, start?.state);
  const points: Metrics[] = [];
  const deps = { engine, policy, optimizer, reference, from: start?.from ?? 0, heldOut };
  for await (const some of method(deps, world, seed)) {
    points.push(...some);
    if (points.at(-1)!.step >= steps) break;
  }
  const answers = Array.from({ length: PROMPTS * WORDS }, (_, i): Completion =>
    ({ prompt: [word(Math.floor(i / WORDS))], response: [word(i % WORDS)] }));
  const p = (await completionLogps(engine, policy, answers)).map(Math.exp);
  let share = 0;
  for (let x = 0; x < PROMPTS; x++) {
    const said = p.slice(x * WORDS, (x + 1) * WORDS);
    share += said[4]! / said.reduce((sum, each) => sum + each, 0) / PROMPTS;
  }
  const result = { points, values: await engine.readParameters(policy), state: await engine.readOptimizer(optimizer), share };
  optimizer.dispose();
  policy.dispose();
  reference.dispose();
  expect(memory().numTensors, 'tensors').toBe(before);
  return result;
}

describe.each([1, 2, 3])('seed %i', (seed) => {
  it.each(Object.keys(METHODS))('%s learns which word is best, and not from noise', async (name) => {
    const learned = await run(METHODS[name]!, worldOf(seed, (said) => Number(said === 4)), seed);
    expect(learned.share).toBeGreaterThan(0.5);
    const noise = new Stream(streamKey(seed, PURPOSE.test, 1));
    const control = await run(METHODS[name]!, worldOf(seed, () => noise.unit()), seed);
    expect(control.share).toBeLessThan(0.35);
  });
});

describe('a run', () => {
  it.each(['dpo', 'simpo', 'kto', 'aLol sequence', 'pro', 'lipo'])(
    '%s goes on from a checkpoint with the bits of an uninterrupted one', async (name) => {
      const world = worldOf(1, (said) => said / WORDS);
      const heldOut = world.pairs.slice(0, 8);
      const method = METHODS[name]!;
      const whole = await run(method, world, 1, { steps: 10, heldOut });
      const half = await run(method, world, 1, { steps: 5, heldOut });
      const rest = await run(method, world, 1, {
        steps: 10, heldOut, start: { from: 5, values: half.values, state: half.state },
      });
      expect([...half.points, ...rest.points]).toEqual(whole.points);
      expect(rest.values).toEqual(whole.values);
    });

  it('is measured before the first step, then every so often, and at its end', async () => {
    const world = worldOf(1, (said) => said);
    const { points } = await run(METHODS['dpo']!, world, 1, { heldOut: world.pairs.slice(0, 8) });
    const measured = points.filter(({ values }) => 'rewards/margins' in values).map(({ step }) => step);
    expect(measured).toEqual([0, 8, 16, 24]);
    expect(points.filter(({ values }) => 'loss' in values).map(({ step }) => step))
      .toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
    const start = points[0]!.values;
    expect(start['rewards/margins']).toBeCloseTo(0, 6);
    expect(start['rewards/chosen']).toBeCloseTo(0, 6);
  });

  it('of DPO shows likelihood displacement: the margin grows while the chosen responses become less likely', async () => {
    const world = worldOf(1, (said) => said);
    const longer: Method = (deps, { pairs }, seed) => directPreference(
      { ...COMMON, ...DIRECT_LOSSES.dpo.defaults, epochs: 6, loss: 'dpo', seed }, { ...deps, pairs });
    const { points } = await run(longer, world, 1, { heldOut: world.pairs.slice(0, 64) });
    const measured = points.map(({ values }) => values).filter((values) => 'rewards/margins' in values);
    const [first, last] = [measured[0]!, measured.at(-1)!];
    expect(last['rewards/margins']).toBeGreaterThan(first['rewards/margins']! + 0.1);
    expect(last['rewards/accuracies']).toBeGreaterThan(0.8);
    expect(last['logps/chosen']).toBeLessThan(first['logps/chosen']! - 0.5);
    expect(last['logps/rejected']).toBeLessThan(last['logps/chosen']!);
  });
});

describe('held-out pairs', () => {
  it('are measured by the implicit reward against their labels and further judgements', async () => {
    const reference = engine.createParameters(SHAPE, initialParameters(layoutOf(SHAPE), 1));
    const policy = engine.createParameters(SHAPE, initialParameters(layoutOf(SHAPE), 2).map((x) => 10 * x));
    const optimizer = engine.createOptimizer(policy);
    const heldOut: LabelledPair[] = [
      { prompt: [word(0)], responses: [[word(1), word(2), TOKEN.eos], [word(3)]], pA: 0.8 },
      { prompt: [word(1)], responses: [[word(5)], [word(6), TOKEN.eos]], pA: 0 },
      { prompt: [word(2)], responses: [[word(7)], [word(2), word(2)]], pA: 0.5 },
    ];
    const measure = await heldOutMeter(
      { engine, policy, optimizer, reference, heldOut, judgements: { gold: [1, 1, 0] } },
      (logp, referenceLogp, tokens) => 2 * (logp - referenceLogp) / tokens);
    const measured = await measure();

    // The same from one forward pass a response, spelled out.
    const logp = async (params: typeof policy, prompt: ArrayLike<number>, response: ArrayLike<number>): Promise<number> =>
      (await tokenLogps(engine, params, [{ prompt, response }]))[0]!.reduce((sum, each) => sum + each, 0);
    const rewards: number[][] = [];
    const logps: number[][] = [];
    for (const { prompt, responses } of heldOut) {
      const [own, frozen] = [[0, 0], [0, 0]];
      for (const i of [0, 1] as const) {
        own[i] = await logp(policy, prompt, responses[i]);
        frozen[i] = await logp(reference, prompt, responses[i]);
      }
      logps.push(own);
      rewards.push(responses.map((response, i) => (2 * (own[i]! - frozen[i]!)) / response.length));
    }
    const [[a0, b0], [a1, b1], [a2, b2]] = rewards as [[number, number], [number, number], [number, number]];
    expect(measured['rewards/chosen']).toBeCloseTo((a0 + b1 + (a2 + b2) / 2) / 3, 4);
    expect(measured['rewards/rejected']).toBeCloseTo((b0 + a1 + (a2 + b2) / 2) / 3, 4);
    expect(measured['rewards/margins']).toBeCloseTo((a0 - b0 + b1 - a1) / 3, 4);
    expect(measured['rewards/accuracies']).toBeCloseTo((Number(a0 > b0) + Number(b1 > a1) + 0.5) / 3, 6);
    expect(measured['rewards/accuracies_gold']).toBeCloseTo((Number(a0 > b0) + Number(a1 > b1) + Number(b2 > a2)) / 3, 6);
    expect(measured['logps/chosen']).toBeCloseTo((logps[0]![0]! + logps[1]![1]! + (logps[2]![0]! + logps[2]![1]!) / 2) / 3, 4);
    expect(Math.abs(a0 - b0)).toBeGreaterThan(0.01);
    optimizer.dispose();
    policy.dispose();
    reference.dispose();
  });
});

describe('what the methods make of their data', () => {
  it('KTO takes both responses of a pair apart, with the label as its doubt', () => {
    const pair: LabelledPair = { prompt: [1], responses: [[2], [3]], pA: 0.75 };
    expect(unpaired([pair])).toEqual([
      { prompt: [1], response: [2], pDesirable: 0.75 }, { prompt: [1], response: [3], pDesirable: 0.25 },
    ]);
  });

  it('A-LoL expects more of a prompt that pays more, and drops what falls short of it', async () => {
    const draw = new Stream(streamKey(1, PURPOSE.test, 2));
    // Any answer to prompt 0 pays 3 more, word 4 pays 1 more anywhere.
    const singles = Array.from({ length: 512 }, () => {
      const [asked, said] = [draw.int(PROMPTS), draw.int(WORDS)];
      return { prompt: [word(asked)], response: [word(said)], reward: 3 * Number(asked === 0) + Number(said === 4) };
    });
    const method: Method = (deps, world, seed) => aLol(
      { ...COMMON, variant: 'refFree', clip: 0, beta: 0, valueEpochs: 4, valueLearningRate: 5e-2, seed },
      { ...deps, examples: world.singles, baseline: world.singles });
    // Larger weights than at the start of training let the state at the separator tell prompts apart.
    const { points } = await run(method, { ...worldOf(1, () => 0), singles }, 1, { steps: 1, scale: 5 });
    // The rewards' variance is 1.8, of which a word in eight leaves 7/64.
    expect(points[0]!.values['loss/value_avg']).toBeLessThan(0.15);
    expect(points[0]!.values['advantages/positive']).toBeCloseTo(1 / WORDS, 1);
  });

  it('A-LoL and ranked lists say what they cannot learn from', async () => {
    const world = worldOf(1, () => 0);
    const ragged = { ...world, lists: [world.lists[0]!, { prompt: [word(0)], responses: [[word(1)]], scores: [1] }] };
    await expect(run(METHODS['pro']!, ragged, 1)).rejects.toThrow(/same number of responses/);
    // All rewards are 0, as the value of an untrained head is.
    await expect(run(METHODS['aLol kl']!, world, 1)).rejects.toThrow(/no response is better/);
  });
});
