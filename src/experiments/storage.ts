import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { bundleSchema, type RunBundle } from '../core/bundle';
import { benchReportSchema, type BenchReport } from '../core/benchReport';
import { configSchema, type ExperimentConfig } from '../core/config';

/** What survives a reload: the last finished run, the settings being edited, the last bench. Nothing leaves the browser. */
export interface RunStorage {
  /** Undefined where there is none, or none that this build can read. @throws StorageError */
  loadRun(): Promise<RunBundle | undefined>;
  /** @throws StorageError, also on a run that could not be read again. */
  saveRun(bundle: RunBundle): Promise<void>;
  /** @throws StorageError */
  loadConfig(): Promise<ExperimentConfig | undefined>;
  /** @throws StorageError */
  saveConfig(config: ExperimentConfig): Promise<void>;
  /** @throws StorageError */
  loadBench(): Promise<BenchReport | undefined>;
  /** @throws StorageError */
  saveBench(report: BenchReport): Promise<void>;
}

/** Its message is for the visitor. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}

interface Schema extends DBSchema {
  keep: { key: 'run' | 'config' | 'bench'; value: unknown };
}

function toStorageError(error: unknown): StorageError {
  const name = error instanceof Error ? error.name : '';
  if (name === 'QuotaExceededError') {
    return new StorageError("The browser's storage for this page is full: this run will be gone after a reload.");
  }
  return new StorageError(
    'This browser does not let the page store anything (a private window, perhaps): ' +
      'runs and settings will be gone after a reload.',
  );
}

/** Opens the database on first use. */
export function createStorage(name = 'rlaif-playground'): RunStorage {
  let database: Promise<IDBPDatabase<Schema>> | undefined;
  const withDatabase = async <T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> => {
    try {
      database ??= openDB<Schema>(name, 1, { upgrade: (db) => void db.createObjectStore('keep') });
      return await work(await database);
    } catch (error) {
      // A failed opening is tried again next time.
      database = undefined;
      throw toStorageError(error);
    }
  };
  return {
    loadRun: async () => {
      const stored = bundleSchema.safeParse(await withDatabase((db) => db.get('keep', 'run')));
      return stored.success ? stored.data : undefined;
    },
    saveRun: async (bundle) => {
      const { error } = bundleSchema.safeParse(bundle);
      if (error) {
        const [issue] = error.issues;
        throw new StorageError(
          `This run cannot be kept and will be gone after a reload (${issue?.path.join('.')}: ${issue?.message}).`,
        );
      }
      await withDatabase((db) => db.put('keep', bundle, 'run'));
    },
    loadConfig: async () => {
      const stored = configSchema.safeParse(await withDatabase((db) => db.get('keep', 'config')));
      return stored.success ? stored.data : undefined;
    },
    saveConfig: (config) => withDatabase(async (db) => void (await db.put('keep', config, 'config'))),
    loadBench: async () => {
      const stored = benchReportSchema.safeParse(await withDatabase((db) => db.get('keep', 'bench')));
      return stored.success ? stored.data : undefined;
    },
    saveBench: (report) => withDatabase(async (db) => void (await db.put('keep', report, 'bench'))),
  };
}
