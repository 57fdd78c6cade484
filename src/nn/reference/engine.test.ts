import '@tensorflow/tfjs-backend-cpu';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, streamKey } from '../../core/rng';
import { TOKEN } from '../../core/tokens';
import { packBatch } from '../batch';
import { layoutOf, type ModelShape } from '../layout';
import {
  expectGoldenCurve, expectGoldenPass, gradNormOf, largestDifference, norm, pushBack, randomBatch, randomCotangents,
  randomParameters, readOutputs, relativeErrors, runPass,
} from '../testing/engines';
import type { AdamWOptions, Engine, ForwardOptions, OutputName, ParameterSet } from '../types';
import { createReferenceEngine } from './engine';

const SHAPE: ModelShape = { vocab: 14, width: 8, layers: 2, heads: 2, positions: 12, valueHeads: 2 };
const LAYOUT = layoutOf(SHAPE);
const EVERYTHING: OutputName[] = ['logp', 'entropy', 'value', 'tokenWeight', 'choiceLogp'];

let engine: Engine;
beforeAll(async () => {
  engine = await createReferenceEngine();
});

describe('golden values of PyTorch', () => {
  it('gives the same outputs and gradient norms', () => expectGoldenPass(engine));
  it('follows five clipped AdamW steps', () => expectGoldenCurve(engine));
});

describe('gradients', () => {
  it('match finite differences in every parameter group', async () => {
    const values = randomParameters(LAYOUT, 3, 0.4);
    const batch = randomBatch(SHAPE, 4, 2, 6, true);
    const options: ForwardOptions = { outputs: EVERYTHING, temperature: 0.8, choices: [1, 5] };
    const { gradients } = await runPass(engine, SHAPE, values, batch, options);
    const objectiveAt = async (shifted: Float32Array): Promise<number> => {
      const params = engine.createParameters(SHAPE, shifted);
      const forward = await engine.forward(params, batch, options);
      const cotangents = randomCotangents(forward.outputs, 5);
      let total = 0;
      for (const [name, output] of Object.entries(await readOutputs(forward))) {
        output.forEach((x, i) => (total += x * cotangents[name]![i]!));
      }
      forward.dispose();
      params.dispose();
      return total;
    };
    // Along the gradient's own direction within a view the derivative is its norm: the best-conditioned difference.
    for (const view of LAYOUT.views) {
      const direction = gradients.subarray(view.offset, view.offset + view.size);
      const length = norm(direction);
      expect(length, view.name).toBeGreaterThan(0);
      const moved = (by: number): Float32Array => {
        const out = values.slice();
        direction.forEach((g, i) => (out[view.offset + i]! += (by * g) / length));
        return out;
      };
      const step = 0.02;
      const near = (await objectiveAt(moved(step))) - (await objectiveAt(moved(-step)));
      const far = (await objectiveAt(moved(2 * step))) - (await objectiveAt(moved(-2 * step)));
      const slope = (8 * near - far) / (12 * step);
      expect(Math.abs(slope / length - 1), view.name).toBeLessThan(2e-3);
    }
  });

  it('accumulate over passes and are cleared by a step', async () => {
    const params = engine.createParameters(SHAPE, randomParameters(LAYOUT, 3));
    const optimizer = engine.createOptimizer(params);
    const forward = await engine.forward(params, randomBatch(SHAPE, 4, 2, 6), { outputs: ['logp'], keep: true });
    const cotangents = randomCotangents(forward.outputs, 5);
    await pushBack(engine, forward, cotangents);
    const once = await engine.readGradients(params);
    await pushBack(engine, forward, cotangents);
    const twice = await engine.readGradients(params);
    expect(largestDifference(twice, once.map((x) => 2 * x))).toBeLessThan(1e-6);
    (await engine.step(optimizer, { learningRate: 0.1 })).gradNorm.dispose();
    expect(norm(await engine.readGradients(params))).toBe(0);
    forward.dispose();
    optimizer.dispose();
    params.dispose();
  });

  it('of a kept pass are those of the parameters at the time, whatever came between', async () => {
    const values = randomParameters(LAYOUT, 3);
    const batch = randomBatch(SHAPE, 4, 2, 6);
    const options: ForwardOptions = { outputs: ['logp', 'value'] };
    const { gradients } = await runPass(engine, SHAPE, values, batch, options);
    const params = engine.createParameters(SHAPE, values);
    const forward = await engine.forward(params, batch, { ...options, keep: true });
    engine.writeParameters(params, randomParameters(LAYOUT, 8));
    (await engine.forward(params, batch, options)).dispose();
    await pushBack(engine, forward, randomCotangents(forward.outputs, 5));
    expect(largestDifference(await engine.readGradients(params), gradients)).toBe(0);
    forward.dispose();
    params.dispose();
  });

  it('of a detached value reach the value head alone', async () => {
    const { gradients } = await runPass(
      engine, SHAPE, randomParameters(LAYOUT, 3), randomBatch(SHAPE, 4, 2, 6),
      { outputs: ['value'], detachValue: true },
    );
    for (const view of LAYOUT.views) {
      const length = norm(gradients.subarray(view.offset, view.offset + view.size));
      if (view.name.startsWith('value_head')) expect(length, view.name).toBeGreaterThan(0);
      else expect(length, view.name).toBe(0);
    }
  });
});

describe('padding', () => {
  it('on either side changes no output', async () => {
    const params = engine.createParameters(SHAPE, randomParameters(LAYOUT, 3, 0.4));
    const long = { tokens: [3, 4, 5, 6, 7, 8, 9, 1], scoreFrom: 2 };
    const short = { tokens: [9, 2, 7, 1], scoreFrom: 1, extra: [0.5, 0, -1, 2] };
    const options: ForwardOptions = { outputs: EVERYTHING, choices: [7, 8] };
    const read = async (sequences: (typeof long | typeof short)[], side: 'left' | 'right') => {
      const forward = await engine.forward(params, packBatch(sequences, { side, scored: 6 }), options);
      const outputs = await readOutputs(forward);
      forward.dispose();
      return outputs;
    };
    const alone = await read([short], 'right');
    for (const side of ['left', 'right'] as const) {
      const together = await read([long, short], side);
      for (const name of EVERYTHING) {
        const second = together[name]!.subarray(together[name]!.length / 2);
        expect(largestDifference(second, alone[name]!), `${side} ${name}`).toBeLessThan(1e-5);
      }
    }
    expect(alone['logp']!.findLastIndex((x) => x !== 0)).toBe(1);
    expect(alone['value']!.findLastIndex((x) => x !== 0)).toBe(5);
    params.dispose();
  });

  it('outside a row may hold any id', async () => {
    const batch = randomBatch(SHAPE, 4, 3, 8, true);
    const dirty = { ...batch, tokens: batch.tokens.slice() };
    for (let b = 0; b < 3; b++) {
      for (let t = 0; t < 8; t++) if (t < batch.start[b]! || t >= batch.end[b]!) dirty.tokens[b * 8 + t] = 999;
    }
    const options: ForwardOptions = { outputs: ['logp'] };
    const values = randomParameters(LAYOUT, 3);
    const clean = await runPass(engine, SHAPE, values, batch, options);
    expect(await runPass(engine, SHAPE, values, dirty, options)).toEqual(clean);
  });
});

describe('AdamW', () => {
  let params: ParameterSet;
  const values = randomParameters(LAYOUT, 3);
  const learn = async (groups: NonNullable<AdamWOptions['groups']>): Promise<Float32Array> => {
    params = engine.createParameters(SHAPE, values);
    const optimizer = engine.createOptimizer(params);
    const batch = randomBatch(SHAPE, 4, 2, 6);
    const forward = await engine.forward(params, batch, { outputs: ['logp', 'value'], keep: true });
    await pushBack(engine, forward, randomCotangents(forward.outputs, 5));
    (await engine.step(optimizer, { learningRate: 0.01, weightDecay: 0.1, groups })).gradNorm.dispose();
    const after = await engine.readParameters(params);
    forward.dispose();
    optimizer.dispose();
    params.dispose();
    return after;
  };

  it('leaves frozen groups alone; later groups win', async () => {
    const head = { prefix: 'value_head', learningRate: 0.02, frozen: false };
    const after = await learn([{ prefix: '', frozen: true }, head]);
    const errors = relativeErrors(LAYOUT, after, values);
    for (const [name, error] of Object.entries(errors)) {
      if (name.startsWith('value_head')) expect(error, name).toBeGreaterThan(0.01);
      else expect(error, name).toBe(0);
    }
  });

  it('skips a gradient that is not finite and clears it', async () => {
    params = engine.createParameters(SHAPE, values);
    const optimizer = engine.createOptimizer(params);
    const forward = await engine.forward(params, randomBatch(SHAPE, 4, 2, 6), { outputs: ['value'], keep: true });
    await pushBack(engine, forward, { value: new Float32Array(forward.outputs.value!.size).fill(NaN) });
    expect(await gradNormOf(await engine.step(optimizer, { learningRate: 0.1 }))).toBeNaN();
    expect(largestDifference(await engine.readParameters(params), values)).toBe(0);
    expect(norm(await engine.readGradients(params))).toBe(0);
    forward.dispose();
    optimizer.dispose();
    params.dispose();
  });
});

describe('generate', () => {
  const key = streamKey(1, PURPOSE.test);

  it('reports log-probabilities that a full forward pass confirms, prompts of any length', async () => {
    const params = engine.createParameters(SHAPE, randomParameters(LAYOUT, 6, 0.5));
    const prompts = [[3, 4, 2], [9, 2], [5, 6, 7, 8, 2]];
    const options = { temperature: 0.7, maxNewTokens: 6, samplesPerPrompt: 2, key };
    const texts = await engine.generate(params, prompts, options);
    expect(texts).toHaveLength(6);
    const sequences = texts.map(({ tokens }, r) => {
      const prompt = prompts[Math.floor(r / 2)]!;
      return { tokens: [...prompt, ...tokens], scoreFrom: prompt.length - 1 };
    });
    const batch = packBatch(sequences, { scored: 7 });
    const forward = await engine.forward(params, batch, { outputs: ['logp'], temperature: 0.7 });
    const { logp } = await readOutputs(forward);
    texts.forEach((text, r) => {
      expect(text.tokens.length).toBeGreaterThan(0);
      expect(text.finished).toBe(text.tokens.at(-1) === TOKEN.eos);
      expect(largestDifference(text.logp, logp!.subarray(r * 7, r * 7 + text.tokens.length))).toBeLessThan(1e-4);
    });
    forward.dispose();
    params.dispose();
  });

  it('draws the same numbers when a batch is cut in two', async () => {
    const params = engine.createParameters(SHAPE, randomParameters(LAYOUT, 6, 0.5));
    const options = { temperature: 1, maxNewTokens: 5, key };
    const whole = await engine.generate(params, [[3, 2], [4, 2]], options);
    const second = await engine.generate(params, [[4, 2]], { ...options, firstRow: 1 });
    expect(Array.from(second[0]!.tokens)).toEqual(Array.from(whole[1]!.tokens));
    params.dispose();
  });

  it('samples with the frequencies of softmax (chi-square), banned ids excluded', async () => {
    const params = engine.createParameters(SHAPE, randomParameters(LAYOUT, 6, 0.5));
    const rows = 3000;
    const options = { temperature: 0.9, maxNewTokens: 1, samplesPerPrompt: rows, bannedIds: [3, 4], key };
    const texts = await engine.generate(params, [[5, 2]], options);
    const counts = new Float64Array(SHAPE.vocab);
    const probability = new Float64Array(SHAPE.vocab);
    for (const { tokens, logp } of texts) {
      counts[tokens[0]!]!++;
      probability[tokens[0]!] = Math.exp(logp[0]!);
    }
    expect(counts[3]! + counts[4]!).toBe(0);
    expect(probability.reduce((a, b) => a + b)).toBeGreaterThan(0.99);
    let chiSquare = 0;
    counts.forEach((count, id) => {
      if (probability[id]! > 0) chiSquare += (count - rows * probability[id]!) ** 2 / (rows * probability[id]!);
    });
    // 11 degrees of freedom: 31.3 is the 99.9th percentile.
    expect(chiSquare).toBeLessThan(31.3);
    params.dispose();
  });

  it('is greedy at temperature 0', async () => {
    const params = engine.createParameters(SHAPE, randomParameters(LAYOUT, 6, 0.5));
    const [text] = await engine.generate(params, [[5, 2]], { temperature: 0, maxNewTokens: 1, key });
    const choices = Array.from({ length: SHAPE.vocab }, (_, id) => id);
    const batch = packBatch([{ tokens: [5, 2], scoreFrom: 1 }]);
    const forward = await engine.forward(params, batch, { outputs: ['choiceLogp'], choices });
    const { choiceLogp } = await readOutputs(forward);
    expect(text!.tokens[0]).toBe(choiceLogp!.indexOf(Math.max(...choiceLogp!)));
    expect(text!.logp[0]).toBeCloseTo(Math.max(...choiceLogp!), 4);
    forward.dispose();
    params.dispose();
  });
});

describe('bounds', () => {
  it('are checked before anything is computed', async () => {
    const params = engine.createParameters(SHAPE, randomParameters(LAYOUT, 6));
    const batch = randomBatch(SHAPE, 4, 2, 6);
    const before = memory().numTensors;
    const wrong: [Partial<typeof batch>, Partial<ForwardOptions>][] = [
      [{ tokens: batch.tokens.map(() => SHAPE.vocab) }, {}],
      [{ tokens: batch.tokens.map(() => -1) }, {}],
      [{ end: batch.end.map(() => 7) }, {}],
      [{ end: batch.start }, {}],
      [{ scoreFrom: batch.end }, {}],
      [{ tokens: new Int32Array(3) }, {}],
      [{ scored: 0 }, {}],
      [{}, { temperature: 0 }],
      [{}, { outputs: ['choiceLogp'] }],
      [{}, { outputs: ['choiceLogp'], choices: [SHAPE.vocab] }],
    ];
    for (const [part, options] of wrong) {
      const forward = engine.forward(params, { ...batch, ...part }, { outputs: ['logp'], ...options });
      await expect(forward).rejects.toThrow(RangeError);
    }
    const generateOptions = { temperature: 1, maxNewTokens: 4, key: 1 };
    await expect(engine.generate(params, [[99]], generateOptions)).rejects.toThrow(RangeError);
    await expect(engine.generate(params, [[]], generateOptions)).rejects.toThrow(/empty/);
    await expect(engine.generate(params, [new Array(9).fill(3)], generateOptions)).rejects.toThrow(/positions/);
    expect(() => engine.createParameters(SHAPE, new Float32Array(3))).toThrow(RangeError);
    const moments = { steps: 1, first: new Float32Array(LAYOUT.size), second: new Float32Array(3) };
    expect(() => engine.createOptimizer(params, moments)).toThrow(RangeError);
    expect(memory().numTensors).toBe(before);
    params.dispose();
  });
});

describe('memory', () => {
  it('is flat over steps and generations', async () => {
    const params = engine.createParameters(SHAPE, randomParameters(LAYOUT, 6));
    const optimizer = engine.createOptimizer(params);
    const batch = randomBatch(SHAPE, 4, 2, 6, true);
    const cycle = async (): Promise<number> => {
      const forward = await engine.forward(params, batch, { outputs: EVERYTHING, choices: [7], keep: true });
      await pushBack(engine, forward, randomCotangents(forward.outputs, 5));
      (await engine.step(optimizer, { learningRate: 1e-3 })).gradNorm.dispose();
      forward.dispose();
      await engine.generate(params, [[3, 2]], { temperature: 1, maxNewTokens: 10, key: 1 });
      const copy = engine.copyParameters(params);
      expect(largestDifference(await engine.readParameters(copy), await engine.readParameters(params))).toBe(0);
      copy.dispose();
      return memory().numTensors;
    };
    const first = await cycle();
    expect(await cycle()).toBe(first);
    expect(await cycle()).toBe(first);
    optimizer.dispose();
    params.dispose();
  });
});
