/** Sizes of the transformer of `nn/layout.ts`. */
export interface ModelShape {
  /** Vocabulary size V, reserved ids included. */
  readonly vocab: number;
  /** Width d of the residual stream; a multiple of 4 * heads. */
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Longest sequence. */
  readonly positions: number;
  /** Number K of value outputs. */
  readonly valueHeads: number;
}
