import type { FineGrainedWeights } from '../algorithms/fineGrainedRewards';

/** From an iteration on (counted from 1), other weights. */
export interface FineTurn {
  readonly iteration: number;
  readonly weights: FineGrainedWeights;
}

/**
 * The weights of an arm's fine-grained rewards, which the visitor may turn while it runs. They change between iterations
 * only: all of one iteration is paid by the same.
 */
export class FineDial {
  private readonly taken: FineTurn[];
  private asked: FineGrainedWeights;

  /**
   * @param set the arm's settings
   * @param turns of an interrupted run, up to where it is gone on with
   * @param asked what was asked for last in it
   */
  constructor(private readonly set: FineGrainedWeights, turns: readonly FineTurn[] = [], asked?: FineGrainedWeights) {
    this.taken = [...turns];
    this.asked = asked ?? this.current;
  }

  /** Asks for other weights from the next iteration on. */
  turn(weights: FineGrainedWeights): void {
    this.asked = weights;
  }

  /**
   * The weights of an iteration that begins. Iterations come in order; one that comes again, after a GPU was lost, and all
   * after it, are run with what is asked for now.
   * @param iteration from 0
   */
  at(iteration: number): FineGrainedWeights {
    while (this.taken.length > 0 && this.taken.at(-1)!.iteration > iteration) this.taken.pop();
    if (!same(this.asked, this.current)) this.taken.push({ iteration: iteration + 1, weights: this.asked });
    return this.current;
  }

  get current(): FineGrainedWeights {
    return this.taken.at(-1)?.weights ?? this.set;
  }

  get turns(): readonly FineTurn[] {
    return this.taken;
  }
}

function same(a: FineGrainedWeights, b: FineGrainedWeights): boolean {
  return a.coverage === b.coverage && a.invention === b.invention && a.stumble === b.stumble;
}
