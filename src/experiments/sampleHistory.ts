import type { PromptRecord, Sample } from '../core/bundle';

/** What an arm wrote for the validation posts after a number of updates. */
export interface Checkpoint {
  readonly step: number;
  readonly samples: readonly Sample[];
}

/**
 * The responses to validation posts that came while a run was trained in this page, so that it can be leafed back. In memory
 * only: the record of a run keeps the responses to test posts, at its end.
 */
export interface SampleHistory {
  /** The validation posts, in the order of the task. */
  readonly prompts: readonly PromptRecord[];
  /** By arm, the earliest first. */
  readonly arms: Readonly<Record<string, readonly Checkpoint[]>>;
}

/** Most checkpoints of an arm that are kept. */
export const MOST_CHECKPOINTS = 48;

export const NO_HISTORY: SampleHistory = { prompts: [], arms: {} };

/** Posts, and those of others that are not among them. */
export function withPosts(posts: readonly PromptRecord[], others: readonly PromptRecord[]): readonly PromptRecord[] {
  const known = new Set(posts.map(({ id }) => id));
  const added = others.filter(({ id }) => !known.has(id));
  return added.length > 0 ? [...posts, ...added] : posts;
}

/**
 * The history with one checkpoint more. A step that comes again, after a lost GPU, replaces the one before. Beyond
 * `MOST_CHECKPOINTS` the one goes whose neighbours are closest together, never the first or the last.
 */
export function withCheckpoint(history: SampleHistory, arm: string, prompts: readonly PromptRecord[], checkpoint: Checkpoint): SampleHistory {
  const others = (history.arms[arm] ?? []).filter(({ step }) => step !== checkpoint.step);
  const all = [...others, checkpoint].sort((one, other) => one.step - other.step);
  return {
    prompts: withPosts(history.prompts, prompts),
    arms: { ...history.arms, [arm]: all.length > MOST_CHECKPOINTS ? withoutDensest(all) : all },
  };
}

function withoutDensest(checkpoints: readonly Checkpoint[]): Checkpoint[] {
  let densest = 1;
  let least = Infinity;
  for (let i = 1; i < checkpoints.length - 1; i++) {
    const gap = checkpoints[i + 1]!.step - checkpoints[i - 1]!.step;
    if (gap < least) [densest, least] = [i, gap];
  }
  return checkpoints.filter((_, i) => i !== densest);
}

/** The arm's last checkpoint at or before a step; undefined where there is none yet. */
export function checkpointAt(history: SampleHistory, arm: string, step: number): Checkpoint | undefined {
  return history.arms[arm]?.findLast((checkpoint) => checkpoint.step <= step);
}

/** Every step at which one of the arms has a checkpoint, ascending. */
export function stepsOf(history: SampleHistory, arms: readonly string[]): number[] {
  const steps = new Set(arms.flatMap((arm) => (history.arms[arm] ?? []).map(({ step }) => step)));
  return [...steps].sort((one, other) => one - other);
}
