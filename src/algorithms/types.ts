/** One measurement: step of the algorithm and values under TRL's metric keys. */
export interface Metrics {
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

/**
 * A method under way. Each yield gives the measurements since the last one, in order; the weights then stand at the last
 * step named. Pause = stop pulling; cancel = `return()`.
 */
export type Algorithm<Result> = AsyncGenerator<readonly Metrics[], Result, void>;

/**
 * Training left the finite numbers. The message says what to change. The weights are finite: an update that is not is left
 * out; up to `engine.readEvery - 1` later ones may be in them.
 */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
  constructor(
    readonly step: number,
    what: string,
    advice: string,
  ) {
    super(`${what} is not finite at step ${step}. The weights hold finite updates only. ${advice}`);
  }
}
