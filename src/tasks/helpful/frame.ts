import type { Stream } from '../../core/rng';
import type { Fact } from '../types';
import { frameIdentity } from '../world/splits';
import { FEELINGS, POLITE_VALUE, sympathySaid } from '../world/talk';
import {
  CONCERN_NAMES,
  type Concern,
  DAYS,
  GIVEN,
  KINDS,
  type Kind,
  MATTERS,
  PEOPLE,
  SLOT_ORDER,
  type Slot,
  amountSaid,
  deadlineSaid,
  greetingSaid,
  insteadSaid,
  isQuick,
} from './lexicon';
import type { Matter, Subject, Substitute } from './matter';

/** What a dialogue is about: all that its last answer has to take into account. */
export interface Frame {
  readonly matter: Matter;
  /** Absent where the user leaves open what it is about: then a good answer asks back. */
  readonly subject: Subject | undefined;
  readonly kind: Kind;
  /** What the user cares for beside the question; never what the question asks anyway. */
  readonly concerns: readonly Concern[];
  /** The user knows what to do already: the assistant said so, or the user tried it. */
  readonly told: boolean;
  readonly substitute: Substitute | undefined;
  /** The number that the user gave. */
  readonly given: number | undefined;
  /** The day by which it has to work. Only for what is quick: whether anything else is done by then, nobody knows. */
  readonly day: string | undefined;
  readonly feeling: string | undefined;
  /** Who sent the user: "my mother". */
  readonly person: string | undefined;
}

/** The slot that each kind of question asks for. */
export const ASKED: Readonly<Record<Kind, Slot>> = { how: 'do', long: 'time', may: 'avoid', why: 'why', next: 'next' };

/** What is in a dialogue only because the user needs it. */
const NEEDS: ReadonlySet<Slot> = new Set(['amount', 'instead', 'deadline']);

/** How often dialogues are like what. */
const DIALOGUE = {
  ambiguous: 0.2, second: 0.75, lack: 0.35, given: 0.5, day: 0.4, feeling: 0.5, person: 0.3, told: 0.55,
} as const;

/** Whether it can be said that something works by a day. Nobody promises that of health. */
export function hasDeadline(matter: Matter, subject: Subject | undefined): boolean {
  return matter.topic !== 'health' && subject !== undefined && isQuick(subject.time);
}

/** A random frame. */
export function drawFrame(rng: Stream): Frame {
  const matter = rng.pick(MATTERS);
  const ambiguous = rng.chance(DIALOGUE.ambiguous);
  const subject = ambiguous ? undefined : rng.pick(matter.subjects);
  const kind = ambiguous ? rng.pick(['how', 'how', 'long'] as const) : rng.pick(['how', ...KINDS] as const);
  // What only the subject decides cannot be told before it is known, so nobody asks for it beside the question.
  const open = CONCERN_NAMES.filter((name) => name !== ASKED[kind] && !(ambiguous && name === 'time'));
  const feeling = rng.chance(DIALOGUE.feeling) ? rng.pick(FEELINGS) : undefined;
  const concerns = rng.shuffle(open).slice(0, rng.chance(DIALOGUE.second) ? 2 : 1);
  return {
    matter,
    subject,
    kind,
    concerns: CONCERN_NAMES.filter((name) => concerns.includes(name)),
    told: kind === 'next' || (!ambiguous && kind !== 'how' && rng.chance(DIALOGUE.told)),
    substitute: rng.chance(DIALOGUE.lack) ? rng.pick(matter.substitutes) : undefined,
    given: matter.amount !== undefined && rng.chance(DIALOGUE.given) ? rng.pick(GIVEN) : undefined,
    day: hasDeadline(matter, subject) && rng.chance(DIALOGUE.day) ? rng.pick(DAYS) : undefined,
    feeling,
    // Every dialogue is somebody's: they say how they feel or who sent them.
    person: feeling === undefined || rng.chance(DIALOGUE.person) ? rng.pick(PEOPLE) : undefined,
  };
}

/** Ways to say how much to take, the canonical one first; nothing where the user gave no number. */
export function amountOf({ matter: { amount }, given }: Frame): string[] | undefined {
  return amount === undefined || given === undefined ? undefined : amountSaid(amount, given * amount.rate);
}

/** Canonical values by slot: what a helpful answer may tell, in the order of `SLOTS`. */
export function valuesOf(frame: Frame): Map<Slot, string> {
  const { matter, subject, told, substitute, day, feeling, person } = frame;
  const all: Partial<Record<Slot, string | undefined>> = {
    ask: subject === undefined ? matter.ask[0] : undefined,
    do: told ? undefined : subject?.deed[0],
    time: subject?.time,
    avoid: matter.avoid[0],
    why: matter.why[0],
    next: matter.next[0],
    amount: amountOf(frame)?.[0],
    instead: substitute === undefined ? undefined : insteadSaid(substitute)[0],
    deadline: day === undefined ? undefined : deadlineSaid(day)[0],
    sympathy: feeling === undefined ? undefined : sympathySaid(feeling)[0],
    greeting: person === undefined ? undefined : greetingSaid(person)[0],
    polite: POLITE_VALUE,
  };
  const values = new Map<Slot, string>();
  for (const slot of SLOT_ORDER) {
    const value = all[slot];
    if (value !== undefined) values.set(slot, value);
  }
  return values;
}

/** Importance of facts, in utility units; chosen such that the average fact counts about 1. */
export const IMPORTANCE = { asked: 2, needed: 1.6, polite: 0.4, rest: 0.2, greeting: 0.1 } as const;

/**
 * What a careful reader gives for each fact, in utility units: docs/adr/0004-helpful-dialogue.md. What is asked matters
 * most (a question back, where the dialogue leaves open what it is about), then what the user said they care for, lack,
 * need a number for or need by a day. The rest is true and beside the point.
 */
export function importanceOf(slot: Slot, frame: Pick<Frame, 'subject' | 'kind' | 'concerns'>): number {
  if (slot === (frame.subject === undefined ? 'ask' : ASKED[frame.kind])) return IMPORTANCE.asked;
  if (NEEDS.has(slot) || frame.concerns.some((name) => name === slot)) return IMPORTANCE.needed;
  return slot === 'polite' || slot === 'greeting' ? IMPORTANCE[slot] : IMPORTANCE.rest;
}

/** Importance tells what was asked. */
export const { frameHash, splitOf, frameId } = frameIdentity<Pick<Fact, 'slot' | 'value' | 'importance'>>(
  0x3c6ef372,
  ({ slot, value, importance }) => `${slot}=${value}*${importance}`,
);
