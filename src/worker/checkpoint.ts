import type { Curve } from '../core/bundle';
import type { OptimizerState } from '../nn/types';

/** A training loop after a step: enough to go on with the same numbers as if it had never stopped. */
export interface TrainingCheckpoint {
  readonly step: number;
  readonly parameters: Float32Array;
  readonly optimizer: OptimizerState;
  /** Seconds that the stage had taken, pauses left out. */
  readonly seconds: number;
  /** The curves of the arm up to here. */
  readonly curves: Readonly<Record<string, Curve>>;
}

/** Default of `Checkpoints`' interval: reading the weights back stalls a GPU. */
const INTERVAL = 2000;

/**
 * What the stages of one run have come to, kept outside the engine: where a GPU is lost, the stage starts over with what
 * is here instead of from nothing. Keys name the arm and the piece of work.
 */
export class Checkpoints {
  private readonly finished = new Map<string, unknown>();
  private readonly training = new Map<string, TrainingCheckpoint>();
  private savedAt = performance.now();
  /** How often the run has lost its GPU. */
  losses = 0;

  /** @param interval shortest time between two checkpoints of training, milliseconds. */
  constructor(
    readonly runId: string,
    private readonly interval = INTERVAL,
  ) {}

  /** The result of a piece of work that does not live on the engine; done once, whatever happens afterwards. */
  async once<T>(key: string, work: () => Promise<T>): Promise<T> {
    if (!this.finished.has(key)) {
      this.finished.set(key, await work());
      this.training.delete(key);
    }
    return this.finished.get(key) as T;
  }

  trainingOf(key: string): TrainingCheckpoint | undefined {
    return this.training.get(key);
  }

  /** Whether the last checkpoint is old enough for another. */
  get due(): boolean {
    return performance.now() - this.savedAt >= this.interval;
  }

  saveTraining(key: string, checkpoint: TrainingCheckpoint): void {
    this.training.set(key, checkpoint);
    this.savedAt = performance.now();
  }
}
