import type { Vocabulary } from '../../core/tokens';
import type { PhraseTrie } from './phraseTrie';
import { SPEAKER } from './talk';

/** Finds the phrases of a dialogue, sentence by sentence, with who says them. */

/** A stretch `[from, to)` of a dialogue's tokens. */
export type Span = readonly [number, number];

export type Hit<Entry> = Entry & { readonly from: number; readonly to: number };

export interface Sentence<Entry> {
  readonly byUser: boolean;
  readonly hits: readonly Hit<Entry>[];
  readonly from: number;
  readonly to: number;
}

/** All phrases of one sentence: the longest first, and nothing that overlaps one taken before. */
function scan<Entry extends object>(trie: PhraseTrie<Entry>, ids: readonly number[], from: number, to: number): Hit<Entry>[] {
  const found: Hit<Entry>[] = [];
  const sentence = ids.slice(0, to);
  for (let i = from; i < to; i++) trie.match(sentence, i, (entry, end) => found.push({ ...entry, from: i, to: end }));
  found.sort((a, b) => b.to - b.from - (a.to - a.from) || a.from - b.from);
  const hits: Hit<Entry>[] = [];
  for (const hit of found) {
    if (hits.every((taken) => hit.to <= taken.from || taken.to <= hit.from || (hit.from === taken.from && hit.to === taken.to))) {
      hits.push(hit);
    }
  }
  return hits.sort((a, b) => a.from - b.from);
}

/** @returns a reader of dialogues: sentences in order; what stands before any speaker is the user's. */
export function sentenceReader<Entry extends object>(
  vocabulary: Vocabulary,
  trie: PhraseTrie<Entry>,
): (ids: readonly number[]) => Sentence<Entry>[] {
  const ends = new Set(['.', '?', '!'].map((mark) => vocabulary.id(mark)));
  const user = vocabulary.id(SPEAKER.user);
  const assistant = vocabulary.id(SPEAKER.assistant);
  return (ids) => {
    const out: Sentence<Entry>[] = [];
    let byUser = true;
    let from = 0;
    for (let i = 0; i <= ids.length; i++) {
      const id = ids[i];
      const speaks = id === user || id === assistant;
      if (id !== undefined && !speaks && !ends.has(id)) continue;
      if (i > from) out.push({ byUser, hits: scan(trie, ids, from, i), from, to: i });
      if (speaks) byUser = id === user;
      from = i + 1;
    }
    return out;
  };
}
