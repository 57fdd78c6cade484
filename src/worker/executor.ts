import { benchEngine } from '../bench/bench';
import { dimsOf } from '../bench/dims';
import { FULL, QUICK } from '../bench/timing';
import type { Device } from '../core/bundle';
import { configOfArm, type ExperimentConfig } from '../core/config';
import { outsideScorerOf } from '../core/outsideScores';
import type { TextScore } from '../labelers/text';
import type { LabelerIdentity } from '../labelers/types';
import { isParallel, type ParallelEngine } from '../nn/cpu/parallel';
import { type ComputeHelper, connectHelper, serveCompute } from '../nn/cpu/parallelHelper';
import type { PeakProbe } from '../nn/peak';
import type { Engine } from '../nn/types';
import { Checkpoints } from './checkpoint';
import { CancelledError, fromWireError, toWireError } from './endpoint';
import { exportWeights } from './exportWeights';
import { FineDial } from './fineDial';
import { Gate } from './gate';
import type { CommandName, Commands, JournalScope, OpenInput, Reply, Request, WorkerEvent, FromWorker } from './protocol';
import type { Outside, ReadAsset, Scope } from './scope';
import { answerText } from './stages/answerText';
import { lab } from './stages/lab';
import { armOf, runArm } from './stages/arm';
import { prepareLabelled } from './stages/given';
import { labelStage } from './stages/labels';
import { prepare } from './stages/prepare';
import { rewardStage } from './stages/rewardModels';
import { conclude } from './stages/verdict';
import { openTask } from './tasks';

export interface OpenedEngine {
  readonly engine: Engine;
  /** One sentence for the visitor: why this engine. */
  readonly reason: string;
}

/** What the visitor asks of the engine. */
export type EngineWish = Pick<OpenInput, 'backend' | 'exact'>;

/** What differs between a browser worker and Node. */
export interface Host {
  /** @param onCompile hears how many of a GPU's programs are compiled. */
  openEngine(wanted: EngineWish, onCompile: (done: number, total: number) => void): Promise<OpenedEngine>;
  readAsset(path: string, assets: string): Promise<Uint8Array>;
  cores(): number;
  /** The matrix product of an engine that `openEngine` gave, where benches are run. */
  openPeak?(engine: Engine): Promise<PeakProbe>;
  /** Shortest time between two checkpoints of a training loop, milliseconds; default: `Checkpoints`'. */
  readonly checkpointInterval?: number;
  post(message: FromWorker): void;
}

/** What every stage of a run comes with; those of an arm know who scores it from outside. */
type RunInput = Pick<Commands['prepare']['in'], 'runId' | 'config' | 'data' | 'journal'> & Partial<Pick<Commands['label']['in'], 'armId' | 'scorer'>>;

type Handlers = { [C in CommandName]: (input: Commands[C]['in']) => Promise<Commands[C]['out']> | Commands[C]['out'] };

/** Events are sent at most this often, milliseconds. */
const EVENT_INTERVAL = 100;

/** The worker's side of the protocol: answers requests, batches events. */
export function serve(host: Host): (request: Request) => void {
  const outbox = new Outbox((events) => host.post({ events }));
  const gate = new Gate(() => outbox.flush());
  let engine: Engine | undefined;
  let wanted: EngineWish = { backend: 'auto', exact: false };
  let readAsset: ReadAsset = () => Promise.reject(new Error('The worker was not opened.'));

  /** What was asked for outside and is not there yet, by its number. */
  const asked = new Map<number, { resolve(scores: readonly TextScore[]): void; reject(error: Error): void }>();
  let asks = 0;
  function outsideOf(runId: string, config: ExperimentConfig, armId: string, identity: LabelerIdentity): Outside {
    const scorer = outsideScorerOf(config, armOf({ config }, armId));
    if (!scorer) throw new Error(`Nobody outside scores the arm ${armId}.`);
    return {
      identity,
      score: (items) => new Promise((resolve, reject) => {
        asked.set(++asks, { resolve, reject });
        outbox.add({ type: 'ask', runId, ask: asks, arm: armId, scorer, items });
        // It is waited for: nothing is to be gained by sending it with later events.
        outbox.flush();
      }),
    };
  }

  /** Of the arms that this worker has run or runs in the present run. */
  const fineDials = new Map<string, FineDial>();
  function fineDialOf(config: ExperimentConfig, armId: string, journal: JournalScope | undefined): FineDial {
    const known = fineDials.get(armId);
    if (known) return known;
    const turns = journal?.pieces.flatMap(({ piece }) => ('training' in piece ? piece.training.turns ?? [] : []));
    const dial = new FineDial(configOfArm(config, armOf({ config }, armId)).fine, turns, journal?.asked);
    fineDials.set(armId, dial);
    return dial;
  }

  let checkpoints = new Checkpoints('');
  /** The last progress of the stage under way. */
  let underWay: Extract<WorkerEvent, { type: 'progress' }> | undefined;
  const scope = ({ runId, config, data, armId, scorer, journal }: RunInput): Scope => {
    if (!engine) throw new Error('The worker was not opened.');
    if (checkpoints.runId !== runId) {
      checkpoints = new Checkpoints(runId, host.checkpointInterval);
      fineDials.clear();
    }
    checkpoints.adopt(journal?.pieces ?? []);
    checkpoints.tell(journal && ((kept) => outbox.add({ type: 'checkpoint', runId, step: journal.step, ...kept })));
    return {
      runId, config, task: openTask(config, data), engine, gate, checkpoints, readAsset,
      outside: armId !== undefined && scorer ? outsideOf(runId, config, armId, scorer) : undefined,
      fineDial: armId === undefined ? undefined : fineDialOf(config, armId, journal),
      emit: (event) => {
        if (event.type === 'progress') underWay = event;
        outbox.add(event);
      },
    };
  };

  /**
   * Runs a stage; where the GPU is lost under it, opens a new engine and runs the stage again, which goes on from its
   * checkpoints: once on a fresh device, then on the CPU. A GPU that cannot run the model gives way to the CPU at once.
   */
  async function recovering<T>(input: RunInput, stage: (scope: Scope) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await stage(scope(input));
      } catch (error) {
        if (error instanceof CancelledError) throw error;
        const failure = await cause(error);
        if (!isGpuFailure(failure)) throw failure;
        checkpoints.losses++;
        const opened = await reopen(checkpoints.losses > 1 || failure.name === 'NoGpuError');
        outbox.add({
          type: 'notice', runId: input.runId, device: deviceOf(opened),
          text: `${failure.message} The run went on from its last checkpoint on ${opened.engine.description}.`,
        });
      }
    }
  }

  const deviceOf = ({ engine: { kind, description }, reason }: OpenedEngine): Device => ({
    engine: kind, description, cores: host.cores(), reason,
  });

  async function reopen(onCpu: boolean): Promise<OpenedEngine> {
    engine?.dispose();
    engine = undefined;
    const cpu: EngineWish = { ...wanted, backend: 'cpu' };
    if (onCpu) return openEngine(cpu);
    return openEngine(wanted).catch(() => openEngine(cpu));
  }

  async function openEngine(wish: EngineWish): Promise<OpenedEngine> {
    // The programs of a shape are compiled when its first parameters are made, in whatever stage that is.
    const opened = await host.openEngine(wish, (done, total) => {
      if (underWay) outbox.add({ ...underWay, done, total, secondsLeft: undefined, note: 'compiling GPU programs' });
    });
    engine = opened.engine;
    return opened;
  }

  /** Workers that can compute for this one, by their number in the pool. */
  const linked = new Map<number, ComputeHelper>();
  const parallel = (): ParallelEngine => {
    if (!engine || !isParallel(engine)) throw new Error('Only workers on the CPU engine help each other.');
    return engine;
  };

  const handlers: Handlers = {
    async open({ backend, exact, assets }): Promise<Device> {
      wanted = { backend, exact };
      const opened = await openEngine(wanted);
      readAsset = (path) => host.readAsset(path, assets);
      return deviceOf(opened);
    },
    prepare: (input) => recovering(input, (of) => (input.labelled ? prepareLabelled(of, input.labelled) : prepare(of))),
    label: (input) => recovering(input, (of) => labelStage(of, armOf(of, input.armId), input.prepared, input.given)),
    reward: (input) => recovering(input, (of) => rewardStage(of, armOf(of, input.armId), input.prepared, input.labelled)),
    runArm: (input) => recovering(input, (of) => runArm(of, armOf(of, input.armId), input.prepared, input.labelled, input.reward)),
    turn({ runId, armId, weights }) {
      const dial = checkpoints.runId === runId ? fineDials.get(armId) : undefined;
      dial?.turn(weights);
      return dial !== undefined;
    },
    scores(answer) {
      const waiting = asked.get(answer.ask);
      asked.delete(answer.ask);
      if ('error' in answer) waiting?.reject(fromWireError(answer.error));
      else waiting?.resolve(answer.scores);
    },
    conclude: (input) => recovering(input, (of) => conclude(of, input.prepared, input.outcomes)),
    answer: (input) => recovering(input, (of) => answerText(of, input)),
    exportWeights,
    lab: (input) => recovering(input, (of) => lab(of, input.labelers)),
    async bench({ runId, size, quick }) {
      const measured = engine;
      if (!measured || !host.openPeak) throw new Error('This worker was not opened for a bench.');
      const openPeak = host.openPeak.bind(host, measured);
      return benchEngine({
        engine: measured, dims: dimsOf(size), budget: quick ? QUICK : FULL, openPeak,
        async onProgress(progress) {
          outbox.add({ type: 'bench', runId, ...progress });
          await gate.pass();
        },
      });
    },
    control: ({ action }) => gate.control(action),
    link({ serves, helpers }) {
      for (const port of serves) serveCompute(port, parallel().local);
      for (const { worker, port } of helpers) linked.set(worker, connectHelper(port));
    },
    useHelpers: ({ workers }) => parallel().useHelpers(workers.map((worker) => linked.get(worker)!)),
  };

  async function answer({ id, command, input }: Request): Promise<Reply> {
    try {
      // The request pairs command and input; TypeScript cannot follow that through the lookup.
      const handler = handlers[command] as (input: unknown) => unknown;
      return { id, ok: true, output: await handler(input) };
    } catch (error) {
      return { id, ok: false, error: toWireError(error) };
    }
  }

  /** A lost GPU shows up first as an empty AbortError; what happened is known a moment later. */
  async function cause(error: unknown): Promise<unknown> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    try {
      engine?.assertAlive();
      return error;
    } catch (failure) {
      return failure;
    }
  }

  return (request) => {
    void answer(request).then((reply) => {
      // Every event of a stage arrives before its reply.
      outbox.flush();
      host.post(reply);
    });
  };
}

/**
 * A GPU that is gone, computed something invalid or cannot run the model (errors of `nn/gpu`, known by name: only workers
 * on a GPU load that).
 */
function isGpuFailure(error: unknown): error is Error {
  return error instanceof Error && (error.name === 'GpuFailure' || error.name === 'NoGpuError');
}

class Outbox {
  private events: WorkerEvent[] = [];
  private lastSent = 0;
  constructor(private readonly send: (events: readonly WorkerEvent[]) => void) {}

  add(event: WorkerEvent): void {
    this.events.push(event);
    if (performance.now() - this.lastSent >= EVENT_INTERVAL) this.flush();
  }

  flush(): void {
    if (this.events.length === 0) return;
    this.send(this.events);
    this.events = [];
    this.lastSent = performance.now();
  }
}
