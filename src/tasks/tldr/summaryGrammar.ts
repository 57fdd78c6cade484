import type { Grammar } from '../world/grammarReader';

/**
 * The grammar of summaries: a finite automaton over phrases. A phrase belongs to a class (`subject`, `event`, ...); a
 * state says which classes may come next. The writers build from it and the checker reads with it, so that whatever a
 * writer may say is licensed, in any combination that the automaton allows.
 */

export type PhraseClass =
  | 'subject' // "my roommate"
  | 'bare' // "roommate", at the start of a sentence
  | 'pronoun' // "he"
  | 'event' // "keeps eating my cheese"
  | 'eventPerfect' // "has been eating my cheese", "lost my bag": time may follow directly
  | 'says' // "says"
  | 'claim' // "it is a joke"
  | 'time' // "for three weeks", "three weeks ago"
  | 'timeClause' // "it has been three weeks"
  | 'timeTail' // ", three weeks now"
  | 'place' // "in the kitchen"
  | 'narratorOpener' // "24 f here ,"
  | 'narratorClause' // "i am a nurse"
  | 'feeling' // "i am angry"
  | 'feelingTail' // ", makes me feel angry"
  | 'money' // "it cost me 60 dollars"
  | 'moneyTail' // ", cost me 60 dollars"
  | 'iTried' // "i already"
  | 'tried' // "left a note"
  | 'triedTail' // "but it did not help"
  | 'deadline' // "i must decide by friday"
  | 'askShould' // "should i"
  | 'askHow' // "how do i"
  | 'wonderShould' // "not sure if i should"
  | 'wonderHow' // "not sure how to"
  | 'verb' // "move out"
  | 'and'
  | 'but'
  | 'so'
  | 'because'
  | 'comma'
  | 'stop'
  | 'question';

export const PREFIXES = {
  askShould: ['should i', 'is it time to', 'would it be wrong to'],
  askHow: ['how do i', 'how can i', 'what is the best way to', 'does anyone know how to'],
  wonderShould: ['not sure if i should', 'i wonder if i should'],
  wonderHow: ['not sure how to', 'i need to know how to'],
  iTried: ['i already', 'i'],
  triedTail: ['but it did not help', 'but nothing changed'],
  says: ['says', 'say', 'said', 'just says', 'just say'],
  feeling: ['i am', 'i feel'],
  feelingTail: ['makes me feel'],
  deadline: ['i must decide', 'i have to decide'],
  timeClause: ['it has been', 'that was'],
} as const;

/** Words of the grammar for the vocabulary. */
export const SUMMARY_PHRASES: readonly string[] = [
  ...Object.values(PREFIXES).flat(),
  'here , it cost me cost me i paid paid now ago for and but so because . ?',
  'i am a not never',
];

type State =
  | 'start'
  | 'intro'
  | 'subject'
  | 'says'
  | 'event'
  | 'eventPerfect'
  | 'clause'
  | 'feeling'
  | 'and'
  | 'andEvent'
  | 'but'
  | 'butEvent'
  | 'so'
  | 'because'
  | 'comma'
  | 'commaEvent'
  | 'iTried'
  | 'tried'
  | 'ask'
  | 'wonder'
  | 'asked'
  | 'wondered';

type Moves = Partial<Record<PhraseClass, State>>;

const FULL: Moves = {
  subject: 'subject',
  pronoun: 'subject',
  feeling: 'feeling',
  iTried: 'iTried',
  money: 'clause',
  deadline: 'clause',
  timeClause: 'clause',
  wonderShould: 'wonder',
  wonderHow: 'wonder',
};
const ASK: Moves = { askShould: 'ask', askHow: 'ask' };
const TAILS: Moves = { says: 'says', feelingTail: 'clause', moneyTail: 'clause' };
const AFTER_CLAUSE: Moves = { stop: 'start', and: 'and', but: 'but', so: 'so', comma: 'comma' };
const AFTER_EVENT: Moves = { stop: 'start', and: 'andEvent', but: 'butEvent', so: 'so', comma: 'commaEvent' };
const JOIN: Moves = { wonderShould: 'wonder', wonderHow: 'wonder', iTried: 'iTried', deadline: 'clause' };

const MOVES: Readonly<Record<State, Moves>> = {
  start: { ...FULL, ...ASK, bare: 'subject', narratorOpener: 'intro', narratorClause: 'clause' },
  intro: { ...FULL, ...ASK, bare: 'subject' },
  subject: { event: 'event', eventPerfect: 'eventPerfect', says: 'says' },
  says: { claim: 'clause' },
  event: { ...AFTER_EVENT, place: 'event' },
  eventPerfect: { ...AFTER_EVENT, place: 'eventPerfect', time: 'event' },
  clause: AFTER_CLAUSE,
  feeling: { ...AFTER_CLAUSE, because: 'because' },
  and: FULL,
  andEvent: { ...FULL, ...TAILS },
  but: FULL,
  butEvent: { ...FULL, says: 'says' },
  so: { ...JOIN, ...ASK, feeling: 'feeling' },
  because: { subject: 'subject', pronoun: 'subject' },
  comma: { ...JOIN, ...ASK, and: 'and', but: 'but', so: 'so' },
  commaEvent: { ...JOIN, ...ASK, ...TAILS, timeTail: 'clause', and: 'andEvent', but: 'butEvent', so: 'so' },
  iTried: { tried: 'tried' },
  tried: { ...AFTER_CLAUSE, triedTail: 'clause' },
  ask: { verb: 'asked' },
  wonder: { verb: 'wondered' },
  asked: { question: 'start' },
  wondered: { stop: 'start' },
};

export const GRAMMAR: Grammar<PhraseClass, State> = {
  moves: MOVES,
  ends: new Set(['stop', 'question']),
  joints: new Set(['and', 'but', 'so', 'because', 'comma']),
  uncounted: new Set(['comma', 'commaEvent']),
  maxJoints: 2,
  subject: 'subject',
};
