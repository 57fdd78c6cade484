/**
 * Markers: a reserved token that says which kind of response follows. It is the last token of the prompt,
 *   x_1 .. x_n  MARKER  <sep>  y_1 .. y_m  <eos>
 * so that a marked prompt goes wherever a prompt goes: sampling, log-probabilities, evaluation. A policy trained with
 * markers is a policy of marked prompts only: whoever samples from it must mark the prompt as the method's
 * `...Prompt` function does, and give labelers and reward models the prompt without the mark. A marker takes one position.
 */
import type { Engine, ParameterSet } from '../nn/types';
import type { Completion } from './batches';
import { completionLogps } from './offline';

/** The prompt with a marker behind it. */
export function markedPrompt(prompt: ArrayLike<number>, marker: number): number[] {
  return [...Array.from(prompt), marker];
}

/**
 * log pi(y | x, one) - log pi(y | x, other) of each response, nats: by Bayes' rule, what the response adds to the log odds
 * of the one kind against the other.
 */
export async function markerRewards(
  engine: Engine,
  policy: ParameterSet,
  completions: readonly Completion[],
  [one, other]: readonly [number, number],
): Promise<number[]> {
  const logps = await completionLogps(engine, policy, completions.flatMap(({ prompt, response }) =>
    [one, other].map((marker) => ({ prompt: markedPrompt(prompt, marker), response }))));
  return completions.map((_, i) => logps[2 * i]! - logps[2 * i + 1]!);
}
