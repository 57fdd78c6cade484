/**
 * A bare matrix product through whatever an engine multiplies with: the yardstick for what its training steps reach.
 * The product is [PEAK.m, PEAK.k] x [PEAK.k, PEAK.n], shaped like a linear layer over a batch's tokens.
 */
export const PEAK = { m: 2048, k: 256, n: 256 } as const;

/** Multiply-adds of one product, each counted twice. */
export const PEAK_FLOPS = 2 * PEAK.m * PEAK.k * PEAK.n;

export interface PeakProbe {
  /** Computes the product this many times; resolves when the last is done. */
  run(times: number): Promise<void>;
  dispose(): void;
}
