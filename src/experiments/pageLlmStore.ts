import { createStore, type StoreApi } from 'zustand/vanilla';
import type { PageGpu } from '../labelers/pageLlm/gpu';
import { downloadMB, familyOf, firstModel, modelsFor, parametersOf, type PageModel } from '../labelers/pageLlm/models';
import type { LoadProgress, PageEngine } from '../labelers/pageLlm/protocol';
import { scorersWanted } from './outsideScorers';
import { isActive, type RunState } from './runState';

/** The language model that runs in this page: which, whether it is there, and what of it is kept in this browser. */

/** What the store needs of the browser's storage of downloads. */
export type Downloads = Pick<CacheStorage, 'keys' | 'delete'>;

export interface PageLlmEnvironment {
  /** @param onDeath to be called when the worker ends of itself. */
  openEngine(onDeath: (reason: string) => void): PageEngine;
  findGpu(): Promise<PageGpu>;
  /** Undefined where the browser gives the page none. */
  readonly downloads: Downloads | undefined;
  /** Whether a run is being prepared or under way: it needs the GPU for itself. */
  isTraining(): boolean;
}

/** A model with what its name tells. */
export interface ListedModel extends PageModel {
  readonly family: string;
  readonly parameters: number | undefined;
  readonly downloadMB: number | undefined;
}

export type PageLoad =
  | { readonly state: 'none' }
  | { readonly state: 'loading'; readonly model: string; readonly progress: LoadProgress }
  | { readonly state: 'loaded'; readonly model: string };

export interface PageLlmState {
  /** Undefined before anybody looked. */
  readonly gpu: PageGpu | undefined;
  /** Those that this GPU can run, least memory first. */
  readonly models: readonly ListedModel[];
  /** '' before the GPU is known. */
  readonly chosen: string;
  readonly load: PageLoad;
  /** Models that are wholly in this browser. */
  readonly stored: readonly string[];
  /** Whether this browser keeps anything of any model, a broken-off download too. */
  readonly keepsAnything: boolean;
  readonly trouble: string | undefined;
  /** What happened last that the visitor did not see happen. */
  readonly note: string | undefined;
}

export interface PageLlmActions {
  /** Finds out what this GPU can run and what is in this browser already. Once; downloads nothing of a model. */
  readonly look: () => Promise<void>;
  readonly choose: (model: string) => void;
  /** Downloads what is missing of the chosen model and puts it onto the GPU. */
  readonly startLoading: () => Promise<void>;
  /** Frees the memory, in the middle of a download or of a reply too. What is downloaded stays. @param note says why. */
  readonly free: (note: string) => void;
  readonly forget: (model: string) => Promise<void>;
  /** Removes all that was ever downloaded, broken-off downloads too. */
  readonly forgetAll: () => Promise<void>;
  /** What asks the loaded model. */
  readonly engine: () => Pick<PageEngine, 'chat'>;
}

export type PageLlmStore = StoreApi<PageLlmState & PageLlmActions>;

export const TRAINING = 'A run is under way in the playground and needs the GPU: let it finish first.';
export const RUN_BEGAN = 'The model was unloaded because a run began in the playground. It is still in this browser.';

export const WORLD_BEGAN = 'The model was unloaded because the built-in world needed the GPU. It is still in this browser.';

/** Why the model in this page cannot be asked; undefined where it can. */
export function missingOfPage({ gpu, chosen, load }: Pick<PageLlmState, 'gpu' | 'chosen' | 'load'>): string | undefined {
  if (gpu && 'missing' in gpu) return 'No model can run in this page: choose an LLM behind a URL instead.';
  if (load.state === 'loading') return 'The model in this page is still loading.';
  if (load.state === 'none' || load.model !== chosen) return 'Load the model in this page first.';
  return undefined;
}

/** The library's storages begin with this. */
const STORAGE_PREFIX = 'webllm/';

/** What to do about a failure, by the library's or the browser's words. */
const LOAD_ADVICE: readonly (readonly [RegExp, string])[] = [
  [/dynamically imported module|importing a module/i, 'A part of this page did not arrive: check the connection and load it again.'],
  [/quota/i, 'This browser gives the page no room for it. Remove other models, or leave private browsing.'],
  [
    /failed to fetch|network ?error|network response|load failed|cannot fetch/i,
    'The download broke off: huggingface.co or raw.githubusercontent.com could not be reached. What has arrived is kept; load it again to go on.',
  ],
  [/device (?:was|is|has been)? ?lost|out of memory|createbuffer/i, 'The GPU gave up, most likely for want of memory. Choose a smaller model.'],
];

function listed(model: PageModel): ListedModel {
  const { id } = model;
  return { ...model, family: familyOf(id), parameters: parametersOf(id), downloadMB: downloadMB(id) };
}

function loadTrouble(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return LOAD_ADVICE.find(([words]) => words.test(`${name} ${message}`))?.[1] ?? `The model could not be loaded: ${message}`;
}

export function createPageLlmStore(environment: PageLlmEnvironment): PageLlmStore {
  const { downloads } = environment;
  /** Grows with every start and end of loading; what an earlier one still reports is then nobody's. */
  let attempt = 0;
  let looked = false;

  return createStore<PageLlmState & PageLlmActions>((set, get) => {
    const engine = environment.openEngine((reason) => {
      // While it loads or answers, whoever waits for it says so.
      if (get().load.state === 'loaded') set({ load: { state: 'none' }, trouble: reason });
    });

    /** Asks the library only where this browser keeps something, so that nobody fetches its code for nothing. */
    async function lookAtStorage(): Promise<void> {
      const names = (await downloads?.keys()) ?? [];
      const keepsAnything = names.some((name) => name.startsWith(STORAGE_PREFIX));
      const stored = keepsAnything ? await engine.cached(get().models.map(({ id }) => id)) : [];
      set({ keepsAnything, stored });
    }

    async function refresh(): Promise<void> {
      // Nothing of a model runs beside training, its worker neither.
      if (environment.isTraining()) return;
      // A look that fails, or that unloading ends, leaves the marks as they were: nothing else depends on them.
      await lookAtStorage().catch(() => undefined);
    }

    return {
      gpu: undefined,
      models: [],
      chosen: '',
      load: { state: 'none' },
      stored: [],
      keepsAnything: false,
      trouble: undefined,
      note: undefined,

      async look() {
        if (looked) return;
        looked = true;
        const gpu = await environment.findGpu();
        const models = 'missing' in gpu ? [] : modelsFor(gpu).map(listed);
        set({ gpu, models, chosen: models.length > 0 ? firstModel(models).id : '' });
        await refresh();
      },
      choose: (chosen) => set({ chosen, trouble: undefined }),

      async startLoading() {
        const { chosen: model, load } = get();
        if (model === '' || load.state === 'loading') return;
        if (environment.isTraining()) return set({ trouble: TRAINING });
        const mine = ++attempt;
        const own = (): boolean => mine === attempt;
        const show = (progress: LoadProgress): void => {
          if (own()) set({ load: { state: 'loading', model, progress } });
        };
        set({ trouble: undefined, note: undefined });
        show({ stage: 'preparing', share: 0 });
        try {
          await engine.load(model, show);
          if (own()) set({ load: { state: 'loaded', model } });
        } catch (error) {
          if (own()) set({ load: { state: 'none' }, trouble: loadTrouble(error) });
        }
        await refresh();
        // What a failed one still holds is unknown.
        if (own() && get().load.state === 'none') engine.unload('Loading has failed.');
      },
      free(note) {
        attempt++;
        engine.unload(note);
        if (get().load.state !== 'none') set({ load: { state: 'none' }, note });
      },

      async forget(model) {
        // The library, which knows the files of a model, would have to be started for it.
        if (environment.isTraining()) return set({ trouble: TRAINING });
        try {
          await engine.forget(model);
          set({ note: `${familyOf(model)} is removed from this browser.`, trouble: undefined });
        } catch (error) {
          set({ trouble: `It could not be removed: ${error instanceof Error ? error.message : String(error)}` });
        }
        await refresh();
      },
      async forgetAll() {
        const names = (await downloads?.keys()) ?? [];
        for (const name of names) if (name.startsWith(STORAGE_PREFIX)) await downloads?.delete(name);
        set({ note: 'All downloaded models are removed from this browser.', trouble: undefined });
        await refresh();
      },
      engine: () => engine,
    };
  });
}

/** Unloads the model whenever a run begins in the playground that is not scored by it, before the run opens its engine. */
export function makeWayForRuns(page: PageLlmStore, runs: Pick<StoreApi<Pick<RunState, 'status' | 'shown'>>, 'subscribe'>): void {
  runs.subscribe((state, before) => {
    // A run may begin in the place of another.
    const begins = isActive(state) && (!isActive(before) || state.shown?.config !== before.shown?.config);
    const needed = state.shown !== undefined && scorersWanted(state.shown.config).includes('page-llm');
    if (begins && !needed) page.getState().free(RUN_BEGAN);
  });
}
