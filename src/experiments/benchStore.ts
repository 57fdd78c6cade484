import { createStore, type StoreApi } from 'zustand/vanilla';
import type { BenchReport, BenchSize, EngineBench, WorkloadId } from '../core/benchReport';
import type { Build } from '../core/bundle';
import type { Session } from '../worker/client';
import type { OpenInput } from '../worker/protocol';
import { toTrouble, type Trouble } from './advice';
import type { SessionOptions } from './runStore';
import type { RunStorage } from './storage';

/** What the store needs of a session; the page's own is `worker/client`. */
export type BenchSession = Pick<Session, 'device' | 'bench' | 'close'>;

export interface BenchEnvironment {
  readonly build: Build;
  readonly backend: OpenInput['backend'];
  openSession(options: SessionOptions): Promise<BenchSession>;
  readonly storage: RunStorage;
  /** Take a fraction of the time: a first impression. */
  readonly quick: boolean;
}

export interface BenchProgress {
  /** The engine that is measured; undefined while it is opened. */
  readonly engine: string | undefined;
  readonly part: 'peak' | WorkloadId | undefined;
  /** Share of the whole bench, 0..1. */
  readonly share: number;
}

export interface BenchState {
  /** Present while a bench is under way. */
  readonly progress: BenchProgress | undefined;
  /** The last finished report, of this visit or of an earlier one. */
  readonly report: BenchReport | undefined;
  readonly trouble: Trouble | undefined;
  /** Why the report could not be kept for the next visit, if so. */
  readonly storageNote: string | undefined;
  /** The latest news for people who do not see the screen. */
  readonly announcement: string;
}

export interface BenchActions {
  /** Looks for the report of an earlier visit. */
  readonly load: () => Promise<void>;
  /** Measures the engine that runs would use here and, where that is a GPU, the CPU engine after it. */
  readonly run: (size: BenchSize) => Promise<void>;
  /** Ends a bench under way; the report of the one before stays. */
  readonly stop: () => void;
}

export type BenchStore = StoreApi<BenchState & BenchActions>;

/** One worker and no helpers: what is measured is one thread. */
const ONE_WORKER = 0;

export function createBenchStore(environment: BenchEnvironment): BenchStore {
  const { build, backend, storage, quick } = environment;
  let session: BenchSession | undefined;
  /** Grows with every start and stop; what an earlier bench still reports is then nobody's. */
  let attempt = 0;

  return createStore<BenchState & BenchActions>((set, get) => {
    const close = (): void => {
      session?.close();
      session = undefined;
    };

    return {
      progress: undefined,
      report: undefined,
      trouble: undefined,
      storageNote: undefined,
      announcement: '',

      async load() {
        const report = await storage.loadBench().catch(() => undefined);
        // A visitor may have been quicker than the loading.
        set((state) => ({ report: state.report ?? report }));
      },

      async run(size) {
        close();
        const mine = ++attempt;
        const own = (): boolean => mine === attempt;
        /** @returns undefined where the visitor has stopped. */
        const measure = async (
          wanted: OpenInput['backend'], from: number, share: number,
        ): Promise<{ bench: EngineBench; cores: number } | undefined> => {
          const opened = await environment.openSession({ backend: wanted, exact: false, arms: ONE_WORKER });
          if (!own()) {
            opened.close();
            return undefined;
          }
          session = opened;
          const { description: engine, cores } = opened.device;
          // With a GPU the CPU engine follows, and the first half is the GPU's.
          const width = opened.device.engine === 'gpu' ? share / 2 : share;
          const bench = await opened.bench({ size, quick }, (event) => {
            if (own()) set({ progress: { engine, part: event.part, share: from + width * event.share } });
          });
          close();
          return { bench, cores };
        };
        set({
          progress: { engine: undefined, part: undefined, share: 0 }, trouble: undefined,
          announcement: 'Measuring: choosing an engine.',
        });
        try {
          const first = await measure(backend, 0, 1);
          if (!first || !own()) return;
          const second = first.bench.engine === 'gpu' ? await measure('cpu', 0.5, 0.5) : undefined;
          if (!own()) return;
          const report: BenchReport = {
            measuredAt: new Date().toISOString(), build, cores: first.cores, size, quick,
            engines: [first.bench, ...(second ? [second.bench] : [])],
          };
          set({ progress: undefined, report, announcement: 'This machine is measured.' });
          await storage.saveBench(report).then(
            () => set({ storageNote: undefined }),
            (error: unknown) => set({ storageNote: error instanceof Error ? error.message : String(error) }),
          );
        } catch (error) {
          if (!own()) return;
          close();
          const trouble = toTrouble(error);
          set({ progress: undefined, trouble, announcement: `The measurement has stopped: ${trouble.message} ${trouble.advice}` });
        }
      },

      stop() {
        if (!get().progress) return;
        attempt++;
        close();
        set({ progress: undefined, announcement: 'The measurement was stopped.' });
      },
    };
  });
}
