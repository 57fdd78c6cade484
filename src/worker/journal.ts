import type { Curve, Device, StageRecord } from '../core/bundle';
import type { KeptPiece, Piece } from './checkpoint';
import type { PlanStep } from './plan';
import type { FineGrainedWeights, JournalScope, Prepared, WorkerEvent } from './protocol';

/** Where a run writes down what it has come to, so that it can be gone on with where nothing else of it is left. */
export interface RunJournal {
  /** What an interrupted run left, by key; empty for a new one. */
  load(): Promise<ReadonlyMap<string, unknown>>;
  /**
   * Keeps a value that can be cloned under a key; undefined removes what is there. Entries are kept in the order in which
   * they come, those of one moment together. A journal that cannot keep them tells whoever opened it, not the run.
   */
  save(key: string, value: unknown): void;
}

/** What was scored from outside for an arm. */
export interface Scored {
  readonly responses: number;
  readonly unread: number;
  readonly costUsd: number;
}

/** What happened to a run on its way. */
interface History {
  /** A sentence each. */
  readonly notices: readonly string[];
  /** What it ran on last. */
  readonly device: Device;
  /** How often it was interrupted and gone on with. */
  readonly interruptions: number;
}

/** The step of the plan that comes before all others. */
export const PREPARE = 'prepare';

const HISTORY = 'history';
const RESULT = 'result ';
const PIECE = 'piece ';
const SCORED = 'scored ';
const TURN = 'turn ';

/** Where the weights of an arm's fine-grained rewards are kept that a visitor asked for last. */
export function turnKey(armId: string): string {
  return TURN + armId;
}

/** Those weights by arm, of the entries of a journal. */
export function turnsOf(entries: ReadonlyMap<string, unknown>): Record<string, FineGrainedWeights> {
  return Object.fromEntries(
    [...entries].flatMap(([key, value]) => (key.startsWith(TURN) ? [[key.slice(TURN.length), value as FineGrainedWeights]] : [])),
  );
}

/** Whether an entry of a journal is something to go on from. */
export function isProgress(key: string): boolean {
  return key.startsWith(RESULT) || key.startsWith(PIECE);
}

type KeptOfStep = KeptPiece & { readonly step: string };

/** The journal of a run as its coordinator reads and writes it; without a journal it keeps and knows nothing. */
export class Ledger {
  /** Results of finished steps of the interrupted run, by step. */
  readonly results = new Map<string, unknown>();
  /** What steps that were under way had come to, by step and key. */
  private readonly pieces = new Map<string, Map<string, Piece>>();
  /** Keys of entries that a step's result makes superfluous. */
  private readonly entries = new Map<string, Set<string>>();
  private readonly turns: Readonly<Record<string, FineGrainedWeights>>;
  /** What was scored from outside, by arm. */
  readonly scored = new Map<string, Scored>();
  private history: History;
  /** That the run was interrupted and goes on now, in a sentence; undefined where it begins. */
  readonly interruption: string | undefined;

  private constructor(private readonly journal: RunJournal | undefined, entries: ReadonlyMap<string, unknown>, device: Device) {
    for (const [key, value] of entries) this.read(key, value);
    this.turns = turnsOf(entries);
    const before = entries.get(HISTORY) as History | undefined;
    this.history = { notices: [], device, interruptions: 0 };
    if (this.results.size + this.pieces.size > 0) {
      const interruptions = (before?.interruptions ?? 0) + 1;
      this.interruption = interruptionNotice(interruptions, device, before?.device);
      this.history = { notices: [...(before?.notices ?? []), this.interruption], device, interruptions };
    }
    this.save(HISTORY, this.history);
  }

  /** @param device what the run runs on now */
  static async open(journal: RunJournal | undefined, device: Device): Promise<Ledger> {
    return new Ledger(journal, (await journal?.load()) ?? new Map<string, unknown>(), device);
  }

  private save(key: string, value: unknown): void {
    this.journal?.save(key, value);
  }

  private read(key: string, value: unknown): void {
    if (key.startsWith(SCORED)) this.scored.set(key.slice(SCORED.length), value as Scored);
    else if (key.startsWith(RESULT)) this.results.set(key.slice(RESULT.length), value);
    else if (key.startsWith(PIECE)) {
      const { step, key: name, piece } = value as KeptOfStep;
      const ofStep = this.pieces.get(step) ?? new Map<string, Piece>();
      this.pieces.set(step, ofStep.set(name, piece));
      this.entryOf(step, key);
    }
  }

  private entryOf(step: string, key: string): void {
    const keys = this.entries.get(step) ?? new Set<string>();
    this.entries.set(step, keys.add(key));
  }

  /** What happened to the run so far, also before it was interrupted: a sentence each. */
  get notices(): readonly string[] {
    return this.history.notices;
  }

  /** What the run ran on last. */
  get device(): Device {
    return this.history.device;
  }

  /** Keeps what happened to the run, and what it runs on since. */
  note({ text, device }: Extract<WorkerEvent, { type: 'notice' }>): void {
    this.history = { ...this.history, notices: [...this.notices, text], device };
    this.save(HISTORY, this.history);
  }

  /** What a worker gets to know with a step; undefined where nothing is kept. @param armId the arm that the step is run for */
  scopeOf(step: string, armId?: string): JournalScope | undefined {
    if (!this.journal) return undefined;
    const pieces = [...(this.pieces.get(step) ?? [])].map(([key, piece]) => ({ key, piece }));
    return { step, pieces, asked: armId === undefined ? undefined : this.turns[armId] };
  }

  /** Keeps what a worker says of a piece of work. */
  hear({ step, key, piece }: Extract<WorkerEvent, { type: 'checkpoint' }>): void {
    const entry = `${PIECE}${step} ${key}`;
    this.entryOf(step, entry);
    this.save(entry, { step, key, piece } satisfies KeptOfStep);
  }

  /** Keeps the result of a step in place of its pieces. */
  finish(step: string, result: unknown): void {
    this.save(RESULT + step, result);
    for (const entry of this.entries.get(step) ?? []) this.save(entry, undefined);
    this.entries.delete(step);
    this.pieces.delete(step);
  }

  /** Keeps what has been scored for an arm, at once: it was paid for, whatever the arm goes on from. */
  keepScored(armId: string, scored: Scored): void {
    this.scored.set(armId, scored);
    this.save(SCORED + armId, scored);
  }

  /** Curves of an arm, or of SFT, as far as steps under way had come. */
  curvesOf(step: string): Readonly<Record<string, Curve>> | undefined {
    // Of several models that a step trains, one has curves.
    return [...(this.pieces.get(step)?.values() ?? [])]
      .flatMap((piece) => ('training' in piece ? [piece.training.curves] : []))
      .find((curves) => Object.keys(curves).length > 0);
  }
}

/** What a reader of the numbers must know. @param times how often it was interrupted @param before what it ran on until then */
function interruptionNotice(times: number, now: Device, before: Device | undefined): string {
  const often = times > 1 ? `${times} times ` : '';
  const elsewhere = before && before.description !== now.description ? `; until then it ran on ${before.description}` : '';
  return `The run was interrupted ${often}and went on from what was kept of it, on ${now.description}${elsewhere}.`;
}

/** What to say of an interrupted run before it goes on: which stages are done, and where the curves of each arm stand. */
export function eventsOfKept(
  runId: string, ledger: Ledger, steps: readonly PlanStep[], recordFor: (step: PlanStep, armId: string, stage: StageRecord) => StageRecord,
): WorkerEvent[] {
  const prepared = ledger.results.get(PREPARE) as Prepared | undefined;
  if (!prepared) return [];
  const curves = new Map<string, Readonly<Record<string, Curve>>>([['sft', prepared.sftCurves]]);
  const stages = [...prepared.stages];
  for (const step of steps) {
    const done = ledger.results.get(step.key) as { readonly stage: StageRecord; readonly curves?: Readonly<Record<string, Curve>> } | undefined;
    for (const [i, { id }] of step.arms.entries()) {
      if (done) stages.push(recordFor(step, id, done.stage));
      // While a step is under way, its points are those of the arm that it is run for.
      curves.set(id, (done ? done.curves : i === 0 ? ledger.curvesOf(step.key) : undefined) ?? curves.get(id) ?? {});
    }
  }
  return [
    ...stages.map((stage): WorkerEvent => ({ type: 'stage', runId, stage })),
    ...[...curves].map(([arm, own]): WorkerEvent => ({ type: 'curves', runId, arm, curves: own })),
  ];
}
