import { TOKEN, type Vocabulary } from '../../core/tokens';
import type { Check, Mark, Prompt, Task } from '../types';
import { type Grammar, type Phrase, type Piece, type Reading, grammarReader } from './grammarReader';
import type { PhraseTrie } from './phraseTrie';

/** The frame of an exact checker: reads a response with a grammar, and leaves it to the world what its statements are worth. */

/** Words that turn a statement round when they stand, unlicensed, in or beside it. */
const NEGATORS = ['not', 'never', 'no', 'nobody', 'nothing', 'without', "won't", "can't", "don't"];
/** Words that deny what was said before them. */
const DENIALS = ['not', 'never', 'no'];
const MARKS = ['.', ',', '?', '!'];

/** Skipped tokens that count as one stumble; a longer stretch counts again. */
const TOKENS_PER_STUMBLE = 6;

/** Follows a response phrase by phrase and marks what it finds. */
export abstract class StatementReader<Entry> {
  readonly marks: Mark[] = [];
  readonly covered = new Set<string>();
  /** The prompt's facts: slot -> value. */
  protected readonly truth = new Map<string, string>();

  constructor(prompt: Prompt) {
    for (const { slot, value } of prompt.facts) this.truth.set(slot, value);
  }

  /** @param denied whether a stray negation stands in or beside the clause of this phrase. */
  abstract read(piece: Phrase<Entry>, denied: boolean): void;

  /**
   * Neighbouring pieces that are no licensed phrases.
   *
   * @param ids the whole response.
   */
  abstract slip(pieces: readonly Piece<Entry>[], ids: readonly number[]): void;

  /** The response is over. */
  end(): void {}

  mark(kind: Mark['kind'], from: number, to: number, note: string, slot?: string): void {
    this.marks.push(slot === undefined ? { kind, from, to, note } : { kind, from, to, note, slot });
  }

  /** A right statement: covered, or said again. */
  protected credit(slot: string, from: number, to: number, note: string): void {
    if (this.covered.has(slot)) {
      this.mark('stumble', from, to, 'said twice', slot);
      return;
    }
    this.covered.add(slot);
    this.mark('covered', from, to, note, slot);
  }
}

/** The exact checker of a world: see docs/tasks.md. Never throws, whatever the ids. */
export function grammarChecker<Kind extends string, State extends string, Entry extends { readonly kind: Kind }>(
  vocabulary: Vocabulary,
  grammar: Grammar<Kind, State>,
  trie: PhraseTrie<Entry>,
  begin: (prompt: Prompt) => StatementReader<Entry>,
): Task['check'] {
  const read = grammarReader(grammar, trie);
  const ids = (words: readonly string[]): ReadonlySet<number> =>
    new Set(words.filter((word) => vocabulary.has(word)).map((word) => vocabulary.id(word)));
  const [negators, denials, marks] = [ids(NEGATORS), ids(DENIALS), ids(MARKS)];

  /** Index of the clause of each piece. */
  const clauses = (pieces: readonly Piece<Entry>[]): number[] => {
    let clause = 0;
    return pieces.map((piece) => {
      const here = clause;
      const ends = piece.kind === 'phrase' && (grammar.ends.has(piece.entry.kind) || grammar.joints.has(piece.entry.kind));
      if (ends || piece.kind === 'broken') clause++;
      return here;
    });
  };

  /** Clauses denied by a stray negation: its own; the one before too where it comes right after ("... . not true ."). */
  const deniedClauses = (
    text: readonly number[], pieces: readonly Piece<Entry>[], clause: readonly number[],
  ): ReadonlySet<number> => {
    const denied = new Set<number>();
    pieces.forEach((piece, i) => {
      if (piece.kind !== 'skipped') return;
      if (text.slice(piece.from, piece.to).some((id) => negators.has(id))) denied.add(clause[i]!);
      const starts = i > 0 && clause[i - 1] !== clause[i];
      if (starts && denials.has(text[piece.from]!)) denied.add(clause[i]! - 1);
    });
    return denied;
  };

  return (prompt, response): Check => {
    const all = Array.from(response);
    const eos = all.indexOf(TOKEN.eos);
    const text = eos < 0 ? all : all.slice(0, eos);
    const reader = begin(prompt);
    // A word said twice in a row is a slip that hides nothing: the rest is read without it.
    const kept: number[] = [];
    text.forEach((id, i) => {
      if (i > 0 && id === text[i - 1]) reader.mark('stumble', i, i + 1, 'word said twice');
      else kept.push(i);
    });
    const { pieces, open } = toResponse(read(kept.map((i) => text[i]!)), kept, text.length);
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
      const slips: Piece<Entry>[] = [];
      for (; i < pieces.length && pieces[i]!.kind !== 'phrase'; i++) slips.push(pieces[i]!);
      reader.slip(slips, text);
      const end = slips.at(-1)!.to;
      for (let from = piece.from; from === piece.from || from < end; from += TOKENS_PER_STUMBLE) {
        const to = Math.min(end, from + TOKENS_PER_STUMBLE);
        reader.mark('stumble', from, Math.max(to, Math.min(from + 1, text.length)), describe(text, from, to, slips));
      }
    }
    reader.end();
    if (text.length === 0) reader.mark('stumble', 0, 0, 'says nothing');
    else if (eos < 0) reader.mark('stumble', text.length - 1, text.length, 'does not come to an end');
    else if (open && pieces.at(-1)?.kind === 'phrase') reader.mark('stumble', text.length - 1, text.length, 'breaks off');

    return {
      covered: [...reader.covered],
      invented: reader.marks.filter(({ kind }) => kind === 'invented').length,
      stumbles: reader.marks.filter(({ kind }) => kind === 'stumble').length,
      words: text.filter((id) => !marks.has(id)).length,
      marks: reader.marks,
    };
  };
}

/** What went wrong in a stretch of pieces that are no licensed phrases, in words. */
function describe(text: readonly number[], from: number, to: number, pieces: readonly Piece<unknown>[]): string {
  if (to < text.length && to === from) return pieces[0]?.kind === 'nobody' ? 'nobody named' : 'full stop missing';
  return pieces.every(({ kind }) => kind === 'broken') ? 'sentence breaks off' : 'does not read as a sentence';
}

/** Spans of a reading of the kept words as spans of the response. */
function toResponse<Entry>(reading: Reading<Entry>, kept: readonly number[], length: number): Reading<Entry> {
  if (kept.length === length) return reading;
  const from = (at: number): number => kept[at] ?? length;
  const to = (at: number): number => (at === 0 ? 0 : kept[at - 1]! + 1);
  const pieces = reading.pieces.map((piece) => {
    const start = from(piece.from);
    return { ...piece, from: start, to: piece.to === piece.from ? start : to(piece.to) };
  });
  return { ...reading, pieces };
}
