/** Rows that begin with the same prompt are computed together: the same numbers as each row alone, with less work. */
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { packBatch, type Sequence } from '../batch';
import { layoutOf, type ModelShape } from '../layout';
import { createReferenceEngine } from '../reference/engine';
import { expectSamePass, runPass } from '../testing/engines';
import type { Batch, ForwardOptions, OutputName, Outputs } from '../types';
import type { CpuEngine } from './engine';
import { promptGroups, selectRows } from './prompts';
import {
  largestDifference, livelyParameters, loadEngine, outputShape, randomValues, read, SMALL, smallModel, testStream,
} from './testing/models';

const CHOICES = [7, 3, 50];
const NAMES: OutputName[] = ['logp', 'entropy', 'value', 'tokenWeight', 'choiceLogp'];

let engine: CpuEngine;
beforeAll(async () => {
  engine = await loadEngine();
});

/** Rows of `prompts` in turn, each with its own response of 1 to 6 tokens: rows of one prompt are never neighbours. */
function sharedBatch(prompts: readonly number[], times: number, withExtra: boolean, seed = 1): Batch {
  const stream = testStream(400, seed);
  const draw = (count: number): { tokens: number[]; extra: number[] } => ({
    tokens: Array.from({ length: count }, () => stream.int(SMALL.vocab)),
    extra: Array.from({ length: count }, () => stream.normal()),
  });
  const drawn = prompts.map(draw);
  const sequences = Array.from({ length: times }, () => drawn.map((prompt): Sequence => {
    const response = draw(1 + stream.int(6));
    return {
      tokens: [...prompt.tokens, ...response.tokens],
      scoreFrom: prompt.tokens.length,
      ...(withExtra ? { extra: [...prompt.extra, ...response.extra] } : {}),
    };
  })).flat();
  return packBatch(sequences);
}

/** Prompts around the borders of the kernels' blocks, one too short to be shared. */
const PROMPTS = [8, 9, 11, 12, 13, 16, 18, 3];
const HEADS_OF_12: ModelShape = { ...SMALL, width: 12, heads: 1, layers: 1 };
const CASES: [string, ModelShape, boolean, ForwardOptions][] = [
  ['all outputs, extra inputs', SMALL, true, { outputs: NAMES, choices: CHOICES, temperature: 0.8 }],
  ['one layer, heads of 12 floats', HEADS_OF_12, false, { outputs: NAMES, choices: CHOICES }],
  ['three layers, values', { ...SMALL, layers: 3 }, false, { outputs: ['value'] }],
  ['last tokens alone', SMALL, true, { outputs: ['choiceLogp'], choices: CHOICES }],
];

describe('rows that share a prompt', () => {
  it.each(CASES)('%s', async (_, shape, withExtra, options) => {
    const batch = sharedBatch(PROMPTS, 3, withExtra);
    expect(promptGroups(batch).map((group) => group.length)).toEqual([3, 3, 3, 3, 3, 3, 3, 1, 1, 1]);
    const { params } = smallModel(engine, shape);
    const optimizer = engine.createOptimizer(params);
    const weights = new Map(options.outputs.map((name) => {
      const size = outputShape(name, batch, shape, CHOICES.length).reduce((a, b) => a * b, 1);
      return [name, randomValues(size, NAMES.indexOf(name))];
    }));
    /** Outputs and gradient of the batch, `part` rows at a time. */
    const run = async (part: number): Promise<{ outputs: Map<OutputName, number[]>; gradient: Float32Array }> => {
      const outputs = new Map(options.outputs.map((name): [OutputName, number[]] => [name, []]));
      for (let b = 0; b < batch.rows; b += part) {
        const rows = Array.from({ length: part }, (__, i) => b + i);
        const some = selectRows(batch, rows);
        const forward = await engine.forward(params, some, { ...options, keep: true });
        const grads = Object.fromEntries([...weights].map(([name, all]) => {
          const size = all.length / batch.rows;
          return [name, tensor(all.slice(b * size, (b + part) * size), outputShape(name, some, shape, CHOICES.length))];
        })) as Outputs;
        await engine.backward(forward, grads);
        for (const name of options.outputs) outputs.get(name)!.push(...read(forward, name));
        for (const grad of Object.values(grads) as Tensor[]) grad.dispose();
        forward.dispose();
      }
      const gradient = await engine.readGradients(params);
      // Clears the gradient.
      (await engine.step(optimizer, { learningRate: 0 })).gradNorm.dispose();
      return { outputs, gradient };
    };
    const together = await run(batch.rows);
    const alone = await run(1);
    for (const name of options.outputs) expect(together.outputs.get(name), name).toEqual(alone.outputs.get(name));
    const norm = Math.hypot(...alone.gradient);
    expect(norm).toBeGreaterThan(1);
    expect(largestDifference(together.gradient, alone.gradient) / norm).toBeLessThan(1e-6);
    optimizer.dispose();
    params.dispose();
  });

  it('agree with the reference', async () => {
    const reference = await createReferenceEngine();
    const layout = layoutOf(SMALL);
    const values = livelyParameters(layout).map((v) => v / 2);
    const batch = sharedBatch([9, 14], 2, true);
    const options: ForwardOptions = { outputs: NAMES, choices: CHOICES };
    const expected = await runPass(reference, SMALL, values, batch, options);
    expectSamePass(layout, await runPass(engine, SMALL, values, batch, options), expected);
    reference.dispose();
  });

  it('may be cut into pieces anywhere without changing a bit', async () => {
    const { params } = smallModel(engine);
    // More than one piece of 2,048 tokens, once with many prompts, once with one prompt of many rows.
    for (const [prompts, times] of [[Array<number>(60).fill(17), 4], [[18], 500]] as const) {
      const batch = sharedBatch(prompts, times, true);
      const cut = await engine.forward(params, batch, { outputs: NAMES, choices: CHOICES });
      const whole = await engine.forward(params, batch, { outputs: NAMES, choices: CHOICES, keep: true });
      for (const name of NAMES) expect(read(cut, name)).toEqual(read(whole, name));
      cut.dispose();
      whole.dispose();
    }
    params.dispose();
  });

  it('hold the activations of their prompt once', async () => {
    const { params } = smallModel(engine);
    const used = engine.memoryUse().used;
    const held = async (batch: Batch): Promise<number> => {
      const forward = await engine.forward(params, batch, { outputs: ['value'], keep: true });
      const bytes = engine.memoryUse().used - used;
      forward.dispose();
      return bytes;
    };
    const shared = await held(sharedBatch([18, 18, 18], 4, false));
    const separate = await held(sharedBatch(Array<number>(12).fill(18), 1, false));
    expect(shared).toBeLessThan(0.6 * separate);
    expect(engine.memoryUse().used).toBe(used);
    params.dispose();
  });
});
