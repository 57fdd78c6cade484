// The worker that runs a language model for the page. The library is a chunk of its own, fetched when it is needed.
import type { Request } from './protocol';
import { serve } from './serve';
import { createWebLlm } from './webLlm';

const answer = serve(createWebLlm(() => import('@mlc-ai/web-llm')), (message) => self.postMessage(message));

self.addEventListener('message', (event: MessageEvent<Request>) => answer(event.data));
