import { worldReader } from '../world/readers';
import { GOLD } from './gold';
import { SLOTS } from './lexicon';

/**
 * Bradley-Terry scale of the panel and of fresh annotators, per utility unit: such that two of them agree on 73 to 77%
 * of pairs sampled from the shipped SFT policy: 75.5% on 600 validation posts (`calibration.test.ts`).
 */
const PANEL_SCALE = 1.5;

/** Scale of the judges' population. Shipped judges depend on it, so it does not follow the panel's calibration. */
const JUDGES_SCALE = 1.5;

/** Simulated readers. Weights: docs/adr/0001-gold-and-panel.md. */
export const reader = worldReader({
  gold: GOLD,
  slots: SLOTS,
  scale: PANEL_SCALE,
  // People who like detail: milder on invention, hardly mind length.
  judges: {
    weights: { invention: 2.2, length: 0.03 },
    taste: { narrator: 2, place: 2, duration: 1.4, money: 1.4 },
    scale: JUDGES_SCALE,
  },
});
