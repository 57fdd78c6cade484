import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { listSplits, parseDatasetName, readHubPairs, type HubAccess } from './hubDataset';

const SPLIT = { dataset: 'someone/pairs', config: 'default', split: 'train' };
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

type Respond = (url: URL, response: ServerResponse, request: IncomingMessage) => void;

/** A server on this machine that speaks the rows API. */
async function serve(respond: Respond): Promise<HubAccess & { asked: URL[] }> {
  const asked: URL[] = [];
  server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://localhost');
    asked.push(url);
    respond(url, response, request);
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return { fetch, api: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const send = (response: ServerResponse, value: unknown, status = 200, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
};

/** The answer of the API to a question for rows of a split of `total`. */
function rows(url: URL, total: number, cut: (index: number) => string[] = () => []): unknown {
  const [offset, length] = ['offset', 'length'].map((key) => Number(url.searchParams.get(key))) as [number, number];
  const indices = Array.from({ length: Math.max(0, Math.min(length, total - offset)) }, (_, i) => offset + i);
  return {
    features: ['chosen', 'rejected', 'score'].map((name, feature_idx) => ({ feature_idx, name, type: { dtype: 'string' } })),
    rows: indices.map((i) => ({
      row_idx: i,
      row: { chosen: `\n\nHuman: ${i}?\n\nAssistant: yes`, rejected: `\n\nHuman: ${i}?\n\nAssistant: no`, score: 1 },
      truncated_cells: cut(i),
    })),
    num_rows_total: total, num_rows_per_page: 100, partial: false,
  };
}

describe('a data set on the Hub', () => {
  it('is read page by page, asked as documented', async () => {
    const access = await serve((url, response) => send(response, rows(url, 250)));
    const { pairs, comparisons, name } = await readHubPairs(SPLIT, access);
    expect([pairs.length, comparisons, name]).toEqual([250, 250, 'someone/pairs, default, train']);
    expect(access.asked[0]!.pathname).toBe('/rows');
    expect(Object.fromEntries(access.asked[0]!.searchParams)).toEqual({ ...SPLIT, offset: '0', length: '100' });
    expect(access.asked.map((url) => url.searchParams.get('offset')).sort()).toEqual(['0', '100', '200']);
  });

  it('with more rows than wanted is read from pages all over it, the same every time', async () => {
    const access = await serve((url, response) => send(response, rows(url, 100_000)));
    const shares: number[] = [];
    const first = await readHubPairs(SPLIT, access, { limit: 450, onProgress: ({ share }) => shares.push(share) });
    const offsets = access.asked.map((url) => Number(url.searchParams.get('offset')));
    expect(offsets).toHaveLength(5);
    expect(Math.max(...offsets)).toBeGreaterThan(30_000);
    expect([first.pairs.length, first.comparisons]).toEqual([450, 500]);
    expect(shares).toEqual([0.2, 0.4, 0.6, 0.8, 1, 1]);
    expect(await readHubPairs(SPLIT, access, { limit: 450 })).toEqual(first);
  });

  it('has splits to choose from', async () => {
    const access = await serve((_, response) => send(response, { splits: [{ ...SPLIT, extra: 1 }], pending: [], failed: [] }));
    expect(await listSplits(SPLIT.dataset, access)).toEqual([SPLIT]);
    expect(access.asked[0]!.href).toMatch(/\/splits\?dataset=someone%2Fpairs$/);
  });

  it('leaves out rows whose texts the server cut off, and says so', async () => {
    const access = await serve((url, response) => send(response, rows(url, 20, (i) => (i === 4 ? ['chosen'] : i === 5 ? ['score'] : []))));
    const { comparisons, bad } = await readHubPairs(SPLIT, access);
    expect([comparisons, bad.first]).toEqual([19, [{ place: 'Row 5', reason: expect.stringMatching(/"chosen" is cut off/) as string }]]);
  });

  it('waits and asks again where the server is busy', async () => {
    let refused = 0;
    const access = await serve((url, response) => {
      if (refused++ < 2) send(response, { error: 'slow down' }, refused === 1 ? 429 : 503, { 'retry-after': '0' });
      else send(response, rows(url, 10));
    });
    expect((await readHubPairs(SPLIT, access)).comparisons).toBe(10);
  });

  it.each<[string, number, unknown, RegExp]>([
    ['not there', 404, { error: 'The dataset does not exist.' }, /no data set "someone\/pairs" that is open to everybody \(404\).*"The dataset does not exist."/],
    ['behind a log-in', 401, { error: 'gated <b>x</b>' }, /log-in or a consent/],
    ['asked too often', 429, {}, /429.*few minutes/],
    ['not supported', 501, 'nonsense', /cannot show.*\(501\)/],
    ['of another form', 200, { rows: 'none' }, /another form/],
    ['without known columns', 200, { features: [{ name: 'mr' }], rows: [], num_rows_total: 0 }, /Its columns are "mr"/],
    ['empty', 200, { features: [{ name: 'chosen' }, { name: 'rejected' }], rows: [], num_rows_total: 0 }, /no rows/],
  ])('that is %s gets a message that says so', async (_, status, body, message) => {
    const access = await serve((__, response) => send(response, body, status, { 'retry-after': '0' }));
    await expect(readHubPairs(SPLIT, access)).rejects.toThrow(message);
  });

  it('that cannot be reached, or whose connection breaks, says so', async () => {
    const access = await serve((_, __, request) => request.socket.destroy());
    await expect(readHubPairs(SPLIT, access)).rejects.toThrow(/could not be reached, or the connection broke off/);
  });

  it('stops at an abort, also while it waits', async () => {
    const access = await serve((_, response) => send(response, {}, 429, { 'retry-after': '50' }));
    const stop = new AbortController();
    const reading = readHubPairs(SPLIT, access, { signal: stop.signal });
    setTimeout(() => stop.abort(), 100);
    await expect(reading).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(access.asked).toHaveLength(1);
  });
});

describe('the name of a data set', () => {
  it.each([
    ['Anthropic/hh-rlhf', 'Anthropic/hh-rlhf'],
    [' https://huggingface.co/datasets/Anthropic/hh-rlhf/viewer/default/train?row=3 ', 'Anthropic/hh-rlhf'],
    ['squad', 'squad'],
  ])('%s', (text, name) => {
    expect(parseDatasetName(text)).toBe(name);
  });
  it.each(['', 'https://example.org/a/b', 'a b', '../x y'])('is not %j', (text) => {
    expect(() => parseDatasetName(text)).toThrow(/named as in/);
  });
});
