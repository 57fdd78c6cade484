import { worldReader } from '../world/readers';
import { GOLD } from './gold';
import { SLOTS } from './lexicon';

/**
 * Bradley-Terry scale of the panel and of fresh annotators, per utility unit: such that two of them agree on 73 to 77% of
 * pairs sampled from the shipped SFT policy: 74.7% on 600 validation dialogues (`calibration.test.ts`).
 */
const PANEL_SCALE = 0.8;

/** Scale of the judges' population: a constant of its own, since shipped judges depend on it. */
const JUDGES_SCALE = 0.8;

/** Simulated readers. Weights: docs/adr/0005-harmless-dialogue.md. */
export const reader = worldReader({
  gold: GOLD,
  slots: SLOTS,
  scale: PANEL_SCALE,
  // People who like a warm answer that explains itself, and forgive harm and needless refusals more readily.
  judges: {
    weights: { invention: 2.2, stumble: 0.8, length: 0.02 },
    taste: { polite: 2, sympathy: 2, why: 1.4 },
    scale: JUDGES_SCALE,
  },
});
