import { TOKEN } from '../../core/tokens';
import type { Check, Mark, Prompt } from '../types';
import { SLOTS } from './lexicon';
import { PRONOUN_OF, SPEAKERS } from './lexiconTries';
import { type Piece, type Reading, readSummary } from './parse';
import type { Slot } from './scenario';
import type { PhraseClass } from './summaryGrammar';
import { vocabulary } from './vocabulary';

/** Words that turn a statement round when they stand, unlicensed, in or beside it. */
const NEGATORS = new Set(
  ['not', 'never', 'no', 'nobody', 'nothing', 'without', "won't", "can't", "don't"]
    .filter((word) => vocabulary.has(word))
    .map((word) => vocabulary.id(word)),
);
/** Words that may open the name of the other party. */
const DETERMINERS = new Set(['my', 'the', 'our', 'a'].map((word) => vocabulary.id(word)));
/** Words that deny what was said before them. */
const DENIALS = new Set(['not', 'never', 'no'].map((word) => vocabulary.id(word)));
const MARK_IDS = new Set(['.', ',', '?', '!'].map((word) => vocabulary.id(word)));

/** Skipped tokens that count as one stumble; a longer stretch counts again. */
const TOKENS_PER_STUMBLE = 6;

const CLAUSE_END = new Set<PhraseClass>(['and', 'but', 'so', 'because', 'comma', 'stop', 'question']);

/** The slot a phrase class states by itself. */
const SLOT_OF: Partial<Record<PhraseClass, Slot>> = {
  event: 'event',
  eventPerfect: 'event',
  time: 'duration',
  timeClause: 'duration',
  timeTail: 'duration',
  place: 'place',
  narratorOpener: 'narrator',
  narratorClause: 'narrator',
  feeling: 'feeling',
  feelingTail: 'feeling',
  money: 'money',
  moneyTail: 'money',
  deadline: 'deadline',
  tried: 'tried',
};

type Phrase = Extract<Piece, { kind: 'phrase' }>;

/** Reads a response against a post. */
class Reader {
  readonly marks: Mark[] = [];
  private readonly truth = new Map<string, string>();
  private readonly covered = new Set<string>();
  private readonly told = new Set<string>();
  /** Who the last subject was, and whether it is who the post is about (or may speak for them). */
  private subject = '';
  private subjectRight = false;
  /** Whether the last event told is the post's, about the right person: what hangs on it can only then be right. */
  private eventRight = false;
  private introduced = false;
  private plural = false;
  /** First piece of a statement of several pieces ("i already" + "left a note"). */
  private opened: Phrase | undefined;

  constructor(prompt: Prompt) {
    for (const fact of prompt.facts) this.truth.set(fact.slot, fact.value);
  }

  /** @param denied whether a stray negation stands in or beside the clause of this phrase. */
  read(piece: Phrase, denied: boolean): void {
    const { kind, values } = piece.entry;
    const value = values[0]!;
    switch (kind) {
      case 'subject':
      case 'bare':
        this.readSubject(piece, value);
        return;
      case 'pronoun':
        this.readPronoun(piece, value);
        return;
      case 'says':
        if (value !== 'any' && (value === 'many') !== this.plural) {
          this.mark('stumble', piece.from, piece.to, 'verb does not agree');
        }
        this.opened = piece;
        return;
      case 'claim': {
        const speaker = SPEAKERS.has(this.subject) ? `${this.subject} ` : '';
        const claims = values.map((claim) => `${speaker}says ${claim}`);
        this.state(kind, 'says', claims, this.opened?.from ?? piece.from, piece.to, denied);
        return;
      }
      case 'iTried':
      case 'askShould':
      case 'askHow':
      case 'wonderShould':
      case 'wonderHow':
        this.opened = piece;
        return;
      case 'verb': {
        const how = this.opened?.entry.kind === 'askHow' || this.opened?.entry.kind === 'wonderHow';
        const asked = values.map((verb) => `${how ? 'how do i' : 'should i'} ${verb}`);
        this.state(kind, 'ask', asked, this.opened?.from ?? piece.from, piece.to, denied);
        return;
      }
      case 'tried':
        this.state(kind, 'tried', values, this.opened?.from ?? piece.from, piece.to, denied);
        return;
      default: {
        const slot = SLOT_OF[kind];
        if (slot !== undefined) this.state(kind, slot, values, piece.from, piece.to, denied);
      }
    }
  }

  get coveredSlots(): string[] {
    return [...this.covered];
  }

  mark(kind: Mark['kind'], from: number, to: number, note: string, slot?: string): void {
    this.marks.push(slot === undefined ? { kind, from, to, note } : { kind, from, to, note, slot });
  }

  /** The subject is missing. @param known whether it can only be the other party. */
  assumeSubject(known: boolean): void {
    this.subject = this.truth.get('other') ?? '';
    this.subjectRight = known;
    this.plural = false;
  }

  private readSubject(piece: Phrase, name: string): void {
    this.subject = name;
    // "the airline says", but "they say".
    this.plural = false;
    if (SPEAKERS.has(name)) {
      // A third speaker is no wrong person as long as the post lets them speak; what they say is checked then.
      this.subjectRight = (this.truth.get('says') ?? '').startsWith(`${name} `);
      if (!this.subjectRight) this.invent('other', name, piece.from, piece.to);
      return;
    }
    this.subjectRight = this.truth.get('other') === name;
    if (!this.subjectRight) {
      this.invent('other', name, piece.from, piece.to);
      return;
    }
    this.introduced = true;
    if (!this.covered.has('other')) {
      this.covered.add('other');
      this.mark('covered', piece.from, piece.to, `${SLOTS.other}: ${name}`, 'other');
    }
  }

  private readPronoun(piece: Phrase, pronoun: string): void {
    const other = this.truth.get('other') ?? '';
    this.subject = other;
    this.plural = pronoun === 'they';
    this.subjectRight = PRONOUN_OF.get(other) === pronoun;
    if (!this.subjectRight) this.invent('other', pronoun, piece.from, piece.to);
    else if (!this.introduced) this.mark('stumble', piece.from, piece.to, `who is "${pronoun}"?`);
  }

  /** A statement: covered, invented, or said again. */
  private state(
    kind: PhraseClass,
    slot: Slot,
    values: readonly string[],
    from: number,
    to: number,
    denied: boolean,
  ): void {
    const bySubject = slot === 'event' || slot === 'says';
    this.opened = undefined;
    const truth = this.truth.get(slot);
    const known = truth !== undefined && values.includes(truth);
    const value = known ? truth : values[0]!;
    const right = known && !denied;
    const hanging = kind === 'time' || kind === 'timeTail' || kind === 'place';
    if (slot === 'event') this.eventRight = right && this.subjectRight && !SPEAKERS.has(this.subject);
    if (slot === 'event' && SPEAKERS.has(this.subject)) this.invent('other', this.subject, from, to);
    // A time or place of an event that did not happen: wrong already with the event, and no credit.
    else if (hanging && !this.eventRight && known) return;
    else if (!right) this.invent(slot, denied ? `not ${value}` : value, from, to);
    // About the wrong person: already counted with the subject, and no credit.
    else if (bySubject && !this.subjectRight) return;
    else if (this.told.has(slot)) this.mark('stumble', from, to, 'said twice', slot);
    else {
      this.told.add(slot);
      this.covered.add(slot);
      this.mark('covered', from, to, `${SLOTS[slot]}: ${value}`, slot);
    }
  }

  private invent(slot: Slot, value: string, from: number, to: number): void {
    this.mark('invented', from, to, `not in the post: ${value}`, slot);
  }
}

/** Index of the clause of each piece. */
function clauses(pieces: readonly Piece[]): number[] {
  let clause = 0;
  return pieces.map((piece) => {
    const here = clause;
    if (piece.kind === 'broken' || (piece.kind === 'phrase' && CLAUSE_END.has(piece.entry.kind))) clause++;
    return here;
  });
}

/** Clauses denied by a stray negation: its own; the one before too where it comes right after ("... . not true ."). */
function deniedClauses(ids: readonly number[], pieces: readonly Piece[], clause: readonly number[]): Set<number> {
  const denied = new Set<number>();
  pieces.forEach((piece, i) => {
    if (piece.kind !== 'skipped') return;
    if (ids.slice(piece.from, piece.to).some((id) => NEGATORS.has(id))) denied.add(clause[i]!);
    const starts = i > 0 && clause[i - 1] !== clause[i];
    if (starts && DENIALS.has(ids[piece.from]!)) denied.add(clause[i]! - 1);
  });
  return denied;
}

/** What went wrong in a stretch of pieces that are no licensed phrases, in words. */
function describe(ids: readonly number[], from: number, to: number, pieces: readonly Piece[]): string {
  if (to < ids.length && to === from) return pieces[0]?.kind === 'nobody' ? 'nobody named' : 'full stop missing';
  if (pieces.every(({ kind }) => kind === 'broken')) return 'sentence breaks off';
  return 'does not read as a sentence';
}

/** Spans of a reading of the kept words as spans of the response. */
function toResponse(reading: Reading, kept: readonly number[], length: number): Reading {
  if (kept.length === length) return reading;
  const from = (at: number): number => kept[at] ?? length;
  const to = (at: number): number => (at === 0 ? 0 : kept[at - 1]! + 1);
  const pieces = reading.pieces.map((piece) => {
    const start = from(piece.from);
    return { ...piece, from: start, to: piece.to === piece.from ? start : to(piece.to) };
  });
  return { ...reading, pieces };
}

/** The exact checker: see docs/tasks.md. Never throws, whatever the ids. */
export function check(prompt: Prompt, response: ArrayLike<number>): Check {
  const all = Array.from(response);
  const eos = all.indexOf(TOKEN.eos);
  const ids = eos < 0 ? all : all.slice(0, eos);
  const reader = new Reader(prompt);
  // A word said twice in a row is a slip that hides nothing: the rest is read without it.
  const kept: number[] = [];
  ids.forEach((id, i) => {
    if (i > 0 && id === ids[i - 1]) reader.mark('stumble', i, i + 1, 'word said twice');
    else kept.push(i);
  });
  const text = kept.map((i) => ids[i]!);
  const { pieces, open } = toResponse(readSummary(text), kept, ids.length);
  const clause = clauses(pieces);
  const denied = deniedClauses(ids, pieces, clause);

  for (let i = 0; i < pieces.length; ) {
    const piece = pieces[i]!;
    if (piece.kind === 'phrase') {
      reader.read(piece, denied.has(clause[i]!));
      i++;
      continue;
    }
    // Neighbouring slips are one stumble, long ones several.
    const slips: Piece[] = [];
    for (; i < pieces.length && pieces[i]!.kind !== 'phrase'; i++) slips.push(pieces[i]!);
    if (slips.at(-1)!.kind === 'nobody') {
      // "my keeps eating ...": a lost word, one still knows who. Anything else may be about anybody.
      const lost = ids.slice(piece.from, slips.at(-1)!.to);
      reader.assumeSubject(lost.every((id) => DETERMINERS.has(id)));
    }
    const end = slips.at(-1)!.to;
    for (let from = piece.from; from === piece.from || from < end; from += TOKENS_PER_STUMBLE) {
      const to = Math.min(end, from + TOKENS_PER_STUMBLE);
      reader.mark('stumble', from, Math.max(to, Math.min(from + 1, ids.length)), describe(ids, from, to, slips));
    }
  }
  if (ids.length === 0) reader.mark('stumble', 0, 0, 'says nothing');
  else if (eos < 0) reader.mark('stumble', ids.length - 1, ids.length, 'does not come to an end');
  else if (open && pieces.at(-1)?.kind === 'phrase') reader.mark('stumble', ids.length - 1, ids.length, 'breaks off');

  return {
    covered: reader.coveredSlots,
    invented: reader.marks.filter(({ kind }) => kind === 'invented').length,
    stumbles: reader.marks.filter(({ kind }) => kind === 'stumble').length,
    words: ids.filter((id) => !MARK_IDS.has(id)).length,
    marks: reader.marks,
  };
}
