// The preference model and the methods that take one: each on three seeds, each with a control that must fail.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { TOKEN } from '../core/tokens';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import { initialParameters } from '../nn/init';
import { layoutOf } from '../nn/layout';
import type { Engine, ParameterSet } from '../nn/types';
import { nashMd, sampleGeometricMixture, type NashMdConfig } from './nashMd';
import { completionLogps } from './offline';
import { onlineDpo, type OnlineDpoConfig } from './onlineDpo';
import { preferenceModel, preferences, type PreferenceModelConfig, type ResponsePair } from './preferenceModel';
import type { LabelledPair } from './rewardModel';
import { expectGoesOn, freshParameters, SHAPE, shareOf, train, wideParameters, word, type Start } from './testing/toy';

const SEEDS = [1, 2, 3];
const PROMPT = [word(0)];

let engine: Engine;
beforeAll(async () => {
  engine = await loadCpuEngine();
});
afterAll(() => engine.dispose());

describe('the preference model', () => {
  /** Stone, scissors, paper: word n beats word n + 1 of three. Or a coin says which. */
  function circle(seed: number, count: number, truth: boolean): LabelledPair[] {
    const draw = new Stream(streamKey(seed, PURPOSE.test));
    return Array.from({ length: count }, () => {
      const [a, step] = [draw.int(3), 1 + draw.int(2)];
      const pA = Number(truth ? step === 1 : draw.chance(0.5));
      return { prompt: [word(4 + draw.int(3))], responses: [[word(a), TOKEN.eos], [word((a + step) % 3), TOKEN.eos]], pA };
    });
  }
  const start = (config: Partial<PreferenceModelConfig>, pairs: readonly LabelledPair[], heldOut: readonly LabelledPair[]): Start =>
    (params, optimizer, from) => preferenceModel(
      { epochs: 10, batch: 16, learningRate: 2e-2, weightDecay: 0, measureEvery: 1000, seed: 1, ...config },
      { engine, params, optimizer, from, pairs, heldOut, judgements: { other: heldOut.map(({ pA }) => 1 - pA) } },
    );

  it.each(SEEDS)('learns preferences that go in a circle, and nothing from coin flips, seed %i', async (seed) => {
    const fresh = wideParameters(engine, seed);
    const { policy: params, last } = await train(engine, fresh, start({ seed }, circle(seed, 400, true), circle(99, 100, true)));
    expect(last['pm/accuracy']).toBeGreaterThan(0.97);
    expect(last['pm/accuracy_other']).toBeCloseTo(1 - last['pm/accuracy']!, 6);
    expect(last['pm/margin']).toBeGreaterThan(0.1);
    // Changing the responses over turns the preference round; a response does not beat itself.
    const pairs: ResponsePair[] = circle(7, 50, true);
    const [there, back] = [
      await preferences(engine, params, pairs),
      await preferences(engine, params, pairs.map(({ prompt, responses: [a, b] }) => ({ prompt, responses: [b, a] }))),
    ];
    there.forEach((p, i) => expect(p + back[i]!).toBeCloseTo(1, 6));
    const same = await preferences(engine, params, pairs.map(({ prompt, responses: [a] }) => ({ prompt, responses: [a, a] })));
    same.forEach((p) => expect(p).toBeCloseTo(0.5, 6));
    params.dispose();

    const flips = await train(engine, fresh, start({ seed, epochs: 2 }, circle(seed, 400, false), circle(98, 400, false)));
    // 400 coin flips: 0.5 +- 4 standard errors.
    expect(Math.abs(flips.last['pm/accuracy']! - 0.5)).toBeLessThan(0.1);
    flips.policy.dispose();
    fresh.dispose();
  });

  it('goes on from a checkpoint with the same bits', async () => {
    const fresh = freshParameters(engine, 1);
    await expectGoesOn(engine, fresh, start({ epochs: 1 }, circle(1, 96, true), circle(2, 20, true)), 3);
    fresh.dispose();
  });
});

/** One-word answers: word 4 beats every other, all others are equal. Or a coin says which. */
const judges = {
  word4: (pairs: readonly ResponsePair[]) => Promise.resolve(Float32Array.from(pairs, ({ responses: [a, b] }) =>
    0.5 + (Number(a[0] === word(4)) - Number(b[0] === word(4))) / 2)),
  flips: (pairs: readonly ResponsePair[], iteration: number) => {
    const draw = new Stream(streamKey(3, PURPOSE.test, iteration));
    return Promise.resolve(Float32Array.from(pairs, () => Number(draw.chance(0.5))));
  },
};
const COMMON = { iterations: 40, learningRate: 1e-2, temperature: 1, maxNewTokens: 1, measureEvery: 100 };
const prompts = (): number[][] => new Array<number[]>(24).fill(PROMPT);

describe('online DPO', () => {
  const start = (config: Partial<OnlineDpoConfig>, judge: keyof typeof judges, reference: ParameterSet): Start =>
    (policy, optimizer, from) => onlineDpo(
      { ...COMMON, beta: 0.1, seed: 1, ...config },
      { engine, policy, optimizer, from, reference, prompts, prefer: judges[judge] },
    );

  it.each(SEEDS)('solves a bandit, not with a large beta, and nothing from coin flips, seed %i', async (seed) => {
    const fresh = freshParameters(engine, seed);
    const share = async (config: Partial<OnlineDpoConfig>, judge: keyof typeof judges): Promise<number> => {
      const { policy, last } = await train(engine, fresh, start({ seed, ...config }, judge, fresh));
      expect(last['rewards/margins']).toBeCloseTo(last['rewards/chosen']! - last['rewards/rejected']!, 4);
      const result = await shareOf(engine, policy, PROMPT, word(4));
      policy.dispose();
      return result;
    };
    expect(await share({}, 'word4')).toBeGreaterThan(0.9);
    expect(await share({ beta: 10 }, 'word4')).toBeLessThan(0.5);
    expect(await share({}, 'flips')).toBeLessThan(0.5);
    fresh.dispose();
  });

  it('goes on from a checkpoint with the same bits', async () => {
    const fresh = freshParameters(engine, 1);
    await expectGoesOn(engine, fresh, start({ iterations: 6 }, 'word4', fresh), 3);
    fresh.dispose();
  });
});

describe('Nash-MD', () => {
  const start = (config: Partial<NashMdConfig>, judge: keyof typeof judges, reference: ParameterSet): Start =>
    (policy, optimizer, from) => nashMd(
      { ...COMMON, klCoef: 0.01, valueLearningRate: 5e-2, mixtureCoef: 0.25, seed: 1, ...config },
      { engine, policy, optimizer, from, reference, prompts, prefer: judges[judge] },
    );

  it.each(SEEDS)('solves a bandit, not on a short KL leash, and nothing from coin flips, seed %i', async (seed) => {
    const fresh = freshParameters(engine, seed);
    const share = async (config: Partial<NashMdConfig>, judge: keyof typeof judges): Promise<number> => {
      const { policy, last } = await train(engine, fresh, start({ seed, ...config }, judge, fresh));
      expect(last['mixture/unsettled']).toBe(0);
      expect(last['mixture/proposals']).toBeGreaterThanOrEqual(1);
      const result = await shareOf(engine, policy, PROMPT, word(4));
      policy.dispose();
      return result;
    };
    expect(await share({}, 'word4')).toBeGreaterThan(0.85);
    expect(await share({ klCoef: 0.9 }, 'word4')).toBeLessThan(0.5);
    expect(await share({}, 'flips')).toBeLessThan(0.5);
    fresh.dispose();
  });

  it('goes on from a checkpoint with the same bits', async () => {
    const fresh = freshParameters(engine, 1);
    await expectGoesOn(engine, fresh, start({ iterations: 6 }, 'word4', fresh), 3);
    fresh.dispose();
  });
});

describe('the geometric mixture', () => {
  /** A policy far from uniform that hardly ever writes a reserved id but end-of-text, which sampling bans. */
  function sharp(seed: number): ParameterSet {
    const layout = layoutOf(SHAPE);
    const values = initialParameters(layout, seed).map((x) => 12 * x);
    const fill = (name: string, at: readonly number[], value: number): void => {
      const { offset } = layout.view(name);
      for (const i of at) values[offset + i] = value;
    };
    for (let i = 0; i < SHAPE.layers; i++) {
      for (const norm of ['ln_1', 'ln_2']) fill(`h.${i}.${norm}.weight`, Array.from({ length: SHAPE.width }, (_, j) => j), 1);
    }
    fill('ln_f.weight', Array.from({ length: SHAPE.width }, (_, j) => j), 2);
    // The first entry of the last state is always 5, and weighs against the reserved ids alone.
    fill('ln_f.weight', [0], 0);
    fill('ln_f.bias', [0], 5);
    for (let id = 0; id < SHAPE.vocab; id++) {
      fill('wte.weight', [id * SHAPE.width], id < TOKEN.firstWord && id !== TOKEN.eos ? -4 : 0);
    }
    return engine.createParameters(SHAPE, values);
  }

  /** All responses of at most two tokens. */
  const words = Array.from({ length: SHAPE.vocab - TOKEN.firstWord }, (_, n) => word(n));
  const responses = [[TOKEN.eos], ...words.flatMap((a) => [TOKEN.eos, ...words].map((b) => [a, b]))];

  it.each([0, 0.3, 1])('is sampled by rejection, over whole responses, weight %f', async (mixtureCoef) => {
    const [policy, reference] = [sharp(1), sharp(2)];
    const completions = responses.map((response) => ({ prompt: PROMPT, response }));
    const [p, q] = await Promise.all([completionLogps(engine, policy, completions), completionLogps(engine, reference, completions)]);
    const total = (logps: readonly number[]): number => logps.reduce((sum, logp) => sum + Math.exp(logp), 0);
    expect(total(p)).toBeCloseTo(1, 4);
    const mixed = p.map((logp, i) => (1 - mixtureCoef) * logp + mixtureCoef * q[i]!);
    const overlap = total(mixed);

    const draws = 6000;
    const { rollouts, proposals, unsettled } = await sampleGeometricMixture(
      { engine, policy, reference }, new Array<number[]>(draws).fill(PROMPT),
      { mixtureCoef, temperature: 1, maxNewTokens: 2, key: streamKey(1, PURPOSE.test) },
    );
    expect(unsettled).toBe(0);
    expect(proposals).toBeCloseTo(1 / overlap, 1);
    const counts = new Map<string, number>();
    for (const { response } of rollouts) counts.set(response.join(), (counts.get(response.join()) ?? 0) + 1);
    /** Total variation between what was drawn and a distribution. */
    const distance = (share: (i: number) => number): number => responses.reduce((sum, response, i) =>
      sum + Math.abs((counts.get(response.join()) ?? 0) / draws - share(i)) / 2, 0);
    // 73 responses and 6,000 draws: sampling alone gives about 0.04.
    expect(distance((i) => Math.exp(mixed[i]!) / overlap)).toBeLessThan(0.06);
    if (mixtureCoef === 0.3) {
      expect(overlap).toBeLessThan(0.9);
      expect(distance((i) => (1 - mixtureCoef) * Math.exp(p[i]!) + mixtureCoef * Math.exp(q[i]!))).toBeGreaterThan(0.1);
    }
    for (const params of [policy, reference]) params.dispose();
  });
});
