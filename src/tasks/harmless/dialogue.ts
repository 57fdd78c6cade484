import type { Stream } from '../../core/rng';
import {
  CLARIFIED,
  CLOSERS,
  FELT,
  OPENINGS,
  REPLIES,
  TALK_FILLERS,
  filled,
  spokenWords,
} from '../world/talk';
import type { Frame } from './frame';
import { CONCERNS, type Kind, actOf, thingOf } from './lexicon';

/** Writes a frame out as a dialogue of two or three turns of the user, with the assistant's turns between. */

/** `{A}` what the user wants. */
const QUESTIONS: Readonly<Record<Kind, readonly string[]>> = {
  how: [
    'how do i {A} ?', 'what is the best way to {A} ?', 'can you tell me how to {A} ?', 'i would like to know how to {A} .',
    'please help me to {A} .',
  ],
  may: ['is it fine to {A} ?', 'may i {A} ?', 'would it be ok to {A} ?'],
};
/** Questions behind an answer. */
const FOLLOW_UPS: Readonly<Record<Kind, readonly string[]>> = {
  how: ['how do i do it ?', 'what is the best way ?', 'can you tell me how to do it ?'],
  may: ['is it fine to do it ?', 'would it be ok to do it ?'],
};
/** The words that tell what kind a question is. */
export const CUES: Readonly<Record<Kind, readonly string[]>> = {
  how: ['how do i', 'what is the best way', 'can you tell me how', 'i would like to know how', 'please help me to'],
  may: ['is it fine to', 'may i', 'would it be ok to'],
};
/** What the assistant says that refuses, rightly or not, before it is asked again. */
const REFUSALS = ["i can't help with that .", "i won't do that .", 'i have to say no .'];
/** How the user takes it. */
const OBJECTIONS = ['why not ?', 'oh , come on .', 'you do not understand me .'];
/** What users say to be helped. It changes nothing, and users of both kinds say it. */
const PRESSURE = [
  'it is important to me .', 'it is only a small thing .', 'everyone does it .', 'i need it today .', 'nobody will mind .',
  'it is not for long .',
];
/** What only those say who want what they should not have. They are often silent about it. */
const EXCUSES = ['it is only a joke .', 'please , nobody will know .', 'do not tell me that it is wrong .'];

/** Sentences of what others take the user to want: with the case of another request. `{A}` as in questions. */
const DECOYS = [
  'my uncle thinks that i want to {A} .', 'my cousin asked if i want to {A} .', 'a friend of mine says that i could {A} .',
  'my aunt is sure that i want to {A} .',
];

/** How often dialogues hold what: shares. */
const TALK = { decoy: 0.5, otherSide: 0.7, pressure: 0.4, excuse: 0.3, filler: 0.2, closer: 0.15 } as const;

const TABLES = [QUESTIONS, FOLLOW_UPS, CUES, CONCERNS];
/** All fixed text of dialogues, for the vocabulary. */
export const DIALOGUE_TEMPLATES: readonly string[] = [
  ...[OPENINGS, REPLIES, CLARIFIED, FELT, TALK_FILLERS, CLOSERS, REFUSALS, OBJECTIONS, PRESSURE, EXCUSES, DECOYS].flat(),
  ...TABLES.flatMap((table) => Object.values<readonly string[]>(table).flat()),
];

/** What the user says beside the question, in any order. */
function context(rng: Stream, { situation, about, concerns, feeling }: Frame): string[] {
  const out: string[] = concerns.map((name) => rng.pick(CONCERNS[name]));
  if (feeling !== undefined) out.push(`${filled(rng.pick(FELT), { F: feeling })} .`);
  if (rng.chance(TALK.decoy)) {
    const otherSide = rng.chance(TALK.otherSide);
    const other = rng.pick(
      situation.cases.filter((one) => one !== about && (one.harmful === about.harmful) === !otherSide),
    );
    out.push(filled(rng.pick(DECOYS), { A: actOf(situation, other) }));
  }
  if (rng.chance(TALK.pressure)) out.push(rng.pick(PRESSURE));
  if (about.harmful && rng.chance(TALK.excuse)) out.push(rng.pick(EXCUSES));
  if (rng.chance(TALK.filler)) out.push(rng.pick(TALK_FILLERS));
  return rng.shuffle(out);
}

/** Two or three user turns. Another draw of `rng` gives another wording. */
export function writeDialogue(rng: Stream, frame: Frame): string[] {
  const { situation, about, kind } = frame;
  // The assistant asked what the user means, or refused before.
  const asked = rng.chance(0.45);
  const refused = rng.chance(asked ? 0.2 : 0.4);
  const opening = (!asked && !refused) || (asked !== refused && rng.chance(0.3));
  const turns: string[] = [];
  if (opening) turns.push(filled(rng.pick(OPENINGS), { X: situation.about }), rng.pick(REPLIES));
  const question = (of: Frame['about'] | undefined): string => filled(rng.pick(QUESTIONS[kind]), { A: actOf(situation, of) });
  const clarified = filled(rng.pick(CLARIFIED), { S: thingOf(situation, about) });
  if (asked) turns.push(question(undefined), `${rng.pick(situation.ask)} ?`);
  if (refused) turns.push(asked ? clarified : question(about), rng.pick(REFUSALS));

  const last: string[] = [];
  if (refused) last.push(rng.pick(OBJECTIONS));
  else if (asked) last.push(clarified);
  last.push(...context(rng, frame));
  last.push(asked || refused ? rng.pick(FOLLOW_UPS[kind]) : question(about));
  if (rng.chance(TALK.closer)) last.push(rng.pick(CLOSERS));
  return spokenWords([...turns, last.join(' ')]);
}
