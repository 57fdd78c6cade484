import type { ChatCompletion, ChatCompletionRequestNonStreaming, InitProgressReport, MLCEngineConfig } from '@mlc-ai/web-llm';
import type { LoadProgress, PageEngine } from './protocol';

/** The part of the library that is used, so that a test can hand in its own. */
export interface WebLlmLibrary {
  readonly MLCEngine: new (config: MLCEngineConfig) => {
    reload(model: string): Promise<void>;
    chatCompletion(request: ChatCompletionRequestNonStreaming): Promise<ChatCompletion>;
    unload(): Promise<void>;
  };
  hasModelInCache(model: string): Promise<boolean>;
  deleteModelAllInfoInCache(model: string): Promise<void>;
}

const STAGES: readonly (readonly [RegExp, LoadProgress['stage']])[] = [
  [/^Fetching param cache/, 'downloading'],
  [/^Loading model from cache/, 'loading'],
  [/^Loading GPU shader modules/, 'compiling'],
];

/** What the library says in words ("Fetching param cache[3/22]: 120MB fetched. 17% completed, ..."). */
export function readProgress({ progress, text }: InitProgressReport): LoadProgress {
  const stage = STAGES.find(([words]) => words.test(text))?.[1] ?? 'preparing';
  const megabytes = /(\d+)MB (?:fetched|loaded)/.exec(text)?.[1];
  return {
    stage, share: Number.isFinite(progress) ? Math.min(1, Math.max(0, progress)) : 0,
    ...(megabytes !== undefined && { megabytes: Number(megabytes) }),
  };
}

/** WebLLM inside its worker. @param importLibrary called at the first command: these are 6 MB of code. */
export function createWebLlm(importLibrary: () => Promise<WebLlmLibrary>): Omit<PageEngine, 'unload'> {
  let engine: InstanceType<WebLlmLibrary['MLCEngine']> | undefined;
  return {
    async load(model, onProgress) {
      const { MLCEngine } = await importLibrary();
      await engine?.unload();
      engine = new MLCEngine({ logLevel: 'ERROR', initProgressCallback: (report) => onProgress(readProgress(report)) });
      await engine.reload(model);
    },
    async chat(request) {
      if (!engine) throw new Error('No model is loaded.');
      return engine.chatCompletion(request);
    },
    async cached(models) {
      const library = await importLibrary();
      const found = await Promise.all(models.map((model) => library.hasModelInCache(model)));
      return models.filter((_, i) => found[i]);
    },
    async forget(model) {
      await (await importLibrary()).deleteModelAllInfoInCache(model);
    },
  };
}
