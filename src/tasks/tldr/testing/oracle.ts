import { PURPOSE, Stream, streamKey } from '../../../core/rng';
import { TOKEN } from '../../../core/tokens';
import type { Prompt, UtilityWeights } from '../../types';
import { utility } from '../../utility';
import { check } from '../check';
import { GOLD } from '../gold';
import type { Slot } from '../scenario';
import { vocabulary } from '../vocabulary';
import { MAX_SUMMARY_TOKENS, compose, materialOf } from '../writer';

/** What every good summary tells. */
const CORE = new Set<Slot>(['other', 'event', 'ask']);

/** Wordings tried for each choice of facts. */
const WORDINGS = 16;

/**
 * The best summary found for the weights by trying every choice of details in several wordings. For tests and as an
 * upper mark (it may miss the very best by a word or two), not a policy.
 */
export function oracle(prompt: Prompt, weights: UtilityWeights = GOLD): Int32Array {
  const material = materialOf(prompt);
  const told = prompt.facts.map(({ slot }) => slot as Slot);
  const core = told.filter((slot) => CORE.has(slot));
  const details = told.filter((slot) => !CORE.has(slot));
  let best = Int32Array.of(TOKEN.eos);
  let bestUtility = -Infinity;
  for (let subset = 0; subset < 1 << details.length; subset++) {
    const slots = new Set<Slot>([...core, ...details.filter((_, i) => (subset >> i) & 1)]);
    for (let wording = 0; wording < WORDINGS; wording++) {
      const words = compose(new Stream(streamKey(wording, PURPOSE.writer, subset)), material, slots);
      if (words.length >= MAX_SUMMARY_TOKENS) continue;
      const tokens = Int32Array.from([...vocabulary.encode(words), TOKEN.eos]);
      const value = utility(prompt, check(prompt, tokens), weights);
      if (value > bestUtility) [best, bestUtility] = [tokens, value];
    }
  }
  return best;
}
