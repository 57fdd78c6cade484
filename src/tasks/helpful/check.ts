import { TOKEN } from '../../core/tokens';
import type { Check, Mark, Prompt } from '../types';
import type { AnswerEntry } from './answerTrie';
import { clauses, deniedClauses } from './clauses';
import type { Frame } from './frame';
import { POLITE_VALUE, SLOTS, type Slot, insteadSaid } from './lexicon';
import { type Piece, type Reading, readAnswer } from './parse';
import { recognise } from './recognise';
import { vocabulary } from './vocabulary';

const MARK_IDS = new Set(['.', ',', '?', '!'].map((word) => vocabulary.id(word)));

/** Skipped tokens that count as one stumble; a longer stretch counts again. */
const TOKENS_PER_STUMBLE = 6;

type Phrase = Extract<Piece, { kind: 'phrase' }>;

/** What a statement is worth: right, against what the world knows, or true and about something else. */
type Verdict = 'right' | 'wrong' | 'beside';

/** Reads an answer against a dialogue. */
class Reader {
  readonly marks: Mark[] = [];
  private readonly truth = new Map<string, string>();
  private readonly frame: Frame | undefined;
  private readonly covered = new Set<string>();
  /** Phrases said so far that state no fact: fillers, friendly words, things beside the question. */
  private readonly said = new Set<string>();
  /** "do not", waiting for what not to do. */
  private negation: Phrase | undefined;
  /** "because" or "the reason is that", waiting for the reason. */
  private reason: Phrase | undefined;
  /** The last advice, on which a time may hang. */
  private advice: Verdict = 'beside';
  /** The sentence is told of another subject, so that nothing in it counts. */
  private elsewhere = false;

  constructor(prompt: Prompt) {
    for (const { slot, value } of prompt.facts) this.truth.set(slot, value);
    this.frame = recognise(Array.from(prompt.tokens)).frame;
  }

  /** @param denied whether a stray negation stands in or beside the clause of this phrase. */
  read(piece: Phrase, denied: boolean): void {
    const { kind } = piece.entry;
    switch (kind) {
      case 'stop':
      case 'question':
        this.endSentence();
        return;
      case 'not':
        this.negation = piece;
        return;
      case 'because':
      case 'reason':
        this.reason = piece;
        return;
      case 'deed':
      case 'lasting':
        this.readAdvice(piece, denied);
        return;
      case 'time':
      case 'timeClause':
        this.readTime(piece, denied);
        return;
      case 'why':
        this.readReason(piece, denied);
        return;
      case 'amount':
      case 'instead':
        this.readWay(piece, kind, denied);
        return;
      case 'deadline':
      case 'sympathy':
      case 'greeting':
        this.state(kind, piece.entry.meanings[0]!.value, piece.from, piece.to, denied);
        return;
      case 'ask':
        this.readAsk(piece);
        return;
      case 'about':
        this.readAbout(piece);
        return;
      case 'yes':
        if (this.frame?.kind === 'may') this.invent('avoid', 'yes', piece.from, piece.to);
        return;
      case 'polite':
        if (!this.covered.has('polite')) this.state('polite', POLITE_VALUE, piece.from, piece.to, denied);
        else this.remember(piece);
        this.said.add(textOf(piece));
        return;
      case 'rude':
        this.mark('stumble', piece.from, piece.to, 'rude');
        return;
      case 'filler':
        this.remember(piece);
        return;
      case 'no':
      case 'opener':
      case 'fails':
      case 'and':
      case 'but':
      case 'comma':
        return;
    }
  }

  get coveredSlots(): string[] {
    return [...this.covered];
  }

  mark(kind: Mark['kind'], from: number, to: number, note: string, slot?: string): void {
    this.marks.push(slot === undefined ? { kind, from, to, note } : { kind, from, to, note, slot });
  }

  /** What waits for the rest of its sentence waits in vain. */
  endSentence(): void {
    this.negation = undefined;
    this.reason = undefined;
    this.elsewhere = false;
    this.advice = 'beside';
  }

  /** Meanings of a phrase that belong to what the dialogue is about. */
  private own(entry: AnswerEntry): AnswerEntry['meanings'] {
    return entry.meanings.filter(({ matter }) => matter === undefined || matter === this.frame?.matter);
  }

  /** Advice, or advice against something. */
  private readAdvice(piece: Phrase, denied: boolean): void {
    const from = this.negation?.from ?? piece.from;
    const against = this.negation !== undefined;
    this.negation = undefined;
    const [meaning] = this.own(piece.entry);
    this.advice = 'beside';
    const { frame } = this;
    if (meaning === undefined || frame === undefined) {
      this.remember(piece);
      return;
    }
    const { value, subject } = meaning;
    const bad = value === frame.matter.avoid[0];
    const good = value === frame.matter.next[0] || (frame.subject !== undefined && value === frame.subject.deed[0]);
    this.advice = (against ? bad : good) && !denied ? 'right' : 'wrong';
    const slot = bad ? 'avoid' : value === frame.matter.next[0] ? 'next' : 'do';
    if (this.advice === 'right') {
      // What the user knows already is nothing new and nothing wrong.
      if (this.truth.has(slot)) this.state(slot, value, from, piece.to, denied);
      else this.remember(piece);
      return;
    }
    const guess = frame.subject === undefined && subject !== undefined && !against;
    if (guess) this.mark('invented', from, piece.to, `takes for granted: ${subject.name}`, slot);
    else this.invent(slot, `${against !== denied ? 'not ' : ''}${value}`, from, piece.to);
  }

  private readTime(piece: Phrase, denied: boolean): void {
    const { value } = piece.entry.meanings[0]!;
    // A time of advice that is wrong or about something else: counted with the advice, and no credit.
    if (piece.entry.kind === 'time' && this.advice !== 'right') return;
    if (this.frame !== undefined) this.state('time', value, piece.from, piece.to, denied);
  }

  private readReason(piece: Phrase, denied: boolean): void {
    const from = this.reason?.from ?? piece.from;
    const given = this.reason !== undefined;
    this.reason = undefined;
    const [meaning] = this.own(piece.entry);
    if (meaning !== undefined) this.state('why', meaning.value, from, piece.to, denied);
    // A true clause of another matter is no reason here.
    else if (given && this.frame !== undefined) this.invent('why', piece.entry.meanings[0]!.value, from, piece.to);
    else this.remember(piece);
  }

  /** How much to take, and what to use instead of what is lacking. */
  private readWay(piece: Phrase, slot: 'amount' | 'instead', denied: boolean): void {
    const own = this.own(piece.entry);
    const { frame } = this;
    const [first] = own;
    if (first === undefined || frame === undefined) {
      this.remember(piece);
      return;
    }
    const value = own.find((meaning) => meaning.value === this.truth.get(slot))?.value ?? first.value;
    const known = frame.matter.substitutes.some((substitute) => insteadSaid(substitute)[0] === value);
    // A substitute for what the user has is true and unasked for.
    if (slot === 'instead' && value !== this.truth.get(slot) && known && !denied) this.remember(piece);
    else this.state(slot, value, piece.from, piece.to, denied);
  }

  private readAsk(piece: Phrase): void {
    const [meaning] = this.own(piece.entry);
    if (meaning === undefined || this.frame === undefined) this.remember(piece);
    else if (this.frame.subject === undefined) this.state('ask', meaning.value, piece.from, piece.to, false);
    else this.mark('stumble', piece.from, piece.to, 'asks what was said');
  }

  private readAbout(piece: Phrase): void {
    const { frame } = this;
    const own = this.own(piece.entry);
    if (frame === undefined || own.length === 0) {
      this.elsewhere = true;
      return;
    }
    if (own.some(({ subject }) => subject === undefined || subject === frame.subject)) return;
    const name = own[0]!.subject!.name;
    this.mark('invented', piece.from, piece.to, frame.subject === undefined ? `takes for granted: ${name}` : `not asked: ${name}`);
    this.elsewhere = true;
  }

  /** A statement of this matter: covered, invented, or said again. */
  private state(slot: Slot, value: string, from: number, to: number, denied: boolean): void {
    const right = this.truth.get(slot) === value && !denied;
    if (this.elsewhere && right) return;
    if (!right) this.invent(slot, denied ? `not ${value}` : value, from, to);
    else if (this.covered.has(slot)) this.mark('stumble', from, to, 'said twice', slot);
    else {
      this.covered.add(slot);
      this.mark('covered', from, to, slot === 'polite' ? SLOTS.polite : `${SLOTS[slot]}: ${value}`, slot);
    }
  }

  private invent(slot: Slot, value: string, from: number, to: number): void {
    this.mark('invented', from, to, `not right here: ${value}`, slot);
  }

  /** Something that is neither right nor wrong: it costs its words, and a stumble when it comes again. */
  private remember(piece: Phrase): void {
    const text = textOf(piece);
    if (this.said.has(text)) this.mark('stumble', piece.from, piece.to, 'said twice');
    this.said.add(text);
  }
}

/** What a phrase says, for comparison with another one. */
function textOf(piece: Phrase): string {
  return piece.entry.meanings[0]!.value;
}

/** What went wrong in a stretch of pieces that are no licensed phrases, in words. */
function describe(text: readonly number[], from: number, to: number, pieces: readonly Piece[]): string {
  if (to < text.length && to === from) return 'full stop missing';
  return pieces.every(({ kind }) => kind === 'broken') ? 'sentence breaks off' : 'does not read as a sentence';
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
  const text = eos < 0 ? all : all.slice(0, eos);
  const reader = new Reader(prompt);
  // A word said twice in a row is a slip that hides nothing: the rest is read without it.
  const kept: number[] = [];
  text.forEach((id, i) => {
    if (i > 0 && id === text[i - 1]) reader.mark('stumble', i, i + 1, 'word said twice');
    else kept.push(i);
  });
  const { pieces, open } = toResponse(readAnswer(kept.map((i) => text[i]!)), kept, text.length);
  const clause = clauses(pieces);
  const denied = deniedClauses(text, pieces, clause);

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
    if (slips.some(({ kind }) => kind === 'broken')) reader.endSentence();
    const end = slips.at(-1)!.to;
    for (let from = piece.from; from === piece.from || from < end; from += TOKENS_PER_STUMBLE) {
      const to = Math.min(end, from + TOKENS_PER_STUMBLE);
      reader.mark('stumble', from, Math.max(to, Math.min(from + 1, text.length)), describe(text, from, to, slips));
    }
  }
  if (text.length === 0) reader.mark('stumble', 0, 0, 'says nothing');
  else if (eos < 0) reader.mark('stumble', text.length - 1, text.length, 'does not come to an end');
  else if (open && pieces.at(-1)?.kind === 'phrase') reader.mark('stumble', text.length - 1, text.length, 'breaks off');

  return {
    covered: reader.coveredSlots,
    invented: reader.marks.filter(({ kind }) => kind === 'invented').length,
    stumbles: reader.marks.filter(({ kind }) => kind === 'stumble').length,
    words: text.filter((id) => !MARK_IDS.has(id)).length,
    marks: reader.marks,
  };
}
