import { PhraseTrie } from '../world/phraseTrie';
import { type Span, sentenceReader } from '../world/sentences';
import { DECOY_MARKS, FEELINGS, FELT, filled } from '../world/talk';
import { CUES } from './dialogue';
import type { Frame } from './frame';
import { CONCERNS, CONCERN_NAMES, type Concern, KINDS, type Kind, SITUATIONS, type Slot, actOf } from './lexicon';
import type { Case, Situation } from './situation';
import { vocabulary } from './vocabulary';

/** Reads what a dialogue is about from its words: for the world's own dialogues as for those that a visitor writes. */

type Entry =
  | { readonly is: 'act'; readonly situation: Situation; readonly about: Case | undefined }
  | { readonly is: 'case'; readonly situation: Situation; readonly about: Case }
  | { readonly is: 'cue'; readonly kind: Kind }
  | { readonly is: 'concern'; readonly name: Concern }
  | { readonly is: 'feeling'; readonly feeling: string }
  | { readonly is: 'decoy' };

const trie = new PhraseTrie<Entry>(vocabulary);

function build(): void {
  for (const kind of KINDS) for (const phrase of CUES[kind]) trie.add(phrase, { is: 'cue', kind });
  for (const name of CONCERN_NAMES) {
    for (const sentence of CONCERNS[name]) trie.add(sentence.replace(/ \.$/, ''), { is: 'concern', name });
  }
  for (const phrase of DECOY_MARKS) trie.add(phrase, { is: 'decoy' });
  for (const feeling of FEELINGS) for (const form of FELT) trie.add(filled(form, { F: feeling }), { is: 'feeling', feeling });
  for (const situation of SITUATIONS) {
    for (const about of [undefined, ...situation.cases]) trie.add(actOf(situation, about), { is: 'act', situation, about });
    for (const about of situation.cases) trie.add(about.name, { is: 'case', situation, about });
  }
}

build();

const sentencesOf = sentenceReader(vocabulary, trie);

export interface Reading {
  /** Absent where the dialogue is about nothing that the world knows, or leaves the case open. */
  readonly frame: Frame | undefined;
  /** The words that call for each slot. */
  readonly spans: ReadonlyMap<Slot, Span>;
}

/** Where the same is said more than once, the last time counts. */
export function recognise(ids: readonly number[]): Reading {
  let situation: Situation | undefined;
  let about: Case | undefined;
  let named: Span | undefined;
  let kind: Kind = 'how';
  let asked: Span | undefined;
  let feeling: string | undefined;
  let felt: Span | undefined;
  const concerns = new Map<Concern, Span>();

  for (const { byUser, hits, to } of sentencesOf(ids)) {
    if (!byUser || hits.some((hit) => hit.is === 'decoy')) continue;
    for (const hit of hits) {
      const span = [hit.from, hit.to] as const;
      switch (hit.is) {
        case 'act':
          [situation, about, named] = [hit.situation, hit.about ?? (hit.situation === situation ? about : undefined), span];
          break;
        case 'case':
          // A name says which case it is only where a question left it open.
          if (hit.situation === situation) [about, named] = [hit.about, span];
          break;
        case 'cue':
          [kind, asked] = [hit.kind, [hit.from, to]];
          break;
        case 'concern':
          concerns.set(hit.name, span);
          break;
        case 'feeling':
          [feeling, felt] = [hit.feeling, span];
          break;
        case 'decoy':
          break;
      }
    }
  }
  if (situation === undefined || about === undefined || named === undefined) return { frame: undefined, spans: new Map() };
  const more = concerns.get('more') ?? named;
  const spans = new Map<Slot, Span>([
    ['refuse', named],
    ['do', named],
    ['redirect', more],
    ['next', more],
    ['why', concerns.get('why') ?? named],
    ['polite', asked ?? named],
    ['sympathy', felt ?? named],
  ]);
  const frame: Frame = { situation, about, kind, concerns: CONCERN_NAMES.filter((name) => concerns.has(name)), feeling };
  return { frame, spans };
}
