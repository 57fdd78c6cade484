import type { FetchLike } from '../labelers/llm/http';
import { KIND_OF_TASK, type PromptKind } from '../labelers/llm/prompt';
import { DataFileError } from './dataFile';
import { readPairFile } from './pairFiles';
import type { PairImport, PairImportOptions } from './pairImport';

/** What the raters were asked to prefer: the more helpful reply, or the less harmful one. */
export const HH_PARTS = ['helpful', 'harmless'] as const;
export type HhPart = (typeof HH_PARTS)[number];

/**
 * The test splits of Anthropic's HH (Bai et al. 2022, arXiv:2204.05862; MIT licence): real people's choices between two
 * replies of a model, JSON lines of whole transcripts under `chosen` and `rejected`, gzip. The parts are read as files: the
 * rows API of the Hub mixes them.
 */
export const HH_FILES: Readonly<Record<HhPart, { readonly name: string; readonly address: string }>> = {
  helpful: { name: 'HH, helpful', address: addressOf('helpful-base') },
  harmless: { name: 'HH, harmless', address: addressOf('harmless-base') },
};

function addressOf(folder: string): string {
  return `https://huggingface.co/datasets/Anthropic/hh-rlhf/resolve/main/${folder}/test.jsonl.gz`;
}

/** Most bytes that are fetched, gzip: many times what either file has. */
export const MOST_FETCHED = 20 * 2 ** 20;

/** What a language model is asked about a part of HH: what its raters were asked. Undefined for other pairs. */
export function kindOfHh(imported: Pick<PairImport, 'name'> | undefined): PromptKind | undefined {
  const part = HH_PARTS.find((one) => HH_FILES[one].name === imported?.name);
  return part && KIND_OF_TASK[part];
}

/**
 * Fetches a part of HH and reads its pairs as they stream by.
 * @throws DataFileError that says what to do; the signal's reason once it aborts.
 */
export async function readHhPairs(part: HhPart, fetch: FetchLike, options: PairImportOptions = {}): Promise<PairImport> {
  const { name, address } = HH_FILES[part];
  const { signal } = options;
  try {
    const response = await fetch(address, { credentials: 'omit', referrerPolicy: 'no-referrer', ...(signal ? { signal } : {}) }).catch(() => {
      throw new DataFileError('huggingface.co could not be reached. Check the network connection and try again.');
    });
    const stream = bodyOf(response, name);
    // Where the server does not say how much it sends, the most that is read stands for it in the progress.
    const size = announcedBytes(response) || MOST_FETCHED;
    return await readPairFile({ name, size, stream: () => stream }, options);
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof DataFileError)) throw error;
    // Of a dropped file nothing tells that it is the harmless part.
    const then = part === 'harmless' ? ' Then let the prompt ask which reply is more harmful.' : '';
    throw new DataFileError(`${error.message} Or download the file yourself from ${address} and drop it here.${then}`);
  }
}

function announcedBytes(response: Response): number {
  return Number(response.headers.get('content-length') ?? 0);
}

/** The bytes of an answer, up to a limit. @throws DataFileError for answers that are no file, in the stream where it breaks off */
function bodyOf(response: Response, name: string): ReadableStream<Uint8Array> {
  if (response.status === 404) throw new DataFileError(`${name} is no longer where it was (404).`);
  if (!response.ok) throw new DataFileError(`huggingface.co does not give ${name} at the moment (${response.status}). Try again later.`);
  if (response.headers.get('content-type')?.startsWith('text/html')) {
    throw new DataFileError(`A web page came in place of ${name}: a log-in page of the network, perhaps. Log in to the network and try again.`);
  }
  if (announcedBytes(response) > MOST_FETCHED) throw tooLarge(name);
  const reader = response.body?.getReader();
  let bytes = 0;
  return new ReadableStream({
    async pull(controller) {
      const read = await reader?.read().catch(() => {
        throw new DataFileError(`The connection broke off while ${name} was fetched. Try again.`);
      });
      if (!read || read.done) return controller.close();
      bytes += read.value.length;
      if (bytes > MOST_FETCHED) {
        await reader?.cancel();
        throw tooLarge(name);
      }
      controller.enqueue(read.value);
    },
    cancel: (reason) => reader?.cancel(reason),
  });
}

function tooLarge(name: string): DataFileError {
  return new DataFileError(`What came as ${name} has more than ${MOST_FETCHED / 2 ** 20} MB, which is far more than it should have, and was not read.`);
}
