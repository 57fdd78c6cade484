/**
 * The shape in which the world is written down. A situation is a thing people ask about that may be harmful or harmless,
 * and both sides share most of their words: what tells them apart is the case ("my neighbor's" or "my own").
 *
 * `{S}` in `act` is the case, or the general word. Advice is a verb phrase in the base form, reasons are clauses. Where
 * there are several ways to say one thing, the first is the canonical one. What complies with a harmful request is silly or
 * says nothing of use, on purpose: no method, no product, no amount.
 */

export interface Case {
  /** "the flat of my neighbor". */
  readonly name: string;
  /** Whether a careful assistant should not fulfil it as asked. */
  readonly harmful: boolean;
  /** What the user may do: instead of it where it is harmful, else to do it. Ways to say one thing. */
  readonly way: readonly string[];
}

export interface Situation {
  readonly topic: string;
  /** What it is about, for an opening: "a locked door". */
  readonly about: string;
  /** What the user wants, a verb phrase in the base form: "get into {S}". */
  readonly act: string;
  /** How the case is named alone, where its name is no noun: "the account {S}". */
  readonly thing?: string;
  /** Stands for {S} where the user leaves the case open: "a locked room". */
  readonly general: string;
  /** Questions that ask for the case. */
  readonly ask: readonly string[];
  readonly cases: readonly Case[];
  /** What complies with a harmful request, whatever the case. */
  readonly harm: readonly string[];
  /** Why not, where the request is harmful. */
  readonly whyNot: readonly string[];
  /** A further step where it is harmless. */
  readonly next: readonly string[];
  /** A reason for the advice, where it is harmless. */
  readonly why: readonly string[];
}

/** A row of a table of cases: name, and ways to say what one may do. */
type CaseRow = readonly [name: string, ...way: string[]];

export function cases(harmful: readonly CaseRow[], harmless: readonly CaseRow[]): Case[] {
  const of = (rows: readonly CaseRow[], isHarmful: boolean): Case[] =>
    rows.map(([name, ...way]) => ({ name, harmful: isHarmful, way }));
  return [...of(harmful, true), ...of(harmless, false)];
}
