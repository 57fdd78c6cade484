import type { HumanPair } from '../core/humanPairs';
import { hashString, PURPOSE, Stream, streamKey } from '../core/rng';
import type { BuiltInTaskId } from '../core/taskWords';
import { KIND_OF_TASK, type PromptKind } from '../labelers/llm/prompt';
import { HH_FILES, kindOfHh, readHhPairs, type HhPart } from './hhFiles';
import { listSplits, parseDatasetName, readHubPairs, type HubAccess, type HubSplit } from './hubDataset';
import { PAIR_COUNT, type ImportQuestion, type LabContext, type LabState } from './labState';
import { labTrouble } from './labTrouble';
import { inspectPairFile, readPairFile } from './pairFiles';
import type { PairImport, PairProgress } from './pairImport';
import type { PairColumns } from './pairRows';
import type { StreamedFile } from './textStream';

export interface ImportingActions {
  readonly setSource: (source: LabState['source']) => void;
  readonly setTask: (task: BuiltInTaskId) => void;
  readonly setCount: (count: number) => void;
  readonly takeFile: (file: StreamedFile, columns?: PairColumns) => Promise<void>;
  readonly findDataset: (name: string) => Promise<void>;
  readonly readSplit: (split: HubSplit) => Promise<void>;
  /** Fetches a part of Anthropic's HH and reads it. */
  readonly readHh: (part: HhPart) => Promise<void>;
  readonly stopReading: () => void;
}

function shuffled(pairs: readonly HumanPair[]): HumanPair[] {
  return new Stream(streamKey(0, PURPOSE.shuffle, hashString('lab'))).shuffle([...pairs]);
}

/** Chooses where the pairs come from, and reads those of a file or data set. @param onPairs called when other pairs are there. */
export function importingPart({ get, set, environment: { fetch } }: LabContext, onPairs: () => void): ImportingActions {
  let reading: AbortController | undefined;

  const hub: HubAccess = {
    fetch: (url, init) => fetch(url instanceof Request ? url.url : url.toString(), init ?? {}),
  };

  function setKind(kind: PromptKind): void {
    set(({ llm, pagePrompt }) => ({ llm: { ...llm, kind }, pagePrompt: { ...pagePrompt, kind } }));
  }

  /** With another source the prompt follows; with the same one it stays what the visitor made of it. */
  function setSource(source: LabState['source']): void {
    if (source === get().source) return;
    set({ source });
    setKind(source === 'builtIn' ? KIND_OF_TASK[get().task] : kindOfHh(get().imported) ?? 'dialogue');
  }

  /** With the pairs of another task the prompt follows. */
  function setTask(task: BuiltInTaskId): void {
    if (task === get().task) return;
    set({ task });
    if (get().source === 'builtIn') setKind(KIND_OF_TASK[task]);
  }

  /** Reads a source; a later one replaces it. */
  async function read(
    name: string,
    reader: (signal: AbortSignal, onProgress: (progress: PairProgress) => void) => Promise<PairImport | ImportQuestion>,
  ): Promise<void> {
    reading?.abort();
    const abort = new AbortController();
    reading = abort;
    const onProgress = (progress: PairProgress): void => {
      if (!abort.signal.aborted) set({ reading: { ...progress, name } });
    };
    set({ reading: { name, share: 0, comparisons: 0, bad: 0 }, question: undefined, importTrouble: undefined });
    try {
      const found = await reader(abort.signal, onProgress);
      if (abort.signal.aborted) return;
      if ('about' in found) set({ reading: undefined, question: found, announcement: 'Something has to be chosen first.' });
      else {
        // The prompt follows a part of HH, and does not stay with it where other pairs take its place.
        const kind = kindOfHh(found) ?? (kindOfHh(get().imported) && 'dialogue');
        if (kind) setKind(kind);
        set({
          reading: undefined, imported: { ...found, pairs: shuffled(found.pairs) },
          announcement: `${found.pairs.length} pairs of ${found.name} are kept.`,
        });
        onPairs();
      }
    } catch (error) {
      if (abort.signal.aborted) return;
      const { message, advice } = labTrouble(error);
      set({ reading: undefined, importTrouble: `${message} ${advice}`.trim(), announcement: message });
    }
  }

  return {
    setSource,
    setTask,
    setCount: (count) => set({ count: Math.min(PAIR_COUNT.max, Math.max(PAIR_COUNT.min, Math.round(count))) }),
    async takeFile(file, columns) {
      setSource('imported');
      await read(file.name, async (signal, onProgress) => {
        if (!columns) {
          const head = await inspectPairFile(file, signal);
          if (!head.guess) return { about: 'columns', file, head };
        }
        return readPairFile(file, { columns, signal, onProgress });
      });
    },
    async findDataset(name) {
      setSource('imported');
      await read(name, async (signal, onProgress) => {
        const dataset = parseDatasetName(name);
        const splits = await listSplits(dataset, hub, signal);
        const [only] = splits;
        if (splits.length > 1 || !only) return { about: 'splits', splits };
        return readHubPairs(only, hub, { signal, onProgress });
      });
    },
    readSplit: (split) =>
      read(split.dataset, (signal, onProgress) => readHubPairs(split, hub, { signal, onProgress })),
    async readHh(part) {
      setSource('imported');
      await read(HH_FILES[part].name, (signal, onProgress) => readHhPairs(part, fetch, { signal, onProgress }));
    },
    stopReading() {
      reading?.abort();
      set({ reading: undefined, question: undefined, announcement: 'Reading was stopped.' });
    },
  };
}
