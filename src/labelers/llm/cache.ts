import type { TextPair, TextToScore } from '../text';
import { digest, type Order } from './prompt';
import type { ChatReply } from './types';

/** Keeps replies, so that none is paid for twice. What `get` returns is checked by the reader, it may be old. */
export interface LabelCache {
  get(key: string): Promise<unknown>;
  set(key: string, reply: ChatReply): Promise<void>;
}

interface Asked {
  readonly baseUrl: string;
  readonly model: string;
  /** `promptVersion` or `scorePromptVersion` */
  readonly promptVersion: string;
  /** All else that can change the reply: sampling, limits, which call of several. Never the key. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface CacheKeyParts extends Asked {
  readonly pair: Pick<TextPair, 'prompt' | 'responses'>;
  readonly order: Order;
}

/** Equal for calls that ask the same. By the pair's content, not its id: ids are given anew at every import. */
export function cacheKey({ baseUrl, model, promptVersion, pair, order, parameters }: CacheKeyParts): string {
  const content = digest(JSON.stringify([pair.prompt, ...pair.responses]));
  return `llm-${content}-${digest(JSON.stringify([baseUrl, model, promptVersion, order, sorted(parameters)]))}`;
}

/** The same for calls that ask for a score: never equal to a key of a comparison. */
export function scoreCacheKey({ baseUrl, model, promptVersion, item, parameters }: Asked & { readonly item: TextToScore }): string {
  const content = digest(JSON.stringify([item.prompt, item.response]));
  return `llm-score-${content}-${digest(JSON.stringify([baseUrl, model, promptVersion, sorted(parameters)]))}`;
}

function sorted(parameters: Asked['parameters']): [string, unknown][] {
  return Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
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
