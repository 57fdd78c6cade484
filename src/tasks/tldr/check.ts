import { StatementReader, grammarChecker } from '../world/check';
import type { Phrase as PhraseOf, Piece } from '../world/grammarReader';
import { SLOTS } from './lexicon';
import { PRONOUN_OF, SPEAKERS, type SummaryEntry, summaryTrie } from './lexiconTries';
import type { Slot } from './scenario';
import { GRAMMAR, type PhraseClass } from './summaryGrammar';
import { vocabulary } from './vocabulary';

/** Words that may open the name of the other party. */
const DETERMINERS = new Set(['my', 'the', 'our', 'a'].map((word) => vocabulary.id(word)));

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

type Phrase = PhraseOf<SummaryEntry>;

/** Reads a response against a post. */
class Reader extends StatementReader<SummaryEntry> {
  /** Who the last subject was, and whether it is who the post is about (or may speak for them). */
  private subject = '';
  private subjectRight = false;
  /** Whether the last event told is the post's, about the right person: what hangs on it can only then be right. */
  private eventRight = false;
  private introduced = false;
  private plural = false;
  /** First piece of a statement of several pieces ("i already" + "left a note"). */
  private opened: Phrase | undefined;

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

  slip(pieces: readonly Piece<SummaryEntry>[], ids: readonly number[]): void {
    const last = pieces.at(-1)!;
    if (last.kind !== 'nobody') return;
    this.subject = this.truth.get('other') ?? '';
    // "my keeps eating ...": a lost word, one still knows who. Anything else may be about anybody.
    this.subjectRight = ids.slice(pieces[0]!.from, last.to).every((id) => DETERMINERS.has(id));
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
    else this.credit(slot, from, to, `${SLOTS[slot]}: ${value}`);
  }

  private invent(slot: Slot, value: string, from: number, to: number): void {
    this.mark('invented', from, to, `not in the post: ${value}`, slot);
  }
}

/** See `Task.check`. */
export const check = grammarChecker(vocabulary, GRAMMAR, summaryTrie, (prompt) => new Reader(prompt));
