import { memory as tfMemory, scalar, tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { packBatch } from '../batch';
import { initialParameters } from '../init';
import { layoutOf } from '../layout';
import type { Batch, OutputName, Outputs } from '../types';
import type { CpuEngine } from './engine';
import {
  largestDifference, loadEngine, outputShape, randomSequences, randomValues, read, SMALL, smallBatch, smallModel,
} from './testing/models';

const NAMES: OutputName[] = ['logp', 'entropy', 'value', 'tokenWeight', 'choiceLogp'];
const CHOICES = [7, 8];

let engine: CpuEngine;
beforeAll(async () => {
  engine = await loadEngine();
});

function ones(name: OutputName, batch: Batch): Outputs {
  const shape = outputShape(name, batch, SMALL, CHOICES.length);
  return { [name]: tensor(randomValues(shape.reduce((a, b) => a * b, 1), 5), shape) };
}

describe('forward', () => {
  it('gives a uniform distribution where every logit is equal', async () => {
    const layout = layoutOf(SMALL);
    const params = engine.createParameters(SMALL, new Float32Array(layout.size));
    const batch = packBatch([{ tokens: [3, 4, 5, 6], scoreFrom: 1 }]);
    const forward = await engine.forward(params, batch, { outputs: NAMES, choices: CHOICES });
    const log = Math.log(SMALL.vocab);
    expect(largestDifference(read(forward, 'logp'), [-log, -log, 0])).toBeLessThan(1e-5);
    expect(largestDifference(read(forward, 'entropy'), [log, log, 0])).toBeLessThan(1e-5);
    expect(largestDifference(read(forward, 'choiceLogp'), [-log, -log])).toBeLessThan(1e-5);
    expect([...read(forward, 'tokenWeight')]).toEqual([0, 0, 0]);
    forward.dispose();
    params.dispose();
  });

  it('gives log-probabilities of a distribution: they sum to 1 and have the stated entropy', async () => {
    const { params } = smallModel(engine);
    const prompt = [5, 9, 2];
    for (const temperature of [0.7, 1, 1.5]) {
      const batch = packBatch(
        Array.from({ length: SMALL.vocab }, (_, id) => ({ tokens: [...prompt, id], scoreFrom: 2 })), { scored: 1 },
      );
      const forward = await engine.forward(params, batch, { outputs: ['logp', 'entropy'], temperature });
      const logp = [...read(forward, 'logp')];
      expect(logp.reduce((sum, l) => sum + Math.exp(l), 0)).toBeCloseTo(1, 5);
      const entropy = -logp.reduce((sum, l) => sum + Math.exp(l) * l, 0);
      expect(largestDifference(read(forward, 'entropy'), logp.map(() => entropy))).toBeLessThan(1e-5);
      forward.dispose();
    }
    params.dispose();
  });

  it('gives the same bits for padding on the left, on the right, and for rows alone', async () => {
    const { params } = smallModel(engine);
    const sequences = randomSequences(7, SMALL.vocab, 21, 3);
    const scored = Math.max(...sequences.map((s) => s.tokens.length - s.scoreFrom));
    const run = async (batch: Batch): Promise<{ outputs: Float32Array[]; gradient: Float32Array }> => {
      const forward = await engine.forward(params, batch, {
        outputs: NAMES, choices: CHOICES, keep: true, temperature: 0.9,
      });
      const grads = ones('logp', batch);
      await engine.backward(forward, grads);
      const outputs = NAMES.map((name) => read(forward, name));
      const gradient = await engine.readGradients(params);
      await clearGradient();
      forward.dispose();
      return { outputs, gradient };
    };
    const optimizer = engine.createOptimizer(params);
    const clearGradient = async (): Promise<void> => {
      (await engine.step(optimizer, { learningRate: 0 })).gradNorm.dispose();
    };
    const right = await run(packBatch(sequences, { side: 'right', scored }));
    const left = await run(packBatch(sequences, { side: 'left', scored }));
    expect(left).toEqual(right);
    for (const [b, sequence] of sequences.entries()) {
      const alone = await engine.forward(params, packBatch([sequence], { scored }), {
        outputs: NAMES, choices: CHOICES, temperature: 0.9,
      });
      NAMES.forEach((name, i) => {
        const all = right.outputs[i]!;
        const size = all.length / sequences.length;
        expect([...read(alone, name)]).toEqual([...all.subarray(b * size, (b + 1) * size)]);
      });
      alone.dispose();
    }
    optimizer.dispose();
    params.dispose();
  });

  it('is zero where there is no token or no state, and nowhere else for value', async () => {
    const { params } = smallModel(engine);
    const batch = packBatch([
      { tokens: [1, 2, 3], scoreFrom: 0 },
      { tokens: [4, 5, 6, 7, 8], scoreFrom: 3 },
    ], { scored: 4 });
    const forward = await engine.forward(params, batch, { outputs: ['logp', 'value'] });
    const zeros = (values: Float32Array): number[] => [...values].map((v) => (v === 0 ? 0 : 1));
    expect(zeros(read(forward, 'logp'))).toEqual([1, 1, 0, 0, 1, 0, 0, 0]);
    expect(zeros(read(forward, 'value'))).toEqual([1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0]);
    forward.dispose();
    params.dispose();
  });

  it('is causal: a later token changes nothing before it', async () => {
    const { params } = smallModel(engine);
    const tokens = Array.from({ length: 20 }, (_, i) => (i * 7) % SMALL.vocab);
    const run = async (last: number): Promise<Float32Array> => {
      const batch = packBatch([{ tokens: [...tokens, last], scoreFrom: 0 }]);
      const forward = await engine.forward(params, batch, { outputs: ['value'] });
      const value = read(forward, 'value');
      forward.dispose();
      return value;
    };
    const [a, b] = [await run(1), await run(2)];
    const before = 20 * SMALL.valueHeads;
    expect([...a.subarray(0, before)]).toEqual([...b.subarray(0, before)]);
    expect(largestDifference(a, b)).toBeGreaterThan(1e-3);
    params.dispose();
  });

  it('keeps the activations of one parameter set whatever another does', async () => {
    const [one, two] = [smallModel(engine, SMALL, 1).params, smallModel(engine, SMALL, 2).params];
    const batch = smallBatch();
    const grads = ones('logp', batch);
    const options = { outputs: ['logp' as const], keep: true };
    const alone = await engine.forward(one, batch, options);
    await engine.backward(alone, grads);
    const expected = await engine.readGradients(one);
    alone.dispose();
    (await engine.step(engine.createOptimizer(one), { learningRate: 0 })).gradNorm.dispose();

    const first = await engine.forward(one, batch, options);
    const second = await engine.forward(two, smallBatch(2), options);
    await engine.generate(two, [[1, 2, 3]], { temperature: 1, maxNewTokens: 5, key: 1 });
    second.dispose();
    (await engine.forward(two, batch, { outputs: ['value'] })).dispose();
    await engine.backward(first, grads);
    expect(await engine.readGradients(one)).toEqual(expected);
    first.dispose();
    one.dispose();
    two.dispose();
  });

  it.each([[8, 4], [64, 16]])('adds up micro-batches: %s rows at once or %s at a time', async (rows, part) => {
    const { params } = smallModel(engine);
    const optimizer = engine.createOptimizer(params);
    const sequences = randomSequences(rows, SMALL.vocab, 20, 4);
    const scored = 20;
    const weights = randomValues(rows * scored, 9);
    const accumulate = async (size: number): Promise<Float32Array> => {
      for (let b = 0; b < rows; b += size) {
        const batch = packBatch(sequences.slice(b, b + size), { scored });
        const forward = await engine.forward(params, batch, { outputs: ['logp'], keep: true });
        const logp = tensor2d(weights.slice(b * scored, (b + size) * scored), [size, scored]);
        await engine.backward(forward, { logp });
        forward.dispose();
      }
      const gradient = await engine.readGradients(params);
      (await engine.step(optimizer, { learningRate: 0 })).gradNorm.dispose();
      return gradient;
    };
    const whole = await accumulate(rows);
    const halves = await accumulate(part);
    const norm = Math.hypot(...whole);
    expect(norm).toBeGreaterThan(1);
    expect(largestDifference(whole, halves) / norm).toBeLessThan(1e-6);
    params.dispose();
  });

  it('trains the value head alone where value is detached', async () => {
    const { params, layout } = smallModel(engine);
    const batch = smallBatch();
    const forward = await engine.forward(params, batch, { outputs: ['value'], keep: true, detachValue: true });
    await engine.backward(forward, ones('value', batch));
    const gradient = await engine.readGradients(params);
    const moved = layout.views.filter(({ offset, size }) =>
      gradient.subarray(offset, offset + size).some((g) => g !== 0));
    expect(moved.map((view) => view.name)).toEqual(['value_head.weight', 'value_head.bias']);
    forward.dispose();
    params.dispose();
  });

  it('cuts a long batch without changing a bit', async () => {
    const { params } = smallModel(engine);
    const sequences = randomSequences(260, SMALL.vocab, 24, 5); // more than one group of 2,048 tokens
    const batch = packBatch(sequences);
    const options = { outputs: NAMES, choices: CHOICES };
    const cut = await engine.forward(params, batch, options);
    const whole = await engine.forward(params, batch, { ...options, keep: true });
    for (const name of NAMES) expect(read(cut, name)).toEqual(read(whole, name));
    cut.dispose();
    whole.dispose();
    params.dispose();
  });

  it('computes the same bits in another engine', async () => {
    const run = async (): Promise<unknown> => {
      const fresh = await loadEngine();
      const { params } = smallModel(fresh);
      const optimizer = fresh.createOptimizer(params);
      for (let i = 0; i < 3; i++) {
        const batch = smallBatch(i);
        const forward = await fresh.forward(params, batch, { outputs: ['logp'], keep: true });
        await fresh.backward(forward, ones('logp', batch));
        forward.dispose();
        (await fresh.step(optimizer, { learningRate: 1e-2 })).gradNorm.dispose();
      }
      const samples = await fresh.generate(params, [[1, 2], [3]], { temperature: 1, maxNewTokens: 9, key: 3 });
      return { values: await fresh.readParameters(params), samples };
    };
    expect(await run()).toEqual(await run());
  });

  it('keeps its tensors when made inside a tidy, and frees them on dispose', async () => {
    const { params } = smallModel(engine);
    const before = tfMemory().numTensors;
    let made: ReturnType<CpuEngine['forward']> | undefined;
    tidy(() => {
      scalar(1);
      made = engine.forward(params, smallBatch(), { outputs: ['logp'] });
    });
    const forward = (await made)!;
    expect(read(forward, 'logp').some((v) => v < 0)).toBe(true);
    forward.dispose();
    forward.dispose();
    expect(tfMemory().numTensors).toBe(before);
    params.dispose();
  });
});

describe('what is refused', () => {
  const good = { tokens: [1, 2, 3], scoreFrom: 1 };
  const cases: [string, () => Batch, RegExp][] = [
    ['an id past the vocabulary', () => packBatch([{ tokens: [1, SMALL.vocab], scoreFrom: 0 }]), /token 53/],
    ['a negative id', () => packBatch([{ tokens: [1, -1], scoreFrom: 0 }]), /token -1/],
    ['too many tokens', () => packBatch([{ tokens: new Array<number>(25).fill(1), scoreFrom: 0 }]), /25 tokens .* 24/],
    ['scoring from past the end', () => packBatch([{ ...good, scoreFrom: 3 }], { scored: 1 }), /scored from column 3/],
    ['scoring from before the row', () => ({ ...packBatch([good]), scoreFrom: Int32Array.of(-1) }), /scored from/],
    ['an empty row', () => ({ ...packBatch([good]), end: Int32Array.of(0) }), /columns 0\.\.0/],
    ['an end past the row', () => ({ ...packBatch([good]), end: Int32Array.of(4) }), /columns 0\.\.4/],
    ['tokens missing', () => ({ ...packBatch([good]), tokens: Int32Array.of(1) }), /1 tokens for 1 rows of 3/],
    ['an array of another batch', () => ({ ...packBatch([good]), start: Int32Array.of(0, 0) }), /start has 2/],
    ['extra inputs missing', () => ({ ...packBatch([good]), extra: Float32Array.of(1) }), /1 extra inputs/],
    ['no scored positions', () => ({ ...packBatch([good]), scored: 0 }), /positive integers/],
  ];
  it.each(cases)('%s', async (_, batch, message) => {
    const { params } = smallModel(engine);
    const used = engine.memoryUse().used;
    const run = (): Promise<unknown> => engine.forward(params, batch(), { outputs: ['logp'] });
    await expect(run()).rejects.toThrow(RangeError);
    await expect(run()).rejects.toThrow(message);
    expect(engine.memoryUse().used).toBe(used);
    params.dispose();
  });

  it('options, gradients and objects that do not fit', async () => {
    const { params, values } = smallModel(engine);
    const batch = smallBatch();
    await expect(engine.forward(params, batch, { outputs: ['logp'], temperature: 0 })).rejects.toThrow(RangeError);
    await expect(engine.forward(params, batch, { outputs: ['choiceLogp'] })).rejects.toThrow(/needs choices/);
    await expect(engine.forward(params, batch, { outputs: ['choiceLogp'], choices: [53] }))
      .rejects.toThrow(/choice 53/);
    expect(() => engine.createParameters(SMALL, values.subarray(1))).toThrow(RangeError);
    expect(() => engine.writeParameters(params, values.subarray(1))).toThrow(RangeError);
    const moments = { steps: 1, first: values, second: values.subarray(1) };
    expect(() => engine.createOptimizer(params, moments)).toThrow(RangeError);
    const thrown = await engine.forward(params, batch, { outputs: ['logp'] });
    await expect(engine.backward(thrown, ones('logp', batch))).rejects.toThrow(/did not keep/);
    const kept = await engine.forward(params, batch, { outputs: ['logp'], keep: true });
    await expect(engine.backward(kept, ones('value', batch))).rejects.toThrow(/did not compute/);
    await expect(engine.backward(kept, { logp: tensor2d([1], [1, 1]) })).rejects.toThrow(RangeError);
    kept.dispose();
    await expect(engine.backward(kept, ones('logp', batch))).rejects.toThrow(/disposed/);
    thrown.dispose();
    params.dispose();
    await expect(engine.forward(params, batch, { outputs: ['logp'] })).rejects.toThrow(/disposed/);
  });
});

describe('memory', () => {
  it('stays bounded over 100 training steps of changing sizes', async () => {
    const fresh = await loadEngine();
    const { params } = smallModel(fresh);
    const optimizer = fresh.createOptimizer(params);
    const step = async (i: number): Promise<void> => {
      const batch = smallBatch(i % 10);
      const forward = await fresh.forward(params, batch, { outputs: NAMES, choices: CHOICES, keep: true });
      const grads = ones('logp', batch);
      await fresh.backward(forward, grads);
      grads.logp?.dispose();
      forward.dispose();
      (await fresh.step(optimizer, { learningRate: 1e-3 })).gradNorm.dispose();
      await fresh.generate(params, [[1, 2, 3], [4]], { temperature: 1, maxNewTokens: 8, key: i });
    };
    for (let i = 0; i < 10; i++) await step(i);
    const before = { ...fresh.memoryUse(), tensors: tfMemory().numTensors };
    for (let i = 0; i < 100; i++) await step(i);
    expect({ ...fresh.memoryUse(), tensors: tfMemory().numTensors }).toEqual(before);
    optimizer.dispose();
    params.dispose();
    expect(fresh.memoryUse().used).toBe(0);
  });
});

describe('initialParameters', () => {
  const layout = layoutOf({ ...SMALL, width: 64, vocab: 500 });
  const values = initialParameters(layout, 3);
  const statistics = (name: string): { mean: number; deviation: number } => {
    const { offset, size } = layout.view(name);
    const view = [...values.subarray(offset, offset + size)];
    const mean = view.reduce((a, b) => a + b, 0) / size;
    return { mean, deviation: Math.sqrt(view.reduce((sum, v) => sum + (v - mean) ** 2, 0) / size) };
  };
  it('has the deviations of GPT-2', () => {
    for (const name of ['wte.weight', 'h.0.attn.c_attn.weight', 'h.1.mlp.c_fc.weight']) {
      expect(Math.abs(statistics(name).deviation / 0.02 - 1)).toBeLessThan(0.03);
      expect(Math.abs(statistics(name).mean)).toBeLessThan(0.001);
    }
    for (const name of ['h.0.attn.c_proj.weight', 'h.1.mlp.c_proj.weight']) {
      expect(Math.abs(statistics(name).deviation / 0.01 - 1)).toBeLessThan(0.05);
    }
  });
  it('starts norms at 1, the token weight at 0.1 and everything else at 0', () => {
    for (const name of ['h.0.ln_1.weight', 'h.1.ln_2.weight', 'ln_f.weight']) {
      expect(statistics(name)).toEqual({ mean: 1, deviation: 0 });
    }
    expect(values[layout.view('token_weight.bias').offset]).toBe(Math.fround(0.1));
    const zeros = layout.views.filter(({ name }) => /bias$|value_head|extra_input|token_weight\.weight/.test(name));
    for (const { name } of zeros.filter((view) => view.name !== 'token_weight.bias')) {
      expect(statistics(name)).toEqual({ mean: 0, deviation: 0 });
    }
  });
  it('is a pure function of the seed', () => {
    expect(largestDifference(initialParameters(layout, 3), values)).toBe(0);
    expect(largestDifference(initialParameters(layout, 4), values)).toBeGreaterThan(0.01);
  });
});
