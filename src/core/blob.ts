/**
 * JSON values as text that fits a link: UTF-8, raw deflate (RFC 1951), base64url without padding (RFC 4648, section 5). What
 * comes back is hostile until its own schema has passed; here it is held to a size and a depth, and to names that no object
 * of the page can be confused by.
 */
import { deflateSync, Inflate } from 'fflate';

/** Most bytes of JSON that a blob may unfold to, and most levels of it. */
export const MOST_BLOB_BYTES = 4 * 1024 * 1024;
export const MOST_DEPTH = 32;
/** Compressed bytes that are unfolded at a time: what comes of them at most (deflate folds 1,032 to 1) is looked at before more. */
const CHUNK = 4096;

/** Its message is for the visitor. */
export class BlobError extends Error {
  override readonly name = 'BlobError';
}

/** @param value what JSON can hold */
export function packBlob(value: unknown): string {
  const bytes = deflateSync(new TextEncoder().encode(JSON.stringify(value)), { level: 9 });
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @throws BlobError where the text is no blob, cut short, or unfolds to too much */
export function unpackBlob(text: string, mostBytes = MOST_BLOB_BYTES): unknown {
  const value = parsed(inflated(decoded(text), mostBytes));
  refuseOdd(value);
  return value;
}

function decoded(text: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) throw new BlobError('It has characters that no link of this page has, or was cut short.');
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

function inflated(bytes: Uint8Array, mostBytes: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  const inflate = new Inflate((part, final) => {
    size += part.length;
    parts.push(part);
    ended ||= final;
  });
  try {
    for (let from = 0; from < bytes.length && size <= mostBytes; from += CHUNK) {
      inflate.push(bytes.subarray(from, from + CHUNK), from + CHUNK >= bytes.length);
    }
  } catch {
    throw new BlobError('It is damaged: it was cut short or changed on its way.');
  }
  if (size > mostBytes) throw new BlobError(`It unfolds to more than ${Math.round(mostBytes / 1024).toLocaleString('en')} KB, which no link of this page does.`);
  if (!ended) throw new BlobError('It is damaged: it was cut short.');
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new BlobError('It is damaged: what is in it cannot be read.');
  }
}

/** @throws BlobError on values nested too deeply and on names that stand for an object's prototype */
export function refuseOdd(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_DEPTH) throw new BlobError(`It is nested more than ${MOST_DEPTH} levels deep.`);
    const below: unknown[] = [];
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue;
      if (Object.hasOwn(one, '__proto__')) throw new BlobError('It holds a name that is not allowed.');
      for (const inner of Object.values(one)) below.push(inner);
    }
    level = below;
  }
}
