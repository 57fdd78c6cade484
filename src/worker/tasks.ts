import type { ExperimentConfig } from '../core/config';
import { BUILT_IN } from '../tasks/builtIn';
import { createFileTask } from '../tasks/file';
import type { Check, Prompt, Split, Task } from '../tasks/types';
import type { DataFile } from './protocol';

/** Sets of posts that are kept: preference, validation and test posts of a run, which stages ask for several times. */
const KEPT_DRAWS = 4;
const KEPT_SPLITS: readonly Split[] = ['preference', 'validation', 'test'];

/**
 * The same task with a memory: labeler, alignment and verdict look at the same posts and responses again and again.
 * What it gives is what the task gives.
 */
function remembering(task: Task): Task {
  const draws = new Map<string, Prompt[]>();
  const checks = new WeakMap<object, { readonly prompt: Prompt; readonly check: Check }>();
  return {
    ...task,
    prompts(split, count, seed) {
      if (!KEPT_SPLITS.includes(split)) return task.prompts(split, count, seed);
      const key = `${split} ${count} ${seed}`;
      let drawn = draws.get(key);
      if (!drawn) {
        drawn = task.prompts(split, count, seed);
        if (draws.size >= KEPT_DRAWS) draws.delete(draws.keys().next().value!);
        draws.set(key, drawn);
      }
      return drawn;
    },
    check(prompt, response) {
      const known = checks.get(response);
      if (known?.prompt === prompt) return known.check;
      const check = task.check(prompt, response);
      checks.set(response, { prompt, check });
      return check;
    },
  };
}

const builtIn: ReadonlyMap<string, Task> = new Map([...BUILT_IN].map(([id, task]) => [id, remembering(task)]));
let latest: { readonly data: DataFile; readonly task: Task } | undefined;

/** The task of a config. A file is read once. @throws Error with a message for the visitor. */
export function openTask(config: ExperimentConfig, data: DataFile | undefined): Task {
  const known = builtIn.get(config.run.task);
  if (known) return known;
  if (!data) throw new Error('The task is "your file", but no file was given. Drop one on the page, or pass --data FILE.');
  if (latest?.data.name !== data.name || latest.data.text !== data.text) {
    latest = { data, task: remembering(createFileTask(data).task) };
  }
  return latest.task;
}
