import { z } from '../../core/zod';
import { errorOfReply } from './errors';
import { malformed, requestJson, sendAdapted, type Adaptation, type HttpContext, type HttpRequest } from './http';
import type { Provider, Quirks } from './providers';
import { CHOICE_ANSWER } from './structured';
import {
  KEY_PLACEHOLDER, type ChatMessage, type ChatReply, type ChatRequest, type ModelInfo, type Transport,
} from './types';

/** Alternatives asked for: the most that OpenAI and vLLM give. */
const TOP_LOGPROBS = 20;

type AdaptationId = 'token limit' | 'temperature' | 'seed' | 'response format' | 'system role';

/** A refusal names the parameter and says that it is not known or not supported, in whatever words. */
function refuses(parameter: string): RegExp {
  const no = '(?:unsupported|not (?:yet )?support|unrecognized|unknown|not permitted|not allowed|not available|' +
    'extra_forbidden)';
  return new RegExp(`${no}[^]*${parameter}|${parameter}[^]*(?:${no}|only the default)`, 'i');
}

const ADAPTATIONS: readonly Adaptation<AdaptationId>[] = [
  { id: 'token limit', when: refuses('(?:max_tokens|max_completion_tokens)') },
  { id: 'temperature', when: refuses('temperature') },
  { id: 'seed', when: refuses('seed') },
  { id: 'response format', when: refuses('(?:response_format|response format|json_schema|structured output)') },
  { id: 'system role', when: refuses('system (?:role|prompt|message)') },
];

const usage = z.object({ prompt_tokens: z.number(), completion_tokens: z.number() });
const alternative = z.object({ token: z.string(), logprob: z.number() });
/** Content is a text, nothing, or parts of which some are thoughts. */
const content = z.union([z.string(), z.null(), z.array(z.object({ type: z.string(), text: z.string().optional() }))]);
const completionSchema = z.object({
  choices: z.array(z.object({
    message: z.object({ content: content.optional() }).optional(),
    logprobs: z.object({
      content: z.array(z.object({ token: z.string().optional(), top_logprobs: z.array(alternative).optional() })).nullish(),
    }).nullish().catch(null),
  })),
  usage: usage.nullish().catch(null),
  model: z.string().nullish(),
  system_fingerprint: z.string().nullish(),
});
/**
 * Dollars per token as text, as OpenRouter lists them, to dollars per million; without the noise of binary fractions. A
 * negative price stands for one that depends on where a call is routed.
 */
const perMillion = z.string().regex(/^\d*\.?\d+(?:e-?\d+)?$/i).transform((text) => Number((Number(text) * 1e6).toPrecision(12)));
const modelsSchema = z.object({
  data: z.array(z.object({
    id: z.string(),
    name: z.string().optional().catch(undefined),
    pricing: z.object({ prompt: perMillion, completion: perMillion }).optional().catch(undefined),
    supported_parameters: z.array(z.string()).optional().catch(undefined),
  })),
});
/** Some routers answer 200 with an error inside. */
const hiddenErrorSchema = z.object({ error: z.object({ code: z.number(), message: z.string() }) });

/** OpenAI's chat completions and the many servers that speak them. Two headers, no more: others can break CORS. */
export function createOpenAiTransport(provider: Provider, context: HttpContext): Transport {
  const { baseUrl, quirks } = provider;
  const adapted = new Set<AdaptationId>();
  const authorization = (key: string) => (key === '' ? {} : { authorization: `Bearer ${key}` });
  const url = `${baseUrl}/chat/completions`;

  return {
    async chat(request, signal) {
      return sendAdapted(ADAPTATIONS, adapted, async (trial) => {
        const body = bodyOf(request, quirks, trial);
        return readReply(await requestJson(context, { url, headers: authorization(context.key), body }, signal), context);
      });
    },
    async models(signal): Promise<ModelInfo[]> {
      const reply = await requestJson(context, { url: `${baseUrl}/models`, headers: authorization(context.key) }, signal);
      const parsed = modelsSchema.safeParse(reply);
      if (!parsed.success) throw malformed(context.provider);
      return parsed.data.data.map(({ id, name, pricing, supported_parameters: parameters }) => ({
        id,
        ...(name !== undefined && { name }),
        // Others that list prices may count them by other units.
        ...(provider.listsPrices && pricing && { price: { input: pricing.prompt, output: pricing.completion } }),
        ...(parameters && { parameters }),
      }));
    },
    preview(request): HttpRequest {
      const headers = authorization(context.key === '' ? '' : KEY_PLACEHOLDER);
      return { url, headers, body: bodyOf(request, quirks, adapted) };
    },
    adaptations: () => [...adapted].map((id) => (id === 'token limit' ? 'other name of the token limit' : `no ${id}`)),
  };
}

function bodyOf(request: ChatRequest, quirks: Quirks, adapted: ReadonlySet<AdaptationId>): Record<string, unknown> {
  const { model, messages, maxTokens, temperature, seed, want } = request;
  const names = ['max_tokens', 'max_completion_tokens'] as const;
  const swapped = names.find((name) => name !== quirks.tokenLimit)!;
  return {
    model,
    messages: adapted.has('system role') ? withoutSystem(messages) : messages,
    [adapted.has('token limit') ? swapped : quirks.tokenLimit]: maxTokens,
    ...(!adapted.has('temperature') && { temperature }),
    ...(seed !== undefined && quirks.seed && !adapted.has('seed') && { [quirks.seed]: seed }),
    ...(want === 'logprobs' && { logprobs: true, top_logprobs: quirks.topLogprobs ?? TOP_LOGPROBS, ...quirks.logprobsBody }),
    ...(want === 'json' && !adapted.has('response format') && {
      response_format: { type: 'json_schema', json_schema: { ...(request.answer ?? CHOICE_ANSWER), strict: true } },
    }),
    ...quirks.body,
    ...request.body,
  };
}

/** The system message as the beginning of the first user message, for models whose template knows no system role. */
function withoutSystem([system, user, ...rest]: readonly ChatMessage[]): ChatMessage[] {
  if (system?.role !== 'system' || !user) return [system, user, ...rest].filter((message) => message !== undefined);
  return [{ role: 'user', content: `${system.content}\n\n${user.content}` }, ...rest];
}

function readReply(reply: unknown, context: HttpContext): ChatReply {
  const hidden = hiddenErrorSchema.safeParse(reply);
  if (hidden.success) {
    const { code } = hidden.data.error;
    const text = JSON.stringify(reply);
    throw errorOfReply({ status: code, headers: new Headers(), text }, { ...context, now: context.now() });
  }
  const parsed = completionSchema.safeParse(reply);
  if (!parsed.success) throw malformed(context.provider);
  const { choices, usage, model, system_fingerprint: fingerprint } = parsed.data;
  // A reply held back by a content filter may have no choices, or one without a message: an empty text.
  const [first, second] = choices[0]?.logprobs?.content ?? [];
  const top = first?.top_logprobs;
  const parts = choices[0]?.message?.content ?? '';
  const text = typeof parts === 'string'
    ? parts
    : parts.filter(({ type }) => type === 'text').map((part) => part.text ?? '').join('');
  return {
    text,
    ...(top && top.length > 0 && { top }),
    ...(first?.token !== undefined && second?.top_logprobs && { second: { after: first.token, top: second.top_logprobs } }),
    ...(usage && { usage: { input: usage.prompt_tokens, output: usage.completion_tokens } }),
    ...(model && { servedModel: model }),
    ...(fingerprint && { fingerprint }),
  };
}
