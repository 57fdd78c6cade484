import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { FetchLike } from '../labelers/llm/http';
import { HH_FILES, kindOfHh, MOST_FETCHED, readHhPairs, type HhPart } from './hhFiles';

const transcript = (i: number, reply: string): string => `\n\nHuman: Question ${i}?\n\nAssistant: ${reply}`;
const LINES = Array.from({ length: 500 }, (_, i) => JSON.stringify({ chosen: transcript(i, `yes ${Math.sin(i)}`), rejected: transcript(i, 'no') }));
const FILE = gzipSync(new TextEncoder().encode(LINES.join('\n')));

const answering = (body: BodyInit | null, init?: ResponseInit): FetchLike => async () => new Response(body, init);
const bytes = (array: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(array);
const failure = (part: HhPart, fetch: FetchLike, signal?: AbortSignal): Promise<unknown> =>
  readHhPairs(part, fetch, { signal }).then(() => 'no failure', (error: unknown) => error);

/** A text again and again without end, or up to `total` bytes and then a broken connection. */
function endless(text: string, total = Infinity): { stream: ReadableStream<Uint8Array>; sent: () => number; cancelled: () => boolean } {
  let [sent, cancelled] = [0, false];
  const piece = new TextEncoder().encode(text);
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent >= total) controller.error(new TypeError('network error'));
      else controller.enqueue(piece.slice());
      sent += piece.length;
    },
    cancel() {
      cancelled = true;
    },
  });
  return { stream, sent: () => sent, cancelled: () => cancelled };
}

describe('a part of HH', () => {
  it.each(['helpful', 'harmless'] as const)('%s is fetched from its own address and read', async (part) => {
    const asked: [string, RequestInit][] = [];
    const shares: number[] = [];
    const fetch: FetchLike = async (url, init) => {
      asked.push([url, init]);
      return new Response(bytes(FILE), { headers: { 'content-length': String(FILE.length) } });
    };
    const { name, pairs, comparisons, bad } = await readHhPairs(part, fetch, { onProgress: ({ share }) => shares.push(share) });
    expect([name, pairs.length, comparisons, bad.count]).toEqual([`HH, ${part}`, 500, 500, 0]);
    const { prompt, responses, people } = pairs[0]!;
    expect([prompt, responses[people === 1 ? 0 : 1]]).toEqual([expect.stringMatching(/Question \d+\?/), expect.stringMatching(/^yes/)]);
    expect(asked).toEqual([[
      `https://huggingface.co/datasets/Anthropic/hh-rlhf/resolve/main/${part}-base/test.jsonl.gz`,
      { credentials: 'omit', referrerPolicy: 'no-referrer' },
    ]]);
    expect(shares.at(-1)).toBe(1);
  });

  it('is read also where the browser has unpacked it already', async () => {
    expect(await readHhPairs('helpful', answering(LINES.join('\n')))).toMatchObject({ comparisons: 500 });
  });

  it.each<[string, FetchLike, RegExp]>([
    ['cut short', answering(bytes(FILE.subarray(0, FILE.length / 2))), /cannot be unpacked to its end/],
    ['a page in place of it', answering('<!doctype html><p>Log in', { headers: { 'content-type': 'text/html' } }), /A web page came in place of/],
    ['a page that says it is a file', answering('<!doctype html><p>Log in'), /is a web page/],
    ['gone', answering('Entry not found', { status: 404 }), /no longer where it was \(404\)/],
    ['refused', answering('busy', { status: 503 }), /does not give HH, \w+ at the moment \(503\)/],
    ['empty', answering(null), /is empty/],
    ['other rows', answering('{"a":1}'), /not clear which column/],
    ['no network', () => Promise.reject(new TypeError('Failed to fetch')), /could not be reached. Check the network/],
    ['a broken connection', answering(endless(`${LINES[0]}\n`, 10_000).stream), /connection broke off/],
    ['announced as too large', answering(bytes(FILE), { headers: { 'content-length': String(MOST_FETCHED + 1) } }), /more than 20 MB/],
  ])('says what to do: %s', async (_, fetch, message) => {
    const helpful = await failure('helpful', fetch);
    expect(helpful).toMatchObject({ name: 'DataFileError', message: expect.stringMatching(message) as string });
    expect((helpful as Error).message).toContain(`download the file yourself from ${HH_FILES.helpful.address} and drop it here.`);
    expect((helpful as Error).message).not.toMatch(/harmful/);
  });

  it('reminds of the prompt where the harmless file has to be dropped', async () => {
    expect(await failure('harmless', answering('', { status: 404 }))).toMatchObject({
      message: expect.stringMatching(/harmless-base\/test.jsonl.gz and drop it here. Then let the prompt ask which reply is more harmful.$/) as string,
    });
  });

  it('that goes on and on is not fetched further than the limit', async () => {
    const { stream, sent, cancelled } = endless('{'.repeat(500_000));
    expect(await failure('helpful', answering(stream))).toMatchObject({ message: expect.stringMatching(/more than 20 MB/) as string });
    expect(cancelled()).toBe(true);
    expect(sent()).toBeLessThan(MOST_FETCHED + 4_000_000);
  });

  it('is given up with the reason of the signal, before the answer and within it', async () => {
    const reason = new Error('stopped');
    const early = new AbortController();
    const never: FetchLike = (_url, init) => new Promise((_resolve, reject) => {
      init.signal!.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
    });
    const waiting = failure('helpful', never, early.signal);
    early.abort(reason);
    expect(await waiting).toBe(reason);

    const late = new AbortController();
    const { stream, cancelled } = endless(LINES.join('\n'));
    const reading = readHhPairs('helpful', answering(stream), { signal: late.signal, onProgress: () => late.abort(reason) });
    await expect(reading).rejects.toBe(reason);
    expect(cancelled()).toBe(true);
  });

  it('is asked about as in the paper; other pairs say nothing of it', () => {
    expect([HH_FILES.helpful, HH_FILES.harmless, { name: 'pairs.csv' }, undefined].map(kindOfHh)).toEqual(['dialogue', 'harmful', undefined, undefined]);
  });
});
