import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { packBatch } from '../batch';
import type { ModelShape } from '../layout';
import type { Batch, ForwardOptions, OutputName, Outputs } from '../types';
import type { CpuEngine } from './engine';
import { loadEngine, outputShape, randomSequences, randomValues, SMALL, smallBatch, smallModel } from './testing/models';

const CHOICES = [7, 3, 50];
const NAMES: OutputName[] = ['logp', 'entropy', 'value', 'tokenWeight', 'choiceLogp'];
const STEP = 1e-2;

let engine: CpuEngine;
beforeAll(async () => {
  engine = await loadEngine();
});

/** Fixed upstream gradients of the outputs asked for. */
function upstream(shape: ModelShape, batch: Batch, names: readonly OutputName[]): Map<OutputName, Float32Array> {
  return new Map(names.map((name) => {
    const size = outputShape(name, batch, shape, CHOICES.length).reduce((a, b) => a * b, 1);
    return [name, randomValues(size, NAMES.indexOf(name))];
  }));
}

/** Analytic gradient of sum(output * weight), and the sum itself for any parameters. */
async function setUp(shape: ModelShape, batch: Batch, options: Omit<ForwardOptions, 'keep' | 'choices'>) {
  const { layout, values, params } = smallModel(engine, shape);
  const weights = upstream(shape, batch, options.outputs);
  const forwardOptions = { ...options, choices: CHOICES };
  const loss = async (at: Float32Array): Promise<number> => {
    engine.writeParameters(params, at);
    const forward = await engine.forward(params, batch, forwardOptions);
    let sum = 0;
    for (const [name, weight] of weights) {
      const output = forward.outputs[name]!.dataSync<'float32'>();
      for (let i = 0; i < weight.length; i++) sum += output[i]! * weight[i]!;
    }
    forward.dispose();
    return sum;
  };
  const forward = await engine.forward(params, batch, { ...forwardOptions, keep: true });
  const grads = Object.fromEntries(
    [...weights].map(([name, weight]) => [name, tensor(weight, outputShape(name, batch, shape, CHOICES.length))]),
  ) as Outputs;
  await engine.backward(forward, grads);
  const analytic = await engine.readGradients(params);
  forward.dispose();
  for (const grad of Object.values(grads) as Tensor[]) grad.dispose();
  return { layout, values, loss, analytic };
}

/**
 * Relative error of each parameter group: |numeric - analytic| slope along unit directions (the gradient's own, two
 * random ones, and the coordinate of the largest entry) against the norm of the group's gradient.
 */
async function worstError(
  shape: ModelShape, batch: Batch, options: Omit<ForwardOptions, 'keep' | 'choices'>,
): Promise<Map<string, number>> {
  const { layout, values, loss, analytic } = await setUp(shape, batch, options);
  const errors = new Map<string, number>();
  for (const [index, { name, offset, size }] of layout.views.entries()) {
    const gradient = analytic.subarray(offset, offset + size);
    const norm = Math.hypot(...gradient);
    const along = async (direction: Float32Array): Promise<number> => {
      const shifted = (sign: number): Promise<number> => {
        const moved = values.slice();
        for (let i = 0; i < size; i++) moved[offset + i] = values[offset + i]! + sign * STEP * direction[i]!;
        return loss(moved);
      };
      // Fourth-order central difference: a step large enough for float32 without its curvature error.
      const near = (await shifted(1)) - (await shifted(-1));
      const far = (await shifted(2)) - (await shifted(-2));
      const numeric = (8 * near - far) / (12 * STEP);
      const expected = direction.reduce((sum, v, i) => sum + v * gradient[i]!, 0);
      return Math.abs(numeric - expected);
    };
    const unit = (d: Float32Array): Float32Array => d.map((v) => v / Math.hypot(...d));
    const sizes = gradient.map(Math.abs);
    const largest = sizes.indexOf(Math.max(...sizes));
    const directions = [
      ...(norm > 0 ? [unit(gradient.slice())] : []),
      unit(randomValues(size, index, 1)),
      unit(randomValues(size, index, 2)),
      gradient.map((_, i) => Number(i === largest)),
    ];
    let worst = 0;
    for (const direction of directions) worst = Math.max(worst, await along(direction));
    errors.set(name, worst / Math.max(norm, 1e-3));
  }
  return errors;
}

function expectSmall(errors: Map<string, number>): void {
  const large = [...errors].filter(([, error]) => !(error < 1e-3));
  expect(large).toEqual([]);
}

describe('gradients against finite differences, every parameter group', () => {
  it.each(NAMES)('%s', async (name) => {
    expectSmall(await worstError(SMALL, smallBatch(), { outputs: [name], temperature: 1 }));
  });
  it('all outputs at once, at a temperature of 0.7', async () => {
    expectSmall(await worstError(SMALL, smallBatch(2), { outputs: NAMES, temperature: 0.7 }));
  });
  it.each([[12, 2], [4, 4]])('heads of %s floats, one layer, another vocabulary', async (size, heads) => {
    const shape = { ...SMALL, vocab: 50 + heads, width: size * heads, heads, layers: 1, valueHeads: 3 };
    const batch = packBatch(randomSequences(3, shape.vocab, 23, heads), { side: 'left' });
    expectSmall(await worstError(shape, batch, { outputs: ['logp', 'value'] }));
  });
});
