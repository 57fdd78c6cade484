import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { holdsPlain, MOST_PATTERN, searchRows, toPattern, type SearchNews, type SearchRequest } from './compareSearch';
import { createSearcher, type OpenSearchWorker } from './compareSearcher';

const TEXTS = [['My boss is late.', 'boss late'], ['The dog barks.', 'dog'], ['I am 42.', 'BOSS']];

describe('patterns', () => {
  it('are read, capitals aside, with or without the flag u', () => {
    for (const [source, text] of [['BOSS', 'my boss'], ['\\p{Lu}', 'É'], ['\\d+\\-', '4-']] as const) {
      const pattern = toPattern(source);
      expect(pattern.ok && pattern.regex.test(text), source).toBe(true);
    }
  });
  it.each(['(', '[z-a]', '*', '(?<'])('"%s" gets a message', (source) => {
    const pattern = toPattern(source);
    expect(pattern.ok ? '' : pattern.message).toMatch(/\S/);
    expect(pattern.ok ? '' : pattern.message).not.toContain(`/${source}/`);
  });
  it('have a longest length', () => {
    expect(toPattern('a'.repeat(MOST_PATTERN + 1))).toMatchObject({ ok: false });
  });
  it('plain text is taken as it stands', () => {
    expect(TEXTS.map((texts) => holdsPlain(texts, '.'))).toEqual([true, true, true]);
    expect(TEXTS.map((texts) => holdsPlain(texts, 'Boss'))).toEqual([true, false, true]);
  });
});

/** News of a search with a clock that moves on by `tick` at every look. */
function newsOf(request: Omit<SearchRequest, 'id'>, tick: number): SearchNews[] {
  const all: SearchNews[] = [];
  let time = 0;
  searchRows({ id: 1, ...request }, (news) => all.push(news), () => (time += tick));
  return all;
}

describe('the rows', () => {
  it('are found by post or response', () => {
    expect(newsOf({ texts: TEXTS, source: '^boss|\\d' }, 0)).toEqual([{ id: 1, tested: 3, hits: [0, 2] }]);
    expect(newsOf({ texts: [], source: 'a' }, 0)).toEqual([{ id: 1, tested: 0, hits: [] }]);
  });
  it('are told as they are found, where it takes long', () => {
    const news = newsOf({ texts: TEXTS, source: 'boss' }, 60);
    expect(news.map(({ tested }) => tested)).toEqual([1, 2, 3]);
    expect(news.flatMap(({ hits }) => hits)).toEqual([0, 2]);
  });
});

describe('a search', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A worker that answers after the rows it is told, and then hangs unless those were all. */
  function workers(answers: (request: SearchRequest) => number) {
    const log: string[] = [];
    const open: OpenSearchWorker = (onNews) => {
      log.push('open');
      return {
        post: (request) => {
          log.push(`search ${request.source}`);
          const rows = answers(request);
          if (rows === 0) return;
          queueMicrotask(() => searchRows({ ...request, texts: request.texts.slice(0, rows) }, onNews, () => 0));
        },
        end: () => log.push('end'),
      };
    };
    return { log, open };
  }

  it('keeps its worker from one to the next', async () => {
    const { log, open } = workers(({ texts }) => texts.length);
    const searcher = createSearcher(open);
    expect((await searcher.search(TEXTS, 'dog'))!.hits).toEqual(new Set([1]));
    expect(await searcher.search(TEXTS, 'boss')).toEqual({ hits: new Set([0, 2]), tested: 3 });
    expect(log).toEqual(['open', 'search dog', 'search boss']);
  });

  it('is ended when its time is up, with what it had found', async () => {
    const { log, open } = workers(() => 1);
    const searching = createSearcher(open, 2000).search(TEXTS, 'boss');
    await vi.advanceTimersByTimeAsync(1999);
    expect(log).not.toContain('end');
    await vi.advanceTimersByTimeAsync(1);
    expect(await searching).toEqual({ hits: new Set([0]), tested: 1, cutOff: 'it took longer than 2 seconds' });
    expect(log.at(-1)).toBe('end');
  });

  it('gives way to the next one', async () => {
    const { log, open } = workers(({ source, texts }) => (source === 'slow' ? 0 : texts.length));
    const searcher = createSearcher(open);
    const slow = searcher.search(TEXTS, 'slow');
    expect((await searcher.search(TEXTS, 'dog'))!.tested).toBe(3);
    expect(await slow).toBeUndefined();
    expect(log).toEqual(['open', 'search slow', 'end', 'open', 'search dog']);
  });

  it('says so where the worker breaks', async () => {
    const searcher = createSearcher((_, onFailure) => ({ post: () => onFailure('no script'), end: () => undefined }));
    expect(await searcher.search(TEXTS, 'a')).toMatchObject({ tested: 0, cutOff: 'the search stopped: no script' });
  });
});
