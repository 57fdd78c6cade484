import type { ExperimentConfig } from '../core/config';
import { createFileTask } from '../tasks/file';
import { tldr } from '../tasks/tldr';
import type { Task } from '../tasks/types';
import type { DataFile } from './protocol';

let latest: { readonly data: DataFile; readonly task: Task } | undefined;

/** The task of a config. A file is read once. @throws Error with a message for the visitor. */
export function openTask(config: ExperimentConfig, data: DataFile | undefined): Task {
  if (config.run.task === 'tldr') return tldr;
  if (!data) throw new Error('The task is "your file", but no file was given. Drop one on the page, or pass --data FILE.');
  if (latest?.data.name !== data.name || latest.data.text !== data.text) {
    latest = { data, task: createFileTask(data).task };
  }
  return latest.task;
}
