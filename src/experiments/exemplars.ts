import type { HumanPair } from '../core/humanPairs';
import { MAX_TEXT } from '../core/humanPairs';
import { z } from '../core/zod';

/** Most worked examples of a prompt, the most that Lee et al. 2023 (arXiv:2309.00267) tried. */
export const MOST_EXEMPLARS = 8;

const text = z.string().max(MAX_TEXT);

export const exemplarSchema = z.object({
  prompt: text,
  responses: z.tuple([text, text]).readonly(),
  preferred: z.union([z.literal(1), z.literal(2)]),
  /** '' for none; shown to a model that is asked for a chain of thought only. */
  rationale: text,
}).readonly();
/** A worked example as the visitor sees and edits it. An `Exemplar` of the prompt. */
export type ShownExemplar = z.infer<typeof exemplarSchema>;

/** The worked examples of a prompt, as the visitor sets them up. */
export const exemplarSettingsSchema = z.object({
  /** `pairs`: those of the pairs at hand that people are surest about. */
  exemplarsFrom: z.enum(['none', 'pairs', 'own']),
  /** How many are taken from the pairs. */
  exemplarCount: z.number().int().min(1).max(MOST_EXEMPLARS),
  /** What the visitor made of examples from pairs, by the id of the pair. */
  editedExemplars: z.record(z.string().max(64), exemplarSchema),
  ownExemplars: z.array(exemplarSchema).max(MOST_EXEMPLARS).readonly(),
});
type ExemplarSettings = Readonly<z.infer<typeof exemplarSettingsSchema>>;

export const EMPTY_EXEMPLAR: ShownExemplar = { prompt: '', responses: ['', ''], preferred: 1, rationale: '' };

/** An example, and the pair it was taken from where there is one. */
export interface PlacedExemplar {
  readonly exemplar: ShownExemplar;
  readonly pairId?: string;
}

/** How sure people are of a pair, 0.5 (a tie) to 1. */
const sureness = ({ people }: HumanPair): number => Math.max(people, 1 - people);

/** The preferred response stands on the given side, whichever it is in the pair. */
function exemplarOf({ prompt, responses: [a, b], people }: HumanPair, preferred: 1 | 2): ShownExemplar {
  const swap = (people > 0.5) !== (preferred === 1);
  return { prompt, responses: swap ? [b, a] : [a, b], preferred, rationale: '' };
}

/**
 * The examples of the prompt, in their order. Those of pairs are the first that people are surest about, ties left out;
 * the preferred side alternates, so that they do not teach a position.
 */
export function exemplarsOf(settings: ExemplarSettings, pairs: readonly HumanPair[]): PlacedExemplar[] {
  const { exemplarsFrom, exemplarCount, editedExemplars, ownExemplars } = settings;
  if (exemplarsFrom === 'none') return [];
  if (exemplarsFrom === 'own') return ownExemplars.map((exemplar) => ({ exemplar }));
  return pairs
    .filter(({ people }) => people !== 0.5)
    .sort((a, b) => sureness(b) - sureness(a))
    .slice(0, exemplarCount)
    .map((pair, i) => ({ pairId: pair.id, exemplar: editedExemplars[pair.id] ?? exemplarOf(pair, i % 2 === 0 ? 1 : 2) }));
}

/** The same for a pair and an example of the same three texts, on whichever side they stand. */
function contentOf({ prompt, responses }: Pick<HumanPair, 'prompt' | 'responses'>): string {
  return JSON.stringify([prompt.trim(), ...responses.map((response) => response.trim()).sort()]);
}

/**
 * The pairs a model may be asked about: none that its prompt shows, be it as an example taken from the pairs, also one
 * that was edited since, or as one that the visitor typed.
 */
export function judgedPairs<P extends HumanPair>(settings: ExemplarSettings, pairs: readonly P[]): P[] {
  const shown = exemplarsOf(settings, pairs);
  const ids = new Set(shown.map(({ pairId }) => pairId));
  const contents = new Set(shown.map(({ exemplar }) => contentOf(exemplar)));
  return pairs.filter((pair) => !ids.has(pair.id) && !contents.has(contentOf(pair)));
}
