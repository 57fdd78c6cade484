// A run that ends in the middle, and another that goes on from its journal: the same numbers, and nothing done twice.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { comparable, type RunBundle } from '../core/bundle';
import { configOfArm, parseConfig, type ExperimentConfig } from '../core/config';
import type { GivenLabels } from '../core/givenLabels';
import type { TextScorer } from '../labelers/text';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import { createParallelEngine } from '../nn/cpu/parallel';
import { openPool, runExperiment, type Pool, type RunRequest } from './coordinator';
import { CancelledError, connect, type Endpoint } from './endpoint';
import { serve } from './executor';
import { isProgress, turnKey, type RunJournal } from './journal';
import type { WorkerEvent } from './protocol';

const build = { version: 'test', commit: 'test', date: '2026-01-01' };

/** Everything at its smallest. SFT takes 4 steps, each reward model 4, each policy 4: 20 in all. */
function tiny(changes: Record<string, unknown> = {}): ExperimentConfig {
  return parseConfig({
    sft: { source: 'live', steps: 4, batch: 4 },
    model: { width: '16', layers: 1 },
    pairs: { count: 24 },
    ai: { labeler: 'noisy' },
    rewardModel: { batch: 8, epochs: 2 },
    rl: { iterations: 4, batch: 4 },
    evaluation: { every: 2, validationPosts: 8, testPosts: 16, diversityPosts: 2, diversitySamples: 2 },
    ...changes,
  });
}

/** Optimizer steps taken, over all workers of a run. */
interface Work {
  steps: number;
}

function inProcess(cores: number, work: Work): Endpoint {
  let deliver: (message: unknown) => void = () => undefined;
  const answer = serve({
    openEngine: async () => {
      const engine = createParallelEngine(await loadCpuEngine());
      const step = engine.step.bind(engine);
      engine.step = (...args) => {
        work.steps++;
        return step(...args);
      };
      return { engine, reason: 'test' };
    },
    readAsset: (file) => readFile(path.resolve('public', file)),
    cores: () => cores,
    checkpointInterval: 0,
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
    onFailure: () => undefined,
    close: () => undefined,
  });
}

type Entries = Map<string, unknown>;

/** A journal in memory, and what was in it after each entry: what a closed tab could have left. */
class MemoryJournal implements RunJournal {
  readonly every = 0;
  readonly states: Entries[] = [];
  readonly entries: Entries;
  constructor(kept: ReadonlyMap<string, unknown> = new Map()) {
    this.entries = structuredClone(new Map(kept));
  }
  load = (): Promise<Entries> => Promise.resolve(structuredClone(this.entries));
  save(key: string, value: unknown): void {
    if (value === undefined) this.entries.delete(key);
    else this.entries.set(key, structuredClone(value));
    this.states.push(new Map(this.entries));
  }
}

interface Result {
  readonly bundle: RunBundle;
  readonly journal: MemoryJournal;
  readonly steps: number;
  readonly events: readonly WorkerEvent[];
}

async function run(
  config: ExperimentConfig,
  { kept, cores = 1, onEvents, ...more }: Partial<Omit<RunRequest, 'onEvents'>> & {
    kept?: Entries; cores?: number; onEvents?: (events: readonly WorkerEvent[], pool: Pool) => void;
  } = {},
): Promise<Result> {
  const work: Work = { steps: 0 };
  const journal = new MemoryJournal(kept);
  const events: WorkerEvent[] = [];
  const pool = await openPool(() => inProcess(cores, work), { backend: 'cpu', exact: true, assets: 'file:///unused/' }, config.arms.length);
  const { bundle } = await runExperiment(pool, {
    runId: 'run', config, build, journal, ...more,
    onEvents(news) {
      events.push(...news);
      onEvents?.(news, pool);
    },
  });
  return { bundle, journal, steps: work.steps, events };
}

/** The numbers of a bundle. What happened on the way is in its notes. */
function numbers(bundle: RunBundle): string {
  return JSON.stringify(comparable({ ...bundle, notes: [] }));
}

/** Keys of the entries that a run can go on from. */
function progressIn(entries: Entries): string[] {
  return [...entries.keys()].filter(isProgress);
}

/** The last state of a journal that fits. */
function stateWith(journal: MemoryJournal, fits: (entries: Entries) => boolean): Entries {
  const state = journal.states.findLast(fits);
  if (!state) throw new Error('The journal never came to that.');
  return state;
}

/** Whether training of that name stands at a step. */
function stands(entries: Entries, name: string, at: number): boolean {
  return [...entries].some(([key, value]) => key.endsWith(` ${name}`) &&
    (value as { piece?: { training?: { step: number } } }).piece?.training?.step === at);
}

describe('a run that was interrupted', () => {
  const whole = run(tiny());

  it('leaves nothing out of its journal, and the journal changes no number', async () => {
    const { bundle, journal, steps, events } = await whole;
    const work: Work = { steps: 0 };
    const pool = await openPool(() => inProcess(1, work), { backend: 'cpu', exact: true, assets: 'file:///unused/' }, 2);
    const plain = await runExperiment(pool, { runId: 'run', config: tiny(), build });
    expect(JSON.stringify(comparable(bundle))).toBe(JSON.stringify(comparable(plain.bundle)));
    expect([steps, work.steps]).toEqual([20, 20]);
    // Shared stages, two sets of labels, two rewards, two policies; what they were made of is gone.
    expect(progressIn(journal.entries)).toHaveLength(7);
    expect(events.some(({ type }) => type === 'checkpoint')).toBe(false);
  });

  it('goes on from states all along its journal to the same bits, with one worker and with several', { timeout: 600_000 }, async () => {
    const { bundle: expected } = await whole;
    const recorded = await run(tiny(), { cores: 2 });
    expect(numbers(recorded.bundle)).toBe(numbers(expected));
    const states = recorded.journal.states.filter((state) => progressIn(state).length > 0);
    // 7 results, 20 checkpoints of training, 3 pieces of the shared stages, and what goes with them.
    expect(states.length).toBeGreaterThanOrEqual(30);
    let before = Infinity;
    // Every fourth one: each is a run. The last one holds all results.
    for (const [i, state] of states.filter((_, at) => at % 4 === (states.length - 1) % 4).entries()) {
      const { bundle, steps } = await run(tiny(), { kept: state, cores: i % 2 === 0 ? 2 : 1 });
      expect(numbers(bundle), `state ${i}: ${progressIn(state).join(', ')}`).toBe(numbers(expected));
      expect(bundle.notes.filter((note) => note.startsWith('The run was interrupted'))).toHaveLength(1);
      expect(bundle.notes.length).toBe(expected.notes.length + 1);
      // Each state is at least as far as the one before it.
      expect(steps).toBeLessThanOrEqual(before);
      before = steps;
    }
    expect(before).toBe(0);
  });

  it.each<[where: string, at: (entries: Entries) => boolean, left: number]>([
    ['in SFT after 2 of 4 steps', (entries) => stands(entries, 'sft', 2), 18],
    ['in the first reward model after 3 of 4 steps', (entries) => stands(entries, 'rlhf reward 0', 3), 13],
    ['in the first policy after 3 of 4 iterations', (entries) => stands(entries, 'rlhf policy', 3), 5],
    ['in the last policy after its last iteration', (entries) => stands(entries, 'rlaif policy', 4), 0],
  ])('%s: only the steps that are missing are taken', async (_, at, left) => {
    const { bundle: expected, journal } = await whole;
    const { bundle, steps } = await run(tiny(), { kept: stateWith(journal, at) });
    expect(steps).toBe(left);
    expect(numbers(bundle)).toBe(numbers(expected));
  });

  it('in two policies at once: both go on where they stood', async () => {
    const { journal } = await run(tiny({ rl: { iterations: 8, batch: 4 } }), { cores: 2 });
    const expected = await run(tiny({ rl: { iterations: 8, batch: 4 } }));
    const both = journal.states.flatMap((state) => {
      const at = ['rlhf policy', 'rlaif policy'].map((name) => [1, 2, 3, 4, 5, 6, 7].find((step) => stands(state, name, step)));
      return at.every((step) => step !== undefined) ? [{ state, left: 16 - at[0]! - at[1]! }] : [];
    });
    expect(both.length).toBeGreaterThan(0);
    const { state, left } = both[Math.floor(both.length / 2)]!;
    const { bundle, steps } = await run(tiny({ rl: { iterations: 8, batch: 4 } }), { kept: state, cores: 2 });
    expect(steps).toBe(left);
    expect(numbers(bundle)).toBe(numbers(expected.bundle));
  });

  it('by its tab: what had been kept by then is enough, and may be interrupted again', async () => {
    const { bundle: expected } = await whole;
    let kept: Entries | undefined;
    const stopIn = async (stage: string, from?: Entries): Promise<Entries> => {
      const journal = new MemoryJournal(from);
      const closed = run(tiny(), {
        journal,
        onEvents: (events, { endpoints }) => {
          if (!events.some((event) => event.type === 'progress' && event.stage === stage && event.done > 0)) return;
          kept ??= structuredClone(journal.entries);
          for (const endpoint of endpoints) endpoint.close();
        },
      });
      await expect(closed).rejects.toThrow(CancelledError);
      const left = kept!;
      kept = undefined;
      return left;
    };
    const once = await stopIn('reward');
    const twice = await stopIn('rl', once);
    const { bundle, events } = await run(tiny(), { kept: twice });
    expect(numbers(bundle)).toBe(numbers(expected));
    expect(bundle.notes.slice(0, 2)).toEqual([
      expect.stringMatching(/^The run was interrupted and went on from what was kept of it, on .*\.$/),
      expect.stringMatching(/^The run was interrupted 2 times and went on/),
    ]);
    // The page is told of what happened now; of what was before, it knows.
    expect(events.filter(({ type }) => type === 'notice')).toHaveLength(1);
  });

  it('tells the page which stages are done and where the curves stand', async () => {
    const { bundle: expected, journal } = await whole;
    const state = stateWith(journal, (entries) => stands(entries, 'rlaif policy', 2));
    const { bundle, events } = await run(tiny(), { kept: state });
    const live: Record<string, Record<string, { step: number[]; value: number[] }>> = {};
    for (const event of events) {
      if (event.type === 'curves') live[event.arm] = structuredClone(event.curves);
      if (event.type !== 'points') continue;
      for (const { key, step, value } of event.points) {
        const curve = ((live[event.arm] ??= {})[key] ??= { step: [], value: [] });
        curve.step.push(step);
        curve.value.push(value);
      }
    }
    for (const arm of expected.arms) expect(live[arm.id]).toEqual(arm.curves);
    const stages = events.flatMap((event) => (event.type === 'stage' ? [event.stage] : []));
    expect(stages).toEqual(expect.arrayContaining(bundle.stages));
    expect(stages).toHaveLength(bundle.stages.length);
  });

  it('counts the seconds of what it had done before', async () => {
    const { journal } = await whole;
    const state = stateWith(journal, (entries) => stands(entries, 'rlaif policy', 3));
    const longer = structuredClone(state);
    for (const value of longer.values()) {
      const { piece } = value as { piece?: { training?: { seconds: number } } };
      if (piece?.training) piece.training.seconds = 1000;
    }
    const { bundle } = await run(tiny(), { kept: longer });
    const seconds = bundle.stages.find(({ id, arm }) => id === 'rl' && arm === 'rlaif')!.seconds;
    expect(seconds).toBeGreaterThan(1000);
    expect(seconds).toBeLessThan(1100);
  });

  it('starts anew where nothing is kept, and does not say that it was interrupted', async () => {
    const { bundle: expected, journal } = await whole;
    const beginning = journal.states.find((state) => progressIn(state).length === 0)!;
    const { bundle, steps } = await run(tiny(), { kept: beginning });
    expect(steps).toBe(20);
    expect(bundle.notes).toEqual(expected.notes);
  });

  it('says where it went on on another engine', async () => {
    const { journal } = await whole;
    const state = structuredClone(journal.states.at(-1)!);
    (state.get('history') as { device: { description: string } }).device.description = 'a graphics card';
    const { bundle } = await run(tiny(), { kept: state });
    expect(bundle.notes[0]).toMatch(/; until then it ran on a graphics card\.$/);
  });
});

describe('other runs that were interrupted', () => {
  it('an ensemble of reward models and measured strengths of preferences', { timeout: 300_000 }, async () => {
    const config = tiny({
      arms: [{ id: 'rlhf', label: 'RLHF', feedback: 'people' }],
      data: { strength: 'drop', strengthModels: 2 },
      rewardModel: { batch: 8, epochs: 1, members: 2 },
    });
    const { bundle: expected, journal, steps: all } = await run(config);
    for (const name of ['rlhf strength 0', 'rlhf strength 1', 'rlhf reward 0', 'rlhf reward 1']) {
      const { bundle, steps } = await run(config, { kept: stateWith(journal, (entries) => stands(entries, name, 1)) });
      expect(numbers(bundle), name).toBe(numbers(expected));
      expect(steps, name).toBeLessThan(all);
    }
  });

  it.each(['ppo', 'nash-md', 'dpo', 'lipo', 'conditional', 'best-of-n'])('%s', async (method) => {
    const config = tiny({
      arms: [{ id: 'rlaif', label: 'RLAIF', feedback: 'ai', set: { 'rl.method': method } }],
      rl: { iterations: 4, batch: 8 }, direct: { epochs: 2, batch: 8 }, samples: { n: 2, prompts: 16 },
    });
    const { bundle: expected, journal, steps: all } = await run(config);
    // In the middle of its own checkpoints, if it trains at all.
    const states = journal.states.filter((entries) => [...entries.keys()].some((key) => key.endsWith(' rlaif policy')));
    const state = states[Math.floor(states.length / 2)] ?? stateWith(journal, (entries) => ![...entries.keys()].some((key) => key.startsWith('result policy')));
    const { bundle, steps } = await run(config, { kept: state });
    expect(numbers(bundle)).toBe(numbers(expected));
    expect(steps).toBeLessThan(all);
  });

  it('RAFT goes on from the end of a round: the policy that drew its samples is gone in the middle', async () => {
    const config = tiny({
      arms: [{ id: 'raft', label: 'RAFT', feedback: 'ai' }], rl: { method: 'raft', iterations: 4, batch: 4 },
      direct: { batch: 4 }, samples: { n: 2, prompts: 24, rounds: 3, epochs: 1 },
    });
    const { bundle: expected, journal } = await run(config);
    const kept = new Set([1, 2, 3, 4, 5, 6].filter((step) => journal.states.some((state) => stands(state, 'raft policy', step))));
    expect([...kept]).toEqual([2, 4, 6]);
    const { bundle, steps } = await run(config, { kept: stateWith(journal, (entries) => stands(entries, 'raft policy', 4)) });
    expect(steps).toBe(2);
    expect(numbers(bundle)).toBe(numbers(expected));
  });

  it('fine-grained rewards whose weights were turned keep the turns, and those asked for last', async () => {
    const weights = { coverage: 0.1, invention: 4, stumble: 0 };
    const config = tiny({
      rl: { iterations: 6, batch: 4 },
      evaluation: { every: 1, validationPosts: 8, testPosts: 16, diversityPosts: 2, diversitySamples: 2 },
      arms: [{ id: 'fine', label: 'Fine', feedback: 'people', set: { 'rewardModel.kind': 'fine' } }],
    });
    /** Goes from report to report, and turns the weights once two iterations are done. */
    const turned = async (): Promise<Result> => {
      let asked = false;
      return run(config, {
        onEvents(events, { endpoints: [worker] }) {
          if (events.some((event) => event.type === 'progress' && event.stage === 'rl' && event.done === 2) && !asked) {
            asked = true;
            void worker!.call('turn', { runId: 'run', armId: 'fine', weights });
          }
          void worker!.call('control', { action: 'pause' });
          void worker!.call('control', { action: 'step' });
        },
      });
    };
    const { bundle: expected, journal } = await turned();
    const note = expected.notes.find((one) => one.includes('were turned while it ran'))!;
    const from = Number(/from iteration (\d) /.exec(note)![1]);
    expect(from).toBeLessThan(6);
    for (const step of [from, 6]) {
      const { bundle } = await run(config, { kept: stateWith(journal, (entries) => stands(entries, 'fine policy', step)) });
      expect(numbers(bundle), `from ${step}`).toBe(numbers(expected));
      expect(bundle.notes).toContain(note);
    }
    // Asked for after the last checkpoint: they hold from where the run goes on.
    const early = stateWith(journal, (entries) => stands(entries, 'fine policy', from - 1));
    const asked = await run(config, { kept: new Map([...early, [turnKey('fine'), weights]]) });
    expect(numbers(asked.bundle)).toBe(numbers(expected));
    const forgotten = await run(config, { kept: early });
    expect(numbers(forgotten.bundle)).not.toBe(numbers(expected));
  });

  it('responses scored from outside are not paid for twice, and the bundle has what all of them cost', async () => {
    const config = tiny({
      arms: [{ id: 'd-rlaif', label: 'd-RLAIF', feedback: 'scores' }], ai: { labeler: 'llm' }, rl: { iterations: 4, batch: 4, method: 'rloo', groupSize: 2 },
    });
    /** A language model with a store of its replies: what is there already costs nothing. */
    const scorerWith = (stored: Set<string>): TextScorer => ({
      identity: { id: 'llm', name: 'llm', kind: 'llm', origin: 'test' },
      async *score(items) {
        for (const [item, one] of items.entries()) {
          const name = JSON.stringify(one);
          const costUsd = stored.has(name) ? 0 : 0.25;
          stored.add(name);
          const best = one.response.length % 10;
          yield await Promise.resolve({ item, probabilities: Array.from({ length: 10 }, (_, i) => Number(i === best)), parsed: true, costUsd });
        }
      },
    });
    const all = new Set<string>();
    const { bundle: expected, journal } = await run(config, { scorers: { llm: scorerWith(all) } });
    expect(expected.labelers[0]!.costUsd).toBe(all.size / 4);

    // Closed two answers after a checkpoint: their replies are stored and paid for.
    const [from, to] = [2, 3].map((step) => journal.states.findIndex((state) => stands(state, 'd-rlaif policy', step))) as [number, number];
    const stored = new Set<string>();
    const kept = journal.states[to - 1]!;
    expect(to - from).toBeGreaterThan(1);
    const paidThen = (kept.get('scored d-rlaif') as { costUsd: number }).costUsd * 4;
    for (const name of [...all].slice(0, paidThen)) stored.add(name);
    const { bundle, steps } = await run(config, { kept, scorers: { llm: scorerWith(stored) } });
    expect(steps).toBe(2);
    expect(numbers(bundle)).toBe(numbers(expected));
    expect(stored).toEqual(all);
  });

  it('a run whose labels were given', async () => {
    const { bundle: asked } = await run(tiny());
    const config = tiny({ arms: [{ id: 'you', label: 'You', feedback: 'given' }] });
    expect(configOfArm(config, config.arms[0]!).run.task).toBe('tldr');
    const pool = await openPool(() => inProcess(1, { steps: 0 }), { backend: 'cpu', exact: true, assets: 'file:///unused/' }, 1);
    const world = await pool.endpoints[0]!.call('lab', { runId: 'lab', config, labelers: [] });
    const labels: GivenLabels = {
      you: {
        labeler: { id: 'you', name: 'you', kind: 'you', origin: 'test' },
        labels: world.pairs.map(({ id }, i) => ({ pairId: id, labeler: 'you', pA: asked.labelers[0]!.labels[i]!, raw: [], parsed: true })),
      },
    };
    const { bundle: expected, journal } = await run(config, { labels });
    for (const state of journal.states.filter((_, i) => i % 4 === 1)) {
      const { bundle } = await run(config, { labels, kept: state });
      expect(numbers(bundle)).toBe(numbers(expected));
    }
  });
});
