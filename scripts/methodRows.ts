import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { armByName, configOfArm, getField, parseConfig, presetConfig, type ArmConfig, type ExperimentConfig } from '../src/core/config';
import { FIELD_LIST } from '../src/core/fields';
import { methodOf, METHOD_IDS, type MethodId } from '../src/core/methods';
import { z } from '../src/core/zod';
import { usedPaths } from '../src/experiments/armSettings';

/** The table of `npm run check:methods`: what its rows are, which code makes each, and how it is kept. */

/** File of each method under `src/algorithms`. */
const FILE_OF: Readonly<Record<MethodId, string>> = {
  reinforce: 'reinforce', rloo: 'rloo', grpo: 'grpo', ppo: 'ppo', p3o: 'p3o', 'nash-md': 'nashMd', 'online-dpo': 'onlineDpo',
  dpo: 'directPreference', cdpo: 'directPreference', 'robust-dpo': 'directPreference', ipo: 'directPreference',
  slic: 'directPreference', simpo: 'directPreference', kto: 'kto', pro: 'rankedLists', lipo: 'rankedLists', 'a-lol': 'aLol',
  'best-of-n': 'bestOfN', 'expert-iteration': 'expertIteration', raft: 'expertIteration', superhf: 'superHf',
  hindsight: 'hindsight', conditional: 'conditional',
};

/** Arms of the table beside the methods on AI labels: the other feedbacks and rewards, learned with REINFORCE. */
const FURTHER: readonly ArmConfig[] = [
  { ...armByName('rlhf'), id: 'rlhf', label: 'RLHF' },
  { ...armByName('d-rlaif'), id: 'd-rlaif', label: 'd-RLAIF' },
  { ...armByName('mixed'), id: 'mixed', label: 'People and AI' },
  { id: 'fine', label: 'Fine-grained rewards from people', feedback: 'people', set: { 'rewardModel.kind': 'fine' } },
  { id: 'ensemble-mean', label: 'RLAIF, mean of 4 reward models', feedback: 'ai', set: { 'rewardModel.members': 4 } },
  { id: 'ensemble-worst', label: 'RLAIF, worst of 4 reward models', feedback: 'ai', set: { 'rewardModel.members': 4, 'rewardModel.combine': 'worst' } },
  { id: 'best-of-n-last', label: 'Best of n, last-token head', feedback: 'ai', set: { ...armByName('rlaif:best-of-n').set, 'rewardModel.head': 'last' } },
  { id: 'nash-md-pm', label: 'Nash-MD on a preference model', feedback: 'ai', set: { ...armByName('rlaif:nash-md').set, 'rewardModel.kind': 'preference' } },
];

/** Labels that say nothing: half of them are turned round. What learns from those learns nothing. */
function onCoinFlips({ id, label, set }: ArmConfig): ArmConfig {
  return { id: `coin-${id}`, label: `Coin flips: ${label}`, feedback: 'ai', set: { ...set, 'data.flip': 0.5 } };
}

/** Every method, by its id, on labels of the AI labeler. */
const METHOD_ROWS = METHOD_IDS.map((method): ArmConfig => ({ ...armByName(`rlaif:${method}`), id: method, label: methodOf(method).label }));

/** Every method, and the best of n by the head that does not know how likely a response is. */
const CONTROLS = [...METHOD_ROWS, ...FURTHER.filter(({ id }) => id === 'best-of-n-last')].map(onCoinFlips);

/** Every row of the table as an arm. */
export function methodArms(): ArmConfig[] {
  return [...METHOD_ROWS, ...FURTHER, ...CONTROLS];
}

/** How policies are judged: on 300 posts, the quick preset's. The curves on the way are not of interest here. */
const EVALUATION = { every: 1000, validationPosts: 8, diversityPosts: 20, diversitySamples: 8, headToHead: false } as const;

export const TABLE_SEEDS = [1, 2, 3] as const;

/** The experiment of one seed. */
export function tableConfig(seed: number, arms: readonly ArmConfig[]): ExperimentConfig {
  const { run, evaluation, ...preset } = presetConfig('quick');
  return parseConfig({ ...preset, run: { ...run, seed }, arms, evaluation: { ...evaluation, ...EVALUATION } });
}

const figure = z.number();
const rowSchema = z.strictObject({
  arm: z.string(),
  label: z.string(),
  method: z.enum(METHOD_IDS as [MethodId, ...MethodId[]]),
  /** `rowDigest` when it was made. */
  digest: z.string(),
  /** Settings in which it departs from the experiment's. */
  settings: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  seeds: z.array(z.strictObject({
    seed: z.number(), gold: figure, sftGold: figure, majority: figure, kl: figure, invented: figure, sftInvented: figure,
    diversity: figure, sftDiversity: figure, labels: figure, humanLabels: figure, seconds: figure, ended: z.string(),
  })),
});
export type MethodRow = z.infer<typeof rowSchema>;
const tableSchema = z.strictObject({ command: z.string(), date: z.string(), device: z.string(), rows: z.array(rowSchema) });
export type MethodTable = z.infer<typeof tableSchema>;

export const TABLE_FILE = 'docs/methods.json';

export function readTable(root: string): MethodTable | undefined {
  const file = path.join(root, TABLE_FILE);
  return existsSync(file) ? tableSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}

/** What makes the numbers of every row beside the world: the CPU engine, the labelers, the weights of the task. */
const COMMON = ['src/tasks/utility.ts', 'src/nn/cpu', 'assembly', 'public/weights', 'src/labelers/judge.ts', 'src/labelers/people.ts'];
/** Weights of the other tasks lie beside those of this one. */
const OTHER_WEIGHTS = /^public\/weights\/(helpful|harmless)-/;
/** Rooms whose files a row depends on through imports. */
const FOLLOWED = ['src/algorithms/', 'src/losses/', 'src/tasks/'];
/** Imports and re-exports of values: types make no numbers. */
const IMPORTS = /^(?:import|export)(?! type\b)[^;]*? from '(\.{1,2}\/[^']+)'/gm;

/**
 * SHA-256 over what makes a row: its settings, the method's file and all that it imports of algorithms and losses, the stages
 * that run it, and the world.
 */
export function rowDigest(root: string, arm: ArmConfig): string {
  const config = configOfArm(tableConfig(1, [arm]), arm);
  const files = new Set<string>();
  const follow = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const [, target] of contentOf(root, file).toString('utf8').matchAll(IMPORTS)) {
      const found = resolved(root, path.posix.join(path.posix.dirname(file), target!));
      if (found && FOLLOWED.some((room) => found.startsWith(room))) follow(found);
    }
  };
  follow(`src/algorithms/${FILE_OF[config.rl.method]}.ts`);
  follow('src/tasks/tldr/index.ts');
  for (const stage of ['arm', 'answers', 'labels', 'policyMethods', 'rewards', 'rewardModels']) files.add(`src/worker/stages/${stage}.ts`);
  if (config.rewardModel.kind === 'fine') follow('src/algorithms/fineGrained.ts');
  for (const common of COMMON) for (const file of filesUnder(root, common)) if (!OTHER_WEIGHTS.test(file)) files.add(file);
  // Settings that others use, and such as come later, change nothing here.
  const used = usedPaths(tableConfig(1, [arm]), arm);
  const settings = FIELD_LIST.filter(({ path: name }) => used.has(name)).map((entry) => [entry.path, getField(config, entry)]);
  const { pairs, sft, model, gold, evaluation: { testPosts } } = config;
  const hash = createHash('sha256').update(JSON.stringify({ arm, settings, pairs, sft, model, gold, testPosts, EVALUATION }));
  for (const file of [...files].sort()) hash.update(`\0${file}\0`).update(contentOf(root, file));
  return hash.digest('hex');
}

/** Files of this process's life: one digest after the other reads most of them. */
const contents = new Map<string, Buffer>();

function contentOf(root: string, file: string): Buffer {
  const place = path.join(root, file);
  const known = contents.get(place) ?? readFileSync(place);
  contents.set(place, known);
  return known;
}

function resolved(root: string, target: string): string | undefined {
  return [`${target}.ts`, `${target}/index.ts`].find((file) => existsSync(path.join(root, file)));
}

function filesUnder(root: string, place: string): string[] {
  if (!statSync(path.join(root, place)).isDirectory()) return [place];
  return readdirSync(path.join(root, place), { recursive: true, encoding: 'utf8' })
    .map((file) => `${place}/${file.replaceAll('\\', '/')}`)
    .filter((file) => /\.(ts|safetensors)$/.test(file) && !/\.test\.ts$|\/testing\/|\/golden\//.test(file));
}
