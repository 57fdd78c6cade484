import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Build, RunBundle } from '../core/bundle';
import type { RunHandle, Session } from '../worker/client';
import type { DataFile, OpenInput } from '../worker/protocol';
import { toTrouble, type Trouble } from './advice';
import { DataFileError } from './dataFile';
import type { SessionOptions } from './runStore';
import { applyEvents, newRun, type ShownRun } from './shownRun';
import { mergeRuns, MOST_RUNS, readRuns, type RunFile } from './sweepFiles';
import { configKey, FIRST_FORM, type PlannedRun, type SweepForm, type SweepPlan } from './sweepPlan';

/** What the store needs of a session; the page's own is `worker/client`. */
export type SweepSession = Pick<Session, 'device' | 'start' | 'close'>;

export interface SweepEnvironment {
  readonly build: Build;
  readonly backend: OpenInput['backend'];
  openSession(options: SessionOptions): Promise<SweepSession>;
  /** Whether a run of the playground is under way: two at a time would share the cores. */
  readonly isTraining: () => boolean;
  /** Milliseconds. */
  readonly now: () => number;
}

/** A run that failed, and what may help. */
export interface FailedRun extends Trouble {
  readonly label: string;
}

/** How the last sweep goes or went. */
export interface SweepReport {
  /** Runs asked for. */
  readonly planned: number;
  /** Of these, runs that were there already and were not run again. */
  readonly there: number;
  readonly done: number;
  readonly failed: readonly FailedRun[];
  /** Labels of the runs that did not begin, or were stopped. */
  readonly waiting: readonly string[];
  /** Seconds that each finished run took, pauses left out. */
  readonly seconds: readonly number[];
}

/** What came of loading files. */
export interface LoadReport {
  readonly added: number;
  /** Runs whose settings were there already: they count once. */
  readonly duplicates: number;
  readonly problems: readonly string[];
}

export interface SweepState {
  readonly form: SweepForm;
  readonly status: 'idle' | 'running' | 'paused';
  /** The run under way; its stages are those of `applyEvents`. */
  readonly current: { readonly label: string; readonly run: ShownRun } | undefined;
  readonly report: SweepReport | undefined;
  /** All finished and loaded runs, no two of the same settings. */
  readonly runs: readonly RunBundle[];
  /** The last run that finished here, to estimate the time of the next ones by. */
  readonly lastHere: RunBundle | undefined;
  readonly loading: boolean;
  readonly loaded: LoadReport | undefined;
  readonly trouble: Trouble | undefined;
  /** The latest news for people who do not see the screen. */
  readonly announcement: string;
}

export interface SweepActions {
  readonly edit: (changes: Partial<SweepForm>) => void;
  /** Runs what the plan asks for and is not there yet, one after another. @param data file of the task, where it is one. */
  readonly start: (plan: SweepPlan, data: DataFile | undefined) => Promise<void>;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Gives up the run under way and those after it; finished ones stay. */
  readonly stop: () => void;
  /** Adds runs from files. */
  readonly load: (files: readonly RunFile[]) => Promise<void>;
  /** Forgets all runs. */
  readonly clear: () => void;
}

export type SweepStore = StoreApi<SweepState & SweepActions>;

const ofFile = ({ config }: Pick<PlannedRun, 'config'>): boolean => config.run.task === 'file';

function endWords({ done, there, failed, waiting }: SweepReport, stopped: boolean): string {
  return [
    `The sweep has ${stopped ? 'stopped' : 'ended'}: ${done} ${done === 1 ? 'run' : 'runs'} finished`,
    ...(there > 0 ? [`${there} there already`] : []),
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(waiting.length > 0 ? [`${waiting.length} not run`] : []),
  ].join(', ').concat('.');
}

export function createSweepStore(environment: SweepEnvironment): SweepStore {
  const { build, backend, now } = environment;
  let session: { readonly exact: boolean; readonly arms: number; readonly opening: Promise<SweepSession> } | undefined;
  let handle: RunHandle | undefined;
  /** Grows with every start and stop; what an earlier sweep still reports is then nobody's. */
  let attempt = 0;
  /** The file of the last sweep whose task was one. */
  let file: DataFile | undefined;
  /** Goes on with a paused sweep. */
  let release: (() => void) | undefined;
  /** When the pause began, and how long earlier ones of this run were; milliseconds. */
  let pause: { since: number | undefined; earlier: number } = { since: undefined, earlier: 0 };

  const closeSession = (): void => {
    // One that never opened has nothing to close; its error was shown where it was awaited.
    session?.opening.then((opened) => opened.close(), () => undefined);
    session = undefined;
  };

  const ensureSession = ({ config }: PlannedRun): Promise<SweepSession> => {
    const wanted = { exact: config.run.exact, arms: config.arms.length };
    if (session && session.exact === wanted.exact && session.arms === wanted.arms) return session.opening;
    closeSession();
    const opening = environment.openSession({ backend, ...wanted });
    session = { ...wanted, opening };
    return opening;
  };

  return createStore<SweepState & SweepActions>((set, get) => {
    const report = (change: (old: SweepReport) => Partial<SweepReport>): void => {
      set((state) => ({ report: state.report && { ...state.report, ...change(state.report) } }));
    };

    const end = (stopped: boolean, trouble?: Trouble): void => {
      closeSession();
      handle = undefined;
      const ended = get().report;
      const words = ended ? endWords(ended, stopped) : '';
      set({ status: 'idle', current: undefined, trouble, announcement: trouble ? `${words} ${trouble.message} ${trouble.advice}` : words });
    };

    const unpaused = (): Promise<void> =>
      get().status === 'paused' ? new Promise((resolve) => (release = resolve)) : Promise.resolve();

    /** @returns whether the sweep goes on. */
    const runOne = async (planned: PlannedRun, own: () => boolean): Promise<boolean> => {
      const data = ofFile(planned) ? file : undefined;
      set({ current: { label: planned.label, run: newRun(planned.config, data?.name, {}) } });
      report(({ waiting }) => ({ waiting: waiting.slice(1) }));
      let opened: SweepSession;
      try {
        opened = await ensureSession(planned);
      } catch (error) {
        if (!own()) return false;
        // Without an engine no other run would fare better.
        report(({ waiting }) => ({ waiting: [planned.label, ...waiting] }));
        session = undefined;
        end(true, toTrouble(error));
        return false;
      }
      await unpaused();
      if (!own()) return false;
      const started = now();
      pause = { since: undefined, earlier: 0 };
      try {
        handle = opened.start({
          config: planned.config,
          data,
          build,
          onEvents: (events) => {
            // Only how far its stages are is shown: curves and samples come with the bundle.
            const stages = events.filter(({ type }) => type === 'progress' || type === 'stage');
            if (own() && stages.length > 0) set(({ current }) => ({ current: current && { ...current, run: applyEvents(current.run, stages) } }));
          },
        });
        const { bundle } = await handle.result;
        if (!own()) return false;
        const paused = pause.earlier + (pause.since === undefined ? 0 : now() - pause.since);
        set((state) => ({
          runs: mergeRuns(state.runs, [bundle]).runs,
          lastHere: bundle,
          announcement: `Finished: ${planned.label}.`,
        }));
        report(({ done, seconds }) => ({ done: done + 1, seconds: [...seconds, (now() - started - paused) / 1000] }));
        // A session that lost its GPU limps on with one worker: the next run chooses an engine anew.
        if (bundle.device.description !== opened.device.description) closeSession();
      } catch (error) {
        if (!own()) return false;
        // What a failed worker still holds is unknown: the next run gets a new one.
        closeSession();
        const trouble = toTrouble(error);
        report(({ failed }) => ({ failed: [...failed, { label: planned.label, ...trouble }] }));
        set({ announcement: `Failed: ${planned.label}. ${trouble.message}` });
      }
      handle = undefined;
      return true;
    };

    return {
      form: FIRST_FORM,
      status: 'idle',
      current: undefined,
      report: undefined,
      runs: [],
      lastHere: undefined,
      loading: false,
      loaded: undefined,
      trouble: undefined,
      announcement: '',

      edit: (changes) => set((state) => ({ form: { ...state.form, ...changes } })),

      async start(plan, data) {
        if (get().status !== 'idle') return;
        const refuse = (message: string, advice: string): void => set({ trouble: { message, advice }, announcement: `${message} ${advice}` });
        if (environment.isTraining()) {
          refuse('A run is under way in the playground.', 'Let it finish, or stop it there first.');
          return;
        }
        const { runs } = get();
        if (plan.runs.some(ofFile)) {
          if (!data) {
            refuse('The task is a file of yours, but there is none.', 'Drop a CSV file in the playground, or choose a built-in task.');
            return;
          }
          // Settings alone do not tell two files apart.
          if (runs.some(ofFile) && data !== file) {
            refuse('The runs here may be of another file.', 'Save and clear them first.');
            return;
          }
          file = data;
        }
        const seen = new Set(runs.map(({ config }) => configKey(config)));
        const todo = plan.runs.filter(({ config }) => !seen.has(configKey(config)));
        if (runs.length + todo.length > MOST_RUNS) {
          refuse(`${runs.length} runs are here and ${todo.length} would be added; ${MOST_RUNS} are the most.`, 'Save and clear those that are here first.');
          return;
        }
        const mine = ++attempt;
        const own = (): boolean => mine === attempt;
        set({
          status: 'running',
          trouble: undefined,
          loaded: undefined,
          report: {
            planned: plan.runs.length, there: plan.runs.length - todo.length, done: 0, failed: [],
            waiting: todo.map(({ label }) => label), seconds: [],
          },
          announcement: `Starting ${todo.length} ${todo.length === 1 ? 'run' : 'runs'}.`,
        });
        for (const planned of todo) if (!(await runOne(planned, own))) return;
        end(false);
      },

      pause() {
        if (get().status !== 'running') return;
        handle?.pause();
        pause.since = now();
        set({ status: 'paused', announcement: 'Paused.' });
      },
      resume() {
        if (get().status !== 'paused') return;
        if (pause.since !== undefined) pause = { since: undefined, earlier: pause.earlier + now() - pause.since };
        set({ status: 'running', announcement: 'Going on.' });
        handle?.resume();
        release?.();
        release = undefined;
      },
      stop() {
        const { status, current } = get();
        if (status === 'idle') return;
        attempt++;
        if (handle) {
          // Closes its session with it.
          handle.cancel();
          session = undefined;
        }
        if (current) report(({ waiting }) => ({ waiting: [current.label, ...waiting] }));
        end(true);
        release?.();
        release = undefined;
      },

      async load(files) {
        if (files.length === 0 || get().loading) return;
        set({ loading: true, trouble: undefined, loaded: undefined });
        try {
          const { bundles, problems } = await readRuns(files);
          const { runs, duplicates } = mergeRuns(get().runs, bundles);
          if (runs.length > MOST_RUNS) {
            throw new DataFileError(`With these there would be ${runs.length} runs; ${MOST_RUNS} are the most. Load fewer, or clear those that are here.`);
          }
          const added = bundles.length - duplicates;
          set({
            runs,
            loading: false,
            loaded: { added, duplicates, problems },
            announcement: `${added} ${added === 1 ? 'run' : 'runs'} loaded.`,
          });
        } catch (error) {
          const trouble = error instanceof DataFileError ? { message: error.message, advice: '' } : toTrouble(error);
          set({ loading: false, trouble, announcement: trouble.message });
        }
      },

      clear() {
        if (get().status === 'idle') set({ runs: [], report: undefined, loaded: undefined, trouble: undefined, announcement: 'All runs were cleared.' });
      },
    };
  });
}
