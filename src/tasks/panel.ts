import { PURPOSE, Stream, streamKey } from '../core/rng';
import type { Reader, UtilityWeights } from './types';

/**
 * Simulated readers: each weighs the aspects of a response in their own way around a population's medians (log-normal),
 * after AlpacaFarm (Dubois et al. 2023) and Gao et al. 2022: varied annotators and choice noise around a known utility.
 */
export type PopulationName = 'panel' | 'fresh' | 'judges';

export interface Population {
  /** Medians of the weights. */
  readonly weights: UtilityWeights;
  readonly slots: readonly string[];
  /** Median factor on a slot; 1 where absent. */
  readonly taste: ReadonlyMap<string, number>;
  /** Bradley-Terry scale of every reader, per utility unit. */
  readonly scale: number;
}

/** Standard deviation of the logarithm of a weight: two readers in three lie within a factor exp(spread). */
const WEIGHT_SPREAD = 0.35;
/** Standard deviation of the logarithm of the factor on a slot. */
const TASTE_SPREAD = 0.3;

const STREAM: Readonly<Record<PopulationName, number>> = { panel: 1, fresh: 2, judges: 3 };

/** Reader `index` (0, 1, ...) of a population, a fixed function of its arguments. */
export function variedReader(name: PopulationName, index: number, population: Population): Reader {
  const { weights, slots, taste, scale } = population;
  const stream = new Stream(streamKey(0, PURPOSE.annotator, STREAM[name], index));
  const vary = (median: number, spread: number): number => median * Math.exp(spread * stream.normal());
  return {
    name: `${name} ${index + 1}`,
    weights: {
      coverage: vary(weights.coverage, WEIGHT_SPREAD),
      invention: vary(weights.invention, WEIGHT_SPREAD),
      stumble: vary(weights.stumble, WEIGHT_SPREAD),
      length: vary(weights.length, WEIGHT_SPREAD),
    },
    slotTaste: Object.fromEntries(slots.map((slot) => [slot, vary(taste.get(slot) ?? 1, TASTE_SPREAD)])),
    scale,
  };
}
