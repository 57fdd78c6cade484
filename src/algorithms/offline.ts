// What the methods share that learn from a fixed set of responses and judgements: log-probabilities under a frozen model,
// and what held-out pairs say of a policy.

import type { Engine, Optimizer, ParameterSet } from '../nn/types';
import { responseBatch, type Completion, type EpochConfig } from './batches';
import { accuracy, preferredMargin, type LabelledPair } from './rewardModel';

export interface OfflineConfig extends EpochConfig {
  /** Peak; linear decay to a tenth. */
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Steps between two measurements on held-out pairs; one more is taken before the first step. */
  readonly measureEvery: number;
}

export interface OfflineDeps {
  readonly engine: Engine;
  /** Starts as a copy of the reference; trained in place. */
  readonly policy: ParameterSet;
  /** Of the policy. */
  readonly optimizer: Optimizer;
  /** Steps taken already: policy and optimizer stand after them. Default 0. */
  readonly from?: number;
  /** The frozen SFT policy. */
  readonly reference: ParameterSet;
  readonly heldOut: readonly LabelledPair[];
  /** Further judgements of the held-out pairs by name, pA each: rewards/accuracies_NAME is measured against them. */
  readonly judgements?: Readonly<Record<string, readonly number[]>>;
}

/** Rows of a forward pass without a gradient. */
export const CHUNK = 64;

/**
 * Log-probabilities of each completion's response tokens, nats, at temperature 1. No gradient; read back a chunk at a
 * time, so not for use inside a step.
 */
export async function tokenLogps(
  engine: Engine, params: ParameterSet, completions: readonly Completion[],
): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  for (let from = 0; from < completions.length; from += CHUNK) {
    const { batch, lengths } = responseBatch(completions.slice(from, from + CHUNK));
    const forward = await engine.forward(params, batch, { outputs: ['logp'] });
    const logp = await forward.outputs.logp!.data<'float32'>().finally(() => forward.dispose());
    rows.push(...lengths.map((length, b) => logp.slice(b * batch.scored, b * batch.scored + length)));
  }
  return rows;
}

/** log p(y | x) of each completion, nats: `tokenLogps` summed over the tokens. */
export async function completionLogps(
  engine: Engine, params: ParameterSet, completions: readonly Completion[],
): Promise<number[]> {
  const rows = await tokenLogps(engine, params, completions);
  return rows.map((row) => row.reduce((sum, logp) => sum + logp, 0));
}

/** Both responses of each pair side by side, so that an engine can share their prompt. */
export function bothCompletions(pairs: readonly Pick<LabelledPair, 'prompt' | 'responses'>[]): Completion[] {
  return pairs.flatMap(({ prompt, responses }) => responses.map((response) => ({ prompt, response })));
}

/** Implicit reward of a response from log pi(y | x), log pi_ref(y | x) and its number of tokens. */
export type ImplicitReward = (logp: number, referenceLogp: number, tokens: number) => number;

/**
 * Measures a policy on the held-out pairs, as its own reward model: rewards/chosen, rewards/rejected, rewards/margins,
 * rewards/accuracies and rewards/accuracies_NAME by the implicit reward; logps/chosen and logps/rejected, log pi(y | x),
 * to show where the likelihood of chosen responses falls while the margin grows (likelihood displacement). logps/* are
 * sums over tokens whatever the reward is made of. A pair whose label prefers neither counts half to either side.
 * @param reward that the method trains, in its units.
 */
export async function heldOutMeter(deps: OfflineDeps, reward: ImplicitReward): Promise<() => Promise<Record<string, number>>> {
  const { engine, policy, reference, heldOut, judgements = {} } = deps;
  const completions = bothCompletions(heldOut);
  const referenceLogps = await completionLogps(engine, reference, completions);
  const labels = heldOut.map((pair) => pair.pA);
  /** Mean over pairs of the values of their chosen and of their rejected responses. */
  const split = (values: readonly number[]): { chosen: number; rejected: number } => {
    let [chosen, rejected] = [0, 0];
    labels.forEach((p, i) => {
      const [first, second] = [values[2 * i]!, values[2 * i + 1]!];
      const share = p === 0.5 ? 0.5 : Number(p > 0.5);
      chosen += (share * first + (1 - share) * second) / labels.length;
      rejected += ((1 - share) * first + share * second) / labels.length;
    });
    return { chosen, rejected };
  };
  return async () => {
    const logps = await completionLogps(engine, policy, completions);
    const rewards = completions.map(({ response }, i) => reward(logps[i]!, referenceLogps[i]!, response.length));
    const margins = labels.map((_, i) => rewards[2 * i]! - rewards[2 * i + 1]!);
    const [ofRewards, ofLogps] = [split(rewards), split(logps)];
    return {
      'rewards/chosen': ofRewards.chosen,
      'rewards/rejected': ofRewards.rejected,
      'rewards/margins': preferredMargin(margins, labels),
      'rewards/accuracies': accuracy(margins, labels),
      ...Object.fromEntries(Object.entries(judgements).map(([name, p]) => [`rewards/accuracies_${name}`, accuracy(margins, p)])),
      'logps/chosen': ofLogps.chosen,
      'logps/rejected': ofLogps.rejected,
    };
  };
}
