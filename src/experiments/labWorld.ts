import { DEFAULT_CONFIG, type ExperimentConfig } from '../core/config';
import type { HumanPair } from '../core/humanPairs';
import { digest } from '../labelers/llm/prompt';
import type { LabWorld, WorldLabeler } from '../worker/protocol';
import type { LabelSet } from './labFiles';

/** Pairs of the built-in world and what labelers that live there said of them. */
export interface KnownWorld {
  readonly count: number;
  readonly pairs: readonly HumanPair[];
  readonly sets: Readonly<Partial<Record<WorldLabeler, LabelSet>>>;
}

/** "People" are the jury that labelers are held against; this is one person more. */
const ONE_ANNOTATOR = { id: 'annotator', name: 'one annotator' } as const;

export function worldConfig(count: number): ExperimentConfig {
  return { ...DEFAULT_CONFIG, pairs: { ...DEFAULT_CONFIG.pairs, count } };
}

/** Adds what a worker said. @param asked the labelers, in the order of the reply. */
export function addToWorld(
  known: KnownWorld | undefined, count: number, asked: readonly WorldLabeler[], { pairs, labelers }: LabWorld,
): KnownWorld {
  // A run numbers its pairs. With their texts in the name, labels that were kept in a file find their own pairs only.
  const idOf = new Map(pairs.map((pair) => [pair.id, `${pair.id}-${digest(JSON.stringify([pair.prompt, ...pair.responses]))}`]));
  const sets: Partial<Record<WorldLabeler, LabelSet>> = known?.count === count ? { ...known.sets } : {};
  labelers.forEach(({ identity, labels, seconds }, i) => {
    const which = asked[i]!;
    const labeler = which === 'people' ? { ...identity, ...ONE_ANNOTATOR } : identity;
    const { id, name, kind, parameters, origin } = labeler;
    sets[which] = {
      labeler: { id, name, kind, origin, ...(parameters === undefined ? {} : { parameters }) },
      labels: labels.map((label) => ({
        ...label,
        labeler: id,
        pairId: idOf.get(label.pairId)!,
        // Simulated labelers take no time worth telling.
        ...(which === 'judge' ? { latencyMs: (1000 * seconds) / labels.length } : {}),
      })),
    };
  });
  return { count, pairs: pairs.map((pair) => ({ ...pair, id: idOf.get(pair.id)! })), sets };
}
