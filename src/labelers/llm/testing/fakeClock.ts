import type { QueueDeps } from '../queue';

/** Time that stands still until `run`, which goes from sleeper to sleeper. */
export class FakeClock implements QueueDeps {
  private time = 0;
  private sleepers: { until: number; wake: () => void }[] = [];
  /** What `random` gives. */
  chance = 0.5;

  now(): number {
    return this.time;
  }

  random(): number {
    return this.chance;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { until: this.time + ms, wake: resolve };
      this.sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        reject(signal.reason as Error);
      });
    });
  }

  /** Lets everything that waits for no time happen, then wakes the next sleeper, until none is due before `until`. */
  async run(until = Infinity): Promise<void> {
    for (;;) {
      await settle();
      this.sleepers.sort((a, b) => a.until - b.until);
      if (!this.sleepers[0] || this.sleepers[0].until > until) break;
      const next = this.sleepers.shift()!;
      this.time = Math.max(this.time, next.until);
      next.wake();
    }
    if (until !== Infinity) this.time = until;
  }
}

/** Lets promises that are ready go on, and theirs. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}
