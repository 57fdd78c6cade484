import { Stream } from '../../core/rng';
import type { Fact, Prompt, Split, Task } from '../types';
import { check } from './check';
import { drawFrame, frameHash, importanceOf, promptStreamKey, splitOf } from './frame';
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

const MAX_PROMPT_TOKENS = 96;

const hex = (value: number): string => value.toString(16).padStart(8, '0');

/** Id of a frame: the same for each wording of the same facts. */
export function frameId(facts: readonly { readonly slot: string; readonly value: string }[]): string {
  return hex(frameHash(facts, 2)) + hex(frameHash(facts, 3));
}

function withImportance(found: readonly FoundFact[]): Fact[] {
  const ask = found.find(({ slot }) => slot === 'ask')?.value;
  const focus = ask === undefined ? undefined : (FOCUS.get(ask) as readonly DetailSlot[] | undefined);
  return found.map((fact) => ({ ...fact, importance: importanceOf(fact.slot, focus) }));
}

function prompts(split: Split, count: number, seed: number): Prompt[] {
  const key = promptStreamKey(split, seed);
  const out: Prompt[] = [];
  const seen = new Set<string>();
  for (let row = 0; out.length < count; row++) {
    const rng = new Stream(key, row);
    const frame = drawFrame(rng);
    const values = [...frame.values].map(([slot, value]) => ({ slot, value }));
    if (splitOf(values) !== split) continue;
    const post = writePost(rng, frame);
    const tokens = Int32Array.from(vocabulary.encode(post.words));
    if (tokens.length > MAX_PROMPT_TOKENS) continue;
    const id = `${split}:${frameId(values)}:${hex(rng.u32())}`;
    if (seen.has(id)) continue;
    seen.add(id);
    const facts = values.map(({ slot, value }) => ({ slot, value, spans: post.spans.get(slot) ?? [] }));
    out.push({ id, split, tokens, facts: withImportance(facts), topic: frame.scenario.topic });
  }
  return out;
}

/**
 * Posts that a visitor wrote belong to no split; they count as test posts, since nothing was trained on them. Nothing is
 * cut: a post may be longer than `maxPromptTokens`.
 */
function parsePrompt(text: string): { prompt: Prompt; unknown: string[] } {
  const words = tokenise(text);
  const unknown = words.filter((word) => !vocabulary.has(word));
  const tokens = Int32Array.from(vocabulary.encode(words));
  const { facts } = recognise(Array.from(tokens));
  const event = facts.find(({ slot }) => slot === 'event')?.value;
  const topic = (event === undefined ? undefined : EVENTS.get(event)?.topic) ?? 'own post';
  let hash = 0;
  for (const id of tokens) hash = (Math.imul(hash, 31) + id) >>> 0;
  const id = `own:${frameId(facts)}:${hex(hash)}`;
  return { prompt: { id, split: 'test', tokens, facts: withImportance(facts), topic }, unknown };
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
  prompts,
  reference,
  check,
  reader,
  parsePrompt,
  toText: (tokens) => toText(vocabulary, tokens),
};
