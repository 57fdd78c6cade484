import type { Fact, Prompt, Task } from '../types';
import { MAX_PROMPT_TOKENS, type PromptWriter, drawPrompts, ownPrompt } from '../world/prompts';
import { promptStreamKey } from '../world/splits';
import { check } from './check';
import { type Frame, drawFrame, frameId, importanceOf, splitOf } from './frame';
import { GOLD } from './gold';
import { SLOTS } from './lexicon';
import { EVENTS, FOCUS } from './lexiconTries';
import { reader } from './panel';
import { writePost } from './post';
import { type FoundFact, recognise } from './recognise';
import type { DetailSlot } from './scenario';
import { toText, tokenise } from './text';
import { vocabulary } from './vocabulary';
import { MAX_SUMMARY_TOKENS, reference } from './writer';

/** The built-in world: everyday forum posts and their TL;DR. See docs/tasks.md. */

function withImportance(found: readonly FoundFact[]): Fact[] {
  const ask = found.find(({ slot }) => slot === 'ask')?.value;
  const focus = ask === undefined ? undefined : (FOCUS.get(ask) as readonly DetailSlot[] | undefined);
  return found.map((fact) => ({ ...fact, importance: importanceOf(fact.slot, focus) }));
}

const toldBy = ({ values }: Frame) => [...values].map(([slot, value]) => ({ slot, value }));

const WRITER: PromptWriter<Frame> = {
  draw: drawFrame,
  splitOf: (frame) => splitOf(toldBy(frame)),
  write(rng, frame) {
    const post = writePost(rng, frame);
    const facts = toldBy(frame).map((told) => ({ ...told, spans: post.spans.get(told.slot) ?? [] }));
    const tokens = Int32Array.from(vocabulary.encode(post.words));
    return { tokens, facts: withImportance(facts), topic: frame.scenario.topic };
  },
  frameId,
};

/** What a post of a visitor's is about. */
function read(tokens: readonly number[]): Pick<Prompt, 'facts' | 'topic'> {
  const { facts } = recognise(tokens);
  const event = facts.find(({ slot }) => slot === 'event')?.value;
  const topic = (event === undefined ? undefined : EVENTS.get(event)?.topic) ?? 'own post';
  return { facts: withImportance(facts), topic };
}

export const tldr: Task = {
  id: 'tldr',
  name: 'Forum post to TL;DR',
  vocabulary,
  maxPromptTokens: MAX_PROMPT_TOKENS,
  maxResponseTokens: MAX_SUMMARY_TOKENS,
  slots: SLOTS,
  goldWeights: GOLD,
  notes: [
    'A made-up world: posts, writers and readers are generated, so that the truth of every statement is known.',
    'The checker reads the summaries of this world only: what its grammar does not license counts as a stumble.',
  ],
  prompts: (split, count, seed) => drawPrompts(WRITER, split, count, promptStreamKey(split, seed)),
  reference,
  check,
  reader,
  parsePrompt: (text) => ownPrompt(vocabulary, tokenise(text), frameId, read),
  toText: (tokens) => toText(vocabulary, tokens),
};
