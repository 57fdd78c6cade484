import { type SummaryEntry, summaryTrie } from './lexiconTries';
import { GRAMMAR, MAX_JOINTS, type PhraseClass, type State } from './summaryGrammar';

/**
 * Reads any token sequence with the summary grammar: the cheapest path through the automaton. A token that fits nowhere
 * is skipped (cost 1, and 0.6 more for the first of a run), a full stop is supplied where one is missing (1.6) or
 * closes a broken sentence (1), a statement may lack its subject (1.2), and an unfinished last sentence costs 1.
 * Time is linear in the length.
 */

export type Piece =
  | { readonly kind: 'phrase'; readonly entry: SummaryEntry; readonly from: number; readonly to: number }
  | { readonly kind: 'skipped'; readonly from: number; readonly to: number }
  /** A full stop that is missing (of no length) or comes too early. */
  | { readonly kind: 'broken'; readonly from: number; readonly to: number }
  /** The place of a missing subject (of no length). */
  | { readonly kind: 'nobody'; readonly from: number; readonly to: number };

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
const NO_SUBJECT = 1.2;
const OPEN = 1;
/** A reading this much worse than the best at the same place is given up. */
const HOPELESS = 5;
/** A hair for every phrase, so that of two clean readings the one with longer phrases wins. */
const PHRASE = 1e-3;

const ENDS_SENTENCE = new Set<PhraseClass>(['stop', 'question']);
const JOINT = new Set<PhraseClass>(['and', 'but', 'so', 'because', 'comma']);

/** move[class][state] = next state with joints counted, or -1. */
const MOVES = new Map<PhraseClass, Int16Array>();
for (const [index, state] of STATES.entries()) {
  for (const [kind, target] of Object.entries(GRAMMAR[state]) as [PhraseClass, State][]) {
    let row = MOVES.get(kind);
    if (row === undefined) MOVES.set(kind, (row = new Int16Array(WIDTH).fill(-1)));
    for (let joints = 0; joints < JOINTS; joints++) {
      // ", and" counts once; a sentence end starts the count anew.
      const afterComma = state === 'comma' || state === 'commaEvent';
      const count = ENDS_SENTENCE.has(kind) ? 0 : joints + (JOINT.has(kind) && !afterComma ? 1 : 0);
      if (count < JOINTS) row[index * JOINTS + joints] = STATES.indexOf(target) * JOINTS + count;
    }
  }
}

interface Step {
  readonly previous: Step | undefined;
  readonly piece: Piece;
}

/** States in which a statement may begin, and the state that it would lead to with its subject said. */
const BEGINS = STATES.flatMap((state, index) => {
  const target = GRAMMAR[state].subject;
  return target === undefined ? [] : [{ index: index * JOINTS, target: STATES.indexOf(target) * JOINTS }];
});

/** Goes on as if the subject had been said. */
function lackSubject(here: Float64Array, steps: (Step | undefined)[], at: number): void {
  for (const { index, target } of BEGINS) {
    for (let joints = 0; joints < JOINTS; joints++) {
      const value = here[index + joints]! + NO_SUBJECT;
      if (value >= here[target + joints]!) continue;
      here[target + joints] = value;
      steps[target + joints] = { previous: steps[index + joints], piece: { kind: 'nobody', from: at, to: at } };
    }
  }
}

/** @param ids word ids without end-of-text. */
export function readSummary(ids: ArrayLike<number>): Reading {
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
    if (best >= 0) {
      const broken: Piece = { kind: 'broken', from: i, to: i };
      relax(i, START, here[best]! + SUPPLIED_STOP, steps[best], broken);
    }
    lackSubject(here, steps, i);

    const least = Math.min(here[START]!, best < 0 ? Infinity : here[best]!);
    const live: number[] = [];
    for (let s = 0; s < WIDTH; s++) if (here[s]! <= least + HOPELESS) live.push(s);

    const skip: Piece = { kind: 'skipped', from: i, to: i + 1 };
    for (const s of live) {
      const goesOn = steps[s]?.piece.kind === 'skipped';
      relax(i + 1, s, here[s]! + SKIP + (goesOn ? 0 : FIRST_SKIP), steps[s], skip);
    }
    summaryTrie.match(ids, i, (entry, end) => {
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
