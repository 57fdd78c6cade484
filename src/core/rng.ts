/**
 * The one source of randomness: a counter-based generator.
 *
 * A random number is a pure function of a key (seed, purpose, step, row, position), so the order in which numbers are
 * drawn, the number of workers and the batch layout cannot change a result. The same few u32 operations are written
 * again in AssemblyScript (`assembly/rng.ts`) and WGSL; tests hold all three to the same bits.
 *
 * The mixing function is PCG-RXS-M-XS 32 (O'Neill 2014), used as a hash as in Jarzynski & Olano, JCGT 9(3), 2020.
 */

/** What a number is drawn for. Two purposes never share a stream. Values are part of every recorded result. */
export const PURPOSE = {
  world: 1,
  writer: 2,
  init: 3,
  shuffle: 4,
  sample: 5,
  annotator: 6,
  vote: 7,
  noise: 8,
  bootstrap: 9,
  rollout: 10,
  evaluation: 11,
  select: 12,
  judge: 13,
  test: 14,
} as const;
export type Purpose = (typeof PURPOSE)[keyof typeof PURPOSE];

/** PCG-RXS-M-XS output function of one LCG step. u32 -> u32. */
export function pcg(value: number): number {
  const state = (Math.imul(value, 747796405) + 2891336453) >>> 0;
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737) >>> 0;
  return ((word >>> 22) ^ word) >>> 0;
}

/** Folds one more key part into a hash. u32, u32 -> u32. */
export function mix(hash: number, part: number): number {
  return pcg((hash ^ (Math.imul(part, 0x9e3779b1) + 0x85ebca6b)) >>> 0);
}

/** The key of a stream: hash of seed, purpose and any further integers. */
export function streamKey(seed: number, purpose: Purpose, ...parts: number[]): number {
  let hash = mix(mix(0x2545f491, seed), purpose);
  for (const part of parts) hash = mix(hash, part);
  return hash;
}

/** Random u32 at (row, position) of a stream. */
export function randomU32(key: number, row: number, position: number): number {
  return mix(mix(key, row), position);
}

/** The u32 as a float in [0, 1) with 24 random bits, exact in float32. */
export function unitFloat(u32: number): number {
  return (u32 >>> 8) * 2 ** -24;
}

/** A sequential reader of one stream, for generators that draw as they go. */
export class Stream {
  private position = 0;
  constructor(
    private readonly key: number,
    private readonly row = 0,
  ) {}

  /** Next u32. */
  u32(): number {
    return randomU32(this.key, this.row, this.position++);
  }

  /** Next float in [0, 1). */
  unit(): number {
    return unitFloat(this.u32());
  }

  /** Next integer in [0, n). */
  int(n: number): number {
    return Math.floor(this.unit() * n);
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('pick from an empty list');
    return items[this.int(items.length)]!;
  }

  /** Standard normal deviate (Box-Muller, one of the pair). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()));
    return radius * Math.cos(2 * Math.PI * this.unit());
  }

  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const out = items.slice();
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      [out[i], out[j]] = [out[j]!, out[i]!];
    }
    return out;
  }
}

/**
 * FNV-1a (Fowler, Noll, Vo) over the UTF-16 code units of a string, as a key part. u32. Equal to the byte-wise hash for
 * ASCII, which all ids are.
 */
export function hashString(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
