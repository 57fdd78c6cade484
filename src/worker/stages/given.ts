import { MIN_GIVEN_PAIRS } from '../../core/givenLabels';
import { namedPair } from '../pairIds';
import type { Prepared } from '../protocol';
import type { Scope } from '../scope';
import { judgedPairs } from './pairs';
import { prepare } from './prepare';

/**
 * The shared stages of a run whose labels were given before it. Its pairs are sampled again from the seed; those are kept
 * that were labelled, for every arm alike, so that arms differ in nothing but who labelled.
 * @param labelled names of the pairs that every given labeler labelled.
 * @throws Error where fewer than `MIN_GIVEN_PAIRS` of them are among the run's pairs.
 */
export async function prepareLabelled(scope: Scope, labelled: readonly string[]): Promise<Prepared> {
  const prepared = await prepare(scope);
  const wanted = new Set(labelled);
  const named = judgedPairs(scope, prepared).map((pair) => namedPair(scope.task, pair).id);
  const pairs = prepared.pairs.filter((_, i) => wanted.has(named[i]!));
  const count = (n: number): string => n.toLocaleString('en');
  if (pairs.length < MIN_GIVEN_PAIRS) {
    throw new Error(
      `Of the ${count(labelled.length)} labelled pairs, ${count(pairs.length)} are among those that this run samples; at least ` +
        `${MIN_GIVEN_PAIRS} are needed. Seed, number and temperature of the pairs and the SFT policy must be those of the labels.`,
    );
  }
  const missing = labelled.length - pairs.length;
  const notes = [
    ...(prepared.pairs.length > pairs.length
      ? [`All arms trained on ${count(pairs.length)} of the ${count(prepared.pairs.length)} sampled pairs: those that every given labeler labelled.`]
      : []),
    ...(missing > 0
      ? [`${count(missing)} labelled pairs are not among those that this run sampled; their labels were left out.`]
      : []),
  ];
  return { ...prepared, pairs, notes };
}
