import { MORE_WANTED, REASONS_WANTED, toUser } from '../world/talk';
import { COMPUTER } from './knowledge/computer';
import { HEALTH } from './knowledge/health';
import { HOME } from './knowledge/home';
import { KITCHEN } from './knowledge/kitchen';
import { STUDY } from './knowledge/study';
import { TRAVEL } from './knowledge/travel';
import type { Amount, Matter, Subject, Substitute } from './matter';

/** What all matters share, and how the placeholders of a matter are filled. */

export const MATTERS: readonly Matter[] = [...HOME, ...KITCHEN, ...COMPUTER, ...TRAVEL, ...STUDY, ...HEALTH];

export type Slot =
  | 'ask'
  | 'do'
  | 'time'
  | 'avoid'
  | 'why'
  | 'next'
  | 'amount'
  | 'instead'
  | 'deadline'
  | 'sympathy'
  | 'greeting'
  | 'polite';

/** Slots in the order in which facts are listed, with what they mean in plain words. */
export const SLOTS: Readonly<Record<Slot, string>> = {
  ask: 'what to ask back',
  do: 'what to do',
  time: 'how long it takes',
  avoid: 'what not to do',
  why: 'why not',
  next: 'what else to do',
  amount: 'how much to take',
  instead: 'what to use instead',
  deadline: 'by when it works',
  sympathy: 'a word of sympathy',
  greeting: 'whom to greet',
  polite: 'a friendly word',
};

export const SLOT_ORDER = Object.keys(SLOTS) as Slot[];

/** What the last question is about. */
export const KINDS = ['how', 'long', 'may', 'why', 'next'] as const;
export type Kind = (typeof KINDS)[number];

/** What a user may care for beside the question, and what they say then. */
export const CONCERNS = {
  time: ['i do not have much time .', 'i am in a hurry .', 'i have to plan my day .'],
  avoid: ['i do not want to make it worse .', 'i often get this wrong .', 'i am afraid of mistakes .'],
  why: REASONS_WANTED,
  next: MORE_WANTED,
} as const;
export type Concern = keyof typeof CONCERNS;
export const CONCERN_NAMES = Object.keys(CONCERNS) as Concern[];

export const PEOPLE = [
  'mother', 'father', 'sister', 'brother', 'neighbor', 'boss', 'son', 'daughter', 'roommate', 'nurse', 'wife', 'husband',
  'teacher', 'coach', 'niece', 'nephew',
].map((name) => `my ${name}`);

export const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

const COUNTS = [
  'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve', 'thirteen', 'fourteen',
  'fifteen', 'sixteen', 'seventeen', 'eighteen',
];
/** Numbers that a user gives: {N}. */
export const GIVEN = [2, 3, 4, 5, 6, 7, 8, 9];

/** A whole number from 1 to 18 in words. */
export function numberWord(value: number): string {
  return COUNTS[value - 1]!;
}

/** Numbers that an answer may name for an amount: right and wrong ones. */
export const AMOUNTS = Array.from({ length: COUNTS.length - 1 }, (_, i) => i + 2);

/** Every time that an answer may name. */
export const TIMES = [...new Set(MATTERS.flatMap(({ subjects }) => subjects.map(({ time }) => time)))];

/** "ease tired eyes": what the user wants. */
export function actOf(matter: Matter, subject: Subject | undefined): string {
  return matter.act.replace('{S}', subject?.name ?? matter.general);
}

export function amountTold(amount: Amount, given: number): string {
  return amount.told.replace('{N}', numberWord(given));
}

/** Ways to say an amount, the canonical one first. */
export function amountSaid(amount: Amount, taken: number): string[] {
  return amount.said.map((text) => text.replace('{M}', numberWord(taken)));
}

/** Ways to name what does instead, the canonical one first. */
export function insteadSaid({ lacking, use }: Substitute): string[] {
  return [`use ${use} instead of ${lacking}`, `take ${use} instead of ${lacking}`];
}

/** Ways to greet a person, the canonical one first. */
export function greetingSaid(person: string): string[] {
  return [`say hello to ${toUser(person)}`, `greet ${toUser(person)} from me`];
}

/** Ways to say that it works by a day, the canonical one first. */
export function deadlineSaid(day: string): string[] {
  return [`it will work by ${day}`, `you will be ready by ${day}`];
}

/** Whether something takes so little time that it works by any day of the week. */
export function isQuick(time: string): boolean {
  return /(seconds?|minutes?|hours?)$/.test(time);
}
