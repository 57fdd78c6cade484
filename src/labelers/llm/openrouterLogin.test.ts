import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LlmError } from './errors';
import type { FetchLike } from './http';
import { challengeOf, exchangeCode, loginAddress, randomText } from './openrouterLogin';
import { createFakeOpenRouter, serveExchange, type FakeOpenRouter } from './testing/fakeOpenRouter';

const KEY = 'sk-or-v1-of-this-test-0123456789';
const CALLBACK = 'https://lab.example/play/?view=lab&openrouter=abc';

let fake: FakeOpenRouter;
let server: Awaited<ReturnType<typeof serveExchange>>;
beforeEach(async () => {
  fake = createFakeOpenRouter(KEY);
  server = await serveExchange(fake);
});
afterEach(() => server.close());

/** The code of a visitor who agrees. */
async function codeFor(verifier: string): Promise<string> {
  return new URL(fake.agree(await loginAddress(CALLBACK, verifier))).searchParams.get('code')!;
}

function exchange(code: string, verifier: string): Promise<string> {
  return exchangeCode(code, verifier, { fetch: globalThis.fetch, now: () => Date.now(), address: server.address });
}

async function failure(work: Promise<string>): Promise<LlmError> {
  const error: unknown = await work.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof LlmError)) throw new Error('did not fail as it should');
  return error;
}

describe('the log-in', () => {
  it('makes challenges as RFC 7636 does (its appendix B)', async () => {
    expect(await challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
  });

  it('has verifiers of 43 unreserved characters, each another one', () => {
    const drawn = Array.from({ length: 50 }, randomText);
    for (const one of drawn) expect(one).toMatch(/^[\w-]{43}$/);
    expect(new Set(drawn).size).toBe(50);
  });

  it('sends the visitor out with the challenge and not with the verifier', async () => {
    const verifier = randomText();
    const address = await loginAddress(CALLBACK, verifier);
    expect(address).not.toContain(verifier);
    const back = new URL(fake.agree(address));
    expect([back.origin, back.searchParams.get('view'), back.searchParams.get('openrouter')]).toEqual(['https://lab.example', 'lab', 'abc']);
  });

  it('exchanges a code for a key, once, and with its own verifier only', async () => {
    const verifier = randomText();
    const code = await codeFor(verifier);
    const foreign = await failure(exchange(code, randomText()));
    expect(foreign.message).toMatch(/refused the code of this log-in \(403\).*Log in again/);
    expect(await exchange(code, verifier)).toBe(KEY);
    const again = await failure(exchange(code, verifier));
    expect(again.message).toMatch(/good once/);
    // The server's answer quotes both.
    expect(JSON.stringify([again.message, again.info, foreign.message, foreign.info])).not.toMatch(new RegExp(`${code}|${verifier}`));
    expect(fake.seen[1]).toEqual({ code, code_verifier: verifier, code_challenge_method: 'S256' });
  });

  it.each<[string, FetchLike, RegExp]>([
    ['offline', () => Promise.reject(new TypeError('Failed to fetch')), /could not be reached.*offline.*type a key/],
    ['slow', (_, { signal }) => new Promise((_resolve, reject) => signal!.addEventListener('abort', () => reject(new Error('late')))), /too long/],
    ['failing', async () => new Response('oops', { status: 503 }), /failed at the log-in \(503\)/],
    ['too fast', async () => new Response('{}', { status: 429 }), /pause.*\(429\)/],
    ['behind a hotel\'s log-in', async () => new Response('<!doctype html><title>Welcome</title>'), /not OpenRouter/],
    ['without a key', async () => Response.json({ user_id: 'user_1' }), /without a key/],
    ['with an unusable key', async () => Response.json({ key: 'two words' }), /without a key/],
  ])('says what to do where it is %s', async (_, fetch, words) => {
    const work = exchangeCode('code', randomText(), { fetch, now: () => Date.now(), timeoutMs: 300 });
    expect((await failure(work)).message).toMatch(words);
  });
});
