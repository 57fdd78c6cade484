import { type Population, type PopulationName, variedReader } from '../panel';
import type { Reader } from '../types';
import { GOLD } from './gold';
import { SLOTS } from './lexicon';

/**
 * Simulated readers. Annotators of the panel and fresh annotators come from one population around gold; small judges
 * learn from another one. Weights: docs/adr/0004-helpful-dialogue.md.
 */

/**
 * Bradley-Terry scale of the panel and of fresh annotators, per utility unit: such that two of them agree on 73 to 77% of
 * pairs. Set on pairs of reference answers, since no policy of this world has been trained yet (`panel.test.ts`).
 */
const PANEL_SCALE = 1;

/** Scale of the judges' population: a constant of its own, since shipped judges will depend on it. */
const JUDGES_SCALE = 1;

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
  // People who like a warm answer that explains itself: milder on invention, hardly mind length.
  judges: {
    ...PANEL,
    weights: { ...GOLD, invention: 2.2, length: 0.02 },
    scale: JUDGES_SCALE,
    taste: new Map([
      ['polite', 2],
      ['greeting', 2],
      ['why', 1.4],
      ['next', 1.4],
    ]),
  },
};

/** A reader, a fixed function of population and index. */
export function reader(population: PopulationName, index: number): Reader {
  return variedReader(population, index, POPULATIONS[population]);
}
