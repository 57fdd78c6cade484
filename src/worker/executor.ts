import type { Device } from '../core/bundle';
import type { Engine } from '../nn/types';
import { toWireError } from './endpoint';
import { Gate } from './gate';
import type { CommandName, Commands, OpenInput, Reply, Request, WorkerEvent, FromWorker } from './protocol';
import type { ReadAsset, Scope } from './scope';
import { answerText } from './stages/answerText';
import { runArm } from './stages/arm';
import { prepare } from './stages/prepare';
import { conclude } from './stages/verdict';
import { openTask } from './tasks';

/** What differs between a browser worker and Node. */
export interface Host {
  openEngine(backend: OpenInput['backend']): Promise<{ engine: Engine; reason: string }>;
  readAsset(path: string, assets: string): Promise<Uint8Array>;
  cores(): number;
  post(message: FromWorker): void;
}

type Handlers = { [C in CommandName]: (input: Commands[C]['in']) => Promise<Commands[C]['out']> | Commands[C]['out'] };

/** Events are sent at most this often, milliseconds. */
const EVENT_INTERVAL = 100;

/** The worker's side of the protocol: answers requests, batches events. */
export function serve(host: Host): (request: Request) => void {
  const outbox = new Outbox((events) => host.post({ events }));
  const gate = new Gate(() => outbox.flush());
  let engine: Engine | undefined;
  let readAsset: ReadAsset = () => Promise.reject(new Error('The worker was not opened.'));

  const scope = ({ runId, config, data }: Commands['prepare']['in']): Scope => {
    if (!engine) throw new Error('The worker was not opened.');
    return { runId, config, task: openTask(config, data), engine, gate, readAsset, emit: (event) => outbox.add(event) };
  };

  const handlers: Handlers = {
    async open({ backend, assets }): Promise<Device> {
      const opened = await host.openEngine(backend);
      engine = opened.engine;
      readAsset = (path) => host.readAsset(path, assets);
      return {
        engine: engine.kind, description: engine.description, cores: host.cores(), reason: opened.reason,
      };
    },
    prepare: (input) => prepare(scope(input)),
    runArm: (input) => runArm(scope(input), input.armId, input.prepared),
    conclude: (input) => conclude(scope(input), input.prepared, input.outcomes),
    answer: (input) => answerText(scope(input), input),
    control: ({ action }) => gate.control(action),
  };

  async function answer({ id, command, input }: Request): Promise<Reply> {
    try {
      // The request pairs command and input; TypeScript cannot follow that through the lookup.
      const handler = handlers[command] as (input: unknown) => unknown;
      return { id, ok: true, output: await handler(input) };
    } catch (error) {
      return { id, ok: false, error: toWireError(await cause(error)) };
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
