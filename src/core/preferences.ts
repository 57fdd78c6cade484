/** Two responses to one prompt, to be compared. */
export interface PreferencePair {
  readonly id: string;
  readonly promptId: string;
  /** Word ids with end-of-text where it was reached. */
  readonly responses: readonly [Int32Array, Int32Array];
}

/**
 * A judgement of a pair. Labels are soft. An AI labeler is asked in both presentation orders, and the two
 * distributions over the same response are averaged (Lee et al. 2023, section 2.1.1); the raw answers are kept,
 * since position bias is read from them.
 */
export interface Label {
  readonly pairId: string;
  /** Who labelled: `Labeler.identity.id`. */
  readonly labeler: string;
  /** Probability that responses[0] is better, 0..1. 0.5 where the reply could not be read. */
  readonly pA: number;
  /**
   * P(the response shown first is better) per order asked: [0] responses[0] shown first, [1] responses[1] shown first.
   * One entry for labelers that see no order.
   */
  readonly raw: readonly number[];
  /** False where the reply could not be read; such labels count as ties and stay in n. */
  readonly parsed: boolean;
  readonly rationale?: string;
  readonly costUsd?: number;
  readonly latencyMs?: number;
}
