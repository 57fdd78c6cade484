import {
  add, maximum, mean, mul, neg, reshape, slice, softplus, sub, sum, tidy,
  type Rank, type Scalar, type Tensor1D, type Tensor2D, type Tensor3D,
} from '@tensorflow/tfjs-core';

/** Lowest token log-probability that counts in `likelihoodAwareScore`, nats. */
export const LOGP_FLOOR = -6;

/**
 * Cross-entropy between a soft preference label and the Bradley-Terry model's softmax(r1, r2):
 * L = mean_i [ -p_i log sigma(r1_i - r2_i) - (1 - p_i) log sigma(r2_i - r1_i) ].
 *
 * Lee et al. 2023 (arXiv 2309.00267), appendix on reward-model training; with p in {0, 1} it is the pairwise loss of
 * Christiano et al. 2017. Written with softplus, -log sigma(d) = softplus(-d), which stays finite for any d.
 * @param first [N] scores of the first responses.
 * @param second [N] scores of the second responses.
 * @param pFirst [N] probability that the first is better, 0..1.
 */
export function bradleyTerryLoss(first: Tensor1D, second: Tensor1D, pFirst: Tensor1D): Scalar {
  return tidy(() => {
    const margin = sub(first, second);
    const firstWins = mul(pFirst, softplus(neg(margin)));
    const secondWins = mul(sub(1, pFirst), softplus(margin));
    return mean<Scalar>(add(firstWins, secondWins));
  });
}

export interface PreferenceNoise {
  /** Share of labels taken to be turned round, 0..0.5: a label p counts as p (1 - s) + (1 - p) s. Default 0. */
  readonly labelSmoothing?: number;
  /** [N] by how much the better response should lead, in units of the score, 0 or more. Default 0. */
  readonly margin?: Tensor1D;
}

/**
 * `bradleyTerryLoss` for labels that are known to be noisy or to differ in strength, with d_i = r1_i - r2_i:
 * L = mean_i [ q_i softplus(m_i - d_i) + (1 - q_i) softplus(m_i + d_i) ],   q = p (1 - s) + (1 - p) s.
 *
 * Margin m: Touvron et al. 2023 (arXiv 2307.09288), equation 2, larger where one response is clearly better; for a hard
 * label it is -log sigma(r_w - r_l - m). Label smoothing s: as in Wang et al. 2024 (arXiv 2401.06080). With neither it
 * is `bradleyTerryLoss`.
 * @param first [N] scores of the first responses.
 * @param second [N] scores of the second responses.
 * @param pFirst [N] probability that the first is better, 0..1.
 */
export function noisyBradleyTerryLoss(
  first: Tensor1D,
  second: Tensor1D,
  pFirst: Tensor1D,
  { labelSmoothing = 0, margin }: PreferenceNoise,
): Scalar {
  return tidy(() => {
    const lead = sub(first, second);
    const smoothed = add(mul(pFirst, 1 - 2 * labelSmoothing), labelSmoothing);
    const wanted = margin ?? 0;
    const firstWins = mul(smoothed, softplus(sub(wanted, lead)));
    const secondWins = mul(sub(1, smoothed), softplus(add(wanted, lead)));
    return mean<Scalar>(add(firstWins, secondWins));
  });
}

/**
 * Scores of a batch that holds all first responses and then all second ones (rows 0..N-1, N..2N-1).
 * [2N] -> two [N].
 */
export function splitPairs(scores: Tensor1D): [Tensor1D, Tensor1D] {
  const pairs = scores.shape[0] / 2;
  return [slice(scores, 0, pairs), slice(scores, pairs, pairs)];
}

/** Outputs of the first value head: [B, S, K] -> [B, S]. */
export function headOf(value: Tensor3D): Tensor2D {
  return tidy(() => {
    const [rows, scored] = value.shape;
    return reshape<Rank.R2>(slice(value, [0, 0, 0], [rows, scored, 1]), [rows, scored]);
  });
}

/**
 * The textbook reward head: the value output on the last token's hidden state, r = v(x, y)_end.
 * Stiennon et al. 2020; Ouyang et al. 2022.
 * @param value [B, S, K] value outputs.
 * @param end [B, S] 1 on the column after the last token (`endMask`).
 * @returns [B]
 */
export function lastTokenScore(value: Tensor3D, end: Tensor2D): Tensor1D {
  return tidy(() => sum<Tensor1D>(mul(headOf(value), end), 1));
}

/**
 * The likelihood-aware reward head: the last-token score plus a learned weight for each token's log-probability under
 * the reward model's own language-model head,
 * r = v(x, y)_end + sum_t w_t max(LOGP_FLOOR, log p(y_t | x, y_<t)).
 *
 * A reward model that starts from the SFT policy already finds invented facts unlikely; this lets it say so. Described
 * in docs/metrics.md. Positions past the end carry w_t = 0 (see `nn/types.ts`), so no mask is needed.
 * @param value [B, S, K] value outputs.
 * @param logp [B, S] log-probabilities at temperature 1.
 * @param tokenWeight [B, S] learned weights w_t.
 * @param end [B, S] 1 on the column after the last token (`endMask`).
 * @returns [B]
 */
export function likelihoodAwareScore(
  value: Tensor3D,
  logp: Tensor2D,
  tokenWeight: Tensor2D,
  end: Tensor2D,
): Tensor1D {
  return tidy(() => {
    const likelihood = sum<Tensor1D>(mul(tokenWeight, maximum(logp, LOGP_FLOOR)), 1);
    return add(lastTokenScore(value, end), likelihood);
  });
}
