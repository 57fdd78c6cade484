// Helpers are other engines in this thread, behind real message channels; src/worker/session.test.ts has real threads.
import { tensor, tensor2d } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packBatch, type Sequence } from '../batch';
import { layoutOf } from '../layout';
import type { Batch, Engine, Forward, ForwardOptions, OutputName, Outputs, ParameterSet } from '../types';
import type { CpuEngine } from './engine';
import { createParallelEngine, type ParallelEngine } from './parallel';
import { type ComputeHelper, connectHelper, serveCompute } from './parallelHelper';
import { cutPrompts, cutRows, SHARDS, shardRows } from './parallelParts';
import { promptGroups } from './prompts';
import { largestDifference, livelyParameters, loadEngine, randomValues, read, SMALL, testStream } from './testing/models';

const OUTPUTS: readonly OutputName[] = ['logp', 'entropy', 'value', 'tokenWeight', 'choiceLogp'];
const OPTIONS: ForwardOptions = { outputs: OUTPUTS, keep: true, temperature: 0.7, choices: [4, 9] };
const VALUES = livelyParameters(layoutOf(SMALL));

let plain: CpuEngine;
let helping: CpuEngine[];
beforeAll(async () => {
  plain = await loadEngine();
  helping = await Promise.all([loadEngine(), loadEngine(), loadEngine()]);
});

/** Pairs of responses to one prompt, and rows with a prompt of their own, in turns: more than 512 tokens. */
function mixedBatch(seed = 1, pairs = 14): Batch {
  const stream = testStream(1, seed);
  const ids = (count: number): number[] => Array.from({ length: count }, () => stream.int(SMALL.vocab));
  const sequences: Sequence[] = [];
  const extras = (count: number): number[] => Array.from({ length: count }, () => stream.normal());
  const add = (prompt: number[], extra: number[]): void => {
    const response = ids(2 + stream.int(8));
    sequences.push({ tokens: [...prompt, ...response], scoreFrom: prompt.length, extra: [...extra, ...extras(response.length)] });
  };
  const delayed: (() => void)[] = [];
  for (let i = 0; i < pairs; i++) {
    const prompt = ids(9 + stream.int(5));
    const extra = extras(prompt.length);
    add(prompt, extra);
    delayed.push(() => add(prompt, extra));
    const short = ids(3 + stream.int(9));
    add(short, extras(short.length));
  }
  for (const second of delayed) second();
  return packBatch(sequences);
}

const opened: { helper: ComputeHelper; port: MessagePort }[] = [];
afterEach(() => {
  for (const { helper, port } of opened.splice(0)) {
    helper.close();
    port.close();
  }
});

/** A helper that computes with `engine`, the calls that it was given, and its death. */
function help(engine: CpuEngine): ComputeHelper & { readonly calls: string[]; die(): void } {
  const { port1, port2 } = new MessageChannel();
  serveCompute(port2, engine);
  const helper = connectHelper(port1);
  opened.push({ helper, port: port2 });
  const calls: string[] = [];
  return {
    calls,
    get lost() {
      return helper.lost;
    },
    call(name, input) {
      calls.push(name);
      return helper.call(name, input);
    },
    close: () => helper.close(),
    die: () => port2.close(),
  };
}

function openEngine(helpers: readonly ComputeHelper[] = []): ParallelEngine {
  const engine = createParallelEngine(plain);
  engine.useHelpers(helpers);
  return engine;
}

function cotangents(forward: Forward, seed: number): Outputs {
  return Object.fromEntries(
    OUTPUTS.map((name, i) => {
      const { size, shape } = forward.outputs[name]!;
      return [name, tensor(randomValues(size, seed, i), shape)];
    }),
  );
}

async function push(engine: Engine, forward: Forward, seed = 1): Promise<void> {
  await engine.backward(forward, cotangents(forward, seed));
}

const readAll = (forward: Forward): number[][] => OUTPUTS.map((name) => [...read(forward, name)]);

/** Three training steps with a pass without `keep` and texts after them: everything that an engine computes. */
async function train(engine: Engine): Promise<Record<string, unknown>> {
  const params = engine.createParameters(SMALL, VALUES);
  const optimizer = engine.createOptimizer(params);
  const record: Record<string, unknown> = {};
  for (let step = 0; step < 3; step++) {
    const forward = await engine.forward(params, mixedBatch(step), OPTIONS);
    record[`outputs ${step}`] = readAll(forward);
    await push(engine, forward, step);
    record[`gradients ${step}`] = await engine.readGradients(params);
    const { gradNorm } = await engine.step(optimizer, { learningRate: 0.01 });
    gradNorm.dispose();
    forward.dispose();
    record[`parameters ${step}`] = await engine.readParameters(params);
  }
  const forward = await engine.forward(params, mixedBatch(9), { ...OPTIONS, keep: false });
  record['outputs of a pass'] = readAll(forward);
  forward.dispose();
  record['texts'] = await generate(engine, params);
  optimizer.dispose();
  params.dispose();
  return record;
}

function generate(engine: Engine, params: ParameterSet) {
  const stream = testStream(2);
  const prompts = Array.from({ length: 21 }, () => Array.from({ length: 1 + stream.int(9) }, () => stream.int(SMALL.vocab)));
  return engine.generate(params, prompts, { temperature: 1, maxNewTokens: 8, samplesPerPrompt: 2, key: 5, firstRow: 3 });
}

describe('cutting a batch', () => {
  it('puts every row into one part, rows of a prompt together, and is fair to within the largest group', () => {
    const batch = mixedBatch();
    const tokens = (rows: readonly number[]): number => {
      const seen = new Set<number>();
      let sum = 0;
      for (const group of promptGroups(batch)) {
        for (const b of group.filter((row) => rows.includes(row))) {
          const from = seen.has(group[0]!) ? batch.scoreFrom[b]! : batch.start[b]!;
          sum += batch.end[b]! - from;
          seen.add(group[0]!);
        }
      }
      return sum;
    };
    for (const most of [2, 3, SHARDS]) {
      const parts = cutRows(batch, most);
      expect(parts).toHaveLength(most);
      expect(parts.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: batch.rows }, (_, b) => b));
      for (const rows of parts) expect(rows).toEqual([...rows].sort((a, b) => a - b));
      for (const group of promptGroups(batch)) {
        expect(parts.filter((rows) => rows.some((b) => group.includes(b)))).toHaveLength(1);
      }
      const largest = Math.max(...promptGroups(batch).map(tokens));
      const loads = parts.map(tokens);
      expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(largest);
    }
  });

  it('leaves small batches whole, and makes no more parts than there are prompts', () => {
    expect(shardRows(mixedBatch(1, 4))).toHaveLength(1);
    const prompt = Array.from({ length: 12 }, (_, i) => i);
    const row = (first: number): Sequence => ({ tokens: [first, ...prompt, 5, 6, 7], scoreFrom: prompt.length + 1 });
    const twoPrompts = packBatch(Array.from({ length: 50 }, (_, i) => row(i % 2)));
    expect(shardRows(twoPrompts).map((rows) => rows.length)).toEqual([25, 25]);
  });

  it('cuts prompts into runs without gaps, and few rows not at all', () => {
    for (const [prompts, samples, most] of [[21, 2, 4], [64, 1, 3], [2, 64, 4], [5, 1, 4]] as const) {
      const parts = cutPrompts(prompts, samples, most);
      expect(parts[0]!.from).toBe(0);
      expect(parts.at(-1)!.to).toBe(prompts);
      parts.forEach(({ from, to }, i) => {
        expect(to).toBeGreaterThan(from);
        if (i > 0) expect(from).toBe(parts[i - 1]!.to);
      });
    }
    expect(cutPrompts(5, 1, 4)).toHaveLength(1);
    expect(cutPrompts(21, 2, 4)).toHaveLength(4);
  });
});

describe('the parallel engine', () => {
  it('gives the same bits with 0, 1, 2 and 3 helpers', async () => {
    const alone = await train(openEngine());
    expect((alone['parameters 2'] as Float32Array).every(Number.isFinite)).toBe(true);
    for (const count of [1, 2, 3]) {
      const helpers = helping.slice(0, count).map(help);
      expect(await train(openEngine(helpers)), `${count} helpers`).toEqual(alone);
      for (const { lost, calls } of helpers) {
        expect(lost).toBe(false);
        expect(new Set(calls)).toEqual(new Set(['values', 'forward', 'backward', 'freePass', 'generate', 'freeSet']));
      }
    }
  });

  it('agrees with one pass over the whole batch: outputs and texts to the bit, gradients to rounding', async () => {
    const [sharded, whole] = [await train(openEngine()), await train(plain)];
    expect(sharded['outputs 0']).toEqual(whole['outputs 0']);
    const [a, b] = [sharded['gradients 0'] as Float32Array, whole['gradients 0'] as Float32Array];
    expect(largestDifference(a, b)).toBeLessThan(1e-5 * Math.max(...b.map(Math.abs)));
    expect(a).not.toEqual(b);
    const [params, helpedParams] = [plain.createParameters(SMALL, VALUES), openEngine().createParameters(SMALL, VALUES)];
    const helper = help(helping[0]!);
    expect(await generate(openEngine([helper]), helpedParams)).toEqual(await generate(plain, params));
    params.dispose();
    helpedParams.dispose();
  });

  it('keeps passes of several batches and sets apart and adds up their gradients', async () => {
    const work = async (engine: Engine): Promise<Float32Array[]> => {
      const sets = [engine.createParameters(SMALL, VALUES), engine.createParameters(SMALL, livelyParameters(layoutOf(SMALL), 2))];
      const forwards: Forward[] = [];
      for (const seed of [1, 2]) for (const set of sets) forwards.push(await engine.forward(set, mixedBatch(seed), OPTIONS));
      // A small batch in between is computed in one part.
      const small = await engine.forward(sets[0]!, mixedBatch(3, 4), OPTIONS);
      for (const [i, forward] of [...forwards.entries()].reverse()) await push(engine, forward, i);
      await push(engine, small, 7);
      const gradients = [await engine.readGradients(sets[0]!), await engine.readGradients(sets[1]!)];
      for (const thing of [...forwards, small, ...sets]) thing.dispose();
      return gradients;
    };
    const alone = await work(openEngine());
    expect(await work(openEngine(helping.slice(0, 2).map(help)))).toEqual(alone);
    const whole = await work(plain);
    alone.forEach((gradients, i) => {
      expect(largestDifference(gradients, whole[i]!)).toBeLessThan(1e-5 * Math.max(...whole[i]!.map(Math.abs)));
    });
  });

  it('uses the parameters of now in a backward pass, as one engine alone does', async () => {
    const work = async (engine: Engine): Promise<Float32Array> => {
      const params = engine.createParameters(SMALL, VALUES);
      const forward = await engine.forward(params, mixedBatch(), OPTIONS);
      engine.writeParameters(params, livelyParameters(layoutOf(SMALL), 2));
      await push(engine, forward);
      const gradients = await engine.readGradients(params);
      forward.dispose();
      params.dispose();
      return gradients;
    };
    expect(await work(openEngine([help(helping[0]!)]))).toEqual(await work(openEngine()));
  });

  it('sends a set\'s values once for each change', async () => {
    const helper = help(helping[0]!);
    const engine = openEngine([helper]);
    const params = engine.createParameters(SMALL, VALUES);
    const sent = (): number => helper.calls.filter((name) => name === 'values').length;
    for (let i = 0; i < 2; i++) (await engine.forward(params, mixedBatch(i), { outputs: ['logp'] })).dispose();
    await generate(engine, params);
    expect(sent()).toBe(1);
    engine.writeParameters(params, VALUES);
    await generate(engine, params);
    await generate(engine, params);
    expect(sent()).toBe(2);
    params.dispose();
  });

  it('does the work of a helper that dies or fails itself, with the same numbers, and asks it no more', async () => {
    const alone = await train(openEngine());
    const failing = (name: 'forward' | 'backward' | 'generate' | 'createParameters'): CpuEngine =>
      new Proxy(helping[0]!, {
        get(engine, key) {
          if (key === name) return () => { throw new RangeError('out of memory'); };
          const value: unknown = Reflect.get(engine, key);
          return typeof value === 'function' ? (value.bind(engine) as unknown) : value;
        },
      });
    for (const name of ['forward', 'backward', 'generate', 'createParameters'] as const) {
      const helper = help(failing(name));
      expect(await train(openEngine([helper, help(helping[1]!)])), name).toEqual(alone);
      expect(helper.lost).toBe(true);
      if (name === 'backward') expect(helper.calls.filter((call) => call === 'forward').length).toBe(2);
    }
    const dying = help(helping[0]!);
    const work = train(openEngine([dying]));
    setTimeout(() => dying.die(), 5);
    expect(await work).toEqual(alone);
    expect(dying.lost).toBe(true);
  });

  it('stops rather than give other numbers where a helper dies and the parameters have changed since its pass', async () => {
    const helper = help(helping[0]!);
    const engine = openEngine([helper]);
    const params = engine.createParameters(SMALL, VALUES);
    const forward = await engine.forward(params, mixedBatch(), OPTIONS);
    engine.writeParameters(params, VALUES);
    helper.die();
    await expect(push(engine, forward)).rejects.toThrow('parameters that its pass was computed with have changed');
    forward.dispose();
    params.dispose();
  });

  it('takes and leaves helpers between two calls', async () => {
    const [first, second] = [help(helping[0]!), help(helping[1]!)];
    const engine = openEngine([first]);
    const params = engine.createParameters(SMALL, VALUES);
    const forward = await engine.forward(params, mixedBatch(), OPTIONS);
    engine.useHelpers([second]);
    // The first still has the pass.
    await push(engine, forward);
    await generate(engine, params);
    expect(first.calls).toContain('backward');
    expect(first.calls).not.toContain('generate');
    expect(second.calls).toEqual(['values', 'generate']);
    forward.dispose();
    params.dispose();
  });

  it('refuses what the engine refuses, and loses no helper by it', async () => {
    const helper = help(helping[0]!);
    const engine = openEngine([helper]);
    const params = engine.createParameters(SMALL, VALUES);
    const batch = mixedBatch();
    const wrong = { ...batch, tokens: batch.tokens.map((id, i) => (i === batch.start[0] ? SMALL.vocab : id)) };
    await expect(engine.forward(params, wrong, OPTIONS)).rejects.toThrow(RangeError);
    await expect(engine.generate(params, [[1], []], { temperature: 1, maxNewTokens: 2, key: 1 })).rejects.toThrow(RangeError);
    const forward = await engine.forward(params, batch, { outputs: ['logp'], keep: true });
    await expect(engine.backward(forward, { entropy: forward.outputs.logp! })).rejects.toThrow('did not compute');
    await expect(engine.backward(forward, { logp: tensor2d([[1]]) })).rejects.toThrow(RangeError);
    forward.dispose();
    await expect(engine.backward(forward, {})).rejects.toThrow('disposed');
    const unkept = await engine.forward(params, batch, { outputs: ['logp'] });
    await expect(engine.backward(unkept, {})).rejects.toThrow('keep: true');
    const foreign = plain.createParameters(SMALL, VALUES);
    expect(() => engine.copyParameters(foreign)).toThrow('another engine');
    foreign.dispose();
    expect(helper.lost).toBe(false);
    unkept.dispose();
    params.dispose();
  });

  it('holds no memory when its passes and sets are gone, here or on helpers', async () => {
    const engines = [plain, ...helping.slice(0, 2)];
    const used = (): number[] => engines.map((engine) => engine.memoryUse().used);
    const helpers = helping.slice(0, 2).map(help);
    const settled = async (): Promise<void> => {
      // Helpers answer in order: what was freed before this call is gone after it.
      await Promise.all(helpers.map((helper) => helper.call('freeSet', { set: 0 })));
    };
    await settled();
    const before = used();
    await train(openEngine(helpers));
    await settled();
    expect(used()).toEqual(before);
    const reserved = engines.map((engine) => engine.memoryUse().reserved);
    for (let i = 0; i < 3; i++) await train(openEngine(helpers));
    await settled();
    expect(used()).toEqual(before);
    expect(engines.map((engine) => engine.memoryUse().reserved)).toEqual(reserved);
    // A channel that closes takes everything with it.
    const engine = openEngine(helpers);
    const params = engine.createParameters(SMALL, VALUES);
    const forward = await engine.forward(params, mixedBatch(), OPTIONS);
    expect(used()[1]).toBeGreaterThan(before[1]!);
    for (const helper of helpers) helper.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(used().slice(1)).toEqual(before.slice(1));
    forward.dispose();
    params.dispose();
    expect(used()).toEqual(before);
  });
});
