// d-RLAIF: the AI labeler's own scores as the reward of RL, without a reward model
//   s(y | x) = sum_{i = 1..10} i P(i | y, x),   r = (s - 5.5) / 4.5
// P is the labeler's distribution over the scores 1 to 10, renormalised over those ten tokens.
// Lee et al. 2023 (arXiv 2309.00267), section 2.2.2: the expected score, normalised to [-1, 1].
// Departures: the paper does not print the affine map; this one takes 1 to -1 and 10 to 1. A run standardises the result on
// SFT samples like every other reward, where that is not switched off.

/** Rewards in [-1, 1]. @param scores N of [10], each adding up to 1. */
export function directReward(scores: readonly ArrayLike<number>[]): Float32Array {
  return Float32Array.from(scores, (distribution) => {
    const expected = Array.from(distribution).reduce((sum, p, i) => sum + (i + 1) * p, 0);
    return (expected - 5.5) / 4.5;
  });
}
