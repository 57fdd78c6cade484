import type { Label } from '../../core/preferences';
import { PURPOSE, Stream, streamKey } from '../../core/rng';
import type { TextLabeler, TextPair } from '../text';
import type { LabelOptions } from '../types';
import { cacheKey, type LabelCache } from './cache';
import { Budget, costOf, estimateInput, estimateTokens, mostInput, samplesOf, type Price, type Tokens } from './cost';
import { LlmError } from './errors';
import type { FetchLike, HttpRequest } from './http';
import { llmName, settingsDigest } from './naming';
import { joinOrders, joinSamples, readAnswer, type Answer } from './probability';
import { digest, messagesOf, PROBE_PAIR, promptVersion, type Order, type PromptSpec } from './prompt';
import type { Provider } from './providers';
import { CallQueue, type QueueDeps, type QueueOptions, type QueueState } from './queue';
import { createTransport, normaliseBaseUrl } from './transport';
import { readStoredReply, type ChatMessage, type ChatReply, type ChatRequest, type Rung, type Transport } from './types';

/** Everything about a labeler but the key. Plain data. */
export interface LlmSpec {
  readonly provider: Provider;
  readonly model: string;
  readonly prompt: PromptSpec;
  /** `auto`: the best one that the model turns out to have, found out once before the first label. */
  readonly rung: 'auto' | Rung;
  readonly bothOrders: boolean;
  /** Replies asked for each order and averaged (self-consistency), at least 1. */
  readonly samples: number;
  /** Sampling temperature where `samples` is above 1; a single reply is greedy. */
  readonly temperature: number;
  /** Base of the seeds of samples, where the provider takes one; best effort on their side. */
  readonly seed: number;
  /** Most tokens of an answer that is not read from log-probabilities; thinking models need room. */
  readonly replyTokens: number;
  /** Most tokens of a rationale, 512 in Lee et al. 2023. */
  readonly rationaleTokens: number;
  readonly timeoutMs: number;
  readonly price?: Price;
  /** Most to be spent by this labeler, US dollars. Needs a price. */
  readonly capUsd?: number;
  /** Merged into every request. */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** Defaults for what is seldom changed. */
export const LLM_DEFAULTS = {
  rung: 'auto',
  bothOrders: true,
  samples: 1,
  temperature: 0.7,
  seed: 1,
  replyTokens: 512,
  rationaleTokens: 512,
  timeoutMs: 60_000,
} as const satisfies Partial<LlmSpec>;

export interface LlmDeps extends QueueDeps {
  /** Kept in memory by the labeler, and nowhere else. '' where none is needed. */
  readonly key: string;
  readonly fetch: FetchLike;
  readonly cache?: LabelCache;
  readonly queue?: QueueOptions;
  /** Takes the place of the provider's protocol for a model that runs in this page: no text leaves it. */
  readonly transport?: Transport;
}

/** The browser's own fetch, clock and timers. Chance decides about waiting times only. */
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

export interface LlmLabel extends Label {
  /** How the answer was read. */
  readonly rung: Rung;
  /** Probability of everything that is neither "1" nor "2", mean over the calls; high means that the prompt is wrong. */
  readonly missingMass?: number;
  /** Replies that could not be read, of all asked for this label. */
  readonly unread: number;
  /** Rationale (or reason) of each order's first reply. */
  readonly rationales: readonly string[];
  readonly servedModel?: string;
  readonly fingerprint?: string;
  /** Of all its replies, stored ones too. `estimated` where a reply did not report its usage. */
  readonly tokens: Tokens & { readonly estimated: boolean };
  /** All replies came from the cache: nothing was paid. */
  readonly cached: boolean;
}

export interface RungFound {
  readonly rung: Rung;
  /** Better rungs, and why they cannot be used. */
  readonly passedOver: readonly { readonly rung: Rung; readonly reason: string }[];
}

export interface LlmStatus extends QueueState {
  readonly found?: RungFound;
  /** By the usage that replies reported; calls that may have been billed without a reply count in full. */
  readonly spentUsd: number;
  readonly calls: number;
  readonly cachedCalls: number;
  /** Labels that could not be read so far. */
  readonly unparsed: number;
  /** The cache could not be read or written so many times; labels are not affected. */
  readonly cacheFailures: number;
  /** What requests had to be changed in for this model. */
  readonly adaptations: readonly string[];
}

export interface LlmLabeler extends TextLabeler {
  label(pairs: readonly TextPair[], options?: LabelOptions): AsyncIterable<LlmLabel>;
  /** The rung, asked once; at most two cheap calls. @throws LlmError */
  probe(signal?: AbortSignal): Promise<RungFound>;
  pause(): void;
  resume(): void;
  status(): LlmStatus;
  /** The requests of one order of a pair as they would be sent, without the key. */
  preview(pair: TextPair, rung: Rung): HttpRequest[];
  /** Resolves once no call is on its way: after a stop, when the replies that are paid for are in the cache. */
  settled(): Promise<void>;
  /** Ends calls in flight too. */
  dispose(): void;
}

interface Call {
  readonly reply: ChatReply;
  readonly tokens: Tokens;
  readonly estimated: boolean;
  readonly cached: boolean;
  readonly latencyMs: number;
}

/**
 * A language model behind a URL as a labeler. Iteration ends with an error if a call fails for good; labels finished by
 * then come first. Texts that the provider refuses to read give a label that is not `parsed`. Aborting stops at once;
 * replies to calls in flight still go to the cache, so that a second run with the same cache pays for none of them again.
 * @throws LlmError of kind `address`; TypeError for a cap without a price
 */
export function createLlmLabeler(spec: LlmSpec, deps: LlmDeps): LlmLabeler {
  const { provider, model, prompt, price, capUsd } = spec;
  if (capUsd !== undefined && !price) throw new TypeError('a cap needs a price');
  const key = deps.key.trim();
  const transport = deps.transport ?? createTransport(provider, {
    provider: provider.name, key, fetch: deps.fetch, timeoutMs: spec.timeoutMs, now: () => deps.now(),
  });
  const baseUrl = normaliseBaseUrl(provider.baseUrl);
  const queue = new CallQueue(deps, deps.queue);
  const budget = new Budget(capUsd ?? Infinity);
  const disposed = new AbortController();
  const counts = { calls: 0, cachedCalls: 0, unparsed: 0, cacheFailures: 0 };
  let found: RungFound | undefined;

  const version = promptVersion(prompt);
  const { quirks } = provider;
  // Some servers name a model by the path of its file; ids are kept in files that limit them.
  const slug = model.toLowerCase().replace(/[^a-z0-9.]+/g, '-').slice(0, 100);
  const where = deps.transport
    ? `that ran in this page (${provider.name}), so that nothing left it`
    : `asked over the network (${provider.name})`;
  const identity = {
    id: `llm-${slug}-${settingsDigest(spec).slice(0, 8)}`,
    name: llmName(deps.transport ? { ...spec, model: `${model} (in this page)` } : spec),
    kind: 'llm',
    origin: `A language model ${where}, ${prompt.detail} prompt` +
      `${prompt.chainOfThought ? ' with chain of thought' : ''}, ${prompt.exemplars.length} exemplars.`,
  } as const;

  const onTheirWay = new Set<Promise<void>>();
  function tracked(asked: Promise<Call>): Promise<Call> {
    const done: Promise<void> = asked.then(() => undefined, () => undefined).then(() => void onTheirWay.delete(done));
    onTheirWay.add(done);
    return asked;
  }

  /** From the cache, or from the provider by way of queue and budget. */
  async function call(request: ChatRequest, cacheId: string, signal: AbortSignal | undefined): Promise<Call> {
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
        // One pair that the provider will not read must not end the run: an answer that cannot be read.
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

  const wants = { logprobs: 'logprobs', structured: 'json', choice: 'text' } as const;

  function requestOf(
    messages: readonly ChatMessage[],
    purpose: Rung | 'rationale',
    sample: number,
    samples: number,
  ): ChatRequest {
    const { replyTokens, rationaleTokens } = spec;
    const limits = { logprobs: 1, structured: replyTokens, choice: replyTokens, rationale: rationaleTokens };
    return {
      model,
      messages,
      maxTokens: limits[purpose],
      // A single token needs no sampling: its probabilities are asked for.
      temperature: samples > 1 && purpose !== 'logprobs' ? spec.temperature : 0,
      seed: spec.seed + sample,
      want: purpose === 'rationale' ? 'text' : wants[purpose],
      ...(spec.body && { body: spec.body }),
    };
  }

  /** One call about a pair. */
  function ask(
    about: { prompt: PromptSpec; pair: TextPair; order: Order; rung: Rung; sample: number; samples: number },
    pass: { purpose: Rung | 'rationale'; rationale?: string },
    signal: AbortSignal | undefined,
  ): Promise<Call> {
    const { pair, order, rung, sample, samples } = about;
    const { purpose, rationale } = pass;
    const messages = messagesOf(about.prompt, pair, order, { rung, ...(rationale !== undefined && { rationale }) });
    const request = requestOf(messages, purpose, sample, samples);
    const { maxTokens, temperature, seed, body } = request;
    const parameters = { purpose, maxTokens, temperature, seed, body, quirks, ...(rationale && { rationale: digest(rationale) }) };
    const promptId = about.prompt === prompt ? version : promptVersion(about.prompt);
    return tracked(call(request, cacheKey({ baseUrl, model, promptVersion: promptId, pair, order, parameters }), signal));
  }

  async function probe(signal?: AbortSignal): Promise<RungFound> {
    found ??= spec.rung === 'auto' ? await findRung(signal) : { rung: spec.rung, passedOver: [] };
    return found;
  }

  async function findRung(signal: AbortSignal | undefined): Promise<RungFound> {
    const passedOver: { rung: Rung; reason: string }[] = [];
    const plain = { ...prompt, chainOfThought: false, exemplars: [] };
    for (const rung of ['logprobs', 'structured'] as const) {
      if (rung === 'logprobs' && !provider.quirks.logprobs) {
        passedOver.push({ rung, reason: `${provider.name} gives no log-probabilities.` });
        continue;
      }
      try {
        const about = { prompt: plain, pair: PROBE_PAIR, order: 0, rung, sample: 0, samples: 1 } as const;
        const { reply } = await ask(about, { purpose: rung }, signal);
        if (readAnswer(reply, rung).pFirst !== undefined) return { rung, passedOver };
        passedOver.push({ rung, reason: unreadable(rung, reply) });
      } catch (error) {
        if (!(error instanceof LlmError) || error.kind !== 'request') throw error;
        passedOver.push({ rung, reason: error.message });
      }
    }
    return { rung: 'choice', passedOver };
  }

  /** Both calls of chain of thought, or the only one. */
  async function askSample(
    about: Parameters<typeof ask>[0],
    signal: AbortSignal | undefined,
  ): Promise<{ calls: Call[]; answer: Answer; rationale?: string }> {
    if (!prompt.chainOfThought) {
      const only = await ask(about, { purpose: about.rung }, signal);
      const answer = readAnswer(only.reply, about.rung);
      return { calls: [only], answer, ...(answer.reason !== undefined && { rationale: answer.reason }) };
    }
    const first = await ask(about, { purpose: 'rationale' }, signal);
    const rationale = first.reply.text.trim();
    // Nothing to build on (a thinking model out of tokens): as unreadable as an empty answer, and no second call.
    if (rationale === '') return { calls: [first], answer: {} };
    const second = await ask(about, { purpose: about.rung, rationale }, signal);
    return { calls: [first, second], answer: readAnswer(second.reply, about.rung), rationale };
  }

  async function labelPair(pair: TextPair, rung: Rung, signal: AbortSignal): Promise<LlmLabel> {
    const samples = samplesOf({ prompt, rung, samples: spec.samples });
    const orders: readonly Order[] = spec.bothOrders ? [0, 1] : [0];
    const calls: Call[] = [];
    const rationales: string[] = [];
    const answers = [];
    for (const order of orders) {
      const read: Answer[] = [];
      for (let sample = 0; sample < samples; sample++) {
        const asked = await askSample({ prompt, pair, order, rung, sample, samples }, signal);
        calls.push(...asked.calls);
        read.push(asked.answer);
        if (sample === 0) rationales.push(asked.rationale ?? '');
      }
      answers.push(joinSamples(read));
    }
    const joined = joinOrders(answers);
    if (!joined.parsed) counts.unparsed++;
    const paid = calls.filter((one) => !one.cached);
    const { servedModel, fingerprint } = calls.at(-1)!.reply;
    return {
      pairId: pair.id,
      labeler: identity.id,
      ...joined,
      rung,
      rationales,
      ...(rationales[0] && { rationale: rationales[0] }),
      ...(price && { costUsd: paid.reduce((sum, { tokens }) => sum + costOf(tokens, price), 0) }),
      // Of a label whose replies were partly kept, the time is not known.
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

  return {
    identity,
    probe,
    async *label(pairs, { budget: most = pairs.length, signal } = {}) {
      const wanted = pairs.slice(0, most);
      if (wanted.length === 0) return;
      signal?.throwIfAborted();
      const running = new Set<Promise<void>>();
      const finished: LlmLabel[] = [];
      let failure: Error | undefined;
      // Ends all waiting: when a call fails for good, when the signal aborts, when the caller stops early.
      const stop = new AbortController();
      let announce: () => void = () => {};
      const aborted = new Promise<undefined>((resolve) => {
        announce = () => resolve(undefined);
      });
      const onAbort = () => {
        stop.abort(signal!.reason);
        announce();
      };
      signal?.addEventListener('abort', onAbort, { once: true });

      function start(pair: TextPair, rung: Rung): void {
        const task: Promise<void> = labelPair(pair, rung, stop.signal).then(
          (label) => {
            finished.push(label);
          },
          (error: unknown) => {
            if (stop.signal.aborted) return;
            failure = error instanceof Error ? error : new Error(String(error));
            stop.abort(error);
          },
        ).finally(() => running.delete(task));
        running.add(task);
      }

      try {
        const probed = await Promise.race([probe(stop.signal), aborted]);
        for (let next = 0; ; ) {
          while (probed && !stop.signal.aborted && next < wanted.length && running.size < queue.state.limit) {
            start(wanted[next++]!, probed.rung);
          }
          while (finished.length > 0) yield finished.shift()!;
          signal?.throwIfAborted();
          if (running.size > 0) await Promise.race([...running, aborted]);
          else if (failure) throw failure;
          else if (next >= wanted.length && finished.length === 0) return;
        }
      } finally {
        signal?.removeEventListener('abort', onAbort);
        stop.abort();
      }
    },
    pause: () => queue.pause(),
    resume: () => queue.resume(),
    status: () => ({
      ...queue.state,
      ...counts,
      ...(found && { found }),
      spentUsd: budget.spentUsd,
      adaptations: transport.adaptations(),
    }),
    preview(pair, rung) {
      const samples = samplesOf({ prompt, rung, samples: spec.samples });
      const request = (purpose: Rung | 'rationale', rationale?: string) =>
        transport.preview(requestOf(
          messagesOf(prompt, pair, 0, { rung, ...(rationale !== undefined && { rationale }) }), purpose, 0, samples,
        ));
      if (!prompt.chainOfThought) return [request(rung)];
      return [request('rationale'), request(rung, '(the rationale that the first call gives)')];
    },
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

function unreadable(rung: Rung, reply: ChatReply): string {
  if (rung === 'structured') return 'The reply was not a JSON object with a choice.';
  return reply.top
    ? 'Neither "1" nor "2" was among the likely first tokens.'
    : 'The reply held no log-probabilities.';
}
