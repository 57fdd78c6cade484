import type { Fact, Prompt, Task } from '../types';
import { MAX_PROMPT_TOKENS, type PromptWriter, drawPrompts, ownPrompt } from '../world/prompts';
import { promptStreamKey } from '../world/splits';
import { check } from './check';
import { writeDialogue } from './dialogue';
import { type Frame, drawFrame, frameId, importanceOf, splitOf, valuesOf } from './frame';
import { GOLD } from './gold';
import { SLOTS, type Slot } from './lexicon';
import { reader } from './panel';
import { recognise } from './recognise';
import { toText, tokenise } from './text';
import { vocabulary } from './vocabulary';
import { MAX_ANSWER_TOKENS, reference } from './writer';

/** The built-in world of everyday questions and helpful answers. See docs/tasks.md. */

/** Keeps this world's streams apart from those of the first. */
const WORLD_KEY = 2;

function factsOf(frame: Frame, spans: ReadonlyMap<Slot, readonly [number, number]>): Fact[] {
  return [...valuesOf(frame)].map(([slot, value]) => {
    const span = spans.get(slot);
    return { slot, value, importance: importanceOf(slot, frame), spans: span === undefined ? [] : [span] };
  });
}

const WRITER: PromptWriter<Frame> = {
  draw: drawFrame,
  splitOf: (frame) => splitOf(factsOf(frame, new Map())),
  write(rng, frame) {
    const ids = vocabulary.encode(writeDialogue(rng, frame));
    return { tokens: Int32Array.from(ids), facts: factsOf(frame, recognise(ids).spans), topic: frame.matter.topic };
  },
  frameId,
};

/** What a dialogue of a visitor's is about. */
function read(tokens: readonly number[]): Pick<Prompt, 'facts' | 'topic'> {
  const { frame, spans } = recognise(tokens);
  return frame === undefined
    ? { facts: [], topic: 'own question' }
    : { facts: factsOf(frame, spans), topic: frame.matter.topic };
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
  prompts: (split, count, seed) => drawPrompts(WRITER, split, count, promptStreamKey(split, seed, WORLD_KEY)),
  reference,
  check,
  reader,
  parsePrompt: (text) => ownPrompt(vocabulary, tokenise(text), frameId, read),
  toText: (tokens) => toText(vocabulary, tokens),
};
