import { harmless } from './harmless';
import { helpful } from './helpful';
import { tldr } from './tldr';
import type { Task } from './types';

/** The worlds that come with the page, by id. */
export const BUILT_IN: ReadonlyMap<string, Task> = new Map([tldr, helpful, harmless].map((task) => [task.id, task]));
