/**
 * Losses that teach a policy from labelled pairs (or single responses) without a reward model: the policy's own
 * log-probability is the reward.
 *
 * A score s(x, y) stands for what a loss compares: log pi(y | x), less log pi_ref(y | x) where the loss has a reference
 * (then s is the log-ratio Delta), divided by the number of tokens where it says so. beta s is the implicit reward.
 * Losses of one pair are written for "chosen is better than rejected"; `directPreferenceLoss` weighs both directions by
 * a soft label. All are finite for any finite score.
 */
import {
  add, div, maximum, mean, mul, relu, reshape, sigmoid, softplus, square, sub, tidy, unstack,
  type Scalar, type Tensor1D,
} from '@tensorflow/tfjs-core';

/** The numbers a loss is tuned by. Each says which losses read it; the others do not look at it. */
export interface DirectSettings {
  /** > 0. Weight of the implicit reward (DPO, cDPO, robust DPO, SimPO); tau (IPO); 1 / margin in nats (SLiC-HF). */
  readonly beta: number;
  /** Probability that a label is flipped, 0..1/2, below 1/2 for robust DPO. cDPO and robust DPO. */
  readonly labelSmoothing: number;
  /** Target reward margin gamma, >= 0. SimPO. */
  readonly targetMargin: number;
  /** Weight lambda of the chosen response's negative log-likelihood, >= 0. SLiC-HF. */
  readonly sftCoef: number;
}

export type DirectLossName = 'dpo' | 'cdpo' | 'robust' | 'ipo' | 'slic' | 'simpo';

export interface DirectLoss {
  /** Whether the score is the log-ratio to a reference, instead of the log-probability. */
  readonly reference: boolean;
  /** Whether the score is divided by the number of response tokens. */
  readonly perToken: boolean;
  readonly defaults: DirectSettings;
  /** [N] scores of chosen and of rejected responses -> [N] losses. */
  readonly loss: (chosen: Tensor1D, rejected: Tensor1D, settings: DirectSettings) => Tensor1D;
}

const NONE = { labelSmoothing: 0, targetMargin: 0, sftCoef: 0 };

/**
 * The losses by name. Defaults: DPO's beta 0.1 (the paper's), tau 0.1 and flip rate 0.1 (TRL's range), SimPO's beta 2 and
 * gamma / beta 0.5 (its repository, Llama 3 base); margin and weight of SLiC-HF are ours.
 */
export const DIRECT_LOSSES: Readonly<Record<DirectLossName, DirectLoss>> = {
  dpo: {
    reference: true, perToken: false, defaults: { ...NONE, beta: 0.1 },
    loss: (chosen, rejected, { beta }) => dpoLoss(chosen, rejected, beta),
  },
  cdpo: {
    reference: true, perToken: false, defaults: { ...NONE, beta: 0.1, labelSmoothing: 0.1 },
    loss: (chosen, rejected, { beta, labelSmoothing }) => cdpoLoss(chosen, rejected, beta, labelSmoothing),
  },
  robust: {
    reference: true, perToken: false, defaults: { ...NONE, beta: 0.1, labelSmoothing: 0.1 },
    loss: (chosen, rejected, { beta, labelSmoothing }) => robustDpoLoss(chosen, rejected, beta, labelSmoothing),
  },
  ipo: {
    reference: true, perToken: true, defaults: { ...NONE, beta: 0.1 },
    loss: (chosen, rejected, { beta }) => ipoLoss(chosen, rejected, beta),
  },
  slic: {
    reference: false, perToken: false, defaults: { ...NONE, beta: 1, sftCoef: 0.1 },
    loss: (chosen, rejected, { beta, sftCoef }) => slicLoss(chosen, rejected, beta, sftCoef),
  },
  simpo: {
    reference: false, perToken: true, defaults: { ...NONE, beta: 2, targetMargin: 1 },
    loss: (chosen, rejected, { beta, targetMargin }) => simpoLoss(chosen, rejected, beta, targetMargin),
  },
};

/**
 * DPO: -log sigma(beta (s_w - s_l)), s = log pi / pi_ref. [N], [N] -> [N]
 * Rafailov et al. 2023 (arXiv 2305.18290), equation 7.
 */
export function dpoLoss(chosen: Tensor1D, rejected: Tensor1D, beta: number): Tensor1D {
  return tidy(() => softplus(mul(sub(rejected, chosen), beta)));
}

/**
 * Conservative DPO: (1 - e) L(w, l) + e L(l, w), the DPO loss under labels that are flipped with probability e. Its
 * minimum is finite: sigma(beta (s_w - s_l)) = 1 - e. [N], [N] -> [N]
 * Mitchell 2023, "A note on DPO with noisy preferences & relationship to IPO".
 */
export function cdpoLoss(chosen: Tensor1D, rejected: Tensor1D, beta: number, flipped: number): Tensor1D {
  return tidy(() => {
    const asLabelled = mul(dpoLoss(chosen, rejected, beta), 1 - flipped);
    return add(asLabelled, mul(dpoLoss(rejected, chosen, beta), flipped));
  });
}

/**
 * Robust DPO: [(1 - e) L(w, l) - e L(l, w)] / (1 - 2e), whose mean over flips of probability e is the DPO loss on the
 * true labels. [N], [N] -> [N]
 * Chowdhury et al. 2024 (arXiv 2403.00409).
 * @throws RangeError where e is not in [0, 1/2).
 */
export function robustDpoLoss(chosen: Tensor1D, rejected: Tensor1D, beta: number, flipped: number): Tensor1D {
  if (!(flipped >= 0 && flipped < 0.5)) throw new RangeError(`robust DPO: a flip rate of ${flipped} is not in [0, 1/2)`);
  return tidy(() => {
    const asLabelled = mul(dpoLoss(chosen, rejected, beta), 1 - flipped);
    return div(sub(asLabelled, mul(dpoLoss(rejected, chosen, beta), flipped)), 1 - 2 * flipped);
  });
}

/**
 * IPO: (s_w - s_l - 1 / (2 tau))^2. Where DPO drives pi(l) to 0 on labels that never vary, this has a finite minimum.
 * [N], [N] -> [N]
 * Azar et al. 2023 (arXiv 2310.12036), equation 17. Length: s is the log-ratio per token, as TRL has it on the authors'
 * advice, so that tau means the same for any length; the paper's equation has the sum over tokens.
 */
export function ipoLoss(chosen: Tensor1D, rejected: Tensor1D, tau: number): Tensor1D {
  return tidy(() => square(sub(sub(chosen, rejected), 1 / (2 * tau))));
}

/**
 * SLiC-HF: max(0, 1 - beta (s_w - s_l)) - lambda s_w, s = log pi: a hinge and the likelihood of the chosen response, which
 * keeps the policy near what it was trained on. [N], [N] -> [N]
 * Zhao et al. 2023 (arXiv 2305.10425), divided by the margin delta = 1 / beta; of the paper's two choices of
 * a regularisation target this is the best ranked response.
 */
export function slicLoss(chosen: Tensor1D, rejected: Tensor1D, beta: number, sftCoef: number): Tensor1D {
  return tidy(() => sub(relu(sub(1, mul(sub(chosen, rejected), beta))), mul(chosen, sftCoef)));
}

/**
 * SimPO: -log sigma(beta (s_w - s_l) - gamma), s = log pi per token; no reference. [N], [N] -> [N]
 * Meng et al. 2024 (arXiv 2405.14734).
 */
export function simpoLoss(chosen: Tensor1D, rejected: Tensor1D, beta: number, targetMargin: number): Tensor1D {
  return tidy(() => softplus(add(mul(sub(rejected, chosen), beta), targetMargin)));
}

/**
 * Scores of responses for a loss. [B]
 * @param logp [B] log pi(y | x), nats.
 * @param referenceLogp [B] log pi_ref(y | x), nats; read where the loss has a reference.
 * @param tokens [B] response tokens, at least 1 each; read where the score is per token.
 */
export function directScores(name: DirectLossName, logp: Tensor1D, referenceLogp: Tensor1D, tokens: Tensor1D): Tensor1D {
  const { reference, perToken } = DIRECT_LOSSES[name];
  return tidy(() => {
    const score: Tensor1D = reference ? sub(logp, referenceLogp) : logp.clone();
    return perToken ? div(score, tokens) : score;
  });
}

/**
 * A loss under soft labels: mean_i [ p_i L(first, second) + (1 - p_i) L(second, first) ], its expectation over labels
 * drawn with probability p. A soft label is used as it is; for DPO that is cDPO with e = 1 - p of each pair's own, and
 * IPO's target becomes (2p - 1) / (2 tau).
 * @param scores [2N] of `directScores`: the first and second response of each pair side by side.
 * @param pFirst [N] probability that the first is better, 0..1.
 */
export function directPreferenceLoss(
  name: DirectLossName, scores: Tensor1D, pFirst: Tensor1D, settings: DirectSettings,
): Scalar {
  const { loss } = DIRECT_LOSSES[name];
  return tidy(() => {
    const [first, second] = unstack(reshape(scores, [-1, 2]), 1) as [Tensor1D, Tensor1D];
    const firstWins = mul(pFirst, loss(first, second, settings));
    return mean<Scalar>(add(firstWins, mul(sub(1, pFirst), loss(second, first, settings))));
  });
}

export interface KtoSettings {
  /** > 0. */
  readonly beta: number;
  /** lambda_D and lambda_U, >= 0. Keep lambda_D n_D / (lambda_U n_U) within 1..3/2, n the numbers of either kind. */
  readonly desirableWeight: number;
  readonly undesirableWeight: number;
}

/**
 * KTO: mean_i [ p_i lambda_D (1 - sigma(beta (Delta_i - z0))) + (1 - p_i) lambda_U (1 - sigma(beta (z0 - Delta_i))) ].
 * Ethayarajh et al. 2024 (arXiv 2402.01306), equation 8, without the constant lambda_y; a soft label stands for its
 * expectation.
 * @param logRatio [B] Delta = log pi(y | x) - log pi_ref(y | x).
 * @param pDesirable [B] probability that the response is desirable, 0..1.
 * @param referencePoint z0 (`ktoReferencePoint`), a constant.
 */
export function ktoLoss(logRatio: Tensor1D, pDesirable: Tensor1D, referencePoint: Scalar, settings: KtoSettings): Scalar {
  const { beta, desirableWeight, undesirableWeight } = settings;
  return tidy(() => {
    const gain = mul(sub(logRatio, referencePoint), beta);
    const missedGain = mul(mul(pDesirable, desirableWeight), sigmoid(mul(gain, -1)));
    const missedLoss = mul(mul(sub(1, pDesirable), undesirableWeight), sigmoid(gain));
    return mean<Scalar>(add(missedGain, missedLoss));
  });
}

/**
 * KTO's z0 = max(0, mean_i [ log pi(y'_i | x_i) - log pi_ref(y'_i | x_i) ]) over mismatched responses, a biased estimate of
 * KL(pi || pi_ref). No gradient passes through it: compute it outside the loss. [B], [B] -> scalar, nats
 * Ethayarajh et al. 2024 (arXiv 2402.01306).
 */
export function ktoReferencePoint(mismatchedLogp: Tensor1D, mismatchedReferenceLogp: Tensor1D): Scalar {
  return tidy(() => maximum<Scalar>(mean<Scalar>(sub(mismatchedLogp, mismatchedReferenceLogp)), 0));
}
