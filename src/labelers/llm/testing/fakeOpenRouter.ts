import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The part of OpenRouter that logs visitors in, as its documentation describes it: checks challenges, takes a code once. */
export interface FakeOpenRouter {
  /** What its page does when the visitor agrees. @returns where it sends the visitor: the callback with a code. */
  agree(address: string): string;
  /** What the exchange answers to a body. */
  exchange(body: unknown): { readonly status: number; readonly reply: unknown };
  /** Bodies of all exchanges so far. */
  readonly seen: unknown[];
}

/** @param key given to everybody who comes with a good code */
export function createFakeOpenRouter(key: string): FakeOpenRouter {
  const challenges = new Map<string, string>();
  const seen: unknown[] = [];
  return {
    seen,
    agree(address) {
      const { origin, pathname, searchParams } = new URL(address);
      const callback = new URL(searchParams.get('callback_url') ?? '');
      const challenge = searchParams.get('code_challenge') ?? '';
      if (`${origin}${pathname}` !== 'https://openrouter.ai/auth') throw new Error(`not the page: ${address}`);
      if (searchParams.get('code_challenge_method') !== 'S256' || challenge.length !== 43) throw new Error('no challenge');
      if (callback.protocol !== 'https:' && callback.hostname !== 'localhost') throw new Error('callback not allowed');
      const code = `code-${randomUUID()}`;
      challenges.set(code, challenge);
      callback.searchParams.set('code', code);
      return callback.href;
    },
    exchange(body) {
      seen.push(body);
      const { code, code_verifier: verifier, code_challenge_method: method } = body as Record<string, string>;
      const refuse = (status: number, message: string) => ({ status, reply: { error: { code: status, message } } });
      if (method !== 'S256') return refuse(400, 'Invalid code_challenge_method');
      const challenge = challenges.get(code ?? '');
      const hash = createHash('sha256').update(verifier ?? '').digest('base64url');
      // As an unkind server might, it quotes what it was sent.
      if (challenge !== hash) return refuse(403, `Invalid code or code_verifier: ${code}, ${verifier}`);
      challenges.delete(code!);
      return { status: 200, reply: { key, user_id: 'user_1' } };
    },
  };
}

/** The exchange over real HTTP. */
export async function serveExchange(fake: FakeOpenRouter): Promise<{ readonly address: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const post = request.method === 'POST' && request.headers['content-type'] === 'application/json';
      const { status, reply } = post
        ? fake.exchange(JSON.parse(Buffer.concat(chunks).toString('utf8')))
        : { status: 405, reply: { error: { code: 405, message: 'Method Not Allowed' } } };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/auth/keys`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
