// A run's worker in Node: the same executor as in the browser, on the CPU engine.
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parentPort } from 'node:worker_threads';

import { loadCpuEngine } from '../src/nn/cpu/loadNode';
import { createParallelEngine } from '../src/nn/cpu/parallel';
import { serve } from '../src/worker/executor';
import type { Request } from '../src/worker/protocol';

const port = parentPort;
if (!port) throw new Error('this file runs as a worker thread');

const answer = serve({
  async openEngine({ backend, exact }) {
    if (backend === 'webgpu') throw new Error('In Node experiments run on the CPU engine; use the page for WebGPU.');
    return { engine: createParallelEngine(await loadCpuEngine({ exact })), reason: 'command line' };
  },
  readAsset: (path, assets) => readFile(new URL(path, assets)),
  cores: availableParallelism,
  post: (message) => port.postMessage(message),
});

port.on('message', (request: Request) => answer(request));
