import type { Label } from '../core/preferences';
import { hashString, PURPOSE, randomU32, streamKey } from '../core/rng';
import { countWords } from '../core/text';
import type { TextLabeler, TextPair } from './text';
import type { LabelerIdentity, LabelOptions } from './types';

/** The baselines: rules that need no model, which a labeler worth its price has to beat. */
export const RULES = ['longer', 'shorter', 'first', 'coin', 'constant'] as const;
export type RuleId = (typeof RULES)[number];

/** P(the response shown first is better), 0..1. @param order 0 where responses[0] is shown first, else 1. */
type Answer = (first: string, second: string, pair: TextPair, order: 0 | 1) => number;

interface Rule {
  readonly name: string;
  readonly origin: string;
  readonly answer: Answer;
}

function byLength(first: string, second: string): number {
  return (Math.sign(countWords(first) - countWords(second)) + 1) / 2;
}

const COIN = streamKey(0, PURPOSE.judge, hashString('coin'));

const RULE: Readonly<Record<RuleId, Rule>> = {
  longer: {
    name: 'longer wins',
    origin: 'Picks the response with more words; as many words are a tie.',
    answer: byLength,
  },
  shorter: {
    name: 'shorter wins',
    origin: 'Picks the response with fewer words; as many words are a tie.',
    answer: (first, second) => 1 - byLength(first, second),
  },
  first: {
    name: 'first wins',
    origin: 'Picks the response shown first, whatever it says: position bias and nothing else.',
    answer: () => 1,
  },
  coin: {
    name: 'coin',
    origin: 'Flips a coin for each question, so the two orders of a pair may be answered differently.',
    answer: (_first, _second, pair, order) => randomU32(COIN, hashString(pair.id), order) & 1,
  },
  constant: {
    name: 'always a tie',
    origin: 'Says one half to everything.',
    answer: () => 0.5,
  },
};

/** A rule as a labeler. It is asked in both orders like an AI labeler, and the two answers are averaged. */
export function createRuleLabeler(id: RuleId): TextLabeler {
  const { name, origin, answer } = RULE[id];
  const identity: LabelerIdentity = { id: `rule-${id}`, name, kind: 'rule', origin };

  function labelPair(pair: TextPair): Label {
    const [a, b] = pair.responses;
    const raw = [answer(a, b, pair, 0), answer(b, a, pair, 1)] as const;
    return { pairId: pair.id, labeler: identity.id, pA: (raw[0] + 1 - raw[1]) / 2, raw, parsed: true };
  }

  return {
    identity,
    async *label(pairs: readonly TextPair[], { budget = pairs.length, signal }: LabelOptions = {}) {
      for (const pair of pairs.slice(0, budget)) {
        signal?.throwIfAborted();
        yield labelPair(pair);
      }
    },
  };
}
