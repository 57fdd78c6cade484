/**
 * The shape in which the world's texts are written down. A scenario is a situation people post about; a frame picks
 * one value for each slot from it.
 *
 * Placeholders in phrases: `$x` the event's thing; `$he $him $his $himself` the other party's pronouns; `{O}` the
 * other party.
 */

export type Pronoun = 'he' | 'she' | 'they' | 'it';

export type Unit = 'days' | 'weeks' | 'months' | 'years';

/** Slots whose importance hangs on the question asked. */
export type DetailSlot = 'narrator' | 'duration' | 'place' | 'money' | 'feeling' | 'tried' | 'says' | 'deadline';

export type Slot = DetailSlot | 'other' | 'event' | 'ask';

export interface EventText {
  /** What goes on all the time, as an -ing phrase: "keeps ...", "has been ...". Exclusive with `past`. */
  readonly ing?: string;
  /** What happened once, as past-tense predicates. */
  readonly past?: readonly string[];
  /** Other ways to say it: third person present for `ing`, past tense for `past`. */
  readonly also: readonly string[];
  readonly things?: readonly string[];
  /** False where no sum of money fits the event. */
  readonly money?: boolean;
  /** Places instead of the scenario's; an empty list where none fits. */
  readonly places?: readonly string[];
}

export interface AskText {
  readonly kind: 'should' | 'how';
  /** Base verb phrases with one meaning; the first is the canonical one. */
  readonly verbs: readonly string[];
  /** Details that the answer hangs on: these matter to a reader. */
  readonly focus: readonly DetailSlot[];
}

export interface Scenario {
  readonly topic: string;
  readonly others: readonly (readonly [string, Pronoun])[];
  /** First-person clauses that bring in the other party. */
  readonly intros: readonly string[];
  readonly units: readonly Unit[];
  readonly feelings: readonly string[];
  readonly places?: readonly string[];
  /** How a sum of money comes in: what it cost, or what the narrator had paid. Absent: never. */
  readonly money?: 'cost' | 'paid';
  readonly events: readonly EventText[];
  readonly asks: readonly AskText[];
  /** What the narrator tried, past tense; each a list of ways to say one thing. */
  readonly tried: readonly (readonly string[])[];
  /** What is said about it; each a list of clauses with one meaning. */
  readonly says: readonly (readonly string[])[];
  /** Who says it, where it is not the other party. */
  readonly speaker?: string;
  /** Narrators are told by age, by role, or either. */
  readonly narrators?: 'age' | 'role';
}
