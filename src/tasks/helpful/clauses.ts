import type { PhraseClass } from './answerGrammar';
import { ENDS_SENTENCE, JOINT, type Piece } from './parse';
import { vocabulary } from './vocabulary';

/** Which statements of an answer a stray negation turns round. */

const ids = (...words: readonly string[]): ReadonlySet<number> => new Set(words.map((word) => vocabulary.id(word)));
/** Words that turn a statement round when they stand, unlicensed, in or beside it. */
const NEGATORS = ids('not', 'never', 'no', 'without', 'nothing');
/** Words that deny what was said before them. */
const DENIALS = ids('not', 'never', 'no');

const ENDS_CLAUSE = (kind: PhraseClass): boolean => ENDS_SENTENCE.has(kind) || JOINT.has(kind);

/** Index of the clause of each piece, one a piece. */
export function clauses(pieces: readonly Piece[]): number[] {
  let clause = 0;
  return pieces.map((piece) => {
    const here = clause;
    if (piece.kind === 'broken' || (piece.kind === 'phrase' && ENDS_CLAUSE(piece.entry.kind))) clause++;
    return here;
  });
}

/**
 * Clauses denied by a stray negation: its own; the one before too where it comes right after ("... . not true .").
 *
 * @param clause what `clauses` gives for the pieces.
 */
export function deniedClauses(text: readonly number[], pieces: readonly Piece[], clause: readonly number[]): Set<number> {
  const denied = new Set<number>();
  pieces.forEach((piece, i) => {
    if (piece.kind !== 'skipped') return;
    if (text.slice(piece.from, piece.to).some((id) => NEGATORS.has(id))) denied.add(clause[i]!);
    const starts = i > 0 && clause[i - 1] !== clause[i];
    if (starts && DENIALS.has(text[piece.from]!)) denied.add(clause[i]! - 1);
  });
  return denied;
}
