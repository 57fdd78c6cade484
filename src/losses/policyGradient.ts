import {
  add, customGrad, div, mul, neg, square, sub, sum, tidy,
  type Scalar, type Tensor, type Tensor2D,
} from '@tensorflow/tfjs-core';
import { maskedMean } from './masked';

/**
 * Policy gradient with a baseline: L = -sum_t m_t log pi(a_t | x_t) A_t / sum_t m_t, with A_t = sg(Z_t - V(x_t)).
 *
 * REINFORCE (Williams 1992) as Lee et al. 2023 (arXiv 2309.00267, appendix on RL) use it, except that the sum over the
 * batch's tokens is divided by their number, which rescales a batch as a whole and favours no length within it.
 * @param logp [B, S] log-probabilities of the actions at the sampling temperature.
 * @param advantage [B, S] constants: the caller stops the gradient by computing them outside.
 * @param mask [B, S] 1 on actions.
 */
export function policyGradientLoss(logp: Tensor2D, advantage: Tensor2D, mask: Tensor2D): Scalar {
  return tidy(() => neg<Scalar>(maskedMean(mul(logp, advantage), mask)));
}

/**
 * Squared error of the value baseline: L = sum_t m_t (Z_t - V(x_t))^2 / sum_t m_t.
 * Lee et al. 2023 (arXiv 2309.00267), appendix on RL; no factor 1/2.
 * @param value [B, S] predictions.
 * @param returns [B, S] constants Z_t.
 * @param mask [B, S] 1 on actions.
 */
export function valueLoss(value: Tensor2D, returns: Tensor2D, mask: Tensor2D): Scalar {
  return tidy(() => maskedMean(square(sub(value, returns)), mask));
}

export interface ReinforceConstants {
  /** [B, S] A_t, constants. */
  readonly advantage: Tensor2D;
  /** [B, S] Z_t, constants. */
  readonly returns: Tensor2D;
  /** [B, S] 1 on actions. */
  readonly mask: Tensor2D;
  /** Weight of the value loss. */
  readonly valueCoefficient: number;
}

/**
 * policyGradientLoss(logp) + valueCoefficient * valueLoss(value), with its gradient written down instead of traced:
 * dL/dlogp = -m A / n and dL/dV = 2 c m (V - Z) / n, n = sum m. On a GPU every operation of a trace is a dispatch of its
 * own; this takes about half as many.
 */
export function reinforceLoss(
  logp: Tensor2D,
  value: Tensor2D,
  { advantage, returns, mask, valueCoefficient }: ReinforceConstants,
): Scalar {
  const fused = customGrad<Scalar>((...inputs) => {
    const [actionLogp, prediction, save] = inputs as unknown as [Tensor2D, Tensor2D, (tensors: Tensor[]) => void];
    const share = div(mask, sum(mask));
    const policyGradient: Tensor2D = neg(mul(share, advantage));
    const error = sub(prediction, returns);
    const valueGradient: Tensor2D = mul(mul(error, share), 2 * valueCoefficient);
    save([policyGradient, valueGradient]);
    return {
      // Half the gradient times the error is the weighted square.
      value: sum<Scalar>(add(mul(policyGradient, actionLogp), mul(mul(valueGradient, error), 0.5))),
      gradFunc: (dy: Tensor, saved: Tensor[]) => saved.map((gradient) => mul(gradient, dy)),
    };
  });
  return fused(logp, value);
}
