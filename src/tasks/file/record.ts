import { pcg } from '../../core/rng';
import { excerpt } from '../../core/text';
import { FileError } from './error';
import { tokenise } from './words';

/** Bounds on a record; the E2E corpus has up to 8 slots (10 after cleaning) with values of up to 3 words. */
export const RECORD_LIMITS = { statements: 16, valueCharacters: 80, valueWords: 8 } as const;

/** What a record looks like, for messages. */
export const EXAMPLE = 'name[Blue Spice], area[riverside]';

/** Between the values of a slot that is given more than once, wherever they are one string. */
export const VALUE_JOINER = ' / ';

/** One slot of a record with everything the record says of it: usually one value, in file order. */
export interface Slot {
  readonly name: string;
  readonly values: readonly string[];
}

/** What a sentence has to say. A slot appears once; a slot given twice in the file holds both values. */
export interface MeaningRecord {
  /** The same for records that say the same, whatever the order of their slots. */
  readonly key: string;
  readonly slots: readonly Slot[];
}

const SLOT_NAME = /^\p{L}[\p{L}\p{N} _-]{0,39}$/u;

/**
 * Reads `name[Blue Spice], area[city centre]`.
 *
 * @param where beginning of an error message, e.g. `Row at line 12, column "mr"`.
 * @throws FileError
 */
export function parseBracketed(text: string, where: string): MeaningRecord {
  const statements: [string, string][] = [];
  const pattern = /([^[\],]*)\[([^[\]]*)\]\s*(,|$)/uy;
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) {
      throw new FileError(
        `${where}: "${excerpt(text.slice(at))}" does not read as slot[value]; expected for example ${EXAMPLE}.`,
      );
    }
    statements.push([match[1]!, match[2]!]);
    at = pattern.lastIndex;
    if (match[3] === ',' && text.slice(at).trim() === '') {
      throw new FileError(`${where}: the record ends in a comma; another slot[value] is missing.`);
    }
    if (statements.length > RECORD_LIMITS.statements) {
      throw new FileError(`${where}: more than ${RECORD_LIMITS.statements} slots in one record.`);
    }
  }
  return makeRecord(statements, where);
}

/**
 * Reads what a visitor types: the form above, or `name : Blue Spice ; area : city centre` (also one a line).
 *
 * @throws FileError
 */
export function parseTyped(text: string, where: string): MeaningRecord {
  if (text.length > 4000) throw new FileError(`${where}: longer than 4,000 characters.`);
  if (text.includes('[')) return parseBracketed(text.replace(/[\n;]/g, ' '), where);
  const parts = text.split(/[;\n]/).filter((part) => part.trim() !== '');
  if (parts.length > RECORD_LIMITS.statements) {
    throw new FileError(`${where}: more than ${RECORD_LIMITS.statements} slots in one record.`);
  }
  const statements = parts.map((part): [string, string] => {
    const colon = part.indexOf(':');
    if (colon < 0) {
      const example = 'name : Blue Spice ; area : riverside';
      throw new FileError(`${where}: "${excerpt(part)}" has no colon; expected for example ${example}.`);
    }
    return [part.slice(0, colon).trim(), part.slice(colon + 1).trim()];
  });
  return makeRecord(statements, where);
}

function makeRecord(statements: readonly (readonly [string, string])[], where: string): MeaningRecord {
  if (statements.length === 0) throw new FileError(`${where}: the record is empty.`);
  const slots = new Map<string, string[]>();
  for (const [rawName, rawValue] of statements) {
    const name = rawName.normalize('NFC').trim();
    const value = rawValue.normalize('NFC').trim().replace(/\s+/g, ' ');
    // Names of Object.prototype would be found in any plain object that is keyed by slot.
    if (!SLOT_NAME.test(name) || name in Object.prototype) {
      throw new FileError(
        `${where}: "${excerpt(name)}" cannot be a slot name; a slot name begins with a letter and has up to 40 letters, ` +
          'digits, spaces, - and _.',
      );
    }
    if (value.length > RECORD_LIMITS.valueCharacters) {
      const limit = RECORD_LIMITS.valueCharacters;
      throw new FileError(`${where}: the value of "${name}" is longer than ${limit} characters.`);
    }
    const words = tokenise(value).length;
    if (words === 0) throw new FileError(`${where}: the value of "${name}" is empty.`);
    if (words > RECORD_LIMITS.valueWords) {
      throw new FileError(`${where}: the value of "${name}" has more than ${RECORD_LIMITS.valueWords} words.`);
    }
    const values = slots.get(name) ?? [];
    for (const part of value.split(VALUE_JOINER)) if (!values.includes(part)) values.push(part);
    slots.set(name, values);
  }
  const list = [...slots].map(([name, values]) => ({ name, values }));
  return { key: makeKey(list), slots: list };
}

/** The same for slots that say the same, in whatever order. */
export function makeKey(slots: readonly Slot[]): string {
  return slots
    .map((slot) => `${slot.name}[${slot.values.map((value) => tokenise(value).join(' ')).sort().join('|')}]`)
    .sort()
    .join(',');
}

/** A fixed hash of a text, u32: never of the run's seed. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return pcg(hash >>> 0);
}

/** The vocabulary's word for a slot, distinct from any word of a sentence: `name:`. */
export function slotWord(name: string): string {
  return `${name}:`;
}

export interface PromptWords {
  readonly words: readonly string[];
  /** Per slot of the record, where its name and value stand: `[from, to)` over `words`. */
  readonly spans: readonly (readonly [number, number])[];
}

/** The record as a policy reads it: `name: blue spice ; area: city centre`. */
export function promptWords(record: MeaningRecord): PromptWords {
  const words: string[] = [];
  const spans: (readonly [number, number])[] = [];
  record.slots.forEach((slot, i) => {
    if (i > 0) words.push(';');
    const from = words.length;
    words.push(slotWord(slot.name));
    slot.values.forEach((value, j) => {
      if (j > 0) words.push(',');
      words.push(...tokenise(value));
    });
    spans.push([from, words.length]);
  });
  return { words, spans };
}
