/** What went wrong, as far as a caller must act differently. */
export type LlmErrorKind =
  /** The key was refused, or may not be used from a page. */
  | 'key'
  /** No such model, or this key may not use it. */
  | 'model'
  /** Credit or allowance is spent: waiting does not help. */
  | 'quota'
  /** Too fast: wait and go on. */
  | 'rate'
  /** The provider failed, status 5xx. */
  | 'server'
  /** No answer came: CORS, offline, local-network permission; or the connection was cut. */
  | 'network'
  /** A reply that is not JSON, or not what the protocol says. */
  | 'malformed'
  /** A web page instead of a reply: the base address is not an API's. */
  | 'html'
  /** The base address cannot be right. */
  | 'address'
  /** The provider refused the request itself, e.g. a parameter. */
  | 'request'
  /** The provider refuses these texts: too long, or against its rules. Other texts may pass. */
  | 'text'
  | 'timeout'
  | 'aborted'
  /** The next call could cost more than the visitor allowed. */
  | 'cap'
  /** The model in this page is not loaded, was unloaded, or its worker has ended. */
  | 'engine';

export interface LlmErrorInfo {
  /** HTTP status, where there was one. */
  readonly status?: number;
  /** Milliseconds the provider asked to wait, at least 0. */
  readonly waitMs?: number;
  /** The provider's own words, without the key, at most 300 characters. */
  readonly detail?: string;
  /** The request reached the provider and no usage came back: it may have been billed all the same. */
  readonly perhapsBilled?: boolean;
}

/**
 * A failure of a call to a provider. The message is for the visitor and says what to do. Neither it nor any field holds
 * the key: the provider's words are stripped of it, and the original exception, which may quote headers, is not kept.
 */
export class LlmError extends Error {
  override readonly name = 'LlmError';
  constructor(
    readonly kind: LlmErrorKind,
    message: string,
    readonly info: LlmErrorInfo = {},
  ) {
    super(message);
  }
}

/** A wait longer than this is a spent allowance, not a reason to pause a run, milliseconds. */
export const LONGEST_WAIT_MS = 10 * 60_000;

const DETAIL_LENGTH = 300;

/**
 * Text without the key: neither whole nor partly hidden by stars, as providers quote it. Whole texts only: a text that
 * was cut first could end in half a key.
 */
export function withoutKey(text: string, key: string): string {
  const bare = key === '' ? text : text.replaceAll(key, '[key]').replaceAll(encodeURIComponent(key), '[key]');
  return bare.replace(/[\w-]*\*{3,}[\w-]*/g, '[key]');
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** The wait that a body asks for ("try again in 1m5.289s", `"retryDelay": "23s"`), milliseconds. */
export function waitInBody(text: string): number | undefined {
  const found =
    /(?:again|retry)\s+(?:in|after)\s+((?:[\d.]+\s*(?:ms|s|m|h)[a-z]*\s*)+)/i.exec(text) ??
    /"retryDelay"\s*:\s*"([\d.]+s)"/.exec(text);
  if (!found) return undefined;
  let sum = 0;
  for (const [, count, unit] of found[1]!.matchAll(/([\d.]+)\s*(ms|s|m|h)/gi)) {
    sum += Number(count) * UNIT_MS[unit!.toLowerCase()]!;
  }
  return Number.isFinite(sum) ? sum : undefined;
}

/** The wait of a `retry-after` header, seconds or an HTTP date, in milliseconds. */
export function waitInHeader(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after');
  if (value === null || value.trim() === '') return undefined;
  const seconds = Number(value);
  const wait = Number.isNaN(seconds) ? Date.parse(value) - now : seconds * 1000;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

interface Said {
  /** What the body says went wrong. */
  readonly words: string;
  /** Its `code` and `type`, for providers that name the case. */
  readonly code: string;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** Providers put their words into `error.message`, `error`, `message` or `detail`. */
function readBody(text: string): Said {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { words: text, code: '' };
  }
  // Gemini's compatible endpoint answers with a list of one.
  const root: unknown = Array.isArray(body) ? body[0] : body;
  const error = field(root, 'error');
  const words = [field(error, 'message'), error, field(root, 'message'), field(root, 'detail')].find(
    (candidate) => typeof candidate === 'string',
  );
  const code = [field(error, 'code'), field(error, 'type'), field(root, 'type')].filter(
    (candidate) => typeof candidate === 'string',
  );
  return { words: typeof words === 'string' ? words : text, code: code.join(' ') };
}

export function looksLikeHtml(text: string): boolean {
  return /^\s*<(?:!doctype|html|head|body)/i.test(text);
}

const SPENT = new RegExp(
  'insufficient_quota|credit_balance|billing_error|credit balance|insufficient (?:credit|balance|fund|quota)|' +
    'out of credits',
  'i',
);
const NO_MODEL =
  /model_not_found|(?:unknown|invalid|no such)[ _]model|model[^\n]{0,120}(?:not found|not exist|no longer available)/i;
const NO_TEXT = new RegExp(
  'content[_ ](?:filter|policy|management)|moderation|flagged|' +
    'context[_ ](?:length|window)|maximum context|(?:prompt|input) is too long|request_too_large',
  'i',
);
const NO_KEY = /api[ _-]?key|authentication/i;

/** What an answer with an error status means. Status first, then the provider's words, which differ. */
export function errorOfReply(
  reply: { readonly status: number; readonly headers: Headers; readonly text: string },
  context: { readonly provider: string; readonly key: string; readonly now: number },
): LlmError {
  const { status, headers, text } = reply;
  const { provider } = context;
  const html = looksLikeHtml(text);
  const said = readBody(text);
  const detail = html ? '' : withoutKey(said.words, context.key).replace(/\s+/g, ' ').trim().slice(0, DETAIL_LENGTH);
  const quote = detail === '' ? '' : ` It said: "${detail}"`;
  const all = `${said.code} ${said.words}`;
  const waitMs = waitInHeader(headers, context.now) ?? waitInBody(text);
  const info: LlmErrorInfo = { status, ...(detail !== '' && { detail }), ...(waitMs !== undefined && { waitMs }) };
  const make = (kind: LlmErrorKind, message: string) => new LlmError(kind, `${message}${quote}`, info);

  const noKey = () =>
    make(
      'key',
      status === 403
        ? `${provider} does not permit this (403). The key may lack the right to this model, or the server may not ` +
            'accept calls from this page (Ollama: set OLLAMA_ORIGINS).'
        : `${provider} refused the key (${status}). Check that it is whole, still valid and made for this provider.`,
    );
  const noModel = () =>
    make('model', `${provider} has no such model, or this key may not use it (${status}). Choose one from its list.`);
  const spent = () =>
    make('quota', `The credit or allowance at ${provider} is spent (${status}). Add credit or use another provider; ` +
      'waiting does not help. Finished answers are kept.');

  if (status === 402) return spent();
  if (status === 429) {
    // Some providers speak of quota where they mean the requests of this minute; a stated short wait decides.
    const wait = waitMs !== undefined && waitMs <= LONGEST_WAIT_MS;
    if (/insufficient_quota|credit_balance/i.test(said.code)) return spent();
    if (!wait && (waitMs !== undefined || SPENT.test(all) || /exceeded your (?:current|monthly) quota/i.test(all))) {
      return spent();
    }
    return make('rate', `${provider} asks for fewer calls a minute (429); the run slows down and goes on.`);
  }
  if (status >= 500) {
    return make('server', `${provider} failed (${status}). Try again in a while, or look at its status page.`);
  }
  if (html) {
    return make('html', `A web page came back instead of an answer (${status}). The base address is probably wrong: ` +
      'it usually ends in /v1.');
  }
  if (status === 401) return noKey();
  if (status === 413 || NO_TEXT.test(all)) {
    return make('text', `${provider} refuses these texts (${status}): they are too long for the model or against its ` +
      'rules.');
  }
  if (status === 408) return make('timeout', `${provider} gave up waiting for the request (408).`);
  if (NO_MODEL.test(all)) return noModel();
  if (status === 403) return noKey();
  if ((status === 404 || status === 405) && !/no endpoints found/i.test(all)) {
    return make('address', `There is no such address at ${provider} (${status}). Check the base address: it usually ` +
      'ends in /v1.');
  }
  if (SPENT.test(all)) return spent();
  if (NO_KEY.test(all)) return noKey();
  return make('request', `${provider} refused the request (${status}). Another model or setting may be needed.`);
}
