import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { openPool, type Pool } from '../src/worker/coordinator';
import { connect, type Endpoint } from '../src/worker/endpoint';

/** The repository, for programs that `scripts/run.mjs` started. */
export function repositoryRoot(): string {
  const root = process.env['PLAYGROUND_ROOT'];
  if (!root) throw new Error('Start this program with scripts/run.mjs (see package.json).');
  return root;
}

/** Worker threads that run experiments, one for each arm that runs at a time. */
export function openNodePool(arms: number): Promise<Pool> {
  const assets = pathToFileURL(path.join(repositoryRoot(), 'public') + path.sep).href;
  return openPool(createNodeEndpoint, { backend: 'cpu', assets }, arms);
}

function createNodeEndpoint(): Endpoint {
  // scripts/run.mjs puts every worker beside the program.
  const worker = new Worker(new URL('./session.worker.mjs', pathToFileURL(process.argv[1]!)));
  return connect({
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => worker.on('message', listener),
    onFailure: (listener) => worker.on('error', listener),
    close: () => void worker.terminate(),
  });
}
