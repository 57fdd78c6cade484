import type { RunBundle } from '../../core/bundle';
import type { WeightFiles } from '../../worker/protocol';
import type { MadeHere } from '../runState';
import { zipFiles, type ArchiveFile } from './archive';
import { annotationsJson, comparatorJson } from './judged';
import { metricsCsv, metricsJsonl } from './metrics';
import { folderFiles } from './modelFolder';
import { armRecord, runName, SFT, sourceOf } from './names';
import { preferencesJsonl, transcriptsJsonl } from './preferences';

/** A file to be saved. */
export interface SavedFile {
  readonly name: string;
  readonly type: string;
  /** Several files are saved as one zip. */
  readonly content: string | Uint8Array | readonly ArchiveFile[];
}

/** One of the files of an item, by the arm or arms that it is of. */
export interface Variant {
  readonly id: string;
  readonly label: string;
  /** @throws Error with a message for the visitor */
  readonly make: () => Promise<SavedFile>;
  /** Whether it goes into the archive of everything: of many arms, not all against each other do. */
  readonly inArchive: boolean;
  /** About how long it is, where making it only to know would be too much. Undefined: make it and look. */
  readonly bytes?: number;
}

export type ItemId = 'bundle' | 'metrics-csv' | 'metrics-jsonl' | 'preferences' | 'transcripts' | 'annotations' | 'comparator' | 'weights' | 'charts';

/** What can be taken home: a file, or one of several. */
export interface Item {
  readonly id: ItemId;
  readonly title: string;
  /** What it holds and what reads it, in a sentence or two. */
  readonly about: string;
  /** Empty where `missing` says why there is none. */
  readonly variants: readonly Variant[];
  readonly missing?: string;
}

/** Everything that files are made of. */
export interface TakeHomeSource {
  readonly bundle: RunBundle;
  readonly made: MadeHere | undefined;
  readonly exportWeights: (armId: string, metadata: Readonly<Record<string, string>>) => Promise<WeightFiles>;
  /** Pictures of the curves, drawn by whoever shows them. */
  readonly charts: () => readonly ArchiveFile[];
}

const NO_PAIRS = 'A record holds no training pairs. A run that you make here has them until the page is closed.';
const NO_WEIGHTS = 'A record holds no weights. A run that you make here has them until the page is closed.';
/** Arms up to which all of them against each other go into the archive of everything. */
const FEW_ARMS = 4;

const JSON_TYPE = 'application/json';
const LINES_TYPE = 'application/jsonl';
const ZIP_TYPE = 'application/zip';

/** The items of a run, in the order of the list. */
export function takeHome(source: TakeHomeSource): Item[] {
  const { bundle } = source;
  const run = runName(bundle);
  const single = (name: string, type: string, content: () => SavedFile['content'] | Promise<SavedFile['content']>): Variant[] =>
    [{ id: 'all', label: 'The run', inArchive: true, make: async () => ({ name: `${run}-${name}`, type, content: await content() }) }];
  return [
    {
      id: 'bundle', title: 'Run bundle',
      about: 'Settings, curves, verdict and responses in one JSON file. This page opens it again, on the main screen or among sweeps.',
      variants: single('bundle.json', JSON_TYPE, () => `${JSON.stringify(bundle)}\n`),
    },
    {
      id: 'metrics-csv', title: 'Metrics, CSV',
      about: 'Every point of every curve, one a row. For pandas, R or a spreadsheet.',
      variants: single('metrics.csv', 'text/csv', () => metricsCsv(bundle)),
    },
    {
      id: 'metrics-jsonl', title: 'Metrics, JSON lines',
      about: 'The same points, one object a step, under TRL’s names. To be logged to Weights & Biases or Trackio, or read by pandas.',
      variants: single('metrics.jsonl', LINES_TYPE, () => metricsJsonl(bundle)),
    },
    ...preferenceItems(source, run),
    {
      id: 'annotations', title: 'Judged pairs, AlpacaEval',
      about: 'Every arm’s responses to the test prompts against SFT’s, judged by gold utility, as AlpacaEval’s annotations.json.',
      variants: single('annotations.json', JSON_TYPE, () => annotationsJson(bundle)),
    },
    {
      id: 'comparator', title: 'Side by side, LLM Comparator',
      about: 'Two policies’ responses with scores and reasons. Opens at pair-code.github.io/llm-comparator.',
      variants: couples(bundle).map(({ a, b, inArchive }) => ({
        id: `${a}/${b}`, label: `${armRecord(bundle, a).label} against ${armRecord(bundle, b).label}`, inArchive,
        make: async () => ({ name: `${run}-comparator-${a}-${b}.json`, type: JSON_TYPE, content: comparatorJson(bundle, a, b) }),
      })),
    },
    weightsItem(source, run),
    {
      id: 'charts', title: 'Charts',
      about: 'All curves as pictures, SVG, in a zip file. For a page, a slide or a paper; each chart’s own button saves PNG as well.',
      variants: single('charts.zip', ZIP_TYPE, source.charts),
    },
  ];
}

/** Arms against SFT, and each other: the one that stands later in the run first, as in the verdict. */
function couples({ arms }: RunBundle): { a: string; b: string; inArchive: boolean }[] {
  const trained = arms.filter(({ id }) => id !== SFT);
  return [
    ...trained.map(({ id }) => ({ a: id, b: SFT, inArchive: true })),
    ...trained.flatMap(({ id: a }, i) => trained.slice(0, i).map(({ id: b }) => ({ a, b, inArchive: trained.length <= FEW_ARMS }))),
  ];
}

function preferenceItems({ bundle, made }: TakeHomeSource, run: string): Item[] {
  const arms = bundle.arms.filter(({ id }) => (made?.texts.labels[id] ?? []).length > 0);
  const variants = (name: string, content: (armId: string) => string): Pick<Item, 'variants' | 'missing'> =>
    made
      ? {
          variants: arms.map(({ id, label }) => ({
            id, label: `Labels of ${label}`, inArchive: true,
            make: async () => ({ name: `${run}-${name}-${id}.jsonl`, type: LINES_TYPE, content: content(id) }),
          })),
        }
      : { variants: [], missing: NO_PAIRS };
  return [
    {
      id: 'preferences', title: 'Preferences, TRL',
      about: 'The pairs that an arm was taught by: prompt, chosen, rejected, and the soft label. Read by TRL’s DPO and reward trainers.',
      ...variants('preferences', (id) => preferencesJsonl(bundle, made!.texts, id)),
    },
    {
      id: 'transcripts', title: 'Preferences, HH transcripts',
      about: 'The same pairs as whole dialogues, “Human:” and “Assistant:”, as Anthropic’s HH-RLHF has them.',
      ...variants('transcripts', (id) => transcriptsJsonl(made!.texts, id)),
    },
  ];
}

function weightsItem({ bundle, made, exportWeights }: TakeHomeSource, run: string): Item {
  const about = 'A policy as a folder of GPT-2’s form: safetensors, config.json, tokenizer.json. AutoModelForCausalLM.from_pretrained loads it.';
  const item = { id: 'weights', title: 'Weights' } as const;
  if (!made) return { ...item, about, variants: [], missing: NO_WEIGHTS };
  const variants = bundle.arms.flatMap(({ id, label }): Variant[] => {
    const policy = made.policies[id];
    if (!policy) return [];
    return [{
      id, label, inArchive: true, bytes: policy.bytes,
      make: async () => {
        const { model, heads } = await exportWeights(id, { policy: label, source: sourceOf(bundle) });
        const files: ArchiveFile[] = [
          ...Object.entries(folderFiles(bundle, id, policy.shape, made.texts.vocabulary)).map(([name, content]) => ({ path: `${id}/${name}`, content })),
          { path: `${id}/model.safetensors`, content: model },
          { path: `${id}/heads.safetensors`, content: heads },
        ];
        return { name: `${run}-weights-${id}.zip`, type: ZIP_TYPE, content: files };
      },
    }];
  });
  // The best of n SFT samples: its policy is SFT's.
  const without = bundle.arms.filter(({ id }) => !made.policies[id]).map(({ label }) => label);
  return { ...item, about: without.length === 0 ? about : `${about} ${without.join(', ')}: no weights but those of SFT.`, variants };
}

/** The bytes of a file. @param made ISO 8601; dates what is in a zip */
export function bytesOf({ content }: SavedFile, made: string): string | Uint8Array {
  return typeof content === 'string' || content instanceof Uint8Array ? content : zipFiles(content, made);
}

/** All files of all items in one archive, with a README.txt that says what each is. @throws what an item throws */
export async function everything(bundle: RunBundle, items: readonly Item[]): Promise<SavedFile> {
  const files: ArchiveFile[] = [];
  const listed: string[] = [];
  for (const { id, title, about, variants } of items) {
    const names: string[] = [];
    for (const { make } of variants.filter(({ inArchive }) => inArchive)) {
      const { name, content } = await make();
      const whole = typeof content === 'string' || content instanceof Uint8Array;
      const own = whole ? [{ path: name, content }] : content.map(({ path, content: part }) => ({ path: `${id}/${path}`, content: part }));
      files.push(...own);
      names.push(whole ? name : `${id}/`);
    }
    if (names.length > 0) listed.push(`${[...new Set(names)].join(', ')}\n  ${title}. ${about}\n`);
  }
  const missing = items.flatMap(({ title, missing: reason }) => (reason ? [`Not in it: ${title}. ${reason}\n`] : []));
  const readme = `${sourceOf(bundle)}.\nThe formats are described in docs/formats.md of the repository.\n\n${[...listed, ...missing].join('\n')}`;
  return { name: `${runName(bundle)}.zip`, type: ZIP_TYPE, content: [{ path: 'README.txt', content: readme }, ...files] };
}
