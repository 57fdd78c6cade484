import type { InitProgressReport, MLCEngineConfig } from '@mlc-ai/web-llm';
import { describe, expect, it } from 'vitest';
import { completion } from './testing/exchange';
import type { LoadProgress } from './protocol';
import { createWebLlm, readProgress, type WebLlmLibrary } from './webLlm';

/** The library's own words, of its `fetchTensorCacheInternal`, `asyncLoadWebGPUPipelines` and `reloadInternal`. */
const REPORTS: readonly (readonly [InitProgressReport, LoadProgress])[] = [
  [{ progress: 0, timeElapsed: 0, text: 'Start to fetch params' }, { stage: 'preparing', share: 0 }],
  [
    {
      progress: 0.31, timeElapsed: 4, text: 'Fetching param cache[3/11]: 88MB fetched. 31% completed, 4 secs elapsed. ' +
        'It can take a while when we first visit this page to populate the cache. Later refreshes will become faster.',
    },
    { stage: 'downloading', share: 0.31, megabytes: 88 },
  ],
  [
    { progress: 0.5, timeElapsed: 1, text: 'Loading model from cache[5/11]: 140MB loaded. 50% completed, 1 secs elapsed.' },
    { stage: 'loading', share: 0.5, megabytes: 140 },
  ],
  [
    { progress: 0.9, timeElapsed: 2, text: 'Loading GPU shader modules[71/79]: 90% completed, 2 secs elapsed.' },
    { stage: 'compiling', share: 0.9 },
  ],
  [{ progress: 1, timeElapsed: 3, text: 'Finish loading on WebGPU - nvidia' }, { stage: 'preparing', share: 1 }],
  // A list of no shards.
  [{ progress: NaN, timeElapsed: 0, text: 'Start to fetch params' }, { stage: 'preparing', share: 0 }],
];

describe('progress', () => {
  it.each(REPORTS)('is read from %j', (report, progress) => {
    expect(readProgress(report)).toEqual(progress);
  });
});

class FakeEngine {
  static made: FakeEngine[] = [];
  readonly log: string[] = [];
  constructor(readonly config: MLCEngineConfig) {
    FakeEngine.made.push(this);
  }
  async reload(model: string): Promise<void> {
    this.log.push(`reload ${model}`);
    for (const [report] of REPORTS) this.config.initProgressCallback!(report);
  }
  async chatCompletion(request: Parameters<InstanceType<WebLlmLibrary['MLCEngine']>['chatCompletion']>[0]) {
    return completion(request, '2');
  }
  async unload(): Promise<void> {
    this.log.push('unload');
  }
}

describe('the library in its worker', () => {
  it('is fetched at the first command, and holds one model at a time', async () => {
    let imports = 0;
    const forgotten: string[] = [];
    FakeEngine.made = [];
    const worker = createWebLlm(async () => {
      imports++;
      return {
        MLCEngine: FakeEngine,
        hasModelInCache: async (model) => model !== 'b',
        deleteModelAllInfoInCache: async (model) => void forgotten.push(model),
      };
    });
    await expect(worker.chat({ messages: [] })).rejects.toThrow('No model is loaded.');
    expect(imports).toBe(0);
    expect(await worker.cached(['a', 'b', 'c'])).toEqual(['a', 'c']);
    await worker.forget('c');
    expect(forgotten).toEqual(['c']);
    expect(FakeEngine.made).toEqual([]);
    const steps: LoadProgress[] = [];
    await worker.load('a', (step) => steps.push(step));
    expect(steps).toEqual(REPORTS.map(([, progress]) => progress));
    await worker.load('b', () => {});
    expect(FakeEngine.made.map(({ log }) => log)).toEqual([['reload a', 'unload'], ['reload b']]);
    expect((await worker.chat({ model: 'b', messages: [] })).choices[0]!.message.content).toBe('2');
  });
});
