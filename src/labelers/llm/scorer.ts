import type { ScoreOptions, TextScore, TextScorer, TextToScore } from '../text';
import { asFinished } from './asFinished';
import { scoreCacheKey } from './cache';
import { createCaller, sumsOf, type Call, type CallSums, type LlmDeps } from './caller';
import { samplesOf, SCORE_TOKENS } from './cost';
import type { HttpRequest } from './http';
import type { LlmSpec, LlmStatus } from './labeler';
import { llmOrigin, modelSlug, scorerName, scoreSettingsDigest } from './naming';
import { findRung, WANTS, type RungFound } from './rungs';
import { defaultScorePrompt, PROBE_ITEM, scoreKindOf, scoreMessages, scorePromptVersion, type ScorePrompt } from './scorePrompt';
import { joinScores, readScore, type JoinedScores, type ScoreAnswer } from './scoreReading';
import { SCORE_ANSWER } from './structured';
import type { ChatReply, ChatRequest, Rung } from './types';

/** Everything about a scorer but the key. Plain data. `samples` are replies asked for each response. */
export interface LlmScorerSpec extends Omit<LlmSpec, 'prompt' | 'bothOrders' | 'rationaleTokens'> {
  readonly prompt: ScorePrompt;
}

/**
 * The scorer that goes with a comparing labeler: same model, provider, sampling and cap, and the default scoring prompt of
 * its kind and detail. Its edited words, exemplars, orders and chain of thought are of comparisons and do not carry over.
 */
export function scorerSpecOf({ prompt, bothOrders: _, rationaleTokens: __, ...shared }: LlmSpec): LlmScorerSpec {
  return { ...shared, prompt: defaultScorePrompt(scoreKindOf(prompt.kind), prompt.detail) };
}

export interface LlmScore extends TextScore, JoinedScores, CallSums {
  /** Id of the scorer. */
  readonly scorer: string;
  /** How the answer was read. */
  readonly rung: Rung;
  /** Of a structured answer's first reply. */
  readonly reason?: string;
}

export interface LlmScorer extends TextScorer {
  score(items: readonly TextToScore[], options?: ScoreOptions): AsyncIterable<LlmScore>;
  /** The rung, asked once; at most two cheap calls. @throws LlmError */
  probe(signal?: AbortSignal): Promise<RungFound>;
  pause(): void;
  resume(): void;
  /** `unparsed` counts responses. */
  status(): LlmStatus;
  /** The requests about a response as they would be sent, without the key: one. */
  preview(item: TextToScore, rung: Rung): HttpRequest[];
  /** Resolves once no call is on its way: after a stop, when the replies that are paid for are in the cache. */
  settled(): Promise<void>;
  /** Ends calls in flight too. */
  dispose(): void;
}

/**
 * A language model behind a URL (or in this page) that scores single responses from 1 to 10: the reward of d-RLAIF (Lee et
 * al. 2023, arXiv:2309.00267, section 2.2.2; `algorithms/directReward.ts`). Fails, stops and keeps replies as
 * `createLlmLabeler` does. Equal responses to equal prompts within a call of `score` are asked about once; several calls of
 * `score` may run at the same time and share queue, budget and cache.
 * @throws LlmError of kind `address`; TypeError for a cap without a price
 */
export function createLlmScorer(spec: LlmScorerSpec, deps: LlmDeps): LlmScorer {
  const { provider, model, prompt, price, body } = spec;
  const { quirks } = provider;
  const caller = createCaller(spec, deps);
  const { baseUrl, transport } = caller;
  const promptVersion = scorePromptVersion(prompt);
  const inPage = deps.transport !== undefined;
  const identity = {
    id: `llm-scores-${modelSlug(model)}-${scoreSettingsDigest(spec).slice(0, 8)}`,
    name: scorerName(inPage ? { ...spec, model: `${model} (in this page)` } : spec),
    kind: 'llm',
    origin: `${llmOrigin(provider, inPage)}, which scores single responses from 1 to 10, ${prompt.detail} prompt.`,
  } as const;
  let unparsed = 0;
  let found: RungFound | undefined;

  function requestOf(item: TextToScore, rung: Rung, sample: number, samples: number): ChatRequest {
    return {
      model,
      messages: scoreMessages(prompt, item, rung),
      maxTokens: rung === 'logprobs' ? SCORE_TOKENS : spec.replyTokens,
      temperature: samples > 1 ? spec.temperature : 0,
      seed: spec.seed + sample,
      want: WANTS[rung],
      ...(rung === 'structured' && { answer: SCORE_ANSWER }),
      ...(body && { body }),
    };
  }

  function ask(item: TextToScore, rung: Rung, sample: number, samples: number, signal: AbortSignal | undefined): Promise<Call> {
    const request = requestOf(item, rung, sample, samples);
    const { maxTokens, temperature, seed } = request;
    const parameters = { purpose: rung, maxTokens, temperature, seed, body, quirks };
    return caller.call(request, scoreCacheKey({ baseUrl, model, promptVersion, item, parameters }), signal);
  }

  const samplesAt = (rung: Rung): number => samplesOf({ prompt: { chainOfThought: false }, rung, samples: spec.samples });

  async function probe(signal?: AbortSignal): Promise<RungFound> {
    if (found) return found;
    const probed: RungFound = spec.rung !== 'auto' ? { rung: spec.rung, passedOver: [] } : await findRung(provider, {
      ask: async (rung) => (await ask(PROBE_ITEM, rung, 0, 1, signal)).reply,
      unreadable: (reply, rung) => (readScore(reply, rung).probabilities ? undefined : unreadable(rung, reply)),
    });
    // Of two calls of `score` that looked at the same time the first decides for both: rungs must not be mixed.
    found ??= probed;
    return found;
  }

  async function scoreOne(item: TextToScore, rung: Rung, signal: AbortSignal): Promise<Omit<LlmScore, 'item'>> {
    const samples = samplesAt(rung);
    const calls: Call[] = [];
    const answers: ScoreAnswer[] = [];
    for (let sample = 0; sample < samples; sample++) {
      const call = await ask(item, rung, sample, samples, signal);
      calls.push(call);
      answers.push(readScore(call.reply, rung));
    }
    const reason = answers[0]?.reason;
    return {
      scorer: identity.id, rung, ...joinScores(answers), ...sumsOf(calls, price), ...(reason !== undefined && { reason }),
    };
  }

  return {
    identity,
    probe,
    async *score(items, { signal } = {}) {
      const different = groupEqual(items);
      const scores = asFinished(different.length, {
        prepare: probe,
        work: async (group, { rung }, stop) => {
          const same = different[group]!;
          const score = await scoreOne(items[same[0]!]!, rung, stop);
          if (!score.parsed) unparsed += same.length;
          return { same, score };
        },
        limit: () => caller.status().limit,
      }, signal);
      for await (const { same: [first, ...rest], score } of scores) {
        yield { ...score, item: first! };
        const { latencyMs: _, ...repeated } = score;
        for (const item of rest) yield { ...repeated, item, cached: true, ...(price && { costUsd: 0 }) };
      }
    },
    pause: () => caller.pause(),
    resume: () => caller.resume(),
    status: () => ({ ...caller.status(), unparsed, ...(found && { found }) }),
    preview: (item, rung) => [transport.preview(requestOf(item, rung, 0, samplesAt(rung)))],
    settled: () => caller.settled(),
    dispose: () => caller.dispose(),
  };
}

/** Indices of equal items together, in the order of their first ones. */
function groupEqual(items: readonly TextToScore[]): number[][] {
  const groups = new Map<string, number[]>();
  items.forEach(({ prompt, response }, i) => {
    const content = JSON.stringify([prompt, response]);
    const group = groups.get(content);
    if (group) group.push(i);
    else groups.set(content, [i]);
  });
  return [...groups.values()];
}

function unreadable(rung: Rung, reply: ChatReply): string {
  if (rung === 'structured') return 'The reply was not a JSON object with a score.';
  return reply.top ? 'No number from 1 to 10 was among the likely first tokens.' : 'The reply held no log-probabilities.';
}
