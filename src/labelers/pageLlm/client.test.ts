import { afterEach, describe, expect, it } from 'vitest';
import { createPageEngine, type Wire } from './client';
import { EngineStopped, type Answer, type LoadProgress, type PageEngine, type Request } from './protocol';
import { serve } from './serve';
import { completion } from './testing/exchange';

type Served = Omit<PageEngine, 'unload'>;

const REQUEST = { model: 'a-model', messages: [{ role: 'user' as const, content: 'Which one?' }] };

/** A worker's two ends over a real message channel. */
class Channels {
  readonly opened: { readonly kill: (message: string) => void; closed: boolean }[] = [];
  private readonly ports: MessagePort[] = [];

  start(served: Served): Wire {
    const { port1: page, port2: worker } = new MessageChannel();
    this.ports.push(page, worker);
    const answer = serve(served, (message) => worker.postMessage(message));
    worker.onmessage = ({ data }: MessageEvent<Request>) => answer(data);
    let die: (message: string) => void = () => {};
    const one = { kill: (message: string) => die(message), closed: false };
    this.opened.push(one);
    return {
      post: (request) => page.postMessage(request),
      onAnswer: (listener) => void (page.onmessage = ({ data }: MessageEvent<Answer>) => listener(data)),
      onFailure: (listener) => void (die = listener),
      close: () => {
        one.closed = true;
        page.close();
      },
    };
  }

  close(): void {
    for (const port of this.ports) port.close();
  }
}

const never = new Promise<never>(() => {});

function served(changes: Partial<Served> = {}): Served {
  return {
    load: async () => {},
    chat: async (request) => completion(request, '1'),
    cached: async (models) => models.slice(0, 1),
    forget: async () => {},
    ...changes,
  };
}

describe('the worker that runs a model', () => {
  let channels = new Channels();
  const deaths: string[] = [];
  afterEach(() => {
    channels.close();
    channels = new Channels();
    deaths.length = 0;
  });
  const engineWith = (worker: Served): PageEngine =>
    createPageEngine(() => channels.start(worker), (reason) => deaths.push(reason));

  it('is not started before it is needed', async () => {
    const engine = engineWith(served());
    expect(channels.opened).toHaveLength(0);
    expect(await engine.cached(['a', 'b'])).toEqual(['a']);
    expect(channels.opened).toHaveLength(1);
  });

  it('tells how far loading is, and answers', async () => {
    const steps: LoadProgress[] = [];
    const engine = engineWith(served({
      async load(model, onProgress) {
        expect(model).toBe('a-model');
        onProgress({ stage: 'downloading', share: 0.25, megabytes: 70 });
        onProgress({ stage: 'compiling', share: 1 });
      },
    }));
    await engine.load('a-model', (step) => steps.push(step));
    expect(steps).toEqual([{ stage: 'downloading', share: 0.25, megabytes: 70 }, { stage: 'compiling', share: 1 }]);
    expect(await engine.chat(REQUEST)).toEqual(completion(REQUEST, '1'));
    expect(channels.opened).toHaveLength(1);
  });

  it('keeps name and words of an error', async () => {
    const engine = engineWith(served({
      load: () => Promise.reject(Object.assign(new Error('no room'), { name: 'QuotaExceededError' })),
    }));
    await expect(engine.load('a-model', () => {})).rejects.toMatchObject({ name: 'QuotaExceededError', message: 'no room' });
    expect(channels.opened[0]!.closed).toBe(false);
  });

  it('ends when its memory is freed, in the middle of loading too, and starts anew when asked again', async () => {
    let first = true;
    const engine = engineWith(served({
      load: () => {
        if (!first) return Promise.resolve();
        first = false;
        return never;
      },
    }));
    const loading = engine.load('a-model', () => {});
    const failed = expect(loading).rejects.toThrow(new EngineStopped('Cancelled.'));
    engine.unload('Cancelled.');
    await failed;
    expect(channels.opened[0]!.closed).toBe(true);
    expect(deaths).toEqual([]);
    await engine.load('a-model', () => {});
    expect(channels.opened).toHaveLength(2);
    // Nothing is asked where nothing is loaded.
    engine.unload('Freed.');
    await expect(engine.chat(REQUEST)).rejects.toBeInstanceOf(EngineStopped);
    expect(channels.opened).toHaveLength(2);
  });

  it('says so when it dies, to those who wait and to those who do not', async () => {
    const engine = engineWith(served({ chat: () => never }));
    await engine.load('a-model', () => {});
    const reply = engine.chat(REQUEST);
    channels.opened[0]!.kill('out of memory');
    await expect(reply).rejects.toThrow('The worker that runs the model has stopped: out of memory.');
    expect(deaths).toEqual(['The worker that runs the model has stopped: out of memory.']);
    expect(channels.opened[0]!.closed).toBe(true);
  });
});
