// A run through the protocol, and the files made of it: pairs, labels and weights are those that it was made with.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../core/config';
import { loadCpuEngine } from '../../nn/cpu/loadNode';
import { layoutOf } from '../../nn/layout';
import { readSafetensors } from '../../nn/safetensors';
import { openPool, runExperiment, type Pool, type RunResult } from '../../worker/coordinator';
import { connect } from '../../worker/endpoint';
import { serve } from '../../worker/executor';
import { annotationsJson } from './judged';
import { preferencesJsonl } from './preferences';

/** A worker in this process. Messages are cloned, as between threads. */
function openInProcess(): Promise<Pool> {
  const create = (): ReturnType<typeof connect> => {
    let deliver: (message: unknown) => void = () => undefined;
    const answer = serve({
      openEngine: async () => ({ engine: await loadCpuEngine(), reason: 'test' }),
      readAsset: (file) => readFile(path.resolve('public', file)),
      cores: () => 1,
      post: (message) => {
        const copy = structuredClone(message);
        queueMicrotask(() => deliver(copy));
      },
    });
    return connect({
      post: (message) => answer(structuredClone(message) as Parameters<typeof answer>[0]),
      onMessage: (listener) => {
        deliver = listener;
      },
      onFailure: () => undefined,
      close: () => undefined,
    });
  };
  return openPool(create, { backend: 'cpu', exact: true, assets: 'file:///unused/' }, 1);
}

const config = parseConfig({
  sft: { source: 'live', steps: 3, batch: 4 }, model: { width: '16', layers: 1 }, pairs: { count: 24 },
  ai: { labeler: 'noisy' }, rewardModel: { batch: 8, epochs: 1 }, rl: { iterations: 2, batch: 4 },
  evaluation: { every: 2, validationPosts: 8, testPosts: 16, diversityPosts: 2, diversitySamples: 2 },
  arms: [
    { id: 'rlhf', label: 'RLHF', feedback: 'people' },
    { id: 'few', label: 'Few', feedback: 'ai', set: { 'data.pairLimit': 16 } },
    { id: 'best', label: 'Best of n', feedback: 'people', set: { 'rl.method': 'best-of-n' } },
  ],
});

let pool: Pool;
let result: RunResult;
beforeAll(async () => {
  pool = await openInProcess();
  result = await runExperiment(pool, { runId: 'run', config, build: { version: 'test', commit: 'test', date: '2026-01-01' } });
}, 300_000);

describe('the files of a run', () => {
  it('hold every pair once, with the label that the bundle has of it', () => {
    const { bundle, texts } = result;
    expect(new Set(texts.pairs.map(({ id }) => id)).size).toBe(config.pairs.count);
    for (const [i, { id }] of config.arms.entries()) {
      const rows = preferencesJsonl(bundle, texts, id).trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(rows.map(({ p_a }) => p_a), id).toEqual(bundle.labelers[i]!.labels);
      expect(rows.every(({ labeler }) => labeler === bundle.labelers[i]!.name)).toBe(true);
      rows.forEach(({ prompt, chosen, rejected, order }, pair) => {
        const [a, b] = texts.pairs[pair]!.responses;
        expect([prompt, chosen, rejected]).toEqual([texts.pairs[pair]!.prompt, ...(order === 'a is chosen' ? [a, b] : [b, a])]);
      });
    }
    expect(bundle.labelers.map(({ labels }) => labels.length)).toEqual([24, 16, 24]);
  });

  it('give the win rates of the verdict, where it kept all responses', () => {
    const rows = JSON.parse(annotationsJson(result.bundle)) as { generator_2: string; preference: number }[];
    for (const { id, evaluation } of result.bundle.arms) {
      if (id === 'sft') continue;
      const wins = rows.filter((row) => row.generator_2 === id).map(({ preference }) => preference - 1);
      expect(wins).toHaveLength(config.evaluation.testPosts);
      expect(wins.reduce((sum, win) => sum + win, 0) / wins.length, id).toBeCloseTo(evaluation.winRateVsSft!.gold.raw.value, 12);
    }
  });

  it('hold the weights of each policy that was trained, as the worker writes them', async () => {
    expect(result.policies.map(({ armId }) => armId)).toEqual(['sft', 'rlhf', 'few']);
    const { weights } = result.policies[1]!;
    const { model } = await pool.endpoints[0]!.call('exportWeights', { weights, metadata: {} });
    const { offset, size, shape } = layoutOf(weights.shape).view('wte.weight');
    const tensor = readSafetensors(model).tensors.get('transformer.wte.weight')!;
    expect([tensor.shape, tensor.data]).toEqual([shape, weights.values.slice(offset, offset + size)]);
    expect(shape[0]).toBe(result.texts.vocabulary.length + 40);
  });
});
