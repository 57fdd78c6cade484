// Fine-grained rewards: what a reward model says of the tokens and the whole of a response, as a reward for each token
//   r_t = sum_k w_k sum_j 1[t is the last token of segment j] R_k(j),   the last token also gets w_coverage * coverage
//   R_k(j) = -max over the tokens of segment j of P_k(token is faulty);   k = invention, stumble
// Wu et al. 2023 (arXiv 2306.01693), section 3.2 (equation 1) and 4.2. The weights come after all scoring, so that they can
// be turned while a policy learns.
// Departures: both kinds of fault are judged on the same segments (the paper has sub-sentences for irrelevance, sentences for
// factual errors), by their tokens (the paper classifies a separator before each segment); coverage is paid as it is (the
// paper standardises it). A segment is charged how likely it is to be faulty, where the paper pays +1 for a sound one and -1
// for a faulty one: that was tried first. A small model that saw some hundred marked responses takes hardly any token to be
// faulty more likely than not, so nearly every segment earned, and policies learned to write many: 5% wins against SFT by the
// majority of fresh annotators (3 seeds, quick preset) and gold far below SFT's, whatever the weights.

import { TOKEN } from '../core/tokens';

/** What the reward model says of a response, token by token and at its end. */
export interface TokenJudgement {
  /** Probability that a token belongs to a statement that the prompt does not support. [response tokens] */
  readonly invention: Float32Array;
  /** Probability that a token belongs to a stumble. [response tokens] */
  readonly stumble: Float32Array;
  /** Share of importance covered, about 0..1. */
  readonly coverage: number;
}

/** Rewards before weighing. */
export interface FineGrainedReward {
  /** At the last token of each segment minus the probability that it is faulty, -1..0, else 0. [response tokens] each */
  readonly tokens: { readonly invention: Float32Array; readonly stumble: Float32Array };
  readonly coverage: number;
}

/** Factors on the rewards, 0 or more: what coverage pays, what faults cost. The paper has 0.3 to 0.5. */
export interface FineGrainedWeights {
  readonly coverage: number;
  readonly invention: number;
  readonly stumble: number;
}

/** Index of the last token of each segment of a response, ascending; the last is the response's last token. */
export type SegmentEnds = (response: ArrayLike<number>) => number[];

/**
 * Segments that end at these tokens. Further ones of them, and end-of-text, belong to the segment that they follow, so that
 * punctuation alone earns nothing.
 */
export function segmentsAt(closing: ReadonlySet<number>): SegmentEnds {
  return (response) => {
    const last = response.length - 1;
    const ends: number[] = [];
    for (let t = 0; t < last; t++) {
      const next = response[t + 1]!;
      if (closing.has(response[t]!) && !closing.has(next) && next !== TOKEN.eos) ends.push(t);
    }
    return [...ends, last];
  };
}

/** Rewards of a judged response. @throws RangeError where its segments do not end with it. */
export function segmentRewards({ invention, stumble, coverage }: TokenJudgement, ends: readonly number[]): FineGrainedReward {
  if (ends.at(-1) !== invention.length - 1) throw new RangeError('the last segment must end with the response');
  const judge = (faulty: Float32Array): Float32Array => {
    const rewards = new Float32Array(faulty.length);
    ends.forEach((end, j) => {
      const segment = faulty.subarray(j === 0 ? 0 : ends[j - 1]! + 1, end + 1);
      rewards[end] = -Math.max(...segment);
    });
    return rewards;
  };
  return { tokens: { invention: judge(invention), stumble: judge(stumble) }, coverage };
}

/** One reward a token, whose sum is the response's score. [response tokens] */
export function weigh({ tokens, coverage }: FineGrainedReward, weights: FineGrainedWeights): Float32Array {
  const last = tokens.invention.length - 1;
  return tokens.invention.map((sound, t) =>
    weights.invention * sound + weights.stumble * tokens.stumble[t]! + (t === last ? weights.coverage * coverage : 0));
}
