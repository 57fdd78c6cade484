import type { ChatCompletion, ChatCompletionRequestNonStreaming } from '@mlc-ai/web-llm';

/**
 * Replies in the form of WebLLM 0.2.86, written after its types and the code that makes them (`MLCEngine.chatCompletion`,
 * `LLMChatPipeline.getTokenLogprob`). Not recorded from a GPU.
 */
export function completion(
  { model }: Pick<ChatCompletionRequestNonStreaming, 'model'>,
  content: string,
  /** Probabilities of the likeliest first tokens; none where they were not asked for. */
  probabilities?: Readonly<Record<string, number>>,
): ChatCompletion {
  const encoder = new TextEncoder();
  const alternative = ([token, probability]: [string, number]) => ({
    token, bytes: [...encoder.encode(token)], logprob: Math.log(probability),
  });
  const top = probabilities && Object.entries(probabilities).map(alternative);
  return {
    id: '3f0f6a52-6a3e-4a53-9b2b-0f7a54a5a0de',
    object: 'chat.completion',
    created: 1_795_000_000,
    model: model!,
    choices: [{
      index: 0,
      finish_reason: content.length <= 1 ? 'length' : 'stop',
      message: { content, role: 'assistant' },
      logprobs: top ? { content: [{ ...top[0]!, top_logprobs: top }] } : null,
    }],
    usage: {
      prompt_tokens: 231, completion_tokens: 1, total_tokens: 232,
      extra: {
        e2e_latency_s: 0.41, prefill_tokens_per_s: 590.2, decode_tokens_per_s: 0, time_to_first_token_s: 0.39,
        time_per_output_token_s: 0,
      },
    },
  };
}
