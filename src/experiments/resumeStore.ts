import { createStore, type StoreApi } from 'zustand/vanilla';
import type { RunKeeper, TakenRun, Unfinished } from './resumeKeeper';

export interface ResumeState {
  /** Unfinished runs of this browser, the latest first. */
  readonly runs: readonly Unfinished[];
  /** What came of the last try to go on with one, if it could not be. */
  readonly trouble: string | undefined;
  /** Whether a visitor's choice is being carried out. */
  readonly busy: boolean;
}

export interface ResumeActions {
  /** Looks for unfinished runs, and again when another tab lets go of one. */
  readonly look: () => Promise<void>;
  /** Goes on with one. */
  readonly goOn: (runId: string) => Promise<void>;
  /** Removes one. */
  readonly discard: (runId: string) => Promise<void>;
}

export type ResumeStore = StoreApi<ResumeState & ResumeActions>;

interface Environment {
  readonly keeper: RunKeeper;
  /** Goes on with a run in this page. */
  readonly goOn: (taken: TakenRun) => void;
  /** Tells the visitor why nothing more of the run can be kept. */
  readonly onTrouble: (note: string) => void;
}

const GONE = 'This run is no longer here to go on with: another tab has it, has finished it or has discarded it.';

export function createResumeStore({ keeper, goOn, onTrouble }: Environment): ResumeStore {
  /** Ends the wait for other tabs. */
  let waiting = new AbortController();
  return createStore<ResumeState & ResumeActions>((set, get) => {
    /** Carries out a visitor's choice, one at a time, and looks again. */
    const choose = async (work: () => Promise<string | undefined>): Promise<void> => {
      if (get().busy) return;
      set({ busy: true, trouble: undefined });
      try {
        set({ trouble: await work() });
      } catch (error) {
        set({ trouble: error instanceof Error ? error.message : String(error) });
      }
      await get().look();
      set({ busy: false });
    };

    return {
      runs: [],
      trouble: undefined,
      busy: false,

      async look() {
        waiting.abort();
        const own = (waiting = new AbortController());
        // Where nothing can be stored there is nothing to find; a run says so when it is to be kept.
        const runs = await keeper.unfinished().catch((): Unfinished[] => []);
        if (own.signal.aborted) return;
        set({ runs });
        for (const { header: { runId }, state } of runs) {
          if (state === 'elsewhere') keeper.free(runId, own.signal).then(() => get().look(), () => undefined);
        }
      },

      goOn: (runId) => choose(async () => {
        const taken = await keeper.take(runId, onTrouble);
        if (!taken) return GONE;
        goOn(taken);
        return undefined;
      }),

      discard: (runId) => choose(async () => {
        await keeper.discard(runId);
        return undefined;
      }),
    };
  });
}
