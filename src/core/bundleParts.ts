import type { ArmRecord, RunBundle } from './bundle';

/**
 * What the schema of a bundle cannot say: whether its parts refer to parts that are there. A run that was made is whole; one
 * that came from elsewhere may be anything.
 */

const ofOneLength = (...lists: readonly (readonly unknown[])[]): boolean => lists.every(({ length }) => length === lists[0]!.length);

function armMisfit({ curves, samples, bestOfN }: ArmRecord, posts: ReadonlyMap<string, number>): string | undefined {
  if (Object.values(curves).some(({ step, value }) => !ofOneLength(step, value))) return 'a curve has more steps than values, or fewer';
  if (bestOfN && !ofOneLength(bestOfN.n, bestOfN.kl, bestOfN.proxy, bestOfN.gold)) return 'a curve of best-of-n is not whole';
  if (samples.some(({ promptId }) => !posts.has(promptId))) return 'a response is to a post that is not there';
  if (new Set(samples.map(({ promptId }) => promptId)).size < samples.length) return 'a policy answers a post twice';
  const marked = samples.every(({ answer: { words, check } }) => check.marks.every(({ from, to }) => from <= to && to <= words.length));
  return marked ? undefined : 'a mark is outside of its response';
}

/** What does not fit together, in words; undefined where all does. */
export function misfitOf(bundle: RunBundle): string | undefined {
  const { config, arms, prompts, stages, comparisons, headToHead, labelers } = bundle;
  const known = new Set(['sft', ...config.arms.map(({ id }) => id)]);
  const recorded = new Set(arms.map(({ id }) => id));
  if (recorded.size < arms.length) return 'an arm is there twice';
  if (arms.some(({ id }) => !known.has(id))) return 'an arm is not among its settings';
  if ([...comparisons, ...(headToHead?.comparisons ?? [])].some(({ a, b }) => !recorded.has(a) || !recorded.has(b))) {
    return 'an arm that is not there is compared';
  }
  const named = stages.flatMap(({ arm, sharedWith }) => [arm, sharedWith]).filter((id) => id !== undefined);
  if (named.some((id) => !known.has(id))) return 'a stage is of an arm that is not there';
  if (labelers.length > config.arms.length) return 'there are more labelers than arms';
  const posts = new Map(prompts.map(({ id, words }) => [id, words.length]));
  if (posts.size < prompts.length) return 'a post is there twice';
  const within = prompts.every(({ facts, words }) => facts.every(({ spans }) => spans.every(([from, to]) => from >= 0 && from <= to && to <= words.length)));
  if (!within) return 'a fact is outside of its post';
  return arms.map((arm) => armMisfit(arm, posts)).find((misfit) => misfit !== undefined);
}
