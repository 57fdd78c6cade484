import { tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { gradNormOf } from '../testing/engines';
import type { AdamWOptions } from '../types';
import type { CpuEngine } from './engine';
import { largestDifference, loadEngine, randomValues, smallBatch, smallModel } from './testing/models';

let engine: CpuEngine;
beforeAll(async () => {
  engine = await loadEngine();
});

const OPTIONS = { learningRate: 0.01, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.1, clipNorm: 1 };

async function addGradient(params: ReturnType<typeof smallModel>['params'], scale = 1): Promise<void> {
  const batch = smallBatch();
  const forward = await engine.forward(params, batch, { outputs: ['logp'], keep: true });
  const weights = randomValues(batch.rows * batch.scored, 1).map((w) => scale * w);
  const logp = tensor2d(weights, [batch.rows, batch.scored]);
  await engine.backward(forward, { logp });
  logp.dispose();
  forward.dispose();
}

describe('step', () => {
  it.each([
    ['clipped', {}],
    ['not clipped', { clipNorm: Infinity }],
    ['with groups', { groups: [
      { prefix: '', frozen: true }, { prefix: 'wte', frozen: false }, { prefix: 'h.', learningRate: 0.003 },
      { prefix: 'h.1.', learningRate: 0.02, frozen: false }, { prefix: 'h.1.attn', learningRate: 0.005 },
    ] }],
  ] as [string, Partial<AdamWOptions>][])('is AdamW as written down plainly, three steps, %s', async (_, change) => {
    const { params, layout, values } = smallModel(engine);
    const optimizer = engine.createOptimizer(params);
    const options: AdamWOptions = { ...OPTIONS, ...change };
    const x = Float64Array.from(values);
    const m = new Float64Array(layout.size);
    const v = new Float64Array(layout.size);
    for (let t = 1; t <= 3; t++) {
      await addGradient(params);
      const gradient = await engine.readGradients(params);
      const frozen = (name: string): boolean => options.groups !== undefined && !/^(wte|h\.1)/.test(name);
      const rate = (name: string): number => {
        if (!options.groups || !name.startsWith('h.')) return options.learningRate;
        return name.startsWith('h.1.attn') ? 0.005 : 0.02;
      };
      const trained = layout.views.filter((view) => !frozen(view.name));
      const norm = Math.hypot(...trained.flatMap(({ offset, size }) => [...gradient.subarray(offset, offset + size)]));
      const scale = Math.min(1, options.clipNorm! / norm);
      for (const { name, offset, size, decays } of trained) {
        for (let i = offset; i < offset + size; i++) {
          const g = scale * gradient[i]!;
          m[i] = 0.8 * m[i]! + 0.2 * g;
          v[i] = 0.95 * v[i]! + 0.05 * g * g;
          const [mHat, vHat] = [m[i]! / (1 - 0.8 ** t), v[i]! / (1 - 0.95 ** t)];
          x[i] = x[i]! * (decays ? 1 - rate(name) * 0.1 : 1) - (rate(name) * mHat) / (Math.sqrt(vHat) + 1e-6);
        }
      }
      const gradNorm = await gradNormOf(await engine.step(optimizer, options));
      expect(Math.abs(gradNorm / norm - 1)).toBeLessThan(1e-6);
      expect((await engine.readGradients(params)).every((g) => g === 0)).toBe(true);
    }
    const after = await engine.readParameters(params);
    expect(largestDifference(after, values)).toBeGreaterThan(0.01);
    expect(largestDifference(after, x)).toBeLessThan(1e-5);
    optimizer.dispose();
    params.dispose();
  });

  it.each([NaN, Infinity])('changes nothing where the gradient holds %s, and goes on afterwards', async (poison) => {
    const { params } = smallModel(engine);
    const twin = engine.copyParameters(params);
    const [optimizer, twinOptimizer] = [engine.createOptimizer(params), engine.createOptimizer(twin)];
    for (const [set, own] of [[params, optimizer], [twin, twinOptimizer]] as const) {
      await addGradient(set);
      (await engine.step(own, OPTIONS)).gradNorm.dispose();
    }
    await addGradient(params);
    await addGradient(params, poison);
    expect(Number.isFinite(await gradNormOf(await engine.step(optimizer, OPTIONS)))).toBe(false);
    expect((await engine.readGradients(params)).every((g) => g === 0)).toBe(true);
    expect(await engine.readParameters(params)).toEqual(await engine.readParameters(twin));
    for (const [set, own] of [[params, optimizer], [twin, twinOptimizer]] as const) {
      await addGradient(set);
      expect(Number.isFinite(await gradNormOf(await engine.step(own, OPTIONS)))).toBe(true);
    }
    expect(await engine.readParameters(params)).toEqual(await engine.readParameters(twin));
  });

  it('leaves copies alone', async () => {
    const { params, values } = smallModel(engine);
    const copy = engine.copyParameters(params);
    await addGradient(params);
    (await engine.step(engine.createOptimizer(params), OPTIONS)).gradNorm.dispose();
    expect(await engine.readParameters(copy)).toEqual(values);
    expect(await engine.readParameters(params)).not.toEqual(values);
  });

  it('refuses rates that make no step', async () => {
    const { params } = smallModel(engine);
    const optimizer = engine.createOptimizer(params);
    for (const bad of [{ learningRate: NaN }, { beta1: 1 }, { epsilon: 0 }, { weightDecay: -1 }, { clipNorm: 0 }]) {
      await expect(engine.step(optimizer, { ...OPTIONS, ...bad })).rejects.toThrow(RangeError);
    }
  });
});
