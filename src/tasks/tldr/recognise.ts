import { EVENTS, PRONOUN_OF, type PostEntry, postTrie } from './lexiconTries';
import { DECOY_MARKS, SLOTS } from './lexicon';
import { PhraseTrie } from '../world/phraseTrie';
import type { Slot } from './scenario';
import { vocabulary } from './vocabulary';

/** Reads the facts of a post from its words: the way back for posts that a visitor edits or writes. */

export interface FoundFact {
  readonly slot: Slot;
  readonly value: string;
  readonly spans: readonly (readonly [number, number])[];
}

const decoyMarks = new PhraseTrie<true>(vocabulary);
DECOY_MARKS.forEach((phrase) => decoyMarks.add(phrase, true));

const SENTENCE_END = new Set(['.', '?', '!'].map((mark) => vocabulary.id(mark)));

interface Hit extends PostEntry {
  readonly from: number;
  readonly to: number;
}

function isDecoy(ids: readonly number[]): boolean {
  let found = false;
  ids.forEach((_, i) => decoyMarks.match(ids, i, () => (found = true)));
  return found;
}

/** All phrases of one sentence: the longest first, and nothing that overlaps one taken before. */
function scan(ids: readonly number[], offset: number): Hit[] {
  const found: { entry: PostEntry; from: number; to: number }[] = [];
  for (let i = 0; i < ids.length; i++) postTrie.match(ids, i, (entry, to) => found.push({ entry, from: i, to }));
  found.sort((a, b) => b.to - b.from - (a.to - a.from) || a.from - b.from);
  const taken: [number, number][] = [];
  const hits: Hit[] = [];
  for (const { entry, from, to } of found) {
    if (taken.some(([a, b]) => from < b && a < to && !(from === a && to === b))) continue;
    taken.push([from, to]);
    const [first, last] = entry.core ?? [0, to - from];
    hits.push({ ...entry, from: offset + from + first, to: offset + from + last });
  }
  return hits.sort((a, b) => a.from - b.from);
}

/** Values as facts: a duration is "ago" where the event happened once, a sum has the scenario's kind. */
function complete(hit: Hit, event: string | undefined): string {
  const kind = event === undefined ? undefined : EVENTS.get(event);
  if (hit.slot === 'duration' && kind?.once === true) return `${hit.value} ago`;
  if (hit.slot === 'money') return `${kind?.money ?? 'cost'} ${hit.value}`;
  return hit.value;
}

/**
 * The facts that a post states, in the order of `SLOTS`, and what its distractors mention. Where a slot is stated
 * with two values, the first one counts.
 */
export function recognise(ids: readonly number[]): { facts: FoundFact[]; decoys: Map<Slot, string> } {
  const facts: Hit[] = [];
  const others: Hit[] = [];
  let from = 0;
  for (let i = 0; i <= ids.length; i++) {
    if (i < ids.length && !SENTENCE_END.has(ids[i]!)) continue;
    const sentence = ids.slice(from, i);
    (isDecoy(sentence) ? others : facts).push(...scan(sentence, from));
    from = i + 1;
  }
  const event = facts.find(({ slot }) => slot === 'event')?.value;
  // Some wordings leave the pronoun open; the other party settles it.
  const pronoun = PRONOUN_OF.get(facts.find(({ slot }) => slot === 'other')?.value ?? '');
  const out: FoundFact[] = [];
  for (const slot of Object.keys(SLOTS) as Slot[]) {
    const hits = facts.filter((hit) => hit.slot === slot);
    const first = hits.find((hit) => hit.pronoun === pronoun && hit.from === hits[0]?.from) ?? hits[0];
    if (first === undefined) continue;
    const same = hits.filter(({ value }) => value === first.value);
    const spans = new Map(same.map((hit) => [hit.from, [hit.from, hit.to] as const]));
    out.push({ slot, value: complete(first, event), spans: [...spans.values()] });
  }
  const decoys = new Map<Slot, string>();
  for (const hit of others) if (!decoys.has(hit.slot)) decoys.set(hit.slot, complete(hit, event));
  return { facts: out, decoys };
}
