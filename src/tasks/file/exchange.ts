import { PURPOSE, Stream, streamKey } from '../../core/rng';
import type { Vocabulary } from '../../core/tokens';
import type { Corpus, Entry } from './corpus';
import type { Span } from './fluency';
import { hashText, makeKey, promptWords, type MeaningRecord, type Slot } from './record';
import { NAME, NEAR } from './restaurant';
import type { SlotFindings, SlotReader } from './slots';
import { tokenise } from './words';

/** Share of a sentence's slots that get another value. */
const EXCHANGED = 0.6;
const EDGE = '<edge>';

/** A sentence with what it says of its record. */
interface Read {
  readonly words: readonly string[];
  readonly spans: ReadonlyMap<string, readonly Span[]>;
  readonly found: SlotFindings;
}

type Phrase = readonly string[];

/**
 * Copies of the SFT records with values exchanged, in the record and in its sentence alike. A few hundred records are
 * soon learned by heart, and a policy that knows them by heart does not learn to copy; a record that is new each time
 * cannot be answered otherwise. What this is worth: docs/data.md, "SFT".
 *
 * The words that state a value give way to words that another SFT sentence has for the new value between the same two
 * neighbours, so that "a cheap pub" may become "a high priced pub" but "an Italian pub" no "an Chinese pub"; the name of
 * a place to any other name. The slots are put into a random order. A copy that the checker reads otherwise than the
 * sentence it was made of, or whose record stands in another part of the file, is not used.
 */
export class Exchange {
  /** slot, previous word, next word -> value -> phrases, as often as they were used. */
  private readonly phrases = new Map<string, Map<string, Phrase[]>>();
  private readonly read = new Map<Entry, readonly Read[]>();
  private readonly places: ReadonlyMap<string, ReadonlyMap<string, readonly Phrase[]>>;
  private readonly taken: ReadonlySet<string>;

  constructor(
    private readonly slots: SlotReader,
    vocabulary: Vocabulary,
    { entries, values }: Corpus,
    /** Most tokens of a record and its sentence together: those of the file fit the models. */
    private readonly longest: number,
  ) {
    this.taken = new Set(entries.filter((entry) => entry.split !== 'sft').map((entry) => entry.record.key));
    this.places = new Map(
      [NAME, NEAR].map((slot) => {
        const names = [...(values.get(slot) ?? [])].map((value): [string, Phrase[]] => [value, [tokenise(value)]]);
        return [slot, new Map(names.filter(([, [words]]) => words!.every((word) => vocabulary.has(word))))];
      }),
    );
    for (const entry of entries) if (entry.split === 'sft') this.learn(entry);
  }

  /** Copy `generation` (1, 2, ...) of an SFT record, a fixed function of both. */
  copy(entry: Entry, generation: number): Entry {
    const rng = new Stream(streamKey(hashText(entry.record.key), PURPOSE.shuffle, generation));
    const read = this.read.get(entry)!;
    // What a sentence invents has no value in the record to follow it; those that invent nothing teach better.
    const faithful = read.filter(({ found }) => found.invented.length === 0);
    const { words, spans, found } = rng.pick(faithful.length > 0 ? faithful : read);
    const edits: { span: Span; phrase: Phrase }[] = [];
    const slots = entry.record.slots.map((slot): Slot => {
      const stated = spans.get(slot.name);
      if (!stated || slot.values.length > 1 || !rng.chance(EXCHANGED)) return slot;
      const choices = stated.map((span) => this.choices(slot.name, words, span));
      const values = [...choices[0]!.keys()].filter((value) => choices.every((choice) => choice.has(value)));
      const value = values.length > 0 ? rng.pick(values) : slot.values[0]!;
      if (value === slot.values[0]) return slot;
      stated.forEach((span, i) => edits.push({ span, phrase: rng.pick(choices[i]!.get(value)!) }));
      return { name: slot.name, values: [value] };
    });
    const order = rng.shuffle(slots);
    const record: MeaningRecord = { key: makeKey(order), slots: order };
    const sentence = words.slice();
    // From the right, so that places further left stay where they are.
    for (const { span, phrase } of edits.sort((a, b) => b.span.from - a.span.from)) {
      sentence.splice(span.from, span.to - span.from, ...phrase);
    }
    const now = this.slots.compare(record, sentence);
    const sound =
      promptWords(record).words.length + sentence.length < this.longest &&
      !this.taken.has(record.key) &&
      now.covered.length === found.covered.length &&
      now.invented.length === found.invented.length;
    if (sound) return { ...entry, record, sentences: [sentence] };
    return { ...entry, record: { key: entry.record.key, slots: rng.shuffle(entry.record.slots) }, sentences: [words] };
  }

  private learn(entry: Entry): void {
    const single = new Map(entry.record.slots.map((slot) => [slot.name, slot.values.length === 1 ? slot.values[0]! : '']));
    const read = entry.sentences.map((words): Read => {
      const found = this.slots.compare(entry.record, words);
      const spans = new Map<string, Span[]>();
      for (const { kind, slot, from, to } of found.marks) {
        if (kind !== 'covered' || !slot) continue;
        spans.set(slot, [...(spans.get(slot) ?? []), { from, to }]);
        const value = single.get(slot);
        if (!value) continue;
        const key = contextOf(slot, words, { from, to });
        const byValue = this.phrases.get(key) ?? new Map<string, Phrase[]>();
        byValue.set(value, [...(byValue.get(value) ?? []), words.slice(from, to)]);
        this.phrases.set(key, byValue);
      }
      return { words, spans, found };
    });
    this.read.set(entry, read);
  }

  /** Values that may stand in place of a statement, with their phrases. */
  private choices(slot: string, words: readonly string[], span: Span): ReadonlyMap<string, readonly Phrase[]> {
    return this.places.get(slot) ?? this.phrases.get(contextOf(slot, words, span))!;
  }
}

function contextOf(slot: string, words: readonly string[], { from, to }: Span): string {
  return [slot, words[from - 1] ?? EDGE, words[to] ?? EDGE].join('\n');
}
