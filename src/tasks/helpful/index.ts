import { Stream } from '../../core/rng';
import type { Fact, Prompt, Split, Task } from '../types';
import { check } from './check';
import { writeDialogue } from './dialogue';
import { type Frame, drawFrame, frameHash, importanceOf, promptStreamKey, splitOf, valuesOf } from './frame';
import { GOLD } from './gold';
import { SLOTS, type Slot } from './lexicon';
import { reader } from './panel';
import { recognise } from './recognise';
import { toText, tokenise } from './text';
import { vocabulary } from './vocabulary';
import { MAX_ANSWER_TOKENS, reference } from './writer';

/** The built-in world of everyday questions and helpful answers. See docs/tasks.md. */

const MAX_PROMPT_TOKENS = 96;

const hex = (value: number): string => value.toString(16).padStart(8, '0');

/** Id of a frame: the same for each wording of the same facts. */
export function frameId(facts: Prompt['facts']): string {
  return hex(frameHash(facts, 2)) + hex(frameHash(facts, 3));
}

function factsOf(frame: Frame, spans: ReadonlyMap<Slot, readonly [number, number]>): Fact[] {
  return [...valuesOf(frame)].map(([slot, value]) => {
    const span = spans.get(slot);
    return { slot, value, importance: importanceOf(slot, frame), spans: span === undefined ? [] : [span] };
  });
}

function prompts(split: Split, count: number, seed: number): Prompt[] {
  const key = promptStreamKey(split, seed);
  const out: Prompt[] = [];
  const seen = new Set<string>();
  for (let row = 0; out.length < count; row++) {
    const rng = new Stream(key, row);
    const frame = drawFrame(rng);
    if (splitOf(factsOf(frame, new Map())) !== split) continue;
    const tokens = Int32Array.from(vocabulary.encode(writeDialogue(rng, frame)));
    if (tokens.length > MAX_PROMPT_TOKENS) continue;
    const facts = factsOf(frame, recognise(Array.from(tokens)).spans);
    const id = `${split}:${frameId(facts)}:${hex(rng.u32())}`;
    if (seen.has(id)) continue;
    seen.add(id);
    out.push({ id, split, tokens, facts, topic: frame.matter.topic });
  }
  return out;
}

/**
 * Dialogues that a visitor wrote belong to no split; they count as test dialogues, since nothing was trained on them.
 * Nothing is cut: a dialogue may be longer than `maxPromptTokens`.
 */
function parsePrompt(text: string): { prompt: Prompt; unknown: string[] } {
  const words = tokenise(text);
  const unknown = words.filter((word) => !vocabulary.has(word));
  const tokens = Int32Array.from(vocabulary.encode(words));
  const { frame, spans } = recognise(Array.from(tokens));
  const facts = frame === undefined ? [] : factsOf(frame, spans);
  let hash = 0;
  for (const id of tokens) hash = (Math.imul(hash, 31) + id) >>> 0;
  const id = `own:${frameId(facts)}:${hex(hash)}`;
  return { prompt: { id, split: 'test', tokens, facts, topic: frame?.matter.topic ?? 'own question' }, unknown };
}

export const helpful: Task = {
  id: 'helpful',
  name: 'Helpful dialogue',
  vocabulary,
  maxPromptTokens: MAX_PROMPT_TOKENS,
  maxResponseTokens: MAX_ANSWER_TOKENS,
  slots: SLOTS,
  goldWeights: GOLD,
  notes: [
    'A made-up world: dialogues, writers and readers are generated from a small table of everyday knowledge, so that the ' +
      'worth of every statement is known. It is no adviser.',
    'The checker reads the answers of this world only: what its grammar does not license counts as a stumble.',
    'What is true but answers another question is not marked; it costs its words.',
  ],
  prompts,
  reference,
  check,
  reader,
  parsePrompt,
  toText: (tokens) => toText(vocabulary, tokens),
};
