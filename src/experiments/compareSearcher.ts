import type { SearchNews, SearchRequest } from './compareSearch';

/** What a worker of searches can do. */
export interface SearchWorker {
  post(request: SearchRequest): void;
  end(): void;
}

/** @param onFailure its script could not be loaded, or broke */
export type OpenSearchWorker = (onNews: (news: SearchNews) => void, onFailure: (message: string) => void) => SearchWorker;

export interface SearchOutcome {
  /** Numbers of the rows that hold what was sought, among those tested. */
  readonly hits: ReadonlySet<number>;
  /** Rows, from the first. */
  readonly tested: number;
  /** Why the other rows were not tested; absent where all were. */
  readonly cutOff?: string;
}

/** Milliseconds that a search may take, the start of its worker included. */
export const SEARCH_BUDGET = 2000;

export interface Searcher {
  /** Undefined where another search began meanwhile. Never rejects. */
  search(texts: SearchRequest['texts'], source: string): Promise<SearchOutcome | undefined>;
}

interface Listener {
  readonly news: (news: SearchNews) => void;
  readonly failure: (message: string) => void;
  readonly overtaken: () => void;
}

/** One search at a time; the worker is kept from one to the next unless it had to be ended. */
export function createSearcher(open: OpenSearchWorker, budget = SEARCH_BUDGET): Searcher {
  let worker: SearchWorker | undefined;
  /** Of the search under way. */
  let listener: Listener | undefined;
  let last = 0;

  const endWorker = (): void => {
    worker?.end();
    worker = undefined;
  };

  return {
    search(texts, source) {
      if (listener) {
        // A worker that is still busy with the search before would keep this one waiting.
        listener.overtaken();
        endWorker();
      }
      return new Promise((resolve) => {
        const id = ++last;
        const hits = new Set<number>();
        let tested = 0;
        const finish = (outcome: SearchOutcome | undefined): void => {
          clearTimeout(timer);
          listener = undefined;
          resolve(outcome);
        };
        const cut = (cutOff: string): void => {
          endWorker();
          finish({ hits, tested, cutOff });
        };
        const timer = setTimeout(() => cut(`it took longer than ${budget / 1000} seconds`), budget);
        listener = {
          news: (news) => {
            if (news.id !== id) return;
            for (const hit of news.hits) hits.add(hit);
            tested = news.tested;
            if (tested >= texts.length) finish({ hits, tested });
          },
          failure: (message) => cut(`the search stopped: ${message}`),
          overtaken: () => finish(undefined),
        };
        worker ??= open((news) => listener?.news(news), (message) => listener?.failure(message));
        worker.post({ id, texts, source });
      });
    },
  };
}
