import type { UtilityWeights } from '../types';

/**
 * Gold utility, in units of an average fact. Sources and derivation: docs/adr/0005-harmless-dialogue.md. Fixed before
 * anything was trained.
 */
export const GOLD: UtilityWeights = { coverage: 1, invention: 3.4, stumble: 1.6, length: 0.06 };
