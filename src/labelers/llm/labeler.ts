import type { Label } from '../../core/preferences';
import type { TextLabeler, TextPair } from '../text';
import type { LabelOptions } from '../types';
import { asFinished } from './asFinished';
import { cacheKey } from './cache';
import { createCaller, sumsOf, type Call, type CallerSpec, type CallerStatus, type CallSums, type LlmDeps } from './caller';
import { samplesOf } from './cost';
import type { HttpRequest } from './http';
import { llmName, llmOrigin, modelSlug, settingsDigest } from './naming';
import { joinOrders, joinSamples, readAnswer, turnedAnswer, type Answer } from './probability';
import { asksForWorse, digest, messagesOf, PROBE_PAIR, promptVersion, type Order, type PromptSpec } from './prompt';
import { findRung, WANTS, type RungFound } from './rungs';
import { CHOICE_ANSWER } from './structured';
import type { ChatMessage, ChatReply, ChatRequest, Rung } from './types';

export { browserDeps, sleep, type LlmDeps } from './caller';
export type { RungFound } from './rungs';

/** Everything about a labeler but the key. Plain data. */
export interface LlmSpec extends CallerSpec {
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

export interface LlmLabel extends Label, Omit<CallSums, 'costUsd' | 'latencyMs'> {
  /** How the answer was read. */
  readonly rung: Rung;
  /** Probability of everything that is neither "1" nor "2", mean over the calls; high means that the prompt is wrong. */
  readonly missingMass?: number;
  /** Replies that could not be read, of all asked for this label. */
  readonly unread: number;
  /** Rationale (or reason) of each order's first reply. */
  readonly rationales: readonly string[];
}

export interface LlmStatus extends CallerStatus {
  readonly found?: RungFound;
  /** Labels (or scores) that could not be read so far. */
  readonly unparsed: number;
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

/**
 * A language model behind a URL as a labeler. Iteration ends with an error if a call fails for good; labels finished by
 * then come first. Texts that the provider refuses to read give a label that is not `parsed`. Aborting stops at once;
 * replies to calls in flight still go to the cache, so that a second run with the same cache pays for none of them again.
 * @throws LlmError of kind `address`; TypeError for a cap without a price
 */
export function createLlmLabeler(spec: LlmSpec, deps: LlmDeps): LlmLabeler {
  const { provider, model, prompt, price } = spec;
  const caller = createCaller(spec, deps);
  const { baseUrl, transport } = caller;
  const version = promptVersion(prompt);
  const { quirks } = provider;
  const inPage = deps.transport !== undefined;
  const identity = {
    id: `llm-${modelSlug(model)}-${settingsDigest(spec).slice(0, 8)}`,
    name: llmName(inPage ? { ...spec, model: `${model} (in this page)` } : spec),
    kind: 'llm',
    origin: `${llmOrigin(provider, inPage)}, ${prompt.detail} prompt` +
      `${prompt.chainOfThought ? ' with chain of thought' : ''}, ${prompt.exemplars.length} exemplars.`,
  } as const;
  let unparsed = 0;
  let found: RungFound | undefined;

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
      want: purpose === 'rationale' ? 'text' : WANTS[purpose],
      ...(purpose === 'structured' && { answer: CHOICE_ANSWER }),
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
    return caller.call(request, cacheKey({ baseUrl, model, promptVersion: promptId, pair, order, parameters }), signal);
  }

  async function probe(signal?: AbortSignal): Promise<RungFound> {
    const plain = { ...prompt, chainOfThought: false, exemplars: [] };
    found ??= spec.rung !== 'auto' ? { rung: spec.rung, passedOver: [] } : await findRung(provider, {
      ask: async (rung) => {
        const about = { prompt: plain, pair: PROBE_PAIR, order: 0, rung, sample: 0, samples: 1 } as const;
        return (await ask(about, { purpose: rung }, signal)).reply;
      },
      unreadable: (reply, rung) => (readAnswer(reply, rung).pFirst === undefined ? unreadable(rung, reply) : undefined),
    });
    return found;
  }

  /** What a reply says of which response is better. */
  function read(reply: ChatReply, rung: Rung): Answer {
    const answer = readAnswer(reply, rung);
    return asksForWorse(prompt.kind) ? turnedAnswer(answer) : answer;
  }

  /** Both calls of chain of thought, or the only one. */
  async function askSample(
    about: Parameters<typeof ask>[0],
    signal: AbortSignal | undefined,
  ): Promise<{ calls: Call[]; answer: Answer; rationale?: string }> {
    if (!prompt.chainOfThought) {
      const only = await ask(about, { purpose: about.rung }, signal);
      const answer = read(only.reply, about.rung);
      return { calls: [only], answer, ...(answer.reason !== undefined && { rationale: answer.reason }) };
    }
    const first = await ask(about, { purpose: 'rationale' }, signal);
    const rationale = first.reply.text.trim();
    // Nothing to build on (a thinking model out of tokens): as unreadable as an empty answer, and no second call.
    if (rationale === '') return { calls: [first], answer: {} };
    const second = await ask(about, { purpose: about.rung, rationale }, signal);
    return { calls: [first, second], answer: read(second.reply, about.rung), rationale };
  }

  async function labelPair(pair: TextPair, rung: Rung, signal: AbortSignal): Promise<LlmLabel> {
    const samples = samplesOf({ prompt, rung, samples: spec.samples });
    const orders: readonly Order[] = spec.bothOrders ? [0, 1] : [0];
    const calls: Call[] = [];
    const rationales: string[] = [];
    const answers = [];
    for (const order of orders) {
      const answered: Answer[] = [];
      for (let sample = 0; sample < samples; sample++) {
        const asked = await askSample({ prompt, pair, order, rung, sample, samples }, signal);
        calls.push(...asked.calls);
        answered.push(asked.answer);
        if (sample === 0) rationales.push(asked.rationale ?? '');
      }
      answers.push(joinSamples(answered));
    }
    const joined = joinOrders(answers);
    if (!joined.parsed) unparsed++;
    return {
      pairId: pair.id,
      labeler: identity.id,
      ...joined,
      rung,
      rationales,
      ...(rationales[0] && { rationale: rationales[0] }),
      ...sumsOf(calls, price),
    };
  }

  return {
    identity,
    probe,
    label: (pairs, { budget: most = pairs.length, signal } = {}) => asFinished(Math.min(most, pairs.length), {
      prepare: probe,
      work: (i, { rung }, stop) => labelPair(pairs[i]!, rung, stop),
      limit: () => caller.status().limit,
    }, signal),
    pause: () => caller.pause(),
    resume: () => caller.resume(),
    status: () => ({ ...caller.status(), unparsed, ...(found && { found }) }),
    preview(pair, rung) {
      const samples = samplesOf({ prompt, rung, samples: spec.samples });
      const request = (purpose: Rung | 'rationale', rationale?: string) =>
        transport.preview(requestOf(
          messagesOf(prompt, pair, 0, { rung, ...(rationale !== undefined && { rationale }) }), purpose, 0, samples,
        ));
      if (!prompt.chainOfThought) return [request(rung)];
      return [request('rationale'), request(rung, '(the rationale that the first call gives)')];
    },
    settled: () => caller.settled(),
    dispose: () => caller.dispose(),
  };
}

function unreadable(rung: Rung, reply: ChatReply): string {
  if (rung === 'structured') return 'The reply was not a JSON object with a choice.';
  return reply.top
    ? 'Neither "1" nor "2" was among the likely first tokens.'
    : 'The reply held no log-probabilities.';
}
