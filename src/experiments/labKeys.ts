/** The part of `sessionStorage` that is used. */
export type SessionItems = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/**
 * A visitor's keys, one for each server, so that choosing another provider never sends it the key of the one before. In
 * memory; in the session storage of this tab only where the visitor asks for it.
 */
export interface LabKeys {
  /** '' where there is none. */
  get(baseUrl: string): string;
  set(baseUrl: string, key: string): void;
  /** Whether the keys outlive a reload of this tab. */
  readonly kept: boolean;
  /** @returns false where this browser keeps nothing. */
  keep(on: boolean): boolean;
  /** Forgets all keys, in memory and in storage. */
  clear(): void;
}

const ITEM = 'rlaif-playground-keys';

/** Scheme, host and port; '' for what is no address. */
function serverOf(baseUrl: string): string {
  return URL.canParse(baseUrl.trim()) ? new URL(baseUrl.trim()).origin : '';
}

/** @param open gives the session storage; it may throw where a browser forbids it. */
export function createLabKeys(open: () => SessionItems): LabKeys {
  const keys = new Map<string, string>();
  let kept = false;
  const withItems = (work: (items: SessionItems) => void): boolean => {
    try {
      work(open());
      return true;
    } catch {
      return false;
    }
  };
  const write = (): boolean => withItems((items) => items.setItem(ITEM, JSON.stringify([...keys])));

  withItems((items) => {
    const stored: unknown = JSON.parse(items.getItem(ITEM) ?? 'null');
    if (!Array.isArray(stored)) return;
    kept = true;
    for (const entry of stored as unknown[]) {
      if (Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'string') keys.set(entry[0], entry[1]);
    }
  });

  return {
    get: (baseUrl) => keys.get(serverOf(baseUrl)) ?? '',
    set(baseUrl, key) {
      const server = serverOf(baseUrl);
      if (server === '') return;
      if (key.trim() === '') keys.delete(server);
      else keys.set(server, key.trim());
      if (kept) write();
    },
    get kept() {
      return kept;
    },
    keep(on) {
      if (on) kept = write();
      else {
        kept = false;
        withItems((items) => items.removeItem(ITEM));
      }
      return kept === on;
    },
    clear() {
      keys.clear();
      kept = false;
      withItems((items) => items.removeItem(ITEM));
    },
  };
}
