import type { PhraseTrie } from './phraseTrie';

/**
 * Reads any token sequence with a grammar: the cheapest path through the automaton. A token that fits nowhere is skipped
 * (cost 1, and 0.6 more for the first of a run), a full stop is supplied where one is missing (1.6) or closes a broken
 * sentence (1), a statement may lack its subject (1.2) where the grammar has subjects, and an unfinished last sentence
 * costs 1. Time is linear in the length.
 */

/** A finite automaton over classes of phrases. Reading starts and ends in the state `start`. */
export interface Grammar<Kind extends string, State extends string> {
  /** Which class may follow in a state, and where it leads. */
  readonly moves: Readonly<Record<State | 'start', Readonly<Partial<Record<Kind, State | 'start'>>>>>;
  /** Classes that close a sentence. */
  readonly ends: ReadonlySet<Kind>;
  /** Classes that join clauses: commas and conjunctions. They are counted within a sentence. */
  readonly joints: ReadonlySet<Kind>;
  /** States after which a joint is not counted: that of ", and" counts once. */
  readonly uncounted: ReadonlySet<State>;
  /** Joints in one sentence; more is a run-on. */
  readonly maxJoints: number;
  /** The class that a statement may lack. */
  readonly subject?: Kind;
}

export type Piece<Entry> =
  | { readonly kind: 'phrase'; readonly entry: Entry; readonly from: number; readonly to: number }
  | { readonly kind: 'skipped'; readonly from: number; readonly to: number }
  /** A full stop that is missing (of no length) or comes too early. */
  | { readonly kind: 'broken'; readonly from: number; readonly to: number }
  /** The place of a missing subject (of no length). */
  | { readonly kind: 'nobody'; readonly from: number; readonly to: number };

export type Phrase<Entry> = Extract<Piece<Entry>, { kind: 'phrase' }>;

export interface Reading<Entry> {
  readonly pieces: readonly Piece<Entry>[];
  /** The last sentence is not finished. */
  readonly open: boolean;
}

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

interface Step<Entry> {
  readonly previous: Step<Entry> | undefined;
  readonly piece: Piece<Entry>;
}

/** @returns a reader of word ids (without end-of-text). */
export function grammarReader<Kind extends string, State extends string, Entry extends { readonly kind: Kind }>(
  grammar: Grammar<Kind, State>,
  trie: PhraseTrie<Entry>,
): (ids: ArrayLike<number>) => Reading<Entry> {
  const { ends, subject } = grammar;
  const states = Object.keys(grammar.moves) as State[];
  const joints = grammar.maxJoints + 1;
  const width = states.length * joints;
  const start = states.indexOf('start' as State) * joints;
  const moves = tableOf(grammar, states);
  /** States in which a statement may begin, and the state that it would lead to with its subject said. */
  const begins = states.flatMap((state, index) => {
    const target = subject === undefined ? undefined : grammar.moves[state][subject];
    return target === undefined ? [] : [{ index: index * joints, target: states.indexOf(target as State) * joints }];
  });

  /** Goes on as if the subject had been said. */
  const lackSubject = (here: Float64Array, steps: (Step<Entry> | undefined)[], at: number): void => {
    for (const { index, target } of begins) {
      for (let count = 0; count < joints; count++) {
        const value = here[index + count]! + NO_SUBJECT;
        if (value >= here[target + count]!) continue;
        here[target + count] = value;
        steps[target + count] = { previous: steps[index + count], piece: { kind: 'nobody', from: at, to: at } };
      }
    }
  };

  return (ids) => {
    const n = ids.length;
    const cost: Float64Array[] = Array.from({ length: n + 1 }, () => new Float64Array(width).fill(Infinity));
    const step: (Step<Entry> | undefined)[][] = Array.from({ length: n + 1 }, () => []);
    cost[0]![start] = 0;
    const relax = (to: number, state: number, value: number, previous: Step<Entry> | undefined, piece: Piece<Entry>): void => {
      if (value >= cost[to]![state]!) return;
      cost[to]![state] = value;
      step[to]![state] = { previous, piece };
    };

    for (let i = 0; i < n; i++) {
      const here = cost[i]!;
      const steps = step[i]!;
      // Supplying a full stop: from the cheapest unfinished state to the start of a sentence.
      let best = -1;
      for (let s = 0; s < width; s++) {
        if (s !== start && here[s]! < Infinity && (best < 0 || here[s]! < here[best]!)) best = s;
      }
      if (best >= 0) relax(i, start, here[best]! + SUPPLIED_STOP, steps[best], { kind: 'broken', from: i, to: i });
      lackSubject(here, steps, i);

      const least = Math.min(here[start]!, best < 0 ? Infinity : here[best]!);
      const live: number[] = [];
      for (let s = 0; s < width; s++) if (here[s]! <= least + HOPELESS) live.push(s);

      const skip: Piece<Entry> = { kind: 'skipped', from: i, to: i + 1 };
      for (const s of live) {
        const goesOn = steps[s]?.piece.kind === 'skipped';
        relax(i + 1, s, here[s]! + SKIP + (goesOn ? 0 : FIRST_SKIP), steps[s], skip);
      }
      trie.match(ids, i, (entry, end) => {
        const row = moves.get(entry.kind)!;
        const piece: Piece<Entry> = { kind: 'phrase', entry, from: i, to: end };
        for (const s of live) {
          if (row[s]! >= 0) relax(end, row[s]!, here[s]! + PHRASE, steps[s], piece);
        }
        if (!ends.has(entry.kind)) return;
        const early: Piece<Entry> = { kind: 'broken', from: i, to: end };
        for (const s of live) {
          if (s !== start) relax(end, start, here[s]! + EARLY_STOP, steps[s], early);
        }
      });
    }

    const last = cost[n]!;
    let state = start;
    for (let s = 0; s < width; s++) {
      if (last[s]! + OPEN < last[state]! + (state === start ? 0 : OPEN)) state = s;
    }
    const pieces: Piece<Entry>[] = [];
    for (let at = step[n]![state]; at !== undefined; at = at.previous) pieces.push(at.piece);
    pieces.reverse();
    return { pieces: joinSkipped(pieces), open: state !== start };
  };
}

/** table[class][state] = next state, each with its joints counted, or -1. */
function tableOf<Kind extends string, State extends string>(
  { moves, ends, joints, uncounted, maxJoints }: Grammar<Kind, State>,
  states: readonly State[],
): ReadonlyMap<Kind, Int16Array> {
  const counts = maxJoints + 1;
  const table = new Map<Kind, Int16Array>();
  for (const [index, state] of states.entries()) {
    for (const [kind, target] of Object.entries(moves[state]) as [Kind, State][]) {
      let row = table.get(kind);
      if (row === undefined) table.set(kind, (row = new Int16Array(states.length * counts).fill(-1)));
      for (let count = 0; count < counts; count++) {
        // A sentence end starts the count anew.
        const next = ends.has(kind) ? 0 : count + (joints.has(kind) && !uncounted.has(state) ? 1 : 0);
        if (next < counts) row[index * counts + count] = states.indexOf(target) * counts + next;
      }
    }
  }
  return table;
}

function joinSkipped<Entry>(pieces: readonly Piece<Entry>[]): Piece<Entry>[] {
  const out: Piece<Entry>[] = [];
  for (const piece of pieces) {
    const last = out.at(-1);
    if (piece.kind === 'skipped' && last?.kind === 'skipped') out[out.length - 1] = { ...last, to: piece.to };
    else out.push(piece);
  }
  return out;
}
