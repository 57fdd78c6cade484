import { LlmError } from './errors';
import type { FetchLike } from './http';
import { isLocalAddress, type Provider } from './providers';
import { createTransport, normaliseBaseUrl } from './transport';
import type { ModelInfo } from './types';

/** What the page knows of where it runs. */
export interface Surroundings {
  /** `navigator.onLine` */
  readonly online: boolean;
  /** Whether the page itself came over https: such a page may not call plain http elsewhere. */
  readonly securePage: boolean;
  /** The browser's permission to reach the local network, where it has one (Chrome since 142). */
  readonly localNetwork: () => Promise<'granted' | 'denied' | 'prompt' | 'unknown'>;
}

export type ReachOutcome =
  | 'reached'
  /** The server is there and refuses calls from this page. */
  | 'cors'
  | 'offline'
  /** The browser keeps the page from the local network. */
  | 'permission'
  /** An https page may not call this http address. */
  | 'mixedContent'
  /** Nothing answered: not running, another port, a name that does not exist, a blocking extension. */
  | 'unreachable';

export interface Check {
  readonly id: 'reach' | 'models' | 'reply' | 'badKey';
  /** `unknown`: tells nothing against the provider, but could not be established. */
  readonly outcome: 'passed' | 'failed' | 'unknown';
  readonly message: string;
}

export interface ConnectionReport {
  /** The provider answered this model and key. */
  readonly ok: boolean;
  readonly reach: ReachOutcome;
  readonly checks: readonly Check[];
  /** Where the provider lists them. */
  readonly models?: readonly ModelInfo[];
  /** Why `ok` is false. */
  readonly error?: LlmError;
}

export interface ConnectionDeps {
  readonly key: string;
  readonly fetch: FetchLike;
  readonly surroundings: Surroundings;
  readonly now: () => number;
  readonly timeoutMs?: number;
}

const WRONG_KEY = 'deliberately-wrong-key-of-a-connection-test';

/**
 * Asks for the list of models, then for one short reply, then with a wrong key to see how the provider refuses one. What
 * the reply says is not looked at: thinking models may return an empty text. One paid call of a few tokens.
 */
export async function testConnection(
  provider: Provider,
  model: string,
  deps: ConnectionDeps,
): Promise<ConnectionReport> {
  const checks: Check[] = [];
  const { fetch, surroundings, now, timeoutMs = 20_000 } = deps;
  const transportWith = (key: string) =>
    createTransport(provider, { provider: provider.name, key: key.trim(), fetch, timeoutMs, now });
  let models: ModelInfo[] | undefined;

  try {
    if (provider.needsKey && deps.key.trim() === '') {
      throw new LlmError('key', `${provider.name} needs a key; none is given.`);
    }
    const transport = transportWith(deps.key);
    try {
      models = await transport.models();
      const listed = models.some(({ id }) => id === model || id === `models/${model}`);
      checks.push({
        id: 'models',
        outcome: listed ? 'passed' : 'unknown',
        message: listed ? 'The model is in the list.' : `"${model}" is not among the ${models.length} models listed.`,
      });
    } catch (error) {
      // Not every server has a list; whether it answers is decided by the reply.
      const message = error instanceof LlmError ? error.message : 'The list could not be read.';
      checks.push({ id: 'models', outcome: 'unknown', message });
    }
    const messages = [{ role: 'user', content: 'Answer with OK.' }] as const;
    const request = { model, messages, temperature: 0, maxTokens: 16, want: 'text' } as const;
    const reply = await transport.chat(request);
    checks.push({ id: 'reply', outcome: 'passed', message: `${reply.servedModel ?? model} answered.` });
    checks.push({ id: 'reach', outcome: 'passed', message: 'The server accepts calls from this page.' });
    if (provider.needsKey) checks.push(await tryWrongKey(() => transportWith(WRONG_KEY).chat(request)));
    return { ok: true, reach: 'reached', checks, ...(models && { models }) };
  } catch (error) {
    if (!(error instanceof LlmError)) throw error;
    const reach = error.kind === 'network' && !error.info.perhapsBilled
      ? await whyUnreached(provider, fetch, surroundings)
      : 'reached';
    // A time-out, a missing key or a bad address says nothing of the server.
    const heard = models !== undefined || error.info.status !== undefined || error.kind === 'malformed' || error.kind === 'html';
    // A list that was read shows that pages are let in: then it is an error's missing CORS header that hides a refusal.
    const hidden = reach !== 'reached' && models !== undefined;
    const message = hidden
      ? `${provider.name} lists its models but the call failed without an answer; some providers hide a refused key or ` +
        'model that way. Check both.'
      : reach === 'reached' ? error.message : REACH_MESSAGES[reach];
    checks.push({
      id: 'reach',
      outcome: reach !== 'reached' && !hidden ? 'failed' : heard ? 'passed' : 'unknown',
      message: reach !== 'reached' ? message : heard ? 'The server answered this page.' : 'Nothing was heard from the server.',
    });
    checks.push({ id: 'reply', outcome: 'failed', message });
    return {
      ok: false,
      reach: hidden ? 'reached' : reach,
      checks,
      ...(models && { models }),
      error: new LlmError(error.kind, message, error.info),
    };
  }
}

async function tryWrongKey(chat: () => Promise<unknown>): Promise<Check> {
  try {
    await chat();
    return { id: 'badKey', outcome: 'unknown', message: 'A wrong key is accepted too: keys are not checked there.' };
  } catch (error) {
    const kind = error instanceof LlmError ? error.kind : 'network';
    if (kind === 'key') return { id: 'badKey', outcome: 'passed', message: 'A wrong key is refused, and says so.' };
    const message = kind === 'network'
      ? 'A wrong key looks like a network failure with this provider: if calls fail later, check the key first.'
      : 'How a wrong key is refused could not be told.';
    return { id: 'badKey', outcome: 'unknown', message };
  }
}

const REACH_MESSAGES: Record<Exclude<ReachOutcome, 'reached'>, string> = {
  cors: 'The server is there but does not accept calls from this page (CORS). A provider must allow it; a server of your ' +
    'own can be told to: see the note beside its name.',
  offline: 'This device is offline.',
  permission: 'The browser keeps this page from the local network. Allow it in the settings of this page (the icon left ' +
    'of its address), then try again.',
  mixedContent: 'A page that came over https may not call an http address elsewhere. Use https, or open this page from ' +
    'your own computer.',
  unreachable: 'Nothing answered at this address: the server may not be running, the address or port may be wrong, or an ' +
    'extension of the browser or a firewall may block it.',
};

/**
 * Tells apart why a call got no answer. A request in `no-cors` mode needs no permission of the server: if it gets
 * through, only CORS stood in the way. It carries no key.
 */
async function whyUnreached(
  provider: Provider,
  fetch: FetchLike,
  { online, securePage, localNetwork }: Surroundings,
): Promise<Exclude<ReachOutcome, 'reached'>> {
  const url = normaliseBaseUrl(provider.baseUrl);
  const local = isLocalAddress(url);
  if (!online && !local) return 'offline';
  if (local && (await localNetwork()) === 'denied') return 'permission';
  if (securePage && !local && url.startsWith('http:')) return 'mixedContent';
  try {
    const init = { mode: 'no-cors', credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store' } as const;
    await fetch(`${url}/models`, init);
    return 'cors';
  } catch {
    return 'unreachable';
  }
}
