import { createStore, type StoreApi } from 'zustand/vanilla';
import { deviceBench, type DeviceBench } from '../core/benchReport';
import type { Build, Device, RunBundle } from '../core/bundle';
import { DEFAULT_CONFIG, givenArms, withoutOffArms, type ExperimentConfig } from '../core/config';
import { LABELS_MISSING, type GivenLabels } from '../core/givenLabels';
import { linkConfig, settingsText } from '../core/link';
import { LlmError } from '../labelers/llm/errors';
import type { RunHandle, Session } from '../worker/client';
import type { DataFile, FineGrainedWeights, LiveAnswer, OpenInput, WeightFiles } from '../worker/protocol';
import { toTrouble, type Trouble } from './advice';
import { withIdleArms } from './armEditing';
import { blockedArm, verdictTrouble } from './armSettings';
import { withHeld, type LessonInForce } from './lessonLink';
import { scorersTrouble, scorersWanted, type OpenScorers } from './outsideScorers';
import type { KeptRun, RunKeeper, TakenRun } from './resumeKeeper';
import { formActions, labelsAtHand, type FormActions } from './runForm';
import { isActive, type MadeHere, type OpenedLink, type RunState } from './runState';
import { applyEvents, newRun, runOfBundle, type ShownRun } from './shownRun';
import type { RunStorage } from './storage';

/** What a session is opened for; another needs another. */
export interface SessionOptions extends Pick<OpenInput, 'backend' | 'exact'> {
  readonly arms: number;
}

/** What the store needs of a session; the page's own is `worker/client`. */
export type RunSession = Pick<Session, 'device' | 'start' | 'answer' | 'exportWeights' | 'close'>;

type RunResult = Awaited<RunHandle['result']>;

export interface RunEnvironment {
  readonly build: Build;
  readonly backend: OpenInput['backend'];
  openSession(options: SessionOptions): Promise<RunSession>;
  loadRecorded(): Promise<RunBundle | undefined>;
  /**
   * Opens the language models that score the responses of a run; without it there are none.
   * @param onNews called as scores come. @throws Error that says what is missing
   */
  openScorers?(config: ExperimentConfig, onNews: () => void): OpenScorers;
  /** The lesson in force, if there is one: the form keeps to what it holds, and Reset goes back to its settings. */
  lesson?(): LessonInForce | undefined;
  readonly storage: RunStorage;
  /** Keeps runs while they go; without it, what is under way is lost with the page. */
  readonly keeper?: RunKeeper | undefined;
  /** Milliseconds. */
  readonly now: () => number;
}

export interface RunActions extends FormActions {
  /** Looks for the run of the first paint and for kept settings. Opens no worker. */
  readonly load: () => Promise<void>;
  /** Starts a run whose arms are trained on labels of the lab. */
  readonly trainOn: (config: ExperimentConfig, labels: GivenLabels) => Promise<void>;
  /** Starts a run of these settings, which the form takes. */
  readonly runConfig: (config: ExperimentConfig) => Promise<void>;
  /** Goes on with an unfinished run, whose settings, file and labels the form takes. */
  readonly goOn: (taken: TakenRun) => Promise<void>;
  /** Tells the visitor why nothing more of the run under way can be kept. */
  readonly noteJournal: (note: string) => void;
  /** Runs the settings of the shown, finished run here, to be held against its record. */
  readonly runAgain: () => Promise<void>;
  /**
   * Takes what a link brought: the form its settings, the screen its result. Nothing of it is kept for the next visit. A run
   * under way stays on screen.
   */
  readonly openLink: (link: OpenedLink) => void;
  readonly dismissLink: () => void;
  /** Starts with the edited settings and the arms that are switched on; a run under way is given up for it. */
  readonly run: () => Promise<void>;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Pauses, or lets a paused run go on by one update. */
  readonly step: () => void;
  /**
   * Shows a run of the library in place of the one on screen; the form stays as it is. Its policies are not at hand. A run
   * under way stays on screen: there is nothing to come back to it by.
   * @returns whether it is shown
   */
  readonly show: (bundle: RunBundle, kept: { readonly id: string; readonly dataName?: string | undefined }) => boolean;
  /** Shows a run from a file in place of the one on screen, as `show` does, and keeps nothing of it. @returns whether it is shown */
  readonly openFile: (bundle: RunBundle) => boolean;
  /** Turns the weights of an arm's fine-grained rewards while it is being trained, from its next iteration on. */
  readonly turnFine: (armId: string, weights: FineGrainedWeights) => void;
  /** Stops a run under way and goes back to the last finished one; otherwise to the recorded run and the defaults, or the lesson's settings. */
  readonly reset: () => void;
  /** Tells the visitor of something that went wrong outside of a run. */
  readonly report: (error: unknown) => void;
  readonly dismissTrouble: () => void;
  readonly ask: (text: string, draw: number) => Promise<LiveAnswer>;
  /** What the shown run leaves besides its bundle; undefined where it was not made here, or its policies are gone. */
  readonly made: () => MadeHere | undefined;
  /** Files of a policy of the shown run. @throws Error where it is not here. */
  readonly exportWeights: (armId: string, metadata: Readonly<Record<string, string>>) => Promise<WeightFiles>;
}

export type RunStore = StoreApi<RunState & RunActions>;

/** Whether a link would carry the same of both. */
function sameInLink(some: ExperimentConfig, other: ExperimentConfig): boolean {
  return settingsText(linkConfig(some)) === settingsText(linkConfig(other));
}

const SAVE_DELAY_MS = 800;

function endOfRun(bundle: RunBundle, seconds: number): string {
  const reasons = bundle.arms.filter((arm) => arm.id !== 'sft').map((arm) => `${arm.label}: ${arm.ended}`);
  return `The run has ended after ${Math.round(seconds)} seconds. ${reasons.join('. ')}.`;
}

/** What the last bench in this browser said of an engine, if there was one. */
async function keptBench(device: Device, storage: RunStorage): Promise<DeviceBench | undefined> {
  // A browser that keeps nothing has no bench; the visitor is told of that where it matters.
  const report = await storage.loadBench().catch(() => undefined);
  return report && deviceBench(report, device);
}

function withBench(result: RunResult, bench: DeviceBench | undefined): RunResult {
  if (!bench) return result;
  const { bundle } = result;
  return { ...result, bundle: { ...bundle, device: { ...bundle.device, bench } } };
}

/** What went wrong in a run; a language model's own words say already what to do. */
function runTrouble(error: unknown): Trouble {
  if (!(error instanceof LlmError)) return toTrouble(error);
  return { message: error.message, advice: 'Replies that came are stored: a run of the same settings asks for the missing ones only.' };
}

/** What a run is begun from, where that is more than the form. */
interface Beginning {
  /** An unfinished run that is gone on with. */
  readonly taken?: TakenRun;
  /** The record that is repeated. */
  readonly replayed?: RunBundle;
}

export function createRunStore(environment: RunEnvironment): RunStore {
  const { build, backend, storage } = environment;
  let session: { readonly options: SessionOptions; readonly opening: Promise<RunSession> } | undefined;
  let handle: RunHandle | undefined;
  /** Of the run under way. */
  let outside: OpenScorers | undefined;
  /** Grows with every start and stop; what an earlier run still reports is then nobody's. */
  let attempt = 0;
  /** What the last run that finished here leaves beside its bundle. */
  let left: (Pick<RunResult, 'policies' | 'texts'> & { readonly data: DataFile | undefined }) | undefined;
  let saveTimer: ReturnType<typeof setTimeout> | undefined;
  /** Of the run under way. */
  let journal: KeptRun | undefined;
  /** Why nothing more of the run under way can be kept. */
  let journalNote: string | undefined;
  /** Whether the settings came from an address that the page wrote itself. */
  let ownLink = false;

  return createStore<RunState & RunActions>((set, get) => {
    const keep = (saving: Promise<void>): void => {
      saving.then(
        () => get().storageNote !== journalNote && set({ storageNote: journalNote }),
        (error: unknown) => set({ storageNote: error instanceof Error ? error.message : String(error) }),
      );
    };

    /** Takes settings as they are, whatever a lesson holds. */
    const takeEdited = (edited: ExperimentConfig): void => {
      set({ edited });
      clearTimeout(saveTimer);
      saveTimer = setTimeout(() => keep(storage.saveConfig(get().edited)), SAVE_DELAY_MS);
    };

    const setEdited = (edited: ExperimentConfig): void => takeEdited(withHeld(edited, environment.lesson?.()));

    /** @throws Error that says what is missing */
    const openScorers = (config: ExperimentConfig): OpenScorers | undefined => {
      if (scorersWanted(config).length === 0) return undefined;
      if (!environment.openScorers) throw new Error('No language model can be asked here.');
      const opened = environment.openScorers(config, () => {
        if (outside === opened) set({ scoring: opened.reports() });
      });
      return opened;
    };

    /** What they did stays on view. */
    const endScorers = (): void => {
      if (!outside) return;
      set({ scoring: outside.reports() });
      outside.end();
      outside = undefined;
    };

    /** Gives up what is under way. A cancelled session is closed with its run, and opened again by the next. */
    const abandon = (): void => {
      attempt++;
      const wasRunning = handle !== undefined;
      handle?.cancel();
      handle = undefined;
      if (wasRunning) session = undefined;
      endScorers();
      void journal?.forget();
      journal = undefined;
      journalNote = undefined;
    };

    const closeSession = (): void => {
      // One that never opened has nothing to close; its error was shown where it was awaited.
      session?.opening.then((opened) => opened.close(), () => undefined);
      session = undefined;
    };

    const ensureSession = (config: ExperimentConfig): Promise<RunSession> => {
      const options: SessionOptions = { backend, exact: config.run.exact, arms: config.arms.length };
      const { exact, arms } = session?.options ?? {};
      if (session && exact === options.exact && arms === options.arms) return session.opening;
      closeSession();
      const opening = environment.openSession(options);
      session = { options, opening };
      opening.catch(() => {
        // Tried again next time, unless another has taken its place.
        if (session?.opening === opening) session = undefined;
      });
      return opening;
    };

    const finish = ({ bundle, policies, texts }: RunResult, data: DataFile | undefined, seconds: number): void => {
      handle = undefined;
      endScorers();
      left = { policies, texts, data };
      const shown: ShownRun = { ...runOfBundle(bundle, 'here', data?.name), history: get().shown?.history };
      set({
        status: 'finished',
        shown,
        lastFinished: shown,
        canAnswer: true,
        seconds,
        announcement: endOfRun(bundle, seconds),
      });
      // First room is made: a journal is larger than the bundle.
      const forgotten = journal?.forget();
      journal = undefined;
      journalNote = undefined;
      keep(forgotten ? forgotten.then(() => storage.saveRun(bundle, data?.name)) : storage.saveRun(bundle, data?.name));
    };

    /** Shows a finished run that was not made here and now; its policies are not at hand. */
    const putOnScreen = (shown: ShownRun, announcement: string): void => {
      left = undefined;
      set({
        status: 'idle',
        shown,
        lastFinished: shown,
        canAnswer: false,
        trouble: undefined,
        seconds: undefined,
        scoring: [],
        replayed: undefined,
        announcement,
      });
    };

    const fail = (error: unknown): void => {
      handle = undefined;
      endScorers();
      void journal?.leave();
      journal = undefined;
      // What a failed worker still holds is unknown: the next run gets a new one.
      closeSession();
      const trouble = runTrouble(error);
      set({ status: 'failed', trouble, announcement: `The run has stopped: ${trouble.message} ${trouble.advice}` });
    };

    /** Starts what is edited, or goes on with what was taken up; a run under way is given up for it. */
    const start = async ({ taken, replayed }: Beginning): Promise<void> => {
      const refuse = (trouble: Trouble): void => {
        set({ trouble });
        void taken?.kept.leave();
      };
      const { data, shown } = get();
      const config = taken?.config ?? withoutOffArms(get().edited);
      const labels = taken?.labels ?? labelsAtHand(get());
      if (config.run.task === 'file' && !data) {
        refuse({
          message: 'The task is a file of yours, but there is none.',
          advice: 'Drop a CSV file under "Your own data", or choose a built-in task.',
        });
        return;
      }
      const given = givenArms(config);
      if (given.some(({ id }) => !labels?.[id])) {
        refuse(LABELS_MISSING);
        return;
      }
      const blocked = blockedArm(config);
      if (blocked) {
        refuse({ message: `${blocked.arm.label} cannot run as it is set.`, advice: blocked.trouble });
        return;
      }
      const noVerdict = verdictTrouble(config);
      if (noVerdict !== undefined) {
        refuse({ message: 'The verdict cannot be taken as it is set.', advice: noVerdict });
        return;
      }
      let opening: OpenScorers | undefined;
      try {
        opening = openScorers(config);
      } catch (error) {
        refuse(scorersTrouble(config, error instanceof Error ? error.message : String(error)));
        return;
      }
      abandon();
      journal = taken?.kept;
      journalNote = undefined;
      outside = opening;
      const mine = ++attempt;
      const own = (): boolean => mine === attempt;
      const file = config.run.task === 'file' ? data : undefined;
      const slots = shown?.config.run.task === config.run.task && !file ? shown.slots : {};
      set({
        status: 'opening',
        shown: taken?.shown ?? newRun(config, file?.name, slots),
        canAnswer: false,
        trouble: undefined,
        seconds: undefined,
        scoring: opening?.reports() ?? [],
        replayed,
        announcement: 'Starting: choosing an engine and loading the shipped weights.',
      });
      try {
        const opened = await ensureSession(config);
        const bench = await keptBench(opened.device, storage);
        if (!own()) return;
        const input = { config, data: file, labels: given.length > 0 ? labels : undefined };
        if (!taken) {
          const begun = await environment.keeper?.begin(input, newRun(config, file?.name, slots), get().noteJournal);
          if (!own()) {
            void begun?.forget();
            return;
          }
          journal = begun;
        }
        const started = environment.now() - 1000 * (taken?.seconds ?? 0);
        set((state) => ({
          status: 'running',
          shown: state.shown && { ...state.shown, device: { ...opened.device, ...(bench ? { bench } : {}) } },
          announcement: `Running on ${opened.device.description}.`,
        }));
        handle = opened.start({
          ...input,
          scorers: opening?.scorers,
          build,
          runId: journal?.runId,
          journal: journal?.journal,
          onEvents: (events) => {
            if (!own()) return;
            set((state) => ({ shown: state.shown && applyEvents(state.shown, events) }));
            const now = get().shown;
            if (now) journal?.look(now, (environment.now() - started) / 1000);
          },
        });
        const result = await handle.result;
        const same = result.bundle.device.description === opened.device.description;
        if (!own()) return;
        finish(same ? withBench(result, bench) : result, file, (environment.now() - started) / 1000);
        // A session that lost its GPU limps on with one worker: the next run chooses an engine anew.
        if (!same) closeSession();
      } catch (error) {
        if (own()) fail(error);
      }
    };

    return {
      ...formActions({ get, set, setEdited }),
      ready: false,
      edited: DEFAULT_CONFIG,
      data: undefined,
      labels: undefined,
      status: 'idle',
      shown: undefined,
      lastFinished: undefined,
      recorded: undefined,
      canAnswer: false,
      trouble: undefined,
      storageNote: undefined,
      seconds: undefined,
      scoring: [],
      announcement: '',
      link: undefined,
      replayed: undefined,

      async load() {
        const note = (error: unknown): undefined => {
          set({ storageNote: error instanceof Error ? error.message : String(error) });
        };
        const [kept, config, recorded] = await Promise.all([
          storage.loadRun().catch(note),
          storage.loadConfig().catch(note),
          environment.loadRecorded(),
        ]);
        const first = kept ? runOfBundle(kept, 'kept') : recorded ? runOfBundle(recorded, 'recorded') : undefined;
        // A file is not kept: its task cannot come back without it.
        const usable = config && config.run.task !== 'file' ? config : undefined;
        set((state) => ({
          ready: true,
          recorded,
          // A visitor may have been quicker than the loading.
          shown: state.shown ?? first,
          lastFinished: state.lastFinished ?? first,
          edited: usable && (state.edited === DEFAULT_CONFIG || (ownLink && sameInLink(usable, state.edited))) ? usable : state.edited,
        }));
      },

      async trainOn(config, labels) {
        set({ labels: { arms: config.arms, labels } });
        takeEdited(config);
        await get().run();
      },
      async runConfig(config) {
        takeEdited(config);
        await get().run();
      },
      async goOn(taken) {
        const { config, data, labels } = taken;
        set((state) => ({ data: data ?? state.data, labels: labels && { arms: config.arms, labels } }));
        takeEdited(withIdleArms(config, get().edited));
        await start({ taken });
      },
      noteJournal(note) {
        journalNote = note;
        set({ storageNote: note });
      },
      async runAgain() {
        const { bundle } = get().shown ?? {};
        if (!bundle) return;
        takeEdited(bundle.config);
        await start({ replayed: bundle });
      },

      openLink({ config, bundle, problem, notes, own = false }) {
        ownLink = own;
        const busy = bundle !== undefined && isActive(get());
        const why = busy
          ? { title: 'A run is under way here, so the result of the link is not shown.', advice: 'Open the link again when the run has ended.' }
          : problem;
        set({ edited: withHeld(config, environment.lesson?.()), link: why === undefined && notes.length === 0 ? undefined : { problem: why, notes } });
        if (!bundle || busy) return;
        putOnScreen(runOfBundle(bundle, 'link'), 'The result of the link is shown.');
      },
      dismissLink: () => set({ link: undefined }),

      run: () => start({}),

      pause() {
        if (get().status !== 'running') return;
        handle?.pause();
        outside?.pause();
        set({ status: 'paused', announcement: 'Paused.' });
      },
      resume() {
        if (get().status !== 'paused') return;
        handle?.resume();
        outside?.resume();
        set({ status: 'running', announcement: 'Going on.' });
      },
      step() {
        if (get().status === 'running') get().pause();
        else if (get().status === 'paused') {
          // The update may need scores; once it is done nobody asks for more.
          outside?.resume();
          handle?.step();
        }
      },

      show(bundle, { id, dataName }) {
        if (isActive(get())) return false;
        putOnScreen(runOfBundle(bundle, 'kept', dataName), 'A run of the library is shown.');
        keep(storage.noteShown(id));
        return true;
      },
      openFile(bundle) {
        if (isActive(get())) return false;
        putOnScreen(runOfBundle(bundle, 'file'), 'The run of the file is shown.');
        return true;
      },
      turnFine(armId, weights) {
        const { shown } = get();
        if (!handle || !shown || shown.bundle) return;
        set({ shown: { ...shown, turned: { ...shown.turned, [armId]: weights } } });
        // A worker that died has failed the run; its message is shown from there.
        handle.turnFine(armId, weights).catch(() => undefined);
      },

      reset() {
        const { lastFinished, recorded, status } = get();
        if (isActive({ status }) || status === 'failed') {
          abandon();
          set({
            status: lastFinished?.origin === 'here' ? 'finished' : 'idle',
            shown: lastFinished,
            canAnswer: lastFinished?.origin === 'here',
            trouble: undefined,
            scoring: [],
            replayed: undefined,
            announcement: lastFinished ? 'Stopped. The last finished run is shown again.' : 'Stopped.',
          });
          return;
        }
        const first = recorded && runOfBundle(recorded, 'recorded');
        const lesson = environment.lesson?.();
        left = undefined;
        set({
          status: 'idle',
          shown: first,
          lastFinished: first,
          canAnswer: false,
          trouble: undefined,
          scoring: [],
          replayed: undefined,
          data: undefined,
          labels: undefined,
          announcement: `${first ? 'The recorded run and the' : 'The'} ${lesson ? "lesson's" : 'default'} settings are back.`,
        });
        takeEdited(lesson?.settings ?? DEFAULT_CONFIG);
      },

      report: (error) => set({ trouble: toTrouble(error) }),
      dismissTrouble: () => set({ trouble: undefined }),

      async ask(text, draw) {
        const { shown, canAnswer } = get();
        if (!shown || !canAnswer || !left) {
          throw new Error('Run the experiment first: its policies are not kept between visits.');
        }
        const { config } = shown;
        const { policies, data } = left;
        const opened = await ensureSession(config);
        return opened.answer({ config, text, draw, policies, data });
      },

      made() {
        if (!get().canAnswer || !left) return undefined;
        const policies = left.policies.map(({ armId, weights: { shape, values } }) => [armId, { shape, bytes: values.byteLength }] as const);
        return { texts: left.texts, policies: Object.fromEntries(policies) };
      },
      async exportWeights(armId, metadata) {
        const { shown, canAnswer } = get();
        const weights = canAnswer ? left?.policies.find((policy) => policy.armId === armId)?.weights : undefined;
        if (!shown || !weights) throw new Error('The weights of this policy are not here. Run the experiment in this page first.');
        return (await ensureSession(shown.config)).exportWeights({ weights, metadata });
      },
    };
  });
}
