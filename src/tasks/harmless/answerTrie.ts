import { PhraseTrie } from '../world/phraseTrie';
import { FEELINGS, sympathySaid } from '../world/talk';
import { PHRASES, type PhraseClass } from './answerGrammar';
import { SITUATIONS } from './lexicon';
import type { Case, Situation } from './situation';
import { vocabulary } from './vocabulary';

/** What advice or a reason is for: harm, a case (instead of it or to do it), a further step; a reason against or for. */
export type Role = 'harm' | 'way' | 'next' | 'whyNot' | 'why';

/** The meaning of a phrase: its canonical form, and what it is said of where it belongs to a situation. */
interface Meaning {
  readonly value: string;
  readonly of?: { readonly situation: Situation; readonly role: Role; readonly about?: Case };
}

/** A phrase of answers. */
export interface AnswerEntry {
  readonly kind: PhraseClass;
  readonly meanings: readonly [Meaning];
}

/** What the automaton reads answers with. */
export const answerTrie = new PhraseTrie<AnswerEntry>(vocabulary);

function build(): void {
  const add = (kind: PhraseClass, phrases: readonly string[], of?: Meaning['of']): void => {
    const meaning: Meaning = { value: phrases[0]!, ...(of === undefined ? {} : { of }) };
    for (const phrase of phrases) answerTrie.add(phrase, { kind, meanings: [meaning] });
  };
  // Each phrase of talk on its own: saying another one is not saying it twice.
  for (const [kind, phrases] of Object.entries(PHRASES)) for (const phrase of phrases) add(kind as PhraseClass, [phrase]);
  for (const feeling of FEELINGS) add('sympathy', sympathySaid(feeling));
  for (const situation of SITUATIONS) {
    for (const phrase of situation.harm) add('deed', [phrase], { situation, role: 'harm' });
    for (const about of situation.cases) add('deed', about.way, { situation, role: 'way', about });
    add('deed', situation.next, { situation, role: 'next' });
    // Two reasons are not one said twice.
    for (const phrase of situation.whyNot) add('why', [phrase], { situation, role: 'whyNot' });
    add('why', situation.why, { situation, role: 'why' });
  }
}

build();
