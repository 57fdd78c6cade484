import type { ChatCompletion, ChatCompletionRequestNonStreaming } from '@mlc-ai/web-llm';
import { LlmError } from '../llm/errors';
import type { Provider } from '../llm/providers';
import { CHOICE_ANSWER } from '../llm/structured';
import type { ChatReply, ChatRequest, Transport } from '../llm/types';
import { PAGE_MODELS, thinksByDefault } from './models';
import { EngineStopped, type PageEngine } from './protocol';

/** Alternatives to a token that the library gives at most. */
const TOP_LOGPROBS = 5;

/** WebLLM in the place of a provider. No call goes to the address: it is where the weights come from. */
export const PAGE_PROVIDER: Provider = {
  id: 'page',
  name: 'WebLLM',
  protocol: 'openai',
  baseUrl: 'https://huggingface.co/mlc-ai',
  needsKey: false,
  quirks: { tokenLimit: 'max_tokens', logprobs: true, topLogprobs: TOP_LOGPROBS, seed: 'seed' },
};

/** Asks the model that is loaded in this page. */
export function createPageTransport(engine: Pick<PageEngine, 'chat'>): Transport {
  return {
    async chat(request, signal) {
      try {
        return readCompletion(await orAborted(engine.chat(completionRequest(request)), signal));
      } catch (error) {
        throw toLlmError(error);
      }
    },
    models: async () => PAGE_MODELS.map(({ id }) => ({ id })),
    preview: (request) => ({ url: 'this page', headers: {}, body: completionRequest(request) }),
    adaptations: () => [],
  };
}

/**
 * The library's form of a request. It takes log-probabilities after dividing by the temperature (`applySoftmaxWithTemperature`
 * before `getTopProbs`), so greedy decoding would give 1 and 0: they are asked for at temperature 1, where they are the
 * model's own. The one token sampled then is not looked at.
 */
function completionRequest({ model, messages, maxTokens, temperature, seed, want, answer = CHOICE_ANSWER }: ChatRequest): ChatCompletionRequestNonStreaming {
  return {
    model,
    messages: messages.map(({ role, content }) => ({ role, content })),
    max_tokens: maxTokens,
    temperature: want === 'logprobs' ? 1 : temperature,
    ...(seed !== undefined && { seed }),
    ...(want === 'logprobs' && { logprobs: true, top_logprobs: TOP_LOGPROBS }),
    ...(want === 'json' && { response_format: { type: 'json_object', schema: JSON.stringify(answer.schema) } }),
    ...(thinksByDefault(model) && { extra_body: { enable_thinking: false } }),
  };
}

function readCompletion({ choices, model, usage }: ChatCompletion): ChatReply {
  const [choice] = choices;
  const [first, next] = choice?.logprobs?.content ?? [];
  const [top, second] = [first, next].map(likely);
  return {
    text: choice?.message.content ?? '',
    ...(top && top.length > 0 && { top }),
    ...(first && second && second.length > 0 && { second: { after: first.token, top: second } }),
    ...(usage && { usage: { input: usage.prompt_tokens, output: usage.completion_tokens } }),
    servedModel: model,
  };
}

type TokenChances = NonNullable<NonNullable<ChatCompletion['choices'][number]['logprobs']>['content']>[number];

/** Probabilities too small for 32 bits are 0, whose logarithm no JSON holds; left out, they count as 0 all the same. */
function likely(of: TokenChances | undefined): { token: string; logprob: number }[] | undefined {
  return of?.top_logprobs.filter(({ logprob }) => Number.isFinite(logprob)).map(({ token, logprob }) => ({ token, logprob }));
}

function toLlmError(error: unknown): LlmError {
  if (error instanceof LlmError) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof EngineStopped) return new LlmError('engine', message);
  if (name === 'ContextWindowSizeExceededError') {
    return new LlmError('text', 'The prompt with these texts is longer than the model can read.');
  }
  // The library lets go of the model when the browser takes the GPU away.
  if (name === 'ModelNotLoadedError') {
    return new LlmError('engine', 'The browser took the GPU away from the model, most likely for want of memory. Load it again, or a smaller one.');
  }
  return new LlmError('request', `The model in this page failed: ${message}`);
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new LlmError('aborted', 'Stopped.'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
