import { z } from '../../core/zod';
import { LlmError } from './errors';
import { requestJson, type FetchLike } from './http';

/**
 * OpenRouter's log-in for pages (https://openrouter.ai/docs/guides/overview/auth/oauth): OAuth's code flow with PKCE
 * (RFC 7636). The visitor agrees on OpenRouter's own page, which comes back to ours with a code; the code, with a secret
 * that never left this browser, is exchanged for a key of the visitor's account. No client is registered for it.
 */
const AUTH_PAGE = 'https://openrouter.ai/auth';
const KEYS = 'https://openrouter.ai/api/v1/auth/keys';

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** 256 random bits in 43 characters of `A-Z a-z 0-9 - _`, a code verifier as RFC 7636, section 4.1, recommends it. */
export function randomText(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

/** BASE64URL(SHA256(verifier)), RFC 7636, section 4.2. Needs a secure context: https or this computer. */
export async function challengeOf(verifier: string): Promise<string> {
  return base64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

/** The page where the visitor agrees. @param callback where it comes back to, with `code` added: https, or localhost. */
export async function loginAddress(callback: string, verifier: string): Promise<string> {
  const address = new URL(AUTH_PAGE);
  address.searchParams.set('callback_url', callback);
  address.searchParams.set('code_challenge', await challengeOf(verifier));
  address.searchParams.set('code_challenge_method', 'S256');
  return address.href;
}

const replySchema = z.object({ key: z.string().regex(/^[\x21-\x7e]+$/) });

export interface ExchangeDeps {
  readonly fetch: FetchLike;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly timeoutMs?: number;
  /** Where codes are exchanged. */
  readonly address?: string;
}

/**
 * The key that a code stands for. A code is good once, and for a short time.
 * @throws LlmError whose message says what to do and quotes neither code nor verifier
 */
export async function exchangeCode(code: string, verifier: string, deps: ExchangeDeps): Promise<string> {
  const { fetch, now, timeoutMs = 20_000, address = KEYS } = deps;
  const body = { code, code_verifier: verifier, code_challenge_method: 'S256' };
  let reply: unknown;
  try {
    reply = await requestJson({ provider: 'OpenRouter', key: '', fetch, timeoutMs, now }, { url: address, headers: {}, body });
  } catch (error) {
    if (!(error instanceof LlmError)) throw error;
    throw new LlmError(error.kind, `${reasonOf(error)} Log in again, or type a key.`);
  }
  const read = replySchema.safeParse(reply);
  if (!read.success) throw new LlmError('malformed', 'OpenRouter answered the log-in without a key. Log in again, or type a key.');
  return read.data.key;
}

/** Not in the provider's words, which could quote what was sent. */
function reasonOf({ kind, info: { status } }: LlmError): string {
  if (kind === 'timeout') return 'OpenRouter took too long to answer the log-in.';
  if (kind === 'network') return 'OpenRouter could not be reached: this device may be offline, or an extension may block the call.';
  if (kind === 'html' || kind === 'malformed') return 'What answered the log-in was not OpenRouter: the network may want a log-in of its own first.';
  if (status === 429) return 'OpenRouter asks for a pause before the next log-in (429). Wait a minute.';
  if (status !== undefined && status >= 500) return `OpenRouter failed at the log-in (${status}). Wait a while.`;
  return `OpenRouter refused the code of this log-in (${status}): a code is good once, and for a few minutes.`;
}
