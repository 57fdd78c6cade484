export interface Running<P, R> {
  /** Done once, before the first item; what it gives goes to every `work`. */
  readonly prepare: (signal: AbortSignal) => Promise<P>;
  readonly work: (item: number, prepared: P, signal: AbortSignal) => Promise<R>;
  /** Most items at a time, asked anew for every one. */
  readonly limit: () => number;
}

/**
 * Results of items 0 to `count` - 1 as they are finished. When one fails, the iteration ends with its error after all
 * results that are finished by then. Aborting ends it at once with the signal's reason. A caller that stops early, a
 * failure and an abort all abort the signal that the work is given.
 */
export async function* asFinished<P, R>(
  count: number, { prepare, work, limit }: Running<P, R>, signal: AbortSignal | undefined,
): AsyncGenerator<R, void, undefined> {
  if (count === 0) return;
  signal?.throwIfAborted();
  const running = new Set<Promise<void>>();
  const finished: R[] = [];
  let failure: Error | undefined;
  // Ends all waiting: when a call fails for good, when the signal aborts, when the caller stops early.
  const stop = new AbortController();
  let announce: () => void = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    announce = () => resolve(undefined);
  });
  const onAbort = () => {
    stop.abort(signal?.reason);
    announce();
  };
  signal?.addEventListener('abort', onAbort, { once: true });

  function start(item: number, prepared: P): void {
    const task: Promise<void> = work(item, prepared, stop.signal).then(
      (result) => {
        finished.push(result);
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        failure = error instanceof Error ? error : new Error(String(error));
        stop.abort(error);
      },
    ).finally(() => running.delete(task));
    running.add(task);
  }

  try {
    const prepared = await Promise.race([prepare(stop.signal), aborted]);
    for (let next = 0; ; ) {
      while (prepared !== undefined && !stop.signal.aborted && next < count && running.size < limit()) start(next++, prepared);
      for (let result = finished.shift(); result !== undefined; result = finished.shift()) yield result;
      signal?.throwIfAborted();
      if (running.size > 0) await Promise.race([...running, aborted]);
      else if (failure) throw failure;
      else if (next >= count && finished.length === 0) return;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop.abort();
  }
}
