import type { Stream } from '../core/rng';
import type { Check, Fact, Reader, Task, UtilityWeights } from './types';

/** What utility reads of a prompt and of a check: stored records have it too. */
export interface Facts {
  readonly facts: readonly Pick<Fact, 'slot' | 'importance'>[];
}
export type Findings = Pick<Check, 'covered' | 'invented' | 'stumbles' | 'words'>;

/**
 * Utility of a response, in units of one average fact:
 *   u = coverage * sum_{f covered} importance_f * taste_f - invention * invented - stumble * stumbles - length * words
 * Gold utility is this with the task's weights and no taste; a reader's utility uses the reader's.
 */
export function utility(
  prompt: Facts,
  check: Findings,
  weights: UtilityWeights,
  slotTaste: Readonly<Record<string, number>> = {},
): number {
  let content = 0;
  for (const fact of prompt.facts) {
    if (check.covered.includes(fact.slot)) content += fact.importance * (slotTaste[fact.slot] ?? 1);
  }
  return (
    weights.coverage * content -
    weights.invention * check.invented -
    weights.stumble * check.stumbles -
    weights.length * check.words
  );
}

/** Utilities closer than this are equal: the rest is rounding. */
export const UTILITY_TIE = 1e-9;

/** P(reader prefers a over b), Bradley-Terry, in (0, 1). */
export function preference(reader: Reader, prompt: Facts, a: Findings, b: Findings): number {
  const difference =
    utility(prompt, a, reader.weights, reader.slotTaste) - utility(prompt, b, reader.weights, reader.slotTaste);
  return 1 / (1 + Math.exp(-reader.scale * difference));
}

/**
 * What a reader feels of a response at the moment of asking: utility and a noise of its own, in units of one average fact.
 * The noise has a Gumbel distribution of scale 1 / `reader.scale`, so that of two responses the one that feels better is
 * the one that `preference` says, with its probability (the difference of two Gumbel variables is logistic).
 */
export function feltUtility(reader: Reader, prompt: Facts, check: Findings, draw: Stream): number {
  // In (0, 1): both ends would give an infinite noise.
  const uniform = draw.unit() + 2 ** -25;
  return utility(prompt, check, reader.weights, reader.slotTaste) - Math.log(-Math.log(uniform)) / reader.scale;
}

/**
 * The score that a reader gives to a response: 1 and one more for every cut point below what is felt (an ordinal model, after
 * McCullagh 1980, with Gumbel noise in place of logistic).
 * @param cuts ascending; nine of them make scores from 1 to 10.
 */
export function rating(felt: number, cuts: readonly number[]): number {
  return 1 + cuts.filter((cut) => cut < felt).length;
}

/** Weights times the visitor's factors (`config.gold`), aspect by aspect. Applies to gold and to every reader alike. */
export function goldWeights(base: UtilityWeights, factors: UtilityWeights): UtilityWeights {
  return {
    coverage: base.coverage * factors.coverage,
    invention: base.invention * factors.invention,
    stumble: base.stumble * factors.stumble,
    length: base.length * factors.length,
  };
}

/** Readers are numbered 0 to this, exclusively: so many that two draws hardly ever meet the same one. */
const POPULATION_SIZE = 2 ** 20;

/** `count` different readers of a population, drawn from a stream, with their weights times the visitor's factors. */
export function drawReaders(
  task: Pick<Task, 'reader'>,
  population: 'panel' | 'fresh' | 'judges',
  count: number,
  stream: Stream,
  factors: UtilityWeights,
): Reader[] {
  const indices = new Set<number>();
  while (indices.size < count) indices.add(stream.int(POPULATION_SIZE));
  return Array.from(indices, (index) => {
    const reader = task.reader(population, index);
    return { ...reader, weights: goldWeights(reader.weights, factors) };
  });
}
