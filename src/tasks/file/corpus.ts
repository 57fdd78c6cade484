import { TOKEN, Vocabulary } from '../../core/tokens';
import { SPLITS, type Split } from '../types';
import { FileError } from './error';
import type { Row } from './format';
import { hashText, promptWords, slotWord, type MeaningRecord } from './record';
import { isWord } from './words';

/** Bounds that keep a prompt, a separator and two responses within the 192 positions of the models. */
export const FILE_LIMITS = {
  vocabulary: 1000,
  promptTokens: 96,
  /** With end-of-text. */
  responseTokens: 48,
  slots: 32,
  valuesPerSlot: 500,
  minRecords: 40,
} as const;

/** Words of values come first in the vocabulary, up to this many; the rest is for sentences. */
const VALUE_WORDS = 500;
/** A word that the SFT sentences use once cannot be learned from them. */
const MIN_COUNT = 2;

/**
 * Shares of the records. SFT learns from scratch and gets most; no judge is trained on a file, so it gets none; the
 * test part is as large as it is to keep the verdict's interval narrow.
 */
const SHARES: Readonly<Record<Split, number>> = {
  sft: 0.6,
  judge: 0,
  preference: 0.1,
  rl: 0.1,
  validation: 0.05,
  test: 0.15,
};

/** The split of a record: a fixed hash of what it says. */
export function splitOf(record: MeaningRecord): Split {
  let place = hashText(`split of ${record.key}`) / 2 ** 32;
  for (const split of SPLITS) {
    place -= SHARES[split];
    if (place < 0) return split;
  }
  return 'test';
}

/** A record with the sentences that people wrote for it. */
export interface Entry {
  readonly record: MeaningRecord;
  readonly split: Split;
  /** Place among the file's records, from 0. */
  readonly index: number;
  readonly sentences: readonly (readonly string[])[];
  /** Sentences that were left out for a rare word: evidence of how people write, though no model is shown them. */
  readonly others: readonly (readonly string[])[];
}

export interface LeftOut {
  readonly reason: string;
  readonly rows: number;
  /** Lines of the first few such rows. */
  readonly lines: readonly number[];
}

export interface Corpus {
  readonly entries: readonly Entry[];
  readonly vocabulary: Vocabulary;
  /** Every value in the file by slot. */
  readonly values: ReadonlyMap<string, ReadonlySet<string>>;
  readonly leftOut: readonly LeftOut[];
  /** Different records in the file, before anything was left out. */
  readonly records: number;
  /** Different words of all sentences, of which the vocabulary has the first number. */
  readonly words: { readonly kept: number; readonly all: number };
}

/**
 * Rows to records, vocabulary and splits.
 *
 * The words of sentences that enter the vocabulary are those that the SFT sentences use at least twice, the
 * commonest first. Sentences with any other word are left out rather than written with `<unknown>`: a policy imitates
 * what it is shown, and would learn to write the mark itself, which every reader takes for a stumble.
 *
 * @throws FileError
 */
export function buildCorpus(rows: readonly Row[]): Corpus {
  const values = collectValues(rows);
  const groups = new Map<string, { record: MeaningRecord; split: Split; index: number; rows: Row[] }>();
  for (const row of rows) {
    const group = groups.get(row.record.key);
    if (group) group.rows.push(row);
    else {
      const { record } = row;
      groups.set(record.key, { record, split: splitOf(record), index: groups.size, rows: [row] });
    }
  }

  const leftOut = new Map<string, { rows: number; lines: number[] }>();
  const leave = (row: Row, reason: string) => {
    const entry = leftOut.get(reason) ?? { rows: 0, lines: [] };
    entry.rows++;
    if (entry.lines.length < 5) entry.lines.push(row.line);
    leftOut.set(reason, entry);
  };

  const learnedFrom = rows.filter((row) => groups.get(row.record.key)!.split === 'sft' && fits(row));
  const vocabulary = buildVocabulary(values, learnedFrom);
  const entries: Entry[] = [];
  for (const { record, split, index, rows: own } of groups.values()) {
    const prompt = promptWords(record).words;
    const readable = prompt.length <= FILE_LIMITS.promptTokens && prompt.every((word) => vocabulary.has(word));
    if (!readable) {
      for (const row of own) leave(row, 'the record is too long, or has a word that is rare among the values');
      continue;
    }
    const short = own.filter(fits);
    const known = short.filter((row) => row.words.every((word) => vocabulary.has(word)));
    for (const row of own) {
      if (!fits(row)) leave(row, `the sentence is longer than ${FILE_LIMITS.responseTokens - 1} tokens`);
      else if (!known.includes(row)) {
        leave(row, `the sentence has a word that the SFT part uses fewer than ${MIN_COUNT} times`);
      }
    }
    // A record that serves as a prompt needs no sentence to learn from: it stays, lest the other parts lose the
    // records that people put into unusual words.
    const kept = known.length > 0 || split === 'sft' ? known : short;
    const others = short.filter((row) => !kept.includes(row)).map((row) => row.words);
    if (kept.length > 0) entries.push({ record, split, index, sentences: kept.map((row) => row.words), others });
  }
  checkSplits(entries, rows.length);

  const all = new Set(rows.flatMap((row) => row.words));
  return {
    entries,
    vocabulary,
    values,
    leftOut: [...leftOut].map(([reason, entry]) => ({ reason, ...entry })).sort((a, b) => b.rows - a.rows),
    records: groups.size,
    words: { kept: [...all].filter((word) => vocabulary.has(word)).length, all: all.size },
  };
}

function fits(row: Row): boolean {
  return row.words.length < FILE_LIMITS.responseTokens;
}

function collectValues(rows: readonly Row[]): Map<string, Set<string>> {
  const values = new Map<string, Set<string>>();
  for (const { line, record } of rows) {
    const where = `Row at line ${line}, column "mr"`;
    for (const slot of record.slots) {
      const known = values.get(slot.name) ?? new Set();
      for (const value of slot.values) known.add(value);
      values.set(slot.name, known);
      if (values.size > FILE_LIMITS.slots) {
        throw new FileError(`${where}: more than ${FILE_LIMITS.slots} different slots in the file.`);
      }
      if (known.size > FILE_LIMITS.valuesPerSlot) {
        throw new FileError(
          `${where}: slot "${slot.name}" has more than ${FILE_LIMITS.valuesPerSlot} different values in the file.`,
        );
      }
    }
  }
  return values;
}

function buildVocabulary(values: ReadonlyMap<string, ReadonlySet<string>>, rows: readonly Row[]): Vocabulary {
  const fromSentences = countWords(rows.map((row) => row.words));
  const fromPrompts = countWords(rows.map((row) => promptWords(row.record).words));
  // Values that only other splits use are words too: the policy has to be able to read them.
  for (const [slot, set] of values) {
    for (const value of set) {
      for (const word of promptWords({ key: '', slots: [{ name: slot, values: [value] }] }).words) {
        fromPrompts.set(word, fromPrompts.get(word) ?? 0);
      }
    }
  }
  const words = new Set([...values.keys()].map(slotWord));
  for (const mark of [';', ',', '.']) words.add(mark);
  const room = FILE_LIMITS.vocabulary - TOKEN.firstWord;
  for (const [word] of byFrequency(fromPrompts)) if (words.size < VALUE_WORDS) words.add(word);
  for (const [word, count] of byFrequency(fromSentences)) if (count >= MIN_COUNT && words.size < room) words.add(word);
  return new Vocabulary([...words]);
}

function countWords(texts: readonly (readonly string[])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of text) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** Commonest first, ties in order of code points so that the order is the same everywhere. */
function byFrequency(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

function checkSplits(entries: readonly Entry[], rows: number): void {
  if (entries.length < FILE_LIMITS.minRecords) {
    throw new FileError(
      `The file has ${rows} rows with ${entries.length} usable different records; at least ${FILE_LIMITS.minRecords} ` +
        'are needed to keep training and test apart.',
    );
  }
  for (const split of SPLITS) {
    if (split !== 'judge' && !entries.some((entry) => entry.split === split)) {
      throw new FileError(`The file has too few records (${entries.length}): none falls into the ${split} part.`);
    }
  }
}

/** Mean number of words a sentence, punctuation not counted. */
export function meanWords(entries: readonly Entry[]): number {
  const sentences = entries.flatMap((entry) => entry.sentences);
  return sentences.reduce((sum, words) => sum + words.filter(isWord).length, 0) / sentences.length;
}
