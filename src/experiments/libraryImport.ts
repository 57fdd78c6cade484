import type { RunBundle } from '../core/bundle';
import type { Library } from './library';
import type { KeptAs } from './libraryEntry';
import { MOST_ZIP_BYTES, readLibraryZip } from './libraryZip';
import { readRuns, type RunFile } from './sweepFiles';

/** What the library reads of a file. */
export type LibraryFile = RunFile & Pick<Blob, 'arrayBuffer'>;

/** What came of files that were read. */
export interface ImportReport {
  readonly added: number;
  /** Runs that were in the library already. */
  readonly known: number;
  /** What could not be read, a sentence each. */
  readonly problems: readonly string[];
}

interface ReadRun {
  readonly bundle: RunBundle;
  readonly as: KeptAs;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const isZip = ({ name }: LibraryFile): boolean => /\.zip$/i.test(name);

/** The runs of a file, whichever kind it is; what could not be read goes to `say`. */
async function* runsOf(file: LibraryFile, say: (problem: string) => void): AsyncGenerator<ReadRun> {
  if (!isZip(file)) {
    const { bundles, problems } = await readRuns([file]);
    problems.forEach(say);
    for (const bundle of bundles) yield { bundle, as: { origin: 'imported' } };
    return;
  }
  if (file.size > MOST_ZIP_BYTES) throw new Error(`It has more than ${MOST_ZIP_BYTES / 1024 / 1024} MB.`);
  for (const read of readLibraryZip(new Uint8Array(await file.arrayBuffer()))) {
    if (read.bundle) yield read;
    else say(`${file.name}: ${read.problem}`);
  }
}

/**
 * Puts the runs of files into the library: bundles, lists of bundles, or libraries as zip files. What cannot be read is said and
 * costs nothing else; where the storage is full, what was put in until then stays.
 */
export async function importFiles(library: Pick<Library, 'list' | 'add'>, files: readonly LibraryFile[]): Promise<ImportReport> {
  const problems: string[] = [];
  let [added, known] = [0, 0];
  try {
    const ids = new Set((await library.list()).map(({ id }) => id));
    for (const file of files) {
      const runs = runsOf(file, (problem) => problems.push(problem));
      for (;;) {
        let next: IteratorResult<ReadRun>;
        try {
          next = await runs.next();
        } catch (error) {
          problems.push(`${file.name}: ${messageOf(error)}`);
          break;
        }
        if (next.done) break;
        const { id } = await library.add(next.value.bundle, next.value.as);
        if (ids.has(id)) known++;
        else added++;
        ids.add(id);
      }
    }
  } catch (error) {
    problems.push(messageOf(error));
  }
  return { added, known, problems };
}
