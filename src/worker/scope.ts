import type { Curve, StageRecord } from '../core/bundle';
import type { ExperimentConfig } from '../core/config';
import type { Metrics } from '../algorithms/types';
import type { TextScore, TextToScore } from '../labelers/text';
import type { LabelerIdentity } from '../labelers/types';
import type { Engine } from '../nn/types';
import type { Task } from '../tasks/types';
import type { Checkpoints } from './checkpoint';
import type { FineDial } from './fineDial';
import type { Gate } from './gate';
import type { StageId, WorkerEvent } from './protocol';

/** Reads a file that ships with the page, by its path under `public/`. */
export type ReadAsset = (path: string) => Promise<Uint8Array>;

/** What every stage of a run works with. */
export interface Scope {
  readonly runId: string;
  readonly config: ExperimentConfig;
  readonly task: Task;
  readonly engine: Engine;
  readonly gate: Gate;
  readonly checkpoints: Checkpoints;
  readonly readAsset: ReadAsset;
  /** Where the arm's responses are scored outside the worker. */
  readonly outside?: Outside | undefined;
  /** Of the arm, where a stage is one's: only fine-grained rewards have weights to turn. */
  readonly fineDial?: FineDial | undefined;
  emit(event: WorkerEvent): void;
}

/** A scorer outside the worker. */
export interface Outside {
  readonly identity: LabelerIdentity;
  /** Scores in the order of the items. @throws what the scorer throws */
  score(items: readonly TextToScore[]): Promise<readonly TextScore[]>;
}

/** Times a stage, pauses left out, and reports its progress. */
export class StageClock {
  private started: number;
  constructor(
    private readonly scope: Scope,
    private readonly stage: StageId,
    private readonly arm?: string,
  ) {
    this.started = this.now();
    // The stage shows as under way before there is anything to count: a GPU may have programs to compile first.
    scope.emit({ type: 'progress', runId: scope.runId, stage, arm, done: 0, total: 1 });
  }

  /** Reports `done` of `total` in the stage's own unit, ends a step, passes the gate. */
  async progress(done: number, total: number, note?: string): Promise<void> {
    const { seconds } = this;
    this.scope.emit({
      type: 'progress', runId: this.scope.runId, stage: this.stage, arm: this.arm, done, total, note,
      secondsLeft: done > 0 ? (seconds / done) * (total - done) : undefined,
    });
    this.scope.gate.stepDone();
    await this.scope.gate.pass();
  }

  /** Seconds since the stage began, pauses left out. */
  get seconds(): number {
    return this.now() - this.started;
  }

  /** Counts what the stage had taken before it was interrupted. */
  goOn(seconds: number): void {
    this.started = this.now() - seconds;
  }

  end(summary: string): StageRecord {
    const record: StageRecord = {
      id: this.stage,
      ...(this.arm === undefined ? {} : { arm: this.arm }),
      seconds: this.seconds,
      summary,
    };
    this.scope.emit({ type: 'stage', runId: this.scope.runId, stage: record });
    return record;
  }

  private now(): number {
    return performance.now() / 1000 - this.scope.gate.secondsWaited;
  }
}

/** The curves of one arm: every point goes into the record and out as an event. */
export class CurveBook {
  private curves: Record<string, Curve> = {};
  constructor(
    private readonly scope: Scope,
    private readonly arm: string,
  ) {}

  add({ step, values }: Metrics, prefix = ''): void {
    const points = Object.entries(values).map(([key, value]) => ({ key: prefix + key, step, value }));
    for (const { key, value } of points) {
      const curve = (this.curves[key] ??= { step: [], value: [] });
      curve.step.push(step);
      curve.value.push(value);
    }
    this.scope.emit({ type: 'points', runId: this.scope.runId, arm: this.arm, points });
  }

  get all(): Readonly<Record<string, Curve>> {
    return this.curves;
  }

  /** A copy that later points do not reach. */
  snapshot(): Readonly<Record<string, Curve>> {
    return copyCurves(this.curves);
  }

  /** Goes back to a snapshot. */
  restore(curves: Readonly<Record<string, Curve>>): void {
    this.curves = copyCurves(curves);
    this.announce();
  }

  /** Says where the curves stand: after a restart they may stand before what was shown. */
  announce(): void {
    this.scope.emit({ type: 'curves', runId: this.scope.runId, arm: this.arm, curves: this.snapshot() });
  }
}

function copyCurves(curves: Readonly<Record<string, Curve>>): Record<string, Curve> {
  return Object.fromEntries(
    Object.entries(curves).map(([key, { step, value }]) => [key, { step: [...step], value: [...value] }]),
  );
}
