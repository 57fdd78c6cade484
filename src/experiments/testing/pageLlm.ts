import type { ChatCompletion, ChatCompletionRequestNonStreaming } from '@mlc-ai/web-llm';
import { EngineStopped, type LoadProgress, type PageEngine } from '../../labelers/pageLlm/protocol';
import { completion } from '../../labelers/pageLlm/testing/exchange';
import type { PageLlmEnvironment } from '../pageLlmStore';

/** A model in the page that does as a test says. Loading waits for `finish` or `fail`. */
export class FakePageEngine implements PageEngine {
  readonly log: string[] = [];
  readonly asked: ChatCompletionRequestNonStreaming[] = [];
  inBrowser: string[] = [];
  loaded: string | undefined;
  answer: (request: ChatCompletionRequestNonStreaming) => ChatCompletion | Promise<ChatCompletion> =
    (request) => completion(request, '1', { 1: 0.6, 2: 0.4 });
  private loading: { model: string; onProgress: (progress: LoadProgress) => void; resolve: () => void; reject: (error: Error) => void } | undefined;

  constructor(private readonly onDeath: (reason: string) => void) {}

  load(model: string, onProgress: (progress: LoadProgress) => void): Promise<void> {
    this.log.push(`load ${model}`);
    return new Promise((resolve, reject) => {
      this.loading = { model, onProgress, resolve, reject };
    });
  }
  progress(progress: LoadProgress): void {
    this.loading!.onProgress(progress);
  }
  finish(): void {
    this.loaded = this.loading!.model;
    this.inBrowser.push(this.loaded);
    this.loading!.resolve();
  }
  fail(name: string, message: string): void {
    this.loading!.reject(Object.assign(new Error(message), { name }));
  }
  die(reason: string): void {
    this.unload(reason);
    this.onDeath(reason);
  }
  async chat(request: ChatCompletionRequestNonStreaming): Promise<ChatCompletion> {
    this.asked.push(request);
    const reply = await this.answer(request);
    if (this.loaded === undefined) throw new EngineStopped(this.log.at(-1));
    return reply;
  }
  async cached(models: readonly string[]): Promise<readonly string[]> {
    this.log.push('cached');
    return models.filter((model) => this.inBrowser.includes(model));
  }
  async forget(model: string): Promise<void> {
    this.inBrowser = this.inBrowser.filter((one) => one !== model);
  }
  unload(reason: string): void {
    this.log.push(`unload: ${reason}`);
    this.loaded = undefined;
    this.loading?.reject(new EngineStopped(reason));
  }
}

/** A page on a good GPU. */
export class FakePage implements PageLlmEnvironment {
  training = false;
  /** The last engine that was opened. */
  engine = new FakePageEngine(() => {});
  findGpu: PageLlmEnvironment['findGpu'] = async () => ({ f16: true, bufferBytes: 2 ** 30, software: false });
  readonly deleted: string[] = [];
  readonly downloads = {
    keys: async () => (this.engine.inBrowser.length > 0 ? ['webllm/model', 'other'] : ['other']),
    delete: async (name: string) => this.deleted.push(name) > 0,
  };

  openEngine(onDeath: (reason: string) => void): FakePageEngine {
    this.engine = new FakePageEngine(onDeath);
    return this.engine;
  }
  isTraining(): boolean {
    return this.training;
  }
}
