import type { Label } from '../core/preferences';
import { PURPOSE, Stream, hashString, streamKey } from '../core/rng';
import type { Check, Task, UtilityWeights } from '../tasks/types';
import { drawReaders, preference } from '../tasks/utility';
import type { JudgedPair, Labeler, LabelOptions } from './types';

/** What the checker finds in both responses of a pair. */
export type CheckPair = (pair: JudgedPair) => readonly [Check, Check];

/** Asks the task; pass a function that remembers where the checks are known already. */
export function checkWith(task: Pick<Task, 'check'>): CheckPair {
  return ({ prompt, responses }) => [task.check(prompt, responses[0]), task.check(prompt, responses[1])];
}

export interface PeopleOptions {
  readonly task: Pick<Task, 'check' | 'reader'>;
  readonly checks?: CheckPair;
  readonly seed: number;
  /** The visitor's factors on the annotators' weights, `config.gold`. */
  readonly gold: UtilityWeights;
  /** Probability that a vote is replaced by a coin flip, 0..1. */
  readonly noise: number;
  /** Annotators asked about each pair, at least 1. */
  readonly perPair: number;
}

/**
 * Simulated people: for each pair some annotators of the panel are drawn, each votes by their Bradley-Terry preference,
 * and pA is the mean vote. As in AlpacaFarm (Dubois et al. 2023): varied annotators, one drawn per pair by default, and
 * noise as a chance of a random label. They see no order, so `raw` has one entry. The draws of votes and of noise are
 * separate, so that more noise changes only the votes that it replaces.
 */
export function createPeopleLabeler(options: PeopleOptions): Labeler {
  const { task, seed, gold, noise, perPair, checks = checkWith(task) } = options;

  function labelPair(pair: JudgedPair): Label {
    const id = hashString(pair.id);
    const readers = drawReaders(task, 'panel', perPair, new Stream(streamKey(seed, PURPOSE.annotator, id)), gold);
    const votes = new Stream(streamKey(seed, PURPOSE.vote, id));
    const flips = new Stream(streamKey(seed, PURPOSE.noise, id));
    const [a, b] = checks(pair);
    let forA = 0;
    for (const reader of readers) {
      const vote = votes.chance(preference(reader, pair.prompt, a, b));
      const replaced = flips.chance(noise);
      const coin = flips.chance(0.5);
      forA += Number(replaced ? coin : vote);
    }
    const pA = forA / perPair;
    return { pairId: pair.id, labeler: 'people', pA, raw: [pA], parsed: true };
  }

  return {
    identity: {
      id: 'people',
      name: perPair === 1 ? 'simulated people' : `simulated people, ${perPair} a pair`,
      kind: 'people',
      origin:
        'Annotators who weigh facts, inventions, stumbles and length each in their own way and choose with noise' +
        (noise > 0 ? `; ${Math.round(noise * 100)}% of the votes are coin flips.` : '.'),
    },
    async *label(pairs: readonly JudgedPair[], { budget = pairs.length, signal }: LabelOptions = {}) {
      for (const pair of pairs.slice(0, budget)) {
        signal?.throwIfAborted();
        yield labelPair(pair);
      }
    },
  };
}
