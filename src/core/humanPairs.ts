import { hashString, mix, PURPOSE, randomU32, streamKey } from './rng';
import { z } from './zod';

/** Most characters of a prompt or of a response. */
export const MAX_TEXT = 50_000;

export const humanPairSchema = z.strictObject({
  /** Of the three texts: the same pair has the same id in whichever file and on whichever side its responses stand. */
  id: z.string().min(1).max(64),
  prompt: z.string().max(MAX_TEXT),
  responses: z.tuple([z.string().max(MAX_TEXT), z.string().max(MAX_TEXT)]).readonly(),
  /** Share of the people asked who prefer responses[0], 0..1; 0.5 is a tie. */
  people: z.number().min(0).max(1),
  topic: z.string().max(200).optional(),
}).readonly();
/** Two responses to one prompt, with what people said of them. A `TextPair` of the labelers. */
export type HumanPair = z.infer<typeof humanPairSchema>;

/** What somebody said of two texts: `preferred` is the share of votes for the first, 0..1. */
export interface Comparison {
  readonly prompt: string;
  readonly texts: readonly [string, string];
  readonly preferred: number;
  readonly topic?: string;
}

/** Two independent 32-bit hashes of a text, so that among a million texts no two are likely to share both. */
function contentId(text: string): string {
  let chained = 0;
  for (let i = 0; i < text.length; i++) chained = mix(chained, text.charCodeAt(i));
  return [hashString(text), chained].map((half) => half.toString(16).padStart(8, '0')).join('');
}

const SIDES = streamKey(0, PURPOSE.shuffle, hashString('sides'));

/**
 * The pair of a comparison. Which response comes first is a coin flip keyed by the id, as files put the preferred one
 * first and a labeler that likes the first would look good.
 */
export function toHumanPair({ prompt, texts, preferred, topic }: Comparison): HumanPair {
  const sorted = texts[0] <= texts[1];
  const [low, high] = sorted ? texts : [texts[1], texts[0]];
  const id = contentId(JSON.stringify([prompt, low, high]));
  const swap = (randomU32(SIDES, hashString(id), 0) & 1) === 1;
  return {
    id,
    prompt,
    responses: swap ? [high, low] : [low, high],
    people: sorted === swap ? 1 - preferred : preferred,
    ...(topic === undefined ? {} : { topic }),
  };
}
