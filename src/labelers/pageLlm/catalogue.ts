import type { ModelRecord } from '@mlc-ai/web-llm';
import type { PageModel } from './models';

/** Names of models that follow instructions; the rest of the library's list are base models and embeddings. */
const CHAT = /instruct|chat|-it-|zephyr|hermes|^qwen3/i;
/** Made for something else than comparing texts in English, or always thinking aloud before the answer. */
const ELSEWHERE = /coder|math|jpn|base|reasoning|deepseek-r1/i;
/** A prompt with a post and two summaries, or with examples, does not fit into the variants with 1,024 tokens. */
const LEAST_CONTEXT = 2048;

/**
 * What of WebLLM's own list can be a labeler: models that chat about text. Of each model the variants with 4-bit weights,
 * or whatever there is; the one with 16-bit and the one with 32-bit floats are models of their own here.
 * @param records `prebuiltAppConfig.model_list`
 */
export function chatModels(records: readonly ModelRecord[]): PageModel[] {
  const usable = records.filter(({ model_id: id, model_type: type, overrides }) =>
    // Other types than plain language models (undefined, 0) see pictures or give embeddings.
    !type && CHAT.test(id) && !ELSEWHERE.test(id) && (overrides?.context_window_size ?? 0) >= LEAST_CONTEXT);
  const quantised = new Set(usable.filter(({ model_id: id }) => !isWhole(id)).map(({ model_id: id }) => familyOf(id)));
  return usable
    .filter(({ model_id: id }) => !isWhole(id) || !quantised.has(familyOf(id)))
    .map((record) => ({
      id: record.model_id,
      memoryMB: Math.round(record.vram_required_MB!),
      contextTokens: record.overrides!.context_window_size!,
      lowResource: record.low_resource_required === true,
      ...(record.buffer_size_required_bytes !== undefined && { bufferBytes: record.buffer_size_required_bytes }),
    }))
    .sort((a, b) => a.memoryMB - b.memoryMB || (a.id < b.id ? -1 : 1));
}

const isWhole = (id: string): boolean => /-q0f\d+-/.test(id);
const familyOf = (id: string): string => id.replace(/-q\df.*$/, '');
