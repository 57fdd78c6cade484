/** Which tab of this browser runs a run: two must not go on with the same. */
export interface RunLocks {
  /** Takes the lock of a run for this tab. Gives what releases it; undefined where another tab has it. */
  take(runId: string): Promise<(() => void) | undefined>;
  /** Resolves once no other tab has it. Rejects where `signal` ends the wait. */
  free(runId: string, signal: AbortSignal): Promise<void>;
}

const lockName = (runId: string): string => `rlaif-playground run ${runId}`;

/** Locks of the browser: those of a tab end with it, however it ends. */
export function createWebLocks(locks: Pick<LockManager, 'request'>): RunLocks {
  return {
    take: (runId) => new Promise((resolve, reject) => {
      const held = locks.request(lockName(runId), { ifAvailable: true }, (lock) => {
        if (lock) return new Promise<void>((release) => resolve(() => release()));
        resolve(undefined);
        return undefined;
      });
      held.catch(reject);
    }),
    free: async (runId, signal) => void (await locks.request(lockName(runId), { signal }, () => undefined)),
  };
}

/** What tabs say to each other where the browser has no locks: a page that came by plain HTTP. */
type Message = { readonly ask: string } | { readonly held: string };

/** The part of a BroadcastChannel that is needed. */
export interface TabChannel {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  removeEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/** Milliseconds in which a tab that has a run answers. */
const PATIENCE = 400;
/** Milliseconds between two questions whether a run is free. */
const AGAIN = 2000;

/** The tab that runs a run says so when it is asked. Two tabs that ask at the same moment can both have it. */
export function createChannelLocks(channel: TabChannel): RunLocks {
  const held = new Set<string>();
  const dataOf = (event: { readonly data: unknown }): Message => event.data as Message;
  channel.addEventListener('message', (event) => {
    const message = dataOf(event);
    if ('ask' in message && held.has(message.ask)) channel.postMessage({ held: message.ask } satisfies Message);
  });
  /** Whether a tab answers that it has the run. */
  const elsewhere = (runId: string): Promise<boolean> =>
    new Promise((resolve) => {
      const done = (answer: boolean): void => {
        clearTimeout(timer);
        channel.removeEventListener('message', listener);
        resolve(answer);
      };
      const listener = (event: { readonly data: unknown }): void => {
        const message = dataOf(event);
        if ('held' in message && message.held === runId) done(true);
      };
      const timer = setTimeout(() => done(false), PATIENCE);
      channel.addEventListener('message', listener);
      channel.postMessage({ ask: runId } satisfies Message);
    });
  return {
    async take(runId) {
      if (held.has(runId) || (await elsewhere(runId))) return undefined;
      held.add(runId);
      return () => void held.delete(runId);
    },
    async free(runId, signal) {
      while (held.has(runId) || (await elsewhere(runId))) {
        await new Promise((resolve) => setTimeout(resolve, AGAIN));
        signal.throwIfAborted();
      }
    },
  };
}

/** Locks of this page. A browser that has neither locks nor channels lets every tab have every run. */
export function createBrowserLocks(): RunLocks {
  if ('locks' in navigator) return createWebLocks(navigator.locks);
  if ('BroadcastChannel' in globalThis) return createChannelLocks(new BroadcastChannel('rlaif-playground-runs'));
  return { take: () => Promise.resolve(() => undefined), free: () => Promise.resolve() };
}
