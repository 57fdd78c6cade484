import { PURPOSE, Stream, streamKey } from '../../../core/rng';
import { TOKEN } from '../../../core/tokens';
import type { Prompt } from '../../types';
import { utility } from '../../utility';
import { check } from '../check';
import { compose, materialOf } from '../compose';
import { GOLD } from '../gold';
import type { Slot } from '../lexicon';
import { recognise } from '../recognise';
import { vocabulary } from '../vocabulary';
import { MAX_ANSWER_TOKENS } from '../writer';

/** Wordings tried for each choice of facts. */
const WORDINGS = 12;

/** The best wording found of an answer that tells these facts, with its gold utility; -Infinity where none is short enough. */
function wordBest(prompt: Prompt, slots: ReadonlySet<Slot>): { tokens: Int32Array; value: number } {
  const { frame } = recognise(Array.from(prompt.tokens));
  if (frame === undefined) throw new RangeError('a dialogue about nothing');
  const material = materialOf(frame, slots);
  let best = { tokens: Int32Array.of(TOKEN.eos), value: -Infinity };
  for (let wording = 0; wording < WORDINGS; wording++) {
    const words = compose(new Stream(streamKey(wording, PURPOSE.test)), material);
    if (words.length === 0 || words.length >= MAX_ANSWER_TOKENS) continue;
    const tokens = Int32Array.from([...vocabulary.encode(words), TOKEN.eos]);
    const value = utility(prompt, check(prompt, tokens), GOLD);
    if (value > best.value) best = { tokens, value };
  }
  return best;
}

/**
 * The best answer found for gold: from what pays for its words, fact by fact, as long as adding or leaving out one helps.
 * For tests and as an upper mark (it may miss the very best by a word or two), not a policy.
 */
export function oracle(prompt: Prompt): Int32Array {
  let slots = new Set<Slot>(prompt.facts.filter(({ importance }) => importance > 1).map(({ slot }) => slot as Slot));
  let best = wordBest(prompt, slots);
  for (let better = true; better; ) {
    better = false;
    for (const { slot } of prompt.facts) {
      const changed = new Set(slots);
      if (!changed.delete(slot as Slot)) changed.add(slot as Slot);
      const found = wordBest(prompt, changed);
      if (found.value > best.value) [best, slots, better] = [found, changed, true];
    }
  }
  return best.tokens;
}
