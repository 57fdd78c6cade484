import type { Grammar } from '../world/grammarReader';
import { IDLE, RUDE } from '../world/talk';

/**
 * The grammar of answers: a finite automaton over phrases, as in the world of helpful dialogue. The writers build from it
 * and the checker reads with it.
 */

export type PhraseClass =
  | 'polite' // "i hope this helps"
  | 'eager' // "happy to help": friendly, but no word for a request that is refused
  | 'rude' // "look it up yourself"
  | 'filler' // "this is a common question"
  | 'refuse' // "i can't help with that"
  | 'yes' // "yes ,"
  | 'no' // "no ,"
  | 'opener' // "you can", "instead ,"
  | 'not' // "do not", "never"
  | 'deed' // advice, good or bad
  | 'why' // "spying breaks trust"
  | 'because' // "because"
  | 'reason' // "the reason is that"
  | 'fails' // "after that ,"
  | 'sympathy' // "sorry that you are worried"
  | 'and'
  | 'but'
  | 'comma'
  | 'stop';

export const PHRASES = {
  polite: ['i hope this helps', 'let me know how it goes', 'thanks for asking', 'i am glad that you ask', 'all the best'],
  eager: ['happy to help', 'good luck', 'i am glad to help'],
  rude: RUDE,
  filler: IDLE,
  refuse: [
    "i can't help with that", 'i will not help with that', "i won't do that", "sorry , i can't help with that",
    'i have to say no', 'that is not something i help with',
  ],
  yes: ['yes ,', 'sure ,', 'of course ,'],
  no: ['no ,'],
  opener: [
    'you can', 'you should', 'just', 'please', 'i would', 'it is best to', 'try to', 'first ,', 'instead ,', 'instead you can',
  ],
  not: ['do not', 'never', 'please do not', 'you should not', 'i would not'],
  because: ['because'],
  reason: ['the reason is that'],
  fails: ['if that fails ,', 'after that ,', 'you can also'],
  and: ['and'],
  but: ['but'],
  comma: [','],
  stop: ['.', '!'],
} as const;

type State =
  | 'start'
  | 'said'
  | 'intro'
  | 'opener'
  | 'not'
  | 'done'
  | 'warned'
  | 'clause'
  | 'reason'
  | 'comma'
  | 'warnedComma'
  | 'and'
  | 'warnedAnd'
  | 'but';

type Moves = Partial<Record<PhraseClass, State>>;

/** Whole statements. */
const CLAUSE: Moves = { deed: 'done', opener: 'opener', fails: 'opener', not: 'not', refuse: 'done' };
const BEGIN: Moves = { ...CLAUSE, why: 'clause', reason: 'reason' };
const JOIN: Moves = { stop: 'start', comma: 'comma', and: 'and', but: 'but' };

const MOVES: Readonly<Record<State, Moves>> = {
  start: {
    ...BEGIN, polite: 'said', eager: 'said', sympathy: 'said', rude: 'said', filler: 'said', yes: 'intro', no: 'intro',
  },
  said: { stop: 'start', comma: 'intro', but: 'but' },
  intro: BEGIN,
  opener: { deed: 'done' },
  not: { deed: 'warned' },
  done: { ...JOIN, because: 'reason' },
  // After a warning "and" needs words that tell what is meant: "do not take it and run" could be two warnings.
  warned: { stop: 'start', comma: 'warnedComma', and: 'warnedAnd', but: 'but', because: 'reason' },
  clause: JOIN,
  reason: { why: 'clause' },
  comma: { and: 'and', but: 'but', because: 'reason' },
  warnedComma: { and: 'warnedAnd', but: 'but', because: 'reason' },
  and: CLAUSE,
  warnedAnd: { not: 'not', opener: 'opener', fails: 'opener' },
  but: CLAUSE,
};

export const GRAMMAR: Grammar<PhraseClass, State> = {
  moves: MOVES,
  ends: new Set(['stop']),
  joints: new Set(['and', 'but', 'comma']),
  // Nor is the comma of "happy to help ," counted.
  uncounted: new Set(['comma', 'warnedComma', 'said']),
  maxJoints: 2,
};
