import type { Split } from '../types';
import { classesOf, type FileChecker } from './checker';
import { meanWords, type Corpus, type LeftOut } from './corpus';
import type { Row } from './format';
import { slotLabel } from './slots';

/** What the checker says of human sentences about one slot: its false alarms and the writers' slips, not told apart. */
export interface SlotReport {
  readonly slot: string;
  readonly label: string;
  /** Different values in the file. */
  readonly values: number;
  /** Sentences whose record has the slot. */
  readonly sentences: number;
  /** Share of those in which the checker does not find it. */
  readonly missing: number;
  /** Share of all sentences in which it finds a statement about the slot that the record does not support. */
  readonly invented: number;
}

/** What was made of a file, and how far its checker can be trusted. Rates are shares of human sentences. */
export interface FileReport {
  readonly name: string;
  /** Rows with a record and a sentence. */
  readonly rows: number;
  /** Different records, and those that are used. */
  readonly records: { readonly all: number; readonly used: number };
  /** Human sentences that are used. */
  readonly sentences: number;
  readonly meanWords: number;
  readonly vocabulary: {
    /** Ids, reserved ones included. */
    readonly size: number;
    /** Different words of the sentences in the file, and those that have an id. */
    readonly words: { readonly all: number; readonly kept: number };
  };
  readonly splits: Readonly<Record<Split, { readonly records: number; readonly sentences: number }>>;
  readonly leftOut: readonly LeftOut[];
  readonly falseAlarms: {
    /** Human sentences the checker was tried on; all used ones, or an even sample of a large file. */
    readonly sentences: number;
    readonly slots: readonly SlotReport[];
    /** Share with at least one missing slot, at least one invented statement, neither. */
    readonly anyMissing: number;
    readonly anyInvented: number;
    readonly perfect: number;
    /** Share with at least one stumble, each judged without the help of its own record's sentences. */
    readonly stumbles: number;
  };
}

/** Trying the checker on this many sentences takes about a second. */
const TRIED = 5000;

/** Tries the checker on the file's human sentences. */
export function reportOn(name: string, rows: readonly Row[], corpus: Corpus, checker: FileChecker): FileReport {
  const classes = (words: readonly string[]) => classesOf(checker.slots, words).classes;
  const { entries, values } = corpus;
  const used = entries.reduce((sum, entry) => sum + entry.sentences.length, 0);
  const stride = Math.ceil(used / TRIED);
  const bySlot = new Map([...values.keys()].map((slot) => [slot, { sentences: 0, missing: 0, invented: 0 }]));
  const count = { tried: 0, missing: 0, invented: 0, perfect: 0, stumbles: 0 };
  let position = 0;
  for (const { record, sentences, others } of entries) {
    const own = [...sentences, ...others].map(classes);
    for (const sentence of own) checker.ngrams.add(sentence, -1);
    for (const words of sentences) {
      if (position++ % stride !== 0) continue;
      count.tried++;
      const found = checker.slots.compare(record, words);
      const invented = new Set(found.invented);
      for (const slot of record.slots) {
        const entry = bySlot.get(slot.name)!;
        entry.sentences++;
        if (!found.covered.includes(slot.name)) entry.missing++;
      }
      for (const slot of invented) bySlot.get(slot)!.invented++;
      const complete = found.covered.length === record.slots.length;
      if (!complete) count.missing++;
      if (invented.size > 0) count.invented++;
      if (complete && invented.size === 0) count.perfect++;
      const known = words.map(() => true);
      if (checker.stumbles(words, known, true).count > 0) count.stumbles++;
    }
    for (const sentence of own) checker.ngrams.add(sentence);
  }
  const share = (n: number, of: number) => (of === 0 ? 0 : n / of);
  const part = (split: Split) => {
    const own = entries.filter((entry) => entry.split === split);
    return { records: own.length, sentences: own.reduce((sum, entry) => sum + entry.sentences.length, 0) };
  };
  return {
    name,
    rows: rows.length,
    records: { all: corpus.records, used: entries.length },
    sentences: used,
    meanWords: meanWords(entries),
    vocabulary: { size: corpus.vocabulary.size, words: corpus.words },
    splits: {
      sft: part('sft'),
      judge: part('judge'),
      preference: part('preference'),
      rl: part('rl'),
      validation: part('validation'),
      test: part('test'),
    },
    leftOut: corpus.leftOut,
    falseAlarms: {
      sentences: count.tried,
      slots: [...bySlot].map(([slot, entry]) => ({
        slot,
        label: slotLabel(slot),
        values: values.get(slot)!.size,
        sentences: entry.sentences,
        missing: share(entry.missing, entry.sentences),
        invented: share(entry.invented, count.tried),
      })),
      anyMissing: share(count.missing, count.tried),
      anyInvented: share(count.invented, count.tried),
      perfect: share(count.perfect, count.tried),
      stumbles: share(count.stumbles, count.tried),
    },
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
const count = (n: number): string => n.toLocaleString('en');

/** The report in sentences, for the page and the run bundle. */
export function describeReport(report: FileReport): string[] {
  const { records, sentences, vocabulary, leftOut, falseAlarms, splits } = report;
  return [
    `${count(records.used)} of ${count(records.all)} records and ${count(sentences)} of their sentences are used; the vocabulary has ${count(vocabulary.size)} ids.`,
    ...leftOut.map(({ rows, reason }) => `Left out: ${count(rows)} rows, ${reason}.`),
    `${count(splits.sft.records)} records and copies of them with values exchanged train the policy, ${count(splits.preference.records)} make pairs, ${count(splits.rl.records)} are for RL, ${count(splits.validation.records)} for validation, ${count(splits.test.records)} for the verdict.`,
    `Tried on the human sentences themselves, the checker finds something missing in ${percent(falseAlarms.anyMissing)}, something unsupported in ${percent(falseAlarms.anyInvented)} and a stumble in ${percent(falseAlarms.stumbles)}: its own false alarms and the writers' slips, not told apart.`,
  ];
}
