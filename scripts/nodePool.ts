import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type TransferListItem, Worker } from 'node:worker_threads';
import { openPool, type Pool } from '../src/worker/coordinator';
import { connect, type Endpoint } from '../src/worker/endpoint';

/** The repository, for programs that `scripts/run.mjs` started. */
export function repositoryRoot(): string {
  const root = process.env['PLAYGROUND_ROOT'];
  if (!root) throw new Error('Start this program with scripts/run.mjs (see package.json).');
  return root;
}

/**
 * Worker threads that run experiments: as many as pay (see `openPool`).
 * @param exact whether the bits must be those of every other machine.
 */
export function openNodePool(arms: number, exact: boolean): Promise<Pool> {
  const assets = pathToFileURL(path.join(repositoryRoot(), 'public') + path.sep).href;
  return openPool(createNodeEndpoint, { backend: 'cpu', exact, assets }, arms);
}

function createNodeEndpoint(): Endpoint {
  // scripts/run.mjs puts every worker beside the program.
  const worker = new Worker(new URL('./session.worker.mjs', pathToFileURL(process.argv[1]!)));
  return connect({
    // Node's ports are those of the page by another type.
    post: (message, ports) => worker.postMessage(message, [...ports] as unknown as TransferListItem[]),
    onMessage: (listener) => worker.on('message', listener),
    onFailure: (listener) => worker.on('error', listener),
    close: () => void worker.terminate(),
  });
}
