import { errorOfReply, LlmError, looksLikeHtml } from './errors';

/** The part of `fetch` that is used, so that a test can hand in its own. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

export interface HttpContext {
  /** The provider's name, for messages. */
  readonly provider: string;
  /** Never in a message. '' where none is needed. */
  readonly key: string;
  readonly fetch: FetchLike;
  readonly timeoutMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface HttpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON by POST; without one, GET. */
  readonly body?: unknown;
}

/**
 * One request, one JSON reply. The time-out covers the body too. Redirects are refused: a key and the texts must not
 * follow one to another host.
 * @throws LlmError of every kind but `cap`
 */
export async function requestJson(
  { provider, key, fetch, timeoutMs, now }: HttpContext,
  { url, headers, body }: HttpRequest,
  signal?: AbortSignal,
): Promise<unknown> {
  if (!/^[\x21-\x7e]*$/.test(key)) {
    throw new LlmError('key', 'The key holds a space, a line break or a character that no key has. Copy it again.');
  }
  const abort = new AbortController();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    abort.abort();
  }, timeoutMs);
  const stop = () => abort.abort();
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  let answered = false;
  try {
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: abort.signal,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      redirect: 'error',
      cache: 'no-store',
    });
    answered = true;
    const text = await response.text();
    const { status } = response;
    if (!response.ok) throw errorOfReply({ status, headers: response.headers, text }, { provider, key, now: now() });
    if (looksLikeHtml(text)) {
      throw new LlmError('html', 'A web page came back instead of an answer. The base address is probably wrong (it ' +
        'usually ends in /v1), or the network wants a log-in first.', { status });
    }
    return parseJson(text, provider);
  } catch (error) {
    // The exception itself is not kept: those of fetch may quote a header.
    if (error instanceof LlmError) throw error;
    if (timedOut) {
      throw new LlmError('timeout', `${provider} took longer than ${timeoutMs / 1000} s. Allow more time, or use a ` +
        'smaller model.', { perhapsBilled: true });
    }
    if (signal?.aborted) throw new LlmError('aborted', 'Stopped.', { perhapsBilled: answered });
    if (answered) {
      throw new LlmError('network', `The connection to ${provider} was cut while its reply was arriving.`,
        { perhapsBilled: true });
    }
    throw new LlmError('network', `No answer from ${provider}. Three likely causes: it does not accept calls from web ` +
      'pages (CORS); this device is offline or the server is not running; the browser has not been given permission ' +
      'to reach the local network. "Test connection" tells them apart.');
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

function parseJson(text: string, provider: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(provider);
  }
}

/** A reply in a form that the protocol does not know. */
export function malformed(provider: string): LlmError {
  return new LlmError('malformed', `The reply of ${provider} is damaged or in another format. If it happens again, the ` +
    'base address may belong to another kind of server.', { perhapsBilled: true });
}

/** A change to a request that some models ask for by refusing it. */
export interface Adaptation<Id extends string> {
  readonly id: Id;
  /** Matches the refusal's words. */
  readonly when: RegExp;
}

/**
 * Sends; where the request is refused with words that an adaptation knows, sends again with it. What helped is kept in
 * `adapted` for later requests.
 */
export async function sendAdapted<Id extends string, T>(
  adaptations: readonly Adaptation<Id>[],
  adapted: Set<Id>,
  send: (adapted: ReadonlySet<Id>) => Promise<T>,
): Promise<T> {
  const trial = new Set(adapted);
  for (;;) {
    try {
      const reply = await send(trial);
      for (const id of trial) adapted.add(id);
      return reply;
    } catch (error) {
      const words = error instanceof LlmError && error.kind === 'request' ? (error.info.detail ?? '') : '';
      const next = adaptations.find(({ id, when }) => !trial.has(id) && when.test(words));
      if (!next) throw error;
      trial.add(next.id);
    }
  }
}
