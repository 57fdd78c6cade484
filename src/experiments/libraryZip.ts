import { strToU8, Zip, ZipDeflate } from 'fflate';
import { refuseOdd } from '../core/blob';
import { bundleSchema, type RunBundle } from '../core/bundle';
import { unzipFile, zipFiles, type ZipLimits } from '../core/zip';
import { z } from '../core/zod';
import { LIBRARY_ORIGINS, libraryIdSchema, MOST_NOTE, type KeptAs, type LibraryEntry } from './libraryEntry';
import { MOST_NAME } from './libraryNames';
import { MOST_RUN_BYTES } from './sweepFiles';

/**
 * The library as one file, and back: a zip with `library.json` (what a visitor said of the runs) and `runs/<id>.json`, each a
 * bundle as everywhere else. Runs go through memory one at a time, on the way out and on the way in.
 */

const FORMAT = 'rlaif-playground-library';
const INDEX = 'library.json';
const RUN_NAME = /^runs\/([A-Za-z0-9-]{1,64})\.json$/;

export const ZIP_LIMITS: ZipLimits = { files: 1001, bytes: 1024 * 1024 * 1024, fileBytes: MOST_RUN_BYTES };
/** Most runs of one file. */
export const MOST_ZIPPED = ZIP_LIMITS.files - 1;
/** Most bytes of a zip that is read. */
export const MOST_ZIP_BYTES = 500 * 1024 * 1024;

const indexSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(1),
  runs: z.array(z.object({
    id: libraryIdSchema,
    name: z.string().max(MOST_NAME),
    note: z.string().max(MOST_NOTE),
    starred: z.boolean(),
    keptAt: z.string().max(40),
    origin: z.enum(LIBRARY_ORIGINS),
    dataName: z.string().max(300).optional(),
  })).max(MOST_ZIPPED),
});
type IndexedRun = z.infer<typeof indexSchema>['runs'][number];

/** Why a library cannot be one file, in words; undefined where it can. */
export function tooLargeToZip(entries: readonly Pick<LibraryEntry, 'bytes'>[]): string | undefined {
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (entries.length <= MOST_ZIPPED && bytes <= ZIP_LIMITS.bytes) return undefined;
  return `A file takes at most ${MOST_ZIPPED.toLocaleString('en')} runs and ${ZIP_LIMITS.bytes / 1024 / 1024} MB of them: choose fewer.`;
}

/**
 * @param load gives a run as it is kept; one that is gone meanwhile is left out.
 * @returns the file in parts, as the whole may be large
 */
export async function zipLibrary(entries: readonly LibraryEntry[], load: (id: string) => Promise<unknown>): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  const zip = new Zip((error, part) => {
    if (error) throw error;
    parts.push(part);
  });
  const put = (name: string, value: unknown): void => {
    const file = new ZipDeflate(name, { level: 6 });
    zip.add(file);
    file.push(strToU8(JSON.stringify(value)), true);
  };
  const runs: IndexedRun[] = [];
  for (const { id, name, note, starred, keptAt, origin, dataName } of entries) {
    const bundle = await load(id);
    if (bundle === undefined) continue;
    put(`runs/${id}.json`, bundle);
    runs.push({ id, name, note, starred, keptAt, origin, ...(dataName === undefined ? {} : { dataName }) });
  }
  put(INDEX, { format: FORMAT, version: 1, runs });
  zip.end();
  return parts;
}

/** A run out of the file with what was said of it, or what could not be read, in words. */
export type ZippedRun =
  | { readonly bundle: RunBundle; readonly as: KeptAs; readonly problem?: undefined }
  | { readonly problem: string; readonly bundle?: undefined };

const cut = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** @throws Error, whose message is for the visitor, where it is not JSON that a page could have written */
function jsonOf(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Error('It is no JSON.');
  }
  refuseOdd(value);
  return value;
}

/** @throws Error, whose message is for the visitor */
function runOf(bytes: Uint8Array): RunBundle {
  const read = bundleSchema.safeParse(jsonOf(bytes));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Error(cut(`It is no run that this page can read (${issue?.path.join('.') || 'the whole'}: ${issue?.message})`));
}

/** A run that comes from a file was not made here, whatever the file says. */
function keptAs(indexed: IndexedRun | undefined): KeptAs {
  if (!indexed) return { origin: 'imported' };
  const { name, note, starred, dataName } = indexed;
  const date = new Date(indexed.keptAt);
  return {
    name, note, starred, dataName,
    origin: indexed.origin === 'here' ? 'imported' : indexed.origin,
    keptAt: Number.isNaN(date.getTime()) ? undefined : date.toISOString(),
  };
}

/**
 * The runs of a file, one after another, in the order of the file. A damaged run costs no other one.
 * @throws ZipError where the file is no zip or beyond the limits; its message is for the visitor.
 */
export function* readLibraryZip(bytes: Uint8Array): Generator<ZippedRun> {
  const files = zipFiles(bytes, ZIP_LIMITS);
  const indexed = new Map<string, IndexedRun>();
  const index = files.find(({ name }) => name === INDEX);
  if (!index) yield { problem: `There is no ${INDEX} in it: names, notes and stars are not known.` };
  else {
    try {
      for (const run of indexSchema.parse(jsonOf(unzipFile(bytes, index))).runs) indexed.set(run.id, run);
    } catch {
      yield { problem: `Its ${INDEX} cannot be read: names, notes and stars are not known.` };
    }
  }
  let others = 0;
  for (const file of files) {
    if (file === index) continue;
    const id = RUN_NAME.exec(file.name)?.[1];
    if (id === undefined) {
      others++;
      continue;
    }
    try {
      yield { bundle: runOf(unzipFile(bytes, file)), as: keptAs(indexed.get(id)) };
    } catch (error) {
      yield { problem: `${id}: ${messageOf(error)}` };
    }
  }
  if (others > 0) yield { problem: `${others} other ${others === 1 ? 'file' : 'files'} in it: left out, as ${others === 1 ? 'it is' : 'they are'} no run of a library.` };
}
