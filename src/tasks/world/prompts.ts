import { Stream } from '../../core/rng';
import type { Vocabulary } from '../../core/tokens';
import type { Prompt, Split, Task } from '../types';
import { hex } from './splits';

/** Prompts of the worlds that write their own: drawn for a split, or made of a visitor's words. */

/** Longest prompt in tokens. */
export const MAX_PROMPT_TOKENS = 96;

/** How a world writes prompts. */
export interface PromptWriter<Frame> {
  draw(rng: Stream): Frame;
  splitOf(frame: Frame): Split;
  write(rng: Stream, frame: Frame): Omit<Prompt, 'id' | 'split'>;
  frameId(facts: Prompt['facts']): string;
}

/** `count` different prompts of a split. @param key of their stream. */
export function drawPrompts<Frame>(world: PromptWriter<Frame>, split: Split, count: number, key: number): Prompt[] {
  const out: Prompt[] = [];
  const seen = new Set<string>();
  for (let row = 0; out.length < count; row++) {
    const rng = new Stream(key, row);
    const frame = world.draw(rng);
    if (world.splitOf(frame) !== split) continue;
    const written = world.write(rng, frame);
    if (written.tokens.length > MAX_PROMPT_TOKENS) continue;
    const id = `${split}:${world.frameId(written.facts)}:${hex(rng.u32())}`;
    if (seen.has(id)) continue;
    seen.add(id);
    out.push({ id, split, ...written });
  }
  return out;
}

/**
 * Prompts that a visitor wrote belong to no split; they count as test prompts, since nothing was trained on them. Nothing is
 * cut: a prompt may be longer than `MAX_PROMPT_TOKENS`.
 *
 * @param read what the prompt is about.
 */
export function ownPrompt(
  vocabulary: Vocabulary,
  words: readonly string[],
  frameId: (facts: Prompt['facts']) => string,
  read: (tokens: readonly number[]) => Pick<Prompt, 'facts' | 'topic'>,
): ReturnType<Task['parsePrompt']> {
  const tokens = Int32Array.from(vocabulary.encode(words));
  const { facts, topic } = read(Array.from(tokens));
  let hash = 0;
  for (const id of tokens) hash = (Math.imul(hash, 31) + id) >>> 0;
  const id = `own:${frameId(facts)}:${hex(hash)}`;
  const unknown = words.filter((word) => !vocabulary.has(word));
  return { prompt: { id, split: 'test', tokens, facts, topic }, unknown };
}
