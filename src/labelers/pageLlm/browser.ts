import type { Wire } from './client';
import type { Answer } from './protocol';
import workerUrl from './worker?worker&url';

/** A worker that inherits the page's content security policy: one that starts from a blob does, one loaded by URL not. */
export function startBrowserWorker(): Wire {
  const source = `import ${JSON.stringify(new URL(workerUrl, document.baseURI).href)};`;
  const blob = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(blob, { type: 'module' });
  return {
    post: (request) => worker.postMessage(request),
    onAnswer: (listener) => worker.addEventListener('message', (event: MessageEvent<Answer>) => listener(event.data)),
    onFailure: (listener) =>
      worker.addEventListener('error', (event) => listener(event.message || 'its script could not be loaded')),
    close: () => {
      worker.terminate();
      URL.revokeObjectURL(blob);
    },
  };
}
