import { createStore, type StoreApi } from 'zustand/vanilla';
import { deviceBench, type DeviceBench } from '../core/benchReport';
import type { Build, Device, RunBundle } from '../core/bundle';
import {
  configDifference,
  DEFAULT_ARMS,
  DEFAULT_CONFIG,
  givenArms,
  setField,
  setPath,
  withFile,
  withoutOffArms,
  type ArmConfig,
  type ExperimentConfig,
  type FieldValue,
  type PresetName,
} from '../core/config';
import type { FieldEntry } from '../core/fields';
import { LABELS_MISSING, type GivenLabels } from '../core/givenLabels';
import { linkConfig, settingsText } from '../core/link';
import type { MethodId } from '../core/methods';
import type { ModelShape } from '../core/modelShape';
import { LlmError } from '../labelers/llm/errors';
import type { RunHandle, Session } from '../worker/client';
import type { DataFile, FineGrainedWeights, LiveAnswer, OpenInput, RunTexts, WeightFiles } from '../worker/protocol';
import { toTrouble, type Trouble } from './advice';
import {
  addArm,
  duplicateArm,
  readyForFile,
  removeArm,
  renameArm,
  setArmFeedback,
  setArmField,
  setArmMethod,
  switchArm,
  withIdleArms,
  type AskedFeedback,
} from './armEditing';
import { blockedArm } from './armSettings';
import { withHeld, type LessonInForce } from './lessonLink';
import { withLesson, withPreset, type Lesson } from './lessons';
import { scorersTrouble, scorersWanted, type OpenScorers, type ScorerReport } from './outsideScorers';
import type { KeptRun, RunKeeper, TakenRun } from './resumeKeeper';
import { applyEvents, newRun, runOfBundle, type ShownRun } from './shownRun';
import type { RunStorage } from './storage';

export type RunStatus = 'idle' | 'opening' | 'running' | 'paused' | 'finished' | 'failed';

/** What a session is opened for; another needs another. */
export interface SessionOptions extends Pick<OpenInput, 'backend' | 'exact'> {
  readonly arms: number;
}

/** What the store needs of a session; the page's own is `worker/client`. */
export type RunSession = Pick<Session, 'device' | 'start' | 'answer' | 'exportWeights' | 'close'>;

/** Labels of the labeler lab with the arms they are of: ids of arms recur from one choice of labelers to the next. */
interface LabelledArms {
  readonly arms: readonly ArmConfig[];
  readonly labels: GivenLabels;
}

type RunResult = Awaited<RunHandle['result']>;

/** What a run that was made here leaves besides its bundle, while the page is open. */
export interface MadeHere {
  readonly texts: RunTexts;
  /** The policies at hand, by arm; `sft` is the start policy. Bytes of their parameters. */
  readonly policies: Readonly<Record<string, { readonly shape: ModelShape; readonly bytes: number }>>;
}

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

export interface RunState {
  /** False until the first paint's run has been looked for. */
  readonly ready: boolean;
  /** Settings as they stand in the form: those of the next run. */
  readonly edited: ExperimentConfig;
  /** The visitor's file, where one was given. */
  readonly data: DataFile | undefined;
  /** Labels from the labeler lab, where a run was begun on some. */
  readonly labels: LabelledArms | undefined;
  readonly status: RunStatus;
  readonly shown: ShownRun | undefined;
  /** The last finished run, to come back to when one is stopped or fails. */
  readonly lastFinished: ShownRun | undefined;
  readonly recorded: RunBundle | undefined;
  /** Whether the policies of the shown run are at hand to answer a visitor's own post. */
  readonly canAnswer: boolean;
  readonly trouble: Trouble | undefined;
  /** Why nothing could be kept for the next visit, if so. */
  readonly storageNote: string | undefined;
  /** Seconds that the shown run took, pauses included; set when it ends. */
  readonly seconds: number | undefined;
  /** How far the language models are that score the responses of the shown run, and what they cost; empty where there are none. */
  readonly scoring: readonly ScorerReport[];
  /** The latest news for people who do not see the screen. */
  readonly announcement: string;
  /** What there is to say of the link that the page was opened by; undefined where there is nothing, or it was dismissed. */
  readonly link: LinkNews | undefined;
  /** The record that the run on screen repeats, where it does. */
  readonly replayed: RunBundle | undefined;
}

export interface LinkNews {
  /** Why the result that it brought is not shown, and what to do. */
  readonly problem?: { readonly title: string; readonly advice: string } | undefined;
  /** What was ignored or changed, a sentence each. */
  readonly notes: readonly string[];
}

/** What a link brought. */
export interface OpenedLink extends LinkNews {
  readonly config: ExperimentConfig;
  /** Whether the page wrote it itself: kept settings that no link carries in full then go before. */
  readonly own?: boolean | undefined;
  readonly bundle?: RunBundle | undefined;
}

export interface RunActions {
  /** Looks for the run of the first paint and for kept settings. Opens no worker. */
  readonly load: () => Promise<void>;
  /** Changes a setting of all arms; a method brings its tuned settings along. */
  readonly edit: (entry: FieldEntry, value: FieldValue) => void;
  readonly choosePreset: (name: PresetName) => void;
  readonly chooseLesson: (lesson: Lesson) => void;
  /** Puts the form back to the settings of the shown run. Arms that were switched off and are not of that run stay so. */
  readonly revert: () => void;
  /** Puts settings back that the lesson in force holds. */
  readonly keepHeld: () => void;
  /** Makes the visitor's file the task; SFT then has to be trained here. */
  readonly setData: (data: DataFile) => void;
  readonly clearData: () => void;
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
  /** Changes of arms do nothing where labels are given: those are of the arms as they are. One arm always runs. */
  readonly addArm: (feedback: AskedFeedback) => void;
  readonly duplicateArm: (id: string) => void;
  readonly removeArm: (id: string) => void;
  readonly renameArm: (id: string, label: string) => void;
  readonly switchArm: (id: string, on: boolean) => void;
  /** Its settings become the method's tuned ones, or with the experiment's method the experiment's. */
  readonly setArmMethod: (id: string, method: MethodId) => void;
  readonly setArmFeedback: (id: string, feedback: AskedFeedback) => void;
  /** Gives an arm a setting of its own; undefined: as in the experiment again. */
  readonly setArmField: (id: string, path: string, value: FieldValue | undefined) => void;
  /** Goes back to the arms RLHF and RLAIF, which ask for labels of their own. */
  readonly clearLabels: () => void;
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
  /** Takes the settings of a finished run into the form. Its file, if it had one, has to be given again. */
  readonly takeSettings: (config: ExperimentConfig) => void;
  /** Takes settings into the form as they are, whatever stood there: no arm is kept. A file that is not their task is let go. */
  readonly replaceSettings: (config: ExperimentConfig) => void;
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

const underWay = (status: RunStatus): boolean => status === 'opening' || status === 'running' || status === 'paused';

/** Whether a run is being prepared or under way. */
export function isActive(state: Pick<RunState, 'status'>): boolean {
  return underWay(state.status);
}

/** Settings that differ from those of the shown run: what makes it stale. */
export function staleFields({ edited, shown }: Pick<RunState, 'edited' | 'shown'>): FieldEntry[] {
  return shown ? configDifference(shown.config, edited) : [];
}

/** Whether the file in hand is another than that of the shown run. */
export function staleData({ edited, shown, data }: Pick<RunState, 'edited' | 'shown' | 'data'>): boolean {
  const bothFiles = edited.run.task === 'file' && shown?.config.run.task === 'file';
  return bothFiles && data !== undefined && data.name !== shown.dataName;
}

/** Equal for the same arms that run. Settings of arms come in the order of the table. */
const armsKey = (config: ExperimentConfig): string => JSON.stringify(withoutOffArms(config).arms);

/** Whether the arms that would run are others than those of the shown run. */
export function staleArms({ edited, shown }: Pick<RunState, 'edited' | 'shown'>): boolean {
  return shown !== undefined && armsKey(edited) !== armsKey(shown.config);
}

/** The labels that the arms of the settings are trained on, unless those at hand belong to other arms. */
export function labelsAtHand({ edited, labels }: Pick<RunState, 'edited' | 'labels'>): GivenLabels | undefined {
  return labels && JSON.stringify(labels.arms) === armsKey(edited) ? labels.labels : undefined;
}

/** Settings that a visitor's file was the task of: without it the task is that of the page. */
function withoutLostFile(config: ExperimentConfig, data: DataFile | undefined): ExperimentConfig {
  return config.run.task === 'file' && !data ? { ...config, run: { ...config.run, task: 'tldr' } } : config;
}

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

export function createRunStore(environment: RunEnvironment): RunStore {
  const { build, backend, storage } = environment;
  let session: { readonly options: SessionOptions; readonly opening: Promise<RunSession> } | undefined;
  let handle: RunHandle | undefined;
  /** Of the run under way. */
  let outside: OpenScorers | undefined;
  /** Grows with every start and stop; what an earlier run still reports is then nobody's. */
  let attempt = 0;
  /** What answers a visitor's post: the policies of the last run that finished here, and its file. */
  let answering: { policies: RunResult['policies']; data: DataFile | undefined } = { policies: [], data: undefined };
  /** Of the same run. */
  let texts: RunTexts | undefined;
  let saveTimer: ReturnType<typeof setTimeout> | undefined;
  /** Of the run under way, and of the next one if it goes on. */
  let journal: KeptRun | undefined;
  let toGoOn: TakenRun | undefined;
  /** Why nothing more of the run under way can be kept. */
  let journalNote: string | undefined;
  /** Whether the settings came from an address that the page wrote itself. */
  let ownLink = false;
  /** What the next run repeats. */
  let toReplay: RunBundle | undefined;

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

    const editArms = (change: (config: ExperimentConfig) => ExperimentConfig): void => {
      const { edited } = get();
      if (givenArms(edited).length > 0) return;
      const changed = change(edited);
      if (changed !== edited) setEdited(changed);
    };

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

    const finish = ({ bundle, policies, texts: made }: RunResult, data: DataFile | undefined, seconds: number): void => {
      handle = undefined;
      endScorers();
      answering = { policies, data };
      texts = made;
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
      answering = { policies: [], data: undefined };
      texts = undefined;
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

    return {
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

      edit: (entry, value) =>
        setEdited(entry.path === 'rl.method' ? setPath(get().edited, entry.path, String(value)) : setField(get().edited, entry, value)),
      choosePreset: (name) => setEdited(withPreset(get().edited, name)),
      chooseLesson: (lesson) => setEdited(withLesson(get().edited, lesson)),
      revert() {
        const { shown, data, edited } = get();
        if (!shown) return;
        setEdited(withoutLostFile(withIdleArms(shown.config, edited), data));
      },
      keepHeld: () => setEdited(get().edited),

      setData(data) {
        get().clearLabels();
        set({ data });
        setEdited(withFile(readyForFile(get().edited)));
      },
      clearData() {
        const { edited } = get();
        set({ data: undefined });
        const { sft, model, ai } = DEFAULT_CONFIG;
        setEdited({ ...edited, run: { ...edited.run, task: 'tldr' }, sft, model, ai });
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
        toGoOn = taken;
        await get().run();
      },
      noteJournal(note) {
        journalNote = note;
        set({ storageNote: note });
      },
      async runAgain() {
        const { bundle } = get().shown ?? {};
        if (!bundle) return;
        toReplay = bundle;
        await get().runConfig(bundle.config);
      },

      openLink({ config, bundle, problem, notes, own = false }) {
        ownLink = own;
        const busy = bundle !== undefined && underWay(get().status);
        const why = busy
          ? { title: 'A run is under way here, so the result of the link is not shown.', advice: 'Open the link again when the run has ended.' }
          : problem;
        set({ edited: withHeld(config, environment.lesson?.()), link: why === undefined && notes.length === 0 ? undefined : { problem: why, notes } });
        if (!bundle || busy) return;
        putOnScreen(runOfBundle(bundle, 'link'), 'The result of the link is shown.');
      },
      dismissLink: () => set({ link: undefined }),

      addArm: (feedback) => editArms((config) => addArm(config, feedback)),
      duplicateArm: (id) => editArms((config) => duplicateArm(config, id)),
      removeArm: (id) => editArms((config) => removeArm(config, id)),
      renameArm: (id, label) => editArms((config) => renameArm(config, id, label)),
      switchArm: (id, on) => editArms((config) => switchArm(config, id, on)),
      setArmMethod: (id, method) => editArms((config) => setArmMethod(config, id, method)),
      setArmFeedback: (id, feedback) => editArms((config) => setArmFeedback(config, id, feedback)),
      setArmField: (id, path, value) => editArms((config) => setArmField(config, id, path, value)),

      clearLabels() {
        set({ labels: undefined });
        const { edited } = get();
        if (givenArms(edited).length > 0) setEdited({ ...edited, arms: DEFAULT_ARMS });
      },

      async run() {
        const replayed = toReplay;
        toReplay = undefined;
        const taken = toGoOn;
        toGoOn = undefined;
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
            advice: 'Drop a CSV file under "Your own data", or choose the forum posts as the task.',
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
        const slots = shown?.config.run.task === 'tldr' && !file ? shown.slots : {};
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
      },

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
        if (underWay(get().status)) return false;
        putOnScreen(runOfBundle(bundle, 'kept', dataName), 'A run of the library is shown.');
        keep(storage.noteShown(id));
        return true;
      },
      openFile(bundle) {
        if (underWay(get().status)) return false;
        putOnScreen(runOfBundle(bundle, 'file'), 'The run of the file is shown.');
        return true;
      },
      takeSettings: (config) => setEdited(withoutLostFile(withIdleArms(config, get().edited), get().data)),
      replaceSettings(config) {
        if (config.run.task !== 'file') set({ data: undefined });
        setEdited(config);
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
        if (underWay(status) || status === 'failed') {
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
        answering = { policies: [], data: undefined };
        texts = undefined;
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
        if (!shown || !canAnswer) {
          throw new Error('Run the experiment first: its policies are not kept between visits.');
        }
        const { config } = shown;
        const opened = await ensureSession(config);
        return opened.answer({ config, text, draw, ...answering });
      },

      made() {
        if (!get().canAnswer || !texts) return undefined;
        const policies = answering.policies.map(({ armId, weights: { shape, values } }) => [armId, { shape, bytes: values.byteLength }] as const);
        return { texts, policies: Object.fromEntries(policies) };
      },
      async exportWeights(armId, metadata) {
        const { shown, canAnswer } = get();
        const weights = canAnswer ? answering.policies.find((policy) => policy.armId === armId)?.weights : undefined;
        if (!shown || !weights) throw new Error('The weights of this policy are not here. Run the experiment in this page first.');
        return (await ensureSession(shown.config)).exportWeights({ weights, metadata });
      },
    };
  });
}
