import { describe, expect, it } from 'vitest';
import { exportWeights } from '../../worker/exportWeights';
import { annotationsJson } from './judged';
import { metricsCsv } from './metrics';
import { bytesOf, everything, takeHome, type Item, type TakeHomeSource } from './takeHome';
import { unzipSync } from 'fflate';
import { FORMATS_TEXTS, formatsBundle, formatsWeights } from './testing/fixture';
import { readRuns } from '../sweepFiles';

const bundle = formatsBundle();
const weights = formatsWeights();
const policy = { shape: weights.shape, bytes: weights.values.byteLength };

function source(made: boolean): TakeHomeSource & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    bundle, asked,
    made: made ? { texts: FORMATS_TEXTS, policies: { sft: policy, rlhf: policy } } : undefined,
    exportWeights: async (armId, metadata) => {
      asked.push(`${armId}: ${metadata['policy']}`);
      return exportWeights({ weights, metadata });
    },
    charts: () => [{ path: 'gold.svg', content: '<svg/>' }],
  };
}

const variantsOf = (items: readonly Item[]): Record<string, string[]> =>
  Object.fromEntries(items.map(({ id, variants }) => [id, variants.map((variant) => variant.id)]));

describe('what can be taken home', () => {
  it('of a run made here is everything, arm by arm', async () => {
    const items = takeHome(source(true));
    expect(variantsOf(items)).toEqual({
      bundle: ['all'], 'metrics-csv': ['all'], 'metrics-jsonl': ['all'],
      preferences: ['rlhf', 'rlaif'], transcripts: ['rlhf', 'rlaif'], annotations: ['all'],
      comparator: ['rlhf/sft', 'rlaif/sft', 'rlaif/rlhf'], weights: ['sft', 'rlhf'], charts: ['all'],
    });
    expect(items.every(({ missing }) => missing === undefined)).toBe(true);
    // An arm whose policy is not among the weights is SFT's own: best of n.
    expect(items.find(({ id }) => id === 'weights')!.about).toContain('RLAIF: no weights but those of SFT.');
  });

  it('of a record is all but pairs and weights, with the reason', () => {
    const missing = Object.fromEntries(takeHome(source(false)).flatMap(({ id, variants, missing: why }) => (variants.length === 0 ? [[id, why]] : [])));
    expect(missing).toEqual({
      preferences: expect.stringContaining('no training pairs') as string, transcripts: expect.stringContaining('no training pairs') as string,
      weights: expect.stringContaining('no weights') as string,
    });
  });

  it('is one archive that holds each file as it is, folders unpacked, and says what is what', async () => {
    const own = source(true);
    const file = await everything(bundle, takeHome(own));
    expect(file).toMatchObject({ name: 'run-20260304-050607.zip', type: 'application/zip' });
    const files = unzipSync(bytesOf(file, bundle.recordedAt) as Uint8Array);
    const text = (name: string): string => new TextDecoder().decode(files[name]);
    const run = 'run-20260304-050607';
    expect(Object.keys(files).sort()).toEqual([
      'README.txt', 'charts/gold.svg',
      `${run}-annotations.json`, `${run}-bundle.json`,
      `${run}-comparator-rlaif-rlhf.json`, `${run}-comparator-rlaif-sft.json`, `${run}-comparator-rlhf-sft.json`,
      `${run}-metrics.csv`, `${run}-metrics.jsonl`,
      `${run}-preferences-rlaif.jsonl`, `${run}-preferences-rlhf.jsonl`, `${run}-transcripts-rlaif.jsonl`, `${run}-transcripts-rlhf.jsonl`,
      ...['rlhf', 'sft'].flatMap((id) =>
        ['README.md', 'config.json', 'generation_config.json', 'heads.safetensors', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json']
          .map((name) => `weights/${id}/${name}`)),
    ].sort());
    expect(text(`${run}-metrics.csv`)).toBe(metricsCsv(bundle));
    expect(text(`${run}-annotations.json`)).toBe(annotationsJson(bundle));
    expect(own.asked).toEqual(['sft: SFT', 'rlhf: RLHF']);
    expect(files['weights/sft/model.safetensors']).toEqual(exportWeights({ weights, metadata: { policy: 'SFT', source: text('README.txt').split('.\n')[0]! } }).model);
    for (const name of Object.keys(files).filter((path) => path !== 'README.txt' && !path.includes('/'))) expect(text('README.txt')).toContain(name);
  });

  it('says in the archive of a record what is not in it', async () => {
    const { content } = await everything(bundle, takeHome(source(false)));
    const [readme] = content as { path: string; content: string }[];
    expect(readme!.content).toContain('Not in it: Weights. A record holds no weights.');
  });

  it('leaves the comparisons of many arms with each other out of the archive, though each can be had', () => {
    const [sft, ...arms] = bundle.arms;
    const many = Array.from({ length: 6 }, (_, i) => ({ ...arms[0]!, id: `arm-${i}`, label: `Arm ${i}` }));
    const { variants } = takeHome({ ...source(false), bundle: { ...bundle, arms: [sft!, ...many] } }).find(({ id }) => id === 'comparator')!;
    expect([variants.length, variants.filter(({ inArchive }) => inArchive).length]).toEqual([6 + 15, 6]);
  });

  it('comes back: the bundle is a run that the page reads', async () => {
    const [item] = takeHome(source(false));
    const { name, content } = await item!.variants[0]!.make();
    const { bundles, problems } = await readRuns([{ name, size: 1, text: async () => content as string }]);
    expect(problems).toEqual([]);
    expect(bundles).toEqual([bundle]);
  });
});
