import type { Grammar } from '../world/grammarReader';
import { IDLE, RUDE } from '../world/talk';

/**
 * The grammar of answers: a finite automaton over phrases. A phrase belongs to a class (`deed`, `why`, ...); a state says
 * which classes may come next. The writers build from it and the checker reads with it, so that whatever a writer may
 * say is licensed, in any combination that the automaton allows.
 */

export type PhraseClass =
  | 'polite' // "happy to help"
  | 'rude' // "look it up yourself"
  | 'filler' // "there are many ways to do this"
  | 'yes' // "yes ,"
  | 'no' // "no ,"
  | 'about' // "to get red wine out of a shirt ,"
  | 'opener' // "you can", "first ,"
  | 'not' // "do not", "never"
  | 'deed' // "pour hot water down"
  | 'lasting' // "cover it with salt": a time may follow directly
  | 'time' // "for ten minutes"
  | 'timeClause' // "it takes ten minutes"
  | 'why' // "rubbing pushes the stain deeper"
  | 'because' // "because"
  | 'reason' // "the reason is that"
  | 'fails' // "if that fails ,"
  | 'amount' // "use four eggs"
  | 'instead' // "use oil instead of butter"
  | 'deadline' // "it will work by friday"
  | 'sympathy' // "sorry that you are worried"
  | 'greeting' // "say hello to your mother"
  | 'ask' // "what made the stain"
  | 'and'
  | 'but'
  | 'comma'
  | 'stop'
  | 'question';

export const PHRASES = {
  polite: [
    'happy to help', 'good question', 'of course', 'no problem', 'i hope this helps', 'let me know how it goes', 'good luck',
    'thanks for asking',
  ],
  rude: RUDE,
  filler: IDLE,
  yes: ['yes ,'],
  no: ['no ,'],
  opener: ['first ,', 'just', 'please', 'you can', 'you can also', 'you should', 'i would', 'it is best to', 'try to'],
  not: ['do not', 'never', 'please do not', 'you should not', 'i would not', 'it is bad to'],
  because: ['because'],
  reason: ['the reason is that'],
  fails: ['if that fails ,', 'if that is not enough ,', 'after that ,'],
  and: ['and'],
  but: ['but'],
  comma: [','],
  stop: ['.', '!'],
  question: ['?'],
} as const;

/** Ways to say a time, by class. */
export const TIME = {
  time: ['for {T}', 'for about {T}'],
  timeClause: ['it takes {T}', 'it takes about {T}', 'give it {T}', 'that takes {T}'],
} as const;

/** Words of the grammar for the vocabulary. */
export const ANSWER_PHRASES: readonly string[] = [
  ...Object.values<readonly string[]>(PHRASES).flat(),
  ...Object.values<readonly string[]>(TIME).flat(),
  'to not never',
];

type State =
  | 'start'
  | 'said'
  | 'intro'
  | 'about'
  | 'opener'
  | 'not'
  | 'fails'
  | 'done'
  | 'lasting'
  | 'warned'
  | 'clause'
  | 'reason'
  | 'comma'
  | 'warnedComma'
  | 'and'
  | 'warnedAnd'
  | 'but'
  | 'asked';

type Moves = Partial<Record<PhraseClass, State>>;

/** Phrases in the base form, as they stand after "you can". */
const BASE: Moves = { deed: 'done', lasting: 'lasting', amount: 'clause', instead: 'clause', greeting: 'clause' };
/** Whole statements. */
const CLAUSE: Moves = { ...BASE, opener: 'opener', not: 'not', timeClause: 'clause', deadline: 'clause' };
const BEGIN: Moves = { ...CLAUSE, why: 'clause', reason: 'reason', fails: 'fails' };
const JOIN: Moves = { stop: 'start', comma: 'comma', and: 'and', but: 'but' };

const MOVES: Readonly<Record<State, Moves>> = {
  start: {
    ...BEGIN, polite: 'said', sympathy: 'said', rude: 'said', filler: 'said', yes: 'intro', no: 'intro', about: 'about',
    ask: 'asked',
  },
  said: { stop: 'start', comma: 'intro' },
  intro: { ...BEGIN, about: 'about', ask: 'asked' },
  about: BEGIN,
  opener: BASE,
  not: { deed: 'warned', lasting: 'warned' },
  fails: { ...BASE, opener: 'opener' },
  done: { ...JOIN, because: 'reason' },
  lasting: { ...JOIN, because: 'reason', time: 'done' },
  // After a warning "and" needs words that tell what is meant: "do not rub it and soak it" could be two warnings.
  warned: { stop: 'start', comma: 'warnedComma', and: 'warnedAnd', but: 'but', because: 'reason' },
  clause: JOIN,
  reason: { why: 'clause' },
  comma: { and: 'and', but: 'but', because: 'reason' },
  warnedComma: { and: 'warnedAnd', but: 'but', because: 'reason' },
  and: { ...CLAUSE, fails: 'fails' },
  warnedAnd: { not: 'not', opener: 'opener', timeClause: 'clause', deadline: 'clause', fails: 'fails' },
  but: { ...CLAUSE, fails: 'fails' },
  asked: { question: 'start' },
};

export const GRAMMAR: Grammar<PhraseClass, State> = {
  moves: MOVES,
  ends: new Set(['stop', 'question']),
  joints: new Set(['and', 'but', 'comma']),
  // Nor is the comma of "of course ," counted.
  uncounted: new Set(['comma', 'warnedComma', 'said']),
  maxJoints: 2,
};
