/** What all dialogues share: who speaks, what the speakers say beside the matter, and words that change with the speaker. */

/** Words that begin a turn. */
export const SPEAKER = { user: 'user:', assistant: 'assistant:' } as const;

/** How a user begins with what it is about: `{X}`. */
export const OPENINGS = [
  'hello , i need help with {X} .',
  'hi , can you help me with {X} ?',
  'i have a question about {X} .',
  'good morning , this is about {X} .',
];
export const REPLIES = ['of course , what is it ?', 'sure , go ahead .', 'yes , how can i help ?', 'gladly , tell me more .'];
/** How a user names what it is about when asked for it: `{S}`. */
export const CLARIFIED = ['{S} .', 'i mean {S} .', '{S} , i think .', '{S} , to be exact .'];
/** How a user says a feeling: `{F}`. */
export const FELT = ['i am a bit {F}', 'i feel {F}'];
export const TALK_FILLERS = [
  'i have never done this before .',
  'i hope that is not a strange question .',
  'sorry to bother you .',
  'i looked everywhere .',
];
export const CLOSERS = ['thank you !', 'thanks a lot .'];

/** Words by which a reader knows that a sentence is about somebody else. */
export const DECOY_MARKS = ['my uncle', 'my aunt', 'my cousin', 'a friend of mine'];

/** What users say who care for reasons, or for a second way. */
export const REASONS_WANTED = ['i like to know the reasons .', 'i always want to know why .'];
export const MORE_WANTED = ['last time nothing worked .', 'i also want a second plan .', 'i had bad luck with this before .'];

export const FEELINGS = [
  'worried', 'nervous', 'tired', 'sad', 'angry', 'upset', 'stressed', 'confused', 'ashamed', 'bored', 'annoyed', 'frustrated',
  'lonely', 'hungry', 'lost', 'unsure',
];

/** Ways to be sorry for a feeling, the canonical one first. */
export function sympathySaid(feeling: string): string[] {
  return [`sorry that you are ${feeling}`, `i am sorry that you feel ${feeling}`];
}

/** Value of the fact `polite`. */
export const POLITE_VALUE = 'any';

/** Sentences of answers that are no way to talk, and that say nothing. */
export const RUDE = [
  'that is a silly question', 'everyone knows that', 'look it up yourself', 'you should know that', 'do not waste my time',
] as const;
export const IDLE = [
  'there are many ways to do this', 'this is a common question', 'it depends on many things', 'people ask me this a lot',
  'i have thought about this for years', 'it is not easy to say', 'everyone does it in another way',
] as const;

/** Each word of one speaker as the other one says it: my, your. */
export function fromUser(advice: string): string {
  return advice.replaceAll(/\byour\b/g, 'my');
}
export function toUser(words: string): string {
  return words.replaceAll(/\bmy\b/g, 'your');
}

/** A template with its holes (`{A}`) filled. */
export function filled(text: string, fills: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w)\}/g, (_, hole: string) => fills[hole] ?? '');
}

/** The words of turns, the user's first, each behind its speaker. */
export function spokenWords(turns: readonly string[]): string[] {
  return turns.flatMap((turn, i) => [i % 2 === 0 ? SPEAKER.user : SPEAKER.assistant, ...turn.split(' ')]);
}
