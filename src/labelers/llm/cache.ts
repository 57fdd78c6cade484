import type { TextPair } from '../text';
import { digest, type Order } from './prompt';
import type { ChatReply } from './types';

/** Keeps replies, so that none is paid for twice. What `get` returns is checked by the reader, it may be old. */
export interface LabelCache {
  get(key: string): Promise<unknown>;
  set(key: string, reply: ChatReply): Promise<void>;
}

export interface CacheKeyParts {
  readonly baseUrl: string;
  readonly model: string;
  /** `promptVersion` */
  readonly promptVersion: string;
  readonly pair: Pick<TextPair, 'prompt' | 'responses'>;
  readonly order: Order;
  /** All else that can change the reply: sampling, limits, which call of several. Never the key. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Equal for calls that ask the same. By the pair's content, not its id: ids are given anew at every import. */
export function cacheKey({ baseUrl, model, promptVersion, pair, order, parameters }: CacheKeyParts): string {
  const content = digest(JSON.stringify([pair.prompt, ...pair.responses]));
  const sorted = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return `llm-${content}-${digest(JSON.stringify([baseUrl, model, promptVersion, order, sorted]))}`;
}

/** For tests, and for pages that may not store anything. */
export function createMemoryCache(): LabelCache & { readonly size: number } {
  const replies = new Map<string, ChatReply>();
  return {
    get: async (key) => replies.get(key),
    set: async (key, reply) => void replies.set(key, reply),
    get size() {
      return replies.size;
    },
  };
}
