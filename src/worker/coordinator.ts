import { BUNDLE_VERSION, type Build, type Device, type RunBundle } from '../core/bundle';
import { givenArms, type ExperimentConfig } from '../core/config';
import { LABELS_MISSING, sharedPairs, type GivenLabels } from '../core/givenLabels';
import type { Endpoint } from './endpoint';
import type { ArmOutcome, DataFile, OpenInput, Weights, WorkerEvent } from './protocol';

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

export interface RunRequest {
  readonly runId: string;
  readonly config: ExperimentConfig;
  readonly data?: DataFile | undefined;
  /** Of the arms whose feedback is `given`. */
  readonly labels?: GivenLabels | undefined;
  readonly build: Build;
  onEvents?(events: readonly WorkerEvent[]): void;
}

export interface RunResult {
  readonly bundle: RunBundle;
  /** Policies by arm id, `sft` first, for live answers. */
  readonly policies: readonly { readonly armId: string; readonly weights: Weights }[];
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
  const history: History = { notices: [], device: pool.device };
  const unsubscribe = pool.endpoints.map((endpoint) =>
    endpoint.onEvents((events) => {
      const own = events.filter((event) => event.runId === runId);
      for (const event of own) {
        if (event.type !== 'notice') continue;
        history.notices.push(event.text);
        history.device = event.device;
      }
      if (own.length > 0) request.onEvents?.(own);
    }),
  );
  // A worker that dies while it computes for another answers no call that would fail: the run must hear of it here.
  const stopWatching: (() => void)[] = [];
  const workerEnd = new Promise<never>((_, reject) => {
    for (const endpoint of pool.endpoints) stopWatching.push(endpoint.onEnd(reject));
  });
  try {
    return await Promise.race([runStages(pool, request, history), workerEnd]);
  } finally {
    // A run that ended while paused must hold neither the next one nor an answer. A closed worker holds nothing.
    for (const endpoint of pool.endpoints) endpoint.call('control', { action: 'resume' }).catch(() => undefined);
    for (const stop of [...unsubscribe, ...stopWatching]) stop();
  }
}

/** What happened to a run on its way, filled as the workers say it. */
interface History {
  readonly notices: string[];
  /** What it ran on last. */
  device: Device;
}

/** Names of the pairs that every given labeler labelled; undefined where no arm has given labels. @throws Error where they are missing. */
function labelledPairs({ config, labels = {} }: RunRequest): string[] | undefined {
  const arms = givenArms(config);
  if (arms.length === 0) return undefined;
  const sets = arms.flatMap(({ id }) => labels[id] ?? []);
  if (sets.length < arms.length) throw new Error(`${LABELS_MISSING.message} ${LABELS_MISSING.advice}`);
  return sharedPairs(sets);
}

async function runStages(pool: Pool, request: RunRequest, history: History): Promise<RunResult> {
  const { runId, config, data, labels } = request;
  const labelled = labelledPairs(request);
  const scope = { runId, config, data };
  const [first] = pool.endpoints as [Endpoint, ...Endpoint[]];
  await dealIdle(pool, new Set([0]));
  const prepared = await first.call('prepare', { ...scope, labelled });

  const outcomes: ArmOutcome[] = new Array<ArmOutcome>(config.arms.length);
  let next = 0;
  const running = new Set(Array.from({ length: Math.min(pool.runners, config.arms.length) }, (_, runner) => runner));
  await dealIdle(pool, running);
  await Promise.all(
    [...running].map(async (runner) => {
      while (next < config.arms.length) {
        const index = next++;
        const { id: armId, feedback } = config.arms[index]!;
        const given = feedback === 'given' ? labels?.[armId] : undefined;
        outcomes[index] = await pool.endpoints[runner]!.call('runArm', { ...scope, armId, prepared, given });
      }
      running.delete(runner);
      if (running.size > 0) await dealIdle(pool, running);
    }),
  );
  await dealIdle(pool, new Set([0]));
  const verdict = await first.call('conclude', { ...scope, prepared, outcomes });
  const bundle: RunBundle = {
    version: BUNDLE_VERSION,
    config,
    build: request.build,
    device: history.device,
    recordedAt: new Date().toISOString(),
    stages: [...prepared.stages, ...outcomes.flatMap((outcome) => outcome.stages), ...verdict.stages],
    prompts: [...verdict.prompts],
    slots: { ...verdict.slots },
    goldWeights: verdict.goldWeights,
    notes: [...history.notices, ...(prepared.notes ?? []), ...verdict.notes],
    arms: [...verdict.arms],
    comparisons: [...verdict.comparisons],
    labelers: outcomes.map((outcome) => outcome.labeler),
    annotatorAgreement: verdict.annotatorAgreement,
  };
  return {
    bundle,
    policies: [
      { armId: 'sft', weights: prepared.sft },
      ...outcomes.map((outcome) => ({ armId: outcome.armId, weights: outcome.policy })),
    ],
  };
}
