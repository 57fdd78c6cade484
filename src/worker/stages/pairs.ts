import type { JudgedPair } from '../../labelers/types';
import type { Prepared } from '../protocol';
import type { Scope } from '../scope';

/** The pairs with their prompts, which every worker makes again from the seed. */
export function judgedPairs(scope: Pick<Scope, 'task' | 'config'>, prepared: Pick<Prepared, 'pairs'>): JudgedPair[] {
  const prompts = scope.task.prompts('preference', scope.config.pairs.count, scope.config.run.seed);
  return prepared.pairs.map(({ id, promptIndex, responses }) => {
    const prompt = prompts[promptIndex]!;
    return { id, promptId: prompt.id, prompt, responses };
  });
}
