import { PhraseTrie } from '../world/phraseTrie';
import { type Span, sentenceReader } from '../world/sentences';
import { DECOY_MARKS, FEELINGS, FELT, fromUser } from '../world/talk';
import { CUES, LACKS, NEEDED, SENDERS } from './dialogue';
import { ASKED, type Frame, hasDeadline } from './frame';
import {
  CONCERNS,
  CONCERN_NAMES,
  type Concern,
  DAYS,
  GIVEN,
  KINDS,
  type Kind,
  MATTERS,
  PEOPLE,
  type Slot,
  actOf,
  amountTold,
  numberWord,
} from './lexicon';
import type { Matter, Subject, Substitute } from './matter';
import { vocabulary } from './vocabulary';

/** Reads what a dialogue is about from its words: for the world's own dialogues as for those that a visitor writes. */

type Entry =
  | { readonly is: 'act'; readonly matter: Matter; readonly subject: Subject | undefined }
  | { readonly is: 'subject'; readonly matter: Matter; readonly subject: Subject }
  | { readonly is: 'deed'; readonly matter: Matter; readonly subject: Subject }
  | { readonly is: 'cue'; readonly kind: Kind }
  | { readonly is: 'concern'; readonly name: Concern }
  | { readonly is: 'lack'; readonly matter: Matter; readonly substitute: Substitute }
  | { readonly is: 'given'; readonly template: string; readonly given: number }
  | { readonly is: 'day'; readonly day: string }
  | { readonly is: 'feeling'; readonly feeling: string }
  | { readonly is: 'person'; readonly person: string }
  | { readonly is: 'decoy' }
  /** Keeps the words of something else from being read: advice against holds the words of advice. */
  | { readonly is: 'nothing' };

const trie = new PhraseTrie<Entry>(vocabulary);
/** Numbers on their own: a decoy's. */
const numbers = new Map(GIVEN.map((given) => [vocabulary.id(numberWord(given)), given]));

function build(): void {
  for (const kind of KINDS) for (const phrase of CUES[kind]) trie.add(phrase, { is: 'cue', kind });
  for (const name of CONCERN_NAMES) {
    for (const sentence of CONCERNS[name]) trie.add(sentence.replace(/ \.$/, ''), { is: 'concern', name });
  }
  for (const phrase of DECOY_MARKS) trie.add(phrase, { is: 'decoy' });
  for (const person of PEOPLE) {
    for (const frame of SENDERS) trie.add(frame.replace('{P}', person), { is: 'person', person });
  }
  for (const day of DAYS) for (const frame of NEEDED) trie.add(frame.replace('{Y}', day), { is: 'day', day });
  for (const feeling of FEELINGS) {
    for (const frame of FELT) trie.add(frame.replace('{F}', feeling), { is: 'feeling', feeling });
  }
  const templates = new Set<string>();
  for (const matter of MATTERS) {
    trie.add(actOf(matter, undefined), { is: 'act', matter, subject: undefined });
    for (const subject of matter.subjects) {
      const acts = new Set([actOf(matter, subject), actOf(matter, subject).replaceAll(/\bmy\b/g, 'the')]);
      for (const act of acts) trie.add(act, { is: 'act', matter, subject });
      trie.add(subject.name, { is: 'subject', matter, subject });
      for (const deed of new Set(subject.deed.flatMap((text) => [text, fromUser(text)]))) {
        trie.add(deed, { is: 'deed', matter, subject });
      }
    }
    for (const text of new Set(matter.avoid.flatMap((way) => [way, fromUser(way)]))) trie.add(text, { is: 'nothing' });
    for (const substitute of matter.substitutes) {
      for (const frame of LACKS) {
        trie.add(frame.replace('{L}', fromUser(substitute.lacking)), { is: 'lack', matter, substitute });
      }
    }
    const { amount } = matter;
    if (amount === undefined || templates.has(amount.told)) continue;
    templates.add(amount.told);
    for (const given of GIVEN) trie.add(amountTold(amount, given), { is: 'given', template: amount.told, given });
  }
}

build();

const sentencesOf = sentenceReader(vocabulary, trie);

/** What decoys mention, for writers who mix it up. */
export interface Decoys {
  readonly subject: Subject | undefined;
  readonly given: number | undefined;
}

export interface Reading {
  /** Absent where the dialogue is about nothing that the world knows. */
  readonly frame: Frame | undefined;
  /** The words that call for each slot. */
  readonly spans: ReadonlyMap<Slot, Span>;
  readonly decoys: Decoys;
}

/** Where the same is said more than once, the last time counts. */
export function recognise(ids: readonly number[]): Reading {
  let matter: Matter | undefined;
  let subject: Subject | undefined;
  let about: Span | undefined;
  let kind: Kind = 'how';
  let asked: Span | undefined;
  const lacks: { readonly matter: Matter; readonly substitute: Substitute; readonly span: Span }[] = [];
  let day: string | undefined;
  let feeling: string | undefined;
  let person: string | undefined;
  let given: number | undefined;
  const concerns = new Set<Concern>();
  const advised: Subject[] = [];
  const spans = new Map<Slot, Span>();
  let decoySubject: Subject | undefined;
  let decoyGiven: number | undefined;

  for (const { byUser, hits, from, to } of sentencesOf(ids)) {
    if (hits.some((hit) => hit.is === 'decoy')) {
      for (const hit of hits) if (hit.is === 'act' || hit.is === 'deed') decoySubject = hit.subject;
      for (let i = from; i < to; i++) decoyGiven = numbers.get(ids[i]!) ?? decoyGiven;
      continue;
    }
    for (const hit of hits) {
      const span = [hit.from, hit.to] as const;
      if (hit.is === 'deed') advised.push(hit.subject);
      if (!byUser) continue;
      switch (hit.is) {
        case 'act':
          [matter, subject, about] = [hit.matter, hit.subject ?? (hit.matter === matter ? subject : undefined), span];
          break;
        case 'subject':
          // A name says what it is about only where a question left it open.
          if (hit.matter === matter) [subject, about] = [hit.subject, span];
          break;
        case 'cue':
          [kind, asked] = [hit.kind, [hit.from, to]];
          break;
        case 'concern':
          concerns.add(hit.name);
          spans.set(hit.name, span);
          break;
        case 'lack':
          lacks.push({ ...hit, span });
          break;
        case 'given':
          given = hit.given;
          spans.set('amount', span);
          break;
        case 'day':
          day = hit.day;
          spans.set('deadline', span);
          break;
        case 'feeling':
          feeling = hit.feeling;
          spans.set('sympathy', span);
          break;
        case 'person':
          person = hit.person;
          spans.set('greeting', span);
          break;
        case 'deed':
        case 'decoy':
        case 'nothing':
          break;
      }
    }
  }
  const decoys = { subject: decoySubject, given: decoyGiven };
  if (matter === undefined) return { frame: undefined, spans: new Map(), decoys };
  // The same may be lacking in several matters; which one it is may be said later.
  const lack = lacks.filter((candidate) => candidate.matter === matter).at(-1);
  if (lack !== undefined) spans.set('instead', lack.span);
  const frame: Frame = {
    matter,
    subject,
    kind,
    // What is asked needs no concern beside it, and an open subject has no time.
    concerns: CONCERN_NAMES.filter(
      (name) => concerns.has(name) && name !== ASKED[kind] && !(subject === undefined && name === 'time'),
    ),
    told: subject !== undefined && advised.includes(subject),
    substitute: lack?.substitute,
    given: matter.amount === undefined ? undefined : given,
    day: hasDeadline(matter, subject) ? day : undefined,
    feeling,
    person,
  };
  for (const slot of ['ask', 'do', 'time', 'avoid', 'why', 'next', 'polite'] as const) {
    const span = slot === ASKED[kind] || slot === 'polite' ? (asked ?? about) : about;
    if (!spans.has(slot) && span !== undefined) spans.set(slot, span);
  }
  return { frame, spans, decoys };
}
