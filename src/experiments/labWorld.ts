import { DEFAULT_CONFIG, type ExperimentConfig } from '../core/config';
import type { HumanPair } from '../core/humanPairs';
import type { BuiltInTaskId } from '../core/taskWords';
import type { LabWorld, WorldLabeler } from '../worker/protocol';
import type { LabelSet } from './labFiles';

/** Pairs of a built-in world and what labelers that live there said of them. */
export interface KnownWorld {
  readonly task: BuiltInTaskId;
  readonly count: number;
  readonly pairs: readonly HumanPair[];
  /** Of a small judge one set for each of its trainings. */
  readonly sets: Readonly<Partial<Record<WorldLabeler, readonly LabelSet[]>>>;
}

/** "People" are the jury that labelers are held against; this is one person more. */
const ONE_ANNOTATOR = { id: 'annotator', name: 'one annotator' } as const;

export function worldConfig(task: BuiltInTaskId, count: number): ExperimentConfig {
  return { ...DEFAULT_CONFIG, run: { ...DEFAULT_CONFIG.run, task }, pairs: { ...DEFAULT_CONFIG.pairs, count } };
}

/** Why the built-in world cannot be asked while a run is under way: both would compute on the same GPU. */
export const WORLD_WAITS = 'A run is under way in the playground: let it finish first, or judge pairs of your own.';

/** Adds what a worker said. What was said of other pairs is dropped: another engine may have written other texts. */
export function addToWorld(
  known: KnownWorld | undefined, { task, count }: Pick<KnownWorld, 'task' | 'count'>, { pairs, labelers }: LabWorld,
): KnownWorld {
  const said = labelers.map(({ asked, identity, labels, seconds }): [WorldLabeler, LabelSet] => {
    const labeler = asked === 'people' ? { ...identity, ...ONE_ANNOTATOR } : identity;
    return [asked, {
      labeler,
      labels: labels.map((label) => ({
        ...label,
        labeler: labeler.id,
        // Simulated labelers take no time worth telling.
        ...(labeler.kind === 'judge' ? { latencyMs: (1000 * seconds) / labels.length } : {}),
      })),
    }];
  });
  const same = known?.task === task && known.pairs.length === pairs.length && known.pairs.every(({ id }, i) => id === pairs[i]!.id);
  const sets: Partial<Record<WorldLabeler, readonly LabelSet[]>> = same ? { ...known.sets } : {};
  for (const asked of new Set(said.map(([which]) => which))) {
    sets[asked] = said.flatMap(([which, set]) => (which === asked ? [set] : []));
  }
  return { task, count, pairs, sets };
}
