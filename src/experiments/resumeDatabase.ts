import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { buildSchema } from '../core/bundle';
import { configSchema } from '../core/config';
import { z } from '../core/zod';
import { StorageError } from './storage';

/** What is known of an unfinished run without reading it. */
const headerSchema = z.strictObject({
  runId: z.string().min(1).max(64),
  build: buildSchema,
  config: configSchema,
  /** Of the visitor's file, where the task is one. */
  dataName: z.string().max(1000).optional(),
  /** When it was begun, and when something of it was kept last; ISO 8601. */
  begun: z.iso.datetime(),
  kept: z.iso.datetime(),
  /** Whether there is anything to go on from. */
  progress: z.boolean(),
  /** What was being worked on, and which share of it was done, 0..1. */
  active: z.array(z.strictObject({
    stage: z.enum(['task', 'sft', 'pairs', 'labels', 'reward', 'rl', 'verdict']),
    arm: z.string().max(64).optional(),
    share: z.number().min(0).max(1),
  })).max(50),
});
export type JournalHeader = z.infer<typeof headerSchema>;

interface Schema extends DBSchema {
  // Read from disk, so of any form until it is checked.
  headers: { key: string; value: unknown };
  /** Entries of journals: by run, and within it by key. */
  entries: { key: [runId: string, key: string]; value: unknown };
}

/** Journals of unfinished runs, kept in this browser. Everything here rejects with a StorageError that is for the visitor. */
export interface JournalDatabase {
  /** By run; undefined where this build cannot read one. */
  headers(): Promise<Map<string, JournalHeader | undefined>>;
  /** All entries of a run. */
  load(runId: string): Promise<Map<string, unknown>>;
  /** Keeps entries of a run together, all or none; undefined removes one. */
  put(header: JournalHeader, entries: ReadonlyMap<string, unknown>): Promise<void>;
  remove(runId: string): Promise<void>;
}

function toStorageError(error: unknown): StorageError {
  // A transaction that was given up without a word of ours met a full disk.
  const full = error instanceof Error && (error.name === 'QuotaExceededError' || error.name === 'AbortError');
  return new StorageError(
    full
      ? "The browser's storage for this page is full: the run goes on, but what it does from here on is lost if this tab is closed before its end."
      : 'This browser does not let the page store anything (a private window, perhaps): the run goes on, but is lost if this tab is closed before its end.',
  );
}

/** All keys of a run: arrays sort after strings. */
const ofRun = (runId: string): IDBKeyRange => IDBKeyRange.bound([runId], [runId, []]);

/** Opens the database on first use. A database of its own: emptying it costs no finished run. */
export function createJournalDatabase(name = 'rlaif-playground-journal'): JournalDatabase {
  let database: Promise<IDBPDatabase<Schema>> | undefined;
  const withDatabase = async <T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> => {
    try {
      database ??= openDB<Schema>(name, 1, {
        upgrade: (db) => {
          db.createObjectStore('headers');
          db.createObjectStore('entries');
        },
        terminated: () => {
          database = undefined;
        },
      });
      return await work(await database);
    } catch (error) {
      // A failed opening is tried again next time.
      database = undefined;
      throw toStorageError(error);
    }
  };
  return {
    headers: () => withDatabase(async (db) => {
      const transaction = db.transaction('headers');
      const [runIds, values] = await Promise.all([transaction.store.getAllKeys(), transaction.store.getAll()]);
      return new Map(runIds.map((runId, i) => [runId, headerSchema.safeParse(values[i]).data]));
    }),
    load: (runId) => withDatabase(async (db) => {
      const transaction = db.transaction('entries');
      const [keys, values] = await Promise.all([transaction.store.getAllKeys(ofRun(runId)), transaction.store.getAll(ofRun(runId))]);
      return new Map(keys.map(([, key], i) => [key, values[i]]));
    }),
    put: (header, entries) => withDatabase(async (db) => {
      const transaction = db.transaction(['headers', 'entries'], 'readwrite');
      const store = transaction.objectStore('entries');
      await Promise.all([
        ...[...entries].map(([key, value]) => (value === undefined ? store.delete([header.runId, key]) : store.put(value, [header.runId, key]))),
        transaction.objectStore('headers').put(header, header.runId),
        transaction.done,
      ]);
    }),
    remove: (runId) => withDatabase(async (db) => {
      const transaction = db.transaction(['headers', 'entries'], 'readwrite');
      await Promise.all([
        transaction.objectStore('headers').delete(runId),
        transaction.objectStore('entries').delete(ofRun(runId)),
        transaction.done,
      ]);
    }),
  };
}
