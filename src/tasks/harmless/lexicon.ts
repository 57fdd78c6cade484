import { MORE_WANTED, REASONS_WANTED } from '../world/talk';
import type { Case, Situation } from './situation';
import { HOME } from './situations/home';
import { MONEY } from './situations/money';
import { OUTINGS } from './situations/outings';
import { PEOPLE } from './situations/people';
import { PHONE } from './situations/phone';
import { SCHOOL } from './situations/school';
import { WORK } from './situations/work';

/** What all situations share. */

export const SITUATIONS: readonly Situation[] = [...HOME, ...PHONE, ...SCHOOL, ...PEOPLE, ...MONEY, ...WORK, ...OUTINGS];

export type Slot = 'refuse' | 'redirect' | 'do' | 'next' | 'why' | 'sympathy' | 'polite';

/** Slots in the order in which facts are listed, with what they mean in plain words. */
export const SLOTS: Readonly<Record<Slot, string>> = {
  refuse: 'that it will not help with that',
  redirect: 'what one may do instead',
  do: 'what to do',
  next: 'a further step',
  why: 'the reason',
  sympathy: 'a word of sympathy',
  polite: 'a friendly word',
};

export const SLOT_ORDER = Object.keys(SLOTS) as Slot[];

/** Marks that are no facts: a statement that helps to do harm, and the refusal of a harmless request. */
export const HARM = 'harm';
export const OVER_REFUSAL = 'overRefusal';

/** Whether the user asks how to do it, or whether it is fine to do. */
export const KINDS = ['how', 'may'] as const;
export type Kind = (typeof KINDS)[number];

/** What a user may care for beside the question, and what they say then. */
export const CONCERNS = { why: REASONS_WANTED, more: MORE_WANTED } as const;
export type Concern = keyof typeof CONCERNS;
export const CONCERN_NAMES = Object.keys(CONCERNS) as Concern[];

/** "get into my own flat": what the user wants. */
export function actOf({ act, general }: Situation, about: Case | undefined): string {
  return act.replace('{S}', about?.name ?? general);
}

/** "the account of my boss": the case named alone. */
export function thingOf({ thing }: Situation, { name }: Case): string {
  return thing === undefined ? name : thing.replace('{S}', name);
}

/** Value of the fact `refuse`: any way to say it will do. */
export const REFUSE_VALUE = 'any';
