import type { Build } from '../core/bundle';
import type { ExperimentConfig } from '../core/config';
import type { GivenLabels } from '../core/givenLabels';
import { isProgress, turnsOf, type RunJournal } from '../worker/journal';
import type { DataFile } from '../worker/protocol';
import type { JournalDatabase, JournalHeader } from './resumeDatabase';
import type { RunLocks } from './resumeLocks';
import { activeStages, type ShownRun } from './shownRun';

/** What a run is begun with. The file and the labels are not kept anywhere else. */
export interface RunInput {
  readonly config: ExperimentConfig;
  readonly data: DataFile | undefined;
  readonly labels: GivenLabels | undefined;
}

/** A run of this tab that is kept while it goes. None of this fails: what cannot be kept is told once, and the run goes on. */
export interface KeptRun {
  readonly runId: string;
  readonly journal: RunJournal;
  /** Keeps how the run looks, now and then, without what it wrote at earlier steps. @param seconds that it has taken, pauses included */
  look(run: ShownRun, seconds: number): void;
  /** It has finished, or the visitor stopped it: nothing of it stays. */
  forget(): Promise<void>;
  /** It failed: what was kept of it stays, to go on from. */
  leave(): Promise<void>;
}

/** An unfinished run that this tab goes on with. */
export interface TakenRun extends RunInput {
  readonly kept: KeptRun;
  readonly shown: ShownRun;
  /** What it had taken before. */
  readonly seconds: number;
}

/** An unfinished run, and whether this tab can go on with it. */
export interface Unfinished {
  readonly header: JournalHeader;
  /** Another tab runs it; another build began it, and its numbers would be of two builds; or it can be gone on with. */
  readonly state: 'elsewhere' | 'other build' | 'ready';
}

export interface RunKeeper {
  /** Keeps a new run. @param onTrouble hears, once, why nothing more of it can be kept */
  begin(input: RunInput, shown: ShownRun, onTrouble: (note: string) => void): Promise<KeptRun>;
  /** Runs that were interrupted or failed, or that another tab runs, the latest first. @throws StorageError */
  unfinished(): Promise<Unfinished[]>;
  /** Takes one up; undefined where it is gone or another tab has it. @throws StorageError */
  take(runId: string, onTrouble: (note: string) => void): Promise<TakenRun | undefined>;
  /** Removes one, unless another tab has it. @throws StorageError */
  discard(runId: string): Promise<void>;
  /** Resolves once no tab has it. Rejects where `signal` ends the wait. */
  free(runId: string, signal: AbortSignal): Promise<void>;
}

interface Environment {
  readonly build: Build;
  readonly database: JournalDatabase;
  readonly locks: RunLocks;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly newId: () => string;
  /** Shortest time between two looks that are kept, milliseconds; default: as between checkpoints of training. */
  readonly every?: number;
}

const EVERY = 5000;
/** Older ones go: each holds megabytes. */
const MOST_UNFINISHED = 5;

const INPUT = 'input';
const LOOK = 'look';

type Kept = Pick<RunInput, 'data' | 'labels'>;
interface Look {
  readonly shown: ShownRun;
  readonly seconds: number;
}

/** Whether two builds give the same numbers: a commit names one, a checkout with changes or none does not. */
export function sameBuild(one: Build, other: Build): boolean {
  const named = /^[0-9a-f]{7,40}$/.test(one.commit);
  return one.commit === other.commit && one.version === other.version && (named || one.date === other.date);
}

/** The look of a run that goes on: what was under way starts over from its checkpoint, with the weights asked for last. */
function lookAgain(shown: ShownRun, entries: ReadonlyMap<string, unknown>): ShownRun {
  const stages = Object.fromEntries(Object.entries(shown.stages).filter(([, { state }]) => state === 'done'));
  return { ...shown, stages, turned: turnsOf(entries) };
}

export function createRunKeeper({ build, database, locks, now, newId, every = EVERY }: Environment): RunKeeper {
  /** Runs that this tab has the lock of. */
  const mine = new Set<string>();
  /** Ends of runs that are still being written. */
  let ending: Promise<unknown> = Promise.resolve();

  const isoNow = (): string => new Date(now()).toISOString();

  /** @param release gives the lock back @param loaded what the journal holds */
  function keep(first: JournalHeader, release: () => void, loaded: ReadonlyMap<string, unknown>, onTrouble: (note: string) => void): KeptRun {
    let header = first;
    let waiting = new Map<string, unknown>();
    let writing: Promise<void> | undefined;
    /** Nothing more can be kept. */
    let stopped = false;
    /** Nothing more is to be kept. */
    let ended = false;
    let lookedAt = -Infinity;
    mine.add(header.runId);

    async function writeAll(): Promise<void> {
      // What is kept in one moment is written together.
      await Promise.resolve();
      while (waiting.size > 0 && !stopped) {
        const entries = waiting;
        waiting = new Map();
        header = { ...header, kept: isoNow(), progress: header.progress || [...entries.keys()].some(isProgress) };
        try {
          await database.put(header, entries);
        } catch (error) {
          stopped = true;
          onTrouble(error instanceof Error ? error.message : String(error));
        }
      }
      writing = undefined;
    }
    function write(key: string, value: unknown): void {
      if (stopped || ended) return;
      // Later entries of a key take the place of those that still wait, at the end.
      waiting.delete(key);
      waiting.set(key, value);
      writing ??= writeAll();
    }
    function end(last: () => Promise<void>): Promise<void> {
      ended = true;
      const done = (async () => {
        await writing;
        // What cannot be removed is found, and can be discarded, at the next visit.
        await last().catch(() => undefined);
        mine.delete(header.runId);
        release();
      })();
      ending = Promise.all([ending, done]);
      return done;
    }
    return {
      runId: header.runId,
      journal: { load: () => Promise.resolve(loaded), save: write },
      look(shown, seconds) {
        if (stopped || ended || now() - lookedAt < every) return;
        lookedAt = now();
        header = {
          ...header,
          active: activeStages(shown).map(({ stage, arm, state: { done, total } }) => ({
            stage, ...(arm === undefined ? {} : { arm }), share: total > 0 ? Math.min(1, Math.max(0, done / total)) : 0,
          })),
        };
        // Many texts: to copy them every few seconds would hold up the page.
        write(LOOK, { shown: { ...shown, history: undefined }, seconds } satisfies Look);
      },
      forget() {
        waiting = new Map();
        return end(() => database.remove(header.runId));
      },
      leave: () => end(async () => {
        if (!header.progress) await database.remove(header.runId);
      }),
    };
  }

  return {
    async begin({ config, data, labels }, shown, onTrouble) {
      const runId = newId();
      const release = await locks.take(runId).catch(() => undefined);
      const begun = isoNow();
      const header: JournalHeader = {
        runId, build, config, ...(data ? { dataName: data.name } : {}), begun, kept: begun, progress: false, active: [],
      };
      const kept = keep(header, release ?? (() => undefined), new Map(), onTrouble);
      kept.journal.save(INPUT, { data, labels } satisfies Kept);
      kept.journal.save(LOOK, { shown, seconds: 0 } satisfies Look);
      return kept;
    },

    async unfinished() {
      await ending;
      const headers = [...await database.headers()]
        .filter(([runId]) => !mine.has(runId))
        .sort(([, a], [, b]) => (b?.kept ?? '').localeCompare(a?.kept ?? ''));
      const found: Unfinished[] = [];
      for (const [runId, header] of headers) {
        const release = await locks.take(runId);
        try {
          if (!release) found.push(...(header ? [{ header, state: 'elsewhere' } as const] : []));
          else if (!header?.progress || found.length >= MOST_UNFINISHED) await database.remove(runId);
          else found.push({ header, state: sameBuild(header.build, build) ? 'ready' : 'other build' });
        } finally {
          release?.();
        }
      }
      return found;
    },

    async take(runId, onTrouble) {
      const release = await locks.take(runId);
      if (!release) return undefined;
      try {
        const header = (await database.headers()).get(runId);
        const entries = await database.load(runId);
        const [input, look] = [entries.get(INPUT) as Kept | undefined, entries.get(LOOK) as Look | undefined];
        if (!header || !input || !look || !sameBuild(header.build, build)) {
          release();
          return undefined;
        }
        return {
          ...input, config: header.config, shown: lookAgain(look.shown, entries), seconds: look.seconds,
          kept: keep(header, release, entries, onTrouble),
        };
      } catch (error) {
        release();
        throw error;
      }
    },

    async discard(runId) {
      const release = await locks.take(runId);
      if (!release) return;
      await database.remove(runId).finally(release);
    },

    free: (runId, signal) => locks.free(runId, signal),
  };
}
