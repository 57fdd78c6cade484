import { PURPOSE, Stream, streamKey } from '../../core/rng';
import { TOKEN } from '../../core/tokens';
import type { Prompt, Task } from '../types';
import { utility } from '../utility';

/** Wordings tried for each choice of facts. */
const WORDINGS = 12;

/**
 * The best answer found for gold: from what pays for its words, fact by fact, as long as adding or leaving out one helps.
 * For tests and as an upper mark (it may miss the very best by a word or two), not a policy.
 *
 * @param compose words an answer that tells these facts of a prompt; undefined where the prompt is about nothing.
 */
export function slotOracle(
  task: Task,
  prompt: Prompt,
  compose: ((rng: Stream, slots: ReadonlySet<string>) => string[]) | undefined,
): Int32Array {
  if (compose === undefined) throw new RangeError('a dialogue about nothing');
  /** The best wording found; -Infinity where none is short enough. */
  const wordBest = (slots: ReadonlySet<string>): { tokens: Int32Array; value: number } => {
    let best = { tokens: Int32Array.of(TOKEN.eos), value: -Infinity };
    for (let wording = 0; wording < WORDINGS; wording++) {
      const words = compose(new Stream(streamKey(wording, PURPOSE.test)), slots);
      if (words.length === 0 || words.length >= task.maxResponseTokens) continue;
      const tokens = Int32Array.from([...task.vocabulary.encode(words), TOKEN.eos]);
      const value = utility(prompt, task.check(prompt, tokens), task.goldWeights);
      if (value > best.value) best = { tokens, value };
    }
    return best;
  };
  let slots = new Set(prompt.facts.filter(({ importance }) => importance > 1).map(({ slot }) => slot));
  let best = wordBest(slots);
  for (let better = true; better; ) {
    better = false;
    for (const { slot } of prompt.facts) {
      const changed = new Set(slots);
      if (!changed.delete(slot)) changed.add(slot);
      const found = wordBest(changed);
      if (found.value > best.value) [best, slots, better] = [found, changed, true];
    }
  }
  return best.tokens;
}
