import type { OpenSearchWorker } from './compareSearcher';
import type { SearchNews } from './compareSearch';
import workerUrl from './compareSearchWorker?worker&url';

/** A worker that starts from a blob, so that it has the page's content security policy. */
export const openBrowserSearchWorker: OpenSearchWorker = (onNews, onFailure) => {
  const source = `import ${JSON.stringify(new URL(workerUrl, document.baseURI).href)};`;
  const blob = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(blob, { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<SearchNews>) => onNews(data));
  worker.addEventListener('error', ({ message }) => onFailure(message || 'its script could not be loaded'));
  return {
    post: (request) => worker.postMessage(request),
    end: () => {
      worker.terminate();
      URL.revokeObjectURL(blob);
    },
  };
};
