// Conditional training
//   L = -mean_t log pi(y_t | x, c, y_<t),   c = <aligned> where the score of y is at least the threshold, else <misaligned>
// Korbak et al. 2023 (arXiv 2302.08582), section 2: learn all text, each piece behind a token that says whether it is liked,
// and ask for the liked kind. With a small probability the token is left out, so that unconditioned text is known too.
// The policy answers `alignedPrompt(x)`.
// Departures: the paper's subject is pretraining; this fine-tunes the SFT policy on scored responses, and a whole response
// is scored where the paper scores sentences or lines. Sampling bans both tokens, as it bans every reserved one.

import { PURPOSE, Stream, streamKey } from '../core/rng';
import { mean } from '../core/stats';
import { TOKEN } from '../core/tokens';
import type { Engine, Optimizer, ParameterSet } from '../nn/types';
import { epochBatch, epochSteps, type Completion, type EpochConfig } from './batches';
import { imitate, learnResponse } from './imitation';
import { markedPrompt, markerRewards } from './markers';
import type { Algorithm } from './types';

export interface ScoredResponse extends Completion {
  readonly score: number;
}

/** An example is a response. */
export interface ConditionalConfig extends EpochConfig {
  /** Responses with this score or more are aligned. Both kinds should be common. */
  readonly threshold: number;
  /** Share of responses learned without their token, 0..1; 0.01 in the paper. */
  readonly dropMarker: number;
  /** Peak; linear decay to a tenth. */
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Steps between two measurements on held-out responses. */
  readonly measureEvery: number;
}

export interface ConditionalDeps {
  readonly engine: Engine;
  /** Starts as a copy of the SFT policy; trained in place. Its positions hold a prompt, a response and 2 more. */
  readonly policy: ParameterSet;
  /** Of the policy. */
  readonly optimizer: Optimizer;
  /** Steps taken already: policy and optimizer stand after them. Default 0. */
  readonly from?: number;
  readonly responses: readonly ScoredResponse[];
  /** Measured where it holds both kinds. */
  readonly heldOut: readonly ScoredResponse[];
}

/** What the trained policy is given to answer a prompt well; the separator follows as after any prompt. */
export function alignedPrompt(prompt: ArrayLike<number>): number[] {
  return markedPrompt(prompt, TOKEN.aligned);
}

/**
 * Yields loss/nll_avg, grad_norm and, now and then, on held-out responses and with
 * log pi(y | x, aligned) - log pi(y | x, misaligned) as their reward, rewards/chosen and rewards/rejected (its mean over
 * aligned and over misaligned responses, nats), rewards/margins (their difference) and rewards/accuracies (share of
 * responses whose reward has the sign of their kind).
 */
export async function* conditional(config: ConditionalConfig, deps: ConditionalDeps): Algorithm<void> {
  const { engine, policy, optimizer, from = 0, responses, heldOut } = deps;
  const total = epochSteps(config, responses.length);
  const aligned = ({ score }: ScoredResponse): boolean => score >= config.threshold;
  const bothKinds = heldOut.some(aligned) && !heldOut.every(aligned);
  yield* imitate({ ...config, from, to: total, total }, {
    engine, policy, optimizer,
    examples: (step) => {
      const draws = new Stream(streamKey(config.seed, PURPOSE.sample, step));
      return epochBatch(config, responses, step).map((scored) => {
        const marker = aligned(scored) ? TOKEN.aligned : TOKEN.misaligned;
        const prompt = draws.chance(config.dropMarker) ? scored.prompt : markedPrompt(scored.prompt, marker);
        return learnResponse({ prompt, response: scored.response });
      });
    },
    ...(bothKinds ? {
      measure: async () => {
        const rewards = await markerRewards(engine, policy, heldOut, [TOKEN.aligned, TOKEN.misaligned]);
        const chosen = mean(rewards.filter((_, i) => aligned(heldOut[i]!)));
        const rejected = mean(rewards.filter((_, i) => !aligned(heldOut[i]!)));
        return {
          'rewards/chosen': chosen,
          'rewards/rejected': rejected,
          'rewards/margins': chosen - rejected,
          'rewards/accuracies': mean(heldOut.map((scored, i) => Number(rewards[i]! > 0 === aligned(scored)))),
        };
      },
    } : {}),
  });
}
