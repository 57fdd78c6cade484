import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { LabelCache } from '../labelers/llm/cache';
import type { ChatReply } from '../labelers/llm/types';

interface Schema extends DBSchema {
  replies: { key: string; value: ChatReply };
}

/** Replies of language models, kept in this browser so that none is paid for twice. */
export interface ReplyStore extends LabelCache {
  /** Forgets all of them. */
  clear(): Promise<void>;
}

/**
 * Opens the database on first use. A database of its own: emptying it costs no run and no settings. What rejects here
 * costs no label: the labeler asks the provider instead and counts the failure.
 */
export function createReplyStore(name = 'rlaif-playground-replies'): ReplyStore {
  let database: Promise<IDBPDatabase<Schema>> | undefined;
  const opened = async (): Promise<IDBPDatabase<Schema>> => {
    database ??= openDB<Schema>(name, 1, { upgrade: (db) => void db.createObjectStore('replies') });
    try {
      return await database;
    } catch (error) {
      // A failed opening is tried again next time.
      database = undefined;
      throw error;
    }
  };
  return {
    get: async (key) => (await opened()).get('replies', key),
    set: async (key, reply) => void (await (await opened()).put('replies', reply, key)),
    clear: async () => (await opened()).clear('replies'),
  };
}
