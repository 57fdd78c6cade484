import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { voteSchema, type Vote } from './labVotes';
import { StorageError } from './storage';

type VoteKey = [order: number, pairId: string];

interface Schema extends DBSchema {
  // Read from disk, so of any form until it is checked.
  votes: { key: VoteKey; value: unknown };
}

/** The visitor's votes, kept in this browser. Everything here rejects with a StorageError that is for the visitor. */
export interface VoteStore {
  /** In their order; what cannot be read is left out. */
  all(): Promise<Vote[]>;
  add(vote: Vote): Promise<void>;
  remove(vote: Vote): Promise<void>;
  clear(): Promise<void>;
}

function toStorageError(error: unknown): StorageError {
  const full = error instanceof Error && error.name === 'QuotaExceededError';
  return new StorageError(
    full
      ? "The browser's storage for this page is full: further votes count, but will be gone after a reload."
      : 'This browser does not let the page store anything (a private window, perhaps): votes count, but will be gone after a reload.',
  );
}

// With the pair in the key, two windows that vote at once do not overwrite each other.
const keyOf = ({ order, pairId }: Vote): VoteKey => [order, pairId];

/** Opens the database on first use. A database of its own: forgetting votes costs no paid reply, and the reverse. */
export function createVoteStore(name = 'rlaif-playground-votes'): VoteStore {
  let database: Promise<IDBPDatabase<Schema>> | undefined;
  const withDatabase = async <T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> => {
    try {
      database ??= openDB<Schema>(name, 1, { upgrade: (db) => void db.createObjectStore('votes') });
      return await work(await database);
    } catch (error) {
      // A failed opening is tried again next time.
      database = undefined;
      throw toStorageError(error);
    }
  };
  return {
    all: () => withDatabase(async (db) => (await db.getAll('votes')).flatMap((value) => {
      const vote = voteSchema.safeParse(value);
      return vote.success ? [vote.data] : [];
    })),
    add: (vote) => withDatabase(async (db) => void (await db.put('votes', vote, keyOf(vote)))),
    remove: (vote) => withDatabase((db) => db.delete('votes', keyOf(vote))),
    clear: () => withDatabase((db) => db.clear('votes')),
  };
}
