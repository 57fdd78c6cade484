import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomU32, unitFloat } from '../../core/rng';
import { TOKEN } from '../../core/tokens';
import { packBatch } from '../batch';
import { layoutOf } from '../layout';
import type { CpuEngine } from './engine';
import { createRuntime } from './kernels';
import { Scope } from './memory';
import { largestDifference, loadEngine, read, SMALL, smallModel, testStream } from './testing/models';

let engine: CpuEngine;
beforeAll(async () => {
  engine = await loadEngine();
});

const runtime = async () => createRuntime(await readFile(new URL('./generated/kernels.wasm', import.meta.url)));

describe('kernels', () => {
  it('draw the same bits as core/rng', async () => {
    const { kernels } = await runtime();
    const stream = testStream(1);
    for (let i = 0; i < 2000; i++) {
      const [key, row, position] = [stream.u32(), stream.int(100_000), stream.int(1000)];
      expect(kernels.randomU32(key, row, position) >>> 0).toBe(randomU32(key, row, position));
    }
    for (const bits of [0, 255, 256, 0x7fffffff, 0x80000000, 0xffffffff]) {
      expect(kernels.unitFloat(bits)).toBe(unitFloat(bits));
    }
  });

  it('compute exp to 1e-6, and 0 below -64', async () => {
    const { kernels, memory } = await runtime();
    const scope = new Scope(memory);
    const inputs = Float32Array.from({ length: 16_000 }, (_, i) => (i - 8_000) / 100);
    // The gradient of a choice at stats 0 is -exp(logit) times the upstream gradient, but for the choice itself.
    const out = scope.alloc(inputs.length);
    const [stats, choice, upstream] = [scope.zeros(3), scope.ints([0]), scope.floats([-1])];
    kernels.choiceLogpBackward(scope.floats(inputs), 1, inputs.length, stats, choice, 1, upstream, out);
    const values = memory.f32(out, inputs.length);
    for (let i = 1; i < inputs.length; i++) {
      const x = inputs[i]!;
      if (x < -64) expect(values[i]).toBe(0);
      else expect(Math.abs(values[i]! / Math.exp(x) - 1)).toBeLessThan(1e-6);
    }
  });

  it('compute gelu to 1e-6 of its tanh form', async () => {
    const { kernels, memory } = await runtime();
    const scope = new Scope(memory);
    const inputs = Float32Array.from({ length: 4000 }, (_, i) => (i - 2000) / 250);
    const x = scope.floats(inputs);
    kernels.gelu(x, inputs.length, x);
    const outputs = memory.f32(x, inputs.length);
    inputs.forEach((v, i) => {
      const gate = 1 / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)));
      // Far to the left exp is so large that its argument's rounding shows: an absolute bound there.
      expect(Math.abs(outputs[i]! - v * gate)).toBeLessThan(1e-6 * Math.abs(v * gate) + 1e-7);
    });
  });

  it('compute the softmax of any logits, in rows of any width', async () => {
    const { kernels, memory } = await runtime();
    const stream = testStream(2);
    for (const [vocab, spread] of [[1, 1], [5, 1], [53, 10], [128, 200]] as const) {
      const scope = new Scope(memory);
      const logits = Float32Array.from({ length: Math.ceil(vocab / 4) * 4 }, () => spread * stream.normal());
      const at = scope.floats(logits);
      const [stats, logp, entropy] = [scope.alloc(3), scope.alloc(1), scope.alloc(1)];
      for (const target of [0, vocab - 1]) {
        kernels.crossEntropy(at, 1, vocab, 0.5, scope.ints([target]), stats, logp, entropy);
        const z = [...logits.subarray(0, vocab)].map((v) => v / 2);
        const top = Math.max(...z);
        const total = z.reduce((sum, v) => sum + Math.exp(v - top), 0);
        const logps = z.map((v) => v - top - Math.log(total));
        expect(memory.f32(logp, 1)[0]).toBeCloseTo(logps[target]!, 4);
        expect(memory.f32(entropy, 1)[0]).toBeCloseTo(-logps.reduce((sum, l) => sum + Math.exp(l) * l, 0), 4);
      }
      scope.free();
      expect(memory.inUse).toBe(0);
    }
  });

  it('multiply matrices of every edge size', async () => {
    const { kernels, memory } = await runtime();
    const stream = testStream(3);
    const random = (n: number): Float32Array => Float32Array.from({ length: n }, () => stream.normal());
    for (const [m, k, n] of [[1, 1, 1], [3, 5, 7], [4, 8, 8], [5, 9, 17], [66, 3, 12], [2, 300, 9]] as const) {
      for (const [transA, transB, withBias, accumulate] of [[0, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 1]] as const) {
        const scope = new Scope(memory);
        const [a, b, c, bias] = [random(m * k), random(k * n), random(m * n), random(n)];
        const packed = scope.alloc(k * Math.ceil(n / 8) * 8);
        kernels.packB(transB, scope.floats(b), transB ? k : n, k, n, packed);
        const out = scope.floats(c);
        kernels.gemm(
          transA, scope.floats(a), transA ? m : k, m, k, packed, n,
          withBias ? scope.floats(bias) : 0, out, n, accumulate,
        );
        const expected = c.map((old, at) => {
          const [i, j] = [Math.floor(at / n), at % n];
          let sum = (withBias ? bias[j]! : 0) + (accumulate ? old : 0);
          for (let l = 0; l < k; l++) {
            sum += a[transA ? l * m + i : i * k + l]! * b[transB ? j * k + l : l * n + j]!;
          }
          return sum;
        });
        expect(largestDifference(memory.f32(out, m * n), expected)).toBeLessThan(1e-5 * Math.sqrt(k));
        scope.free();
      }
    }
  });
});

describe('generate', () => {
  const prompts = [[3, 4, 5, TOKEN.sep], [9, TOKEN.sep], [3, 4, 5, TOKEN.sep], [30, 31, 32, 33, 34, 35, TOKEN.sep]];

  it.each([0, 0.7, 1.3])('reports log-probabilities of a full forward pass, temperature %s', async (temperature) => {
    const { params } = smallModel(engine);
    const written = await engine.generate(params, prompts, {
      temperature, maxNewTokens: 12, samplesPerPrompt: 20, key: 5,
    });
    expect(written).toHaveLength(80);
    const batch = packBatch(written.map(({ tokens }, row) => {
      const prompt = prompts[Math.floor(row / 20)]!;
      return { tokens: [...prompt, ...tokens], scoreFrom: prompt.length - 1 };
    }), { scored: 12 });
    const forward = await engine.forward(params, batch, { outputs: ['logp'], temperature: temperature || 1 });
    const logp = read(forward, 'logp');
    written.forEach((generation, row) => {
      const expected = logp.subarray(row * 12, row * 12 + generation.tokens.length);
      expect(largestDifference(generation.logp, expected)).toBeLessThan(1e-4);
      expect(generation.finished).toBe(generation.tokens.at(-1) === TOKEN.eos);
      expect(generation.tokens.indexOf(TOKEN.eos)).toBe(generation.finished ? generation.tokens.length - 1 : -1);
      expect(generation.finished || generation.tokens.length === 12).toBe(true);
    });
    expect(new Set(written.map((g) => g.tokens.length)).size).toBeGreaterThan(temperature === 0 ? 0 : 1);
    forward.dispose();
    params.dispose();
  });

  it('writes the most likely token at temperature 0, the same for every sample and equal prompt', async () => {
    const { params } = smallModel(engine);
    const written = await engine.generate(params, prompts, {
      temperature: 0, maxNewTokens: 4, samplesPerPrompt: 2, key: 5,
    });
    expect(written[1]).toEqual(written[0]);
    expect(written[4]).toEqual(written[0]);
    for (const [row, { tokens }] of written.entries()) {
      const text = [...prompts[Math.floor(row / 2)]!];
      for (const token of tokens) {
        const choices = Array.from({ length: SMALL.vocab }, (_, id) => id);
        const batch = packBatch([{ tokens: text, scoreFrom: 0 }]);
        const forward = await engine.forward(params, batch, { outputs: ['choiceLogp'], choices });
        const logp = read(forward, 'choiceLogp');
        expect(logp.indexOf(Math.max(...logp))).toBe(token);
        forward.dispose();
        text.push(token);
      }
    }
    params.dispose();
  });

  it('takes the lowest id where logits tie', async () => {
    const params = engine.createParameters(SMALL, new Float32Array(layoutOf(SMALL).size));
    const options = { temperature: 0, maxNewTokens: 1, key: 1 };
    expect((await engine.generate(params, [[5]], options))[0]!.tokens[0]).toBe(0);
    expect((await engine.generate(params, [[5]], { ...options, bannedIds: [0, 2] }))[0]!.tokens[0]).toBe(1);
    params.dispose();
  });

  it('draws the same whether the rows come in one call or several', async () => {
    const { params } = smallModel(engine);
    const options = { temperature: 1, maxNewTokens: 10, samplesPerPrompt: 2, key: 77 };
    const whole = await engine.generate(params, prompts, { ...options, firstRow: 10 });
    const parts = [
      ...(await engine.generate(params, prompts.slice(0, 1), { ...options, firstRow: 10 })),
      ...(await engine.generate(params, prompts.slice(1), { ...options, firstRow: 12 })),
    ];
    expect(parts).toEqual(whole);
    const many = Array.from({ length: 150 }, (_, i) => prompts[i % 4]!);
    const grouped = await engine.generate(params, many, { ...options, samplesPerPrompt: 1, maxNewTokens: 3 });
    const tail = await engine.generate(params, many.slice(140), {
      ...options, samplesPerPrompt: 1, maxNewTokens: 3, firstRow: 140,
    });
    expect(grouped.slice(140)).toEqual(tail);
    params.dispose();
  });

  it('draws tokens as often as softmax says (chi-square), banned ids never', async () => {
    const { params } = smallModel(engine, { ...SMALL, vocab: 45 });
    const draws = 20_000;
    const prompt = [5, 6, TOKEN.sep];
    for (const { temperature, bannedIds, key } of [
      { temperature: 1, bannedIds: [] as number[], key: 1 },
      { temperature: 0.8, bannedIds: [0, 1, 17, 44], key: 2 },
    ]) {
      const written = await engine.generate(params, [prompt], {
        temperature, bannedIds, maxNewTokens: 1, samplesPerPrompt: draws, key,
      });
      const counts = new Array<number>(45).fill(0);
      for (const { tokens } of written) counts[tokens[0]!]!++;
      const choices = Array.from({ length: 45 }, (_, id) => id);
      const batch = packBatch([{ tokens: prompt, scoreFrom: 0 }]);
      const forward = await engine.forward(params, batch, { outputs: ['choiceLogp'], choices });
      const weights = [...read(forward, 'choiceLogp')]
        .map((l, id) => (bannedIds.includes(id) ? 0 : Math.exp(l / temperature)));
      forward.dispose();
      const total = weights.reduce((a, b) => a + b, 0);
      let chiSquare = 0;
      let cells = 0;
      weights.forEach((weight, id) => {
        const expected = (draws * weight) / total;
        if (weight === 0) expect(counts[id]).toBe(0);
        if (expected < 5) return;
        chiSquare += (counts[id]! - expected) ** 2 / expected;
        cells++;
      });
      expect(cells).toBeGreaterThan(10);
      // Mean cells - 1, variance 2 (cells - 1); four deviations.
      expect(chiSquare).toBeLessThan(cells - 1 + 4 * Math.sqrt(2 * (cells - 1)));
      written.forEach(({ tokens, logp }) => {
        expect(Math.abs(logp[0]! - Math.log(weights[tokens[0]!]! / total))).toBeLessThan(1e-4);
      });
    }
    params.dispose();
  });

  it('uses the stated number for each token', async () => {
    const params = engine.createParameters(SMALL, new Float32Array(layoutOf(SMALL).size));
    const written = await engine.generate(params, [[5], [6]], {
      temperature: 1, maxNewTokens: 6, samplesPerPrompt: 2, key: 42, firstRow: 3, bannedIds: [TOKEN.eos],
    });
    const allowed = Array.from({ length: SMALL.vocab }, (_, id) => id).filter((id) => id !== TOKEN.eos);
    written.forEach(({ tokens }, row) => {
      const expected = Array.from({ length: 6 }, (_, t) =>
        allowed[Math.floor(unitFloat(randomU32(42, 3 + row, t)) * allowed.length)]!);
      expect([...tokens]).toEqual(expected);
    });
    params.dispose();
  });

  it('refuses what does not fit', async () => {
    const { params } = smallModel(engine);
    const options = { temperature: 1, maxNewTokens: 4, key: 1 };
    const refused = async (prompt: number[], change: object, message: RegExp): Promise<void> => {
      await expect(engine.generate(params, [prompt], { ...options, ...change })).rejects.toThrow(message);
      await expect(engine.generate(params, [prompt], { ...options, ...change })).rejects.toThrow(RangeError);
    };
    await refused([], {}, /prompt 0 is empty/);
    await refused([53], {}, /token 53/);
    await refused(new Array<number>(21).fill(1), {}, /24 positions/);
    await refused([1], { temperature: -1 }, /temperature/);
    await refused([1], { maxNewTokens: 0 }, /maxNewTokens/);
    await refused([1], { samplesPerPrompt: 0.5 }, /samplesPerPrompt/);
    await refused([1], { bannedIds: [60] }, /banned id 60/);
    await refused([1], { bannedIds: Array.from({ length: 53 }, (_, id) => id) }, /every id is banned/);
    params.dispose();
  });
});
