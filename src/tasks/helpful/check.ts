import type { Prompt } from '../types';
import { AnswerReader, textOf } from '../world/answerReader';
import { grammarChecker } from '../world/check';
import type { Phrase as PhraseOf } from '../world/grammarReader';
import { POLITE_VALUE } from '../world/talk';
import { GRAMMAR } from './answerGrammar';
import { type AnswerEntry, answerTrie } from './answerTrie';
import type { Frame } from './frame';
import { SLOTS, type Slot, insteadSaid } from './lexicon';
import { recognise } from './recognise';
import { vocabulary } from './vocabulary';

type Phrase = PhraseOf<AnswerEntry>;

/** What a statement is worth: right, against what the world knows, or true and about something else. */
type Verdict = 'right' | 'wrong' | 'beside';

/** Reads an answer against a dialogue. */
class Reader extends AnswerReader<AnswerEntry> {
  private readonly frame: Frame | undefined;
  /** The last advice, on which a time may hang. */
  private advice: Verdict = 'beside';
  /** The sentence is told of another subject, so that nothing in it counts. */
  private elsewhere = false;

  constructor(prompt: Prompt) {
    super(prompt);
    this.frame = recognise(Array.from(prompt.tokens)).frame;
  }

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

  protected override endSentence(): void {
    super.endSentence();
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
    else this.credit(slot, from, to, slot === 'polite' ? SLOTS.polite : `${SLOTS[slot]}: ${value}`);
  }
}

/** See `Task.check`. */
export const check = grammarChecker(vocabulary, GRAMMAR, answerTrie, (prompt) => new Reader(prompt));
