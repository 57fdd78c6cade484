import type { Task } from '../types';
import { dialoguePrompts } from '../world/dialogueTask';
import { MAX_PROMPT_TOKENS } from '../world/prompts';
import { MAX_ANSWER_TOKENS } from '../world/slips';
import { check } from './check';
import { writeDialogue } from './dialogue';
import { type Frame, drawFrame, frameId, importanceOf, splitOf, valuesOf } from './frame';
import { GOLD } from './gold';
import { SLOTS, type Slot } from './lexicon';
import { reader } from './panel';
import { recognise } from './recognise';
import { vocabulary } from './vocabulary';
import { reference } from './writer';

/** The built-in world of everyday questions and helpful answers. See docs/tasks.md. */

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
  ...dialoguePrompts<Frame, Slot>({
    key: 2,
    vocabulary,
    identity: { splitOf, frameId },
    draw: drawFrame,
    write: writeDialogue,
    topicOf: ({ matter }) => matter.topic,
    valuesOf,
    importanceOf,
    recognise,
  }),
  reference,
  check,
  reader,
};
