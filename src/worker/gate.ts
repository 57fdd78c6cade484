import { CancelledError } from './endpoint';
import type { Commands } from './protocol';

type Action = Commands['control']['in']['action'];

/** Where a running stage listens to Pause, Step and Stop: it passes the gate before each piece of work. */
export class Gate {
  private paused = false;
  private cancelled = false;
  private wake: (() => void) | undefined;

  control(action: Action): void {
    if (action === 'pause') this.paused = true;
    if (action === 'resume') this.paused = false;
    if (action === 'cancel') this.cancelled = true;
    // A waiting run goes on for `resume` and `cancel`, and once for `step`.
    if (action !== 'pause') this.wake?.();
  }

  /** Lets messages in, waits while paused. @throws CancelledError after `cancel`. */
  async pass(): Promise<void> {
    await yieldToMessages();
    if (this.paused && !this.cancelled) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      this.wake = undefined;
    }
    if (this.cancelled) throw new CancelledError();
  }
}

/** Engine work is synchronous on the CPU; without this a worker would not hear anything until the run is over. */
function yieldToMessages(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
