// A run's worker in the browser. `core/zod` comes first: it switches off zod's use of `new Function`.
import '../core/zod';
import { chooseEngine } from '../nn/choose';
import { loadCpuEngine } from '../nn/cpu/loadBrowser';
import { serve } from './executor';
import type { Request } from './protocol';

const answer = serve({
  openEngine: (backend) => chooseEngine(backend, loadCpuEngine),
  async readAsset(path, assets) {
    const url = new URL(path, assets);
    const response = await fetch(url).catch((cause: unknown) => {
      throw new Error(`${url.pathname} could not be loaded. Check the connection and press Run again.`, { cause });
    });
    if (!response.ok) throw new Error(`${url.pathname} could not be loaded (HTTP ${response.status}). Reload the page.`);
    return new Uint8Array(await response.arrayBuffer());
  },
  cores: () => navigator.hardwareConcurrency,
  post: (message) => self.postMessage(message),
});

self.addEventListener('message', (event: MessageEvent<Request>) => answer(event.data));
