import { GRAMMAR, MAX_JOINTS, type PhraseClass, type State } from './answerGrammar';
import { type AnswerEntry, answerTrie } from './answerTrie';

/**
 * Reads any token sequence with the grammar of answers: the cheapest path through the automaton. A token that fits nowhere
 * is skipped (cost 1, and 0.6 more for the first of a run), a full stop is supplied where one is missing (1.6) or closes a
 * broken sentence (1), and an unfinished last sentence costs 1. Time is linear in the length.
 */

export type Piece =
  | { readonly kind: 'phrase'; readonly entry: AnswerEntry; readonly from: number; readonly to: number }
  | { readonly kind: 'skipped'; readonly from: number; readonly to: number }
  /** A full stop that is missing (of no length) or comes too early. */
  | { readonly kind: 'broken'; readonly from: number; readonly to: number };

export interface Reading {
  readonly pieces: readonly Piece[];
  /** The last sentence is not finished. */
  readonly open: boolean;
}

const STATES = Object.keys(GRAMMAR) as State[];
const JOINTS = MAX_JOINTS + 1;
const WIDTH = STATES.length * JOINTS;
const START = STATES.indexOf('start') * JOINTS;
const SKIP = 1;
const FIRST_SKIP = 0.6;
const SUPPLIED_STOP = 1.6;
const EARLY_STOP = 1;
const OPEN = 1;
/** A reading this much worse than the best at the same place is given up. */
const HOPELESS = 5;
/** A hair for every phrase, so that of two clean readings the one with longer phrases wins. */
const PHRASE = 1e-3;

/** Classes that close a sentence, and those that are counted within one. */
export const ENDS_SENTENCE: ReadonlySet<PhraseClass> = new Set<PhraseClass>(['stop', 'question']);
export const JOINT: ReadonlySet<PhraseClass> = new Set<PhraseClass>(['and', 'but', 'comma']);

/** moves[class][state] = next state with joints counted, or -1. */
const MOVES = new Map<PhraseClass, Int16Array>();
for (const [index, state] of STATES.entries()) {
  for (const [kind, target] of Object.entries(GRAMMAR[state]) as [PhraseClass, State][]) {
    let row = MOVES.get(kind);
    if (row === undefined) MOVES.set(kind, (row = new Int16Array(WIDTH).fill(-1)));
    for (let joints = 0; joints < JOINTS; joints++) {
      // ", and" counts once, the comma of "of course ," not at all; a sentence end starts the count anew.
      const free = state === 'comma' || state === 'warnedComma' || state === 'said';
      const count = ENDS_SENTENCE.has(kind) ? 0 : joints + (JOINT.has(kind) && !free ? 1 : 0);
      if (count < JOINTS) row[index * JOINTS + joints] = STATES.indexOf(target) * JOINTS + count;
    }
  }
}

interface Step {
  readonly previous: Step | undefined;
  readonly piece: Piece;
}

/** @param ids word ids without end-of-text. */
export function readAnswer(ids: ArrayLike<number>): Reading {
  const n = ids.length;
  const cost: Float64Array[] = Array.from({ length: n + 1 }, () => new Float64Array(WIDTH).fill(Infinity));
  const step: (Step | undefined)[][] = Array.from({ length: n + 1 }, () => []);
  cost[0]![START] = 0;
  const relax = (to: number, state: number, value: number, previous: Step | undefined, piece: Piece): void => {
    if (value >= cost[to]![state]!) return;
    cost[to]![state] = value;
    step[to]![state] = { previous, piece };
  };

  for (let i = 0; i < n; i++) {
    const here = cost[i]!;
    const steps = step[i]!;
    // Supplying a full stop: from the cheapest unfinished state to the start of a sentence.
    let best = -1;
    for (let s = 0; s < WIDTH; s++) {
      if (s !== START && here[s]! < Infinity && (best < 0 || here[s]! < here[best]!)) best = s;
    }
    if (best >= 0) relax(i, START, here[best]! + SUPPLIED_STOP, steps[best], { kind: 'broken', from: i, to: i });

    const least = Math.min(here[START]!, best < 0 ? Infinity : here[best]!);
    const live: number[] = [];
    for (let s = 0; s < WIDTH; s++) if (here[s]! <= least + HOPELESS) live.push(s);

    const skip: Piece = { kind: 'skipped', from: i, to: i + 1 };
    for (const s of live) {
      const goesOn = steps[s]?.piece.kind === 'skipped';
      relax(i + 1, s, here[s]! + SKIP + (goesOn ? 0 : FIRST_SKIP), steps[s], skip);
    }
    answerTrie.match(ids, i, (entry, end) => {
      const row = MOVES.get(entry.kind)!;
      const piece: Piece = { kind: 'phrase', entry, from: i, to: end };
      for (const s of live) {
        if (row[s]! >= 0) relax(end, row[s]!, here[s]! + PHRASE, steps[s], piece);
      }
      if (!ENDS_SENTENCE.has(entry.kind)) return;
      const early: Piece = { kind: 'broken', from: i, to: end };
      for (const s of live) {
        if (s !== START) relax(end, START, here[s]! + EARLY_STOP, steps[s], early);
      }
    });
  }

  const last = cost[n]!;
  let state = START;
  for (let s = 0; s < WIDTH; s++) {
    if (last[s]! + OPEN < last[state]! + (state === START ? 0 : OPEN)) state = s;
  }
  const pieces: Piece[] = [];
  for (let at = step[n]![state]; at !== undefined; at = at.previous) pieces.push(at.piece);
  pieces.reverse();
  return { pieces: joinSkipped(pieces), open: state !== START };
}

function joinSkipped(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = [];
  for (const piece of pieces) {
    const last = out.at(-1);
    if (piece.kind === 'skipped' && last?.kind === 'skipped') out[out.length - 1] = { ...last, to: piece.to };
    else out.push(piece);
  }
  return out;
}
