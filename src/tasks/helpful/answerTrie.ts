import { PhraseTrie } from '../world/phraseTrie';
import { FEELINGS, sympathySaid, toUser } from '../world/talk';
import { PHRASES, type PhraseClass, TIME } from './answerGrammar';
import {
  AMOUNTS,
  DAYS,
  MATTERS,
  PEOPLE,
  TIMES,
  actOf,
  amountSaid,
  deadlineSaid,
  greetingSaid,
  insteadSaid,
} from './lexicon';
import type { Matter, Subject } from './matter';
import { vocabulary } from './vocabulary';

/** One meaning of a phrase: a canonical value of a matter, or of all of them where `matter` is absent. */
interface Meaning {
  readonly value: string;
  readonly matter?: Matter;
  readonly subject?: Subject;
}

/** A phrase of answers, with all that it may mean: two matters may share words. */
export interface AnswerEntry {
  readonly kind: PhraseClass;
  readonly meanings: Meaning[];
}

/** What the automaton reads answers with. */
export const answerTrie = new PhraseTrie<AnswerEntry>(vocabulary);

function build(): void {
  const entries = new Map<string, AnswerEntry>();
  const add = (kind: PhraseClass, phrase: string, meaning: Meaning): void => {
    const key = `${kind}|${phrase}`;
    const known = entries.get(key);
    if (known !== undefined) {
      known.meanings.push(meaning);
      return;
    }
    const entry: AnswerEntry = { kind, meanings: [meaning] };
    entries.set(key, entry);
    answerTrie.add(phrase, entry);
  };
  for (const [kind, phrases] of Object.entries(PHRASES)) {
    for (const phrase of phrases) add(kind as PhraseClass, phrase, { value: phrase });
  }
  for (const value of TIMES) {
    for (const kind of ['time', 'timeClause'] as const) {
      for (const form of TIME[kind]) add(kind, form.replace('{T}', value), { value });
    }
  }
  const personal = (kind: PhraseClass, phrases: readonly string[]): void => {
    for (const phrase of phrases) add(kind, phrase, { value: phrases[0]! });
  };
  for (const person of PEOPLE) personal('greeting', greetingSaid(person));
  for (const day of DAYS) personal('deadline', deadlineSaid(day));
  for (const feeling of FEELINGS) personal('sympathy', sympathySaid(feeling));
  for (const matter of MATTERS) {
    const { substitutes, amount } = matter;
    const ways = (kind: PhraseClass, phrases: readonly string[], subject?: Subject): void => {
      const meaning = { value: phrases[0]!, matter, ...(subject === undefined ? {} : { subject }) };
      for (const phrase of phrases) add(kind, phrase, meaning);
    };
    for (const subject of matter.subjects) {
      ways(matter.lasting ? 'lasting' : 'deed', subject.deed, subject);
      ways('about', [`to ${toUser(actOf(matter, subject))} ,`], subject);
    }
    ways('about', [`to ${toUser(actOf(matter, undefined))} ,`]);
    ways('deed', matter.avoid);
    ways('deed', matter.next);
    ways('why', matter.why);
    // Each question back on its own: they all ask for the same.
    for (const phrase of matter.ask) add('ask', phrase, { value: matter.ask[0]!, matter });
    // Wrong pairs too, so that they read as what they are.
    for (const { lacking } of substitutes) {
      for (const { use } of substitutes) if (use !== lacking) ways('instead', insteadSaid({ lacking, use }));
    }
    if (amount !== undefined) for (const number of AMOUNTS) ways('amount', amountSaid(amount, number));
  }
}

build();
