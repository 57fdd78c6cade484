// npm run tune [-- --only dpo,ppo]
//
// Finds default settings of each learning method: four trials a method, the same for all, on the quick preset with AI labels,
// seed 11. The best by the majority of fresh annotators against SFT on validation posts goes into src/core/tuned.json; gold and
// test posts are not looked at. What was tried, with its outcome, is kept in docs/tuning.json.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { armByName, parseConfig, presetConfig, type ArmConfig, type FieldValue } from '../src/core/config';
import { METHOD_IDS, methodOf, type MethodId } from '../src/core/methods';
import { figureValue } from '../src/evaluation/figures';
import { run } from './experimentCommand';
import { repositoryRoot } from './nodePool';

type Settings = Readonly<Record<string, FieldValue>>;

const SEED = 11;

const rates = (path_: string, values: readonly number[], rest: Settings = {}): Settings[] =>
  values.map((value) => ({ [path_]: value, ...rest }));
const pairsOf = (betas: readonly number[], learningRates: readonly number[], rest: Settings = {}): Settings[] =>
  betas.flatMap((beta) => learningRates.map((rate) => ({ 'direct.beta': beta, 'direct.learningRate': rate, ...rest })));

/** Four trials of each method: its learning rate, and where it has one, the setting that its paper names as the next. */
const TRIALS: Readonly<Record<MethodId, readonly Settings[]>> = {
  reinforce: rates('rl.learningRate', [2e-4, 5e-4, 1e-3, 2e-3]),
  rloo: rates('rl.learningRate', [2e-4, 5e-4, 1e-3, 2e-3]),
  grpo: rates('rl.learningRate', [2e-4, 5e-4, 1e-3, 2e-3]),
  ppo: rates('rl.learningRate', [2e-4, 5e-4, 1e-3, 2e-3]),
  p3o: rates('rl.learningRate', [2e-4, 5e-4, 1e-3, 2e-3]),
  'nash-md': rates('rl.learningRate', [2e-4, 5e-4, 1e-3, 2e-3]),
  'online-dpo': [0.05, 0.2].flatMap((beta) => rates('rl.learningRate', [2e-4, 1e-3], { 'direct.beta': beta })),
  dpo: pairsOf([0.1, 0.5], [1e-4, 5e-4]),
  cdpo: pairsOf([0.1, 0.5], [1e-4, 5e-4]),
  'robust-dpo': pairsOf([0.1, 0.5], [1e-4, 5e-4]),
  ipo: pairsOf([0.2, 1], [1e-4, 5e-4]),
  kto: pairsOf([0.1, 0.5], [1e-4, 5e-4]),
  slic: [0.1, 1].flatMap((sftCoef) => rates('direct.learningRate', [1e-4, 5e-4], { 'direct.beta': 1, 'direct.sftCoef': sftCoef })),
  simpo: pairsOf([2, 10], [1e-4, 5e-4], { 'direct.targetMargin': 1 }),
  pro: [0.05, 0.5].flatMap((sftCoef) => rates('direct.learningRate', [1e-4, 5e-4], { 'direct.sftCoef': sftCoef })),
  lipo: pairsOf([0.05, 0.5], [1e-4, 5e-4]),
  'a-lol': (['sequence', 'refFree'] as const).flatMap((variant) => rates('direct.learningRate', [1e-4, 5e-4], { 'direct.variant': variant })),
  'best-of-n': [4, 8, 16, 32].map((n) => ({ 'samples.n': n })),
  'expert-iteration': [8, 16].flatMap((n) => rates('direct.learningRate', [2e-4, 1e-3], { 'samples.n': n })),
  raft: [8, 16].flatMap((n) => rates('direct.learningRate', [2e-4, 1e-3], { 'samples.n': n })),
  superhf: [0.1, 0.35].flatMap((klCoef) => rates('rl.learningRate', [2e-4, 1e-3], { 'samples.klCoef': klCoef, 'rl.batch': 128 })),
  hindsight: [1, 3].flatMap((epochs) => rates('direct.learningRate', [2e-4, 1e-3], { 'direct.epochs': epochs })),
  conditional: [1, 3].flatMap((epochs) => rates('direct.learningRate', [2e-4, 1e-3], { 'direct.epochs': epochs })),
};

interface Outcome {
  readonly settings: Settings;
  /** Win rate against SFT on validation posts, majority of fresh annotators. */
  readonly majority: number;
}

async function main(): Promise<void> {
  const root = repositoryRoot();
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const only = values.only?.split(',');
  const [log, tuned] = ['docs/tuning.json', 'src/core/tuned.json'].map((file) => path.join(root, file)) as [string, string];
  const outcomes = (existsSync(log) ? JSON.parse(readFileSync(log, 'utf8')) : {}) as Record<string, readonly Outcome[]>;
  const wanted = METHOD_IDS.filter((method) => (only ? only.includes(method) : outcomes[method]?.length !== TRIALS[method].length));
  const { run: runSettings, evaluation, ...preset } = presetConfig('quick');
  for (let from = 0; from < wanted.length; from += 2) {
    const methods = wanted.slice(from, from + 2);
    const arms = methods.flatMap((method) => TRIALS[method].map((settings, trial): ArmConfig => {
      const arm = armByName(`rlaif:${method}`);
      // What the trial does not name keeps the default of the table, not what an earlier sweep found.
      return { id: `${method}-${trial + 1}`, label: `${methodOf(method).label} ${trial + 1}`, feedback: 'ai', set: { 'rl.method': arm.set!['rl.method']!, ...settings } };
    }));
    const bundle = await run({
      config: parseConfig({
        ...preset, arms, run: { ...runSettings, seed: SEED },
        evaluation: { ...evaluation, every: 1000, validationPosts: 8, split: 'validation', testPosts: 300, diversityPosts: 2, diversitySamples: 2, headToHead: false },
      }),
      data: undefined,
    });
    for (const method of methods) {
      const own = TRIALS[method].map((settings, trial): Outcome => ({
        settings, majority: figureValue('majority', bundle.arms.find(({ id }) => id === `${method}-${trial + 1}`)!)!,
      }));
      outcomes[method] = own;
      console.log(`${method}: ${own.map(({ settings, majority }) => `${JSON.stringify(settings)} ${(100 * majority).toFixed(1)}%`).join('; ')}`);
    }
    writeFileSync(log, `${JSON.stringify(outcomes, null, 1)}\n`);
    const best = Object.fromEntries(METHOD_IDS.flatMap((method) => {
      const own = outcomes[method];
      return own ? [[method, own.reduce((first, other) => (other.majority > first.majority ? other : first)).settings]] : [];
    }));
    writeFileSync(tuned, `${JSON.stringify(best, null, 1)}\n`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
