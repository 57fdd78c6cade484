import { afterEach, describe, expect, it } from 'vitest';
import { errorOfReply, LlmError, waitInBody, waitInHeader, withoutKey } from './errors';
import { customProvider, isLocalAddress, PROVIDERS, providerById, type Provider } from './providers';
import { browserFetch } from './testing/browserFetch';
import { startFakeProvider, type FakeOptions, type FakeProvider, type Fault } from './testing/fakeProvider';
import { createTransport, normaliseBaseUrl } from './transport';
import type { ChatRequest } from './types';
import { testConnection, type ConnectionReport, type Surroundings } from './connection';
import type { FetchLike } from './http';

const KEY = 'sk-planted-0123456789abcdef';
const REQUEST: ChatRequest = {
  model: 'fake-judge', messages: [{ role: 'user', content: 'Hello' }], maxTokens: 16, temperature: 0, want: 'text',
};
const open: FakeProvider[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()));
});

interface Asking {
  readonly key?: string;
  readonly timeoutMs?: number;
  readonly protocol?: Provider['protocol'];
}

async function rig(options: FakeOptions = {}, asking: Asking = {}) {
  const { key = KEY, timeoutMs = 10_000, protocol = 'openai' } = asking;
  const fake = await startFakeProvider(options);
  open.push(fake);
  const provider: Provider = { ...customProvider(fake.baseUrl, { needsKey: true }), name: 'Fake', protocol };
  const context = { provider: 'Fake', key, fetch: (url: string, init: RequestInit) => fetch(url, init), timeoutMs, now: () => 0 };
  return { fake, provider, transport: createTransport(provider, context) };
}

async function failure(promise: Promise<unknown>): Promise<LlmError> {
  const error: unknown = await promise.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(LlmError);
  const known = error as LlmError;
  // The key is nowhere in it, however it is written out.
  const written = [known.message, known.stack, JSON.stringify(known), JSON.stringify(known.info), String(known.cause)].join('\n');
  expect(written).not.toContain(KEY);
  expect(written).not.toContain('cdef');
  return known;
}

describe('faults over HTTP', () => {
  const status = (code: number, body: unknown = '', headers: Record<string, string> = {}): Fault =>
    ({ kind: 'status', status: code, body, headers });
  const error = (message: string, code = '') => ({ error: { message, code } });

  it.each<[string, Fault, Partial<LlmError['info']> & { kind: string }]>([
    ['a key that is quoted back', status(401, error(`Incorrect API key provided: ${KEY}.`)), { kind: 'key', status: 401 }],
    ['a key as Gemini refuses it', status(400, [error('API key not valid. Please pass a valid API key.')]), { kind: 'key' }],
    ['an origin refused', status(403), { kind: 'key' }],
    ['a model unknown', status(404, error('The model `x` does not exist', 'model_not_found')), { kind: 'model' }],
    ['a model not permitted', status(403, error('no access', 'model_not_found')), { kind: 'model' }],
    ['a model as Mistral refuses it', status(400, { message: 'Invalid model: x', type: 'invalid_model' }), { kind: 'model' }],
    ['a wrong path', status(404, { detail: 'Not Found' }), { kind: 'address' }],
    ['a web page', status(404, '<!DOCTYPE html><html><body>no</body></html>'), { kind: 'html' }],
    ['credit spent at OpenAI', status(429, error('You exceeded your current quota', 'insufficient_quota')), { kind: 'quota' }],
    ['credit spent at Anthropic', status(400, error('Your credit balance is too low')), { kind: 'quota' }],
    ['credit spent at OpenRouter', status(402, error('Insufficient credits')), { kind: 'quota' }],
    ['a wait of hours', status(429, error('Rate limit reached. Please try again in 3h2m.')), { kind: 'quota' }],
    ['a wait in the header', status(429, error('slow down'), { 'retry-after': '7' }), { kind: 'rate', waitMs: 7000 }],
    ['a wait in the body', status(429, error('Please try again in 5.289s.')), { kind: 'rate', waitMs: 5289 }],
    ["a minute's quota", status(429, error('You exceeded your current quota. Please retry in 23.5s.')), { kind: 'rate', waitMs: 23500 }],
    ['no wait stated', status(429, error('slow down')), { kind: 'rate' }],
    ['a server failure', status(500, '<html>oops</html>'), { kind: 'server', status: 500 }],
    ['overload', status(529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }), { kind: 'server' }],
    ['a parameter refused', status(400, error('`n` must be 1')), { kind: 'request', detail: '`n` must be 1' }],
    ['a text too long', status(400, error('This model\'s maximum context length is 8192 tokens.')), { kind: 'text' }],
    ['a text against the rules', status(403, error('Your input was flagged')), { kind: 'text' }],
    ['a web page with status 200', { kind: 'body', text: '<!doctype html><p>log in', contentType: 'text/html' }, { kind: 'html' }],
    ['half a JSON', { kind: 'body', text: '{"choices": [' }, { kind: 'malformed', perhapsBilled: true }],
    ['another JSON', { kind: 'body', text: '{"result": "ok"}' }, { kind: 'malformed', perhapsBilled: true }],
    ['an error with status 200', { kind: 'body', text: JSON.stringify({ error: { code: 429, message: 'busy' } }) }, { kind: 'rate' }],
    ['a cut before the reply', { kind: 'cut', after: 'nothing' }, { kind: 'network' }],
    ['a cut in the reply', { kind: 'cut', after: 'half' }, { kind: 'network', perhapsBilled: true }],
  ])('tells %s', async (_, fault, { kind, ...info }) => {
    const { fake, transport } = await rig();
    fake.script(fault);
    const told = await failure(transport.chat(REQUEST));
    expect(told.kind).toBe(kind);
    expect(told.info).toMatchObject(info);
    expect(told.message.length).toBeGreaterThan(20);
  });

  it('tells a real wrong key of both protocols, and quotes none of it', async () => {
    for (const protocol of ['openai', 'anthropic'] as const) {
      const { transport } = await rig({ key: 'another' }, { protocol });
      const told = await failure(transport.chat(REQUEST));
      expect(told.kind).toBe('key');
      expect(told.message).toContain('[key]');
    }
  });

  it('does not quote a key that fetch would refuse as a header', async () => {
    const { transport } = await rig({}, { key: `${KEY}\u2019` });
    expect((await failure(transport.chat(REQUEST))).kind).toBe('key');
  });

  it('tells a slow body, an abort and a closed port', async () => {
    const { fake, transport } = await rig({}, { timeoutMs: 100 });
    fake.script({ kind: 'slow', ms: 1000 }, { kind: 'slow', ms: 1000 });
    expect(await failure(transport.chat(REQUEST))).toMatchObject({ kind: 'timeout', info: { perhapsBilled: true } });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    expect((await failure(transport.chat(REQUEST, stop.signal))).kind).toBe('aborted');
    await fake.close();
    const none = await failure(transport.chat(REQUEST));
    expect(none.kind).toBe('network');
    expect(none.message).toMatch(/CORS.*offline.*local network/);
  });
});

describe('requests', () => {
  it('sends two headers to compatible servers, and what Anthropic needs to Anthropic', async () => {
    const ours = (headers: Record<string, unknown>) => Object.keys(headers).filter((name) =>
      !['host', 'connection', 'accept', 'accept-encoding', 'accept-language', 'user-agent', 'content-length',
        'sec-fetch-mode', 'cache-control', 'pragma'].includes(name)).sort();
    const openAi = await rig();
    await openAi.transport.chat(REQUEST);
    expect(ours(openAi.fake.seen[0]!.headers)).toEqual(['authorization', 'content-type']);
    const anthropic = await rig({}, { protocol: 'anthropic' });
    const messages = [{ role: 'system', content: 'S' }, { role: 'user', content: 'U' }] as const;
    const reply = await anthropic.transport.chat({ ...REQUEST, messages, want: 'json' });
    expect(ours(anthropic.fake.seen[0]!.headers)).toEqual(
      ['anthropic-dangerous-direct-browser-access', 'anthropic-version', 'content-type', 'x-api-key']);
    expect(anthropic.fake.seen[0]!.body).toMatchObject({ system: 'S', messages: [{ role: 'user', content: 'U' }], max_tokens: 16 });
    expect(reply).toMatchObject({ servedModel: 'fake-judge (fake)', usage: { input: 1 } });
    expect(await anthropic.transport.models()).toContainEqual(expect.objectContaining({ id: 'fake-judge' }));
  });

  it('asks again with the other name of the token limit, and remembers what helped', async () => {
    const { fake, transport } = await rig();
    fake.script({ kind: 'status', status: 400, body: { error: { message:
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead." } } });
    await transport.chat(REQUEST);
    await transport.chat(REQUEST);
    expect(fake.seen.map(({ body }) => Object.keys(body).filter((name) => name.startsWith('max_')))).toEqual(
      [['max_tokens'], ['max_completion_tokens'], ['max_completion_tokens']]);
    expect(transport.adaptations()).toHaveLength(1);
  });

  it.each([
    ["Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.", 'temperature'],
    ['System role not supported', 'system'],
    ['{"detail":[{"type":"extra_forbidden","loc":["body","seed"]}]}', 'seed'],
    ["Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.", 'response_format'],
  ])('does without what is refused: %s', async (message, what) => {
    const { fake, transport } = await rig();
    fake.script({ kind: 'status', status: 400, body: { error: { message } } });
    const messages = [{ role: 'system', content: 'SYS' }, { role: 'user', content: 'USER' }] as const;
    await transport.chat({ ...REQUEST, messages, seed: 3, want: 'json' });
    const [before, after] = fake.seen.map(({ body }) => JSON.stringify(body));
    expect(before).toContain(`"${what}"`);
    expect(after).not.toContain(`"${what}"`);
    expect(after).toContain('SYS');
  });

  it('keeps no change that did not help', async () => {
    const { fake, transport } = await rig();
    const refusal: Fault = { kind: 'status', status: 400, body: { error: { message: "Unknown parameter: 'max_tokens'" } } };
    fake.script(refusal, refusal);
    expect((await failure(transport.chat(REQUEST))).kind).toBe('request');
    expect(transport.adaptations()).toEqual([]);
  });

  it('reads replies held back by a filter, in parts, or without usage', async () => {
    const { fake, transport } = await rig();
    const reply = (fields: Record<string, unknown>): Fault => ({ kind: 'reply', fields });
    fake.script(
      reply({ choices: [] }), reply({ choices: [{ finish_reason: 'content_filter' }] }), reply({ choices: [{ message: { content: null } }] }),
      reply({ choices: [{ message: { content: [{ type: 'thinking' }, { type: 'text', text: '2' }] } }], usage: null }),
    );
    const texts = [];
    for (let i = 0; i < 4; i++) texts.push(await transport.chat(REQUEST));
    expect(texts.map(({ text }) => text)).toEqual(['', '', '', '2']);
    expect(texts[3]!.usage).toBeUndefined();
  });

  it('shows a request without the key', async () => {
    for (const protocol of ['openai', 'anthropic'] as const) {
      const { transport } = await rig({}, { protocol });
      const shown = JSON.stringify(transport.preview(REQUEST));
      expect(shown).toContain('(your key)');
      expect(shown).not.toContain(KEY);
    }
  });
});

describe('small parts', () => {
  it('reads waits', () => {
    expect(waitInBody('Please try again in 6ms.')).toBe(6);
    expect(waitInBody('try again in 1m26.4s')).toBeCloseTo(86_400, 6);
    expect(waitInBody('"retryDelay": "23s"')).toBe(23_000);
    expect(waitInBody('Retry after 20 seconds')).toBe(20_000);
    expect(waitInBody('no such thing')).toBeUndefined();
    const header = (value: string) => waitInHeader(new Headers({ 'retry-after': value }), Date.parse('2026-01-01T00:00:00Z'));
    expect(header('1.5')).toBe(1500);
    expect(header('Thu, 01 Jan 2026 00:00:30 GMT')).toBe(30_000);
    expect(header('soon')).toBeUndefined();
  });

  it('takes the key out before it cuts a text', () => {
    const text = `${'x'.repeat(290)} ${KEY}`;
    const { info } = errorOfReply({ status: 400, headers: new Headers(), text }, { provider: 'P', key: KEY, now: 0 });
    expect(info.detail).not.toContain('sk-');
    expect(withoutKey(`a ${KEY} b`, KEY)).toBe('a [key] b');
    expect(withoutKey('nothing', '')).toBe('nothing');
  });

  it('takes addresses as people paste them, and none with a secret in it', () => {
    expect(normaliseBaseUrl(' https://x.org/v1/ ')).toBe('https://x.org/v1');
    expect(normaliseBaseUrl('https://x.org/v1/chat/completions')).toBe('https://x.org/v1');
    for (const bad of ['x.org/v1', 'ftp://x.org', 'https://me:secret@x.org', 'https://x.org/v1?key=1', '']) {
      expect(() => normaliseBaseUrl(bad)).toThrow(LlmError);
    }
    expect(PROVIDERS.map(({ baseUrl }) => normaliseBaseUrl(baseUrl))).toEqual(PROVIDERS.map(({ baseUrl }) => baseUrl));
    expect(new Set(PROVIDERS.map(({ id }) => id)).size).toBe(PROVIDERS.length);
    expect(isLocalAddress(providerById('ollama').baseUrl)).toBe(true);
    expect(isLocalAddress(providerById('openai').baseUrl)).toBe(false);
  });
});

describe('connection test', () => {
  const surroundings: Surroundings = { online: true, securePage: true, localNetwork: async () => 'granted' };
  interface Case {
    key?: string;
    model?: string;
    surroundings?: Partial<Surroundings>;
    fetch?: FetchLike;
  }
  const test = (provider: Provider, more: Case = {}) =>
    testConnection(provider, more.model ?? 'fake-judge', {
      key: more.key ?? KEY, fetch: more.fetch ?? browserFetch('https://page.example'), now: () => 0, timeoutMs: 10_000,
      surroundings: { ...surroundings, ...more.surroundings },
    });

  it('passes a good provider, with its list and the way it refuses a wrong key', async () => {
    const { provider } = await rig({ key: KEY });
    const report = await test(provider);
    expect(report).toMatchObject({ ok: true, reach: 'reached' });
    expect(report.models).toContainEqual(expect.objectContaining({ id: 'fake-judge' }));
    expect(report.checks.map(({ id, outcome }) => [id, outcome])).toEqual(
      [['models', 'passed'], ['reply', 'passed'], ['reach', 'passed'], ['badKey', 'passed']]);
    expect(JSON.stringify(report)).not.toContain(KEY);
  });

  it('says of no server that it answered where none was heard', async () => {
    const { provider } = await rig({ key: KEY });
    const reachOf = async (tested: Promise<ConnectionReport>) => (await tested).checks.find(({ id }) => id === 'reach')!.outcome;
    expect(await reachOf(test({ ...provider, baseUrl: 'foo' }))).toBe('unknown');
    expect(await reachOf(test(provider, { key: ' ' }))).toBe('unknown');
    expect(await reachOf(test(provider, { key: 'wrong' }))).toBe('passed');
  });

  it('does not mind an empty reply', async () => {
    const { provider } = await rig({ key: KEY });
    expect((await test(provider, { model: 'fake-judge-thinking' })).ok).toBe(true);
  });

  it('tells a wrong key, a wrong model and a missing key apart', async () => {
    const { provider } = await rig({ key: KEY });
    expect((await test(provider, { key: 'wrong' })).error!.kind).toBe('key');
    expect((await test(provider, { model: 'gone' })).error!.kind).toBe('model');
    expect((await test(provider, { key: ' ' })).error!.kind).toBe('key');
  });

  it('tells CORS, offline, permission and nothing there apart', async () => {
    const { fake, provider } = await rig({ cors: false });
    expect((await test(provider)).reach).toBe('cors');
    expect((await test(provider, { surroundings: { localNetwork: async () => 'denied' } })).reach).toBe('permission');
    await fake.close();
    expect((await test(provider)).reach).toBe('unreachable');
    const away = { ...provider, baseUrl: 'http://provider.example/v1' };
    const fetch: FetchLike = () => Promise.reject(new TypeError('Failed to fetch'));
    expect((await test(away, { fetch, surroundings: { online: false } })).reach).toBe('offline');
    expect((await test(away, { fetch })).reach).toBe('mixedContent');
  });

  it('suspects the key where the list is read but the call is hidden', async () => {
    const { provider } = await rig({ key: KEY });
    const inner = browserFetch('https://page.example');
    const fetch: FetchLike = (url, init) => {
      return url.endsWith('/models') ? inner(url, init) : Promise.reject(new TypeError('Failed to fetch'));
    };
    const report = await test(provider, { fetch });
    expect(report).toMatchObject({ ok: false, reach: 'reached' });
    expect(report.error!.message).toMatch(/hide a refused key/);
  });
});
