import { mix, PURPOSE, Stream, streamKey } from '../../core/rng';
import { excerpt } from '../../core/text';
import { TOKEN } from '../../core/tokens';
import { variedReader, type PopulationName } from '../panel';
import { SPLITS, type Fact, type Prompt, type Split, type Task, type UtilityWeights } from '../types';
import { classesOf, FileChecker } from './checker';
import { buildCorpus, type Corpus, type Entry } from './corpus';
import { FileError } from './error';
import { Exchange } from './exchange';
import { NgramModel } from './fluency';
import { readRows } from './format';
import { hashText, parseTyped, promptWords, VALUE_JOINER, type MeaningRecord } from './record';
import { describeReport, reportOn, type FileReport } from './report';
import { slotLabel, SlotReader } from './slots';
import { join, learnCapitals } from './words';

export { FileError } from './error';
export type { FileReport, SlotReport } from './report';

/**
 * Gold utility, in units of one slot: what RankME and Novikova et al. 2017 found people to weigh (docs/data.md). Their
 * two data sets disagree on the sign of length, so a word costs next to nothing.
 */
export const FILE_GOLD: UtilityWeights = { coverage: 1, invention: 3.4, stumble: 1.6, length: 0.02 };

/** Readers of another kind, for small judges to learn from: milder on invention, hardly minding length. */
const JUDGES: UtilityWeights = { coverage: 1, invention: 2.2, stumble: 1.6, length: 0.01 };

/** Bradley-Terry scale of the annotators, per utility unit: docs/data.md, "Annotators". */
const SCALE = 0.9;

/** SFT records come in so many forms: as they are in the file, and copies with values exchanged. */
const SFT_GENERATIONS = 24;

export interface FileTask {
  readonly task: Task;
  readonly report: FileReport;
}

/**
 * Makes a task of a visitor's file: records and the sentences that people wrote for them, as in the E2E NLG corpus
 * (CSV with the columns `mr` and `ref`). See docs/data.md.
 *
 * @throws FileError whose message says what was found, what is expected and, where it can, the row and the column.
 */
export function createFileTask(file: { readonly name: string; readonly text: string }): FileTask {
  const rows = readRows(file.name, file.text);
  const corpus = buildCorpus(rows);
  const { vocabulary, entries, values } = corpus;
  const slots = new SlotReader(values);
  const ngrams = new NgramModel();
  const classes = (words: readonly string[]) => classesOf(slots, words).classes;
  for (const entry of entries) for (const words of [...entry.sentences, ...entry.others]) ngrams.add(classes(words));
  const checker = new FileChecker(vocabulary, slots, ngrams);
  const report = reportOn(file.name, rows, corpus, checker);

  const capitals = learnCapitals(rows.map((row) => row.text));
  const slotNames = [...values.keys()];
  const makePrompt = (record: MeaningRecord, id: string, split: Split): Prompt => {
    const { words, spans } = promptWords(record);
    const facts = record.slots.map(({ name, values }, i): Fact => {
      return { slot: name, value: values.join(VALUE_JOINER), importance: 1, spans: [spans[i]!] };
    });
    const topic = `${facts.length} ${facts.length === 1 ? 'fact' : 'facts'}`;
    return { id, split, tokens: Int32Array.from(vocabulary.encode(words)), facts, topic };
  };
  const prompts = new Map<Entry, Prompt>();
  const byId = new Map<string, Entry>();
  const byRecord = new Map(entries.map((entry) => [entry.record.key, entry]));
  for (const entry of entries) {
    const id = `${entry.split}:${String(entry.index).padStart(6, '0')}`;
    prompts.set(entry, makePrompt(entry.record, id, entry.split));
    byId.set(id, entry);
  }
  const bySplit = new Map(
    SPLITS.map((split) => [split, [...prompts.values()].filter((prompt) => prompt.split === split)]),
  );
  let maxPromptTokens = 0;
  let maxResponseTokens = 0;
  for (const [entry, prompt] of prompts) {
    maxPromptTokens = Math.max(maxPromptTokens, prompt.tokens.length);
    for (const words of entry.sentences) maxResponseTokens = Math.max(maxResponseTokens, words.length + 1);
  }

  // Made when they are asked for: only SFT needs them.
  const generations: (readonly Prompt[])[] = [bySplit.get('sft')!];
  let exchange: Exchange | undefined;
  const sftRecords = (generation: number): readonly Prompt[] => {
    const made = (exchange ??= new Exchange(slots, vocabulary, corpus, maxPromptTokens + maxResponseTokens));
    return (generations[generation] ??= generations[0]!.map(({ id }) => {
      const entry = made.copy(byId.get(id)!, generation);
      const copyId = `${id}~${generation}`;
      byId.set(copyId, entry);
      return makePrompt(entry.record, copyId, 'sft');
    }));
  };

  const population = (name: PopulationName) => ({
    weights: name === 'judges' ? JUDGES : FILE_GOLD,
    slots: slotNames,
    taste: new Map<string, number>(),
    scale: SCALE,
  });

  const task: Task = {
    id: 'file',
    name: excerpt(file.name, 60),
    vocabulary,
    maxPromptTokens,
    maxResponseTokens,
    slots: Object.fromEntries(slotNames.map((slot) => [slot, slotLabel(slot)])),
    goldWeights: FILE_GOLD,
    notes: describeReport(report),
    prompts(split, count, seed) {
      if (split !== 'sft') return shuffledPasses(() => bySplit.get(split)!, split, count, seed);
      const first = mix(seed, SFT_GENERATIONS);
      return shuffledPasses((pass) => sftRecords((first + pass) % SFT_GENERATIONS), split, count, seed);
    },
    reference(prompt, variant) {
      const entry = byId.get(prompt.id);
      if (!entry) throw new RangeError(`Nobody wrote a sentence for the record ${prompt.id}.`);
      const words = entry.sentences[Math.abs(variant) % entry.sentences.length]!;
      return { tokens: Int32Array.from([...vocabulary.encode(words), TOKEN.eos]) };
    },
    check: (prompt, response) => checker.check(prompt, response),
    reader: (name, index) => variedReader(name, index, population(name)),
    parsePrompt(text) {
      const record = withKnownNames(parseTyped(text, 'Your record'), corpus);
      const { words } = promptWords(record);
      if (words.length > maxPromptTokens) {
        throw new FileError(`Your record has ${words.length} tokens; this file's policies read ${maxPromptTokens}.`);
      }
      const known = byRecord.get(record.key);
      if (known) return { prompt: prompts.get(known)!, unknown: [] };
      // A record that the file does not have belongs to no part; nothing was trained on it, so it counts as a test one.
      const prompt = makePrompt(record, `own:${hashText(record.key).toString(16).padStart(8, '0')}`, 'test');
      return { prompt, unknown: words.filter((word) => !vocabulary.has(word)) };
    },
    toText(tokens) {
      const ids = Array.from(tokens);
      const end = ids.indexOf(TOKEN.eos);
      return join(vocabulary.decode(end < 0 ? ids : ids.slice(0, end)), capitals);
    },
  };
  return { task, report };
}

/** `count` prompts of a finite part: each pass shuffled by the seed. */
function shuffledPasses(passes: (pass: number) => readonly Prompt[], split: Split, count: number, seed: number): Prompt[] {
  if (count > 0 && passes(0).length === 0) throw new RangeError(`The file has no records in the ${split} part.`);
  const key = streamKey(seed, PURPOSE.shuffle, SPLITS.indexOf(split));
  const out: Prompt[] = [];
  for (let pass = 0; out.length < count; pass++) {
    out.push(...new Stream(key, pass).shuffle(passes(pass)).slice(0, count - out.length));
  }
  return out;
}

/** The record with slot names as the file writes them, whatever their case and spaces ("Customer Rating"). */
function withKnownNames(record: MeaningRecord, corpus: Corpus): MeaningRecord {
  const bare = (name: string) => name.toLowerCase().replace(/[ _-]/g, '');
  const known = new Map([...corpus.values.keys()].map((name) => [bare(name), name]));
  const write = (name: string, value: string) => `${known.get(bare(name)) ?? name} : ${value}`;
  const typed = record.slots.map(({ name, values }) => write(name, values.join(VALUE_JOINER)));
  return parseTyped(typed.join('\n'), 'Your record');
}

