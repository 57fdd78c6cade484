import { createAnthropicTransport } from './anthropic';
import { LlmError } from './errors';
import type { HttpContext } from './http';
import { createOpenAiTransport } from './openai';
import type { Provider } from './providers';
import type { Transport } from './types';

/** @throws LlmError of kind `address` */
export function createTransport(provider: Provider, context: HttpContext): Transport {
  const checked = { ...provider, baseUrl: normaliseBaseUrl(provider.baseUrl) };
  return provider.protocol === 'anthropic'
    ? createAnthropicTransport(checked, context)
    : createOpenAiTransport(checked, context);
}

/**
 * Takes what people paste: spaces, slashes at the end, the address of an endpoint.
 * @throws LlmError of kind `address` for anything that is not a plain http address
 */
export function normaliseBaseUrl(text: string): string {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed) || !/^https?:/i.test(trimmed)) {
    throw new LlmError('address', 'The base address must begin with https:// (or http:// on this computer).');
  }
  const url = new URL(trimmed);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new LlmError('address', 'The base address must not hold a password, "?" or "#": a key belongs in its own ' +
      'field.');
  }
  return url.href.replace(/\/+$/, '').replace(/\/(?:chat\/completions|messages|models)$/, '').replace(/\/+$/, '');
}
