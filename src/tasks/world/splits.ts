import { PURPOSE, mix, streamKey, unitFloat } from '../../core/rng';
import type { Split } from '../types';

/** Shares of a world's frames. Fixed: shipped weights depend on them. */
const SHARES: readonly (readonly [Split, number])[] = [
  ['sft', 0.3],
  ['judge', 0.25],
  ['preference', 0.1],
  ['rl', 0.15],
  ['validation', 0.08],
  ['test', 0.12],
];

/** What tells one frame from another. */
export interface FrameIdentity<Told> {
  /** 32-bit hash of a frame's facts, the same for any wording, order or seed. */
  readonly frameHash: (facts: readonly Told[], salt: number) => number;
  /** The split a frame belongs to: a fixed hash, no seed. */
  readonly splitOf: (facts: readonly Told[]) => Split;
  /** Id of a frame: the same for each wording of the same facts. */
  readonly frameId: (facts: readonly Told[]) => string;
}

/**
 * @param start of the hash, a world's own.
 * @param textOf what a fact adds to the identity of a frame.
 */
export function frameIdentity<Told>(start: number, textOf: (fact: Told) => string): FrameIdentity<Told> {
  const frameHash = (facts: readonly Told[], salt: number): number => {
    const text = facts.map(textOf).sort().join(';');
    let hash = mix(start, salt);
    for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i));
    return hash;
  };
  const splitOf = (facts: readonly Told[]): Split => {
    let left = unitFloat(frameHash(facts, 1));
    for (const [split, share] of SHARES) {
      left -= share;
      if (left < 0) return split;
    }
    return 'test';
  };
  return { frameHash, splitOf, frameId: (facts) => hex(frameHash(facts, 2)) + hex(frameHash(facts, 3)) };
}

/** A u32 in eight digits. */
export function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}

const SPLIT_KEYS: Readonly<Record<Split, number>> = { sft: 1, judge: 2, preference: 3, rl: 4, validation: 5, test: 6 };

/**
 * Key of the stream of a call `prompts(split, ., seed)`.
 *
 * @param world keeps a world's streams apart from those of the others; nothing for the first.
 */
export function promptStreamKey(split: Split, seed: number, ...world: readonly number[]): number {
  return streamKey(seed, PURPOSE.world, ...world, SPLIT_KEYS[split]);
}
