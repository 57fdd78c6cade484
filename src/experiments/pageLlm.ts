import { startBrowserWorker } from '../labelers/pageLlm/browser';
import { createPageEngine } from '../labelers/pageLlm/client';
import { findPageGpu } from '../labelers/pageLlm/gpu';
import { createPageLlmStore, makeWayForRuns, type PageLlmStore } from './pageLlmStore';
import { isActive } from './runState';
import type { RunStore } from './runStore';

/** The model in this page on this browser's own GPU and storage. It makes way when a run begins. */
export function createBrowserPageLlm(runs: RunStore): PageLlmStore {
  const page = createPageLlmStore({
    openEngine: (onDeath) => createPageEngine(startBrowserWorker, onDeath),
    // Both are absent in insecure contexts and old browsers, whatever their types say.
    findGpu: () => findPageGpu(navigator.gpu),
    downloads: globalThis.caches,
    isTraining: () => isActive(runs.getState()),
  });
  makeWayForRuns(page, runs);
  return page;
}
