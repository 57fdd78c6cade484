import type { DataFile } from '../worker/protocol';

export const MAX_DATA_BYTES = 20 * 1024 * 1024;

/** Says what is wrong with a file or an address, and what to do, to the visitor. */
export class DataFileError extends Error {
  override readonly name = 'DataFileError';
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function tooLarge(what: string): DataFileError {
  return new DataFileError(`${what}; at most ${megabytes(MAX_DATA_BYTES)} can be read. Cut it to fewer rows.`);
}

function decode(name: string, bytes: Uint8Array): DataFile {
  if (bytes.length === 0) throw new DataFileError(`${name} is empty.`);
  // A NUL byte is in no text file, and early in nearly every other kind.
  if (bytes.subarray(0, 4096).includes(0)) throw new DataFileError(`${name} is not a text file; a CSV file is needed.`);
  try {
    return { name, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    throw new DataFileError(`${name} is not UTF-8 text; save it as UTF-8 and try again.`);
  }
}

/** @throws DataFileError */
export async function readDataFile(file: File): Promise<DataFile> {
  if (file.size > MAX_DATA_BYTES) throw tooLarge(`${file.name} has ${megabytes(file.size)}`);
  let bytes: ArrayBuffer;
  try {
    bytes = await file.arrayBuffer();
  } catch {
    throw new DataFileError(`${file.name} could not be read. If it was moved or changed, choose it again.`);
  }
  return decode(file.name, new Uint8Array(bytes));
}

const LOCAL_HOSTS = ['localhost', '127.0.0.1'];

/** @throws DataFileError for addresses that the page may not read. */
export function parseDataUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    throw new DataFileError('That is not a web address; it should start with https://');
  }
  const local = url.protocol === 'http:' && LOCAL_HOSTS.includes(url.hostname);
  if (url.protocol !== 'https:' && !local) {
    throw new DataFileError('Only https:// addresses can be read, and http:// on this machine (localhost).');
  }
  return url;
}

async function readBody(response: Response, name: string): Promise<Uint8Array> {
  const announced = Number(response.headers.get('content-length') ?? 0);
  if (announced > MAX_DATA_BYTES) throw tooLarge(`${name} has ${megabytes(announced)}`);
  const reader = response.body?.getReader();
  if (!reader) return new Uint8Array(await response.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > MAX_DATA_BYTES) {
      await reader.cancel();
      throw tooLarge(`${name} has more than ${megabytes(MAX_DATA_BYTES)}`);
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** @throws DataFileError */
export async function fetchDataFile(address: string): Promise<DataFile> {
  const url = parseDataUrl(address);
  const name = decodeURIComponent(url.pathname.split('/').pop() ?? '') || url.hostname;
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'omit', referrerPolicy: 'no-referrer' });
  } catch {
    // A browser tells a page neither why a request failed nor what another site answered.
    throw new DataFileError(
      navigator.onLine
        ? `${url.host} could not be reached, or does not let other pages read its files (CORS). ` +
            'Download the file and drop it here instead.'
        : 'There is no network connection. Connect and try again, or drop a file from this machine.',
    );
  }
  if (response.status === 404) {
    throw new DataFileError(`There is no file at this address (404). Check ${url.pathname}.`);
  }
  if (!response.ok) {
    throw new DataFileError(`${url.host} answered ${response.status} ${response.statusText}`.trim() + '.');
  }
  try {
    return decode(name, await readBody(response, name));
  } catch (error) {
    if (error instanceof DataFileError) throw error;
    throw new DataFileError(`The connection to ${url.host} broke off. Try again.`);
  }
}
