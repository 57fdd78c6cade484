import { searchRows, type SearchRequest } from './compareSearch';

/** Runs regular expressions away from the page, which can end it. */
self.addEventListener('message', ({ data }: MessageEvent<SearchRequest>) => {
  searchRows(data, (news) => self.postMessage(news), () => performance.now());
});
