import type { Curve } from '../core/bundle';
import type { FineTurn } from './fineDial';

/** A training loop after a step: enough to go on with the same numbers as if it had never stopped. */
export interface TrainingCheckpoint {
  readonly step: number;
  readonly parameters: Float32Array;
  /** `OptimizerState` of nn/types, written out: the page knows of checkpoints, not of engines. */
  readonly optimizer: { readonly steps: number; readonly first: Float32Array; readonly second: Float32Array };
  /** Seconds that the stage had taken, pauses left out. */
  readonly seconds: number;
  /** The curves of the arm up to here. */
  readonly curves: Readonly<Record<string, Curve>>;
  /** Where the weights of fine-grained rewards were turned up to here. */
  readonly turns?: readonly FineTurn[];
}

/** What a piece of work has come to: its result, or how far its training is. */
export type Piece = { readonly finished: unknown } | { readonly training: TrainingCheckpoint };

/** A piece of work by its key. */
export interface KeptPiece {
  readonly key: string;
  readonly piece: Piece;
}

/**
 * Default of `Checkpoints`' interval: reading the weights back stalls a GPU, and keeping them is some megabytes of work for
 * the page's thread and the disk. This much of a run is lost at most, about.
 */
const INTERVAL = 5000;

/**
 * What the stages of one run have come to, kept outside the engine: where a GPU is lost, the stage starts over with what
 * is here instead of from nothing. Keys name the arm and the piece of work.
 */
export class Checkpoints {
  private readonly finished = new Map<string, unknown>();
  private readonly training = new Map<string, TrainingCheckpoint>();
  private savedAt = performance.now();
  private hear: ((kept: KeptPiece) => void) | undefined;
  /** How often the run has lost its GPU. */
  losses = 0;

  /** @param interval shortest time between two checkpoints of training, milliseconds. */
  constructor(
    readonly runId: string,
    private readonly interval = INTERVAL,
  ) {}

  /** From here on somebody hears of every piece, or nobody does: to go on with them in another page. */
  tell(hear: ((kept: KeptPiece) => void) | undefined): void {
    this.hear = hear;
  }

  /** Takes over what an interrupted run left; what has been done here since is further on and stays. */
  adopt(pieces: readonly KeptPiece[]): void {
    for (const { key, piece } of pieces) {
      if (this.finished.has(key) || this.training.has(key)) continue;
      if ('finished' in piece) this.finished.set(key, piece.finished);
      else this.training.set(key, piece.training);
    }
  }

  /** The result of a piece of work that does not live on the engine; done once, whatever happens afterwards. */
  async once<T>(key: string, work: () => Promise<T>): Promise<T> {
    if (!this.finished.has(key)) {
      const finished = await work();
      this.finished.set(key, finished);
      this.training.delete(key);
      this.hear?.({ key, piece: { finished } });
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
    this.hear?.({ key, piece: { training: checkpoint } });
  }
}
