import type { Build, Device } from '../core/bundle';
import type { EngineBench } from '../core/benchReport';
import type { ExperimentConfig } from '../core/config';
import type { GivenLabels } from '../core/givenLabels';
import { openPool, runExperiment, type Pool, type RunResult, type Scorers } from './coordinator';
import { connect, type Endpoint, type Wire } from './endpoint';
import { turnKey, type RunJournal } from './journal';
import type { Commands, DataFile, FineGrainedWeights, LabWorld, LiveAnswer, OpenInput, WeightFiles, WorkerEvent } from './protocol';
import workerUrl from './worker?worker&url';

/**
 * A worker that inherits the page's content security policy: a worker loaded by URL would not, one that starts from a
 * blob does.
 */
function createBrowserEndpoint(): Endpoint {
  const source = `import ${JSON.stringify(new URL(workerUrl, document.baseURI).href)};`;
  const blob = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(blob, { type: 'module' });
  const wire: Wire = {
    post: (message, ports) => worker.postMessage(message, [...ports]),
    onMessage: (listener) => worker.addEventListener('message', (event) => listener(event.data)),
    onFailure: (listener) =>
      worker.addEventListener('error', (event) =>
        listener(new Error(`A worker stopped: ${event.message || 'its script could not be loaded'}`)),
      ),
    close: () => {
      worker.terminate();
      URL.revokeObjectURL(blob);
    },
  };
  return connect(wire);
}

export interface RunHandle {
  readonly runId: string;
  /** Rejects with CancelledError after `cancel`. */
  readonly result: Promise<RunResult>;
  pause(): void;
  resume(): void;
  /** Lets a paused run go on until its next progress report. */
  step(): void;
  /** Turns the weights of an arm's fine-grained rewards from its next iteration on. False where the arm is not being trained. */
  turnFine(armId: string, weights: FineGrainedWeights): Promise<boolean>;
  /** Ends the run at once; the session must be opened again for the next one. */
  cancel(): void;
}

export interface LabHandle {
  /** Rejects with CancelledError once the session is closed. */
  readonly result: Promise<LabWorld>;
  /** Takes effect after the labels that are being computed. */
  pause(): void;
  resume(): void;
}

/** The page's way to the workers. One session serves one run after another until it is closed. */
export class Session {
  private constructor(private readonly pool: Pool) {}

  /** @throws Error with a message for the visitor when no engine can be had. */
  static async open({ arms, ...wanted }: Pick<OpenInput, 'backend' | 'exact'> & { readonly arms: number }): Promise<Session> {
    const assets = new URL('.', document.baseURI).href;
    return new Session(await openPool(createBrowserEndpoint, { ...wanted, assets }, arms));
  }

  get device(): Device {
    return this.pool.device;
  }

  start(request: {
    config: ExperimentConfig;
    data?: DataFile | undefined;
    labels?: GivenLabels | undefined;
    scorers?: Scorers | undefined;
    build: Build;
    /** Of a run that is kept, its id; otherwise it gets one. */
    runId?: string | undefined;
    /** Where it is kept; it goes on from what is there. */
    journal?: RunJournal | undefined;
    onEvents(events: readonly WorkerEvent[]): void;
  }): RunHandle {
    const { runId = crypto.randomUUID(), journal } = request;
    return {
      runId,
      result: runExperiment(this.pool, { ...request, runId }),
      pause: () => this.control('pause'),
      resume: () => this.control('resume'),
      step: () => this.control('step'),
      turnFine: async (armId, weights) => {
        const taken = await Promise.all(this.pool.endpoints.map((endpoint) => endpoint.call('turn', { runId, armId, weights })));
        if (!taken.includes(true)) return false;
        journal?.save(turnKey(armId), weights);
        return true;
      },
      cancel: () => this.close(),
    };
  }

  /** One sampled response of each policy to a visitor's own text. */
  answer(input: Omit<Commands['answer']['in'], 'runId'>): Promise<LiveAnswer> {
    return this.pool.endpoints[0]!.call('answer', { runId: 'answer', ...input });
  }

  /** A policy as files for other programs. */
  exportWeights(input: Commands['exportWeights']['in']): Promise<WeightFiles> {
    return this.pool.endpoints[0]!.call('exportWeights', input);
  }

  /** Measures one thread of this session's engine. `close` ends it. */
  async bench(
    input: Omit<Commands['bench']['in'], 'runId'>,
    onProgress: (progress: Extract<WorkerEvent, { type: 'bench' }>) => void,
  ): Promise<EngineBench> {
    const runId = crypto.randomUUID();
    const [endpoint] = this.pool.endpoints;
    const unsubscribe = endpoint!.onEvents((events) => {
      for (const event of events) if (event.type === 'bench' && event.runId === runId) onProgress(event);
    });
    try {
      return await endpoint!.call('bench', { runId, ...input });
    } finally {
      unsubscribe();
    }
  }

  /** Pairs and labels for the labeler lab. `close` ends it. */
  lab(input: Omit<Commands['lab']['in'], 'runId'>, onEvents: (events: readonly WorkerEvent[]) => void): LabHandle {
    const runId = crypto.randomUUID();
    const [endpoint] = this.pool.endpoints;
    const unsubscribe = endpoint!.onEvents((events) => onEvents(events.filter((event) => event.runId === runId)));
    return {
      result: endpoint!.call('lab', { runId, ...input }).finally(unsubscribe),
      pause: () => this.control('pause'),
      resume: () => this.control('resume'),
    };
  }

  private control(action: Commands['control']['in']['action']): void {
    // A worker that died has failed the call that it was at already; its message is shown from there.
    for (const endpoint of this.pool.endpoints) endpoint.call('control', { action }).catch(() => undefined);
  }

  close(): void {
    for (const endpoint of this.pool.endpoints) endpoint.close();
  }
}
