import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb';
import { bundleSchema } from '../core/bundle';
import { entryOf, unreadableEntry } from './libraryEntry';

/** The page's own database: settings, the last bench, and the library of runs. One for all tabs. */

export const DATABASE_NAME = 'rlaif-playground';
/** 1: one run, under `keep`. 2: a library. */
const VERSION = 2;

/** Its message is for the visitor. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}

/** What is read from disk is of any form until it is checked. */
export interface DatabaseSchema extends DBSchema {
  /** `shown`: the id of the run that was shown last. `run`: the one run of version 1. */
  keep: { key: 'run' | 'config' | 'bench' | 'shown'; value: unknown };
  /** What is known of each run of the library without reading it, by id. */
  entries: { key: string; value: unknown };
  /** The runs themselves, by id. */
  bundles: { key: string; value: unknown };
}

type Stores = StoreNames<DatabaseSchema>[];
export type Connection = IDBPDatabase<DatabaseSchema>;

export interface Database {
  /** Opens the database on first use. @throws StorageError whatever `work` throws, too. */
  use<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
}

const NO_STORAGE =
  'This browser does not let the page store anything (a private window, perhaps): ' +
  'runs and settings will be gone after a reload. A run can be saved as a file.';

const OLDER_TAB =
  'Another tab has this page open in an older version, which holds the storage. Close that tab and reload this one: ' +
  'until then nothing that happens here is kept.';

const NEWER_TAB =
  'A newer version of this page was opened in this browser and has taken over the storage. Reload this tab: ' +
  'until then nothing that happens here is kept. The run on screen can be saved as a file first.';

function toStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const name = error instanceof Error ? error.name : '';
  // A transaction that was given up without a word of ours met a full disk.
  if (name === 'QuotaExceededError' || name === 'AbortError') {
    return new StorageError(
      "The browser's storage for this page is full, so this was not kept, and nothing that was kept is lost. " +
        'Save the run on screen as a file, or delete runs under "Runs".',
    );
  }
  return new StorageError(name === 'VersionError' ? NEWER_TAB : NO_STORAGE);
}

/** The run of version 1 becomes the first of the library. */
async function moveOldRun(transaction: IDBPTransaction<DatabaseSchema, Stores, 'versionchange'>, build: string): Promise<void> {
  const keep = transaction.objectStore('keep');
  const run = await keep.get('run');
  if (run === undefined) return;
  const context = { build, now: new Date().toISOString(), others: [] };
  const read = bundleSchema.safeParse(run);
  const { entry, bundle } = read.success ? entryOf(read.data, { origin: 'here' }, context) : { entry: unreadableEntry(run, context), bundle: run };
  await Promise.all([
    transaction.objectStore('entries').put(entry, entry.id),
    transaction.objectStore('bundles').put(bundle, entry.id),
    keep.put(entry.id, 'shown'),
    keep.delete('run'),
  ]);
}

/** @param build commit of this build */
export function createDatabase(build: string, name = DATABASE_NAME): Database {
  let opening: Promise<Connection> | undefined;
  let superseded = false;

  const open = (): Promise<Connection> => {
    let blocked: (error: StorageError) => void;
    // An opening that waits for another tab must not hold up what waits for it here.
    const waiting = new Promise<never>((_, reject) => {
      blocked = reject;
    });
    const opened = openDB<DatabaseSchema>(name, VERSION, {
      upgrade: (db, oldVersion, _newVersion, transaction) => {
        if (oldVersion < 1) db.createObjectStore('keep');
        db.createObjectStore('entries');
        db.createObjectStore('bundles');
        // A failure has aborted the transaction, which fails the opening and leaves the old version as it was.
        if (oldVersion >= 1) moveOldRun(transaction, build).catch(() => undefined);
      },
      blocked: () => blocked(new StorageError(OLDER_TAB)),
      blocking: (_current, next, event) => {
        // A newer version waits for this tab: it gets the storage, and this one says so from now on.
        (event.target as IDBDatabase).close();
        superseded = next !== null;
        opening = undefined;
      },
      terminated: () => {
        opening = undefined;
      },
    });
    opened.then(
      // One that was waited for too long is there for the next use.
      (connection) => (opening = Promise.resolve(connection)),
      () => (opening = undefined),
    );
    return Promise.race([opened, waiting]);
  };

  return {
    async use(work) {
      if (superseded) throw new StorageError(NEWER_TAB);
      try {
        opening ??= open();
        return await work(await opening);
      } catch (error) {
        throw superseded ? new StorageError(NEWER_TAB) : toStorageError(error);
      }
    },
  };
}
