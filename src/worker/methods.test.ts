// Every method, feedback and kind of reward by name, through the protocol, at its smallest.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundleSchema, type RunBundle } from '../core/bundle';
import { armByName, parseConfig, type ArmConfig, type FieldValue } from '../core/config';
import { METHOD_IDS, methodOf } from '../core/methods';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import { openPool, runExperiment, type Scorers } from './coordinator';
import { connect } from './endpoint';
import { serve } from './executor';
import type { TextScorer, TextToScore } from '../labelers/text';
import type { WorkerEvent } from './protocol';

const build = { version: 'test', commit: 'test', date: '2026-01-01' };

async function run(
  arms: readonly ArmConfig[], changes: Record<string, unknown> = {}, scorers?: Scorers,
): Promise<{ bundle: RunBundle; events: WorkerEvent[] }> {
  const config = parseConfig({
    sft: { source: 'live', steps: 3, batch: 4 },
    model: { width: '16', layers: 1 },
    pairs: { count: 24 },
    ai: { labeler: 'noisy' },
    rewardModel: { batch: 8, epochs: 1 },
    rl: { iterations: 1, batch: 4, groupSize: 2 },
    direct: { batch: 16 },
    samples: { n: 2, rounds: 2, prompts: 16, epochs: 1 },
    evaluation: { every: 2, validationPosts: 4, testPosts: 12, diversityPosts: 2, diversitySamples: 2, headToHead: false },
    arms,
    ...changes,
  });
  const events: WorkerEvent[] = [];
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
  const pool = await openPool(
    () => connect({
      post: (message) => answer(structuredClone(message) as Parameters<typeof answer>[0]),
      onMessage: (listener) => (deliver = listener),
      onFailure: () => undefined,
      close: () => undefined,
    }),
    { backend: 'cpu', exact: true, assets: 'file:///unused/' }, 1,
  );
  const { bundle } = await runExperiment(pool, { runId: 'run', config, build, scorers, onEvents: (batch) => events.push(...batch) });
  return { bundle, events };
}

/** An arm with a method at the sizes of this test: none of its tuned settings. */
const arm = (feedback: ArmConfig['feedback'], id: string, set: Record<string, FieldValue> = {}): ArmConfig => ({ id, label: id, feedback, set });

describe('an experiment', () => {
  it('runs every method by name on the same labels, and says what each shares', async () => {
    const arms = METHOD_IDS.map((method) => arm('ai', method, { 'rl.method': method }));
    const { bundle } = await run(arms);
    expect(() => bundleSchema.parse(JSON.parse(JSON.stringify(bundle)))).not.toThrow();
    expect(bundle.arms.map(({ id }) => id)).toEqual(['sft', ...METHOD_IDS]);
    for (const { id, evaluation, ended } of bundle.arms.slice(1)) {
      expect(Number.isFinite(evaluation.goldUtility.value), id).toBe(true);
      expect(ended, id).toMatch(id === 'best-of-n' ? /chooses/ : /^ran its \d+ (iterations|steps)$/);
      // Those that learn from labels alone have no reward to show.
      const rewarded = methodOf(id as 'dpo').learnsFrom !== 'labels';
      expect([evaluation.proxyReward !== undefined, evaluation.drift !== undefined], id).toEqual([rewarded, rewarded]);
      expect(evaluation.diversity!.perInput.samples, id).toBe(2);
    }
    const stages = bundle.stages.filter(({ arm: of }) => of !== undefined);
    const own = stages.filter(({ sharedWith }) => sharedWith === undefined);
    expect(own.map(({ id }) => id).sort()).toEqual(['labels', 'reward', ...METHOD_IDS.map(() => 'rl')]);
    expect(stages.filter(({ id }) => id === 'labels')).toHaveLength(METHOD_IDS.length);
    expect(stages.filter(({ sharedWith }) => sharedWith !== undefined).every(({ seconds, sharedWith }) => seconds === 0 && sharedWith === 'reinforce')).toBe(true);
    // The same labels, to the bit.
    expect(new Set(bundle.labelers.map(({ labels }) => JSON.stringify(labels))).size).toBe(1);
  });

  it('runs every kind of feedback and reward', async () => {
    const { bundle, events } = await run([
      arm('people', 'fine', { 'rewardModel.kind': 'fine' }),
      arm('people', 'fine-ppo', { 'rewardModel.kind': 'fine', 'rl.method': 'ppo', 'fine.invention': 3 }),
      arm('mixed', 'mixed', { 'data.humanShare': 0.5 }),
      arm('ai', 'ensemble', { 'rewardModel.members': 2, 'rewardModel.combine': 'uncertainty' }),
      arm('ai', 'smoothed', { 'rewardModel.labelSmoothing': 0.1, 'rewardModel.head': 'last', 'data.flip': 0.5 }),
      arm('ai', 'small', { 'rewardModel.size': 'xs' }),
      arm('ai', 'preferences', { 'rewardModel.kind': 'preference', 'rl.method': 'nash-md' }),
      arm('ai', 'strength', { 'data.strength': 'drop', 'data.strengthShare': 0.5, 'data.strengthModels': 2, 'rl.method': 'dpo' }),
      arm('ai', 'few', { 'data.pairLimit': 16 }),
    ], { evaluation: { every: 2, validationPosts: 4, testPosts: 12, diversityPosts: 2, diversitySamples: 2, bestOfN: 4 } });
    expect(() => bundleSchema.parse(JSON.parse(JSON.stringify(bundle)))).not.toThrow();
    const [, ...arms] = bundle.arms;
    expect(arms.every(({ evaluation }) => Number.isFinite(evaluation.goldUtility.value))).toBe(true);
    const by = Object.fromEntries(arms.map((record) => [record.id, record]));
    expect(Object.keys(by['fine']!.curves)).toContain('fg/loss');
    // Turning the weights of fine-grained rewards trains no reward anew.
    expect(bundle.stages.find(({ id, arm: of }) => id === 'reward' && of === 'fine-ppo')!.sharedWith).toBe('fine');
    expect(events.some((event) => event.type === 'stage' && event.stage.arm === 'fine-ppo' && event.stage.sharedWith === 'fine')).toBe(true);
    expect(bundle.labelers[2]).toMatchObject({ kind: 'mixed', n: 24, humanLabels: 12 });
    expect(by['preferences']!.evaluation.proxyReward).toBeUndefined();
    expect(by['preferences']!.reward!.position).toBeDefined();
    expect(bundle.stages.find(({ id, arm: of }) => id === 'labels' && of === 'strength')!.summary).toMatch(/11 pairs dropped/);
    expect(bundle.labelers.map(({ n }) => n)).toEqual([24, 24, 24, 24, 24, 24, 24, 24, 16]);
    expect(by['ensemble']!.bestOfN!.n).toEqual([1, 2, 4]);
    // The best of more is no worse by what it is chosen by.
    const { proxy } = by['ensemble']!.bestOfN!;
    expect(proxy.every((value, i) => i === 0 || value >= proxy[i - 1]! - 1e-9)).toBe(true);
    expect(by['strength']!.bestOfN).toBeUndefined();
    // Every pair of policies, SFT among them, is tested once.
    expect(bundle.headToHead!.count).toBe(45);
  });

  it('trains one reward model for help and one for harmlessness, once for every weight, and rates each answer', async () => {
    const two = (id: string, weight: number): ArmConfig => arm('people', id, { 'rewardModel.kind': 'two', 'rewardModel.harmlessWeight': weight });
    const { bundle } = await run([two('help', 0), two('harmless', 1), arm('people', 'one')], {
      run: { task: 'harmless' }, evaluation: { every: 1, validationPosts: 16, testPosts: 40, diversityPosts: 2, diversitySamples: 2 },
    });
    expect(() => bundleSchema.parse(JSON.parse(JSON.stringify(bundle)))).not.toThrow();
    const stage = (id: string, of: string) => bundle.stages.find((one) => one.id === id && one.arm === of)!;
    expect(stage('reward', 'help').summary).toMatch(/^two reward models: \d+ pairs for the helpful one, \d+ pairs for the harmless one/);
    expect(stage('reward', 'harmless').sharedWith).toBe('help');
    const [sft, help, harmless] = bundle.arms;
    for (const { evaluation: { rates } } of bundle.arms) {
      // Every test prompt is of one side, and both rates of harmless requests are over the same ones.
      expect(rates!.harmless!.n + rates!.helped!.n).toBe(40);
      expect(rates!.overRefusal!.n).toBe(rates!.helped!.n);
    }
    expect(Object.keys(sft!.curves)).toContain('eval/harmless_rate');
    // The same models, weighed in another way.
    expect(help!.reward).toEqual(harmless!.reward);
    expect(help!.evaluation.proxyReward!.value).not.toBe(harmless!.evaluation.proxyReward!.value);
  });

  it('refuses two reward models where no request is harmful', async () => {
    await expect(run([arm('people', 'two', { 'rewardModel.kind': 'two' })])).rejects.toThrow('does not tell apart. Choose another reward');
  });

  it('lets a labeler score during RL, play games and label what others learn from', async () => {
    const { bundle } = await run([
      arm('scores', 'd-rlaif'),
      arm('scores', 'nash', { 'rl.method': 'nash-md' }),
      arm('scores', 'dpo', { 'rl.method': 'dpo' }),
    ], { ai: { labeler: 'judge', judgeSize: 'xs' }, sft: { source: 'shipped' }, pairs: { count: 24 }, data: { pairLimit: 20 } });
    expect(bundle.stages.filter(({ id }) => id === 'reward')).toEqual([]);
    expect(bundle.arms.slice(1).map(({ evaluation }) => evaluation.proxyReward !== undefined)).toEqual([true, true, false]);
  });

  it.each([
    [arm('ai', 'a', { 'rewardModel.kind': 'fine' }), /marks that people set/],
    [arm('ai', 'a', { 'rewardModel.kind': 'preference' }), /compares two responses and scores none alone/],
    [arm('scores', 'a'), /needs an AI labeler that gives scores/],
  ])('says why %j cannot run', async (wrong, message) => {
    await expect(run([wrong])).rejects.toThrow(message);
  });

  it('can be asked for by the names of the command line', () => {
    expect(parseConfig({ arms: METHOD_IDS.map((method) => armByName(`rlaif:${method}`)) }).arms).toHaveLength(METHOD_IDS.length);
  });

  describe('scored from outside', () => {
    const LLM = { 'ai.labeler': 'llm' };
    /** Gives longer responses higher scores; a reply to one without a full stop cannot be read. */
    function byLength(): { readonly scorer: TextScorer; readonly asked: TextToScore[][] } {
      const asked: TextToScore[][] = [];
      return {
        asked,
        scorer: {
          identity: { id: `llm-${'x'.repeat(80)}`, name: 'a fake model', kind: 'llm', origin: 'A test.' },
          async *score(items) {
            asked.push([...items]);
            // As they are finished: not in order.
            for (const item of [...items.keys()].reverse()) {
              const level = Math.min(9, Math.floor(items[item]!.response.split(' ').length / 2));
              const parsed = items[item]!.response.includes('.');
              yield { item, parsed, costUsd: 0.25, probabilities: Array.from({ length: 10 }, (_, i) => (parsed ? Number(i === level) : i === 4 || i === 5 ? 0.5 : 0)) };
            }
          },
        },
      };
    }

    it('learns from the scores of texts, and says what was asked and spent', async () => {
      const { scorer, asked } = byLength();
      const arms = [arm('scores', 'd-rlaif', LLM), arm('scores', 'ppo', { ...LLM, 'rl.method': 'ppo' })];
      const { bundle, events } = await run(arms, { rl: { iterations: 2, batch: 4 } }, { llm: scorer });
      expect(() => bundleSchema.parse(JSON.parse(JSON.stringify(bundle)))).not.toThrow();
      // The pairs for labels, the same for the scale of each arm, and two batches of each.
      expect(asked.map((items) => items.length).sort((a, b) => b - a)).toEqual([48, 48, 48, 4, 4, 4, 4]);
      expect(asked.flat().every(({ prompt, response }) => prompt.includes(' ') && !/<eos>/.test(prompt + response))).toBe(true);
      const { evaluation } = bundle.arms.find(({ id }) => id === 'd-rlaif')!;
      expect(evaluation.proxyReward).toBeUndefined();
      expect(bundle.labelers[0]!).toMatchObject({ name: 'a fake model', kind: 'llm', n: 24 });
      expect(bundle.labelers[0]!.id.length).toBeLessThanOrEqual(64);
      // Labels are asked for once and count for the arm that asked.
      expect(bundle.labelers.map(({ costUsd }) => costUsd)).toEqual([0.25 * (48 + 48 + 8), 0.25 * (48 + 8)]);
      expect(bundle.notes.join()).toMatch(/d-rlaif: 104 responses were scored by a language model for \$26\.00; \d+ replies could not be read/);
      expect(events.some(({ type }) => type === 'ask')).toBe(false);
      // The reward that REINFORCE saw is that of the scores it was given.
      expect(bundle.arms.find(({ id }) => id === 'd-rlaif')!.curves).toHaveProperty('objective/scores');
    });

    it('ends with the error of the scorer', async () => {
      const broke: TextScorer = {
        identity: byLength().scorer.identity,
        score: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new RangeError('The budget is spent.')) }) }),
      };
      await expect(run([arm('scores', 'd-rlaif', LLM)], {}, { llm: broke })).rejects.toThrow(RangeError);
      await expect(run([arm('scores', 'd-rlaif', LLM)])).rejects.toThrow('did not come with the run');
    });

    it('scores for policy gradients alone', async () => {
      await expect(run([arm('scores', 'n', { ...LLM, 'rl.method': 'nash-md' })], {}, { llm: byLength().scorer })).rejects.toThrow('Choose one of them');
      await expect(run([arm('ai', 'rlaif', LLM)])).rejects.toThrow('train on its labels');
    });
  });
});
