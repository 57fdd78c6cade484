import type { Stream } from '../../core/rng';
import type { Vocabulary } from '../../core/tokens';
import type { Fact, Prompt, Task } from '../types';
import { toText, tokenise } from './dialogueText';
import { drawPrompts, ownPrompt } from './prompts';
import type { Span } from './sentences';
import { type FrameIdentity, promptStreamKey } from './splits';

/** How a world of dialogues draws, words and reads them. */
export interface DialogueWorld<Frame, Slot extends string> {
  /** Keeps this world's streams apart from those of the others. */
  readonly key: number;
  readonly vocabulary: Vocabulary;
  readonly identity: Pick<FrameIdentity<Pick<Fact, 'slot' | 'value' | 'importance'>>, 'splitOf' | 'frameId'>;
  draw(rng: Stream): Frame;
  /** The words of a dialogue. */
  write(rng: Stream, frame: Frame): string[];
  topicOf(frame: Frame): string;
  /** Canonical values of what a good answer may tell. */
  valuesOf(frame: Frame): ReadonlyMap<Slot, string>;
  importanceOf(slot: Slot, frame: Frame): number;
  /** What a dialogue is about, and the words that call for each slot; no frame where the world knows nothing of it. */
  recognise(ids: readonly number[]): { readonly frame: Frame | undefined; readonly spans: ReadonlyMap<Slot, Span> };
}

/** The part of a task that makes prompts: drawn ones and those that a visitor writes. */
export function dialoguePrompts<Frame, Slot extends string>(
  world: DialogueWorld<Frame, Slot>,
): Pick<Task, 'prompts' | 'parsePrompt' | 'toText'> {
  const { key, vocabulary, identity } = world;
  const factsOf = (frame: Frame, spans: ReadonlyMap<Slot, Span>): Fact[] =>
    [...world.valuesOf(frame)].map(([slot, value]) => {
      const span = spans.get(slot);
      return { slot, value, importance: world.importanceOf(slot, frame), spans: span === undefined ? [] : [span] };
    });
  const writer = {
    draw: (rng: Stream) => world.draw(rng),
    splitOf: (frame: Frame) => identity.splitOf(factsOf(frame, new Map())),
    write(rng: Stream, frame: Frame) {
      const ids = vocabulary.encode(world.write(rng, frame));
      return { tokens: Int32Array.from(ids), facts: factsOf(frame, world.recognise(ids).spans), topic: world.topicOf(frame) };
    },
    frameId: identity.frameId,
  };
  /** What a dialogue of a visitor's is about. */
  const read = (tokens: readonly number[]): Pick<Prompt, 'facts' | 'topic'> => {
    const { frame, spans } = world.recognise(tokens);
    return frame === undefined
      ? { facts: [], topic: 'own question' }
      : { facts: factsOf(frame, spans), topic: world.topicOf(frame) };
  };
  return {
    prompts: (split, count, seed) => drawPrompts(writer, split, count, promptStreamKey(split, seed, key)),
    parsePrompt: (text) => ownPrompt(vocabulary, tokenise(text), identity.frameId, read),
    toText: (tokens) => toText(vocabulary, tokens),
  };
}
