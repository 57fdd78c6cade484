/**
 * Who labels which pair, where people and an AI labeler share the work, and label noise.
 *
 * The AI labels everything, which is cheap; people label a budget of the pairs. `uncertain` gives them the pairs that the
 * AI is least sure of, as in uncertainty sampling (Lewis & Gale 1994, arXiv cmp-lg/9407020). Hybrid preferences (HyPER,
 * Miranda et al. 2024, arXiv 2410.19133) route for the same end but learn to: from traits of the pairs they predict how
 * good a reward model each mixture would make, and take the best. Ours is the simpler rule, and it can only be as good as
 * the AI's confidence: where it is sure and wrong, nobody asks a person.
 */
import type { ExperimentConfig } from '../core/config';
import type { Label } from '../core/preferences';
import { hashString, PURPOSE, Stream, streamKey } from '../core/rng';

export type RoutingRule = ExperimentConfig['data']['routing'];

export type Annotator = 'people' | 'ai';

export interface RoutingOptions {
  /** Share of the pairs that people label, 0..1, to the nearest pair. */
  readonly budget: number;
  readonly rule: RoutingRule;
  readonly seed: number;
}

/**
 * Who labels each pair, in the order of the AI's labels. `random`: any; `uncertain`: people get those whose label is
 * closest to 1/2, among them the answers that could not be read. Ties are broken by a number keyed by seed and pair, so
 * that the order of the pairs decides nothing, and a larger budget adds pairs to those of a smaller one.
 */
export function routePairs(aiLabels: readonly Label[], { budget, rule, seed }: RoutingOptions): Annotator[] {
  const ranked = aiLabels
    .map(({ pairId, pA }, i) => ({
      i,
      // In float32, or 0.3 and 0.7 would not be equally far from 1/2.
      certainty: rule === 'uncertain' ? Math.fround(Math.abs(pA - 0.5)) : 0,
      tieBreak: keyed(seed, PURPOSE.select, 'route', pairId).u32(),
    }))
    .sort((one, other) => one.certainty - other.certainty || one.tieBreak - other.tieBreak);
  const people = new Set(ranked.slice(0, Math.round(budget * aiLabels.length)).map(({ i }) => i));
  return aiLabels.map((_, i) => (people.has(i) ? 'people' : 'ai'));
}

/**
 * One label for each pair, from whoever it was routed to; each still says who gave it.
 * @param routes by `routePairs`, in the order of `aiLabels`.
 * @param peopleLabels of at least the pairs routed to people, in any order.
 * @throws RangeError where a pair that was routed to people has no label from them, or the routes are of other pairs.
 */
export function mergeLabels(
  routes: readonly Annotator[], aiLabels: readonly Label[], peopleLabels: readonly Label[],
): Label[] {
  if (routes.length !== aiLabels.length) throw new RangeError(`${routes.length} routes for ${aiLabels.length} pairs`);
  const byPeople = new Map(peopleLabels.map((label) => [label.pairId, label]));
  return aiLabels.map((label, i) => {
    const chosen = routes[i] === 'people' ? byPeople.get(label.pairId) : label;
    if (!chosen) throw new RangeError(`people have not labelled ${label.pairId}`);
    return chosen;
  });
}

/**
 * Label noise: each label is turned round with probability `share`, the answers to each order with it (pA and raw become
 * 1 - pA and 1 - raw). Whether one is depends on seed and pair alone, not on who labelled it or on other pairs, and what a
 * smaller share turns round a larger one does too.
 * @param share 0..1.
 */
export function flipLabels(labels: readonly Label[], share: number, seed: number): Label[] {
  return labels.map((label) =>
    keyed(seed, PURPOSE.noise, 'flip', label.pairId).chance(share)
      ? { ...label, pA: 1 - label.pA, raw: label.raw.map((p) => 1 - p) }
      : label);
}

/** The draws of one pair; named, so that nothing else of the same purpose shares them. */
function keyed(seed: number, purpose: typeof PURPOSE.select | typeof PURPOSE.noise, name: string, pairId: string): Stream {
  return new Stream(streamKey(seed, purpose, hashString(name), hashString(pairId)));
}
