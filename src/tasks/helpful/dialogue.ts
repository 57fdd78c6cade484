import type { Stream } from '../../core/rng';
import {
  CLARIFIED,
  CLOSERS,
  DECOY_MARKS,
  FELT,
  OPENINGS,
  REPLIES,
  TALK_FILLERS,
  filled,
  fromUser,
  spokenWords,
} from '../world/talk';
import type { Frame } from './frame';
import { CONCERNS, GIVEN, type Kind, actOf, amountTold, numberWord } from './lexicon';
import type { Matter, Subject } from './matter';

/** Writes a frame out as a dialogue of two or three turns of the user, with the assistant's turns between. */

/** `{A}` what the user wants, `{V}` what one should not do, `{D}` what to do. */

/** The questions of a user who says what they want, and the words that tell what kind each is. */
const QUESTIONS: Readonly<Record<Kind, readonly string[]>> = {
  how: ['how do i {A} ?', 'what is the best way to {A} ?', 'can you tell me how to {A} ?', 'i would like to know how to {A} .'],
  long: ['how long does it take to {A} ?', 'how much time do i need to {A} ?'],
  may: ['i want to {A} . can i just {V} ?', 'i have to {A} . is it fine to {V} ?'],
  why: ['i want to {A} . why should i not {V} ?', 'i have to {A} . why is it bad to {V} ?'],
  next: ['i want to {A} and i already tried to {D} . what else can i do ?'],
};
/** Questions after an answer. */
const FOLLOW_UPS: Readonly<Record<Kind, readonly string[]>> = {
  how: [],
  long: ['how long does that take ?', 'how much time do i need for that ?'],
  may: ['can i just {V} ?', 'is it fine to {V} ?'],
  why: ['why should i not {V} ?', 'why is it bad to {V} ?'],
  next: ['what if that does not work ?', 'i did that , but it was not enough . what else can i do ?'],
};
export const CUES: Readonly<Record<Kind, readonly string[]>> = {
  how: ['how do i', 'what is the best way', 'can you tell me how', 'i would like to know how'],
  long: ['how long', 'how much time'],
  may: ['can i just', 'is it fine to'],
  why: ['why should i not', 'why is it bad to'],
  next: ['what else can i do', 'what if that does not work'],
};
const TOLD = ['you can {D} .', '{D} .', 'it is best to {D} .'];
const THANKS = ['thanks !', 'ok .', 'i see .', 'good idea .'];
export const LACKS = ['i do not have {L}', 'i could not find {L}'];
export const NEEDED = ['it has to work by {Y}', 'i need it by {Y}'];
export const SENDERS = ['{P} told me to ask you', '{P} said you could help me'];

const DECOYS = {
  subject: ['my uncle once had to {A} .', 'a friend of mine wanted to {A} last year .'],
  time: ['my cousin says it takes {T} .', 'my aunt needed {T} for it .'],
  deed: ['my aunt thinks i should {D} .', 'a friend of mine says i can {D} .'],
  given: ['my aunt once did it for {N} {U} .', 'my cousin needed it for {N} {U} .'],
} as const;

const FIXED = [OPENINGS, REPLIES, CLARIFIED, TOLD, THANKS, LACKS, NEEDED, FELT, SENDERS, TALK_FILLERS, CLOSERS, DECOY_MARKS];
/** All fixed text of dialogues, for the vocabulary. */
export const DIALOGUE_TEMPLATES: readonly string[] = [
  ...FIXED.flat(),
  ...[QUESTIONS, FOLLOW_UPS, CUES, CONCERNS, DECOYS].flatMap((table) => Object.values<readonly string[]>(table).flat()),
];

/** A sentence about somebody else with a value that is not the dialogue's; nothing where there is no other value. */
function decoy(rng: Stream, frame: Frame, kind: keyof typeof DECOYS): string | undefined {
  const { matter, subject, given } = frame;
  const other = rng.pick(matter.subjects.filter((candidate) => candidate !== subject));
  switch (kind) {
    case 'subject':
      return filled(rng.pick(DECOYS.subject), { A: fromOther(actOf(matter, other)) });
    case 'time':
      return other.time === subject?.time ? undefined : filled(rng.pick(DECOYS.time), { T: other.time });
    case 'deed':
      return filled(rng.pick(DECOYS.deed), { D: fromUser(rng.pick(other.deed)) });
    case 'given': {
      if (matter.amount === undefined) return undefined;
      const number = rng.pick(GIVEN.filter((candidate) => candidate !== given));
      return filled(rng.pick(DECOYS.given), { N: numberWord(number), U: matter.amount.unit });
    }
  }
}

/** "train my back" of somebody else. */
function fromOther(act: string): string {
  return act.replaceAll(/\bmy\b/g, 'the');
}

/** What the user says beside the question, in any order. */
function context(rng: Stream, frame: Frame): string[] {
  const out: string[] = frame.concerns.map((name) => rng.pick(CONCERNS[name]));
  const { substitute, given, matter, day, feeling } = frame;
  if (substitute !== undefined) out.push(`${filled(rng.pick(LACKS), { L: fromUser(substitute.lacking) })} .`);
  if (given !== undefined && matter.amount !== undefined) out.push(`${amountTold(matter.amount, given)} .`);
  if (day !== undefined) out.push(`${filled(rng.pick(NEEDED), { Y: day })} .`);
  if (feeling !== undefined) out.push(`${filled(rng.pick(FELT), { F: feeling })} .`);
  const kinds = rng.shuffle(['subject', 'time', 'deed', 'given'] as const);
  for (let i = 0, n = rng.pick([0, 1, 1, 2]); i < n; i++) {
    const sentence = decoy(rng, frame, kinds[i]!);
    if (sentence !== undefined) out.push(sentence);
  }
  if (rng.chance(0.25)) out.push(rng.pick(TALK_FILLERS));
  return rng.shuffle(out);
}

/** Turns before the last one of the user: who begins is always the user. */
function before(rng: Stream, frame: Frame, opening: boolean, asked: boolean): string[] {
  const { matter, subject } = frame;
  const turns: string[] = [];
  if (opening) turns.push(filled(rng.pick(OPENINGS), { X: matter.about }), rng.pick(REPLIES));
  const question = (about: Subject | undefined): string => filled(rng.pick(QUESTIONS.how), { A: actOf(matter, about) });
  if (asked) turns.push(question(undefined), `${rng.pick(matter.ask)} ?`);
  if (!frame.told || subject === undefined) return turns;
  turns.push(asked ? clarified(rng, subject) : question(subject));
  turns.push(filled(rng.pick(TOLD), { D: rng.pick(subject.deed) }));
  return turns;
}

function clarified(rng: Stream, subject: Subject): string {
  return filled(rng.pick(CLARIFIED), { S: subject.name });
}

function questionOf(rng: Stream, templates: readonly string[], matter: Matter, subject: Subject | undefined): string {
  const deed = subject === undefined ? '' : fromUser(rng.pick(subject.deed));
  return filled(rng.pick(templates), { A: actOf(matter, subject), V: fromUser(rng.pick(matter.avoid)), D: deed });
}

/** Two or three user turns. Another draw of `rng` gives another wording. */
export function writeDialogue(rng: Stream, frame: Frame): string[] {
  const { matter, subject, kind, told, person } = frame;
  // What was tried can also be told in the question itself.
  const tried = kind === 'next' && rng.chance(0.4);
  // The assistant asked back before.
  const asked = !tried && subject !== undefined && rng.chance(told ? 0.35 : 0.45);
  const follows = told && !tried;
  // Three turns where an opening, a question back or an answer come on top of one another.
  const opening = (!asked && !follows) || (follows !== asked && rng.chance(0.3));
  const turns = before(rng, tried ? { ...frame, told: false } : frame, opening, asked);

  const last: string[] = [];
  if (follows) last.push(rng.pick(THANKS));
  else if (asked) last.push(clarified(rng, subject));
  last.push(...context(rng, frame));
  const short = follows || (asked && kind !== 'how');
  if (short) last.push(questionOf(rng, FOLLOW_UPS[kind], matter, subject));
  else if (!asked) last.push(questionOf(rng, QUESTIONS[kind], matter, subject));
  if (rng.chance(0.2)) last.push(rng.pick(CLOSERS));
  if (person !== undefined) {
    const sentence = `${filled(rng.pick(SENDERS), { P: person })} .`;
    if (rng.chance(0.5)) turns[0] = `${turns[0]!} ${sentence}`;
    else last.splice(follows || asked ? 1 : 0, 0, sentence);
  }
  return spokenWords([...turns, last.join(' ')]);
}
