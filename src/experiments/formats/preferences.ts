import type { RunBundle } from '../../core/bundle';
import type { Label } from '../../core/preferences';
import type { TextPair } from '../../labelers/text';
import type { RunTexts } from '../../worker/protocol';
import { jsonLines } from './names';

/** A pair with what an arm was taught of it. */
interface TaughtPair {
  readonly pair: TextPair;
  readonly label: Label;
}

function taught({ pairs, labels }: RunTexts, armId: string): TaughtPair[] {
  return (labels[armId] ?? []).flatMap((label, i) => (pairs[i] ? [{ pair: pairs[i], label }] : []));
}

/** The response that the label prefers, and the other; of a tie the first. */
function ranked({ pair: { responses: [a, b] }, label: { pA } }: TaughtPair): { chosen: string; rejected: string } {
  return pA >= 0.5 ? { chosen: a, rejected: b } : { chosen: b, rejected: a };
}

/**
 * The pairs that an arm was taught by, as TRL reads preferences: prompt, chosen, rejected. Further columns: `p_a`, the label:
 * probability that response a is better, and `order`, which of the two is a; `tie` where it is 0.5 (then the first stands as
 * chosen); `parsed`, false where the labeler's reply could not be read; `labeler`; `pair`. `margin`, the lead of the chosen
 * response in logits that the label speaks of, |log(p_a / (1 - p_a))|, only where every label has a finite one: TRL's
 * reward trainer wants it in all rows or none.
 * @param armId an arm of the run; one without labels gives an empty file.
 */
export function preferencesJsonl(bundle: RunBundle, texts: RunTexts, armId: string): string {
  const rows = taught(texts, armId);
  const soft = rows.every(({ label: { pA } }) => pA > 0 && pA < 1);
  const { name } = labelerOf(bundle, armId);
  return jsonLines(rows.map((row) => {
    const { pA, parsed } = row.label;
    return {
      prompt: row.pair.prompt, ...ranked(row),
      ...(soft ? { margin: Math.abs(Math.log(pA / (1 - pA))) } : {}),
      p_a: pA, order: pA >= 0.5 ? 'a is chosen' : 'b is chosen', tie: pA === 0.5, parsed, labeler: name, pair: row.pair.id,
    };
  }));
}

/** A prompt as the transcript before a response: the turns of a dialogue, or else one turn of the human. */
function turnsOf(prompt: string): string {
  if (!prompt.startsWith('User:')) return `\n\nHuman: ${prompt}`;
  return prompt.replace(/(?:^|\n)(User|Assistant):/g, (_, speaker: string) => `\n\n${speaker === 'User' ? 'Human' : 'Assistant'}:`);
}

/** The same pairs as whole transcripts, as Anthropic's HH publishes them: `chosen` and `rejected`. */
export function transcriptsJsonl(texts: RunTexts, armId: string): string {
  return jsonLines(taught(texts, armId).map((row) => {
    const { chosen, rejected } = ranked(row);
    const transcript = (response: string): string => `${turnsOf(row.pair.prompt)}\n\nAssistant: ${response}`;
    return { chosen: transcript(chosen), rejected: transcript(rejected) };
  }));
}

/** The record of the labeler of an arm: labelers come in the order of the arms. */
function labelerOf({ config, labelers }: RunBundle, armId: string): { readonly name: string } {
  return labelers[config.arms.findIndex(({ id }) => id === armId)] ?? { name: armId };
}
