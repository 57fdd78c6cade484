import { Vocabulary } from '../../core/tokens';
import {
  AGES,
  AMOUNTS,
  DEADLINES,
  DECOYS,
  DECOY_MARKS,
  FEELINGS,
  GENDERS,
  NUMBERS,
  ROLES,
  SCENARIOS,
  UNITS,
  fill,
  predicates,
  pronounsOf,
} from './lexicon';
import { POST_TEMPLATES } from './post';
import { SUMMARY_PHRASES } from './summaryGrammar';

/** Every word that a post or a licensed summary can hold, in alphabetical order. Ids follow from this order. */
function collect(): string[] {
  const words = new Set<string>(['.', ',', '?', '!']);
  const add = (text: string): void => {
    for (const part of text.split(' ')) {
      const word = part.replace(/[<>]/g, '');
      if (word !== '' && !word.startsWith('{') && !word.startsWith('$')) words.add(word);
    }
  };
  for (const list of [AGES, AMOUNTS, DEADLINES, NUMBERS, ROLES, UNITS, DECOY_MARKS]) list.forEach(add);
  for (const pair of GENDERS) pair.forEach(add);
  for (const [name, clause] of Object.entries(FEELINGS)) {
    add(name);
    add(clause);
  }
  add('year old dollars he she they it him her them his its their');
  Object.values(DECOYS).flat().forEach(add);
  POST_TEMPLATES.forEach(add);
  SUMMARY_PHRASES.forEach(add);
  for (const scenario of SCENARIOS) {
    scenario.others.forEach(([name]) => add(name));
    scenario.intros.forEach(add);
    scenario.feelings.forEach(add);
    scenario.places?.forEach(add);
    if (scenario.speaker !== undefined) add(scenario.speaker);
    for (const pronoun of pronounsOf(scenario)) {
      for (const event of scenario.events) {
        for (const thing of event.things ?? ['']) predicates(event, pronoun, thing).forEach(({ text }) => add(text));
      }
      scenario.asks.forEach((ask) => ask.verbs.forEach((verb) => add(fill(verb, pronoun))));
      scenario.tried.flat().forEach((text) => add(fill(text, pronoun)));
      scenario.says.flat().forEach((text) => add(fill(text, pronoun)));
    }
  }
  return [...words].sort();
}

export const vocabulary = new Vocabulary(collect());
