// Small models, batches and gradients for this folder's tests.
import { PURPOSE, Stream, streamKey } from '../../../core/rng';
import { packBatch, type Sequence } from '../../batch';
import { type Layout, layoutOf, type ModelShape } from '../../layout';
import type { Batch, Forward, OutputName } from '../../types';
import type { CpuEngine } from '../engine';
import { loadCpuEngine } from '../loadNode';

export const SMALL: ModelShape = { vocab: 53, width: 16, layers: 2, heads: 2, positions: 24, valueHeads: 2 };

export function loadEngine(): Promise<CpuEngine> {
  return loadCpuEngine();
}

export function testStream(...parts: number[]): Stream {
  return new Stream(streamKey(7, PURPOSE.test, ...parts));
}

/** Parameters of a size at which every part of the model bends: nothing is near its initial zero or one. */
export function livelyParameters(layout: Layout, seed = 1): Float32Array {
  const values = new Float32Array(layout.size);
  const stream = testStream(100, seed);
  for (const { name, offset, size } of layout.views) {
    for (let i = 0; i < size; i++) values[offset + i] = 0.3 * stream.normal() + (/ln_\w+\.weight/.test(name) ? 1 : 0);
  }
  return values;
}

/** Sequences of 3 to `longest` random tokens with extra inputs, scored from a random position. */
export function randomSequences(count: number, vocab: number, longest: number, seed = 1): Required<Sequence>[] {
  const stream = testStream(200, seed);
  return Array.from({ length: count }, () => {
    const size = 3 + stream.int(longest - 2);
    return {
      tokens: Array.from({ length: size }, () => stream.int(vocab)),
      scoreFrom: stream.int(size),
      extra: Array.from({ length: size }, () => stream.normal()),
    };
  });
}

export function smallBatch(seed = 1): Batch {
  return packBatch(randomSequences(5, SMALL.vocab, 21, seed));
}

export function smallModel(engine: CpuEngine, shape: ModelShape = SMALL, seed = 1) {
  const layout = layoutOf(shape);
  const values = livelyParameters(layout, seed);
  return { layout, values, params: engine.createParameters(shape, values) };
}

/** Number of values in an output of a batch. */
export function outputShape(name: OutputName, batch: Batch, shape: ModelShape, choices: number): number[] {
  if (name === 'value') return [batch.rows, batch.scored, shape.valueHeads];
  if (name === 'choiceLogp') return [batch.rows, choices];
  return [batch.rows, batch.scored];
}

export function randomValues(count: number, ...parts: number[]): Float32Array {
  const stream = testStream(300, ...parts);
  return Float32Array.from({ length: count }, () => stream.normal());
}

/** An output's values. */
export function read(forward: Forward, name: OutputName): Float32Array {
  return forward.outputs[name]!.dataSync<'float32'>().slice();
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i]! - b[i]!));
  return worst;
}
