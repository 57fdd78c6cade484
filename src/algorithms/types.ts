/** One yielded measurement: step of the algorithm and values under TRL's metric keys. */
export interface Metrics {
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

/** Pause = stop pulling; cancel = `return()`. */
export type Algorithm<Result> = AsyncGenerator<Metrics, Result, void>;

/** Training left the finite numbers. The message says what to change; the last good weights are still in the set. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
  constructor(
    readonly step: number,
    what: string,
    advice: string,
  ) {
    super(`${what} is not finite at step ${step}. The weights of the step before are kept. ${advice}`);
  }
}
