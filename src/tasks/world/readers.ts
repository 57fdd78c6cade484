import { type Population, type PopulationName, variedReader } from '../panel';
import type { Task, UtilityWeights } from '../types';

/** What tells the simulated readers of one world from those of another. */
export interface WorldReaders {
  readonly gold: UtilityWeights;
  readonly slots: Readonly<Record<string, string>>;
  /** Bradley-Terry scale of the panel and of fresh annotators, who come from one population around gold. */
  readonly scale: number;
  /** The other population, which small judges learn from: what it weighs in another way, and its scale. */
  readonly judges: {
    readonly weights: Partial<UtilityWeights>;
    /** Factor on a slot; 1 where absent. */
    readonly taste: Readonly<Record<string, number>>;
    readonly scale: number;
  };
}

/** @returns readers, each a fixed function of population and index. */
export function worldReader({ gold, slots, scale, judges }: WorldReaders): Task['reader'] {
  const panel: Population = { weights: gold, slots: Object.keys(slots), taste: new Map(), scale };
  const populations: Readonly<Record<PopulationName, Population>> = {
    panel,
    fresh: panel,
    judges: {
      ...panel,
      weights: { ...gold, ...judges.weights },
      taste: new Map(Object.entries(judges.taste)),
      scale: judges.scale,
    },
  };
  return (population, index) => variedReader(population, index, populations[population]);
}
