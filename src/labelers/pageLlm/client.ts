import { EngineStopped, type Answer, type CommandName, type Commands, type LoadProgress, type PageEngine, type Request } from './protocol';

/** What a browser's Worker and a MessagePort of a test have in common here. */
export interface Wire {
  post(request: Request): void;
  onAnswer(listener: (answer: Answer) => void): void;
  /** The worker died or could not be read. */
  onFailure(listener: (message: string) => void): void;
  close(): void;
}

interface Waiting {
  readonly resolve: (output: never) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((progress: LoadProgress) => void) | undefined;
}

/**
 * The page's end of the worker that runs the model. The worker is started by the first call. Ending it is what frees the
 * memory: it works in the middle of a download or of a reply too, where the library would have to be waited for.
 * @param onDeath called when the worker ends of itself, with the reason.
 */
export function createPageEngine(start: () => Wire, onDeath: (reason: string) => void): PageEngine {
  let wire: Wire | undefined;
  let waiting = new Map<number, Waiting>();
  let nextId = 1;

  function stop(reason: string): void {
    const ended = [...waiting.values()];
    waiting = new Map();
    wire?.close();
    wire = undefined;
    for (const { reject } of ended) reject(new EngineStopped(reason));
  }

  function started(): Wire {
    if (wire) return wire;
    const opened = start();
    wire = opened;
    opened.onAnswer((answer) => {
      const call = waiting.get(answer.id);
      if ('progress' in answer) {
        call?.onProgress?.(answer.progress);
        return;
      }
      waiting.delete(answer.id);
      if ('output' in answer) call?.resolve(answer.output as never);
      else call?.reject(Object.assign(new Error(answer.error.message), { name: answer.error.name }));
    });
    opened.onFailure((message) => {
      if (wire !== opened) return;
      const reason = `The worker that runs the model has stopped: ${message}.`;
      stop(reason);
      onDeath(reason);
    });
    return opened;
  }

  function call<C extends CommandName>(
    command: C, input: Commands[C]['in'], onProgress?: (progress: LoadProgress) => void,
  ): Promise<Commands[C]['out']> {
    return new Promise((resolve, reject) => {
      const to = started();
      const id = nextId++;
      waiting.set(id, { resolve, reject, onProgress });
      to.post({ id, command, input } as Request);
    });
  }

  return {
    load: (model, onProgress) => call('load', model, onProgress),
    chat: (request) =>
      wire ? call('chat', request) : Promise.reject(new EngineStopped('No model is loaded in this page.')),
    cached: (models) => call('cached', models),
    forget: (model) => call('forget', model),
    unload: stop,
  };
}
