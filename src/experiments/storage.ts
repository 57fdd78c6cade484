import { benchReportSchema, type BenchReport } from '../core/benchReport';
import type { RunBundle } from '../core/bundle';
import { configSchema, type ExperimentConfig } from '../core/config';
import type { Library } from './library';
import type { Database } from './libraryDatabase';

export { StorageError } from './libraryDatabase';

/**
 * What survives a reload beside the library: which run was shown last, the settings being edited, the last bench. Nothing
 * leaves the browser.
 */
export interface RunStorage {
  /** The run that was shown last. Undefined where there is none, or none that this build can read. @throws StorageError */
  loadRun(): Promise<RunBundle | undefined>;
  /**
   * Keeps a finished run in the library, as the one that was shown last.
   * @param dataName of the visitor's file, where the task is one
   * @throws StorageError, also on a run that could not be read again.
   */
  saveRun(bundle: RunBundle, dataName?: string): Promise<void>;
  /** Notes which run of the library is shown. @throws StorageError */
  noteShown(id: string): Promise<void>;
  /** @throws StorageError */
  loadConfig(): Promise<ExperimentConfig | undefined>;
  /** @throws StorageError */
  saveConfig(config: ExperimentConfig): Promise<void>;
  /** @throws StorageError */
  loadBench(): Promise<BenchReport | undefined>;
  /** @throws StorageError */
  saveBench(report: BenchReport): Promise<void>;
}

export function createStorage(database: Database, library: Pick<Library, 'add' | 'bundle'>): RunStorage {
  const noteShown = (id: string): Promise<void> =>
    database.use(async (db) => {
      const transaction = db.transaction('keep', 'readwrite');
      const put = transaction.store.put(id, 'shown');
      // At once: the page may be reloaded the moment after.
      transaction.commit();
      await Promise.all([put, transaction.done]);
    });
  return {
    loadRun: async () => {
      const id = await database.use((db) => db.get('keep', 'shown'));
      return typeof id === 'string' ? library.bundle(id) : undefined;
    },
    saveRun: async (bundle, dataName) => {
      const { id } = await library.add(bundle, { origin: 'here', dataName });
      await noteShown(id);
    },
    noteShown,
    loadConfig: async () => {
      const stored = configSchema.safeParse(await database.use((db) => db.get('keep', 'config')));
      return stored.success ? stored.data : undefined;
    },
    saveConfig: (config) => database.use(async (db) => void (await db.put('keep', config, 'config'))),
    loadBench: async () => {
      const stored = benchReportSchema.safeParse(await database.use((db) => db.get('keep', 'bench')));
      return stored.success ? stored.data : undefined;
    },
    saveBench: (report) => database.use(async (db) => void (await db.put('keep', report, 'bench'))),
  };
}
