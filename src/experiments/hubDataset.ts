import { hashString, PURPOSE, Stream, streamKey } from '../core/rng';
import { excerpt } from '../core/text';
import { z } from '../core/zod';
import { DataFileError } from './dataFile';
import { DEFAULT_PAIRS, PairCollector, unclearColumns, type PairImport, type PairImportOptions } from './pairImport';
import { guessColumns } from './pairRows';

/** One split of one configuration of a data set on the Hugging Face Hub. */
export interface HubSplit {
  /** "owner/name". */
  readonly dataset: string;
  readonly config: string;
  readonly split: string;
}

export interface HubAccess {
  readonly fetch: typeof fetch;
  /** Where the rows API is; Hugging Face's own unless a test says otherwise. */
  readonly api?: string;
}

const API = 'https://datasets-server.huggingface.co';
/** Most rows that the API gives at once. */
const PAGE = 100;
/** Most characters of an answer that are read: 100 rows of three long texts. */
const MAX_ANSWER = 40_000_000;
const MAX_TRIES = 4;
/** Seconds waited after the first refusal for too many requests or a tired server; doubled each time, unless told. */
const FIRST_WAIT = 1;
const LONGEST_WAIT = 60;

const name = z.string().max(500);
const splitsSchema = z.object({
  splits: z.array(z.object({ dataset: name, config: name, split: name })).max(10_000),
});
const pageSchema = z.object({
  features: z.array(z.object({ name })).max(2000),
  rows: z.array(z.object({
    row_idx: z.number().int().min(0),
    row: z.record(z.string(), z.unknown()),
    truncated_cells: z.array(z.string()).default([]),
  })).max(PAGE),
  num_rows_total: z.number().int().min(0),
});

/** The "owner/name" in a name or in the address of a data set's page. @throws DataFileError where there is none. */
export function parseDatasetName(text: string): string {
  const written = text.trim().replace(/^https:\/\/(?:www\.)?huggingface\.co\/datasets\//, '');
  const found = /^\w[\w.-]*(?:\/\w[\w.-]*)?(?=[/?#]|$)/.exec(written)?.[0];
  if (found === undefined) {
    throw new DataFileError('A data set is named as in "Anthropic/hh-rlhf", or by the address of its page on huggingface.co.');
  }
  return found;
}

function wait(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      // An abort reason is an error unless the one who aborts chose otherwise.
      reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, 1000 * seconds);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** What the API says of a refusal, shortened: it is foreign text. */
function reasonIn(body: string): string {
  try {
    const parsed = z.object({ error: z.string() }).safeParse(JSON.parse(body));
    return parsed.success ? ` It says: "${excerpt(parsed.data.error, 200)}"` : '';
  } catch {
    return '';
  }
}

async function ask<T>(
  { fetch: send, api = API }: HubAccess, path: string, query: Record<string, string>, schema: z.ZodType<T>, signal: AbortSignal | undefined,
): Promise<T> {
  const url = new URL(path, api);
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    let response: Response;
    let body: string;
    try {
      response = await send(url, { credentials: 'omit', referrerPolicy: 'no-referrer', ...(signal ? { signal } : {}) });
      body = await response.text();
    } catch {
      signal?.throwIfAborted();
      throw new DataFileError(`${url.host} could not be reached, or the connection broke off. Check the network connection and try again.`);
    }
    if (response.ok) {
      if (body.length > MAX_ANSWER) throw new DataFileError(`${url.host} sent more than can be read at once.`);
      try {
        return schema.parse(JSON.parse(body));
      } catch {
        throw new DataFileError(`${url.host} sent an answer of another form than its documentation says. Download the file and drop it here instead.`);
      }
    }
    const tired = response.status === 429 || response.status >= 500;
    if (tired && attempt < MAX_TRIES) {
      const told = Number(response.headers.get('retry-after') ?? NaN);
      const seconds = Number.isFinite(told) && told >= 0 ? told : FIRST_WAIT * 2 ** (attempt - 1);
      await wait(Math.min(seconds, LONGEST_WAIT), signal);
      continue;
    }
    throw refusal(url.host, query.dataset ?? '', response.status, reasonIn(body));
  }
}

function refusal(host: string, dataset: string, status: number, reason: string): DataFileError {
  const which = `the data set "${excerpt(dataset, 100)}"`;
  if (status === 401 || status === 403 || status === 404) {
    return new DataFileError(
      `There is no data set "${excerpt(dataset, 100)}" that is open to everybody (${status}): check its name; sets that need a log-in ` +
        `or a consent have to be downloaded and dropped here.${reason}`,
    );
  }
  if (status === 429) return new DataFileError(`${host} is asked too often at the moment (429). Try again in a few minutes.${reason}`);
  return new DataFileError(`${host} cannot show ${which} (${status}). Download a file of it and drop it here instead.${reason}`);
}

/** The configurations and splits of a data set, to choose from. @throws DataFileError */
export async function listSplits(dataset: string, access: HubAccess, signal?: AbortSignal): Promise<HubSplit[]> {
  const { splits } = await ask(access, '/splits', { dataset }, splitsSchema, signal);
  if (splits.length === 0) throw new DataFileError(`The data set "${excerpt(dataset, 100)}" has no splits that can be read.`);
  return splits.map(({ config, split }) => ({ dataset, config, split }));
}

/**
 * Reads pairs of a split page by page. Of a split with more rows than are wanted, pages of 100 rows are read in a fixed
 * shuffled order until there are enough: a sample of pages, as reading every row would take thousands of requests.
 * @throws DataFileError; the signal's reason once it aborts.
 */
export async function readHubPairs(
  { dataset, config, split }: HubSplit, access: HubAccess, options: PairImportOptions = {},
): Promise<PairImport> {
  const { limit = DEFAULT_PAIRS, signal, onProgress } = options;
  const title = `${dataset}, ${config}, ${split}`;
  const collector = new PairCollector(title, limit);
  let { columns } = options;
  const readPage = async (page: number): Promise<number> => {
    const query = { dataset, config, split, offset: String(page * PAGE), length: String(PAGE) };
    const { features, rows, num_rows_total: total } = await ask(access, '/rows', query, pageSchema, signal);
    const names = features.map((feature) => feature.name);
    const known = columns ?? guessColumns(names);
    if (!known) throw unclearColumns(title, names);
    columns = known;
    const needed = known.form === 'chosen'
      ? [known.prompt, known.chosen, known.rejected]
      : [known.prompt, known.a, known.b, known.preference];
    for (const { row_idx: index, row, truncated_cells: cut } of rows) {
      const place = `Row ${(index + 1).toLocaleString('en')}`;
      const short = cut.find((column) => needed.includes(column));
      if (short === undefined) collector.add(place, row, known);
      else collector.refuse(place, `"${excerpt(short, 30)}" is cut off by the server, as it is very long.`);
    }
    return total;
  };

  // The first page says how many there are, and is read whatever the order of the rest.
  const total = await readPage(0);
  const pages = Math.ceil(total / PAGE);
  const order = new Stream(streamKey(0, PURPOSE.shuffle, hashString('pages')));
  const others = order.shuffle(Array.from({ length: Math.max(0, pages - 1) }, (_, i) => i + 1));
  const expected = Math.max(1, Math.min(pages, Math.ceil(limit / PAGE)));
  let read = 1;
  for (const page of others) {
    const progress = collector.progress(Math.min(1, read / expected));
    onProgress?.(progress);
    if (progress.comparisons >= limit) break;
    await readPage(page);
    read++;
  }
  onProgress?.(collector.progress(1));
  return collector.finish(columns);
}
