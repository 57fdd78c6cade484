import { Vocabulary } from '../../core/tokens';
import { FEELINGS, SPEAKER, fromUser, sympathySaid, toUser } from '../world/talk';
import { PHRASES } from './answerGrammar';
import { DIALOGUE_TEMPLATES } from './dialogue';
import { SITUATIONS, actOf, thingOf } from './lexicon';

/** Every word that a dialogue or a licensed answer can hold, in alphabetical order. Ids follow from this order. */
function collect(): string[] {
  const words = new Set<string>(['.', ',', '?', '!', ...Object.values(SPEAKER)]);
  const add = (text: string): void => {
    for (const word of text.split(' ')) if (word !== '' && !word.includes('{')) words.add(word);
  };
  /** In both speakers' mouths. */
  const both = (text: string): void => {
    add(fromUser(text));
    add(toUser(text));
  };
  DIALOGUE_TEMPLATES.forEach(add);
  Object.values<readonly string[]>(PHRASES).flat().forEach(add);
  FEELINGS.flatMap(sympathySaid).forEach(add);
  for (const situation of SITUATIONS) {
    add(situation.about);
    add(actOf(situation, undefined));
    for (const list of [situation.ask, situation.harm, situation.whyNot, situation.next, situation.why]) list.forEach(both);
    for (const one of situation.cases) [actOf(situation, one), thingOf(situation, one), ...one.way].forEach(both);
  }
  return [...words].sort();
}

export const vocabulary = new Vocabulary(collect());
