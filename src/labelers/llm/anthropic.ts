import { z } from '../../core/zod';
import { malformed, requestJson, sendAdapted, type Adaptation, type HttpContext } from './http';
import type { Provider } from './providers';
import { CHOICE_ANSWER } from './structured';
import { KEY_PLACEHOLDER, type ChatReply, type ChatRequest, type Transport } from './types';

type AdaptationId = 'temperature' | 'output format';

const ADAPTATIONS: readonly Adaptation<AdaptationId>[] = [
  { id: 'temperature', when: /temperature/i },
  { id: 'output format', when: /output_config|output format|structured output/i },
];

const messageSchema = z.object({
  content: z.array(z.object({ type: z.string(), text: z.string().optional() })),
  model: z.string().optional(),
  usage: z.object({ input_tokens: z.number(), output_tokens: z.number() }).nullish().catch(null),
});
const modelsSchema = z.object({
  data: z.array(z.object({ id: z.string(), display_name: z.string().optional().catch(undefined) })),
});

/** Anthropic's messages API. It gives no log-probabilities and takes no seed. */
export function createAnthropicTransport(provider: Provider, context: HttpContext): Transport {
  const { baseUrl, quirks } = provider;
  const adapted = new Set<AdaptationId>();
  const url = `${baseUrl}/messages`;
  const headers = (key: string) => ({
    ...(key !== '' && { 'x-api-key': key }),
    'anthropic-version': '2023-06-01',
    'anthropic-dangerous-direct-browser-access': 'true',
  });

  function bodyOf(request: ChatRequest, trial: ReadonlySet<AdaptationId>): Record<string, unknown> {
    const { model, messages, maxTokens, temperature, want } = request;
    const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content).join('\n\n');
    return {
      model,
      max_tokens: maxTokens,
      ...(system !== '' && { system }),
      messages: messages.filter(({ role }) => role !== 'system'),
      ...(!trial.has('temperature') && { temperature }),
      ...(want === 'json' && !trial.has('output format') && {
        output_config: { format: { type: 'json_schema', schema: (request.answer ?? CHOICE_ANSWER).schema } },
      }),
      ...quirks.body,
      ...request.body,
    };
  }

  return {
    async chat(request, signal): Promise<ChatReply> {
      return sendAdapted(ADAPTATIONS, adapted, async (trial) => {
        const body = bodyOf(request, trial);
        const parsed = messageSchema.safeParse(
          await requestJson(context, { url, headers: headers(context.key), body }, signal),
        );
        if (!parsed.success) throw malformed(context.provider);
        const { content, model, usage } = parsed.data;
        return {
          text: content.filter(({ type }) => type === 'text').map(({ text }) => text ?? '').join(''),
          ...(usage && { usage: { input: usage.input_tokens, output: usage.output_tokens } }),
          ...(model !== undefined && { servedModel: model }),
        };
      });
    },
    async models(signal) {
      const reply = await requestJson(context, { url: `${baseUrl}/models`, headers: headers(context.key) }, signal);
      const parsed = modelsSchema.safeParse(reply);
      if (!parsed.success) throw malformed(context.provider);
      return parsed.data.data.map(({ id, display_name: name }) => ({ id, ...(name !== undefined && { name }) }));
    },
    preview: (request) => ({
      url,
      headers: headers(context.key === '' ? '' : KEY_PLACEHOLDER),
      body: bodyOf(request, adapted),
    }),
    adaptations: () => [...adapted].map((id) => `no ${id}`),
  };
}
