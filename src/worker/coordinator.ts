import { BUNDLE_VERSION, MAX_LABELER_ID, type Build, type Device, type RunBundle, type StageRecord } from '../core/bundle';
import { configOfArm, givenArms, type ArmConfig, type ExperimentConfig } from '../core/config';
import { LABELS_MISSING, sharedPairs, type GivenLabels } from '../core/givenLabels';
import { outsideScorerOf, type OutsideScorer } from '../core/outsideScores';
import { scoresInOrder, type TextScorer } from '../labelers/text';
import type { LabelerIdentity } from '../labelers/types';
import { CancelledError, toWireError, type Endpoint } from './endpoint';
import { eventsOfKept, Ledger, PREPARE, type RunJournal, type Scored } from './journal';
import { planOf, type PlanStep } from './plan';
import type { ArmOutcome, DataFile, LabelledSet, OpenInput, Prepared, RunTexts, TrainedReward, Weights, WorkerEvent } from './protocol';

/** Workers that pay for one arm on the CPU engine: a training step has as many parts (`nn/cpu/parallelParts`). */
export const WORKERS_PER_ARM = 4;
/** Beyond this many, each worker's own memory costs more than the little time that it saves. */
const MOST_WORKERS = 8;

/** A pool of workers that are ready to run. */
export interface Pool {
  readonly device: Device;
  readonly endpoints: readonly Endpoint[];
  /** The first so many run stages; all others only compute for them, as these do for each other when they are idle. */
  readonly runners: number;
}

/** Who scores responses from outside the workers. Whoever gave them pauses and disposes of them. */
export type Scorers = { readonly [S in OutsideScorer]?: TextScorer };

export interface RunRequest {
  readonly runId: string;
  readonly config: ExperimentConfig;
  readonly data?: DataFile | undefined;
  /** Of the arms whose feedback is `given`. */
  readonly labels?: GivenLabels | undefined;
  /** Of the arms that are scored from outside. */
  readonly scorers?: Scorers | undefined;
  readonly build: Build;
  /** Where the run is kept; it goes on from what is there. */
  readonly journal?: RunJournal | undefined;
  readonly onEvents?: ((events: readonly WorkerEvent[]) => void) | undefined;
}

export interface RunResult {
  readonly bundle: RunBundle;
  /** Policies by arm id, `sft` first, for live answers. */
  readonly policies: readonly { readonly armId: string; readonly weights: Weights }[];
  readonly texts: RunTexts;
}

/**
 * Opens the first worker, learns what it runs on, and opens as many more as pay: on the CPU engine one for each arm and
 * more that help them, where there are cores; none beside it on a GPU, which one worker keeps busy.
 */
export async function openPool(create: () => Endpoint, input: OpenInput, arms: number): Promise<Pool> {
  const first = create();
  const endpoints = [first];
  try {
    const device = await first.call('open', input);
    const cores = device.engine === 'gpu' ? 1 : device.cores;
    const runners = Math.max(1, Math.min(arms, cores));
    const workers = Math.max(runners, Math.min(cores, WORKERS_PER_ARM * arms, MOST_WORKERS));
    while (endpoints.length < workers) endpoints.push(create());
    // There are others on the CPU engine alone: they must not find the GPU that the first could not use.
    await Promise.all(endpoints.slice(1).map((endpoint) => endpoint.call('open', { ...input, backend: 'cpu' })));
    if (endpoints.length > 1) await linkWorkers(endpoints, runners);
    return { device, endpoints, runners };
  } catch (error) {
    for (const endpoint of endpoints) endpoint.close();
    throw error;
  }
}

/** A channel from each worker that runs stages to every other. */
async function linkWorkers(endpoints: readonly Endpoint[], runners: number): Promise<void> {
  const serves: MessagePort[][] = endpoints.map(() => []);
  const helpers: { worker: number; port: MessagePort }[][] = endpoints.map(() => []);
  for (let runner = 0; runner < runners; runner++) {
    for (let worker = 0; worker < endpoints.length; worker++) {
      if (worker === runner) continue;
      const { port1, port2 } = new MessageChannel();
      helpers[runner]!.push({ worker, port: port1 });
      serves[worker]!.push(port2);
    }
  }
  await Promise.all(
    endpoints.map((endpoint, i) => {
      const ports = [...serves[i]!, ...helpers[i]!.map(({ port }) => port)];
      return endpoint.call('link', { serves: serves[i]!, helpers: helpers[i]! }, ports);
    }),
  );
}

/** Deals all workers of a pool that run no stage evenly to those that do. */
async function dealIdle({ endpoints }: Pool, running: ReadonlySet<number>): Promise<void> {
  if (endpoints.length === 1) return;
  const shares = new Map([...running].map((runner): [number, number[]] => [runner, []]));
  const idle = endpoints.flatMap((_, worker) => (running.has(worker) ? [] : [worker]));
  idle.forEach((worker, i) => [...shares.values()][i % shares.size]!.push(worker));
  await Promise.all([...shares].map(([runner, workers]) => endpoints[runner]!.call('useHelpers', { workers })));
}

/**
 * Runs an experiment: shared stages on one worker, arms side by side on as many as there are, the verdict on one.
 * Workers that are idle meanwhile compute for those that are not. Which worker does what changes no number.
 */
export async function runExperiment(pool: Pool, request: RunRequest): Promise<RunResult> {
  const { runId } = request;
  const ledger = await Ledger.open(request.journal, pool.device);
  const { interruption: text, device } = ledger;
  if (text !== undefined) request.onEvents?.([{ type: 'notice', runId, device, text }]);
  // The run ends with the scorer's own error, not with what the worker makes of it.
  let scorerFailed: (error: unknown) => void = () => undefined;
  const scorerEnd = new Promise<never>((_, reject) => (scorerFailed = reject));
  const ended = new AbortController();
  const unsubscribe = pool.endpoints.map((endpoint) =>
    endpoint.onEvents((events) => {
      const own = events.filter((event) => event.runId === runId);
      for (const event of own) {
        if (event.type === 'ask') answerAsk(endpoint, event, request.scorers, ledger, ended.signal).catch(scorerFailed);
        if (event.type === 'checkpoint') ledger.hear(event);
        if (event.type === 'notice') ledger.note(event);
      }
      const news = own.filter(({ type }) => type !== 'ask' && type !== 'checkpoint');
      if (news.length > 0) request.onEvents?.(news);
    }),
  );
  // A worker that dies while it computes for another answers no call that would fail: the run must hear of it here.
  const stopWatching: (() => void)[] = [];
  const workerEnd = new Promise<never>((_, reject) => {
    for (const endpoint of pool.endpoints) stopWatching.push(endpoint.onEnd(reject));
  });
  try {
    return await Promise.race([runStages(pool, request, ledger), workerEnd, scorerEnd]);
  } finally {
    ended.abort(new CancelledError());
    // A run that ended while paused must hold neither the next one nor an answer. A closed worker holds nothing.
    for (const endpoint of pool.endpoints) endpoint.call('control', { action: 'resume' }).catch(() => undefined);
    for (const stop of [...unsubscribe, ...stopWatching]) stop();
  }
}

type Ask = Extract<WorkerEvent, { type: 'ask' }>;

/** Has the responses scored that a worker waits for. @throws what the scorer throws */
async function answerAsk(
  endpoint: Endpoint, { ask, arm, scorer: wanted, items }: Ask, scorers: Scorers | undefined, ledger: Ledger, signal: AbortSignal,
): Promise<void> {
  try {
    const scores = await scoresInOrder(scorerOf(scorers, wanted), items, { signal });
    const { responses, unread, costUsd } = ledger.scored.get(arm) ?? { responses: 0, unread: 0, costUsd: 0 };
    ledger.keepScored(arm, {
      responses: responses + scores.length,
      unread: unread + scores.filter(({ parsed }) => !parsed).length,
      costUsd: scores.reduce((sum, score) => sum + (score.costUsd ?? 0), costUsd),
    });
    await endpoint.call('scores', { ask, scores: scores.map(({ item, probabilities, parsed }) => ({ item, probabilities, parsed })) });
  } catch (error) {
    // A worker that has ended needs no answer.
    endpoint.call('scores', { ask, error: toWireError(error) }).catch(() => undefined);
    throw error;
  }
}

/** @throws Error where it did not come with the run */
function scorerOf(scorers: Scorers | undefined, wanted: OutsideScorer): TextScorer {
  const scorer = scorers?.[wanted];
  if (!scorer) throw new Error('The language model that scores the responses did not come with the run.');
  return scorer;
}

/** How much of an arm was scored from outside, in a sentence. */
function scoredNote({ label }: ArmConfig, { responses, unread, costUsd }: Scored): string {
  const cost = costUsd > 0 ? ` for $${costUsd.toFixed(costUsd < 1 ? 3 : 2)}` : '';
  return `${label}: ${responses.toLocaleString('en')} responses were scored by a language model${cost}; ${unread.toLocaleString('en')} replies could not be read and count as the middle of the scale.`;
}

/** Names of the pairs that every given labeler labelled; undefined where no arm has given labels. @throws Error where they are missing. */
function labelledPairs({ config, labels = {} }: RunRequest): string[] | undefined {
  const arms = givenArms(config);
  if (arms.length === 0) return undefined;
  const sets = arms.flatMap(({ id }) => labels[id] ?? []);
  if (sets.length < arms.length) throw new Error(`${LABELS_MISSING.message} ${LABELS_MISSING.advice}`);
  return sharedPairs(sets);
}

/** What an arm came to. */
interface ArmResult {
  readonly labelled: LabelledSet;
  readonly reward: TrainedReward | undefined;
  readonly outcome: ArmOutcome;
  /** Of the arm; what it shares with an arm before it took no time of its own. */
  readonly stages: readonly StageRecord[];
}

/** Labels, rewards and policies of all arms, each thing once, on as many workers as run stages. */
async function runPlan(
  pool: Pool, { runId, config, data, labels, scorers, onEvents }: RunRequest, prepared: Prepared, ledger: Ledger,
): Promise<ArmResult[]> {
  const scope = { runId, config, data };
  const steps = planOf(config);
  const done = new Map(steps.flatMap(({ key }) => (ledger.results.has(key) ? [[key, ledger.results.get(key)] as const] : [])));
  const waiting = steps.filter(({ key }) => !done.has(key));
  const running = new Set<number>();

  async function take(runner: number, step: PlanStep): Promise<unknown> {
    const endpoint = pool.endpoints[runner]!;
    const [owner] = step.arms as [ArmConfig, ...ArmConfig[]];
    const outside = outsideScorerOf(config, owner);
    const own = {
      ...scope, armId: owner.id, prepared, journal: ledger.scopeOf(step.key, owner.id),
      scorer: outside && identityOf(scorerOf(scorers, outside)),
    };
    switch (step.kind) {
      case 'labels':
        return endpoint.call('label', { ...own, given: owner.feedback === 'given' ? labels?.[owner.id] : undefined });
      case 'reward':
        return endpoint.call('reward', { ...own, labelled: done.get(step.needs[0]!) as LabelledSet });
      case 'policy': {
        const [labelled, reward] = step.needs.map((key) => done.get(key)) as [LabelledSet, TrainedReward?];
        return endpoint.call('runArm', { ...own, labelled, reward: reward && { model: reward.model, curves: reward.curves } });
      }
    }
  }

  /** Runs whatever is ready until nothing is left to begin. */
  async function serve(runner: number): Promise<void> {
    for (;;) {
      const index = waiting.findIndex(({ needs }) => needs.every((key) => done.has(key)));
      if (index < 0) {
        // Nothing to begin: this worker helps those that still run.
        if (running.size > 0) await dealIdle(pool, running);
        return;
      }
      const [step] = waiting.splice(index, 1) as [PlanStep];
      running.add(runner);
      await dealIdle(pool, running);
      done.set(step.key, await take(runner, step));
      ledger.finish(step.key, done.get(step.key));
      announceShared(step, done.get(step.key), runId, onEvents);
      running.delete(runner);
      // What this step made ready, others may begin.
      if (waiting.length > 0) start();
    }
  }

  const atWork = new Map<number, Promise<void>>();
  let failed: (error: unknown) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => (failed = reject));
  function start(): void {
    for (let runner = 0; runner < Math.min(pool.runners, steps.length); runner++) {
      if (atWork.has(runner) || waiting.length === 0) continue;
      const work = serve(runner).finally(() => atWork.delete(runner));
      atWork.set(runner, work);
      work.catch(failed);
    }
  }
  start();
  while (atWork.size > 0) await Promise.race([failure, Promise.all(atWork.values())]);

  return config.arms.map((arm): ArmResult => {
    const ofArm = steps.filter(({ arms }) => arms.includes(arm));
    const [labelled, reward, outcome] = (['labels', 'reward', 'policy'] as const).map((kind) => {
      const step = ofArm.find((candidate) => candidate.kind === kind);
      return step && done.get(step.key);
    }) as [LabelledSet, TrainedReward | undefined, ArmOutcome];
    const stages = ofArm.map(({ key, arms: [owner] }) => recordFor(arm, owner!, (done.get(key) as { stage: StageRecord }).stage));
    return { labelled, reward, outcome, stages };
  });
}

/** Its id as bundles hold it. */
function identityOf({ identity }: TextScorer): LabelerIdentity {
  return { ...identity, id: identity.id.slice(0, MAX_LABELER_ID) };
}

/** The record of a stage in an arm: where another arm ran it, it took no time here. */
function recordFor(arm: ArmConfig, owner: ArmConfig, stage: StageRecord): StageRecord {
  if (arm === owner) return stage;
  return { ...stage, arm: arm.id, seconds: 0, sharedWith: owner.id };
}

/** Tells of a stage that several arms share in the name of those that did not run it. */
function announceShared(step: PlanStep, result: unknown, runId: string, onEvents: RunRequest['onEvents']): void {
  const [owner, ...others] = step.arms;
  const { stage, curves } = result as { readonly stage: StageRecord; readonly curves?: TrainedReward['curves'] };
  const events = others.flatMap((arm): WorkerEvent[] => [
    ...(curves ? [{ type: 'curves', runId, arm: arm.id, curves } as const] : []),
    { type: 'stage', runId, stage: recordFor(arm, owner!, stage) },
  ]);
  if (events.length > 0) onEvents?.(events);
}

/** The shared stages. */
async function prepareRun(worker: Endpoint, request: RunRequest, ledger: Ledger): Promise<Prepared> {
  const { runId, config, data } = request;
  const prepared = await worker.call('prepare', { runId, config, data, labelled: labelledPairs(request), journal: ledger.scopeOf(PREPARE) });
  ledger.finish(PREPARE, prepared);
  return prepared;
}

async function runStages(pool: Pool, request: RunRequest, ledger: Ledger): Promise<RunResult> {
  const { runId, config, data } = request;
  const scope = { runId, config, data };
  const [first] = pool.endpoints as [Endpoint, ...Endpoint[]];
  await dealIdle(pool, new Set([0]));
  const kept = eventsOfKept(runId, ledger, planOf(config), ({ arms: [owner] }, armId, stage) =>
    recordFor(config.arms.find(({ id }) => id === armId)!, owner!, stage));
  if (kept.length > 0) request.onEvents?.(kept);
  const prepared = (ledger.results.get(PREPARE) as Prepared | undefined) ?? await prepareRun(first, request, ledger);

  const results = await runPlan(pool, request, prepared, ledger);
  await dealIdle(pool, new Set([0]));
  const verdict = await first.call('conclude', {
    ...scope, prepared,
    outcomes: results.map(({ outcome, labelled, reward }) => ({ ...outcome, labeler: labelled.record, reward: reward?.figures })),
  });
  const bundle: RunBundle = {
    version: BUNDLE_VERSION,
    config,
    build: request.build,
    device: ledger.device,
    recordedAt: new Date().toISOString(),
    stages: [...prepared.stages, ...results.flatMap(({ stages }) => stages), ...verdict.stages],
    prompts: [...verdict.prompts],
    slots: { ...verdict.slots },
    goldWeights: verdict.goldWeights,
    notes: [
      ...ledger.notices, ...(prepared.notes ?? []), ...verdict.notes,
      ...results.flatMap(({ outcome }) => outcome.notes),
      ...config.arms.flatMap((arm) => (ledger.scored.has(arm.id) ? [scoredNote(arm, ledger.scored.get(arm.id)!)] : [])),
    ],
    arms: [...verdict.arms],
    comparisons: [...verdict.comparisons],
    headToHead: verdict.headToHead,
    labelers: results.map(({ labelled: { record } }, i) => ({ ...record, costUsd: record.costUsd + (ledger.scored.get(config.arms[i]!.id)?.costUsd ?? 0) })),
    annotatorAgreement: verdict.annotatorAgreement,
  };
  return {
    bundle,
    policies: [
      { armId: 'sft', weights: prepared.sft },
      // The best of n is not in the weights: without its reward at hand it has no answer to a visitor's post.
      ...results
        .filter((_, i) => configOfArm(config, config.arms[i]!).rl.method !== 'best-of-n')
        .map(({ outcome }) => ({ armId: outcome.armId, weights: outcome.policy })),
    ],
    texts: {
      vocabulary: verdict.vocabulary, pairs: verdict.pairs,
      labels: Object.fromEntries(results.map(({ outcome, labelled: { labels } }) => [outcome.armId, labels])),
    },
  };
}
