// Learning claims, each on three seeds, each with a control that must fail.
import { scalar } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { TOKEN } from '../core/tokens';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import { initialParameters } from '../nn/init';
import { layoutOf, type ModelShape } from '../nn/layout';
import type { Engine, OptimizerState, ParameterSet } from '../nn/types';
import { judge, type Comparison, type JudgeExamples, type Rating } from './judge';
import { reinforce } from './reinforce';
import { accuracy, rewardModel, scoreMargins, type LabelledPair } from './rewardModel';
import { sample } from './rollouts';
import { responseLoss, sft, type Document } from './sft';
import { DivergedError, type Algorithm, type Metrics } from './types';

const SHAPE: ModelShape = { vocab: TOKEN.firstWord + 12, width: 32, layers: 1, heads: 2, positions: 24, valueHeads: 1 };
const SEEDS = [1, 2, 3];
const word = (n: number): number => TOKEN.firstWord + n;

let engine: Engine;
beforeAll(async () => {
  engine = await loadCpuEngine();
});
afterAll(() => engine.dispose());

function fresh(seed: number): ParameterSet {
  return engine.createParameters(SHAPE, initialParameters(layoutOf(SHAPE), seed));
}

/** Runs an algorithm to its end; the last value of each metric. */
async function finish(algorithm: Algorithm<void>): Promise<Record<string, number>> {
  const last: Record<string, number> = {};
  for await (const points of algorithm) for (const { values } of points) Object.assign(last, values);
  return last;
}

describe.each(SEEDS)('seed %i', (seed) => {
  it('SFT overfits one document, and not one that it never saw', async () => {
    const policy = fresh(seed);
    const own: Document = { prompt: [word(1), word(2), word(3)], response: [word(3), word(7), word(1), TOKEN.eos] };
    const other: Document = { prompt: [word(1), word(2), word(3)], response: [word(9), word(9), word(2), TOKEN.eos] };
    const config = { steps: 80, batch: 4, learningRate: 5e-3, weightDecay: 0, validateEvery: 80 };
    const optimizer = engine.createOptimizer(policy);
    const deps = { engine, policy, optimizer, documents: () => [own, own, own, own], validation: [own] };
    const metrics = await finish(sft(config, deps));
    optimizer.dispose();
    expect(metrics['sft/val_loss']).toBeLessThan(0.05);
    expect(await responseLoss(engine, policy, [other])).toBeGreaterThan(1);
    const [written] = await sample(engine, policy, [own.prompt], { temperature: 0, maxNewTokens: 8, key: 1 });
    expect(Array.from(written!.tokens)).toEqual(Array.from(own.response));
    policy.dispose();
  });

  /** Responses of four words; the planted reward counts how often word 5 is said. */
  function plantedPairs(count: number, label: (better: number, draw: Stream) => number): LabelledPair[] {
    return Array.from({ length: count }, (_, i) => {
      const draw = new Stream(streamKey(seed, PURPOSE.test, i));
      const response = (): number[] => [...Array.from({ length: 4 }, () => word(draw.int(8))), TOKEN.eos];
      const responses: [number[], number[]] = [response(), response()];
      const [a, b] = responses.map((r) => r.filter((id) => id === word(5)).length) as [number, number];
      return { prompt: [word(draw.int(4))], responses, pA: label(a === b ? 0.5 : Number(a > b), draw) };
    });
  }

  it.each(['last', 'likelihood'] as const)('the reward model (%s) recovers a planted reward', async (head) => {
    const params = fresh(seed);
    const pairs = plantedPairs(1200, (truth) => truth);
    const clear = pairs.slice(1000).filter((pair) => pair.pA !== 0.5);
    const config = { head, epochs: 6, batch: 32, learningRate: 5e-3, weightDecay: 0, measureEvery: 1000, seed };
    const optimizer = engine.createOptimizer(params);
    const deps = { engine, params, optimizer, pairs: pairs.slice(0, 1000), heldOut: clear };
    const metrics = await finish(rewardModel(config, deps));
    optimizer.dispose();
    expect(metrics['rm/accuracy']).toBeGreaterThan(0.92);
    params.dispose();
  });

  it('the reward model stays at chance on coin-flip labels', async () => {
    const params = fresh(seed);
    const pairs = plantedPairs(1400, (_, draw) => draw.int(2));
    const config = {
      head: 'last' as const, epochs: 2, batch: 32, learningRate: 3e-3, weightDecay: 0, measureEvery: 1000, seed,
    };
    const optimizer = engine.createOptimizer(params);
    await finish(rewardModel(config, { engine, params, optimizer, pairs: pairs.slice(0, 800), heldOut: [] }));
    optimizer.dispose();
    const heldOut = pairs.slice(800);
    const margins = await scoreMargins(engine, params, 'last', heldOut);
    // 600 coin flips: 0.5 +- 4 standard errors.
    expect(Math.abs(accuracy(margins, heldOut.map((p) => p.pA)) - 0.5)).toBeLessThan(0.082);
    params.dispose();
  });

  /** One prompt, one-word answers; the reward pays for word 4. */
  async function bandit(pays: (action: number, draw: number) => number, klCoef = 0): Promise<number> {
    const policy = fresh(seed);
    const reference = engine.copyParameters(policy);
    const prompts = Array.from({ length: 32 }, () => [word(0)]);
    let draws = 0;
    const config = {
      iterations: 100, klCoef, learningRate: 5e-3, valueLearningRate: 5e-2, temperature: 1, maxNewTokens: 1,
      measureEvery: 100, seed,
    };
    const optimizer = engine.createOptimizer(policy);
    await finish(
      reinforce(config, {
        engine, policy, optimizer, reference, prompts: () => prompts,
        reward: (rollouts) => Promise.resolve(Float32Array.from(rollouts, (r) => pays(r.response[0]!, draws++))),
      }),
    );
    const answers = await sample(engine, policy, Array.from({ length: 200 }, () => [word(0)]), {
      temperature: 1, maxNewTokens: 1, key: streamKey(seed, PURPOSE.test),
    });
    optimizer.dispose();
    policy.dispose();
    reference.dispose();
    return answers.filter(({ tokens }) => tokens[0] === word(4)).length / answers.length;
  }

  it('REINFORCE solves a bandit, not one whose reward is noise, and not on a short KL leash', async () => {
    expect(await bandit((action) => Number(action === word(4)))).toBeGreaterThan(0.9);
    const noise = new Stream(streamKey(seed, PURPOSE.test, 5));
    expect(await bandit(() => noise.unit())).toBeLessThan(0.5);
    expect(await bandit((action) => Number(action === word(4)), 0.9)).toBeLessThan(0.5);
  });

  it('a judge learns which response holds a word and what score words get, and nothing from coin flips', async () => {
    const train = async (truth: boolean): Promise<Readonly<Record<string, number>>> => {
      const params = fresh(seed);
      const sequence = (tokens: number[]): Comparison['sequence'] => ({ tokens, scoreFrom: tokens.length - 1 });
      const comparison = (draw: Stream): Comparison => {
        const first = draw.chance(0.5);
        const [a, b] = first ? [word(5), word(6)] : [word(6), word(5)];
        return {
          sequence: sequence([word(draw.int(4)), TOKEN.first, a, TOKEN.second, b, TOKEN.choose]),
          pFirst: Number(truth ? first : draw.chance(0.5)),
        };
      };
      const rated = (draw: Stream): Rating => {
        const good = draw.chance(0.5);
        return {
          sequence: sequence([word(draw.int(4)), TOKEN.first, word(good ? 5 : 6), TOKEN.rate]),
          score: (truth ? good : draw.chance(0.5)) ? 9 : 2,
        };
      };
      const batch = (part: number, size: number): JudgeExamples => {
        const draws = Array.from({ length: size }, (_, i) => new Stream(streamKey(seed, PURPOSE.test, part, i)));
        return { comparisons: draws.map(comparison), ratings: draws.map(rated) };
      };
      const optimizer = engine.createOptimizer(params);
      const metrics = await finish(
        judge(
          { steps: 150, learningRate: 5e-3, weightDecay: 0, validateEvery: 1000 },
          { engine, params, optimizer, examples: (step) => batch(step, 16), validation: batch(9999, 400) },
        ),
      );
      optimizer.dispose();
      params.dispose();
      return metrics;
    };
    const learned = await train(true);
    expect(learned['judge/val_accuracy']).toBeGreaterThan(0.95);
    expect(learned['judge/val_score_loss']).toBeLessThan(0.2);
    const flipped = await train(false);
    expect(Math.abs(flipped['judge/val_accuracy']! - 0.5)).toBeLessThan(0.1);
    // Two scores, nobody knows which: log 2 at best.
    expect(flipped['judge/val_score_loss']).toBeGreaterThan(0.6);
  });
});

describe('a run that diverges', () => {
  it('gives the points before the bad step first, however rarely it reads', async () => {
    const policy = fresh(1);
    const optimizer = engine.createOptimizer(policy);
    let steps = 0;
    const bad = Object.create(engine, {
      readEvery: { value: 8 },
      step: { value: async (...args: Parameters<Engine['step']>) =>
        (++steps === 4 ? { gradNorm: scalar(NaN) } : engine.step(...args)) },
    }) as Engine;
    const config = { steps: 20, batch: 1, learningRate: 1e-3, weightDecay: 0, validateEvery: 1000 };
    const document: Document = { prompt: [word(1)], response: [word(2), TOKEN.eos] };
    const seen: number[] = [];
    const run = (async () => {
      for await (const points of sft(config, { engine: bad, policy, optimizer, documents: () => [document], validation: [] })) {
        seen.push(...points.map(({ step }) => step));
      }
    })();
    await expect(run).rejects.toThrow(/grad_norm is not finite at step 4/);
    expect(seen).toEqual([1, 2, 3]);
    optimizer.dispose();
    policy.dispose();
  });

  it('stops with advice and keeps the last good weights', async () => {
    const policy = fresh(1);
    const document: Document = { prompt: [word(1)], response: [word(2), TOKEN.eos] };
    const config = { steps: 40, batch: 1, learningRate: 1e38, weightDecay: 0, validateEvery: 1000 };
    const optimizer = engine.createOptimizer(policy);
    const run = finish(sft(config, { engine, policy, optimizer, documents: () => [document], validation: [] }));
    await expect(run).rejects.toThrow(DivergedError);
    await expect(run).rejects.toThrow(/Lower the SFT learning rate/);
    optimizer.dispose();
    policy.dispose();
  });
});

describe('a training loop', () => {
  /** Points of an SFT run from a step on, and the parameters it ends with. */
  async function run(
    steps: number, engineLike: Engine, start?: { from: number; values: Float32Array; state: OptimizerState },
  ): Promise<{ points: Metrics[]; yields: number; values: Float32Array; state: OptimizerState }> {
    const policy = start ? engine.createParameters(SHAPE, start.values) : fresh(1);
    const optimizer = engine.createOptimizer(policy, start?.state);
    const document = (step: number): Document => ({ prompt: [word(step % 7)], response: [word(step % 5), TOKEN.eos] });
    const config = { steps: 12, batch: 2, learningRate: 5e-3, weightDecay: 0.1, validateEvery: 5 };
    const deps = {
      engine: engineLike, policy, optimizer, from: start?.from ?? 0,
      documents: (step: number) => [document(step), document(step + 1)], validation: [document(3)],
    };
    const points: Metrics[] = [];
    let yields = 0;
    for await (const some of sft(config, deps)) {
      yields++;
      points.push(...some);
      if (points.at(-1)!.step >= steps) break;
    }
    const result = { points, yields, values: await engine.readParameters(policy), state: await engine.readOptimizer(optimizer) };
    optimizer.dispose();
    policy.dispose();
    return result;
  }

  it('goes on from a checkpoint with the bits of an uninterrupted run', async () => {
    const whole = await run(12, engine);
    const half = await run(6, engine);
    const rest = await run(12, engine, { from: 6, values: half.values, state: half.state });
    expect([...half.points, ...rest.points]).toEqual(whole.points);
    expect(rest.values).toEqual(whole.values);
    const wrong = await run(12, engine, { from: 6, values: half.values, state: { ...half.state, steps: 0 } });
    expect(wrong.values).not.toEqual(whole.values);
  });

  it('reads metrics together where that pays, with the same points, and stops where it measures', async () => {
    const each = await run(12, engine);
    const rarely = Object.create(engine, { readEvery: { value: 4 } }) as Engine;
    const together = await run(12, rarely);
    expect(together.points).toEqual(each.points);
    expect(each.yields).toBe(12);
    // After steps 4, 5 (validation), 9, 10 (validation) and 12.
    expect(together.yields).toBe(5);
  });
});
