import { BUNDLE_VERSION, type Build, type Device, type RunBundle } from '../core/bundle';
import type { ExperimentConfig } from '../core/config';
import type { Endpoint } from './endpoint';
import type { ArmOutcome, DataFile, OpenInput, Weights, WorkerEvent } from './protocol';

/** A pool of workers that are ready to run. */
export interface Pool {
  readonly device: Device;
  readonly endpoints: readonly Endpoint[];
}

export interface RunRequest {
  readonly runId: string;
  readonly config: ExperimentConfig;
  readonly data?: DataFile | undefined;
  readonly build: Build;
  onEvents?(events: readonly WorkerEvent[]): void;
}

export interface RunResult {
  readonly bundle: RunBundle;
  /** Policies by arm id, `sft` first, for live answers. */
  readonly policies: readonly { readonly armId: string; readonly weights: Weights }[];
}

/**
 * Opens the first worker, learns what it runs on, and opens as many more as pay: one for each arm and core on the
 * CPU engine, none beside it on a GPU, which one worker keeps busy.
 */
export async function openPool(create: () => Endpoint, input: OpenInput, arms: number): Promise<Pool> {
  const first = create();
  const endpoints = [first];
  try {
    const device = await first.call('open', input);
    const wanted = device.engine === 'gpu' ? 1 : Math.max(1, Math.min(arms, device.cores));
    while (endpoints.length < wanted) endpoints.push(create());
    await Promise.all(endpoints.slice(1).map((endpoint) => endpoint.call('open', input)));
    return { device, endpoints };
  } catch (error) {
    for (const endpoint of endpoints) endpoint.close();
    throw error;
  }
}

/**
 * Runs an experiment: shared stages on one worker, arms side by side on as many as there are, the verdict on one.
 * Which worker runs which arm changes no number.
 */
export async function runExperiment(pool: Pool, request: RunRequest): Promise<RunResult> {
  const { runId } = request;
  const unsubscribe = pool.endpoints.map((endpoint) =>
    endpoint.onEvents((events) => {
      const own = events.filter((event) => event.runId === runId);
      if (own.length > 0) request.onEvents?.(own);
    }),
  );
  try {
    return await runStages(pool, request);
  } finally {
    // A run that ended while paused must hold neither the next one nor an answer. A closed worker holds nothing.
    for (const endpoint of pool.endpoints) endpoint.call('control', { action: 'resume' }).catch(() => undefined);
    for (const stop of unsubscribe) stop();
  }
}

async function runStages(pool: Pool, request: RunRequest): Promise<RunResult> {
  const { runId, config, data } = request;
  const scope = { runId, config, data };
  const [first] = pool.endpoints as [Endpoint, ...Endpoint[]];
  const prepared = await first.call('prepare', scope);

  const outcomes: ArmOutcome[] = new Array<ArmOutcome>(config.arms.length);
  let next = 0;
  await Promise.all(
    pool.endpoints.map(async (endpoint) => {
      while (next < config.arms.length) {
        const index = next++;
        outcomes[index] = await endpoint.call('runArm', { ...scope, armId: config.arms[index]!.id, prepared });
      }
    }),
  );
  const verdict = await first.call('conclude', { ...scope, prepared, outcomes });
  const bundle: RunBundle = {
    version: BUNDLE_VERSION,
    config,
    build: request.build,
    device: pool.device,
    recordedAt: new Date().toISOString(),
    stages: [...prepared.stages, ...outcomes.flatMap((outcome) => outcome.stages), ...verdict.stages],
    prompts: [...verdict.prompts],
    slots: { ...verdict.slots },
    goldWeights: verdict.goldWeights,
    notes: [...verdict.notes],
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
