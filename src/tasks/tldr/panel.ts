import { type Population, type PopulationName, variedReader } from '../panel';
import type { Reader } from '../types';
import { GOLD } from './gold';
import { SLOTS } from './lexicon';

/**
 * Simulated readers. Annotators of the panel and fresh annotators come from one population around gold; small judges
 * learn from another one. Weights: docs/adr/0001-gold-and-panel.md.
 */

/**
 * Bradley-Terry scale of the panel and of fresh annotators, per utility unit: such that two of them agree on 73 to 77%
 * of pairs sampled from the shipped SFT policy: 75.5% on 600 validation posts (`calibration.test.ts`).
 */
export const PANEL_SCALE = 1.5;

/** Scale of the judges' population. Shipped judges depend on it, so it does not follow the panel's calibration. */
const JUDGES_SCALE = 1.5;

const PANEL: Population = {
  weights: GOLD,
  weightSpread: 0.35,
  tasteSpread: 0.3,
  slots: Object.keys(SLOTS),
  taste: new Map(),
  scale: PANEL_SCALE,
};

const POPULATIONS: Readonly<Record<PopulationName, Population>> = {
  panel: PANEL,
  fresh: PANEL,
  // People who like detail: milder on invention, hardly mind length.
  judges: {
    ...PANEL,
    weights: { ...GOLD, invention: 2.2, length: 0.03 },
    scale: JUDGES_SCALE,
    taste: new Map([
      ['narrator', 2],
      ['place', 2],
      ['duration', 1.4],
      ['money', 1.4],
    ]),
  },
};

/** A reader, a fixed function of population and index. */
export function reader(population: PopulationName, index: number): Reader {
  return variedReader(population, index, POPULATIONS[population]);
}
