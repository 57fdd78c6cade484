import type { JournalDatabase, JournalHeader } from '../resumeDatabase';
import type { StorageError } from '../storage';

/** A database of journals in memory, shared by as many tabs as a test opens. */
export interface JournalMemory extends JournalDatabase {
  /** What everything rejects with, while there is something. */
  failure: StorageError | undefined;
  runs(): string[];
}

export function createJournalMemory(): JournalMemory {
  const headers = new Map<string, JournalHeader>();
  const entries = new Map<string, Map<string, unknown>>();
  const memory: JournalMemory = {
    failure: undefined,
    runs: () => [...headers.keys()],
    headers: () => attempt(() => new Map(structuredClone(headers))),
    load: (runId) => attempt(() => structuredClone(entries.get(runId) ?? new Map<string, unknown>())),
    put: (header, added) => attempt(() => {
      headers.set(header.runId, structuredClone(header));
      const own = entries.get(header.runId) ?? new Map<string, unknown>();
      for (const [key, value] of structuredClone(added)) {
        if (value === undefined) own.delete(key);
        else own.set(key, value);
      }
      entries.set(header.runId, own);
    }),
    remove: (runId) => attempt(() => {
      headers.delete(runId);
      entries.delete(runId);
    }),
  };
  async function attempt<T>(work: () => T): Promise<T> {
    if (memory.failure) throw memory.failure;
    return work();
  }
  return memory;
}
