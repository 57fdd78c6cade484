import { toHumanPair, type Comparison, type HumanPair } from '../core/humanPairs';
import { hashString, mix } from '../core/rng';

interface Kept {
  readonly pair: HumanPair;
  /** Where it was first found. */
  readonly order: number;
  readonly rank: number;
  /** Votes so far: how many, and the sum for responses[0]. */
  votes: number;
  forFirst: number;
}

/** Salt of the hash that decides which pairs are kept. */
const SAMPLE = 0x5a3b1e;

/**
 * Keeps at most `limit` pairs of any number: those whose ids have the lowest hashes. A fixed choice, the same for the
 * same pairs in any order, and a fair one, as the hash knows nothing of the texts. A pair that comes again is another
 * vote on it, and its preference becomes the mean of the votes.
 */
export class PairSample {
  private readonly kept = new Map<string, Kept>();
  /** Ranks from here on are out. */
  private bound = Infinity;
  private offered = 0;

  constructor(private readonly limit: number) {}

  add(comparison: Comparison): void {
    const pair = toHumanPair(comparison);
    this.offered++;
    const known = this.kept.get(pair.id);
    if (known) {
      known.votes++;
      known.forFirst += pair.people;
      return;
    }
    const rank = mix(SAMPLE, hashString(pair.id));
    if (rank >= this.bound) return;
    // A text cut out of a piece of the file would keep the whole piece in memory; a clone is a text of its own.
    this.kept.set(pair.id, { pair: structuredClone(pair), order: this.offered, rank, votes: 1, forFirst: pair.people });
    // Pruning at twice the limit keeps the cost per pair constant.
    if (this.kept.size >= 2 * this.limit) this.prune();
  }

  private prune(): void {
    const byRank = [...this.kept.values()].sort((a, b) => a.rank - b.rank || a.order - b.order);
    for (const { pair } of byRank.slice(this.limit)) this.kept.delete(pair.id);
    if (byRank.length >= this.limit) this.bound = byRank[this.limit - 1]!.rank;
  }

  /**
   * The kept pairs in the order in which they were found; how many comparisons were offered, and how many were further
   * votes on a kept pair.
   */
  result(): { pairs: HumanPair[]; comparisons: number; repeated: number } {
    this.prune();
    const kept = [...this.kept.values()].sort((a, b) => a.order - b.order);
    return {
      pairs: kept.map(({ pair, votes, forFirst }) => ({ ...pair, people: forFirst / votes })),
      comparisons: this.offered,
      repeated: kept.reduce((sum, { votes }) => sum + votes - 1, 0),
    };
  }
}
