// A run's worker in the browser. `core/zod` comes first: it switches off zod's use of `new Function`.
import '../core/zod';
import { chooseEngine } from '../nn/choose';
import { loadCpuEngine, loadCpuPeak } from '../nn/cpu/loadBrowser';
import { createParallelEngine } from '../nn/cpu/parallel';
import type { Engine } from '../nn/types';
import { serve } from './executor';
import type { Request } from './protocol';

const answer = serve({
  async openEngine({ backend, exact }, onCompile) {
    const openCpu = async (): Promise<Engine> => createParallelEngine(await loadCpuEngine({ exact }));
    if (exact) return { engine: await openCpu(), reason: 'On the CPU with plain SIMD, for exact replay.' };
    return chooseEngine(backend, openCpu, { onCompile });
  },
  async readAsset(path, assets) {
    const url = new URL(path, assets);
    const response = await fetch(url).catch((cause: unknown) => {
      throw new Error(`${url.pathname} could not be loaded. Check the connection and press Run again.`, { cause });
    });
    if (!response.ok) throw new Error(`${url.pathname} could not be loaded (HTTP ${response.status}). Reload the page.`);
    return new Uint8Array(await response.arrayBuffer());
  },
  cores: () => navigator.hardwareConcurrency,
  openPeak: async ({ kind }) => (kind === 'gpu' ? (await import('../nn/gpu/peak')).openGpuPeak() : loadCpuPeak()),
  post: (message) => self.postMessage(message),
});

self.addEventListener('message', (event: MessageEvent<Request>) => answer(event.data));
