/** What an AdamW step's options mean for each parameter: the same in all engines. */
import type { ParameterView } from './layout';
import type { AdamWOptions } from './types';

export interface ViewSettings {
  readonly learningRate: number;
  /** 0 for views that do not decay. */
  readonly weightDecay: number;
}

/** How a step moves a view, or null if the view is frozen. Later groups win, setting by setting. */
export function settingsOfView(
  { name, decays }: Pick<ParameterView, 'name' | 'decays'>,
  { learningRate, weightDecay = 0, groups = [] }: AdamWOptions,
): ViewSettings | null {
  const own = groups.filter(({ prefix }) => name.startsWith(prefix));
  if (own.findLast(({ frozen }) => frozen !== undefined)?.frozen) return null;
  const ownRate = own.findLast((group) => group.learningRate !== undefined)?.learningRate;
  return { learningRate: ownRate ?? learningRate, weightDecay: decays ? weightDecay : 0 };
}
