import { AWAY } from './scenarios/away';
import { DESK } from './scenarios/desk';
import { HOME } from './scenarios/home';
import { WORK } from './scenarios/work';
import type { AskText, EventText, Pronoun, Scenario, Slot, Unit } from './scenario';

/** Values and phrases that all scenarios share, and the expansion of a scenario's placeholders. */

export const SCENARIOS: readonly Scenario[] = [...HOME, ...WORK, ...AWAY, ...DESK];

/** Slots in the order in which facts are listed, with what they mean in plain words. */
export const SLOTS: Readonly<Record<Slot, string>> = {
  narrator: 'who writes',
  other: 'who it is about',
  event: 'what happened',
  duration: 'how long',
  place: 'where',
  money: 'how much money',
  feeling: 'how the writer feels',
  tried: 'what was tried',
  says: 'what they say',
  deadline: 'by when',
  ask: 'what is asked',
};

export const AGES = ['19', '21', '22', '24', '25', '27', '28', '31', '33', '36', '39', '42'];
export const GENDERS: readonly (readonly [string, string])[] = [
  ['f', 'woman'],
  ['m', 'man'],
];
export const ROLES = [
  'nurse',
  'teacher',
  'driver',
  'cook',
  'waiter',
  'painter',
  'plumber',
  'clerk',
  'baker',
  'cleaner',
];

export const NUMBERS = ['two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
export const UNITS: readonly Unit[] = ['days', 'weeks', 'months', 'years'];
export const AMOUNTS = ['40', '60', '80', '90', '100', '120', '150', '200', '250', '300', '400', '500', '600', '800'];
export const DEADLINES = [
  'by monday',
  'by tuesday',
  'by wednesday',
  'by thursday',
  'by friday',
  'by sunday',
  'by tomorrow',
  'by next week',
];

/** Each feeling's adjective with a clause that means the same. */
export const FEELINGS: Readonly<Record<string, string>> = {
  angry: 'this drives me crazy',
  annoyed: 'it gets on my nerves',
  sad: 'i cry a lot',
  worried: 'i worry all the time',
  tired: 'i have no energy left',
  stressed: "i can't sleep",
  ashamed: 'i feel like a bad person',
  confused: "i don't know what to think",
  scared: 'my hands are shaking',
  hurt: 'it breaks my heart',
  embarrassed: 'i just want to hide',
  nervous: 'my stomach hurts',
  lonely: 'i have nobody to talk to',
  disappointed: 'i had hoped for more',
};

const PRONOUNS: Readonly<Record<Pronoun, { $he: string; $him: string; $his: string; $himself: string }>> = {
  he: { $he: 'he', $him: 'him', $his: 'his', $himself: 'himself' },
  she: { $he: 'she', $him: 'her', $his: 'her', $himself: 'herself' },
  they: { $he: 'they', $him: 'them', $his: 'their', $himself: 'themselves' },
  it: { $he: 'it', $him: 'it', $his: 'its', $himself: 'itself' },
};

/** Fills `$he` ... and `$x`. */
export function fill(text: string, pronoun: Pronoun, thing = ''): string {
  return text
    .replaceAll('$himself', PRONOUNS[pronoun].$himself)
    .replaceAll('$him', PRONOUNS[pronoun].$him)
    .replaceAll('$his', PRONOUNS[pronoun].$his)
    .replaceAll('$he', PRONOUNS[pronoun].$he)
    .replaceAll('$x', thing);
}

export function pronounsOf(scenario: Scenario): Pronoun[] {
  return [...new Set(scenario.others.map(([, pronoun]) => pronoun))];
}

/** A way to state an event after its subject. `perfect`: takes "for three weeks" or "three weeks ago" behind it. */
export interface Predicate {
  readonly text: string;
  readonly perfect: boolean;
}

export function eventValue(event: EventText, pronoun: Pronoun, thing: string): string {
  return fill(event.ing === undefined ? event.past![0]! : `keeps ${event.ing}`, pronoun, thing);
}

/** All ways to state an event, the plain ones first. */
export function predicates(event: EventText, pronoun: Pronoun, thing: string): Predicate[] {
  const out: Predicate[] = [];
  if (event.ing !== undefined) {
    out.push({ text: `keeps ${event.ing}`, perfect: false });
    out.push({ text: `has been ${event.ing}`, perfect: true });
    out.push({ text: `won't stop ${event.ing}`, perfect: false });
  }
  for (const text of event.past ?? []) out.push({ text, perfect: true });
  for (const text of event.also) out.push({ text, perfect: event.past !== undefined });
  return out.map(({ text, perfect }) => ({ text: fill(text, pronoun, thing), perfect }));
}

export function askValue(ask: AskText, pronoun: Pronoun): string {
  return fill(`${ask.kind === 'should' ? 'should i' : 'how do i'} ${ask.verbs[0]!}`, pronoun);
}

/** Canonical value of what is said; names the speaker where it is not the other party. */
export function saysValue(scenario: Scenario, clause: string): string {
  return scenario.speaker === undefined ? `says ${clause}` : `${scenario.speaker} says ${clause}`;
}

/** Distractor sentences. None states a fact of the post; each holds one of the marks by which a reader knows it. */
export const DECOY_MARKS = [
  'my uncle',
  'my aunt',
  'a friend of mine',
  'my grandmother',
  'known each other',
  'this town',
  'put aside',
];

export const DECOYS = {
  duration: [
    'my uncle dealt with something like this for {D} .',
    'i have lived in this town for {D} .',
    'a friend of mine waited {D} in the same situation .',
    'my grandmother waited {D} before she did anything .',
  ],
  acquaintance: ['we have known each other for {D} .'],
  money: [
    'my aunt once paid {M} for something like this .',
    'i put aside about {M} a month .',
    'a friend of mine lost {M} that way .',
  ],
  place: [
    'my uncle saw the same thing {P} once .',
    'a friend of mine had this {P} too .',
    'my grandmother had the same trouble {P} .',
  ],
  ask: ['my aunt thinks i should {A} .', 'my grandmother would just {A} .'],
  says: ['my uncle thinks {X} .', 'a friend of mine thinks {X} .'],
  feeling: ['my aunt is even more {F} than me .'],
} as const;

/** People who appear in distractors only. */
export const DECOY_PEOPLE = ['my uncle', 'my aunt', 'a friend of mine', 'my grandmother'];
