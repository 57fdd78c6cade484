import { PURPOSE, Stream, streamKey } from '../../core/rng';
import type { LabelCache } from './cache';
import { Budget, costOf, estimateInput, estimateTokens, mostInput, type Price, type Tokens } from './cost';
import { LlmError } from './errors';
import type { FetchLike } from './http';
import type { Provider } from './providers';
import { CallQueue, type QueueDeps, type QueueOptions, type QueueState } from './queue';
import { createTransport, normaliseBaseUrl } from './transport';
import { readStoredReply, type ChatMessage, type ChatReply, type ChatRequest, type Transport } from './types';

/** Whom to call and what it may cost. */
export interface CallerSpec {
  readonly provider: Provider;
  readonly timeoutMs: number;
  readonly price?: Price;
  /** Most to be spent, US dollars. Needs a price. */
  readonly capUsd?: number;
}

export interface LlmDeps extends QueueDeps {
  /** Kept in memory by the labeler, and nowhere else. '' where none is needed. */
  readonly key: string;
  readonly fetch: FetchLike;
  readonly cache?: LabelCache;
  readonly queue?: QueueOptions;
  /** Takes the place of the provider's protocol for a model that runs in this page: no text leaves it. */
  readonly transport?: Transport;
}

/** The browser's own fetch, clock and timers; Node's in a script. Chance decides about waiting times only. */
export function browserDeps(key: string, cache?: LabelCache): LlmDeps {
  const jitter = new Stream(streamKey(Date.now(), PURPOSE.judge));
  return {
    key,
    fetch: (url, init) => globalThis.fetch(url, init),
    now: () => Date.now(),
    sleep,
    random: () => jitter.unit(),
    ...(cache && { cache }),
  };
}

/** Resolves after `ms`; rejects with the signal's reason when it aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

/** One call that has its reply. */
export interface Call {
  readonly reply: ChatReply;
  readonly tokens: Tokens;
  /** The reply did not report its usage. */
  readonly estimated: boolean;
  readonly cached: boolean;
  /** Of the attempt that succeeded; 0 where `cached`. */
  readonly latencyMs: number;
}

export interface CallerStatus extends QueueState {
  /** By the usage that replies reported; calls that may have been billed without a reply count in full. */
  readonly spentUsd: number;
  readonly calls: number;
  readonly cachedCalls: number;
  /** The cache could not be read or written so many times; answers are not affected. */
  readonly cacheFailures: number;
  /** What requests had to be changed in for this model. */
  readonly adaptations: readonly string[];
}

/** The way to one provider that all questions of a labeler or scorer share: cache, then queue, budget, transport. */
export interface Caller {
  /** Normalised, as cache keys hold it. */
  readonly baseUrl: string;
  readonly transport: Transport;
  /** For texts that the provider refuses to read the reply is empty, costs nothing and is not kept. @throws LlmError; the signal's reason */
  call(request: ChatRequest, cacheId: string, signal: AbortSignal | undefined): Promise<Call>;
  pause(): void;
  resume(): void;
  status(): CallerStatus;
  /** Resolves once no call is on its way: after a stop, when the replies that are paid for are in the cache. */
  settled(): Promise<void>;
  /** Ends calls in flight too. */
  dispose(): void;
}

/** @throws LlmError of kind `address`; TypeError for a cap without a price */
export function createCaller({ provider, timeoutMs, price, capUsd }: CallerSpec, deps: LlmDeps): Caller {
  if (capUsd !== undefined && !price) throw new TypeError('a cap needs a price');
  const transport = deps.transport ?? createTransport(provider, {
    provider: provider.name, key: deps.key.trim(), fetch: deps.fetch, timeoutMs, now: () => deps.now(),
  });
  const baseUrl = normaliseBaseUrl(provider.baseUrl);
  const queue = new CallQueue(deps, deps.queue);
  const budget = new Budget(capUsd ?? Infinity);
  const disposed = new AbortController();
  const counts = { calls: 0, cachedCalls: 0, cacheFailures: 0 };
  const onTheirWay = new Set<Promise<void>>();

  /** From the cache, or from the provider by way of queue and budget. */
  async function find(request: ChatRequest, cacheId: string, signal: AbortSignal | undefined): Promise<Call> {
    const stored = await fromCache(cacheId);
    if (stored) {
      counts.cachedCalls++;
      return { reply: stored, ...usageOf(stored, request.messages), cached: true, latencyMs: 0 };
    }
    const worst = price ? costOf({ input: mostInput(request.messages), output: request.maxTokens }, price) : 0;
    let latencyMs = 0;
    let refused = false;
    const reply = await queue.run(async () => {
      await budget.reserve(worst, signal);
      const started = deps.now();
      try {
        const reply = await transport.chat(request, disposed.signal);
        latencyMs = deps.now() - started;
        const { tokens } = usageOf(reply, request.messages);
        budget.settle(worst, price ? costOf(tokens, price) : 0);
        return reply;
      } catch (error) {
        const known = error instanceof LlmError ? error : undefined;
        budget.settle(worst, known?.info.perhapsBilled ? worst : 0);
        // One text that the provider will not read must not end the run: an answer that cannot be read.
        if (known?.kind === 'text') {
          refused = true;
          return { text: '', usage: { input: 0, output: 0 } };
        }
        throw error;
      }
    }, signal);
    counts.calls++;
    // A refusal may be of this moment: a model with a longer context, say, would read the texts.
    if (!refused) await toCache(cacheId, reply);
    return { reply, ...usageOf(reply, request.messages), cached: false, latencyMs };
  }

  async function fromCache(id: string): Promise<ChatReply | undefined> {
    try {
      return readStoredReply(await deps.cache?.get(id));
    } catch {
      counts.cacheFailures++;
      return undefined;
    }
  }

  async function toCache(id: string, reply: ChatReply): Promise<void> {
    try {
      await deps.cache?.set(id, reply);
    } catch {
      counts.cacheFailures++;
    }
  }

  return {
    baseUrl,
    transport,
    call(request, cacheId, signal) {
      const asked = find(request, cacheId, signal);
      const done: Promise<void> = asked.then(() => undefined, () => undefined).then(() => void onTheirWay.delete(done));
      onTheirWay.add(done);
      return asked;
    },
    pause: () => queue.pause(),
    resume: () => queue.resume(),
    status: () => ({ ...queue.state, ...counts, spentUsd: budget.spentUsd, adaptations: transport.adaptations() }),
    async settled() {
      while (onTheirWay.size > 0) await Promise.all(onTheirWay);
    },
    dispose: () => disposed.abort(),
  };
}

function usageOf(reply: ChatReply, messages: readonly ChatMessage[]): { tokens: Tokens; estimated: boolean } {
  if (reply.usage) return { tokens: reply.usage, estimated: false };
  return { tokens: { input: estimateInput(messages), output: estimateTokens(reply.text) }, estimated: true };
}

/** What an answer took that several calls may have gone into. */
export interface CallSums {
  /** US dollars of calls that were paid now; absent without a price. */
  readonly costUsd?: number;
  /** Absent where some replies came from the cache: their time is not known. */
  readonly latencyMs?: number;
  readonly servedModel?: string;
  readonly fingerprint?: string;
  /** Of all its replies, stored ones too. `estimated` where a reply did not report its usage. */
  readonly tokens: Tokens & { readonly estimated: boolean };
  /** All replies came from the cache: nothing was paid. */
  readonly cached: boolean;
}

/** @param calls at least one; the last says which model answered. */
export function sumsOf(calls: readonly Call[], price: Price | undefined): CallSums {
  const paid = calls.filter((one) => !one.cached);
  const { servedModel, fingerprint } = calls.at(-1)?.reply ?? {};
  return {
    ...(price && { costUsd: paid.reduce((sum, { tokens }) => sum + costOf(tokens, price), 0) }),
    ...(paid.length === calls.length && { latencyMs: paid.reduce((sum, one) => sum + one.latencyMs, 0) }),
    ...(servedModel !== undefined && { servedModel }),
    ...(fingerprint !== undefined && { fingerprint }),
    tokens: {
      input: calls.reduce((sum, { tokens }) => sum + tokens.input, 0),
      output: calls.reduce((sum, { tokens }) => sum + tokens.output, 0),
      estimated: calls.some(({ estimated }) => estimated),
    },
    cached: paid.length === 0,
  };
}
