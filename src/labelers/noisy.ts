import type { Label } from '../core/preferences';
import { PURPOSE, Stream, hashString, streamKey } from '../core/rng';
import type { Check, Task, UtilityWeights } from '../tasks/types';
import { UTILITY_TIE, goldWeights, utility } from '../tasks/utility';
import { checkWith, type CheckPair } from './people';
import type { JudgedPair, Labeler, LabelOptions } from './types';

export interface NoisyOptions {
  readonly task: Pick<Task, 'check' | 'goldWeights'>;
  readonly checks?: CheckPair;
  readonly seed: number;
  /** The visitor's factors on the gold weights, `config.gold`. */
  readonly gold: UtilityWeights;
  /** Probability that an answer which no bias decided agrees with gold utility, 0..1. */
  readonly accuracy: number;
  /** Probability that the response shown first is picked whatever it says, 0..1. */
  readonly positionBias: number;
  /** Probability that, where the position did not decide, the longer response is picked, 0..1. */
  readonly lengthBias: number;
  readonly bothOrders: boolean;
}

/**
 * A labeler whose faults are set by knobs, and no model of anybody: it reads gold utility. Each answer: with probability
 * `positionBias` the response shown first; else with probability `lengthBias` the longer one; else the better one by
 * gold with probability `accuracy`. Where lengths are equal the length bias decides nothing; where utilities are equal
 * the answer is a coin flip. Answers to the two orders are independent draws.
 */
export function createNoisyLabeler(options: NoisyOptions): Labeler {
  const { task, seed, gold, accuracy, positionBias, lengthBias, bothOrders, checks = checkWith(task) } = options;
  const weights = goldWeights(task.goldWeights, gold);

  /** Whether the response shown first is picked. Draws the same count of numbers whatever the answer. */
  function answer(pair: JudgedPair, first: Check, second: Check, stream: Stream): boolean {
    const byPosition = stream.chance(positionBias);
    const byLength = stream.chance(lengthBias);
    const correct = stream.chance(accuracy);
    const coin = stream.chance(0.5);
    if (byPosition) return true;
    if (byLength && first.words !== second.words) return first.words > second.words;
    const difference = utility(pair.prompt, first, weights) - utility(pair.prompt, second, weights);
    if (Math.abs(difference) < UTILITY_TIE) return coin;
    return difference > 0 === correct;
  }

  function labelPair(pair: JudgedPair): Label {
    const [a, b] = checks(pair);
    const key = streamKey(seed, PURPOSE.judge, hashString(pair.id));
    const aFirst = Number(answer(pair, a, b, new Stream(key, 0)));
    const raw = bothOrders ? [aFirst, Number(answer(pair, b, a, new Stream(key, 1)))] : [aFirst];
    const pA = raw.length === 2 ? (raw[0]! + 1 - raw[1]!) / 2 : aFirst;
    return { pairId: pair.id, labeler: 'noisy', pA, raw, parsed: true };
  }

  return {
    identity: {
      id: 'noisy',
      name: `noise-controlled labeler, accuracy ${Math.round(accuracy * 100)}%`,
      kind: 'noisy',
      origin: 'Reads the gold utility and errs as often as its settings say; no model of anything.',
    },
    async *label(pairs: readonly JudgedPair[], { budget = pairs.length, signal }: LabelOptions = {}) {
      for (const pair of pairs.slice(0, budget)) {
        signal?.throwIfAborted();
        yield labelPair(pair);
      }
    },
  };
}
