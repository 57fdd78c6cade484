import type { IDBPTransaction } from 'idb';
import { bundleSchema, type RunBundle } from '../core/bundle';
import { DATABASE_NAME, StorageError, type Connection, type Database, type DatabaseSchema } from './libraryDatabase';
import { byKeptAt, entryOf, MOST_NOTE, readEntry, runTrouble, type KeptAs, type LibraryEntry } from './libraryEntry';
import { MOST_NAME } from './libraryNames';

export type { KeptAs, LibraryEntry } from './libraryEntry';

/** What the browser says of its storage for this page; what it does not say is undefined. */
export interface StorageUse {
  /** Bytes. */
  readonly used: number | undefined;
  /** Bytes. */
  readonly quota: number | undefined;
  /** Whether the browser keeps it until the visitor deletes it; otherwise it may clear it when the disk is full. */
  readonly persisted: boolean | undefined;
}

/** Runs that were deleted, with all that is needed to put them back. Held in memory alone. */
export interface RemovedRuns {
  readonly runs: readonly { readonly entry: LibraryEntry; readonly bundle: unknown }[];
}

/**
 * Every finished run that is kept in this browser. What is known of the runs is apart from the runs themselves, so that the
 * list is quick. Each change is one transaction: it happens wholly or not at all, whatever another tab does meanwhile.
 * Everything here rejects with a StorageError, whose message is for the visitor.
 */
export interface Library {
  /** Newest first. Also runs that this build cannot read: those say why in `trouble`. */
  list(): Promise<LibraryEntry[]>;
  /** Undefined where there is no such run, or none that this build can read. */
  bundle(id: string): Promise<RunBundle | undefined>;
  /** What is kept, whether it can be read or not; undefined where there is no such run. */
  raw(id: string): Promise<unknown>;
  /** A run that is there already stays as it is, and its entry is given back. Also rejects on what is no run. */
  add(bundle: RunBundle, as: KeptAs): Promise<LibraryEntry>;
  /** Cut to 60 characters; an empty name changes nothing. */
  rename(id: string, name: string): Promise<void>;
  /** Cut to 500 characters. */
  annotate(id: string, note: string): Promise<void>;
  star(id: string, on: boolean): Promise<void>;
  /** Deletes at once; what is given back can undo it. */
  remove(ids: readonly string[]): Promise<RemovedRuns>;
  restore(removed: RemovedRuns): Promise<void>;
  /** Reads every run that this build has not tried to read yet, one after another, and notes which it cannot read. */
  check(): Promise<void>;
  /** Of everything that the page keeps in this browser. Never rejects. */
  usage(): Promise<StorageUse>;
  /** Asks the browser to keep the page's storage for good; what it answered, undefined where it cannot be asked. */
  requestPersistence(): Promise<boolean | undefined>;
  /** Calls back after every change, in this tab or another. @returns stops it. */
  watch(listener: () => void): () => void;
}

export interface LibraryEnvironment {
  readonly database: Database;
  /** Commit of this build. */
  readonly build: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Of the browser; undefined where it has none. */
  readonly storageManager: Pick<StorageManager, 'estimate' | 'persist' | 'persisted'> | undefined;
  /** Tells other tabs of changes; undefined where the browser cannot. */
  readonly channel: Pick<BroadcastChannel, 'postMessage' | 'addEventListener'> | undefined;
}

/** Name of the channel on which tabs tell each other that the library has changed. */
export const LIBRARY_CHANNEL = `${DATABASE_NAME}-library`;

type Writing = IDBPTransaction<DatabaseSchema, ('entries' | 'bundles')[], 'readwrite'>;

/** A transaction that changes lines and runs together. What it fails of is told by the request that failed, or at its end. */
function writing(connection: Connection): Writing {
  const transaction = connection.transaction(['entries', 'bundles'], 'readwrite');
  transaction.done.catch(() => undefined);
  return transaction;
}

/** Ends a writing transaction: asked to commit now, it is not given up where the page is closed before its last answer comes. */
async function finished(transaction: Writing): Promise<void> {
  transaction.commit();
  await transaction.done;
}

async function entriesOf(connection: Connection): Promise<LibraryEntry[]> {
  const transaction = connection.transaction('entries');
  const [ids, stored] = await Promise.all([transaction.store.getAllKeys(), transaction.store.getAll()]);
  return ids.map((id, i) => readEntry(id, stored[i])).sort(byKeptAt);
}

/** What the browser answers; undefined where it refuses, or has no such question: some have only part of the interface. */
async function answer<T>(question: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await question();
  } catch {
    return undefined;
  }
}

export function createLibrary({ database, build, now, storageManager, channel }: LibraryEnvironment): Library {
  const listeners = new Set<() => void>();
  const call = (): void => {
    for (const listener of listeners) listener();
  };
  channel?.addEventListener('message', call);
  const changed = (): void => {
    channel?.postMessage('changed');
    call();
  };

  /** Reads and writes an entry in one transaction, so that a change of another tab is never overwritten. */
  const write = (id: string, changes: Partial<LibraryEntry>): Promise<void> =>
    database.use(async (connection) => {
      const transaction = writing(connection);
      const entries = transaction.objectStore('entries');
      const stored = await entries.get(id);
      // Deleted in another tab meanwhile: there is nothing to change.
      if (stored !== undefined) await entries.put({ ...readEntry(id, stored), ...changes }, id);
      await finished(transaction);
    });
  const change = async (id: string, changes: Partial<LibraryEntry>): Promise<void> => {
    await write(id, changes);
    changed();
  };

  const raw = (id: string): Promise<unknown> => database.use((connection) => connection.get('bundles', id));

  return {
    list: () => database.use(entriesOf),
    raw,
    async bundle(id) {
      const read = bundleSchema.safeParse(await raw(id));
      return read.success ? read.data : undefined;
    },

    async add(run, as) {
      const trouble = runTrouble(run);
      if (trouble !== undefined) throw new StorageError(`This run cannot be kept and will be gone after a reload (${trouble}).`);
      const others = await database.use(entriesOf);
      const { entry, bundle } = entryOf(run, as, { build, now: new Date(now()).toISOString(), others });
      const kept = await database.use(async (connection) => {
        const transaction = writing(connection);
        const stored = await transaction.objectStore('entries').get(entry.id);
        if (stored === undefined) {
          await Promise.all([
            transaction.objectStore('entries').put(entry, entry.id),
            transaction.objectStore('bundles').put(bundle, entry.id),
          ]);
        }
        await finished(transaction);
        return stored === undefined ? entry : readEntry(entry.id, stored);
      });
      changed();
      return kept;
    },

    async rename(id, name) {
      const text = name.trim().slice(0, MOST_NAME);
      if (text !== '') await change(id, { name: text });
    },
    annotate: (id, note) => change(id, { note: note.trim().slice(0, MOST_NOTE) }),
    star: (id, starred) => change(id, { starred }),

    async remove(ids) {
      const removed = await database.use(async (connection) => {
        const transaction = writing(connection);
        const [entries, bundles] = [transaction.objectStore('entries'), transaction.objectStore('bundles')];
        const runs: { entry: LibraryEntry; bundle: unknown }[] = [];
        for (const id of ids) {
          const [stored, bundle] = await Promise.all([entries.get(id), bundles.get(id)]);
          if (stored === undefined) continue;
          runs.push({ entry: readEntry(id, stored), bundle });
          await Promise.all([entries.delete(id), bundles.delete(id)]);
        }
        await finished(transaction);
        return { runs };
      });
      changed();
      return removed;
    },

    async restore({ runs }) {
      await database.use(async (connection) => {
        const transaction = writing(connection);
        for (const { entry, bundle } of runs) {
          await transaction.objectStore('entries').put(entry, entry.id);
          if (bundle !== undefined) await transaction.objectStore('bundles').put(bundle, entry.id);
        }
        await finished(transaction);
      });
      changed();
    },

    async check() {
      const unchecked = (await database.use(entriesOf)).filter(({ checkedBy }) => checkedBy !== build);
      for (const { id } of unchecked) {
        const value = await raw(id);
        const trouble = value === undefined ? 'its content is missing' : runTrouble(value);
        await write(id, { checkedBy: build, trouble });
      }
      if (unchecked.length > 0) changed();
    },

    async usage() {
      const [estimate, persisted] = await Promise.all([answer(() => storageManager?.estimate()), answer(() => storageManager?.persisted())]);
      return { used: estimate?.usage, quota: estimate?.quota, persisted };
    },
    requestPersistence: () => answer(() => storageManager?.persist()),

    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
