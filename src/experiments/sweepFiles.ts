import { bundleSchema, type RunBundle } from '../core/bundle';
import { MOST_POINTS } from '../core/sweep';
import { DataFileError } from './dataFile';
import { configKey } from './sweepPlan';

/** Most runs that are kept together. */
export const MOST_RUNS = MOST_POINTS;
/** Most bytes that are read at a time. */
export const MOST_RUN_BYTES = 200 * 1024 * 1024;
/** Characters of a message that come from a file. */
const MOST_CHARACTERS = 160;

/** What the store reads of a file. */
export type RunFile = Pick<Blob, 'size' | 'text'> & { readonly name: string };

const cut = (text: string): string => (text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text);

function tooMany(): DataFileError {
  return new DataFileError(`More than ${MOST_RUNS} runs: load fewer, or clear those that are here.`);
}

/** @throws Error where it is no run, which says where it is wrong. */
function readBundle(found: unknown): RunBundle {
  const result = bundleSchema.safeParse(found);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`no run that this page can read (${cut(`${issue?.path.join('.') || 'the whole'}: ${issue?.message}`)})`);
}

/** @throws Error where it cannot be read or is no JSON. */
async function readJson(file: RunFile): Promise<unknown> {
  let text: string;
  try {
    text = await file.text();
  } catch {
    throw new Error('could not be read. If it was moved or changed, choose it again');
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('no JSON');
  }
}

/**
 * Runs from files, each a bundle, as `npm run experiment` writes them, or a list of bundles, as this page does. What is no run
 * is left out and said; the others count.
 * @throws DataFileError on more than 400 runs or 200 MB.
 */
export async function readRuns(files: readonly RunFile[]): Promise<{ bundles: RunBundle[]; problems: string[] }> {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (bytes > MOST_RUN_BYTES) {
    throw new DataFileError(`These files have ${Math.round(bytes / 1024 / 1024)} MB; at most ${MOST_RUN_BYTES / 1024 / 1024} MB can be read at a time.`);
  }
  if (files.length > MOST_RUNS) throw tooMany();
  const bundles: RunBundle[] = [];
  const problems: string[] = [];
  for (const file of files) {
    const say = (error: unknown, place = ''): void => {
      problems.push(`${cut(file.name)}${place}: ${error instanceof Error ? error.message : String(error)}.`);
    };
    let found: unknown;
    try {
      found = await readJson(file);
    } catch (error) {
      say(error);
      continue;
    }
    const several = Array.isArray(found);
    const items: unknown[] = several ? (found as unknown[]) : [found];
    if (bundles.length + items.length > MOST_RUNS) throw tooMany();
    if (items.length === 0) say('an empty list');
    for (const [i, item] of items.entries()) {
      try {
        bundles.push(readBundle(item));
      } catch (error) {
        say(error, several ? `, run ${i + 1}` : '');
      }
    }
  }
  return { bundles, problems };
}

/** The runs of both, those of the same settings once: the one that was there first stays. */
export function mergeRuns(there: readonly RunBundle[], added: readonly RunBundle[]): { runs: RunBundle[]; duplicates: number } {
  const seen = new Set(there.map(({ config }) => configKey(config)));
  const fresh = added.filter(({ config }) => {
    const key = configKey(config);
    const known = seen.has(key);
    seen.add(key);
    return !known;
  });
  return { runs: [...there, ...fresh], duplicates: added.length - fresh.length };
}

/** The file of all runs: a list, a run a line. In parts, as the whole may be longer than a string can be. */
export function runsJson(runs: readonly RunBundle[]): string[] {
  return ['[\n', ...runs.map((run, i) => `${JSON.stringify(run)}${i < runs.length - 1 ? ',' : ''}\n`), ']\n'];
}
