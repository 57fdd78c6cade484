// A whole experiment through the protocol, on the CPU engine: same config, same bits; also when paused and resumed.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseCommand } from '../../scripts/experimentCommand';
import { bundleSchema, comparable, type RunBundle } from '../core/bundle';
import { parseConfig, type ExperimentConfig } from '../core/config';
import type { GivenLabeler, GivenLabels } from '../core/givenLabels';
import type { Label } from '../core/preferences';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import { createParallelEngine } from '../nn/cpu/parallel';
import { SHARDS } from '../nn/cpu/parallelParts';
import { tldr } from '../tasks/tldr';
import { openPool, runExperiment, WORKERS_PER_ARM, type Pool } from './coordinator';
import { CancelledError, connect, type Endpoint } from './endpoint';
import { serve } from './executor';
import { namedPair } from './pairIds';
import type { WorkerEvent } from './protocol';

const build = { version: 'test', commit: 'test', date: '2026-01-01' };

/** A worker in this process, on a machine of so many cores. Messages are cloned, as between threads. */
function inProcess(cores: number, opened?: (wire: { fail(error: Error): void }) => void): Endpoint {
  let deliver: (message: unknown) => void = () => undefined;
  const answer = serve({
    openEngine: async () => ({ engine: createParallelEngine(await loadCpuEngine()), reason: 'test' }),
    readAsset: (file) => readFile(path.resolve('public', file)),
    cores: () => cores,
    post: (message) => {
      const copy = structuredClone(message);
      queueMicrotask(() => deliver(copy));
    },
  });
  return connect({
    post: (message, ports) => answer(structuredClone(message, { transfer: [...ports] }) as Parameters<typeof answer>[0]),
    onMessage: (listener) => {
      deliver = listener;
    },
    onFailure: (fail) => opened?.({ fail }),
    close: () => undefined,
  });
}

function open(cores: number): Promise<Pool> {
  return openPool(() => inProcess(cores), { backend: 'cpu', exact: true, assets: 'file:///unused/' }, 2);
}

/** Everything at its smallest; the SFT policy is trained here, so that the test covers that too. */
function tiny(changes: Record<string, unknown> = {}): ExperimentConfig {
  return parseConfig({
    sft: { source: 'live', steps: 3, batch: 4 },
    model: { width: '16', layers: 1 },
    pairs: { count: 24 },
    ai: { labeler: 'noisy' },
    rewardModel: { batch: 8, epochs: 1 },
    rl: { iterations: 3, batch: 4 },
    evaluation: { every: 2, validationPosts: 8, testPosts: 16, diversityPosts: 2, diversitySamples: 2 },
    ...changes,
  });
}

async function run(
  config: ExperimentConfig,
  { cores = 1, onEvents }: { cores?: number; onEvents?: (events: readonly WorkerEvent[], pool: Pool) => void } = {},
): Promise<RunBundle> {
  const pool = await open(cores);
  const { bundle } = await runExperiment(pool, {
    runId: 'run', config, build, onEvents: (events) => onEvents?.(events, pool),
  });
  return bundle;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('an experiment', () => {
  it('gives a bundle that the schema accepts, and the same bits again with any number of workers', async () => {
    // Batches large enough to be cut.
    const config = tiny({ sft: { source: 'live', steps: 3, batch: 12 } });
    const first = await run(config);
    expect(() => bundleSchema.parse(JSON.parse(JSON.stringify(first)))).not.toThrow();
    const other = await run({ ...config, run: { ...config.run, seed: 2 } });
    expect(JSON.stringify(comparable(other))).not.toBe(JSON.stringify(comparable(first)));
    const messages = vi.spyOn(MessagePort.prototype, 'postMessage');
    for (const cores of [2, 5]) {
      const again = await run(config, { cores });
      expect(JSON.stringify(comparable(again)), `${cores} cores`).toBe(JSON.stringify(comparable(first)));
      // Training and sampling were shared out, not only arms.
      const asked = new Set(messages.mock.calls.map(([message]) => (message as { name?: string }).name));
      expect([...asked]).toEqual(expect.arrayContaining(['values', 'forward', 'backward', 'generate', 'freeSet']));
      messages.mockClear();
    }
  });

  it('gives the same bits on real threads, through the command line', async () => {
    const settings = {
      'sft.source': 'live', 'sft.steps': 2, 'sft.batch': 12, 'model.width': 16, 'model.layers': 1, 'pairs.count': 24,
      'ai.labeler': 'noisy', 'rewardModel.batch': 8, 'rewardModel.epochs': 1, 'rl.iterations': 2, 'rl.batch': 8,
      'evaluation.every': 2, 'evaluation.validationPosts': 8, 'evaluation.testPosts': 16, 'evaluation.diversityPosts': 2, 'evaluation.diversitySamples': 2, 'run.exact': true,
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const folder = await mkdtemp(path.join(tmpdir(), 'session-'));
    try {
      const out = path.join(folder, 'bundle.json');
      // Threads cannot load TypeScript as tests do; scripts/run.mjs bundles it for them.
      await promisify(execFile)(process.execPath, ['scripts/run.mjs', 'scripts/experiment.ts', ...args, '--out', out]);
      const onThreads = bundleSchema.parse(JSON.parse(await readFile(out, 'utf8')));
      const here = bundleSchema.parse(JSON.parse(JSON.stringify(await run(parseCommand(args).config))));
      expect(comparable(onThreads)).toEqual(comparable(here));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('turns the weights of fine-grained rewards between two iterations, and says so', async () => {
    const fine = (set: Record<string, number> = {}): ExperimentConfig => tiny({
      rl: { iterations: 4, batch: 4 },
      evaluation: { every: 1, validationPosts: 8, testPosts: 16, diversityPosts: 2, diversitySamples: 2 },
      arms: [{ id: 'fine', label: 'Fine', feedback: 'people', set: { 'rewardModel.kind': 'fine', ...set } }],
    });
    /** Goes from report to report, and turns the weights at that of one stage. */
    async function turned(stage: 'reward' | 'rl', done: number, weights: { coverage: number; invention: number; stumble: number }): Promise<RunBundle> {
      const taken: Promise<boolean>[] = [];
      const pool = await open(1);
      const [worker] = pool.endpoints as [Endpoint];
      await worker.call('control', { action: 'pause' });
      const { bundle } = await runExperiment(pool, {
        runId: 'run', config: fine(), build,
        onEvents(events) {
          const reached = events.some((event) => event.type === 'progress' && event.stage === stage && event.done === done);
          if (reached && taken.length === 0) {
            taken.push(worker.call('turn', { runId: 'run', armId: 'fine', weights }), worker.call('turn', { runId: 'other', armId: 'fine', weights }));
          }
          void worker.call('control', { action: 'step' });
        },
      });
      expect(await Promise.all(taken)).toEqual([true, false]);
      return bundle;
    }
    const curvesOf = (bundle: RunBundle): RunBundle['arms'][number]['curves'] => bundle.arms[1]!.curves;
    const learned = (bundle: RunBundle): unknown[] => {
      const { step, value } = curvesOf(bundle)['objective/scores']!;
      return step.map((at, i) => [at, value[i]]);
    };
    const weights = { coverage: 0.1, invention: 4, stumble: 0 };
    const asSet = await run(fine());

    const late = await turned('rl', 2, weights);
    expect(learned(late).slice(0, 2)).toEqual(learned(asSet).slice(0, 2));
    expect(learned(late).slice(2)).not.toEqual(learned(asSet).slice(2));
    expect(curvesOf(late)['fine/invention']).toEqual({ step: [3, 4], value: [4, 4] });
    expect(late.notes).toContain(
      'Fine: the weights of its rewards were turned while it ran: from iteration 3 coverage 0.1, inventions 4, stumbles 0. Its settings alone do not repeat it.',
    );

    // From the first iteration on, they teach what the same weights as settings do.
    const early = await turned('reward', 1, weights);
    const set = await run(fine({ 'fine.coverage': 0.1, 'fine.invention': 4, 'fine.stumble': 0 }));
    expect(learned(early)).toEqual(learned(set));
    expect(early.arms[1]!.samples).toEqual(set.arms[1]!.samples);

    const { coverage, invention, stumble } = fine().fine;
    const same = await turned('rl', 1, { coverage, invention, stumble });
    expect(JSON.stringify(comparable(same))).toBe(JSON.stringify(comparable(asSet)));
  });

  it('lets a worker with nothing left to begin help the arm that still runs', async () => {
    const pool = await open(2);
    const calls: [command: string, workers?: readonly number[]][] = [];
    for (const endpoint of pool.endpoints) {
      const call = endpoint.call.bind(endpoint);
      vi.spyOn(endpoint, 'call').mockImplementation((command, input, ports) => {
        calls.push(input && 'workers' in input ? [command, input.workers] : [command]);
        return call(command, input, ports);
      });
    }
    const { arms: [rlhf, rlaif] } = tiny();
    const config = tiny({ arms: [rlhf, { ...rlaif, set: { 'rl.iterations': 6 } }] });
    await runExperiment(pool, { runId: 'run', config, build });
    const names = calls.map(([command]) => command);
    const between = calls.slice(names.lastIndexOf('runArm'), names.indexOf('conclude'));
    // Once for the other arm, once for the verdict.
    expect(between.filter(([, workers = []]) => workers.length > 0)).toHaveLength(2);
  });

  it('opens as many workers as pay', async () => {
    const sizes: number[][] = [];
    for (const cores of [1, 2, 6, 32]) {
      const { endpoints, runners } = await open(cores);
      sizes.push([endpoints.length, runners]);
    }
    expect(sizes).toEqual([[1, 1], [2, 2], [6, 2], [8, 2]]);
    expect(WORKERS_PER_ARM).toBe(SHARDS);
  });

  it('fails when a worker dies, also one that only helps', async () => {
    const wires: { fail(error: Error): void }[] = [];
    const pool = await openPool(
      () => inProcess(3, (wire) => wires.push(wire)), { backend: 'cpu', exact: true, assets: 'file:///unused/' }, 2,
    );
    const result = runExperiment(pool, {
      runId: 'run', config: tiny(), build,
      onEvents: () => wires[2]!.fail(new Error('A worker stopped: out of memory')),
    });
    await expect(result).rejects.toThrow('A worker stopped: out of memory');
    for (const endpoint of pool.endpoints) endpoint.close();
  });

  it('gives the same bits when paused, stepped and resumed', async () => {
    const plain = await run(tiny());
    let paused = 0;
    const bundle = await run(tiny(), {
      onEvents: (events, pool) => {
        if (paused > 0 || !events.some((event) => event.type === 'progress' && event.stage === 'rl')) return;
        paused++;
        const control = (action: 'pause' | 'step' | 'resume'): void => {
          for (const endpoint of pool.endpoints) void endpoint.call('control', { action });
        };
        control('pause');
        setTimeout(() => control('step'), 20);
        setTimeout(() => control('resume'), 60);
      },
    });
    expect(paused).toBe(1);
    expect(JSON.stringify(comparable(bundle))).toBe(JSON.stringify(comparable(plain)));
  });

  it('reports every curve point of the bundle as an event, once and in order', async () => {
    const seen: Record<string, { step: number[]; value: number[] }> = {};
    const bundle = await run(tiny(), {
      onEvents: (events) => {
        for (const event of events) {
          if (event.type !== 'points') continue;
          for (const { key, step, value } of event.points) {
            const curve = (seen[`${event.arm} ${key}`] ??= { step: [], value: [] });
            curve.step.push(step);
            curve.value.push(value);
          }
        }
      },
    });
    const recorded = Object.fromEntries(
      bundle.arms.flatMap((arm) => Object.entries(arm.curves).map(([key, curve]) => [`${arm.id} ${key}`, curve])),
    );
    expect(seen).toEqual(recorded);
    expect(Object.keys(seen)).toContain('rlaif objective/kl');
  });

  it('ends with CancelledError when stopped', async () => {
    const stopped = run(tiny(), {
      onEvents: (events, pool) => {
        if (events.some((event) => event.type === 'progress' && event.stage === 'rl')) {
          for (const endpoint of pool.endpoints) void endpoint.call('control', { action: 'cancel' });
        }
      },
    });
    await expect(stopped).rejects.toThrow(CancelledError);
  });

  it('answers a visitor\'s own post with every policy and names unknown words', async () => {
    const pool = await open(1);
    const config = tiny();
    const { policies } = await runExperiment(pool, { runId: 'run', config, build });
    const live = await pool.endpoints[0]!.call('answer', {
      runId: 'answer', config, policies, draw: 0, text: 'My roommate has not paid the rent for two months. Quetzalcoatl!',
    });
    expect(live.unknown).toContain('quetzalcoatl');
    expect(live.answers.map((answer) => answer.armId)).toEqual(['sft', 'rlhf', 'rlaif']);
    expect(live.answers.every(({ answer }) => answer.words.length > 0)).toBe(true);
  });

  it('labels pairs of the world for the labeler lab as a run does', async () => {
    const pool = await open(1);
    const config = tiny();
    const endpoint = pool.endpoints[0]!;
    const { bundle } = await runExperiment(pool, { runId: 'run', config, build });
    const world = await endpoint.call('lab', { runId: 'lab', config, labelers: ['people', 'noisy'] });
    expect(world.pairs).toHaveLength(24);
    for (const { people, responses } of world.pairs) {
      // Five annotators, ties half a vote.
      expect(Number.isInteger(people * 10)).toBe(true);
      expect(responses.join(' ')).not.toContain('<eos>');
    }
    expect(world.labelers.map(({ identity }) => identity.kind)).toEqual(['people', 'noisy']);
    const [people, noisy] = bundle.labelers;
    expect(world.labelers.map(({ labels }) => labels.map(({ pA }) => pA))).toEqual([people!.labels, noisy!.labels]);
  });
});

describe('every RL method', () => {
  it.each(['rloo', 'grpo', 'ppo', 'p3o'])('%s runs to a verdict, from the same start, to a policy of its own', async (method) => {
    const arms = [{ id: 'rlaif', label: 'RLAIF', feedback: 'ai' }];
    const [own, usual] = await Promise.all(
      [method, 'reinforce'].map((name) => run(tiny({ arms, rl: { iterations: 3, batch: 8, method: name } }))),
    );
    expect(() => bundleSchema.parse(JSON.parse(JSON.stringify(own)))).not.toThrow();
    const scores = ({ arms: records }: RunBundle): number[] => records[1]!.curves['objective/scores']!.value;
    expect(scores(own!)).toHaveLength(3);
    expect(scores(own!).every(Number.isFinite)).toBe(true);
    expect(own!.arms[0]).toEqual(usual!.arms[0]);
    expect(own!.arms[1]!.curves['eval/kl']!.value).not.toEqual(usual!.arms[1]!.curves['eval/kl']!.value);
  });
});

describe('an arm whose labeler scores during RL', () => {
  const arms = [{ id: 'rlaif', label: 'RLAIF', feedback: 'ai' }, { id: 'd-rlaif', label: 'd-RLAIF', feedback: 'scores' }];
  const config = tiny({ arms, ai: { labeler: 'judge', judgeSize: 'xs' } });

  it('has no reward model, the same start, and the same bits with any number of workers', async () => {
    const bundle = await run(config);
    expect(() => bundleSchema.parse(JSON.parse(JSON.stringify(bundle)))).not.toThrow();
    const stagesOf = (arm: string): string[] => bundle.stages.filter((stage) => stage.arm === arm).map(({ id }) => id);
    expect(stagesOf('d-rlaif')).toEqual(['labels', 'rl']);
    expect(stagesOf('rlaif')).toEqual(['labels', 'reward', 'rl']);
    const curves = Object.keys(bundle.arms.find(({ id }) => id === 'd-rlaif')!.curves);
    expect(curves.some((key) => key.startsWith('rm/'))).toBe(false);
    expect(curves).toContain('objective/scores');
    const [choosing, scoring] = bundle.labelers;
    expect([scoring!.n, scoring!.parameters]).toEqual([24, choosing!.parameters]);
    expect(scoring!.labels).not.toEqual(choosing!.labels);
    // Standardised on 48 SFT samples: the policy has hardly moved from there.
    const [first] = bundle.arms.find(({ id }) => id === 'd-rlaif')!.curves['eval/scores']!.value;
    expect(Math.abs(first!)).toBeLessThan(1.5);
    expect(comparable(await run(config, { cores: 3 }))).toEqual(comparable(bundle));
  });

  it('needs a labeler that gives scores', async () => {
    await expect(run(tiny({ arms }))).rejects.toThrow(/gives scores/);
  });
});

describe('labels that come with a run', () => {
  const ARMS = [{ id: 'rlhf', label: 'RLHF, you', feedback: 'given' }, { id: 'rlaif', label: 'a model', feedback: 'given' }];

  /** The names of a run's pairs, in their order. */
  async function namesOf(config: ExperimentConfig): Promise<string[]> {
    const [endpoint] = (await open(1)).endpoints;
    const { pairs } = await endpoint!.call('prepare', { runId: 'names', config });
    const prompts = tldr.prompts('preference', config.pairs.count, config.run.seed);
    return pairs.map(({ id, promptIndex, responses }) =>
      namedPair(tldr, { id, promptId: prompts[promptIndex]!.id, prompt: prompts[promptIndex]!, responses }).id);
  }

  const labeler = (id: string, kind: 'you' | 'judge', names: readonly string[], pA: readonly number[]): GivenLabeler => ({
    labeler: { id, name: id, kind, origin: 'test' },
    labels: names.map((pairId, i): Label => ({ pairId, labeler: id, pA: pA[i]!, raw: [pA[i]!], parsed: true })),
  });

  it('are of the pairs under the names that the lab gives them', async () => {
    const config = tiny();
    const world = await (await open(1)).endpoints[0]!.call('lab', { runId: 'lab', config, labelers: [] });
    expect(world.pairs.map(({ id }) => id)).toEqual(await namesOf(config));
    expect(world.pairs[0]!.id).toMatch(/^pair:0-[0-9a-f]{16}$/);
  });

  it('train what the same labels train when they are asked for, bit for bit, in whatever order they come', async () => {
    const config = tiny();
    const asked = await runExperiment(await open(1), { runId: 'asked', config, build });
    const names = await namesOf(config);
    const [people, noisy] = asked.bundle.labelers;
    const backwards = (one: GivenLabeler): GivenLabeler => ({ ...one, labels: one.labels.toReversed() });
    const labels: GivenLabels = {
      rlhf: labeler('you', 'you', names, people!.labels),
      rlaif: backwards(labeler('model', 'judge', names, noisy!.labels)),
    };
    const pool = await open(2);
    const given = await runExperiment(pool, { runId: 'given', config: parseConfig({ ...config, arms: ARMS }), labels, build });
    expect(given.policies).toEqual(asked.policies);
    expect(() => bundleSchema.parse(JSON.parse(JSON.stringify(given.bundle)))).not.toThrow();
    expect(given.bundle.notes).toEqual(asked.bundle.notes);
    expect(given.bundle.config.arms).toEqual(ARMS);
    expect(given.bundle.labelers.map(({ id, kind, n }) => [id, kind, n])).toEqual([['you', 'you', 24], ['model', 'judge', 24]]);
    expect(given.bundle.labelers.map(({ alignment }) => alignment)).toEqual([people!.alignment, noisy!.alignment]);
    expect(given.bundle.labelers.map((one) => one.labels)).toEqual([people!.labels, noisy!.labels]);
  });

  it('train every arm on the pairs that all of them are of, and say what was left out', async () => {
    const config = tiny({ arms: [...ARMS, { id: 'people', label: 'people', feedback: 'people' }] });
    const names = await namesOf(config);
    // The same numbers under other texts, which is what another seed or engine makes of them.
    const elsewhere = names.slice(0, 3).map((name) => name.replace(/-.*/, '-0123456789abcdef'));
    const half = names.map(() => 0.5);
    const labels = {
      rlhf: labeler('you', 'you', [...elsewhere, ...names.slice(3)], half),
      rlaif: labeler('model', 'judge', [...names.slice(0, 22), ...elsewhere], [...half, ...half]),
    };
    const { bundle } = await runExperiment(await open(1), { runId: 'run', config, labels, build });
    expect(bundle.labelers.map(({ n }) => n)).toEqual([19, 19, 19]);
    expect(bundle.annotatorAgreement.n).toBe(19);
    expect(bundle.notes.slice(0, 2)).toEqual([
      'All arms trained on 19 of the 24 sampled pairs: those that every given labeler labelled.',
      '3 labelled pairs are not among those that this run sampled; their labels were left out.',
    ]);
  });

  it('are an error where they are missing, too few or double', async () => {
    const config = tiny({ arms: ARMS });
    const names = await namesOf(config);
    const half = names.map(() => 0.5);
    const start = async (rlaif?: GivenLabeler): Promise<unknown> => {
      const rlhf = labeler('you', 'you', names, half);
      const labels: GivenLabels = rlaif ? { rlhf, rlaif } : { rlhf };
      return runExperiment(await open(1), { runId: 'run', config, build, labels });
    };
    await expect(start()).rejects.toThrow(/came from the labeler lab.*Open Labelers/);
    await expect(start(labeler('m', 'judge', names.slice(0, 15), half))).rejects.toThrow(/15 labelled pairs, 15 are among .* at least 16/);
    await expect(start(labeler('m', 'judge', [...names, names[0]!], [...half, 0.5]))).rejects.toThrow(/two labels of m/);
  });
});
