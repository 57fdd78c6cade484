import { createStore, type StoreApi } from 'zustand/vanilla';
import type { HumanPair } from '../core/humanPairs';
import type { Label } from '../core/preferences';
import { hashString, PURPOSE, Stream, streamKey } from '../core/rng';
import { testConnection, type ConnectionReport, type Surroundings } from '../labelers/llm/connection';
import { costOf } from '../labelers/llm/cost';
import { LlmError } from '../labelers/llm/errors';
import type { FetchLike } from '../labelers/llm/http';
import { browserDeps, createLlmLabeler, type LlmLabel, type LlmLabeler } from '../labelers/llm/labeler';
import { createTransport } from '../labelers/llm/transport';
import type { ModelInfo, Rung } from '../labelers/llm/types';
import { createRuleLabeler, RULES, type RuleId } from '../labelers/rules';
import type { Session } from '../worker/client';
import type { OpenInput, WorldLabeler } from '../worker/protocol';
import { toTrouble, type Trouble } from './advice';
import { DataFileError } from './dataFile';
import { listSplits, parseDatasetName, readHubPairs, type HubAccess, type HubSplit } from './hubDataset';
import type { ReplyStore } from './labCache';
import { labelsOf, readLabelFile, type LabelSet } from './labFiles';
import type { LabKeys } from './labKeys';
import { newResults, resultsFor, withoutSet, withSet, type LabResults } from './labResults';
import { createVoteStore, type VoteStore } from './labVoteStore';
import { ballotOf, labelsOfVotes, MIN_VOTED, toVote, YOU, type Vote, type VoteAnswer } from './labVotes';
import { addToWorld, worldConfig, type KnownWorld } from './labWorld';
import { INITIAL_LLM, missingOf, priceOf, providerOf, specOf, type LlmSettings } from './llmSettings';
import { inspectPairFile, readPairFile, type PairFileHead } from './pairFiles';
import type { PairImport, PairProgress } from './pairImport';
import type { PairColumns } from './pairRows';
import type { SessionOptions } from './runStore';
import type { StreamedFile } from './textStream';

export const WORLD_LABELERS = ['people', 'judge', 'noisy'] as const satisfies readonly WorldLabeler[];
/** A labeler that can be chosen. */
export type LabChoice = WorldLabeler | RuleId | 'llm' | 'you';

/** Fewest and most pairs of a run. */
export const PAIR_COUNT = { min: 16, max: 2000, initial: 200 } as const;

/** What the store needs of a session; the page's own is `worker/client`. */
export type LabSession = Pick<Session, 'lab' | 'close'>;

export interface LabEnvironment {
  readonly backend: OpenInput['backend'];
  openSession(options: SessionOptions): Promise<LabSession>;
  readonly fetch: FetchLike;
  readonly replies: ReplyStore;
  /** Where the visitor's votes are kept; by default in this browser. */
  readonly votes?: VoteStore;
  readonly keys: LabKeys;
  readonly surroundings: () => Surroundings;
}

/** What has to be answered before a source can be read. */
export type ImportQuestion =
  | { readonly about: 'columns'; readonly file: StreamedFile; readonly head: PairFileHead }
  | { readonly about: 'splits'; readonly splits: readonly HubSplit[] };

export interface LabelerProgress {
  readonly choice: LabChoice;
  readonly done: number;
  readonly state: 'waiting' | 'working' | 'done' | 'ended';
  /** Of a language model. */
  readonly calls?: {
    readonly spentUsd: number;
    readonly made: number;
    readonly cached: number;
    readonly retries: number;
    readonly unparsed: number;
    /** Seconds until the next call, because the provider asked for a pause. */
    readonly wait: number;
    readonly rung: Rung | undefined;
  };
}

export interface LabState {
  readonly source: 'builtIn' | 'imported';
  /** Most pairs of a run. */
  readonly count: number;
  /** The pairs of a file or data set, in a fixed shuffled order, so that fewer are a sample of all. */
  readonly imported: PairImport | undefined;
  readonly reading: (PairProgress & { readonly name: string }) | undefined;
  readonly question: ImportQuestion | undefined;
  readonly importTrouble: string | undefined;
  readonly chosen: readonly LabChoice[];
  readonly llm: LlmSettings;
  readonly hasKey: boolean;
  readonly keyKept: boolean;
  /** What became of the last wish about keys or stored replies, for the visitor. */
  readonly keyNote: string | undefined;
  readonly models: readonly ModelInfo[];
  readonly connection: ConnectionReport | 'testing' | undefined;
  readonly modelsTrouble: string | undefined;
  readonly status: 'idle' | 'running' | 'paused';
  /** What happens before the first label. */
  readonly activity: string | undefined;
  /** Pairs of the run under way or the last one. */
  readonly total: number;
  readonly progress: readonly LabelerProgress[];
  readonly trouble: Trouble | undefined;
  readonly results: LabResults | undefined;
  /** What an import of recorded labels brought. */
  readonly replayNote: string | undefined;
  /** The visitor's votes on any pairs, in their order; undefined until those of earlier visits are read. */
  readonly votes: readonly Vote[] | undefined;
  /** Why votes will not outlast a reload, or what became of them. */
  readonly voteNote: string | undefined;
  /** The latest news for people who do not see the screen. */
  readonly announcement: string;
}

export interface LabActions {
  readonly setSource: (source: LabState['source']) => void;
  readonly setCount: (count: number) => void;
  readonly choose: (choice: LabChoice, on: boolean) => void;
  readonly takeFile: (file: StreamedFile, columns?: PairColumns) => Promise<void>;
  readonly findDataset: (name: string) => Promise<void>;
  readonly readSplit: (split: HubSplit) => Promise<void>;
  readonly stopReading: () => void;
  readonly setLlm: (changes: Partial<LlmSettings>) => void;
  readonly setKey: (key: string) => void;
  readonly keepKey: (on: boolean) => void;
  readonly clearKeys: () => void;
  readonly forgetReplies: () => Promise<void>;
  readonly listModels: () => Promise<void>;
  readonly testConnection: () => Promise<void>;
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
  /** Answers the question that `ballotOf` gives for the pairs at hand. @param latencyMs since it was shown. */
  readonly vote: (answer: VoteAnswer, latencyMs: number) => void;
  /** Takes back the last answer to the pairs at hand, a skip included. */
  readonly undoVote: () => void;
  /** Forgets all votes, also those on other pairs. */
  readonly forgetVotes: () => Promise<void>;
}

export type LabStore = StoreApi<LabState & LabActions>;

/** One worker and no helpers: labelling a few hundred pairs is short work. */
const ONE_WORKER = 0;
/** Milliseconds between two looks at a language model's queue. */
const LOOK = 500;
/** Milliseconds after a vote until the table follows: quick votes in a row cost its intervals once. */
const TABLE_DELAY = 300;
const WORLD_NAME = 'built-in forum posts';

const isWorld = (choice: LabChoice): choice is WorldLabeler => (WORLD_LABELERS as readonly string[]).includes(choice);
const isRule = (choice: LabChoice): choice is RuleId => (RULES as readonly string[]).includes(choice);

/** The labelers that will be asked: those of the built-in world know no other pairs. */
export function askedOf({ chosen, source }: Pick<LabState, 'chosen' | 'source'>): LabChoice[] {
  return chosen.filter((choice) => source === 'builtIn' || !isWorld(choice));
}

/** The pairs that a run would label, as far as they are known. */
export function pairsOf(
  { source, imported, count, results }: Pick<LabState, 'source' | 'imported' | 'count' | 'results'>,
): readonly HumanPair[] | undefined {
  if (source === 'imported') return imported?.pairs.slice(0, count);
  return results?.builtIn === true && results.pairs.length === count ? results.pairs : undefined;
}

/** Rejects as soon as the signal aborts. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function shuffled(pairs: readonly HumanPair[]): HumanPair[] {
  return new Stream(streamKey(0, PURPOSE.shuffle, hashString('lab'))).shuffle([...pairs]);
}

/** Messages of these classes say what to do already. */
function troubleOf(error: unknown): Trouble {
  if (error instanceof LlmError || error instanceof DataFileError) return { message: error.message, advice: '' };
  return toTrouble(error);
}

const RUNG_WORDS: Readonly<Record<Rung, string>> = {
  logprobs: 'Answers read from log-probabilities.',
  structured: 'Answers read from JSON with a stated confidence.',
  choice: 'Answers read from a bare choice.',
};

export function createLabStore(environment: LabEnvironment): LabStore {
  const { backend, fetch, replies, keys, votes: voteStore = createVoteStore() } = environment;
  let world: KnownWorld | undefined;
  let model: LlmLabeler | undefined;
  let running: AbortController | undefined;
  let reading: AbortController | undefined;
  let tableTimer: ReturnType<typeof setTimeout> | undefined;

  return createStore<LabState & LabActions>((set, get) => {
    const report = (choice: LabChoice, changes: Partial<LabelerProgress>): void =>
      set(({ progress }) => ({
        progress: progress.map((one) => (one.choice === choice ? { ...one, ...changes } : one)),
      }));

    const keep = (labels: LabelSet): void => set(({ results }) => (results ? { results: withSet(results, labels) } : {}));

    /** Puts the visitor's row into the table of the pairs at hand, or takes it out where votes are too few. */
    function showVotes(): void {
      clearTimeout(tableTimer);
      const { votes, imported, source, results } = get();
      const pairs = pairsOf(get());
      if (!votes || !pairs) return;
      const table = source === 'imported' && imported ? resultsFor(newResults(imported.name, false, pairs), results) : results;
      const labels = labelsOfVotes(pairs, votes);
      if (table && labels.length >= MIN_VOTED) set({ results: withSet(table, { labeler: YOU, labels }) });
      else if (table && table === results) set({ results: withoutSet(table, YOU.id) });
    }

    /** Without a store, votes count until the page is left. */
    const keepVotes = (done: Promise<void>): Promise<void> =>
      done.catch((error: unknown) => set({ voteNote: troubleOf(error).message }));

    async function loadVotes(): Promise<void> {
      if (get().votes) return;
      let votes: Vote[] = [];
      await keepVotes(voteStore.all().then((kept) => void (votes = kept)));
      // Chosen twice in a row, the second reading comes too late.
      if (!get().votes) set({ votes });
      showVotes();
    }

    function setVotes(votes: readonly Vote[]): void {
      set({ votes });
      clearTimeout(tableTimer);
      tableTimer = setTimeout(showVotes, TABLE_DELAY);
    }

    /** Pairs and labels that the worker has not given yet. */
    async function askWorld(wanted: readonly WorldLabeler[], signal: AbortSignal): Promise<KnownWorld> {
      const { count } = get();
      const missing = wanted.filter((labeler) => world?.count !== count || !world.sets[labeler]);
      if (world?.count === count && missing.length === 0) return world;
      set({ activity: 'Opening the engine' });
      const opening = environment.openSession({ backend, exact: false, arms: ONE_WORKER });
      const session = await orAborted(opening, signal).catch((error: unknown) => {
        // Once it is there, nobody needs it any more.
        opening.then((late) => late.close(), () => undefined);
        throw error;
      });
      try {
        set({ activity: 'Sampling the pairs' });
        const said = await orAborted(session.lab({ config: worldConfig(count), labelers: missing }, (events) => {
          for (const event of events) {
            if (event.type === 'progress') set({ activity: `Sampling the pairs: ${event.done} of ${event.total}` });
            if (event.type !== 'lab') continue;
            set({ activity: undefined });
            report(event.labeler, { done: event.done, state: event.done === event.total ? 'done' : 'working' });
          }
        }), signal);
        world = addToWorld(world, count, missing, said);
        return world;
      } finally {
        session.close();
      }
    }

    /** The pairs to be labelled, and what the built-in world's own labelers say of them. */
    async function loadPairs(wanted: readonly WorldLabeler[], signal: AbortSignal): Promise<void> {
      const { source, imported, count } = get();
      let next: LabResults;
      let sets: readonly (LabelSet | undefined)[] = [];
      if (source === 'builtIn') {
        const known = await askWorld(wanted, signal);
        next = newResults(WORLD_NAME, true, known.pairs);
        sets = wanted.map((labeler) => known.sets[labeler]);
      } else {
        if (!imported) throw new DataFileError('Choose a file or a data set first.');
        next = newResults(imported.name, false, imported.pairs.slice(0, count));
      }
      if (next.pairs.length < 2) throw new DataFileError('At least two pairs are needed.');
      set(({ results }) => ({ activity: undefined, total: next.pairs.length, results: resultsFor(next, results) }));
      for (const labels of sets) if (labels) keep(labels);
      for (const labeler of wanted) report(labeler, { done: next.pairs.length, state: 'done' });
      showVotes();
    }

    async function askRule(rule: RuleId, pairs: readonly HumanPair[]): Promise<void> {
      const labeler = createRuleLabeler(rule);
      const labels: Label[] = [];
      for await (const label of labeler.label(pairs)) labels.push(label);
      keep({ labeler: labeler.identity, labels });
      report(rule, { done: labels.length, state: 'done' });
    }

    async function askModel(pairs: readonly HumanPair[], signal: AbortSignal): Promise<void> {
      const { llm } = get();
      const missing = missingOf(llm, keys.get(llm.baseUrl) !== '');
      if (missing !== undefined) throw new DataFileError(missing);
      const labeler = createLlmLabeler(specOf(llm), { ...browserDeps(keys.get(llm.baseUrl), replies), fetch });
      model = labeler;
      const price = priceOf(llm);
      const labels: LlmLabel[] = [];
      const look = (state: LabelerProgress['state']): void => {
        const { spentUsd, calls, cachedCalls, retries, unparsed, notBefore, found } = labeler.status();
        report('llm', {
          done: labels.length, state,
          calls: {
            spentUsd, made: calls, cached: cachedCalls, retries, unparsed, rung: found?.rung,
            wait: Math.max(0, Math.ceil((notBefore - Date.now()) / 1000)),
          },
        });
      };
      const timer = setInterval(() => look('working'), LOOK);
      try {
        look('working');
        for await (const label of labeler.label(pairs, { signal })) {
          // What a label costs whoever has to ask for it, also where its replies were stored from an earlier run.
          labels.push(price ? { ...label, costUsd: costOf(label.tokens, price) } : label);
          look('working');
        }
      } finally {
        clearInterval(timer);
        model = undefined;
        look(labels.length === pairs.length ? 'done' : 'ended');
        const { id, name, kind, origin } = labeler.identity;
        const rung = labels[0]?.rung;
        keep({
          labeler: {
            id, name, kind, origin: rung ? `${origin} ${RUNG_WORDS[rung]}` : origin,
            ...(llm.billions === undefined ? {} : { parameters: llm.billions * 1e9 }),
          },
          labels,
        });
      }
    }

    /** One piece of work at a time that `stop` ends. */
    async function work(
      choices: readonly LabChoice[], done: string, labelling: (signal: AbortSignal) => Promise<void>,
    ): Promise<void> {
      if (get().status !== 'idle') return;
      const abort = new AbortController();
      running = abort;
      set({
        status: 'running', trouble: undefined, activity: undefined, total: get().count, announcement: 'Labelling has begun.',
        progress: choices.map((choice) => ({ choice, done: 0, state: 'waiting' })),
      });
      try {
        await labelling(abort.signal);
        set({ announcement: done });
      } catch (error) {
        if (abort.signal.aborted) set({ announcement: 'Labelling was stopped; finished labels are kept.' });
        else {
          const trouble = troubleOf(error);
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

    /** Reads a source; a later one replaces it. */
    async function read(
      name: string,
      reader: (signal: AbortSignal, onProgress: (progress: PairProgress) => void) => Promise<PairImport | ImportQuestion>,
    ): Promise<void> {
      reading?.abort();
      const abort = new AbortController();
      reading = abort;
      const onProgress = (progress: PairProgress): void => {
        if (!abort.signal.aborted) set({ reading: { ...progress, name } });
      };
      set({ reading: { name, share: 0, comparisons: 0, bad: 0 }, question: undefined, importTrouble: undefined });
      try {
        const found = await reader(abort.signal, onProgress);
        if (abort.signal.aborted) return;
        if ('about' in found) set({ reading: undefined, question: found, announcement: 'Something has to be chosen first.' });
        else {
          set({
            reading: undefined, imported: { ...found, pairs: shuffled(found.pairs) },
            announcement: `${found.pairs.length} pairs of ${found.name} are kept.`,
          });
          showVotes();
        }
      } catch (error) {
        if (abort.signal.aborted) return;
        const { message, advice } = troubleOf(error);
        set({ reading: undefined, importTrouble: `${message} ${advice}`.trim(), announcement: message });
      }
    }

    const hub: HubAccess = {
      fetch: (url, init) => fetch(url instanceof Request ? url.url : url.toString(), init ?? {}),
    };

    /** What is known of the server, which changes with its address. */
    const unknownServer = { connection: undefined, models: [], modelsTrouble: undefined } as const;
    const keyState = (): Pick<LabState, 'hasKey' | 'keyKept'> => ({
      hasKey: keys.get(get().llm.baseUrl) !== '', keyKept: keys.kept,
    });

    return {
      source: 'builtIn',
      count: PAIR_COUNT.initial,
      imported: undefined,
      reading: undefined,
      question: undefined,
      importTrouble: undefined,
      chosen: ['people', 'judge', 'longer', 'shorter', 'first', 'coin'],
      llm: INITIAL_LLM,
      hasKey: keys.get(INITIAL_LLM.baseUrl) !== '',
      keyKept: keys.kept,
      keyNote: undefined,
      ...unknownServer,
      status: 'idle',
      activity: undefined,
      total: 0,
      progress: [],
      trouble: undefined,
      results: undefined,
      replayNote: undefined,
      votes: undefined,
      voteNote: undefined,
      announcement: '',

      setSource: (source) => set(({ llm }) => ({
        source, llm: { ...llm, kind: source === 'builtIn' ? 'summary' : 'dialogue' },
      })),
      setCount: (count) => set({ count: Math.min(PAIR_COUNT.max, Math.max(PAIR_COUNT.min, Math.round(count))) }),
      choose(choice, on) {
        set(({ chosen }) => ({
          chosen: on ? [...chosen.filter((one) => one !== choice), choice] : chosen.filter((one) => one !== choice),
        }));
        if (choice === 'you' && on) void loadVotes();
      },

      async takeFile(file, columns) {
        get().setSource('imported');
        await read(file.name, async (signal, onProgress) => {
          if (!columns) {
            const head = await inspectPairFile(file, signal);
            if (!head.guess) return { about: 'columns', file, head };
          }
          return readPairFile(file, { columns, signal, onProgress });
        });
      },
      async findDataset(name) {
        get().setSource('imported');
        await read(name, async (signal, onProgress) => {
          const dataset = parseDatasetName(name);
          const splits = await listSplits(dataset, hub, signal);
          const [only] = splits;
          if (splits.length > 1 || !only) return { about: 'splits', splits };
          return readHubPairs(only, hub, { signal, onProgress });
        });
      },
      readSplit: (split) =>
        read(split.dataset, (signal, onProgress) => readHubPairs(split, hub, { signal, onProgress })),
      stopReading() {
        reading?.abort();
        set({ reading: undefined, question: undefined, announcement: 'Reading was stopped.' });
      },

      setLlm(changes) {
        set(({ llm }) => {
          const next = { ...llm, ...changes };
          const elsewhere = next.baseUrl !== llm.baseUrl || next.provider !== llm.provider;
          return {
            llm: next, ...(elsewhere ? unknownServer : {}),
            ...(next.model === llm.model ? {} : { connection: undefined }),
          };
        });
        set(keyState());
      },
      setKey(key) {
        keys.set(get().llm.baseUrl, key);
        set({ ...keyState(), connection: undefined, keyNote: undefined });
      },
      keepKey(on) {
        const done = keys.keep(on);
        set({ ...keyState(), keyNote: done ? undefined : 'This browser does not let the page keep anything.' });
      },
      clearKeys() {
        keys.clear();
        set({ ...keyState(), connection: undefined, keyNote: 'All keys are forgotten.' });
      },
      async forgetReplies() {
        const keyNote = await replies.clear().then(() => 'Stored replies are forgotten.', () => 'There are none to forget.');
        set({ keyNote });
      },

      async listModels() {
        const { llm } = get();
        const provider = providerOf(llm);
        set({ modelsTrouble: undefined });
        try {
          const models = await createTransport(provider, {
            provider: provider.name, key: keys.get(llm.baseUrl), fetch, timeoutMs: 20_000, now: () => Date.now(),
          }).models();
          if (get().llm.baseUrl === llm.baseUrl) set({ models, announcement: `${models.length} models are listed.` });
        } catch (error) {
          if (get().llm.baseUrl === llm.baseUrl) set({ models: [], modelsTrouble: troubleOf(error).message });
        }
      },
      async testConnection() {
        const { llm } = get();
        const current = (): boolean => get().llm.baseUrl === llm.baseUrl && get().llm.model === llm.model;
        set({ connection: 'testing' });
        const connection = await testConnection(providerOf(llm), llm.model.trim(), {
          key: keys.get(llm.baseUrl), fetch, surroundings: environment.surroundings(), now: () => Date.now(),
        });
        if (!current()) return;
        set({
          connection, models: connection.models ?? get().models,
          announcement: connection.ok ? 'The model answered.' : (connection.error?.message ?? 'The model did not answer.'),
        });
      },

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
          if (asked.includes('llm')) await askModel(pairs, signal);
        });
      },
      pause() {
        if (!model) return;
        model.pause();
        set({ status: 'paused', announcement: 'Paused; calls on their way are awaited.' });
      },
      resume() {
        if (get().status !== 'paused') return;
        model?.resume();
        set({ status: 'running', announcement: 'Labelling goes on.' });
      },
      stop: () => running?.abort(new Error('Stopped.')),

      async replay(file) {
        await work([], 'Recorded labels are shown.', async (signal) => {
          const recorded = await readLabelFile(file);
          await loadPairs([], signal);
          const { sets, others } = labelsOf(recorded, get().results!.pairs);
          for (const { labeler, labels } of sets) {
            // "You" of a file is whoever saved it, and keeps out of the visitor's own row.
            const reader = labeler.kind === 'you' ? { id: `${YOU.id}-recorded`, name: 'a recorded reader' } : {};
            const recordedBy = { ...labeler, ...reader, origin: `Recorded labels of ${file.name}. ${labeler.origin}` };
            keep({ labeler: recordedBy, labels: labels.map((label) => ({ ...label, labeler: recordedBy.id })) });
          }
          const found = sets.filter(({ labels }) => labels.length > 1).length;
          set({
            replayNote: `${file.name}: labels of ${found} labeler${found === 1 ? '' : 's'} belong to these pairs` +
              (others > 0 ? `; ${others.toLocaleString('en')} labels belong to other pairs and are left out.` : '.'),
          });
        });
      },
      clearResults: () => set({ results: undefined, progress: [], replayNote: undefined, trouble: undefined }),

      vote(answer, latencyMs) {
        const { votes } = get();
        const pairs = pairsOf(get());
        if (!votes || !pairs) return;
        const { question } = ballotOf(pairs, votes);
        if (!question) return;
        const vote = toVote(question, answer, latencyMs, (votes.at(-1)?.order ?? -1) + 1);
        setVotes([...votes, vote]);
        void keepVotes(voteStore.add(vote));
      },
      undoVote() {
        const { votes } = get();
        const ids = new Set(pairsOf(get())?.map(({ id }) => id));
        const last = votes?.findLast(({ pairId }) => ids.has(pairId));
        if (!votes || !last) return;
        setVotes(votes.filter((vote) => vote !== last));
        void keepVotes(voteStore.remove(last));
      },
      async forgetVotes() {
        set({ votes: [], voteNote: 'Your votes are forgotten.' });
        showVotes();
        await keepVotes(voteStore.clear());
      },
    };
  });
}
