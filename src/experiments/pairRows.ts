import { MAX_TEXT, type Comparison } from '../core/humanPairs';
import { excerpt } from '../core/text';
import { DataFileError } from './dataFile';

/** Which columns hold what. */
export type PairColumns =
  /** The preferred and the other response, each in its column, as in TRL's preference datasets. */
  | {
      readonly form: 'chosen';
      /** Absent where the prompt is what both begin with: whole transcripts. */
      readonly prompt?: string | undefined;
      readonly chosen: string;
      readonly rejected: string;
      readonly topic?: string | undefined;
    }
  /** Two responses, and a column that says which is preferred. */
  | {
      readonly form: 'compared';
      readonly prompt: string;
      readonly a: string;
      readonly b: string;
      readonly preference: string;
      readonly topic?: string | undefined;
    };

/** A row of any file: column to value. */
export type Row = Readonly<Record<string, unknown>>;

/** Why a row cannot be used, and what to do. */
export class RowError extends Error {
  override readonly name = 'RowError';
}

const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Names under which a column is recognised, best first, in small letters and digits only. */
const PROMPTS = ['prompt', 'instruction', 'question', 'query', 'input', 'post', 'context', 'text'];
const TOPICS = ['topic', 'category', 'subset', 'subreddit'];
const PREFERENCES = [
  'preference', 'preferred', 'humanpreference', 'winner', 'choice', 'chosen', 'better', 'vote', 'label', 'judgement', 'judgment',
];
const RESPONSES = ['response', 'answer', 'output', 'completion', 'summary', 'text', 'option', 'reply', 'candidate'];
/** What tells the two responses apart in a name, before or after the word for a response. */
const SIDES = [['a', 'b'], ['1', '2'], ['0', '1'], ['first', 'second'], ['one', 'two']] as const;

/** The columns by their names; undefined where they say too little, and a person has to choose. */
export function guessColumns(columns: readonly string[]): PairColumns | undefined {
  const byName = new Map(columns.map((column) => [plain(column), column]));
  const find = (names: readonly string[]): string | undefined =>
    names.map((name) => byName.get(name)).find((column) => column !== undefined);
  const [prompt, topic] = [find(PROMPTS), find(TOPICS)];
  const [chosen, rejected] = [byName.get('chosen'), byName.get('rejected')];
  if (chosen !== undefined && rejected !== undefined) return { form: 'chosen', prompt, chosen, rejected, topic };

  const preference = find(PREFERENCES);
  for (const response of RESPONSES) {
    for (const [first, second] of SIDES) {
      const a = find([`${response}${first}`, `${first}${response}`]);
      const b = find([`${response}${second}`, `${second}${response}`]);
      if (a === undefined || b === undefined || prompt === undefined || preference === undefined) continue;
      return { form: 'compared', prompt, a, b, preference, topic };
    }
  }
  return undefined;
}

interface Message {
  readonly role: string;
  readonly content: string;
}

function toMessages(value: unknown, column: string): readonly Message[] {
  if (!Array.isArray(value) || value.length === 0) throw new RowError(`"${column}" is neither text nor a list of messages.`);
  return value.map((entry: unknown) => {
    const { role, content } = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>;
    if (typeof role !== 'string' || typeof content !== 'string') {
      throw new RowError(`"${column}" holds a message without the texts "role" and "content".`);
    }
    return { role, content };
  });
}

const SPEAKERS: Readonly<Record<string, string>> = { user: 'Human', human: 'Human', assistant: 'Assistant', system: 'System' };

/** One message as its text; several as a transcript in the form of HH. */
function messagesToText(messages: readonly Message[]): string {
  if (messages.length === 1) return messages[0]!.content;
  return messages.map(({ role, content }) => `${SPEAKERS[role] ?? role}: ${content}`).join('\n\n');
}

function sharedLength<T>(a: ArrayLike<T>, b: ArrayLike<T>, same = (x: T, y: T): boolean => x === y): number {
  let length = 0;
  while (length < a.length && length < b.length && same(a[length]!, b[length]!)) length++;
  return length;
}

const HUMAN = '\n\nHuman:';
const ASSISTANT = '\n\nAssistant:';

function isTranscript(text: string): boolean {
  return text.trimStart().startsWith('Human:') && text.includes(ASSISTANT);
}

/**
 * Two whole transcripts as Anthropic's HH publishes them: the prompt is all turns up to the last "Assistant:" that both
 * share. A prompt of one turn is given as its text, without "Human:".
 */
function splitTranscripts(chosen: string, rejected: string): [prompt: string, chosen: string, rejected: string] {
  const shared = chosen.slice(0, sharedLength(chosen, rejected));
  const at = shared.lastIndexOf(ASSISTANT);
  if (at < 0) throw new RowError('the two transcripts do not begin with the same turns, so they have no prompt in common.');
  const turns = shared.slice(0, at);
  const prompt = turns.lastIndexOf(HUMAN) <= 0 && !turns.includes(ASSISTANT) ? turns.trimStart().replace(/^Human:/, '') : turns;
  const rest = at + ASSISTANT.length;
  return [prompt, chosen.slice(rest), rejected.slice(rest)];
}

/** Texts with an implicit prompt, as in TRL: what both begin with, up to the end of a word. */
function splitSharedBeginning(chosen: string, rejected: string): [prompt: string, chosen: string, rejected: string] {
  const shared = chosen.slice(0, sharedLength(chosen, rejected));
  const at = shared.search(/\s\S*$/);
  if (shared.slice(0, Math.max(at, 0)).trim() === '') {
    throw new RowError('there is no prompt: no column for it, and both responses begin differently.');
  }
  return [shared.slice(0, at), chosen.slice(at), rejected.slice(at)];
}

function promptText(value: unknown, column: string): string {
  if (typeof value === 'string') return value;
  return messagesToText(toMessages(value, column));
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function textIn(row: Row, column: string): string {
  const value = row[column];
  if (isMissing(value)) throw new RowError(`"${column}" is missing or empty.`);
  if (typeof value !== 'string') throw new RowError(`"${column}" is not text.`);
  return value;
}

function topicIn(row: Row, column: string | undefined): string | undefined {
  const value = column === undefined ? undefined : row[column];
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 200) : undefined;
}

function splitChosen(row: Row, columns: PairColumns & { form: 'chosen' }): [prompt: string, chosen: string, rejected: string] {
  const [chosen, rejected] = [row[columns.chosen], row[columns.rejected]];
  if (isMissing(chosen)) throw new RowError(`"${columns.chosen}" is missing or empty.`);
  if (isMissing(rejected)) throw new RowError(`"${columns.rejected}" is missing or empty.`);
  const prompt = columns.prompt === undefined || isMissing(row[columns.prompt]) ? undefined : promptText(row[columns.prompt], columns.prompt);

  if (typeof chosen === 'string' && typeof rejected === 'string') {
    // Line ends of a file from Windows would hide the marks of a transcript.
    const [a, b] = [chosen, rejected].map((text) => text.replaceAll('\r\n', '\n')) as [string, string];
    if (isTranscript(a) && isTranscript(b)) return splitTranscripts(a, b);
    return prompt === undefined ? splitSharedBeginning(a, b) : [prompt, a, b];
  }
  const [a, b] = [toMessages(chosen, columns.chosen), toMessages(rejected, columns.rejected)];
  // Some sets repeat the turns of the prompt before the response: what both begin with is prompt.
  const same = sharedLength(a, b, (x, y) => x.role === y.role && x.content === y.content);
  const shared = Math.min(same, a.length - 1, b.length - 1);
  if (prompt === undefined && shared === 0) throw new RowError('there is no prompt: no column for it, and both lists begin differently.');
  return [prompt ?? messagesToText(a.slice(0, shared)), messagesToText(a.slice(shared)), messagesToText(b.slice(shared))];
}

const FIRST = new Set(['1', 'a', 'first', '[[a]]', 'left']);
const SECOND = new Set(['2', 'b', 'second', '[[b]]', 'right']);
const TIE = new Set(['tie', 'tied', 'equal', 'same', 'draw', 'both', 'neither', 'c', '[[c]]', 'tie (bothbad)']);

/**
 * What the preference column says, as the share of votes for the first response: 1/2 (and numbers between, 1.5 a tie, as
 * AlpacaEval writes them), a/b, first/second, the name of a column, the preferred text itself, or a tie.
 * @throws DataFileError on 0: the whole column may then count from 0, and 1 would mean the second response.
 */
function readPreference(value: unknown, columns: PairColumns & { form: 'compared' }, texts: readonly [string, string]): number {
  const written = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  if (written === '') throw new RowError(`"${columns.preference}" is missing or empty.`);
  const word = written.toLowerCase();
  if (FIRST.has(word)) return 1;
  if (SECOND.has(word)) return 0;
  if (TIE.has(word)) return 0.5;
  if (plain(word) === plain(columns.a)) return 1;
  if (plain(word) === plain(columns.b)) return 0;
  if (written === texts[0].trim()) return 1;
  if (written === texts[1].trim()) return 0;
  const number = Number(written);
  if (number === 0) {
    throw new DataFileError(
      `Column "${columns.preference}" holds 0, so it is not clear whether 1 means the first or the second response. ` +
        'Rewrite it with 1 and 2, or with first, second and tie.',
    );
  }
  if (number >= 1 && number <= 2) return 2 - number;
  throw new RowError(
    `"${columns.preference}" says "${excerpt(written)}"; understood are 1 and 2, a and b, first and second, tie, or the preferred text.`,
  );
}

function checked(comparison: Comparison): Comparison {
  const { prompt, texts } = comparison;
  if (prompt.trim() === '') throw new RowError('the prompt is empty.');
  if (texts[0].trim() === '' || texts[1].trim() === '') throw new RowError('a response is empty.');
  if (texts[0].trim() === texts[1].trim()) throw new RowError('both responses are the same text, so there is nothing to compare.');
  if ([prompt, ...texts].some((text) => text.length > MAX_TEXT)) {
    throw new RowError(`a text is longer than ${MAX_TEXT.toLocaleString('en')} characters.`);
  }
  return { ...comparison, prompt: prompt.trim(), texts: [texts[0].trim(), texts[1].trim()] };
}

/**
 * The comparison that a row holds, its texts without space around them.
 * @throws RowError that says why it holds none. @throws DataFileError where no row of the file can be trusted.
 */
export function readRow(row: Row, columns: PairColumns): Comparison {
  const topic = topicIn(row, columns.topic);
  const rest = topic === undefined ? {} : { topic };
  if (columns.form === 'chosen') {
    const [prompt, chosen, rejected] = splitChosen(row, columns);
    return checked({ prompt, texts: [chosen, rejected], preferred: 1, ...rest });
  }
  const texts: [string, string] = [textIn(row, columns.a), textIn(row, columns.b)];
  const preferred = readPreference(row[columns.preference], columns, texts);
  return checked({ prompt: textIn(row, columns.prompt), texts, preferred, ...rest });
}
