// Methods that learn from chosen or marked text: each on three seeds, each with a control that must fail.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { TOKEN } from '../core/tokens';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import type { Engine, ParameterSet } from '../nn/types';
import type { Best } from './bestOfN';
import { alignedPrompt, conditional, type ConditionalConfig, type ScoredResponse } from './conditional';
import { expertIteration, expertIterationSteps, type ExpertIterationConfig } from './expertIteration';
import { goodPrompt, hindsight, orderedPairs, writtenOut, type HindsightConfig } from './hindsight';
import { imitate, learnResponse } from './imitation';
import { markedPrompt } from './markers';
import type { LabelledPair } from './rewardModel';
import type { Rollout } from './rollouts';
import { superHf, type SuperHfConfig } from './superHf';
import { expectGoesOn, freshParameters, shareOf, train, wideParameters, word, type Start } from './testing/toy';

const SEEDS = [1, 2, 3];
const PROMPT = [word(0)];

let engine: Engine;
beforeAll(async () => {
  engine = await loadCpuEngine();
});
afterAll(() => engine.dispose());

/** Trains from scratch with a seed and gives the share of word 4 among the answers; also the method's last metrics. */
async function learned(seed: number, method: Start): Promise<{ share: number; last: Record<string, number> }> {
  const start = freshParameters(engine, seed);
  const { policy, last } = await train(engine, start, method);
  const share = await shareOf(engine, policy, PROMPT, word(4));
  for (const params of [start, policy]) params.dispose();
  return { share, last };
}

/** The same for a method with markers: shares of a word among the answers to two prompts. */
async function learnedMarked(
  seed: number, method: Start, wanted: readonly number[], unwanted: readonly number[], answer: number,
): Promise<{ asked: number; askedOtherwise: number; last: Record<string, number> }> {
  const start = wideParameters(engine, seed);
  const { policy, last } = await train(engine, start, method);
  const asked = await shareOf(engine, policy, wanted, answer);
  const askedOtherwise = await shareOf(engine, policy, unwanted, answer);
  for (const params of [start, policy]) params.dispose();
  return { asked, askedOtherwise, last };
}

async function withFresh(test: (start: ParameterSet) => Promise<void>): Promise<void> {
  const start = freshParameters(engine, 1);
  await test(start);
  start.dispose();
}

/** One-word answers: word 4 is paid for, or what is paid is noise. */
const pays = {
  word4: (rollouts: readonly Rollout[]) => Promise.resolve(Float32Array.from(rollouts, (r) => Number(r.response[0] === word(4)))),
  noise: (rollouts: readonly Rollout[], round: number) => {
    const draw = new Stream(streamKey(3, PURPOSE.test, round));
    return Promise.resolve(Float32Array.from(rollouts, () => draw.normal()));
  },
};

describe('expert iteration', () => {
  const CONFIG: ExpertIterationConfig = {
    rounds: 4, prompts: 32, n: 4, epochs: 6, batch: 8, learningRate: 1e-2, weightDecay: 0, temperature: 1, maxNewTokens: 1,
    measureEvery: 100, seed: 1,
  };
  const start = (config: Partial<ExpertIterationConfig>, reward: keyof typeof pays, picked = new Map<number, readonly Best[]>()): Start =>
    (policy, optimizer, from) => expertIteration({ ...CONFIG, ...config }, {
      engine, policy, optimizer, from, picked, prompts: () => new Array<number[]>(32).fill(PROMPT), reward: pays[reward],
    });

  it.each(SEEDS)('solves a bandit in rounds, part of it in one, and nothing where the reward is noise, seed %i', async (seed) => {
    const rounds = await learned(seed, start({ seed }, 'word4'));
    expect(rounds.share).toBeGreaterThan(0.9);
    expect(rounds.last['objective/scores']).toBeLessThanOrEqual(rounds.last['objective/scores_best']!);
    // The best of 4 is word 4 with probability 1 - (8/9)^4 = 0.38.
    const once = await learned(seed, start({ seed, rounds: 1 }, 'word4'));
    expect(once.share).toBeGreaterThan(0.15);
    expect(once.share).toBeLessThan(0.6);
    expect((await learned(seed, start({ seed }, 'noise'))).share).toBeLessThan(0.4);
  });

  it('goes on inside a round with what it learns from, and refuses to without', async () => {
    await withFresh(async (fresh) => {
      const config = { rounds: 2, epochs: 1 };
      expect(expertIterationSteps({ ...CONFIG, ...config })).toBe(8);
      await expectGoesOn(engine, fresh, start(config, 'word4', new Map()), 6);
      await expect(train(engine, fresh, (policy, optimizer) => start(config, 'word4')(policy, optimizer, 6)))
        .rejects.toThrow(/step 6 lies inside round 1/);
    });
  });
});

describe('the loop of imitation', () => {
  it('ends a yield where the caller measures, however rarely metrics are read', async () => {
    const rarely = Object.create(engine, { readEvery: { value: 8 } }) as Engine;
    await withFresh(async (policy) => {
      const optimizer = engine.createOptimizer(policy);
      const ends: number[] = [];
      for await (const points of imitate(
        { from: 0, to: 12, total: 20, learningRate: 1e-3, weightDecay: 0, measureEvery: 5 },
        { engine: rarely, policy, optimizer, examples: () => [learnResponse({ prompt: PROMPT, response: [word(1)] })] },
      )) ends.push(points.at(-1)!.step);
      expect(ends).toEqual([5, 10, 12]);
      optimizer.dispose();
    });
  });
});

describe('SuperHF', () => {
  const start = (config: Partial<SuperHfConfig>, reward: keyof typeof pays, reference: ParameterSet): Start =>
    (policy, optimizer, from) => superHf(
      {
        iterations: 40, n: 4, klCoef: 0.05, learningRate: 1e-2, temperature: 1, maxNewTokens: 1, measureEvery: 100, seed: 1,
        ...config,
      },
      { engine, policy, optimizer, from, reference, prompts: () => new Array<number[]>(16).fill(PROMPT), reward: pays[reward] },
    );

  it.each(SEEDS)('solves a bandit, not under a heavy KL penalty, and nothing where the reward is noise, seed %i', async (seed) => {
    const reference = freshParameters(engine, seed);
    const { share, last } = await learned(seed, start({ seed }, 'word4', reference));
    expect(share).toBeGreaterThan(0.85);
    expect(last['loss/kl_avg']).toBeGreaterThan(0.5);
    const leashed = await learned(seed, start({ seed, klCoef: 10 }, 'word4', reference));
    expect(leashed.share).toBeLessThan(0.5);
    expect(leashed.last['loss/kl_avg']).toBeLessThan(0.3);
    expect((await learned(seed, start({ seed }, 'noise', reference))).share).toBeLessThan(0.4);
    reference.dispose();
  });

  it('goes on from a checkpoint with the same bits', async () => {
    await withFresh((fresh) => expectGoesOn(engine, fresh, start({ iterations: 6 }, 'word4', fresh), 3));
  });
});

/** Pairs of one-word responses, 5 and 6: 5 is better, or a coin says so. */
function pairsOf(seed: number, count: number, truth: boolean): LabelledPair[] {
  const draw = new Stream(streamKey(seed, PURPOSE.test));
  return Array.from({ length: count }, () => {
    const first = draw.chance(0.5);
    const [a, b] = first ? [word(5), word(6)] : [word(6), word(5)];
    const pA = Number(truth ? first : draw.chance(0.5));
    return { prompt: [word(draw.int(4))], responses: [[a, TOKEN.eos], [b, TOKEN.eos]], pA };
  });
}

describe('Chain of Hindsight', () => {
  const start = (config: Partial<HindsightConfig>, pairs: readonly LabelledPair[]): Start => (policy, optimizer, from) => hindsight(
    { epochs: 2, batch: 16, learningRate: 2e-2, weightDecay: 0, measureEvery: 3, seed: 1, ...config },
    { engine, policy, optimizer, from, pairs, heldOut: pairsOf(99, 40, true) },
  );

  it('writes a pair out in four orders, the better response behind the good marker', () => {
    const pair: LabelledPair = { prompt: [word(0), word(1)], responses: [[word(6), TOKEN.eos], [word(5), word(5), TOKEN.eos]], pA: 0.2 };
    const [better, worse] = [[word(5), word(5), TOKEN.eos], [word(6), TOKEN.eos]];
    expect(writtenOut(pair, 'bad, good')).toEqual({
      sequence: { tokens: [word(0), word(1), TOKEN.bad, TOKEN.sep, ...worse, TOKEN.good, ...better], scoreFrom: 3 },
      // From the separator on: two tokens, not the marker, three tokens.
      learned: [1, 1, 0, 1, 1, 1],
    });
    expect(writtenOut(pair, 'good, bad').sequence.tokens)
      .toEqual([word(0), word(1), TOKEN.good, TOKEN.sep, ...better, TOKEN.bad, ...worse]);
    expect(writtenOut(pair, 'good')).toEqual({
      sequence: { tokens: [...goodPrompt(pair.prompt), TOKEN.sep, ...better], scoreFrom: 3 }, learned: [1, 1, 1],
    });
    expect(writtenOut(pair, 'bad').sequence.tokens).toEqual([...markedPrompt(pair.prompt, TOKEN.bad), TOKEN.sep, ...worse]);
    expect(orderedPairs([pair, { ...pair, pA: 0.5 }])).toEqual([pair]);
  });

  it.each(SEEDS)('answers well when asked to, badly when asked to, and either way after coin flips, seed %i', async (seed) => {
    const truth = start({ seed }, pairsOf(seed, 400, true));
    const good = await learnedMarked(seed, truth, goodPrompt(PROMPT), markedPrompt(PROMPT, TOKEN.bad), word(5));
    expect(good.asked).toBeGreaterThan(0.95);
    expect(good.askedOtherwise).toBeLessThan(0.05);
    expect(good.last['rewards/accuracies']).toBe(1);
    expect(good.last['rewards/margins']).toBeGreaterThan(5);
    const flips = await learnedMarked(
      seed, start({ seed }, pairsOf(seed, 400, false)), goodPrompt(PROMPT), markedPrompt(PROMPT, TOKEN.bad), word(5));
    expect(flips.asked).toBeLessThan(0.8);
    expect(Math.abs(flips.last['rewards/margins']!)).toBeLessThan(1);
  });

  it('goes on from a checkpoint with the same bits', async () => {
    await withFresh((fresh) => expectGoesOn(engine, fresh, start({ epochs: 1 }, pairsOf(1, 96, true)), 3));
  });
});

describe('conditional training', () => {
  /** One-word responses 0..3 whose score is their number, or noise. */
  function scoredOf(seed: number, count: number, truth: boolean): ScoredResponse[] {
    const draw = new Stream(streamKey(seed, PURPOSE.test));
    return Array.from({ length: count }, () => {
      const n = draw.int(4);
      return { prompt: [word(draw.int(4))], response: [word(n), TOKEN.eos], score: truth ? n : draw.int(4) };
    });
  }
  const start = (config: Partial<ConditionalConfig>, responses: readonly ScoredResponse[]): Start => (policy, optimizer, from) => conditional(
    {
      threshold: 3, dropMarker: 0.01, epochs: 3, batch: 16, learningRate: 2e-2, weightDecay: 0, measureEvery: 3, seed: 1,
      ...config,
    },
    { engine, policy, optimizer, from, responses, heldOut: scoredOf(99, 80, true) },
  );

  it.each(SEEDS)('answers with what scores where asked to, and not where the scores were noise, seed %i', async (seed) => {
    const truth = start({ seed }, scoredOf(seed, 400, true));
    const misaligned = markedPrompt(PROMPT, TOKEN.misaligned);
    const { asked, askedOtherwise, last } = await learnedMarked(seed, truth, alignedPrompt(PROMPT), misaligned, word(3));
    expect(asked).toBeGreaterThan(0.9);
    expect(askedOtherwise).toBeLessThan(0.1);
    expect(last['rewards/accuracies']).toBeGreaterThan(0.95);
    expect(last['rewards/margins']).toBeCloseTo(last['rewards/chosen']! - last['rewards/rejected']!, 4);
    const noise = await learnedMarked(
      seed, start({ seed }, scoredOf(seed, 400, false)), alignedPrompt(PROMPT), misaligned, word(3));
    expect(noise.asked).toBeLessThan(0.5);
  });

  it('goes on from a checkpoint with the same bits', async () => {
    await withFresh((fresh) => expectGoesOn(engine, fresh, start({ epochs: 1 }, scoredOf(1, 96, true)), 3));
  });
});
