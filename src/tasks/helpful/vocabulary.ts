import { Vocabulary } from '../../core/tokens';
import { FEELINGS, SPEAKER, fromUser, sympathySaid, toUser } from '../world/talk';
import { ANSWER_PHRASES } from './answerGrammar';
import { DIALOGUE_TEMPLATES } from './dialogue';
import {
  AMOUNTS,
  DAYS,
  GIVEN,
  MATTERS,
  PEOPLE,
  TIMES,
  amountSaid,
  amountTold,
  deadlineSaid,
  greetingSaid,
  insteadSaid,
} from './lexicon';

/** Every word that a dialogue or a licensed answer can hold, in alphabetical order. Ids follow from this order. */
function collect(): string[] {
  const words = new Set<string>(['.', ',', '?', '!', ...Object.values(SPEAKER)]);
  const add = (text: string): void => {
    for (const word of text.split(' ')) if (word !== '' && !word.includes('{')) words.add(word);
  };
  /** Advice and names come in both speakers' mouths. */
  const both = (text: string): void => {
    add(fromUser(text));
    add(toUser(text));
  };
  for (const list of [TIMES, PEOPLE, DIALOGUE_TEMPLATES, ANSWER_PHRASES]) list.forEach(add);
  PEOPLE.flatMap(greetingSaid).forEach(add);
  DAYS.flatMap(deadlineSaid).forEach(add);
  FEELINGS.flatMap(sympathySaid).forEach(add);
  for (const matter of MATTERS) {
    for (const text of [matter.about, matter.act, matter.general]) both(text);
    for (const list of [matter.ask, matter.avoid, matter.why, matter.next]) list.forEach(both);
    for (const { name, deed } of matter.subjects) [name, ...deed].forEach(both);
    matter.substitutes.flatMap(insteadSaid).forEach(both);
    const { amount } = matter;
    if (amount === undefined) continue;
    AMOUNTS.flatMap((number) => amountSaid(amount, number)).forEach(add);
    GIVEN.forEach((given) => add(amountTold(amount, given)));
    add(amount.unit);
  }
  return [...words].sort();
}

export const vocabulary = new Vocabulary(collect());
