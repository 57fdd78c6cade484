import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchDataFile, MAX_DATA_BYTES, parseDataUrl, readDataFile } from './dataFile';

const file = (parts: BlobPart[], name = 'a.csv'): File => new File(parts, name);

afterEach(() => {
  vi.unstubAllGlobals();
});

function answer(respond: () => Response | Promise<Response>, onLine = true): void {
  vi.stubGlobal('fetch', async () => respond());
  vi.stubGlobal('navigator', { onLine });
}

describe('a dropped file', () => {
  it('is read as UTF-8 text', async () => {
    const text = 'mr,ref\n"name[Café]",x\n';
    expect(await readDataFile(file([text]))).toEqual({ name: 'a.csv', text });
  });

  it.each([
    ['empty', file([]), /is empty/],
    ['binary', file([new Uint8Array([80, 75, 0, 3])]), /not a text file/],
    ['in another encoding', file([new Uint8Array([0x63, 0xe9, 0x61])]), /not UTF-8/],
    ['too large', file([new Uint8Array(MAX_DATA_BYTES + 1)]), /at most 20.0 MB/],
  ])('that is %s gets a message that says so', async (_, input, message) => {
    await expect(readDataFile(input)).rejects.toThrow(message);
  });
});

describe('a web address', () => {
  it.each(['https://example.org/a.csv', 'http://localhost:8000/a.csv', ' http://127.0.0.1/a.csv '])(
    '%s is allowed',
    (url) => {
      expect(parseDataUrl(url).pathname).toBe('/a.csv');
    },
  );
  it.each(['http://example.org/a.csv', 'ftp://example.org/a', 'javascript:alert(1)', 'file:///etc/passwd', 'a.csv'])(
    '%s is refused',
    (url) => {
      expect(() => parseDataUrl(url)).toThrow(/https:\/\//);
    },
  );

  it('gives the file under its name', async () => {
    answer(() => new Response('mr,ref\n'));
    const read = await fetchDataFile('https://example.org/x/devel%20set.csv');
    expect(read).toEqual({ name: 'devel set.csv', text: 'mr,ref\n' });
  });

  it.each([
    ['nothing there', () => new Response('', { status: 404 }), true, /no file at this address \(404\)/],
    ['the server refuses', () => new Response('', { status: 503 }), true, /answered 503/],
    ['too large by its header', () => new Response('x', { headers: { 'content-length': '99999999' } }), true, /at most/],
    ['no answer, as with CORS', () => Promise.reject(new TypeError('Failed to fetch')), true, /CORS/],
    ['offline', () => Promise.reject(new TypeError('Failed to fetch')), false, /no network connection/],
  ])('%s: says so', async (_, respond, onLine, message) => {
    answer(respond, onLine);
    await expect(fetchDataFile('https://example.org/a.csv')).rejects.toThrow(message);
  });

  it('stops reading a body that grows too large', async () => {
    let sent = 0;
    const chunk = new Uint8Array(1024 * 1024).fill(97);
    answer(
      () =>
        new Response(
          new ReadableStream({
            pull: (controller) => {
              sent++;
              controller.enqueue(chunk);
            },
          }),
        ),
    );
    await expect(fetchDataFile('https://example.org/a.csv')).rejects.toThrow(/more than 20.0 MB/);
    expect(sent).toBeLessThan(30);
  });
});
