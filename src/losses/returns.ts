/** Rewards, returns and their scale: plain arrays, since no gradient passes through them. All [B * S], row-major. */

/**
 * Rewards of one token each: -beta * (log p - log q) on every response token, plus (1 - beta) * score on the last.
 * Their undiscounted sum over a response is the objective of Lee et al. 2023 (arXiv 2309.00267), with the k1 estimate:
 * (1 - beta) r(x, y) - beta log(pi(y | x) / pi_SFT(y | x)).
 * @param scores [B] reward of each response.
 * @param lengths [B] response tokens, at least 1.
 */
export function klPenalisedRewards(
  scores: ArrayLike<number>,
  logp: Float32Array,
  referenceLogp: Float32Array,
  lengths: ArrayLike<number>,
  beta: number,
): Float32Array {
  const scored = logp.length / lengths.length;
  const rewards = new Float32Array(logp.length);
  for (let b = 0; b < lengths.length; b++) {
    for (let s = 0; s < lengths[b]!; s++) {
      const i = b * scored + s;
      rewards[i] = -beta * (logp[i]! - referenceLogp[i]!);
    }
    const last = b * scored + lengths[b]! - 1;
    rewards[last] = rewards[last]! + (1 - beta) * scores[b]!;
  }
  return rewards;
}

/** Z_t = sum_{u >= t} gamma^(u - t) R_u within each response; 0 past its end. */
export function discountedReturns(rewards: Float32Array, lengths: ArrayLike<number>, gamma: number): Float32Array {
  const scored = rewards.length / lengths.length;
  const returns = new Float32Array(rewards.length);
  for (let b = 0; b < lengths.length; b++) {
    let tail = 0;
    for (let s = lengths[b]! - 1; s >= 0; s--) {
      tail = rewards[b * scored + s]! + gamma * tail;
      returns[b * scored + s] = tail;
    }
  }
  return returns;
}

export interface Moments {
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
}

/** Mean and population standard deviation of the values with a non-zero mask. NaN where there are none. */
export function moments(values: ArrayLike<number>, mask?: ArrayLike<number>): Moments {
  let count = 0;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    if (mask && mask[i] === 0) continue;
    count++;
    sum += values[i]!;
  }
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    if (mask && mask[i] === 0) continue;
    squares += (values[i]! - mean) ** 2;
  }
  return { mean, std: Math.sqrt(squares / count) };
}

/** (x - mean) / (std + 1e-8) with given moments, so that one set of samples can standardise another. */
export function standardise(values: ArrayLike<number>, { mean, std }: Moments): Float32Array {
  return Float32Array.from(values, (x) => (x - mean) / (std + 1e-8));
}

/** x / (std + 1e-8), with the deviation over masked entries; the mean is not taken off. Entries outside become 0. */
export function divideByDeviation(values: Float32Array, mask: ArrayLike<number>): Float32Array {
  const { std } = moments(values, mask);
  return values.map((x, i) => (mask[i] === 0 ? 0 : x / (std + 1e-8)));
}
