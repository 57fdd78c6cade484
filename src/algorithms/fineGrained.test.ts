// The fine-grained reward model finds planted faults on three seeds, and none where annotations belong to other responses.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { TOKEN } from '../core/tokens';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import { initialParameters } from '../nn/init';
import { layoutOf } from '../nn/layout';
import type { Engine, OptimizerState } from '../nn/types';
import {
  fineGrained, FINE_GRAINED_HEADS, fineGrainedRewards, judgeTokens, rocAuc, withValueHeads, type AnnotatedResponse,
} from './fineGrained';
import { SHAPE, train, word } from './testing/toy';
import type { Metrics } from './types';

let engine: Engine;
beforeAll(async () => {
  engine = await loadCpuEngine();
});
afterAll(() => engine.dispose());

const start = (seed: number): ReturnType<typeof withValueHeads> =>
  withValueHeads(SHAPE, initialParameters(layoutOf(SHAPE), seed), FINE_GRAINED_HEADS);

/** Word 5 is invented, word 6 a stumble, and words 1 and 2 cover half each. */
function planted(seed: number, count: number): AnnotatedResponse[] {
  return Array.from({ length: count }, (_, i) => {
    const draw = new Stream(streamKey(seed, PURPOSE.test, i));
    const response = [...Array.from({ length: 2 + draw.int(4) }, () => word(draw.int(8))), TOKEN.eos];
    const is = (n: number): number[] => response.map((id) => Number(id === word(n)));
    const coverage = [1, 2].filter((n) => response.includes(word(n))).length / 2;
    return { prompt: [word(draw.int(8))], response, invented: is(5), stumble: is(6), coverage };
  });
}

/** Each response with the annotations of another one, cut or filled with 0 to its length. */
function misplaced(examples: readonly AnnotatedResponse[]): AnnotatedResponse[] {
  return examples.map(({ prompt, response }, i) => {
    const { invented, stumble, coverage } = examples[(i + 1) % examples.length]!;
    const fit = (own: ArrayLike<number>): number[] => Array.from({ length: response.length }, (_, t) => own[t] ?? 0);
    return { prompt, response, invented: fit(invented), stumble: fit(stumble), coverage };
  });
}

const CONFIG = { epochs: 3, batch: 32, learningRate: 1e-2, weightDecay: 0, measureEvery: 1000 };

describe('the fine-grained reward model', () => {
  it.each([1, 2, 3])('finds planted faults and coverage, and nothing in misplaced annotations (seed %i)', async (seed) => {
    const { shape, values } = start(seed);
    const [examples, heldOut] = [planted(seed, 480), planted(seed + 100, 150)];
    const run = async (shown: readonly AnnotatedResponse[]): Promise<Record<string, number>> => {
      const sft = engine.createParameters(shape, values);
      const { policy, last } = await train(engine, sft, (params, optimizer, from) =>
        fineGrained({ ...CONFIG, seed }, { engine, params, optimizer, from, examples: shown, heldOut }));
      sft.dispose();
      policy.dispose();
      return last;
    };
    const found = await run(examples);
    expect(found['fg/labels']).toBe(480);
    expect(found['fg/auc_invented']).toBeGreaterThan(0.98);
    expect(found['fg/auc_stumble']).toBeGreaterThan(0.98);
    expect(found['fg/coverage_r']).toBeGreaterThan(0.7);
    const lost = await run(misplaced(examples));
    // More than half is possible: misplaced annotations say rightly that end-of-text is no fault.
    expect(lost['fg/auc_invented']).toBeLessThan(0.85);
    expect(lost['fg/auc_stumble']).toBeLessThan(0.85);
    expect(Math.abs(lost['fg/coverage_r']!)).toBeLessThan(0.4);
  });

  it('goes on from a checkpoint with the bits of an uninterrupted run', async () => {
    const { shape, values } = start(4);
    const [examples, heldOut] = [planted(4, 24), planted(5, 8)];
    const run = async (from: number, to: number, at: Float32Array, state?: OptimizerState): Promise<{
      values: Float32Array; state: OptimizerState; points: Metrics[];
    }> => {
      const params = engine.createParameters(shape, at);
      const optimizer = engine.createOptimizer(params, state);
      const points: Metrics[] = [];
      const config = { ...CONFIG, epochs: 2, batch: 8, measureEvery: 2, seed: 4 };
      for await (const some of fineGrained(config, { engine, params, optimizer, from, examples, heldOut })) {
        points.push(...some);
        if (points.at(-1)!.step >= to) break;
      }
      const end = { values: await engine.readParameters(params), state: await engine.readOptimizer(optimizer), points };
      optimizer.dispose();
      params.dispose();
      return end;
    };
    const whole = await run(0, Infinity, values);
    const half = await run(0, 3, values);
    const rest = await run(3, Infinity, half.values, half.state);
    expect([...half.points, ...rest.points]).toEqual(whole.points);
    expect(rest.values).toEqual(whole.values);
  });

  it('judges a response the same in any company', async () => {
    const { shape, values } = start(1);
    const draw = new Stream(streamKey(1, PURPOSE.test, 7));
    const { offset, size } = layoutOf(shape).view('value_head.weight');
    for (let i = offset; i < offset + size; i++) values[i] = draw.normal();
    const params = engine.createParameters(shape, values);
    const items = planted(6, 7);
    const together = await judgeTokens(engine, params, items, 3);
    for (const [i, item] of items.entries()) {
      const [alone] = await judgeTokens(engine, params, [item]);
      expect(alone!.invention).toHaveLength(item.response.length);
      alone!.invention.forEach((p, t) => expect(together[i]!.invention[t]).toBeCloseTo(p, 5));
      expect(together[i]!.coverage).toBeCloseTo(alone!.coverage, 4);
    }
    const rewards = await fineGrainedRewards(engine, params, items, (response) => [response.length - 1]);
    rewards.forEach(({ tokens, coverage }, i) => {
      const { invention } = together[i]!;
      expect(tokens.invention.at(-1)).toBeCloseTo(-Math.max(...invention), 5);
      expect(coverage).toBeCloseTo(together[i]!.coverage, 4);
    });
    params.dispose();
  });
});

describe('further value heads', () => {
  it('leave the policy as it was, and start at 0', async () => {
    const values = initialParameters(layoutOf(SHAPE), 1);
    const old = layoutOf(SHAPE).view('value_head.weight');
    values.fill(3, old.offset, old.offset + old.size);
    const wider = withValueHeads(SHAPE, values, FINE_GRAINED_HEADS);
    const layout = layoutOf(wider.shape);
    expect(wider.shape).toEqual({ ...SHAPE, valueHeads: 3 });
    for (const { name, offset, size } of layout.views) {
      const own = wider.values.subarray(offset, offset + size);
      const view = layoutOf(SHAPE).view(name);
      if (name.startsWith('value_head.')) expect(own.every((x) => x === 0)).toBe(true);
      else expect(own).toEqual(values.subarray(view.offset, view.offset + view.size));
    }
    expect(wider.values).toEqual(initialParameters(layout, 1));
  });
});

describe('the area under the ROC curve', () => {
  it('counts pairs in the right order, ties half', () => {
    expect(rocAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toBe(0.75);
    expect(rocAuc([1, 1, 0, 2], [1, 0, 0, 1])).toBe((0.5 + 1 + 1 + 1) / 4);
    expect(rocAuc([5, 5, 5], [1, 0, 1])).toBe(0.5);
    expect(rocAuc([1, 2], [1, 1])).toBeUndefined();
  });
});
