/**
 * The shape in which the world's knowledge is written down. A matter is a thing people ask about; its subjects are the
 * forms it comes in, and each has its own right answer.
 *
 * Placeholders in phrases: `{S}` the subject (or the general word), `{N}` a number that the user gives, `{M}` the number
 * that follows from it. Advice is a verb phrase in the base form ("rinse it with cold water"), reasons are clauses.
 * Where there are several ways to say one thing, the first is the canonical one.
 */

export interface Subject {
  /** "red wine". */
  readonly name: string;
  /** What to do; ways to say one thing. */
  readonly deed: readonly string[];
  /** How long it takes: "ten minutes". */
  readonly time: string;
}

/** What somebody may lack, and what does instead. */
export interface Substitute {
  readonly lacking: string;
  readonly use: string;
}

/** A number that the answer has to work out. */
export interface Amount {
  /** What a user says: "i am cooking for {N} people". */
  readonly told: string;
  /** What the number counts: "people". */
  readonly unit: string;
  /** What the answer says: "use {M} eggs"; ways to say one thing. */
  readonly said: readonly string[];
  /** {M} = rate * {N}. */
  readonly rate: 1 | 2;
}

export interface Matter {
  readonly topic: string;
  /** What it is about, for an opening: "my laundry". */
  readonly about: string;
  /** What the user wants, a verb phrase in the base form: "get {S} out of a shirt". */
  readonly act: string;
  /** Stands for {S} where the user leaves the subject open: "a stain". */
  readonly general: string;
  /** Questions that ask for the subject. */
  readonly ask: readonly string[];
  readonly subjects: readonly Subject[];
  /** Whether "for ten minutes" may follow the advice. */
  readonly lasting: boolean;
  /** What not to do, whatever the subject. */
  readonly avoid: readonly string[];
  /** Why not. */
  readonly why: readonly string[];
  /** What to do when the advice is not enough. */
  readonly next: readonly string[];
  readonly substitutes: readonly Substitute[];
  readonly amount?: Amount;
}

/** A row of a table of subjects: name, time, and ways to say the advice. */
type SubjectRow = readonly [name: string, time: string, ...deed: string[]];

export function subjects(...rows: readonly SubjectRow[]): Subject[] {
  return rows.map(([name, time, ...deed]) => ({ name, time, deed }));
}

export function substitutes(...rows: readonly (readonly [lacking: string, use: string])[]): Substitute[] {
  return rows.map(([lacking, use]) => ({ lacking, use }));
}
