import type { HumanPair } from '../core/humanPairs';
import { judgesOf } from '../core/judges';
import type { Label } from '../core/preferences';
import { wordsOf, type BuiltInTaskId } from '../core/taskWords';
import { browserDeps, createLlmLabeler } from '../labelers/llm/labeler';
import { distinctName } from '../labelers/llm/naming';
import type { Rung } from '../labelers/llm/types';
import { createRuleLabeler, type RuleId } from '../labelers/rules';
import type { WorldLabeler } from '../worker/protocol';
import { DataFileError } from './dataFile';
import { askLlm } from './labAsking';
import { labelsOf, readLabelFile, type LabelSet } from './labFiles';
import { pagePlan } from './labPage';
import { asRecorded } from './labRecorded';
import { newResults, resultsFor, withSet, type LabResults } from './labResults';
import { askedOf, isJudge, isRule, isWorld, type LabChoice, type LabContext, type LabelerProgress, type LabSession } from './labState';
import { LabelersFailed, labTrouble } from './labTrouble';
import { addToWorld, WORLD_WAITS, worldConfig, type KnownWorld } from './labWorld';
import { missingOf, planOf, type LlmSettings } from './llmSettings';
import { WORLD_BEGAN } from './pageLlmStore';

export interface RunningActions {
  /** Samples the pairs of the built-in world without asking anybody. */
  readonly samplePairs: () => Promise<void>;
  readonly run: () => Promise<void>;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Ends a run; finished labels stay. */
  readonly stop: () => void;
  /** Shows recorded labels of the chosen pairs beside the measured ones. */
  readonly replay: (file: Blob & { readonly name: string }) => Promise<void>;
  readonly clearResults: () => void;
}

/** One worker and no helpers: labelling a few hundred pairs is short work. */
const ONE_WORKER = 0;
const worldName = (task: BuiltInTaskId): string => `built-in ${wordsOf(task).kind}`;

/** Labels wanted of a labeler. */
const wantedOf = (choice: LabChoice, task: BuiltInTaskId, pairs: number): number =>
  isJudge(choice) ? judgesOf(task).trainings * pairs : pairs;

/** Rejects as soon as the signal aborts. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

interface Pausable {
  pause(): void;
  resume(): void;
}

/** Asks the labelers. @param onPairs called when the pairs of a run are there. */
export function runningPart(context: LabContext, onPairs: () => void): RunningActions {
  const { get, set, environment } = context;
  const { backend, fetch, replies, keys } = environment;
  let world: KnownWorld | undefined;
  let running: AbortController | undefined;
  let atWork: Pausable | undefined;
  /** By address and name of a model: calls of its last run, until they have come back or failed. */
  const unsettled = new Map<string, Promise<void>>();

  /** What `pause` holds from now on, at once where the visitor has paused already. */
  function setAtWork(next: Pausable | undefined): void {
    atWork = next;
    set({ pausable: next !== undefined });
    if (get().status === 'paused') next?.pause();
  }

  const report = (choice: LabChoice, changes: Partial<LabelerProgress>): void =>
    set(({ progress }) => ({
      progress: progress.map((one) => (one.choice === choice ? { ...one, ...changes } : one)),
    }));

  const keep = (labels: LabelSet): void => set(({ results }) => (results ? { results: withSet(results, labels) } : {}));

  async function askSession(session: LabSession, labelers: readonly WorldLabeler[], signal: AbortSignal): Promise<KnownWorld> {
    const { task, count } = get();
    set({ activity: 'Sampling the pairs' });
    const asked = session.lab({ config: worldConfig(task, count), labelers }, (events) => {
      for (const event of events) {
        if (event.type === 'progress') set({ activity: `Sampling the pairs: ${event.done} of ${event.total}` });
        if (event.type !== 'lab') continue;
        const { labeler, done, total } = event;
        set({ activity: undefined });
        report(labeler, { done, total, state: done === total ? 'done' : 'working' });
      }
    });
    setAtWork(asked);
    world = addToWorld(world, { task, count }, await orAborted(asked.result, signal));
    return world;
  }

  /** Pairs and labels that the worker has not given yet. */
  async function askWorld(wanted: readonly WorldLabeler[], signal: AbortSignal): Promise<KnownWorld> {
    const { task, count } = get();
    const here = world?.task === task && world.count === count ? world : undefined;
    const missing = wanted.filter((labeler) => !here?.sets[labeler]);
    if (here && missing.length === 0) return here;
    if (environment.isTraining?.()) throw new DataFileError(WORLD_WAITS);
    // The session may compute on the GPU; a model that is asked in the same run stays where it is.
    if (get().progress.every(({ choice }) => choice !== 'pageLlm')) environment.page?.getState().free(WORLD_BEGAN);
    set({ activity: 'Opening the engine' });
    const opening = environment.openSession({ backend, exact: false, arms: ONE_WORKER });
    const session = await orAborted(opening, signal).catch((error: unknown) => {
      // Once it is there, nobody needs it any more.
      opening.then((late) => late.close(), () => undefined);
      throw error;
    });
    try {
      const known = await askSession(session, missing, signal);
      // It may have written other pairs than an earlier one: then all it has not been asked for is missing.
      return wanted.every((labeler) => known.sets[labeler]) ? known : await askSession(session, wanted, signal);
    } finally {
      setAtWork(undefined);
      session.close();
    }
  }

  /** The pairs to be labelled, and what the built-in world's own labelers say of them. */
  async function loadPairs(wanted: readonly WorldLabeler[], signal: AbortSignal): Promise<void> {
    const { source, task, imported, count } = get();
    let next: LabResults;
    let said: KnownWorld['sets'] = {};
    if (source === 'builtIn') {
      const known = await askWorld(wanted, signal);
      next = newResults(worldName(task), task, known.pairs);
      said = known.sets;
    } else {
      if (!imported) throw new DataFileError('Choose a file or a data set first.');
      next = newResults(imported.name, undefined, imported.pairs.slice(0, count));
    }
    if (next.pairs.length < 2) throw new DataFileError('At least two pairs are needed.');
    set(({ results, progress }) => ({
      activity: undefined, results: resultsFor(next, results),
      progress: progress.map((one) => ({ ...one, total: wantedOf(one.choice, task, next.pairs.length) })),
    }));
    for (const labeler of wanted) {
      const sets = said[labeler] ?? [];
      for (const labels of sets) keep(labels);
      const total = sets.reduce((sum, { labels }) => sum + labels.length, 0);
      report(labeler, { done: total, total, state: 'done' });
    }
    onPairs();
  }

  async function askRule(rule: RuleId, pairs: readonly HumanPair[]): Promise<void> {
    const labeler = createRuleLabeler(rule);
    const labels: Label[] = [];
    for await (const label of labeler.label(pairs)) labels.push(label);
    keep({ labeler: labeler.identity, labels });
    report(rule, { done: labels.length, state: 'done' });
  }

  /** How the model can be read, as long as the form is about the same model. */
  function noteFound({ rung, provider, baseUrl, model: asked }: LlmSettings, found: Rung | undefined): void {
    const { llm, found: known } = get();
    if (rung !== 'auto' || found === undefined || found === known) return;
    if (llm.provider === provider && llm.baseUrl === baseUrl && llm.model === asked) set({ found });
  }

  /** Replies on their way are paid for: asked for again before they are stored, they would be paid for twice. */
  async function awaitEarlierCalls(address: string, signal: AbortSignal): Promise<void> {
    const earlier = unsettled.get(address);
    if (!earlier) return;
    set({ activity: 'Waiting for replies to calls of the stopped run' });
    await orAborted(earlier, signal);
    set({ activity: undefined });
  }

  function keepModel({ labeler, labels }: LabelSet): void {
    const others = get().results?.sets.map((set) => set.labeler) ?? [];
    keep({ labeler: { ...labeler, name: distinctName(labeler, others) }, labels });
  }

  async function askModel(pairs: readonly HumanPair[], signal: AbortSignal): Promise<void> {
    const { llm } = get();
    const missing = missingOf(llm, keys.get(llm.baseUrl) !== '');
    if (missing !== undefined) throw new DataFileError(missing);
    const { spec, judged } = planOf(llm, pairs);
    if (judged.length === 0) throw new DataFileError('The prompt shows all pairs, so that none is left to judge.');
    report('llm', { total: judged.length });
    const address = JSON.stringify([llm.baseUrl, spec.model]);
    await awaitEarlierCalls(address, signal);
    const labeler = createLlmLabeler(spec, { ...browserDeps(keys.get(llm.baseUrl), replies), fetch });
    setAtWork(labeler);
    try {
      await askLlm(labeler, judged, {
        signal, spec, parameters: llm.billions === undefined ? undefined : llm.billions * 1e9,
        onProgress: (changes) => {
          report('llm', changes);
          noteFound(llm, changes.calls?.rung);
        },
        onLabels: keepModel,
      });
    } finally {
      setAtWork(undefined);
      unsettled.set(address, labeler.settled().finally(() => unsettled.delete(address)));
    }
  }

  /** The model in this page. Its calls cost nothing, so that none has to be waited for after a stop. */
  async function askPage(pairs: readonly HumanPair[], signal: AbortSignal): Promise<void> {
    const { labeler, spec, judged, parameters } = pagePlan(context, pairs);
    if (judged.length === 0) throw new DataFileError('The prompt shows all pairs, so that none is left to judge.');
    report('pageLlm', { total: judged.length });
    setAtWork(labeler);
    try {
      await askLlm(labeler, judged, {
        signal, spec, parameters, onProgress: (changes) => report('pageLlm', changes), onLabels: keepModel,
      });
    } finally {
      setAtWork(undefined);
    }
  }

  /** Each of those that are wanted, also after one that failed. @throws LabelersFailed at the end where any did */
  async function askLanguageModels(asked: readonly LabChoice[], pairs: readonly HumanPair[], signal: AbortSignal): Promise<void> {
    const models = [
      { choice: 'pageLlm', labeler: 'The LLM in this page', ask: askPage },
      { choice: 'llm', labeler: 'The LLM behind a URL', ask: askModel },
    ] as const;
    const failures: LabelersFailed['failures'][number][] = [];
    for (const { choice, labeler, ask } of models.filter((model) => asked.includes(model.choice))) {
      try {
        await ask(pairs, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        report(choice, { state: 'ended' });
        failures.push({ labeler, error });
      }
    }
    if (failures.length > 0) throw new LabelersFailed(failures);
  }

  /** One piece of work at a time that `stop` ends. */
  async function work(
    choices: readonly LabChoice[], done: string, labelling: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    if (get().status !== 'idle') return;
    const abort = new AbortController();
    running = abort;
    set(({ task, count }) => ({
      status: 'running', trouble: undefined, activity: undefined, announcement: 'Labelling has begun.',
      progress: choices.map((choice) => ({ choice, done: 0, total: wantedOf(choice, task, count), state: 'waiting' })),
    }));
    try {
      await labelling(abort.signal);
      set({ announcement: done });
    } catch (error) {
      if (abort.signal.aborted) set({ announcement: 'Labelling was stopped; finished labels are kept.' });
      else {
        const trouble = labTrouble(error);
        set({ trouble, announcement: `Labelling has ended early: ${trouble.message} ${trouble.advice}`.trim() });
      }
    } finally {
      running = undefined;
      set(({ progress }) => ({
        status: 'idle', activity: undefined,
        progress: progress.map((one) => (one.state === 'done' ? one : { ...one, state: 'ended' })),
      }));
    }
  }

  return {
    samplePairs: () => work([], 'The pairs are there.', (signal) => loadPairs([], signal)),
    async run() {
      const asked = askedOf(get());
      if (asked.length === 0) return;
      set({ replayNote: undefined });
      // The visitor votes at leisure; nothing waits for that.
      await work(asked.filter((choice) => choice !== 'you'), 'All labelers are done.', async (signal) => {
        await loadPairs(asked.filter(isWorld), signal);
        const { pairs } = get().results!;
        for (const rule of asked.filter(isRule)) await askRule(rule, pairs);
        await askLanguageModels(asked, pairs, signal);
      });
    },
    pause() {
      if (!atWork || get().status !== 'running') return;
      atWork.pause();
      set({ status: 'paused', announcement: 'Paused; what is on its way is awaited.' });
    },
    resume() {
      if (get().status !== 'paused') return;
      atWork?.resume();
      set({ status: 'running', announcement: 'Labelling goes on.' });
    },
    stop: () => running?.abort(new Error('Stopped.')),

    async replay(file) {
      await work([], 'Recorded labels are shown.', async (signal) => {
        const recorded = await readLabelFile(file);
        await loadPairs([], signal);
        const { sets, others } = labelsOf(recorded, get().results!.pairs);
        const present = get().results!.sets.map(({ labeler }) => labeler);
        for (const labels of asRecorded(file.name, sets, present)) keep(labels);
        const found = sets.filter(({ labels }) => labels.length > 1).length;
        set({
          replayNote: `${file.name}: labels of ${found} labeler${found === 1 ? '' : 's'} belong to these pairs` +
            (others > 0 ? `; ${others.toLocaleString('en')} labels belong to other pairs and are left out.` : '.'),
        });
      });
    },
    clearResults: () => set({ results: undefined, progress: [], replayNote: undefined, trouble: undefined }),
  };
}
