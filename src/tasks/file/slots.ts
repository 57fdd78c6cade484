import type { Mark } from '../types';
import { flatten, literal, phrase, tokenSpan, type Flat } from './flat';
import type { MeaningRecord } from './record';
import {
  ACCEPTS,
  ADULT_WORD,
  AFTER_SUBJECT,
  BEFORE_LANDMARK,
  CLAUSE_END,
  FAMILY,
  FAMILY_WORD,
  NAME,
  NEAR,
  NEGATION,
  RULES,
  SLOT_LABELS,
} from './restaurant';
import { tokenise } from './words';

/** Something a sentence says of a slot. */
export interface Statement {
  readonly slot: string;
  readonly meaning: string;
  /** Token span `[from, to)`. */
  readonly from: number;
  readonly to: number;
}

export interface SlotFindings {
  /** Slots of the record that are stated rightly. */
  readonly covered: readonly string[];
  /** Slots of statements that the record does not support, each (slot, meaning) once. */
  readonly invented: readonly string[];
  readonly marks: readonly Mark[];
}

interface Matcher {
  readonly slot: string;
  readonly meaning: string;
  readonly pattern: RegExp;
}

export function slotLabel(slot: string): string {
  return SLOT_LABELS.get(slot) ?? slot.replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2').replace(/_/g, ' ').toLowerCase();
}

/**
 * Reads from a sentence what it says of each slot: the E2E restaurant slots by their own patterns, the values of any
 * other slot by their literal words.
 */
export class SlotReader {
  private readonly placeNames: readonly Matcher[];
  /** What the file has under `name`. */
  private readonly names: ReadonlySet<string>;
  private readonly matchers: readonly Matcher[];
  private readonly readsFamily: boolean;

  /** @param values every value in the file by slot. */
  constructor(private readonly values: ReadonlyMap<string, ReadonlySet<string>>) {
    this.placeNames = this.placeMatchers();
    this.names = new Set([...(values.get(NAME) ?? [])].map(normal));
    const rules: Matcher[] = RULES.filter((rule) => values.has(rule.slot)).map((rule) => ({
      slot: rule.slot,
      meaning: rule.meaning,
      pattern: phrase(rule.source),
    }));
    this.matchers = [...this.literalMatchers(), ...rules];
    this.readsFamily = values.has(FAMILY);
  }

  /** Everything a sentence says of the slots, in order. */
  statements(words: readonly string[]): Statement[] {
    const flat = flatten(words);
    const found = this.read(flat, this.placeNames, flat.text);
    const values = this.read(flat, this.matchers, found.rest);
    const statements = [...found.statements, ...values.statements];
    if (this.readsFamily) statements.push(...familyStatements(flat, values.rest));
    return statements.sort((a, b) => a.from - b.from);
  }

  /** Only the names of places, in no order. */
  places(words: readonly string[]): Statement[] {
    const flat = flatten(words);
    return this.read(flat, this.placeNames, flat.text).statements;
  }

  /** What has been read is blanked out, at equal length, so that it is not read twice. */
  private read(flat: Flat, matchers: readonly Matcher[], text: string): { statements: Statement[]; rest: string } {
    const statements: Statement[] = [];
    let rest = text;
    for (const { slot, meaning, pattern } of matchers) {
      rest = rest.replace(pattern, (match: string, offset: number) => {
        const [from, to] = tokenSpan(flat, offset + 1, offset + match.length);
        const isPlace = slot === NAME || slot === NEAR;
        const role = isPlace ? this.nameOrLandmark(flat, meaning, offset + 1, offset + match.length) : slot;
        statements.push({ slot: role, meaning, from, to });
        return ` ${'#'.repeat(match.length - 1)}`;
      });
    }
    return { statements, rest };
  }

  /** What the statements of a sentence are worth against a record. */
  compare(record: MeaningRecord, words: readonly string[]): SlotFindings {
    const accepted = new Map(record.slots.map((slot) => [slot.name, this.accepted(slot.name, slot.values)]));
    const covered = new Set<string>();
    const invented = new Set<string>();
    const inventedSlots: string[] = [];
    const marks: Mark[] = [];
    for (const { slot, meaning, from, to } of this.statements(words)) {
      const owner = accepted.get(slot)?.has(meaning) ? slot : this.sharedOwner(record, slot, meaning);
      if (owner !== undefined) {
        covered.add(owner);
        const value = record.slots.find((entry) => entry.name === owner)!.values.join(', ');
        marks.push({ kind: 'covered', from, to, slot: owner, note: `${slotLabel(owner)}: ${value}` });
        continue;
      }
      const said = words.slice(from, to).join(' ');
      const truth = record.slots.find((entry) => entry.name === slot)?.values.join(', ');
      const label = slotLabel(slot);
      const note = truth === undefined ? `no ${label} in the record: ${said}` : `${label} is ${truth}, not: ${said}`;
      marks.push({ kind: 'invented', from, to, slot, note });
      const key = `${slot}\n${meaning}`;
      if (!invented.has(key)) inventedSlots.push(slot);
      invented.add(key);
    }
    const order = record.slots.map((slot) => slot.name);
    return { covered: order.filter((slot) => covered.has(slot)), invented: inventedSlots, marks };
  }

  /** Meanings that count as stating one of the values. */
  private accepted(slot: string, values: readonly string[]): Set<string> {
    const known = ACCEPTS.get(slot);
    return new Set(values.flatMap((value) => [normal(value), ...(known?.get(value.toLowerCase()) ?? [])]));
  }

  /** Literal slots may share a value ("high"); the words then count for any slot of the record that has it. */
  private sharedOwner(record: MeaningRecord, slot: string, meaning: string): string | undefined {
    const isLiteral = (name: string) => !ACCEPTS.has(name) && name !== NAME && name !== NEAR;
    if (!isLiteral(slot)) return undefined;
    const holds = (values: readonly string[]) => values.some((value) => normal(value) === meaning);
    return record.slots.find((entry) => isLiteral(entry.name) && holds(entry.values))?.name;
  }

  /** Names of places, longest first, with or without "the"; long ones also without their last word. */
  private placeMatchers(): Matcher[] {
    const sources = new Map<string, Matcher>();
    for (const slot of [NAME, NEAR]) {
      for (const value of this.values.get(slot) ?? []) {
        const words = tokenise(value);
        const bare = words[0] === 'the' && words.length > 1 ? words.slice(1) : words;
        for (const variant of bare.length > 2 ? [bare, bare.slice(0, -1)] : [bare]) {
          const source = `(?:the )?${literal(variant)}`;
          if (!sources.has(source)) sources.set(source, { slot, meaning: normal(value), pattern: phrase(source) });
        }
      }
    }
    const longestFirst = [...sources].sort((a, b) => b[0].length - a[0].length || (a[0] < b[0] ? -1 : 1));
    return longestFirst.map(([, matcher]) => matcher);
  }

  /** Values that no rule reads, by their literal words, longest first. */
  private literalMatchers(): Matcher[] {
    const found = new Map<string, { slot: string; meaning: string; source: string }>();
    for (const [slot, values] of this.values) {
      if (slot === NAME || slot === NEAR || slot === FAMILY) continue;
      for (const value of values) {
        if (ACCEPTS.get(slot)?.has(value.toLowerCase())) continue;
        const source = literal(tokenise(value));
        if (!found.has(source)) found.set(source, { slot, meaning: normal(value), source });
      }
    }
    return [...found.values()]
      .sort((a, b) => b.source.length - a.source.length || (a.source < b.source ? -1 : 1))
      .map(({ slot, meaning, source }) => ({ slot, meaning, pattern: phrase(source) }));
  }

  /**
   * Whether the sentence speaks of a place as the one described or as a landmark. A place that the file knows in one
   * role keeps it unless the words beside it put it in the other ("near The Eagle", "Burger King is a coffee shop").
   */
  private nameOrLandmark(flat: Flat, meaning: string, from: number, to: number): string {
    const landmark = BEFORE_LANDMARK.test(flat.text.slice(0, from));
    if (this.names.has(meaning)) return landmark ? NEAR : NAME;
    return !landmark && AFTER_SUBJECT.test(flat.text.slice(to)) ? NAME : NEAR;
  }
}

function normal(value: string): string {
  return tokenise(value).join(' ');
}

/** What is said of families: one statement a mention, negated where its clause negates it. */
function familyStatements(flat: Flat, rest: string): Statement[] {
  const parts = rest.slice(1, -1).split(' ');
  const found: Statement[] = [];
  const spokenOf = parts.some((part) => FAMILY_WORD.test(part));
  // Blanked stretches keep their length but may hold fewer spaces: find parts again by their place.
  let at = 1;
  const places = parts.map((part) => {
    const start = at;
    at += part.length + 1;
    return start;
  });
  parts.forEach((part, i) => {
    const adult = !spokenOf && ADULT_WORD.test(part);
    if (!adult && !FAMILY_WORD.test(part)) return;
    let from = i;
    while (from > 0 && i - from < 6 && !CLAUSE_END.test(parts[from - 1]!)) from--;
    let to = i + 1;
    while (to < parts.length && to - i < 6 && !CLAUSE_END.test(parts[to]!)) to++;
    const negated = parts.slice(from, to).some((word) => NEGATION.test(word));
    const meaning = negated !== adult ? 'no' : 'yes';
    const [first, last] = tokenSpan(flat, places[i]!, places[i]! + part.length);
    const previous = found.at(-1);
    if (previous && previous.meaning === meaning && first - previous.to < 4) {
      found[found.length - 1] = { ...previous, to: last };
    } else found.push({ slot: FAMILY, meaning, from: first, to: last });
  });
  return found;
}
