/** Test support: a library in memory, with the rules of the real one but without a browser. */
import { bundleSchema, type RunBundle } from '../../core/bundle';
import type { Library, RemovedRuns, StorageUse } from '../library';
import { byKeptAt, entryOf, type KeptAs, type LibraryEntry } from '../libraryEntry';

export class MemoryLibrary implements Library {
  readonly entries = new Map<string, LibraryEntry>();
  readonly bundles = new Map<string, unknown>();
  private readonly listeners = new Set<() => void>();
  /** Thrown by everything from now on. */
  failure: Error | undefined;
  /** Runs that fit. */
  room = Number.POSITIVE_INFINITY;
  persistence: boolean | undefined = true;
  private clock = 0;

  private async use<T>(work: () => T, changes = true): Promise<T> {
    if (this.failure) throw this.failure;
    const result = work();
    if (changes) this.changed();
    return result;
  }
  /** As another tab does. */
  changed(): void {
    for (const listener of this.listeners) listener();
  }
  private change(id: string, changes: Partial<LibraryEntry>): Promise<void> {
    return this.use(() => {
      const entry = this.entries.get(id);
      if (entry) this.entries.set(id, { ...entry, ...changes });
    });
  }

  list = (): Promise<LibraryEntry[]> => this.use(() => [...this.entries.values()].sort(byKeptAt), false);
  raw = (id: string): Promise<unknown> => this.use(() => this.bundles.get(id), false);
  bundle = (id: string): Promise<RunBundle | undefined> => this.use(() => bundleSchema.safeParse(this.bundles.get(id)).data, false);
  add = (run: RunBundle, as: KeptAs): Promise<LibraryEntry> =>
    this.use(() => {
      const now = new Date(Date.UTC(2026, 0, 1) + this.clock++).toISOString();
      const { entry, bundle } = entryOf(run, as, { build: 'test', now, others: [...this.entries.values()].sort(byKeptAt) });
      const known = this.entries.get(entry.id);
      if (known) return known;
      if (this.entries.size >= this.room) throw new Error('The storage is full.');
      this.entries.set(entry.id, entry);
      this.bundles.set(entry.id, bundle);
      return entry;
    });
  rename = (id: string, name: string): Promise<void> => this.change(id, { name });
  annotate = (id: string, note: string): Promise<void> => this.change(id, { note });
  star = (id: string, starred: boolean): Promise<void> => this.change(id, { starred });
  remove = (ids: readonly string[]): Promise<RemovedRuns> =>
    this.use(() => {
      const runs = ids.flatMap((id) => {
        const entry = this.entries.get(id);
        return entry ? [{ entry, bundle: this.bundles.get(id) }] : [];
      });
      for (const id of ids) {
        this.entries.delete(id);
        this.bundles.delete(id);
      }
      return { runs };
    });
  restore = ({ runs }: RemovedRuns): Promise<void> =>
    this.use(() => {
      for (const { entry, bundle } of runs) {
        this.entries.set(entry.id, entry);
        this.bundles.set(entry.id, bundle);
      }
    });
  check = (): Promise<void> => this.use(() => undefined, false);
  usage = async (): Promise<StorageUse> => ({ used: 1, quota: 2, persisted: this.persistence });
  requestPersistence = async (): Promise<boolean | undefined> => this.persistence;
  watch(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
