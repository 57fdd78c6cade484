import { StatementReader } from './check';
import type { Phrase, Piece } from './grammarReader';

/** A phrase of answers, with all that it may mean. */
interface Meant {
  readonly meanings: readonly { readonly value: string }[];
}

/** Reads answers: what waits for the rest of its sentence, and what was said before. */
export abstract class AnswerReader<Entry extends Meant> extends StatementReader<Entry> {
  /** Phrases said so far that state no fact: fillers, friendly words, things beside the question. */
  protected readonly said = new Set<string>();
  /** "do not", waiting for what not to do. */
  protected negation: Phrase<Entry> | undefined;
  /** "because" or "the reason is that", waiting for the reason. */
  protected reason: Phrase<Entry> | undefined;

  slip(pieces: readonly Piece<Entry>[]): void {
    if (pieces.some(({ kind }) => kind === 'broken')) this.endSentence();
  }

  override end(): void {
    this.endSentence();
  }

  /** What waits for the rest of its sentence waits in vain. */
  protected endSentence(): void {
    this.negation = undefined;
    this.reason = undefined;
  }

  protected invent(slot: string, value: string, from: number, to: number): void {
    this.mark('invented', from, to, `not right here: ${value}`, slot);
  }

  /** Something that is neither right nor wrong: it costs its words, and a stumble when it comes again. */
  protected remember(piece: Phrase<Entry>): void {
    const text = textOf(piece);
    if (this.said.has(text)) this.mark('stumble', piece.from, piece.to, 'said twice');
    this.said.add(text);
  }
}

/** What a phrase says, for comparison with another one. */
export function textOf(piece: Phrase<Meant>): string {
  return piece.entry.meanings[0]!.value;
}
