import type { ChatCompletionRequestNonStreaming } from '@mlc-ai/web-llm';
import { describe, expect, it } from 'vitest';
import { createMemoryCache } from '../llm/cache';
import { browserDeps, createLlmLabeler, LLM_DEFAULTS, type LlmLabel, type LlmSpec } from '../llm/labeler';
import { defaultPrompt } from '../llm/prompt';
import { CHOICE_SCHEMA } from '../llm/structured';
import type { ChatRequest } from '../llm/types';
import type { TextPair } from '../text';
import { EngineStopped } from './protocol';
import { completion } from './testing/exchange';
import { createPageTransport, PAGE_PROVIDER } from './transport';

type Chat = (request: ChatCompletionRequestNonStreaming) => ReturnType<typeof completion> | Promise<ReturnType<typeof completion>>;

/** An engine that answers by a rule and keeps what it was asked. */
function engineWith(chat: Chat) {
  const asked: ChatCompletionRequestNonStreaming[] = [];
  let now = 0;
  let most = 0;
  return {
    asked,
    get mostAtATime() {
      return most;
    },
    async chat(request: ChatCompletionRequestNonStreaming) {
      asked.push(request);
      most = Math.max(most, ++now);
      try {
        return await chat(request);
      } finally {
        now--;
      }
    },
  };
}

const MODEL = 'Llama-3.2-1B-Instruct-q4f16_1-MLC';
const REQUEST: ChatRequest = {
  model: MODEL, messages: [{ role: 'user', content: 'Which?' }], maxTokens: 1, temperature: 0, seed: 7, want: 'logprobs',
};

describe('a request in the library\'s form', () => {
  const engine = engineWith((request) => completion(request, '1', { 1: 0.6, 2: 0.3, '1.': 0.05, A: 0.04, B: 0 }));
  const transport = createPageTransport(engine);

  it('asks for at most five alternatives, at temperature 1: the library divides by the temperature before it looks', async () => {
    const reply = await transport.chat(REQUEST);
    expect(engine.asked.at(-1)).toEqual({
      model: MODEL, messages: [{ role: 'user', content: 'Which?' }], max_tokens: 1, temperature: 1, seed: 7, logprobs: true,
      top_logprobs: 5,
    });
    // Of a probability of 0 the logarithm is minus infinity, which no stored reply may hold.
    expect(reply.top?.map(({ token }) => token).sort()).toEqual(['1', '1.', '2', 'A']);
    expect(reply.top?.find(({ token }) => token === '2')?.logprob).toBeCloseTo(Math.log(0.3), 12);
    expect(reply).toMatchObject({ text: '1', usage: { input: 231, output: 1 }, servedModel: MODEL });
  });
  it('asks for JSON by its schema, and for words greedily', async () => {
    await transport.chat({ ...REQUEST, want: 'json', maxTokens: 512 });
    expect(engine.asked.at(-1)).toMatchObject({ temperature: 0, max_tokens: 512 });
    const format = engine.asked.at(-1)!.response_format!;
    expect(format.type).toBe('json_object');
    expect(JSON.parse(format.schema!)).toEqual(CHOICE_SCHEMA);
    await transport.chat({ ...REQUEST, want: 'text', temperature: 0.7 });
    expect(engine.asked.at(-1)).toEqual({ model: MODEL, messages: REQUEST.messages, max_tokens: 1, temperature: 0.7, seed: 7 });
  });
  it('tells models that think aloud not to', async () => {
    await transport.chat({ ...REQUEST, model: 'Qwen3-0.6B-q4f16_1-MLC' });
    expect(engine.asked.at(-1)).toMatchObject({ extra_body: { enable_thinking: false } });
  });
});

describe('a failure', () => {
  const failing = (name: string, message: string) =>
    createPageTransport({ chat: () => Promise.reject(Object.assign(new Error(message), { name })) }).chat(REQUEST);

  it.each([
    ['ContextWindowSizeExceededError', 'Prompt tokens exceed context window size', 'text', 'longer than the model can read'],
    ['ModelNotLoadedError', 'Model not loaded before trying to complete', 'engine', 'took the GPU away'],
    ['Error', 'Object has already been disposed', 'request', 'failed: Object has already been disposed'],
  ])('%s', async (name, message, kind, words) => {
    await expect(failing(name, message)).rejects.toMatchObject({ name: 'LlmError', kind, message: expect.stringContaining(words) as string });
  });
  it('of the worker ends the run with its reason', async () => {
    const transport = createPageTransport({ chat: () => Promise.reject(new EngineStopped('A run began.')) });
    await expect(transport.chat(REQUEST)).rejects.toMatchObject({ kind: 'engine', message: 'A run began.' });
  });
  it('does not keep a visitor who stops waiting', async () => {
    const abort = new AbortController();
    const asked = createPageTransport({ chat: () => new Promise<never>(() => {}) }).chat(REQUEST, abort.signal);
    abort.abort();
    await expect(asked).rejects.toMatchObject({ kind: 'aborted' });
  });
});

const PAIRS: readonly TextPair[] = Array.from({ length: 6 }, (_, i) => ({
  id: `pair-${i}`, prompt: `post ${i}`, responses: [`GOOD summary ${i}`, `poor summary ${i}`],
}));

/** Whether the better response of the pair, or of the probe, is shown first. */
function goodFirst({ messages }: ChatCompletionRequestNonStreaming): boolean {
  const text = messages.map(({ content }) => content as string).join('\n');
  const [good, poor] = ['GOOD', 'poor'].map((word) => text.indexOf(word));
  return poor! < 0 || good! < poor!;
}

function labelerWith(engine: Pick<ReturnType<typeof engineWith>, 'chat'>, changes: Partial<LlmSpec> = {}) {
  const spec: LlmSpec = { ...LLM_DEFAULTS, provider: PAGE_PROVIDER, model: MODEL, prompt: defaultPrompt('summary'), ...changes };
  return createLlmLabeler(spec, {
    ...browserDeps('', createMemoryCache()), transport: createPageTransport(engine), queue: { start: 1, most: 1 },
    fetch: () => Promise.reject(new Error('nothing may be fetched')),
  });
}

async function labelsOf(labeler: ReturnType<typeof labelerWith>): Promise<LlmLabel[]> {
  const labels: LlmLabel[] = [];
  for await (const label of labeler.label(PAIRS)) labels.push(label);
  return labels.sort((a, b) => (a.pairId < b.pairId ? -1 : 1));
}

describe('the model in this page as a labeler', () => {
  it('is asked in both orders, one call at a time, and read from probabilities', async () => {
    const engine = engineWith((request) => {
      // Leans to the better one, and to whichever is shown first.
      const p = goodFirst(request) ? 0.9 : 0.4;
      return completion(request, '1', { 1: 0.8 * p, ' 1': 0.1 * p, 2: 0.9 * (1 - p), The: 0.1 });
    });
    const labeler = labelerWith(engine);
    const labels = await labelsOf(labeler);
    expect(labeler.status().found).toEqual({ rung: 'logprobs', passedOver: [] });
    expect(labels).toHaveLength(PAIRS.length);
    for (const label of labels) {
      expect(label).toMatchObject({ rung: 'logprobs', parsed: true, labeler: labeler.identity.id });
      expect(label.raw[0]).toBeCloseTo(0.9, 12);
      expect(label.raw[1]).toBeCloseTo(0.4, 12);
      expect(label.pA).toBeCloseTo((0.9 + 0.6) / 2, 12);
      expect(label.missingMass).toBeCloseTo(0.1, 12);
      expect(label.latencyMs).toBeGreaterThanOrEqual(0);
      expect(label.costUsd).toBeUndefined();
    }
    // One for the rung, two for each pair.
    expect(engine.asked).toHaveLength(1 + 2 * PAIRS.length);
    expect(engine.mostAtATime).toBe(1);
    expect(labeler.identity).toMatchObject({
      kind: 'llm', name: `${MODEL} (in this page)`, id: expect.stringMatching(/^llm-llama-3\.2-1b-instruct-q4f16-1-mlc-[0-9a-f]{8}$/) as string,
      origin: expect.stringContaining('nothing left it') as string,
    });
  });
  it('is read from JSON where the probabilities say nothing', async () => {
    const engine = engineWith((request) => request.logprobs
      ? completion(request, 'Sure', { Sure: 0.9, Here: 0.1 })
      : completion(request, JSON.stringify({ reason: 'It says more.', choice: goodFirst(request) ? '1' : '2', confidence: 80 })));
    const [label] = await labelsOf(labelerWith(engine));
    expect(label).toMatchObject({ rung: 'structured', parsed: true, pA: 0.8, rationale: 'It says more.' });
  });
  it('keeps an unreadable reply, and a prompt that is too long, as labels that are not parsed', async () => {
    const engine = engineWith((request) => {
      const text = JSON.stringify(request.messages);
      if (text.includes('post 4')) {
        return Promise.reject(Object.assign(new Error('too long'), { name: 'ContextWindowSizeExceededError' }));
      }
      return completion(request, text.includes('post 2') ? 'Both have merits.' : goodFirst(request) ? '1' : 'Number 2.');
    });
    const labels = await labelsOf(labelerWith(engine, { rung: 'choice' }));
    expect(labels.map(({ parsed }) => parsed)).toEqual([true, true, false, true, false, true]);
    expect(labels.map(({ pA }) => pA)).toEqual([1, 1, 0.5, 1, 0.5, 1]);
  });
  it('says what it thinks first with chain of thought', async () => {
    const engine = engineWith((request) => request.logprobs
      ? completion(request, '1', goodFirst(request) ? { 1: 1 } : { 2: 1 })
      : completion(request, 'The one in capitals says more.'));
    const prompt = { ...defaultPrompt('summary'), chainOfThought: true };
    const [label] = await labelsOf(labelerWith(engine, { prompt }));
    expect(label).toMatchObject({ pA: 1, rationale: 'The one in capitals says more.' });
    expect(engine.asked.at(-1)!.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
  });
  it('ends when it is unloaded, with the labels that are finished', async () => {
    let calls = 0;
    const engine = engineWith((request) => {
      if (++calls > 7) throw new EngineStopped('The model was unloaded because a run began.');
      return completion(request, '1', { 1: 0.5, 2: 0.5 });
    });
    const labels: LlmLabel[] = [];
    const run = (async () => {
      for await (const label of labelerWith(engine).label(PAIRS)) labels.push(label);
    })();
    await expect(run).rejects.toMatchObject({ kind: 'engine', message: 'The model was unloaded because a run began.' });
    expect(labels).toHaveLength(3);
    // Not tried again: there is nobody to answer.
    expect(engine.asked).toHaveLength(8);
  });
});
