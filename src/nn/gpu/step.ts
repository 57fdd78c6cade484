/** A step of AdamW as calls. */
import type { Layout } from '../layout';
import { adamw, sumSquares } from './kernels/optimizer';
import type { Call } from './program';

/** Index of the view of each group of four parameters, [layout.size / 4]. */
export function viewOfGroups({ views, size }: Layout): Uint32Array<ArrayBuffer> {
  const viewOf = new Uint32Array(size / 4);
  views.forEach(({ offset, size: floats }, v) => viewOf.fill(v, offset / 4, Math.ceil((offset + floats) / 4)));
  return viewOf;
}

/** What a step works on, beside the index of the views. */
export interface StepBuffers {
  readonly params: GPUBuffer;
  readonly gradient: GPUBuffer;
  readonly first: GPUBuffer;
  readonly second: GPUBuffer;
  readonly settings: GPUBuffer;
  readonly state: GPUBuffer;
}

/** The calls of a step. */
export function stepCalls({ size }: Layout, buffers: StepBuffers, viewOf: GPUBuffer): Call[] {
  return [sumSquares({ size, viewOf, ...buffers }), adamw({ size, viewOf, ...buffers })];
}
