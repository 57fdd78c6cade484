import { LlmError, LONGEST_WAIT_MS, type LlmErrorKind } from './errors';

/** Time and chance, handed in so that tests need neither. */
export interface QueueDeps {
  /** Milliseconds. */
  now(): number;
  /** Rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Uniform in [0, 1). */
  random(): number;
}

export interface QueueOptions {
  /** Calls at a time in the beginning. */
  readonly start?: number;
  /** Calls at a time at most. */
  readonly most?: number;
  /** Attempts of one call before its failure ends the run. */
  readonly tries?: number;
}

export interface QueueState {
  /** Calls at a time allowed now. */
  readonly limit: number;
  readonly inFlight: number;
  readonly paused: boolean;
  /** Attempts that failed and were repeated. */
  readonly retries: number;
  /** No new call before this time, by `now()`, because the provider asked for a pause. */
  readonly notBefore: number;
}

const RETRIED: ReadonlySet<LlmErrorKind> = new Set(['rate', 'server', 'network', 'timeout', 'malformed']);
const FIRST_WAIT_MS = 1000;
const LONGEST_BACKOFF_MS = 60_000;

/**
 * Runs calls to one provider, as many at a time as it bears: halved when the provider says too fast, one more after
 * twice as many calls in a row as are allowed at a time have succeeded. Waits as long as the provider asks, else
 * exponential backoff with full jitter (Brooker 2015, AWS Architecture Blog).
 */
export class CallQueue {
  private limit: number;
  private readonly most: number;
  private readonly tries: number;
  private inFlight = 0;
  private paused = false;
  private retries = 0;
  private notBefore = 0;
  private lastHalving = -Infinity;
  private successes = 0;
  /** Whether the provider has ever answered: before that a network failure is a wrong address or CORS, not a bad moment. */
  private answered = false;
  private wake: () => void = () => {};
  private change = Promise.resolve();

  constructor(
    private readonly deps: QueueDeps,
    { start = 4, most = 16, tries = 6 }: QueueOptions = {},
  ) {
    this.limit = start;
    this.most = most;
    this.tries = tries;
    this.renew();
  }

  get state(): QueueState {
    const { limit, inFlight, paused, retries, notBefore } = this;
    return { limit, inFlight, paused, retries, notBefore };
  }

  /** Lets calls in flight finish and starts no more until `resume`. */
  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.notify();
  }

  /**
   * Runs `call`, again where a failure may pass. `signal` stops the waiting, not a call in flight: what was sent is paid
   * for, so its reply is awaited.
   * @throws LlmError that waiting does not cure, or that came back `tries` times; the signal's reason
   */
  async run<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      await this.enter(signal);
      const started = this.deps.now();
      let wait = 0;
      try {
        const result = await call();
        this.answered = true;
        this.speedUp();
        return result;
      } catch (error) {
        wait = this.afterFailure(error, attempt, started);
      } finally {
        this.inFlight--;
        this.notify();
      }
      this.retries++;
      if (wait > 0) await this.deps.sleep(wait, signal);
    }
  }

  /** Waits for a free place, the end of a pause, and the time the provider asked for. */
  private async enter(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const wait = this.notBefore - this.deps.now();
      if (this.paused || this.inFlight >= this.limit) await this.nextChange(signal);
      else if (wait > 0) await this.deps.sleep(wait, signal);
      else break;
    }
    this.inFlight++;
  }

  /** Milliseconds until this call may be repeated. Throws the error where it must not be. */
  private afterFailure(error: unknown, attempt: number, started: number): number {
    if (!(error instanceof LlmError)) throw error;
    if (error.kind === 'network' && !this.answered && !error.info.perhapsBilled) throw error;
    if (error.info.status !== undefined) this.answered = true;
    if (!RETRIED.has(error.kind) || attempt >= this.tries) throw error;
    this.successes = 0;
    const wait = error.info.waitMs ?? this.backoff(attempt);
    if (wait > LONGEST_WAIT_MS) throw error;
    if (error.kind !== 'rate') return wait;
    // Calls that were in flight together are refused together: one halving for all of them.
    if (started > this.lastHalving) {
      this.limit = Math.max(1, Math.floor(this.limit / 2));
      this.lastHalving = this.deps.now();
    }
    this.notBefore = Math.max(this.notBefore, this.deps.now() + wait);
    return 0;
  }

  private backoff(attempt: number): number {
    return this.deps.random() * Math.min(LONGEST_BACKOFF_MS, FIRST_WAIT_MS * 2 ** attempt);
  }

  private speedUp(): void {
    this.successes++;
    if (this.successes < 2 * this.limit || this.limit >= this.most) return;
    this.limit++;
    this.successes = 0;
  }

  private async nextChange(signal: AbortSignal | undefined): Promise<void> {
    if (!signal) return this.change;
    let stop: () => void = () => {};
    const aborted = new Promise<void>((resolve) => {
      stop = resolve;
      signal.addEventListener('abort', stop);
    });
    await Promise.race([this.change, aborted]);
    signal.removeEventListener('abort', stop);
  }

  private notify(): void {
    this.wake();
    this.renew();
  }

  private renew(): void {
    this.change = new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}
