import { CancelledError } from './endpoint';
import type { Commands } from './protocol';

type Action = Commands['control']['in']['action'];

/**
 * Where a running stage listens to Pause, Step and Stop. Stages pass it before each piece of work; a step ends where
 * there is something new to see.
 */
export class Gate {
  private paused = false;
  /** One step is under way: pieces of work go through until `stepDone`. */
  private stepping = false;
  private cancelled = false;
  private waiting: (() => void)[] = [];
  private waited = 0;

  /** @param beforeWaiting called when a stage is about to wait, so that nothing it said is held back meanwhile. */
  constructor(private readonly beforeWaiting: () => void = () => undefined) {}

  control(action: Action): void {
    switch (action) {
      case 'pause':
        this.paused = true;
        return;
      case 'step':
        this.stepping = true;
        break;
      case 'resume':
        this.paused = false;
        this.stepping = false;
        break;
      case 'cancel':
        this.cancelled = true;
        break;
    }
    const woken = this.waiting;
    this.waiting = [];
    for (const wake of woken) wake();
  }

  /** Seconds spent waiting so far, so that clocks can leave them out. */
  get secondsWaited(): number {
    return this.waited;
  }

  /** There is something new to see: a step ends here. */
  stepDone(): void {
    this.stepping = false;
  }

  /** Lets messages in, waits while paused. @throws CancelledError after `cancel`, once: the next run starts afresh. */
  async pass(): Promise<void> {
    await yieldToMessages();
    while (this.paused && !this.stepping && !this.cancelled) {
      this.beforeWaiting();
      const since = performance.now();
      await new Promise<void>((resolve) => this.waiting.push(resolve));
      this.waited += (performance.now() - since) / 1000;
    }
    if (this.cancelled) {
      this.cancelled = false;
      throw new CancelledError();
    }
  }
}

/** Engine work is synchronous on the CPU; without this a worker would not hear anything until the run is over. */
function yieldToMessages(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
